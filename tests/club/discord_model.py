"""A Discord of one list, a bot that dies at any moment, and a clock that a test turns."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from bot.club.delivery import ChannelGone, Refused, Unreachable, Unreadable
from bot.database.database import Database, Work
from bot.database.faults import StorageFault
from bot.database.migrate import apply_script, read_scripts

T = TypeVar("T")

NONCE_LIFE = timedelta(minutes=3)
UNDER_WAY = timedelta(seconds=3)  # for which a request may wander about
_SELDOM = 0.2  # of the kills, since there are many transactions for each request
_KEY = "UNIQUE (guild_id, slot, date, rung)"
_OUTCOMES = (
    "CREATE TABLE outcome (post_id INTEGER, state TEXT)",
    """CREATE TRIGGER ended AFTER UPDATE OF state ON post WHEN NEW.state NOT IN ('due', 'sending')
       BEGIN INSERT INTO outcome VALUES (NEW.id, NEW.state); END""",
)


class Killed(BaseException):
    """The process ended here; nothing that it would have done comes after it."""


@dataclass
class Message:
    number: int
    channel_id: int
    mark: str
    content: str
    at: datetime  # by Discord's clock
    clock: datetime  # by the clock of the bot, when it asked for it
    asked: int  # the number of that request


@dataclass
class Servers:
    """What lies on the servers of Discord; it outlives every process. `faults` tells how often what goes wrong."""

    chance: random.Random
    now: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC)
    drift: timedelta = timedelta()  # by how much the clock of the bot is ahead
    messages: list[Message] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)  # channels in which the bot may not post
    unreadable: set[int] = field(default_factory=set)
    faults: dict[str, float] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    nonces: bool = True
    markers: bool = True
    posting: int = 0  # requests to post
    under_way: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)

    @property
    def clock(self) -> datetime:
        """What the machine of the bot takes for the time."""
        return self.now + self.drift

    def happens(self, fault: str, share: float = 1) -> bool:
        if self.chance.random() >= share * self.faults.get(fault, 0):
            return False
        self.happened[fault] += 1
        return True

    def wait(self, pause: timedelta) -> None:
        """Let time pass, and what is under way arrive."""
        until = self.now + pause
        while self.under_way and self.under_way[0][0] <= until:
            self.now, request = self.under_way.pop(0)
            with suppress(ChannelGone, Refused):  # nobody hears of it any more
                request()
        self.now = until

    def with_mark(self, mark: str) -> list[Message]:
        return [message for message in self.messages if message.mark == mark]

    def request(self, channel_id: int, content: str, nonce: str) -> Callable[[], int]:
        """Give what happens when the request arrives."""
        self.posting += 1
        clock, asked = self.clock, self.posting

        def arrive() -> int:
            if channel_id in self.gone:
                raise ChannelGone
            if channel_id in self.closed:
                raise Refused("Missing Permissions")
            for message in self.messages if self.nonces else ():
                if (message.channel_id, message.mark) == (channel_id, nonce) and self.now - message.at < NONCE_LIFE:
                    return message.number
            number = len(self.messages) + 1
            self.messages.append(Message(number, channel_id, nonce, content, self.now, clock, asked))
            return number

        return arrive

    def find(self, channel_id: int, marker: str, since: datetime) -> tuple[int, datetime] | None:
        if channel_id in self.gone:
            raise ChannelGone
        if channel_id in self.unreadable:
            raise Unreadable("the bot may not read the history.")
        found = [(m.number, m.at) for m in self.with_mark(marker) if m.channel_id == channel_id and m.at > since]
        return found[0] if found and self.markers else None


class Process:
    """One run of the bot: a poster and a database that end with it."""

    def __init__(self, servers: Servers, database: Database) -> None:
        self.servers = servers
        self.dead = False
        self.database = DyingDatabase(database, self)

    def step(self, name: str, share: float = 1) -> None:
        """Come to a point at which the process may be killed."""
        if not self.dead and self.servers.happens("kill", share):
            self.servers.happened[f"kill {name}"] += 1
            self.dead = True
        if self.dead:
            raise Killed

    async def post(self, channel_id: int, content: str, nonce: str, marker: str) -> int:
        request = self.servers.request(channel_id, content, nonce)
        if self.servers.happens("under way"):
            self.servers.under_way.append((self.servers.now + UNDER_WAY, request))
            self.step("while it is under way", 3)
            raise Unreachable("Discord did not answer in time.")
        if self.servers.happens("again"):
            return await self._ask("posting", lambda: min(request(), request()))
        return await self._ask("posting", request)

    async def find(self, channel_id: int, marker: str, since: datetime) -> tuple[int, datetime] | None:
        return await self._ask("finding", lambda: self.servers.find(channel_id, marker, since))

    async def clock_offset(self) -> timedelta | None:
        return self.servers.drift

    async def _ask(self, name: str, request: Callable[[], T]) -> T:
        self.step(f"before {name}")
        await asyncio.sleep(0)
        if self.servers.happens("down"):
            raise Unreachable("Discord could not be reached.")
        answer = request()
        self.step(f"after {name}")
        if self.servers.happens("lost"):
            raise Unreachable("Discord's answer was lost.")
        return answer


class MemoryDatabase(Database):
    """A database without a file and without threads, which remembers each outcome of a post."""

    shared = False

    def __init__(self, *, keyed: bool = True) -> None:
        super().__init__()
        self._engine = create_engine("sqlite://", poolclass=StaticPool)
        self._keyed = keyed

    async def open(self) -> None:
        with self._engine.begin() as connection:
            for number, script in read_scripts().items():
                assert number > 1 or _KEY in script
                apply_script(connection, number, script if self._keyed else script.replace(_KEY, "CHECK (TRUE)"))
            for statement in _OUTCOMES:
                connection.exec_driver_sql(statement)

    async def read(self, work: Work[T]) -> T:
        return await self.write(work)

    async def write(self, work: Work[T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    async def clear(self) -> None:
        """Forget every post, for another story."""
        with self._engine.begin() as connection:
            for table in ("post", "outcome"):
                connection.exec_driver_sql(f"DELETE FROM {table}")

    async def outcomes(self) -> list[tuple[int, str]]:
        """Give each outcome that a post has had, with the number of its row."""
        read = "SELECT post_id, state FROM outcome"
        return await self.read(lambda connection: [(row[0], row[1]) for row in connection.exec_driver_sql(read)])

    async def _close(self) -> None:
        self._engine.dispose()

    _read = _write = write


class DyingDatabase(Database):
    """A database for one process, which may end, or not be served, at each transaction."""

    def __init__(self, database: Database, process: Process) -> None:
        super().__init__()
        self._database = database
        self._process = process
        self.shared = database.shared

    async def open(self) -> None: ...

    async def _close(self) -> None: ...

    async def read(self, work: Work[T]) -> T:
        return await self._step("reading", self._database.read, work)

    async def write(self, work: Work[T]) -> T:
        return await self._step("writing", self._database.write, work)

    async def _step(self, name: str, method: Callable[[Work[T]], Any], work: Work[T]) -> T:
        self._process.step(f"before {name}", _SELDOM)
        if self._process.servers.happens("storage"):
            raise StorageFault("The disk is full.")
        result: T = await method(work)
        self._process.step(f"after {name}", _SELDOM)
        if self._process.servers.happens("unheard"):
            raise StorageFault("The connection broke after the commit.")
        return result

    _read = _write = write
