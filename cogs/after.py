"""What comes after a meeting: the question how it was, who came, and catching up."""

import asyncio
import logging
from typing import Any

import aiohttp
import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.aftermath import Aftermath, Past
from bot.club.gathering import Headcount
from bot.club.ladder import AFTER
from bot.club.post import Post
from bot.club.prompt import Why
from bot.club.prompting import About, Prompting
from bot.club.stores.attendance import AttendanceStore, Name
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.slots import SlotStore
from bot.errors import ClubError
from bot.ui import after
from bot.ui.answers import reply
from bot.ui.cards import View
from bot.ui.controls import ANY, DATE, ROW_NUMBER, Controls, Interaction, is_private
from bot.ui.organisers import require_club, require_organiser
from bot.ui.poster import Content
from bot.ui.presence import Presence, find_presence, presence_in
from bot.ui.text import clean

_log = logging.getLogger(__name__)

_ASKED = 12  # members who came, of whom Discord is asked whether they are still here
_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
_UNKNOWN = "That meeting is not known here: it was called off, or moved, or has not begun. /next shows what comes."


class AfterCog(commands.Cog):
    """Ask how a meeting was, when it has ended, and answer the clicks on that."""

    def __init__(
        self,
        bot: Paperclub,
        clubs: ClubStore,
        aftermath: Aftermath,
        attendance: AttendanceStore,
        gatherings: GatheringStore,
        posts: PostStore,
        prompting: Prompting,
    ) -> None:
        self._bot = bot
        self._clubs = clubs
        self._aftermath = aftermath
        self._attendance = attendance
        self._gatherings = gatherings
        self._posts = posts
        self._prompting = prompting
        bot.outbox.on(AFTER, self.render)
        controls: Controls = bot.controls
        controls.on("howwasit", self.rate, ROW_NUMBER, DATE, "[1-5]")
        controls.on("iwasthere", self.come, ROW_NUMBER, DATE)
        controls.on("wasntthere", self.leave, ROW_NUMBER, DATE)
        controls.on("askline", self.ask_line, ROW_NUMBER, DATE)
        controls.on("sayline", self.write_line, ROW_NUMBER, DATE, ANY)
        controls.on("quoteline", self.let_quote, ROW_NUMBER, DATE, "[01]")
        controls.on("catchup", self.catch_up, ROW_NUMBER, DATE)
        controls.on("whocame", self.show_who_came, ROW_NUMBER, DATE)
        controls.on("addcame", self.add_who_came, ROW_NUMBER, DATE)
        controls.on("notgotto", self.put_back, ROW_NUMBER, DATE)

    async def render(self, post: Post) -> Content | None:
        """Make the question how a meeting was; there is none where it did not take place."""
        past = await self._aftermath.find((post.guild_id, post.slot, post.date), discord.utils.utcnow())
        if past is None or not past.gathering.closed:
            return None
        here = past.presenter_id is not None and await self._is_here(post.guild_id, past.presenter_id)
        return after.after_message(past, presenter_here=here)

    async def _is_here(self, guild_id: int, member_id: int) -> bool:
        return await presence_in(self._bot.get_guild(guild_id), member_id) is Presence.HERE

    # --- what members say -------------------------------------------------------------------------

    async def rate(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Keep the stars of a member, who is counted as having come."""
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        turnout = await self._attendance.come(name, interaction.user.id, now, int(arguments[2]))
        await self._answer(interaction, name, turnout)

    async def come(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member as having come."""
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        await self._answer(interaction, name, await self._attendance.come(name, interaction.user.id, now))

    async def leave(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count a member no longer."""
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        await self._answer(interaction, name, await self._attendance.leave(name, interaction.user.id, now))

    async def ask_line(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Ask for a line."""
        name = _name(interaction, arguments)
        own = await self._attendance.get_own(name, interaction.user.id)
        await interaction.response.send_modal(after.line_form((arguments[0], arguments[1]), own))

    async def write_line(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Keep the line that was typed."""
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        line = " ".join(clean((values or arguments[2:])[0]).split())
        own = await self._attendance.write_line(name, interaction.user.id, line, now)
        await reply(interaction, after.own_page((arguments[0], arguments[1]), own))
        await self._refresh(name, await self._attendance.count(name))

    async def let_quote(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the line of a member be quoted, or not any more."""
        name, now, quotable = _name(interaction, arguments), discord.utils.utcnow(), arguments[2] == "1"
        own = await self._attendance.let_quote(name, interaction.user.id, now, quotable=quotable)
        await reply(interaction, after.own_page((arguments[0], arguments[1]), own))

    async def _answer(self, interaction: Interaction, name: Name, turnout: Headcount) -> None:
        """Tell a member what is kept of them, and everybody how many came."""
        own = await self._attendance.get_own(name, interaction.user.id)
        page = after.own_page((name[1].partition(":")[2], name[2]), own)
        message = interaction.message
        if is_private(interaction) or message is None:
            await reply(interaction, page)
            await self._refresh(name, turnout)
            return
        view = after.with_turnout(message, turnout)
        if view is None:
            await interaction.response.send_message(view=page, ephemeral=True)
            return
        await interaction.response.edit_message(view=view)
        await interaction.followup.send(view=page, ephemeral=True)

    async def _refresh(self, name: Name, turnout: Headcount) -> None:
        """Bring the count of the posted question into line; it is right again with the next click at the latest."""
        post = await self._posts.get(*name, AFTER)
        if post is None or post.message_id is None:
            return
        try:
            channel = self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id)
            message = await channel.fetch_message(post.message_id)
            if view := after.with_turnout(message, turnout):
                await message.edit(view=view)
        except _FAILURES as error:
            _log.info("the count of %s of %s could not be edited: %s", name[2], name[1], error)

    # --- catching up ------------------------------------------------------------------------------

    async def catch_up(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Tell a member what they missed."""
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        past = await self._find(name)
        if is_private(interaction):
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=True, thinking=True)
        about, quotes = About(), await self._attendance.list_lines(name, quotable=True)
        if past.choice.why is not Why.NOTHING:
            about = await self._prompting.describe(name[0], past.choice, now)
        await interaction.edit_original_response(view=after.catchup_page(past, about, quotes))

    async def _find(self, name: Name) -> Past:
        past = await self._aftermath.find(name, discord.utils.utcnow())
        if past is None:
            raise ClubError(_UNKNOWN)
        return past

    # --- for organisers ---------------------------------------------------------------------------

    async def show_who_came(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Show organisers who came."""
        await require_organiser(interaction, self._clubs)
        await reply(interaction, await self._who_page(interaction, _name(interaction, arguments)))

    async def add_who_came(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Count members who did not say so themselves."""
        await require_organiser(interaction, self._clubs)
        name, now = _name(interaction, arguments), discord.utils.utcnow()
        data: Any = interaction.data
        people: dict[str, Any] = data.get("resolved", {}).get("users", {})
        chosen = {int(each) for each in values if each in people and not people[each].get("bot")}
        turnout = await self._attendance.add(name, chosen, interaction.user.id, now)
        await reply(interaction, await self._who_page(interaction, name, "They are counted"))
        await self._refresh(name, turnout)

    async def put_back(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Let the paper of a meeting come again, which did not get to it."""
        club, now = await require_organiser(interaction, self._clubs), discord.utils.utcnow()
        name = _name(interaction, arguments)
        again = await self._gatherings.reopen(club.guild_id, name[1], name[2], interaction.user.id, now)
        done = "Its paper comes next again" if again else "It was put back already, or was read at another meeting"
        await reply(interaction, await self._who_page(interaction, name, done))

    async def _who_page(self, interaction: Interaction, name: Name, done: str = "") -> View:
        past, now = await self._find(name), discord.utils.utcnow()
        came = await self._attendance.list_members(name, _ASKED)
        found = await asyncio.gather(*(find_presence(interaction, each) for each in came))
        here = [each for each, presence in zip(came, found, strict=True) if presence is Presence.HERE]
        lines = await self._attendance.list_lines(name, quotable=False)
        number = 1_000 + int(now.timestamp() * 10) % 10**6
        return after.who_page(past, here, lines, number, done)


def _name(interaction: Interaction, arguments: list[str]) -> Name:
    return require_club(interaction), f"slot:{arguments[0]}", arguments[1]


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    meetings, prompts, gatherings = MeetingStore(database), PromptStore(database), GatheringStore(database)
    attendance = AttendanceStore(database)
    stores = bot.suggestions, meetings, BallotStore(database), prompts, SlotStore(database)
    prompting = Prompting(bot.libraries, bot.catalog, *stores)
    aftermath = Aftermath(gatherings, meetings, prompts, attendance)
    await bot.add_cog(AfterCog(bot, bot.clubs, aftermath, attendance, gatherings, PostStore(database), prompting))
