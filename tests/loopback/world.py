"""What lies on the servers of Discord: a server with its channels and members, commands, messages, interactions."""

import asyncio
import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from discord import Permissions
from simcord.components import walk_components

Json = dict[str, Any]

APPLICATION = "900000000000000001"
EPHEMERAL, LOADING = 1 << 6, 1 << 7
EVERYBODY = Permissions.text() | Permissions(view_channel=True)
ORGANISER = EVERYBODY | Permissions(manage_guild=True)
_EPOCH = 1_420_070_400_000
_EMPTY: Json = {"content": "", "embeds": [], "components": [], "attachments": [], "flags": 0}
_numbers = count(1)


def snowflake() -> str:
    """Make an id that tells the time, as Discord's do; later ones are greater."""
    return str(((time.time_ns() // 1_000_000 - _EPOCH) << 22) + next(_numbers) % (1 << 22))


def user(number: str, name: str, **more: Any) -> Json:
    return {"id": number, "username": name, "discriminator": "0", "global_name": name.title(), "avatar": None} | more


BOT = user(APPLICATION, "Paperclub", bot=True)


class Refusal(Exception):
    """An answer that is an error: a status of HTTP and one of Discord's codes."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"message": message, "code": code}


class News:
    """Wakes whoever waits until something is true."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, check: Callable[[], Any], seconds: float) -> Any:
        """Give what `check` gives as soon as that is true; raise TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (found := check()):
                future = asyncio.get_running_loop().create_future()
                self._waiting.append(future)
                await future
        return found


@dataclass
class Step:
    """One thing that the bot did to answer: callback, edit, followup or delete."""

    kind: str
    after: float  # seconds
    body: Json
    message: Json | None  # as it is now, not as it was then


@dataclass
class Answer:
    """An interaction, and what the bot has answered so far."""

    interaction: Json
    clicked: Json | None
    steps: list[Step] = field(default_factory=list)
    messages: dict[str, Json] = field(default_factory=dict)  # "@original", and the others by their ids
    news: News = field(default_factory=News)
    started: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        return time.monotonic() - self.started

    @property
    def callback(self) -> Json:
        return self.steps[0].body

    @property
    def data(self) -> Json:
        return self.callback.get("data") or {}

    @property
    def message(self) -> Json:
        """The message that was written last."""
        return next(step.message for step in reversed(self.steps) if step.message)

    @property
    def text(self) -> str:
        parts = walk_components(self.message["components"])
        return "\n".join(filter(None, [self.message["content"], *(part.get("content") for part in parts)]))

    @property
    def private(self) -> bool:
        return bool(self.message["flags"] & EPHEMERAL)

    def add(self, kind: str, body: Json, message: Json | None) -> None:
        self.steps.append(Step(kind, self.age, body, message))
        self.news.tell()

    async def until(self, steps: int, seconds: float = 10) -> "Answer":
        """Wait until the bot has done so many things; the callback is the first."""
        await self.news.until(lambda: len(self.steps) >= steps, seconds)
        return self


class World:
    """One server with a channel and two members, one of them an organiser. Tests may change everything."""

    def __init__(self) -> None:
        self.patience = 3.0  # seconds for a callback
        self.token_life = 900.0  # seconds for everything after it
        self.nonce_life = 300.0  # seconds during which a nonce is remembered; Discord says: a few minutes
        self.commands: list[Json] = []
        self.channels: dict[str, Json] = {}
        self.messages: dict[str, dict[str, Json]] = {}  # by channel and id, oldest first; no private ones
        self.events: dict[str, Json] = {}  # those that are scheduled
        self.members: dict[str, Json] = {}  # by the user's id
        self.answers: dict[str, Answer] = {}  # by the token of the interaction
        self._command_ids: dict[tuple[int, str], str] = {}
        self._nonces: dict[tuple[str, str], tuple[float, str]] = {}
        number = snowflake()
        self.guild: Json = {"id": number, "name": "Paper club", "owner_id": "1", "roles": []}
        self.add_role("@everyone", id=number)
        self._add_member(BOT, EVERYBODY)
        self.channel = self.add_channel("papers")

    def add_role(self, name: str, **more: Any) -> Json:
        colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
        role = {"id": snowflake(), "name": name, "permissions": str(EVERYBODY.value), "position": 0, "colors": colors}
        self.guild["roles"].append(role | more)
        return role | more

    def add_channel(self, name: str, **more: Any) -> Json:
        channel = {"id": snowflake(), "type": 0, "guild_id": self.guild["id"], "name": name, "position": 0,
                   "permission_overwrites": [], "parent_id": None} | more  # fmt: skip
        self.channels[channel["id"]] = channel
        self.messages[channel["id"]] = {}
        return channel

    def add_member(self, name: str, permissions: Permissions = EVERYBODY) -> Json:
        return self._add_member(user(snowflake(), name), permissions)

    def _add_member(self, person: Json, permissions: Permissions) -> Json:
        member = {"user": person, "nick": None, "roles": [], "joined_at": self.now(), "flags": 0, "deaf": False,
                  "mute": False, "permissions": str(permissions.value)}  # fmt: skip
        self.members[person["id"]] = member
        return member

    def add_thread(self, number: str, parent: str, body: Json) -> Json:
        if number in self.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        archive = {"archived": False, "auto_archive_duration": body.get("auto_archive_duration") or 4320,
                   "archive_timestamp": self.now(), "create_timestamp": self.now(), "locked": False}  # fmt: skip
        own = {"id": number, "type": body.get("type") or 11, "parent_id": parent, "owner_id": APPLICATION}
        return self.add_channel(body["name"], **own, thread_metadata=archive, message_count=0, member_count=1)

    def add_event(self, body: Json, creator: str = APPLICATION) -> Json:
        if datetime.fromisoformat(body["scheduled_start_time"]) <= datetime.now(UTC):
            raise Refusal(400, 50035, "Invalid Form Body: cannot schedule event in the past")
        own = {"id": snowflake(), "guild_id": self.guild["id"], "channel_id": None, "creator_id": creator, "status": 1}
        event = self.events[own["id"]] = body | own | {"entity_id": None}
        return event

    def find_event(self, number: str) -> Json:
        if number not in self.events:
            raise Refusal(404, 10070, "Unknown Guild Scheduled Event")
        return self.events[number]

    @staticmethod
    def now() -> str:
        return datetime.now(UTC).isoformat()

    def guild_create(self) -> Json:
        """Give the server as the gateway makes it known."""
        threads = [channel for channel in self.channels.values() if "thread_metadata" in channel]
        channels = [channel for channel in self.channels.values() if "thread_metadata" not in channel]
        me = {"members": [self.members[APPLICATION]], "member_count": len(self.members), "joined_at": self.now()}
        return self.guild | me | {"channels": channels, "threads": threads, "unavailable": False}

    def register(self, commands: list[Json]) -> list[Json]:
        """Replace the commands; one of the same kind and name keeps its id."""
        self.commands = []
        for command in commands:
            number = self._command_ids.setdefault((command.get("type", 1), command["name"]), snowflake())
            own = {"id": number, "application_id": APPLICATION, "version": "1"}
            self.commands.append({"type": 1, "description": ""} | command | own)
        return self.commands

    def find_channel(self, number: str) -> Json:
        if number not in self.channels:
            raise Refusal(404, 10003, "Unknown Channel")
        return self.channels[number]

    def find_message(self, channel: str, number: str) -> Json:
        self.find_channel(channel)
        if number not in self.messages[channel]:
            raise Refusal(404, 10008, "Unknown Message")
        return self.messages[channel][number]

    def post(self, channel: str, body: Json, author: Json = BOT, **more: Any) -> Json:
        """Post a message, or give the earlier one with the same nonce; private ones are not kept in the channel."""
        key = (channel, str(body.get("nonce")))
        if body.get("enforce_nonce") and key in self._nonces:
            then, number = self._nonces[key]
            if time.monotonic() - then < self.nonce_life and number in self.messages[channel]:
                return self.messages[channel][number]
        message: Json = {
            "id": snowflake(), "channel_id": self.find_channel(channel)["id"], "author": author, "type": 0, "tts": False,
            "timestamp": self.now(), "edited_timestamp": None, "mention_everyone": False, "mentions": [],
            "mention_roles": [], "pinned": False,
        } | copy.deepcopy(_EMPTY) | more  # fmt: skip
        self.write(message, body)
        if not message["flags"] & EPHEMERAL:
            self.messages[channel][message["id"]] = message
        if body.get("nonce") is not None:
            self._nonces[key] = (time.monotonic(), message["id"])
        return message

    def grow_old(self, seconds: int) -> None:
        """Let so much time have passed since everything that was posted; nonces are forgotten."""
        self._nonces.clear()
        for number, messages in self.messages.items():
            for message in messages.values():
                message["id"] = str(int(message["id"]) - (seconds * 1_000 << 22))
                message["timestamp"] = (
                    datetime.fromisoformat(message["timestamp"]) - timedelta(seconds=seconds)
                ).isoformat()
            self.messages[number] = {message["id"]: message for message in messages.values()}

    def write(self, message: Json, body: Json) -> None:
        """Let a message say what is in the body of a request; what is not in it stays."""
        private = message["flags"] & EPHEMERAL
        message |= {name: copy.deepcopy(body[name] or empty) for name, empty in _EMPTY.items() if name in body}
        message["flags"] |= private
        for file in message["attachments"]:
            file |= {"size": 0, "url": "https://cdn.invalid/file", "proxy_url": "https://cdn.invalid/file"} | file
        parts = list(walk_components(message["components"]))
        free = iter(sorted(set(range(1, 200)) - {part.get("id") for part in parts}))
        for part in parts:
            part.setdefault("id", next(free))
