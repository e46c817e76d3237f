"""A post is posted once, wherever the bot is killed and whatever Discord does then: real processes and sockets."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from bot.club.ladder import Kind
from bot.club.post import Planned, Post, State
from bot.club.rsvp import Answer
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot
from bot.club.stores.posts import PostStore
from bot.club.stores.rsvps import RsvpStore
from bot.club.stores.slots import SlotStore
from bot.club.zones import load_zone
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import post as table
from bot.database.tables import slot as slots
from tests.club.stores.test_posts import get, plan
from tests.dying_bot import KIND, PLANNING, POINTS
from tests.loopback import Fault, LoopbackDiscord, loopback_discord
from tests.running import TOKEN, output, start
from tests.shared import LONG

MESSAGES = "POST /channels/.*/messages"
HOUR = timedelta(hours=1)
MOMENTS = ("due_at", "began_at", "asked_at", "retry_at", "ended_at")
SLOT_MOMENTS = ("confirmed_at", "planned_until", "next_at")
NOON = date(2026, 1, 1)
FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a gateway that breaks": {"delay": 0.5},
    "an error after accepting": {"status": 502},
    "a connection that drops after accepting": {"reset": True},
}
UNSENT = POINTS[:2]  # nothing has been sent yet
UNDER_WAY = "under way"  # Discord carries the request out when the next bot has come and gone
ACCEPTED = "accepted"  # Discord has it, and its answer has not been read
CELLS = [*product((*UNSENT, ACCEPTED, *POINTS[2:]), FAULTS, (False, True)), (UNDER_WAY, "nothing", False)]
EVERYDAY = [
    ("before it is marked", "a gateway that breaks", True),
    ("marked", "an error after accepting", False),
    ("accepted", "nothing", True),
    ("answered", "a connection that drops after accepting", True),
    ("stored", "nothing", False),
]
SLOT_CELLS = [*product(PLANNING, ("nothing",), (False, True)), *CELLS]
SLOT_EVERYDAY = [
    ("before it is committed", "nothing", True),
    ("planned", "nothing", False),
    ("answered", "an error after accepting", True),
]
CONTROLS = [  # what is taken away, and how often it is posted then
    ("nonce", "under way", False, 2),
    ("marker", "accepted", True, 2),
    ("marker", "accepted", False, 1),  # the nonce is enough for some minutes
    ("nonce", "accepted", True, 1),
    ("marker nonce", "accepted", False, 2),
]


class Cell:
    """One post, a bot that dies at a point of it, and the next bot."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path, without: str) -> None:
        self.loopback = loopback
        self.folder = folder
        self.without = without
        self.gate = asyncio.Event()
        self.held = False  # a request is before the gate
        guild, channel = int(loopback.world.guild["id"]), int(loopback.world.channel["id"])
        self.planned = Planned(guild, "slot", "", KIND, channel, datetime.now(UTC))

    @asynccontextmanager
    async def database(self) -> AsyncIterator[SqliteDatabase]:
        database = SqliteDatabase(self.folder / "data" / "club.db")
        await database.open()
        yield database
        await database.close()

    async def plan(self) -> None:
        async with self.database() as database:
            assert await plan(database, [self.planned]) == [True]

    async def start(self, **more: str) -> asyncio.subprocess.Process:
        return await start("run", self.loopback, self.folder, module="tests.dying_bot", WITHOUT=self.without, **more)

    async def die(self, point: str, fault: str) -> Fault | None:
        """Let the bot be killed at a point while something goes wrong with Discord."""
        how = FAULTS[fault] | ({"delay": 60.0} if point == ACCEPTED else {})
        self.held = point == UNDER_WAY
        how |= {"gate": self.gate} if self.held else {}
        met = self.loopback.fail(MESSAGES, after=True, **how) if how else None
        process = await self.start(DIE_AT=point)
        if fault == "a gateway that breaks":
            await (self.loopback.connected() if point in UNSENT else self.loopback.request(MESSAGES, seconds=30))
            await self.loopback.news.until(lambda: self.loopback.gateway.connected, 10)
            await self.loopback.disconnect(4000)
        if point in (UNDER_WAY, ACCEPTED):
            await self.loopback.request(MESSAGES, seconds=30)
            process.send_signal(signal.SIGKILL)
        log = await output(process)
        assert process.returncode == -signal.SIGKILL, log
        if point in (*PLANNING, *POINTS):
            assert (self.folder / "died").read_text("utf-8") == point
        assert len(self.posted) == (0 if point in (*PLANNING, *UNSENT, UNDER_WAY) else 1)
        return met

    async def wait_an_hour(self) -> None:
        """Put the past an hour back."""
        seconds = int(HOUR.total_seconds())
        self.loopback.world.grow_old(seconds)

        def work(connection: Connection) -> None:
            for post in connection.execute(table.select()).all():
                earlier = {name: then - HOUR for name in MOMENTS if (then := getattr(post, name))}
                message_id = post.message_id and post.message_id - (seconds * 1_000 << 22)
                connection.execute(update(table).values(**earlier, message_id=message_id))
            for row in connection.execute(slots.select()).all():
                clock = (datetime.combine(NOON, time.fromisoformat(row.time)) - HOUR).time().isoformat("minutes")
                earlier = {name: then - HOUR for name in SLOT_MOMENTS if (then := getattr(row, name))}
                connection.execute(update(slots).values(**earlier, time=clock))

        async with self.database() as database:
            await database.write(work)

    async def end(self) -> Post:
        """Start the next bot, which posts what is left, and give what became of the post."""
        process = await self.start(WHEN_DONE="1")
        log = await output(process)
        assert process.returncode == 0, log
        assert "Traceback" not in log
        self.gate.set()
        if self.held:
            await self.loopback.news.until(lambda: self.loopback.sent(MESSAGES)[0].status, 10)
        return await get_post(self)

    @property
    def posted(self) -> list[Any]:
        return [*self.loopback.world.messages[self.loopback.world.channel["id"]].values()]


class SlotCell(Cell):
    """The prompt of a slot, which nobody has planned yet."""

    async def plan(self) -> None:
        now, channel_id = datetime.now(UTC), self.planned.channel_id
        zone = "UTC" if now.hour > 1 else "Etc/GMT+6"  # an hour ago is the same day there
        local = now.astimezone(load_zone(zone)).replace(second=0, microsecond=0)
        weekly = Schedule((local.weekday(),), local.time(), zone, local.date() - timedelta(7))
        new = NewSlot("Club night", weekly, Kind.PROMPT, channel_id)
        async with self.database() as database:
            slot = await SlotStore(database).add(self.planned.guild_id, 7, now - timedelta(days=3), new)
            nothing: list[Any] = await database.read(lambda connection: [*connection.execute(table.select())])
        assert nothing == []
        day, due = local.date().isoformat(), local.astimezone(UTC)
        self.planned = Planned(self.planned.guild_id, slot.key, day, "prompt", channel_id, due)


class AgainCell(Cell):
    """What tells a member that a meeting is called off, to which they wanted to come."""

    async def plan(self) -> None:
        now, member = datetime.now(UTC), 41
        day = now.date() + timedelta(days=5)
        weekly = Schedule((day.weekday(),), time(18), "UTC", day)
        new = NewSlot("Club night", weekly, Kind.MEETING, self.planned.channel_id)
        async with self.database() as database:
            store, at = SlotStore(database), datetime.combine(day, time(18), UTC)
            slot = await store.add(self.planned.guild_id, 7, now, new)
            await RsvpStore(database).answer(slot.guild_id, slot.id, day, member, Answer.YES, now, {at})
            await store.skip(slot.guild_id, slot.id, 7, now, day)
            ((rung,),) = await database.read(
                lambda connection: connection.execute(
                    select(table.c.rung).where(table.c.rung.startswith("again"))
                ).all()
            )
        day_name = day.isoformat()
        self.planned = Planned(slot.guild_id, slot.key, day_name, rung, self.planned.channel_id, now)


@asynccontextmanager
async def cell(
    folder: Path, sent_requests: list[dict[str, Any]], without: str = "", kind: type[Cell] = Cell
) -> AsyncIterator[Cell]:
    async with loopback_discord(TOKEN) as loopback:
        cell = kind(loopback, folder, without)
        await cell.plan()
        yield cell
    sent_requests.extend(loopback.records())


async def get_post(cell: Cell) -> Post:
    async with cell.database() as database:
        return await get(PostStore(database), cell.planned)


@pytest.mark.parametrize(("point", "fault", "later"), CELLS if LONG else EVERYDAY)
async def test_a_killed_bot_and_the_next_one_post_once(
    tmp_path: Path, sent_requests: list[dict[str, Any]], point: str, fault: str, later: bool
) -> None:
    async with cell(tmp_path, sent_requests) as it:
        met = await it.die(point, fault)
        if later:
            await it.wait_an_hour()
        post = await it.end()
        (message,) = it.posted
        assert post.message_id == int(message["id"])
        assert post.state is (State.LATE if later and point in UNSENT else State.SENT)
        assert met is None or met.hits == 1
        assert len({request.json["nonce"] for request in it.loopback.sent(MESSAGES)}) == 1


@pytest.mark.parametrize(("point", "fault", "later"), SLOT_CELLS if LONG else SLOT_EVERYDAY)
async def test_the_prompt_of_a_slot_is_posted_once_wherever_the_bot_is_killed(
    tmp_path: Path, sent_requests: list[dict[str, Any]], point: str, fault: str, later: bool
) -> None:
    async with cell(tmp_path, sent_requests, kind=SlotCell) as it:
        met = await it.die(point, fault)
        if later:
            await it.wait_an_hour()
        post = await it.end()
        (message,) = it.posted
        assert post.message_id == int(message["id"])
        assert post.state is (State.LATE if later and point in (*PLANNING, *UNSENT) else State.SENT)
        assert "I have read it" in str(message["components"])
        assert met is None or met.hits == 1
        async with it.database() as database:
            ((planned_until, next_at),) = await database.read(
                lambda connection: connection.execute(select(slots.c.planned_until, slots.c.next_at)).all()
            )
        assert planned_until > post.due_at
        assert next_at > datetime.now(UTC)


@pytest.mark.parametrize(("point", "fault", "later"), CELLS if LONG else EVERYDAY[1:4])
async def test_a_member_is_told_once_of_a_change_wherever_the_bot_is_killed(
    tmp_path: Path, sent_requests: list[dict[str, Any]], point: str, fault: str, later: bool
) -> None:
    async with cell(tmp_path, sent_requests, kind=AgainCell) as it:
        met = await it.die(point, fault)
        if later:
            await it.wait_an_hour()
        post = await it.end()
        (message,) = it.posted
        assert post.message_id == int(message["id"])
        assert post.state is (State.LATE if later and point in UNSENT else State.SENT)
        assert "You wanted to come: <@41>" in str(message["components"])
        assert met is None or met.hits == 1
        assert {str(request.json["allowed_mentions"]["users"]) for request in it.loopback.sent(MESSAGES)} == {"[41]"}
        assert all(request.json["allowed_mentions"]["parse"] == [] for request in it.loopback.sent(MESSAGES))


@pytest.mark.parametrize(("without", "point", "later", "times"), CONTROLS if LONG else CONTROLS[:2])
async def test_what_each_guard_is_for(
    tmp_path: Path, sent_requests: list[dict[str, Any]], without: str, point: str, later: bool, times: int
) -> None:
    async with cell(tmp_path, sent_requests, without) as it:
        await it.die(point, "nothing")
        if later:
            await it.wait_an_hour()
        await it.end()
        assert len(it.posted) == times


async def test_a_bot_whose_clock_is_wrong_waits_until_it_is_right(
    tmp_path: Path, sent_requests: list[dict[str, Any]]
) -> None:
    async with cell(tmp_path, sent_requests) as it:
        process = await it.start(AHEAD="3600")
        assert process.stdout
        async with asyncio.timeout(30):
            while b"the clock of this machine is wrong by 1:00:0" not in (line := await process.stdout.readline()):
                assert line, "it has ended"
        process.send_signal(signal.SIGTERM)
        await output(process)
        assert it.loopback.sent(MESSAGES) == []
        assert (await it.end()).state is State.SENT
