"""A Discord of one dictionary, a bot that dies at any moment, and a clock that a test turns."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.club.delivery import ChannelGone, Refused, Unreachable, Unreadable
from bot.database.database import Database, Work

NONCE_LIFE = timedelta(minutes=3)


class Killed(BaseException):
    """The process ended here; nothing that it would have done comes after it."""


@dataclass
class Message:
    number: int
    channel_id: int
    mark: str
    content: str
    at: datetime


@dataclass
class Servers:
    """What lies on the servers of Discord; it outlives every process. `faults` tells how often what goes wrong."""

    chance: random.Random
    now: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)
    messages: list[Message] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)  # channels in which the bot may not post
    unreadable: set[int] = field(default_factory=set)
    faults: dict[str, float] = field(default_factory=dict)
    nonces: bool = True
    markers: bool = True
    posting: int = 0  # requests to post

    def happens(self, fault: str) -> bool:
        return self.chance.random() < self.faults.get(fault, 0)

    def with_mark(self, mark: str) -> list[Message]:
        return [message for message in self.messages if message.mark == mark]

    def post(self, channel_id: int, content: str, nonce: str) -> int:
        self.posting += 1
        if channel_id in self.gone:
            raise ChannelGone
        if channel_id in self.closed:
            raise Refused("Missing Permissions")
        for message in self.messages if self.nonces else ():
            if (message.channel_id, message.mark) == (channel_id, nonce) and self.now - message.at < NONCE_LIFE:
                return message.number
        self.messages.append(Message(len(self.messages) + 1, channel_id, nonce, content, self.now))
        return len(self.messages)

    def find(self, channel_id: int, marker: str, since: datetime) -> int | None:
        if channel_id in self.gone:
            raise ChannelGone
        if channel_id in self.unreadable:
            raise Unreadable("the bot may not read the history.")
        found = [m.number for m in self.with_mark(marker) if m.channel_id == channel_id and m.at > since]
        return found[0] if found and self.markers else None


class Process:
    """One run of the bot: a poster and a database that end with it."""

    def __init__(self, servers: Servers, database: Database) -> None:
        self.servers = servers
        self.dead = False
        self.database = DyingDatabase(database, self)

    def step(self) -> None:
        if not self.dead and self.servers.happens("kill"):
            self.dead = True
        if self.dead:
            raise Killed

    async def post(self, channel_id: int, content: str, nonce: str, marker: str) -> int:
        return self._ask(lambda: self.servers.post(channel_id, content, nonce))

    async def find(self, channel_id: int, marker: str, since: datetime) -> int | None:
        return self._ask(lambda: self.servers.find(channel_id, marker, since))

    async def clock_offset(self) -> timedelta | None:
        return None

    def _ask(self, request: Callable[[], Any]) -> Any:
        self.step()
        if self.servers.happens("down"):
            raise Unreachable("Discord could not be reached.")
        answer = request()
        self.step()
        if self.servers.happens("lost"):
            raise Unreachable("Discord's answer was lost.")
        return answer


class DyingDatabase(Database):
    """A database for one process, which may end before or after each transaction."""

    def __init__(self, database: Database, process: Process) -> None:
        super().__init__()
        self._database = database
        self._process = process
        self.shared = database.shared

    async def open(self) -> None: ...

    async def _close(self) -> None: ...

    async def read(self, work: Work[Any]) -> Any:
        return await self._step(self._database.read, work)

    async def write(self, work: Work[Any]) -> Any:
        return await self._step(self._database.write, work)

    async def _step(self, method: Callable[[Work[Any]], Any], work: Work[Any]) -> Any:
        self._process.step()
        result = await method(work)
        self._process.step()
        return result

    _read = _write = write
