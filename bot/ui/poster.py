"""Posting into channels by itself: each message carries a marker by which it is found again."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any, NoReturn

import aiohttp
import discord

from bot.club.delivery import ChannelGone, Message, Refused, Unreachable, Unreadable
from bot.ui.cards import View
from bot.ui.controls import ControlButton

_UNKNOWN_CHANNEL = 10003  # https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_CUSTOM_ID = 100  # characters
_SMALLEST, _LARGEST = 1 << 16, (1 << 31) - 1  # ids that Discord gives to components by itself are small
_AGAIN = 60.0  # seconds after which a clock that seems wrong is asked again
_BROKEN = (OSError, aiohttp.ClientError, TimeoutError, discord.RateLimited)


@dataclass(frozen=True, slots=True)
class Pinging:
    """A message that notifies those with some roles, and some members, which it mentions.

    A view by itself notifies nobody.
    """

    view: View
    role_ids: tuple[int, ...] = ()
    member_ids: tuple[int, ...] = ()


Content = View | Pinging


def put_marker(view: View, marker: str) -> None:
    """Let a message carry a marker: behind the arguments of its first button, which then does what it did before.

    A message without a button of the bot carries it as the number of its box, which Discord keeps and does not show.
    """
    for item in view.walk_children():
        if isinstance(item, ControlButton) and len(item.custom_id) + 1 + len(marker) <= _CUSTOM_ID:
            item.item.custom_id = f"{item.custom_id}:{marker}"
            return
    view.children[0].id = _number(marker)


def has_marker(components: Sequence[Any], marker: str) -> bool:
    """Tell whether the components of a message carry a marker."""
    number = _number(marker)
    return any(
        part.id == number or (getattr(part, "custom_id", None) or "").endswith(f":{marker}")
        for part in _walk(components)
    )


def _number(marker: str) -> int:
    return _SMALLEST + int(marker, 16) % (_LARGEST - _SMALLEST)


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for part in components:
        yield part
        yield from _walk(getattr(part, "children", ()))
        accessory = getattr(part, "accessory", None)
        if accessory is not None:
            yield accessory


class DiscordClock:
    """How far this machine's clock is from Discord's, by the Date of its answers.

    Between answers the time is reckoned by the monotonic clock, so that a clock which was put right is right at once.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._heard: tuple[datetime, float] | None = None

    def trace(self) -> aiohttp.TraceConfig:
        """Make what listens to the answers of a session."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._listen)
        return trace

    def hear(self, date: str) -> None:
        """Take over the time of an answer, as in its header."""
        try:
            self._heard = (parsedate_to_datetime(date), time.monotonic())
        except ValueError:
            pass

    def offset(self) -> timedelta | None:
        """Give by how much the local clock is ahead; None before the first answer."""
        if self._heard is None:
            return None
        then, since = self._heard
        return self._now() - then - timedelta(seconds=time.monotonic() - since)

    async def _listen(
        self, session: aiohttp.ClientSession, context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.hear(end.response.headers.get("Date", ""))


class DiscordPoster:
    """Posts as the bot."""

    def __init__(self, client: discord.Client, clock: DiscordClock) -> None:
        self._client = client
        self._clock = clock
        self._asked = -_AGAIN

    async def post(self, channel_id: int, content: Content, nonce: str, marker: str) -> int:
        """Post a message that carries a marker; see `bot.club.delivery.Poster`."""
        pinging = content if isinstance(content, Pinging) else Pinging(content)
        roles, users = ([discord.Object(each) for each in ids] for ids in (pinging.role_ids, pinging.member_ids))
        allowed = discord.AllowedMentions(everyone=False, users=users, roles=roles, replied_user=False)
        put_marker(pinging.view, marker)
        try:
            channel = self._client.get_partial_messageable(channel_id)
            # discord.py asks Discord to enforce every nonce.
            message = await channel.send(view=pinging.view, nonce=nonce, allowed_mentions=allowed)
        except discord.HTTPException as error:
            _raise(error, Refused)
        except _BROKEN as error:
            raise Unreachable(_words(error)) from error
        return message.id

    async def find(self, channel_id: int, marker: str, since: datetime) -> Message | None:
        """Look for a marker in the history of a channel; see `bot.club.delivery.Poster`."""
        try:
            # Without the permission Discord gives an empty history instead of an error.
            channel = self._client.get_channel(channel_id) or await self._client.fetch_channel(channel_id)
            if not isinstance(channel, discord.abc.Messageable) or isinstance(channel, discord.abc.PrivateChannel):
                raise Unreadable("it is not a channel of text in a server.")
            if not channel.permissions_for(channel.guild.me).read_message_history:
                raise Unreadable("the bot may not read the message history of the channel.")
            async for message in channel.history(limit=None, after=since, oldest_first=False):
                if message.author == self._client.user and has_marker(message.components, marker):
                    return message.id, message.created_at
        except discord.HTTPException as error:
            _raise(error, Unreadable)
        except _BROKEN as error:
            raise Unreachable(_words(error)) from error
        return None

    async def clock_offset(self) -> timedelta | None:
        """Give by how much the local clock is ahead; ask when it seems wrong, since sleep stops the monotonic clock."""
        offset = self._clock.offset()
        if offset and abs(offset) > timedelta(minutes=1) and time.monotonic() - self._asked >= _AGAIN:
            self._asked = time.monotonic()
            try:
                await self._client.application_info()
            except (discord.HTTPException, *_BROKEN):
                pass
            offset = self._clock.offset()
        return offset


def _raise(error: discord.HTTPException, refusal: type[Refused | Unreadable]) -> NoReturn:
    """Say what an error of Discord means for a post."""
    if error.code == _UNKNOWN_CHANNEL:
        raise ChannelGone from error
    if error.status >= 500 or error.status in (401, 408, 429):
        raise Unreachable(_words(error)) from error
    raise refusal(_words(error)) from error


def _words(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"Discord answered: {error.status}, {error.text or 'error'} ({error.code})."
    return f"Discord could not be reached: {type(error).__name__}."
