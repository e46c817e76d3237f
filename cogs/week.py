"""Plans by itself what the club's week has to post, and closes what is over: a shell around `Week` and `Closing`."""

import logging
import time
from datetime import datetime, timedelta

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import Ballot, BallotState
from bot.club.delivery import Outbox
from bot.club.post import Post, State
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.week import Closing, Week
from bot.errors import ClubError
from bot.pulse import Pulse
from bot.ui.cards import note
from bot.ui.controls import Interaction
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_organiser
from bot.ui.posted import pause_note, unseen_note
from bot.ui.poster import Content

_log = logging.getLogger(__name__)

_EVERY = timedelta(hours=1)  # far below the horizon of a plan; who changes a slot plans it at once
_SILENCE = timedelta(hours=3)
_RARELY = timedelta(minutes=15)  # when no meeting ends before; who changes a slot may let one end soon
_SOON = timedelta(seconds=5)


class WeekCog(commands.Cog):
    """Plan the week while the bot is connected, and stop what Discord refuses."""

    def __init__(
        self,
        bot: Paperclub,
        week: Week,
        closing: Closing,
        clubs: ClubStore,
        slots: SlotStore,
        ballots: BallotStore,
        posts: PostStore,
    ) -> None:
        self._bot = bot
        self._week = week
        self._closing = closing
        self._clubs = clubs
        self._slots = slots
        self._ballots = ballots
        self._posts = posts
        self._mentions: Mentions = bot.mentions
        self._outbox: Outbox[Content] = bot.outbox
        self._outbox.on_trouble(self.hear_trouble)
        self._last = time.monotonic()
        self._silent = False
        self._plan = Pulse(self._make_pass)
        self._close = Pulse(self._close_meetings)
        self._watch = Pulse(self._look)
        self._told: set[tuple[int, datetime]] = set()  # slots, and when they were paused
        self._told_ballots: set[int] = set()

    async def cog_load(self) -> None:
        """Begin to plan."""
        self._last = time.monotonic()
        self._plan.start()
        self._close.start()
        self._watch.start()

    async def cog_unload(self) -> None:
        """End."""
        self._plan.stop()
        self._close.stop()
        self._watch.stop()

    async def tick(self, now: datetime) -> None:
        """Plan what becomes due; whatever fails is logged, and tried again with the next pass."""
        try:
            if await self._week.plan(now):
                self._outbox.wake()
        except ClubError as error:  # the log of the database says more
            _log.error("the week cannot be planned: %s", error)
        except Exception:
            _log.exception("a pass of the plan failed")
        else:
            self._last = time.monotonic()

    async def _make_pass(self) -> timedelta:
        await self.tick(discord.utils.utcnow())
        return _EVERY

    async def _close_meetings(self) -> timedelta:
        """Close the meetings that have ended, as soon as the next one does."""
        now = discord.utils.utcnow()
        try:
            if not self._bot.is_ready() or not await self._outbox.clock_is_right():
                return _SOON
            end = await self._closing.close(now)
        except ClubError as error:  # the log of the database says more
            _log.error("meetings cannot be closed: %s", error)
            return _RARELY
        return _RARELY if end is None else min(end - now, _RARELY)

    async def _look(self) -> timedelta:
        """Notice when no pass succeeds."""
        silence = timedelta(seconds=time.monotonic() - self._last)
        if silence > _SILENCE and not self._silent:
            _log.error("the plan of the week is silent: nothing has been planned for %s", silence)
        self._silent = silence > _SILENCE
        self._plan.start()
        self._close.start()
        return _EVERY

    async def hear_trouble(self, post: Post, state: State, reason: str) -> None:
        """Pause a slot whose posts Discord refuses again and again: who asks too often is banned."""
        kind, _, number = post.slot.partition(":")
        if kind == "slot" and state is State.MISSED:
            now = discord.utils.utcnow()
            if paused := await self._slots.pause_refused(post.guild_id, int(number), now, reason):
                _log.warning("slot %s of guild %s is paused: %s", paused.id, paused.guild_id, reason)

    async def _find_unseen(self, guild_id: int) -> tuple[Ballot, Post] | None:
        """Give the open ballot that the week has opened and could not post, with its post."""
        ballot = await self._ballots.get_latest(guild_id)
        if ballot is None or ballot.state is not BallotState.OPEN or ballot.opened_by or ballot.message_id:
            return None
        lost = await self._posts.find_lost(guild_id, "choose", ballot.opened_at)
        return (ballot, lost) if lost else None

    @commands.Cog.listener()
    async def on_app_command_completion(self, interaction: Interaction, command: object) -> None:
        """Tell an organiser who uses the bot of slots that it has paused, and of a ballot that nobody sees, once."""
        if interaction.guild_id is None:
            return
        try:
            refused = await self._slots.list_refused(interaction.guild_id)
            paused = [slot for slot in refused if (slot.id, slot.confirmed_at) not in self._told]
            unseen = await self._find_unseen(interaction.guild_id)
            unseen = None if unseen and unseen[0].id in self._told_ballots else unseen
            if not (paused or unseen) or not is_organiser(interaction, await self._clubs.get(interaction.guild_id)):
                return
        except ClubError:
            return
        if new := [slot for slot in paused if (slot.id, slot.confirmed_at) not in self._told]:
            self._told |= {(slot.id, slot.confirmed_at) for slot in new}
            await interaction.followup.send(view=note(pause_note(new, self._mentions)), ephemeral=True)
        if unseen and unseen[0].id not in self._told_ballots:
            self._told_ballots.add(unseen[0].id)
            await interaction.followup.send(view=unseen_note(*unseen, self._mentions), ephemeral=True)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    slots, closing = SlotStore(bot.database), Closing(GatheringStore(bot.database))
    stores = bot.clubs, slots, BallotStore(bot.database), PostStore(bot.database)
    await bot.add_cog(WeekCog(bot, Week(slots), closing, *stores))
