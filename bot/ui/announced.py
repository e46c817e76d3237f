"""What was posted about a meeting, brought into line with it after an organiser has skipped, moved or paused it."""

import logging
import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import aiohttp
import discord
from discord import ui

from bot.club.club import Club
from bot.club.post import Post
from bot.club.rsvp import Turnout, write_rung
from bot.club.slot import Slot
from bot.club.standing import Standing, find_standings
from bot.club.stores.posts import PostStore
from bot.club.stores.prompts import RUNG, PromptStore
from bot.club.stores.rsvps import RsvpStore
from bot.ui.answers import reply
from bot.ui.bursts import FAILURES, Bursts, Line
from bot.ui.cards import View, note
from bot.ui.controls import Interaction
from bot.ui.rsvps import put_instead, put_turnout
from bot.ui.spots import open_view
from bot.ui.week import say_date, slot_page

_log = logging.getLogger(__name__)

_SINCE = timedelta(days=120)  # longer than the first post comes before its meeting
_FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)
# The line that says when the club meets. What members wrote has a backslash before `<`, so it never looks like this.
_LINE = re.compile(r"^(?P<heading>(?:#+ )?)(?:🗓️|❌) [^<\\\n]*<t:[^\n]*$", re.MULTILINE)


class Announcements:
    """Edits what was posted about a slot's meetings, and tells the threads in which they are discussed."""

    def __init__(
        self, client: discord.Client, bursts: Bursts, posts: PostStore, prompts: PromptStore, rsvps: RsvpStore
    ) -> None:
        self._client = client
        self._bursts = bursts
        self._posts = posts
        self._prompts = prompts
        self._rsvps = rsvps

    async def follow(self, before: Slot, after: Slot | None, now: datetime) -> list[str]:
        """Bring what was posted into line with a slot as it is; give what organisers should know of that, in sentences.

        What says the right thing already is left alone, so it may be called again. `after` is None where the slot was
        removed.
        """
        posted = await self._posts.list_posted(before.guild_id, before.key, now - _SINCE)
        standings = find_standings(before, after, {date.fromisoformat(post.date) for post in posted}, now)
        said = [await self._edit(post, standings[day], after) for post in posted if (day := _day(post)) in standings]
        return list(dict.fromkeys(filter(None, said)))

    async def answer(self, interaction: Interaction, club: Club, before: Slot | None, after: Slot, done: str) -> None:
        """Show an organiser the slot that they have changed, and then what came of that; `before` is what it was."""
        now = discord.utils.utcnow()
        await self.show(interaction, club, after, done)
        if before and (said := await self.follow(before, after, now)):
            await interaction.edit_original_response(
                view=await self._page(interaction, club, after, said=[done, *said])
            )

    async def show(self, interaction: Interaction, club: Club, slot: Slot, done: str = "", doubt: str = "") -> None:
        """Show an organiser a slot; `done` says what was just done, `doubt` why something was not."""
        await reply(interaction, await self._page(interaction, club, slot, [done] if done else [], doubt))

    async def _page(
        self, interaction: Interaction, club: Club, slot: Slot, said: Sequence[str], doubt: str = ""
    ) -> View:
        now = discord.utils.utcnow()
        over = await self._posts.list_over(slot.guild_id, now - _SINCE)
        return slot_page(slot, club, interaction.guild, now, over, "\n".join(said), doubt)

    async def _edit(self, post: Post, standing: Standing, after: Slot | None) -> str:
        """Edit one message; give what organisers should know, which is nothing where nothing was to be done."""
        day, room = say_date(standing.day), f"<#{post.channel_id}>"
        channel = self._client.get_partial_messageable(post.channel_id, guild_id=post.guild_id)

        async def put(view: View) -> tuple[bool, bool]:
            return put_standing(view, standing, await self._count(post, standing))

        async def show(lines: Collection[Line]) -> None:
            try:
                message = await channel.fetch_message(post.message_id or 0)
                view = open_view(message)
                for line in lines:
                    await line(view)
                await message.edit(view=view)
            except FAILURES as error:
                _log.warning("what was posted for %s of %s may be wrong: %s", standing.day, post.slot, error)

        try:
            async with self._bursts.edit(post.message_id or 0) as burst:
                message = await channel.fetch_message(post.message_id or 0)
                view = open_view(message)
                changed, is_news = await put(view)
                if not changed:
                    return ""
                await message.edit(view=view)
                burst.wrote("standing", put, show)
        except discord.NotFound:
            return ""  # somebody deleted it
        except _FAILURES as error:
            _log.warning("what was posted for %s of %s could not be edited: %s", standing.day, post.slot, error)
            return f"⚠️ What was posted for {day} in {room} could not be edited, so it is wrong now: tell the club."
        if post.kind != RUNG or not is_news:
            return ""
        return await self._tell_thread(post, message, standing, after)

    async def _count(self, post: Post, standing: Standing) -> Turnout | None:
        """Count who comes to a meeting, if it takes place."""
        if standing.takes_place is None:
            return None
        return await self._rsvps.count(post.guild_id, post.slot, post.date, standing.takes_place.at)

    async def _tell_thread(self, post: Post, message: discord.Message, standing: Standing, after: Slot | None) -> str:
        prompt = await self._prompts.find(post.guild_id, post.slot, post.date)
        thread_id = message.id if message.flags.has_thread else prompt and prompt.thread_id
        day = say_date(standing.day)
        if not thread_id:
            tells = await self._tells(post, standing, after)
            told = "but who wanted to come is told" if tells else "so nobody was told"
            return f"The prompt for {day} says so now; it has no thread, {told}."
        try:
            thread = self._client.get_partial_messageable(thread_id, guild_id=post.guild_id)
            await thread.send(view=note(standing_line(standing)))
        except _FAILURES as error:
            _log.warning("the thread of %s of %s could not be told: %s", standing.day, post.slot, error)
            return f"⚠️ The prompt for {day} says so now, but its thread <#{thread_id}> could not be told."
        return f"The prompt for {day} says so now, and its thread <#{thread_id}> was told."

    async def _tells(self, post: Post, standing: Standing, after: Slot | None) -> bool:
        """Tell whether a post of its own tells of the change, to those who wanted to come."""
        if after is None:
            return False
        rung = write_rung(after.revision, standing.takes_place.at if standing.takes_place else None)
        return await self._posts.get(post.guild_id, post.slot, post.date, rung) is not None


def _day(post: Post) -> date:
    return date.fromisoformat(post.date)


def put_standing(view: View, standing: Standing, turnout: Turnout | None) -> tuple[bool, bool]:
    """Let a message say the right thing about its meeting; tell whether it is changed, and said when it is wrongly.

    It is not where it says the right thing, or nothing of it. `turnout` is who comes, if it takes place.
    """
    is_news = False
    for item in view.walk_children():
        found = _LINE.search(item.content) if isinstance(item, ui.TextDisplay) else None
        if found and isinstance(item, ui.TextDisplay) and not _holds(found[0], standing):
            line = found["heading"] + standing_line(standing)
            item.content = item.content[: found.start()] + line + item.content[found.end() :]
            is_news = True
    if is_news and standing.takes_place:
        put_instead(view)
    recounted = put_turnout(view, turnout)
    return is_news or bool(recounted), is_news


def _holds(line: str, standing: Standing) -> bool:
    called_off = "❌" in line
    if standing.takes_place is None:
        return called_off
    return not called_off and discord.utils.format_dt(standing.takes_place.at, "F") in line


def standing_line(standing: Standing) -> str:
    """Say that a meeting is at another time than it was said, or not at all."""
    return change_line(standing.takes_place.at if standing.takes_place else None, standing.announced.at)


def change_line(at: datetime | None, announced: datetime) -> str:
    """Say when a meeting is that has changed; None is that it is called off, and then when it was to be."""
    if at is None:
        return f"❌ **Called off:** we do not meet on {discord.utils.format_dt(announced, 'F')}"
    return f"🗓️ **Changed:** we meet {discord.utils.format_dt(at, 'R')}, on {discord.utils.format_dt(at, 'F')}"
