"""Each meeting is one event of the server, wherever the bot is killed and whatever Discord does then."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from discord import Permissions

from bot.club.ladder import Kind
from bot.club.slot import NewSlot, Slot, begin_weekly
from bot.club.stores.events import EventStore
from bot.club.stores.slots import SlotStore
from bot.database.sqlite import SqliteDatabase
from tests.loopback import LoopbackDiscord, loopback_discord
from tests.loopback.world import EVERYBODY, Json
from tests.shared import LONG
from tests.test_client import TOKEN, output, start

EVENTS = "/guilds/.*/scheduled-events"
CREATE, EDIT = f"POST {EVENTS}", f"PATCH {EVENTS}/.*"
ACCEPTED = "accepted"  # Discord has it, and its answer has not been read
LOST: dict[str, dict[str, Any]] = {"an error after accepting": {"status": 502}, "a broken connection": {"reset": True}}


class Server:
    """A club whose meetings are events, and the bot that keeps them."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path) -> None:
        self.loopback = loopback
        self.folder = folder
        self.guild = int(loopback.world.guild["id"])
        self.slot: Slot

    @asynccontextmanager
    async def database(self) -> AsyncIterator[SqliteDatabase]:
        database = SqliteDatabase(self.folder / "data" / "club.db")
        await database.open()
        yield database
        await database.close()

    async def add_slot(self) -> None:
        now = datetime.now(UTC)
        day, clock = (now + timedelta(days=2)).weekday(), now.time().replace(second=0, microsecond=0)
        weekly = begin_weekly((day,), clock, "UTC", 1, now)
        new = NewSlot("Club night", weekly, Kind.MEETING, int(self.loopback.world.channel["id"]))
        async with self.database() as database:
            store = SlotStore(database)
            slot = await store.add(self.guild, 7, now, new)
            self.slot = await store.set_posts(self.guild, slot.id, 7, now, slot.ladder, None, has_events=True)

    async def skip_first(self) -> str:
        """Skip the first meeting while the bot is down; give its date."""
        first = min(event["scheduled_start_time"] for event in self.events)[:10]
        async with self.database() as database:
            day = datetime.fromisoformat(first).date()
            await SlotStore(database).skip(self.guild, self.slot.id, 7, datetime.now(UTC), day)
        return first

    async def rename(self) -> None:
        async with self.database() as database:
            schedule = self.slot.schedule
            new = NewSlot("CLUB night", schedule, Kind.MEETING, self.slot.channel_id)
            await SlotStore(database).add(self.guild, 7, datetime.now(UTC), new, replace=True)

    async def start(self, **more: str) -> asyncio.subprocess.Process:
        return await start("run", self.loopback, self.folder, module="tests.dying_events", **more)

    async def die(self, point: str, request: str = CREATE) -> None:
        """Let the bot be killed at a point."""
        if point == ACCEPTED:
            self.loopback.fail(request, after=True, delay=60.0)
        process = await self.start(DIE_AT=point)
        if point == ACCEPTED:
            await self.loopback.request(request, seconds=30)
            await self.loopback.news.until(lambda: self.loopback.world.events, 10)
            process.send_signal(signal.SIGKILL)
        log = await output(process)
        assert process.returncode == -signal.SIGKILL, log

    async def run(self) -> str:
        """Let a bot do what is left, and end; give its log."""
        process = await self.start(WHEN_DONE="3")
        log = await output(process)
        assert process.returncode == 0, log
        assert "Traceback" not in log
        return log

    @property
    def events(self) -> list[Json]:
        return [*self.loopback.world.events.values()]

    @property
    def marks(self) -> list[str]:
        return sorted(event["description"].rpartition("\n")[2] for event in self.events)

    async def check(self) -> None:
        """Hold what Discord has against what is kept."""
        async with self.database() as database:
            kept = await EventStore(database).list_kept(self.guild)
        assert sorted(str(each.event_id) for each in kept) == sorted(self.loopback.world.events)
        assert len({*self.marks}) == len(self.marks) == 3


@pytest.fixture
async def server(tmp_path: Path, sent_requests: list[dict[str, Any]]) -> AsyncIterator[Server]:
    async with loopback_discord(TOKEN) as loopback:
        loopback.world.guild["roles"][0]["permissions"] = str((EVERYBODY | Permissions(create_events=True)).value)
        server = Server(loopback, tmp_path)
        await server.add_slot()
        yield server
    sent_requests.extend(loopback.records())


@pytest.mark.parametrize("point", ["marked", ACCEPTED, "answered", "stored"] if LONG else [ACCEPTED, "answered"])
async def test_a_killed_bot_and_the_next_one_make_each_event_once(server: Server, point: str) -> None:
    await server.die(point)
    assert len(server.events) == (0 if point == "marked" else 1)
    await server.run()
    await server.check()
    assert len(server.loopback.sent(CREATE)) == 3


@pytest.mark.parametrize("fault", LOST)
async def test_a_lost_answer_makes_none_twice(server: Server, fault: str) -> None:
    met = server.loopback.fail(CREATE, after=True, **LOST[fault])
    await server.run()
    await server.check()
    assert met.hits == 1
    assert len(server.loopback.sent(CREATE)) == 3, "discord.py alone would have asked again"


@pytest.mark.parametrize("point", ["edited", ACCEPTED] if LONG else ["edited"])
async def test_a_bot_that_is_killed_while_it_edits_goes_on_with_the_next_one(server: Server, point: str) -> None:
    await server.run()
    await server.rename()
    await server.die(point, EDIT)
    process = await server.start()
    await server.loopback.news.until(lambda: {event["name"] for event in server.events} == {"CLUB night"}, 30)
    process.send_signal(signal.SIGTERM)
    await output(process)
    await server.check()


async def test_a_bot_that_is_killed_while_it_deletes_goes_on_with_the_next_one(server: Server) -> None:
    await server.run()
    day = await server.skip_first()
    await server.die("deleted")
    assert len(server.events) == 2
    await server.run()
    await server.check()
    assert not any(day in mark for mark in server.marks)


async def test_a_discord_that_fails_and_then_works_gets_them_all(server: Server) -> None:
    server.loopback.fail(f"GET {EVENTS}", status=503, times=6)
    server.loopback.fail(CREATE, status=500)
    assert "the events of guild" in await server.run()
    await server.check()


async def test_when_the_bot_may_not_it_asks_once(server: Server) -> None:
    refusal = server.loopback.fail(CREATE, status=403, code=50013, times=100)
    process = await server.start()
    log = await read_passes(process, 4)
    process.send_signal(signal.SIGTERM)
    await output(process)
    assert "50013" in log
    assert refusal.hits == 1
    server.loopback.world.guild["roles"][0]["permissions"] = str(EVERYBODY.value)
    process = await server.start()
    await read_passes(process, 2)
    process.send_signal(signal.SIGTERM)
    await output(process)
    assert refusal.hits == 1, "it lacks the permission, as it knows without asking"


async def read_passes(process: asyncio.subprocess.Process, number: int) -> str:
    """Wait until a bot has made so many passes; give its log."""
    assert process.stdout
    log = ""
    async with asyncio.timeout(30):
        while log.count("a pass") < number:
            line = await process.stdout.readline()
            assert line, f"it has ended: {log}"
            log += line.decode()
    return log
