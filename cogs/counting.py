"""Counts ballots whose time is over, posts their results, and keeps their messages up to date."""

import logging
from datetime import datetime, timedelta

import aiohttp
import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import RESULT, Ballot, BallotState, number_of, slot_of
from bot.club.post import Post
from bot.club.stores.ballots import BallotStore
from bot.club.stores.posts import PostStore
from bot.errors import ClubError
from bot.pulse import Pulse
from bot.ui.ballot_results import result_message
from bot.ui.ballots import ballot_message, over_message, with_occasion
from bot.ui.cards import View
from bot.ui.links import message_url

_log = logging.getLogger(__name__)

_SOON = timedelta(seconds=5)  # between passes when something is due, or a pass failed
_RARELY = timedelta(minutes=15)  # when nothing is; a ballot that changes wakes it
_SHARED = timedelta(seconds=30)  # where another process may have opened one and ended
_EDITS = timedelta(minutes=1)  # between edits of a message for those who have voted
_RECENT = timedelta(days=1)  # before a start: the bot may have ended before it edited the messages of what closed then
_USEFUL = timedelta(days=30)  # for which a result is still told
_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class CountingCog(commands.Cog):
    """Run `tick` while the bot is connected."""

    def __init__(self, bot: Paperclub, ballots: BallotStore, posts: PostStore) -> None:
        self._bot = bot
        self._ballots = ballots
        self._posts = posts
        self._rarely = _SHARED if bot.database.shared else _RARELY
        self._changed: dict[int, int] = {}  # ballots whose messages are to be edited, with their servers
        self._edited: dict[int, datetime] = {}
        self._begun = False
        self._pulse = Pulse(self._make_pass)
        bot.outbox.on(RESULT, self.render, sent=self.sent, useful=_USEFUL)

    async def cog_load(self) -> None:
        """Begin with what is due, and with what an earlier run may have left undone."""
        self._pulse.start()

    async def cog_unload(self) -> None:
        """End. A count is one transaction, which is whole or did not happen."""
        self._pulse.stop()

    @commands.Cog.listener()
    async def on_ballot_change(self, ballot: Ballot) -> None:
        """Hear of a ballot that was closed or cancelled, or in which somebody has voted."""
        self._changed[ballot.id] = ballot.guild_id
        self._pulse.wake()

    @commands.Cog.listener()
    async def on_ballot_open(self, ballot: Ballot) -> None:
        """Hear of a new ballot: it may be the next one to be counted."""
        self._pulse.wake()

    # --- the loop ---------------------------------------------------------------------------------

    async def _make_pass(self) -> timedelta:
        """Make one pass, and give the pause after it."""
        now = discord.utils.utcnow()
        if not self._bot.is_ready():
            return _SOON
        try:
            next_at = await self.tick(now)
        except ClubError as error:  # the log of the database says more
            _log.error("no ballot can be counted: %s", error)
            return _SOON
        except Exception:
            _log.exception("a pass over the ballots failed")
            return _SOON
        return self._rarely if next_at is None else min(max(next_at - now, timedelta(seconds=1)), self._rarely)

    async def tick(self, now: datetime) -> datetime | None:
        """Count what is due and edit what has changed; give the moment at which there is next something to do.

        What goes wrong with one ballot is logged, and does not concern the others.
        """
        if not self._begun:
            self._changed |= {ballot.id: ballot.guild_id for ballot in await self._ballots.find_over(now - _RECENT)}
            self._begun = True
        failed = False
        for guild_id, number in await self._ballots.find_due(now):
            try:
                await self._ballots.count_due(guild_id, number, now)
            except Exception:
                _log.exception("ballot %s of guild %s could not be counted", number, guild_id)
                failed = True
            else:
                _log.info("ballot %s of guild %s was counted", number, guild_id)
                self._changed[number] = guild_id
                self._bot.outbox.wake()
        for number, guild_id in list(self._changed.items()):
            at = self._edited.get(number)
            lately = at is not None and timedelta() <= now - at < _EDITS  # and not later: clocks are put back
            if not lately or not await self._waits(guild_id, number):
                del self._changed[number]
                await self._edit(guild_id, number, now)
        moments = [self._edited[number] + _EDITS for number in self._changed]
        if (next_at := await self._ballots.next_at()) is not None:
            moments.append(max(next_at, now + _SOON) if failed else next_at)
        return min(moments, default=None)

    async def _waits(self, guild_id: int, number: int) -> bool:
        """Tell whether the message of a ballot can wait: only how many have voted has changed."""
        ballot = await self._ballots.get(guild_id, number)
        return ballot is not None and ballot.state is BallotState.OPEN

    async def _edit(self, guild_id: int, number: int, now: datetime) -> None:
        """Bring the message of a ballot up to date, if it is still there."""
        ballot = await self._ballots.get(guild_id, number)
        if ballot is None or ballot.message_id is None:
            return
        over = ballot.state is not BallotState.OPEN
        view = over_message(ballot, await self._result_url(ballot)) if over else ballot_message(ballot)
        if over:
            self._edited.pop(number, None)
        else:
            self._edited[number] = now
        try:
            channel = self._bot.get_partial_messageable(ballot.channel_id, guild_id=guild_id)
            if ballot.opened_by is None:  # the week has opened it, for a meeting
                view = with_occasion(view, await channel.fetch_message(ballot.message_id))
            await channel.get_partial_message(ballot.message_id).edit(view=view)
        except discord.NotFound:
            _log.info("the message of ballot %s of guild %s is gone", number, guild_id)
            if not over:  # so that organisers can post it again
                await self._ballots.put_message(guild_id, number, None)
        except _FAILURES as error:
            _log.info("the message of ballot %s of guild %s could not be edited: %s", number, guild_id, error)

    async def _result_url(self, ballot: Ballot) -> str:
        post = await self._posts.get(ballot.guild_id, slot_of(ballot.id), "", RESULT)
        return message_url(ballot.guild_id, post.channel_id, post.message_id) if post else ""

    # --- the result -------------------------------------------------------------------------------

    async def render(self, post: Post) -> View | None:
        """Make the message that tells a result."""
        ballot = await self._ballots.get(post.guild_id, number_of(post.slot))
        return result_message(ballot, ballot.result) if ballot and ballot.result else None

    async def sent(self, post: Post, message_id: int) -> None:
        """Lead from the message of the ballot to the result."""
        await self._edit(post.guild_id, number_of(post.slot), discord.utils.utcnow())


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(CountingCog(bot, BallotStore(bot.database), PostStore(bot.database)))
