"""The events of a server: what stands in them, and how they are asked of Discord."""

import re
from collections.abc import Mapping
from typing import Any, NoReturn

import aiohttp
import discord
from discord.http import Route

from bot.club.delivery import Refused, Unreachable
from bot.club.event_keeper import EventGone, EventUnwanted
from bot.club.events import Event
from bot.club.slot import Slot
from bot.errors import ClubError
from bot.ui.links import channel_url, is_web_address
from bot.ui.text import label, one_line

_EXTERNAL, _GUILD_ONLY, _SCHEDULED = 3, 2, 1  # https://docs.discord.com/developers/resources/guild-scheduled-event
_NAME = 100  # characters
_FULL = 30038  # a server has at most 100 events that are not over, whoever made them
_BROKEN = (OSError, aiohttp.ClientError, TimeoutError, discord.RateLimited)
_MARK = re.compile(r"Paperclub (slot:[0-9]+) (\d{4}-\d\d-\d\d)")
_LACKS = (
    "Paperclub may not make events on this server. Give its role the permission Create Events, in Server Settings > "
    "Roles, and choose it again."
)


def may_make_events(guild: discord.Guild | None) -> bool:
    """Tell whether the bot may make events on a server, and change its own."""
    return guild is not None and guild.me.guild_permissions.create_events


def require_events(guild: discord.Guild | None) -> None:
    """Raise ClubError with what to do, where the bot may not make events."""
    if not may_make_events(guild):
        raise ClubError(_LACKS)


def event_lines(slot: Slot, guild: discord.Guild | None) -> list[str]:
    """Say to organisers whether the meetings of a slot are among the events of the server."""
    if not slot.has_events:
        return []
    if may_make_events(guild):
        return ["Its next meetings are among the events of the server"]
    return ["⚠️ Its meetings are not kept among the events of the server: Paperclub lacks Create Events"]


def _payload(event: Event) -> dict[str, Any]:
    name = f"{event.name}: {event.title}" if event.title else event.name
    lines = [f"We read {one_line(event.title, 300)}"] if event.title else []
    if event.url and is_web_address(event.url):
        lines.append(event.url)
    lines += [f"We meet in <#{event.channel_id}>", f"-# Paperclub {event.slot} {event.date}"]
    return {
        "name": label(name, _NAME),
        "description": "\n".join(lines),
        "entity_type": _EXTERNAL,
        "entity_metadata": {"location": channel_url(event.guild_id, event.channel_id)},
        "privacy_level": _GUILD_ONLY,
        "scheduled_start_time": event.start.isoformat(),
        "scheduled_end_time": event.end.isoformat(),
    }


def read_mark(description: str) -> tuple[str, str] | None:
    """Read slot and date from the last line of a description, which nobody else writes."""
    found = _MARK.fullmatch(description.rpartition("\n")[2].removeprefix("-# "))
    return (found[1], found[2]) if found else None


class _AskedTwice(Exception):
    """discord.py was about to ask again."""


class _Once:
    """Passed to discord.py as a file, which it winds back before each attempt: lets there be one.

    It asks again after an error or a lost answer, whether Discord did what it was asked or not.
    """

    def reset(self, *, seek: int | bool = True) -> None:
        """Hear that an attempt begins, and which."""
        if seek:
            raise _AskedTwice


class DiscordEvents:
    """The events of servers; see `bot.club.event_keeper.Server`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    def may(self, guild_id: int) -> bool:
        """Tell whether the bot is on a server and may make events there."""
        return may_make_events(self._client.get_guild(guild_id))

    async def find(self, guild_id: int) -> Mapping[tuple[str, str], list[int]]:
        """Look through the events of a server for markers."""
        events: Any = await self._ask(Route("GET", "/guilds/{guild_id}/scheduled-events", guild_id=guild_id))
        me, found = self._client.user, dict[tuple[str, str], list[int]]()
        for event in sorted(events, key=lambda each: int(each["id"])):
            own = me is not None and event.get("creator_id") == str(me.id) and event["status"] == _SCHEDULED
            if own and (mark := read_mark(event.get("description") or "")):
                found.setdefault(mark, []).append(int(event["id"]))
        return found

    async def create(self, event: Event) -> int:
        """Make an event; where the answer is lost, Discord is not asked again."""
        route = Route("POST", "/guilds/{guild_id}/scheduled-events", guild_id=event.guild_id)
        try:
            made: Any = await self._ask(route, json=_payload(event), files=[_Once()])
        except EventGone as error:  # the server
            raise Unreachable("The server is gone.") from error
        return int(made["id"])

    async def edit(self, event_id: int, event: Event) -> None:
        """Let an event be as it should."""
        await self._ask(self._route("PATCH", event.guild_id, event_id), json=_payload(event))

    async def delete(self, guild_id: int, event_id: int) -> None:
        """Delete an event."""
        try:
            await self._ask(self._route("DELETE", guild_id, event_id))
        except EventGone:
            pass

    @staticmethod
    def _route(method: str, guild_id: int, event_id: int) -> Route:
        path = "/guilds/{guild_id}/scheduled-events/{event_id}"
        return Route(method, path, guild_id=guild_id, event_id=event_id)

    async def _ask(self, route: Route, **more: Any) -> object:
        try:
            return await self._client.http.request(route, **more)
        except discord.HTTPException as error:
            _raise(error)
        except (*_BROKEN, _AskedTwice) as error:
            raise Unreachable(f"Discord could not be reached: {type(error).__name__}.") from error


def _raise(error: discord.HTTPException) -> NoReturn:
    words = f"Discord answered: {error.status}, {error.text or 'error'} ({error.code})."
    if error.status >= 500 or error.status in (401, 408, 429):
        raise Unreachable(words) from error
    if error.status == 403 or error.code == _FULL:
        raise Refused(words) from error
    raise (EventGone if error.status == 404 else EventUnwanted)(words) from error
