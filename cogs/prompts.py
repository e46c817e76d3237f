"""What is posted around the slots of the week, and the buttons on it."""

from collections.abc import Awaitable
from functools import partial

import aiohttp
import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.ballot import Ballot
from bot.club.occasion import Occasion
from bot.club.post import Post
from bot.club.prompt import Prompt
from bot.club.prompting import Prompting
from bot.club.rsvp import Turnout
from bot.club.stores.ballots import BallotStore
from bot.club.stores.duties import DutyStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import RUNG, PromptStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.errors import ClubError
from bot.ui.bursts import show_clicked
from bot.ui.cards import View
from bot.ui.controls import ROW_NUMBER, Interaction, is_private
from bot.ui.organisers import require_club
from bot.ui.ping import read_failure, require_role
from bot.ui.poster import Content
from bot.ui.prompt import (
    Ping,
    ask_message,
    choice_message,
    discussion,
    find_ping,
    prompt_message,
    put_readers,
    reminded,
    reminder_message,
    thread_name,
    with_ping,
)
from bot.ui.roles import find_holders
from bot.ui.spots import open_view
from bot.ui.threads import open_thread

_GONE = "That paper is not known here any more. /next shows what is read."
_UNANSWERED = "Discord did not answer, so nothing was changed. Please try again in a moment."


class PromptsCog(commands.Cog):
    """Make prompts, reminders and ballots when they are due, and answer the clicks on them."""

    def __init__(
        self, bot: Paperclub, prompting: Prompting, prompts: PromptStore, ballots: BallotStore, rsvps: RsvpStore
    ) -> None:
        self._bot = bot
        self._prompting = prompting
        self._prompts = prompts
        self._ballots = ballots
        self._rsvps = rsvps
        self._duties = DutyStore(bot.database)
        bot.outbox.on(RUNG, self.render_prompt)
        bot.outbox.on("reminder", self.render_reminder)
        bot.outbox.on("choose", self.render_choice, sent=self.opened)
        bot.controls.on("haveread", self.mark_read, ROW_NUMBER)
        bot.controls.on("notread", self.unmark_read, ROW_NUMBER)
        bot.controls.on("discuss", self.discuss, ROW_NUMBER)
        bot.controls.on("remind", self.join)
        bot.controls.on("dontremind", self.leave)

    # --- what is posted ---------------------------------------------------------------------------

    async def render_prompt(self, post: Post) -> Content | None:
        """Make a prompt."""
        now = discord.utils.utcnow()
        occasion = await self._prompting.find_occasion(post, now)
        if occasion is None:
            return None
        prompt, about = await self._prompting.prepare(occasion, now)
        ping = await self._ping(post)
        turnout = await self._count(occasion)
        duties = await self._duties.list_holders(post.guild_id, post.slot, post.date)
        holders = await find_holders(self._bot.get_guild(post.guild_id), duties)
        view = prompt_message(occasion, prompt, about, ping, self._bot.mentions, turnout, holders)
        return with_ping(view, ping)

    async def render_reminder(self, post: Post) -> Content | None:
        """Make a reminder."""
        now = discord.utils.utcnow()
        occasion = await self._prompting.find_occasion(post, now)
        if occasion is None:
            return None
        choice, prompt = await self._prompting.recall(occasion, now)
        ping = await self._ping(post)
        turnout = await self._count(occasion)
        return with_ping(reminder_message(occasion, choice, prompt, ping, self._bot.mentions, turnout), ping)

    async def render_choice(self, post: Post) -> Content | None:
        """Open a ballot, or ask for suggestions."""
        now = discord.utils.utcnow()
        occasion = await self._prompting.find_occasion(post, now)
        found = await self._prompting.open_ballot(occasion, post, now) if occasion else None
        if occasion is None or found is None:
            return None
        ping = await self._ping(post)
        if isinstance(found, Ballot):
            self._bot.dispatch("ballot_open", found)
            return with_ping(choice_message(occasion, found, ping), ping)
        return with_ping(ask_message(occasion, found, ping, self._bot.mentions), ping)

    async def opened(self, post: Post, message_id: int) -> None:
        """Keep which message a ballot was opened with."""
        ballot = await self._ballots.get_latest(post.guild_id)
        if ballot and ballot.opened_by is None and ballot.message_id is None and ballot.channel_id == post.channel_id:
            await self._ballots.put_message(post.guild_id, ballot.id, message_id)

    async def _count(self, occasion: Occasion) -> Turnout | None:
        """Count who comes; None for what is no meeting."""
        if not occasion.meets:
            return None
        slot, at = occasion.slot, occasion.occurrence.at
        return await self._rsvps.count(slot.guild_id, slot.key, occasion.date, at)

    async def _ping(self, post: Post) -> Ping:
        return find_ping(self._bot.get_guild(post.guild_id), await self._bot.clubs.get(post.guild_id))

    # --- who has read it --------------------------------------------------------------------------

    async def mark_read(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count the member as one who has read it."""
        guild_id, number, now = require_club(interaction), int(arguments[0]), discord.utils.utcnow()
        await self._count_readers(interaction, self._prompts.mark_read(guild_id, number, interaction.user.id, now))

    async def unmark_read(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count the member no longer."""
        guild_id, number = require_club(interaction), int(arguments[0])
        await self._count_readers(interaction, self._prompts.unmark_read(guild_id, number, interaction.user.id))

    async def _count_readers(self, interaction: Interaction, change: Awaitable[Prompt]) -> None:
        """Change who has read it, and show in the message how many; one that does not say that stays as it is."""
        message = _message(interaction)
        async with self._bot.bursts.edit(message.id) as burst:
            prompt, view = await change, open_view(message)
            if not put_readers(view, prompt):
                await interaction.response.defer()
                return
            await interaction.response.edit_message(view=view)

            async def recount(view: View) -> None:
                put_readers(view, await self._prompts.get(prompt.guild_id, prompt.id))

            burst.wrote("readers", recount, partial(show_clicked, interaction))

    # --- the discussion ---------------------------------------------------------------------------

    async def discuss(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Lead the member to the thread of a prompt; the first click opens it."""
        guild_id, message = require_club(interaction), _message(interaction)
        prompt = await self._prompts.get(guild_id, int(arguments[0]))
        if prompt is None:
            raise ClubError(_GONE)
        await interaction.response.defer(ephemeral=True, thinking=True)
        thread_id = await open_thread(self._bot, message, thread_name(prompt.title))
        if prompt.thread_id != thread_id:
            await self._prompts.put_thread(guild_id, prompt.id, thread_id)
            self._bot.discussions.forget(guild_id)
        await interaction.edit_original_response(view=discussion(thread_id))

    # --- who is reminded --------------------------------------------------------------------------

    async def join(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Give the member the role that posts notify."""
        await self._put_role(interaction, joined=True)

    async def leave(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Take it from them."""
        await self._put_role(interaction, joined=False)

    async def _put_role(self, interaction: Interaction, *, joined: bool) -> None:
        club, guild, member = await self._bot.clubs.get(require_club(interaction)), interaction.guild, interaction.user
        if guild is None or not isinstance(member, discord.Member):
            raise ClubError("Paperclub has just started and does not know the server yet. Try again in a moment.")
        role = require_role(guild, club)
        if is_private(interaction):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            if joined:
                await member.add_roles(role, reason="Asked to be reminded")
            else:
                await member.remove_roles(role, reason="Asked not to be reminded")
        except discord.HTTPException as error:
            raise read_failure(error, role) from error
        except (aiohttp.ClientError, OSError) as error:
            raise ClubError(_UNANSWERED) from error
        await interaction.edit_original_response(view=reminded(role.id, joined=joined))


def _message(interaction: Interaction) -> discord.Message:
    if interaction.message is None:
        raise ClubError(_GONE)
    return interaction.message


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    prompts, ballots = PromptStore(database), BallotStore(database)
    stores = bot.suggestions, MeetingStore(database), ballots, prompts, SlotStore(database)
    prompting = Prompting(bot.libraries, bot.catalog, *stores)
    await bot.add_cog(PromptsCog(bot, prompting, prompts, ballots, RsvpStore(database)))
