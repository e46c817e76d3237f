"""A meeting is closed once and asked about once, and no stars are lost, wherever the bot is killed: real processes."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.club.gathering import Attendance, Gathering, Headcount
from bot.club.ladder import AFTER, Kind, Ladder
from bot.club.meeting import MeetingState
from bot.club.post import Planned, State
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot
from bot.club.stores.attendance import AttendanceStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.gatherings import GatheringStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.slots import SlotStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.club.zones import load_zone
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import gathering
from tests.dying_bot import PLANNING
from tests.dying_club import POINTS
from tests.loopback import LoopbackDiscord, loopback_discord
from tests.loopback.world import Json
from tests.shared import LONG
from tests.test_choosing_crashes import KEPT, until_death
from tests.test_client import TOKEN, output, start
from tests.test_delivery_crashes import CELLS, HOUR, MESSAGES, UNSENT, Cell, cell

OLGA = 7
LASTS = timedelta(minutes=30)
TITLE = "A talk of Ada's"
EVERYDAY = [
    ("before it is committed", "nothing", True),
    ("marked", "an error after accepting", False),
    ("answered", "a connection that drops after accepting", True),
]


async def end_meeting(database: SqliteDatabase, guild: int, channel_id: int) -> Planned:
    """Let a meeting have ended in this minute, which nobody has planned yet; its paper was chosen."""
    now = datetime.now(UTC)
    zone = "UTC" if now.hour > 2 else "Etc/GMT+6"  # two hours ago is the same day there
    begins = (now - LASTS).astimezone(load_zone(zone)).replace(second=0, microsecond=0)
    weekly = Schedule((begins.weekday(),), begins.time(), zone, begins.date() - timedelta(7))
    store, earlier = SlotStore(database), now - timedelta(days=3)
    slot = await store.add(guild, OLGA, earlier, NewSlot("Club night", weekly, Kind.MEETING, channel_id, 30))
    ladder = Ladder(choose=None, prompt=None, reminders=(), minutes=30)
    await store.set_posts(guild, slot.id, OLGA, earlier, ladder, None)
    told = await SuggestionStore(database).propose(guild, 41, propose_title(TITLE), "", earlier)
    await DecisionStore(database).accept(guild, told.suggestion.id, OLGA, earlier)
    return Planned(guild, slot.key, begins.date().isoformat(), AFTER, channel_id, begins.astimezone(UTC) + LASTS)


async def outcome(database: SqliteDatabase, planned: Planned) -> tuple[bool, list[str], int]:
    """Give whether the meeting is closed with its paper, what is still to come, and how often it was marked as read."""
    found = await GatheringStore(database).get(planned.guild_id, planned.slot, planned.date)
    number = found.meeting_id if found else None
    paper = await MeetingStore(database).get(planned.guild_id, number) if number else None
    closed = bool(found and found.closed and paper and paper.state is MeetingState.HELD)
    coming = [each.title for each in await MeetingStore(database).list_coming(planned.guild_id)]
    lines, _ = await ClubStore(database).read_audit(planned.guild_id, 0, 50)
    return closed, coming, sum(line.action == "marked as read" for line in lines)


class AfterCell(Cell):
    """The question after a meeting, which nobody has planned yet."""

    async def plan(self) -> None:
        async with self.database() as database:
            self.planned = await end_meeting(database, self.planned.guild_id, self.planned.channel_id)

    async def wait_an_hour(self) -> None:
        await super().wait_an_hour()

        def work(connection: Connection) -> None:
            for row in connection.execute(gathering.select()).all():
                connection.execute(update(gathering).values(at=row.at - HOUR, ends_at=row.ends_at - HOUR))

        async with self.database() as database:
            await database.write(work)


@pytest.mark.parametrize(
    ("point", "fault", "later"), [*product(PLANNING, ("nothing",), (False, True)), *CELLS] if LONG else EVERYDAY
)
async def test_the_question_after_a_meeting_is_posted_once_wherever_the_bot_is_killed(
    tmp_path: Path, sent_requests: list[dict[str, Any]], point: str, fault: str, later: bool
) -> None:
    async with cell(tmp_path, sent_requests, kind=AfterCell) as it:
        met = await it.die(point, fault)
        if later:
            await it.wait_an_hour()
        post = await it.end()
        (message,) = it.posted
        assert post.message_id == int(message["id"])
        assert post.state is (State.LATE if later and point in (*PLANNING, *UNSENT) else State.SENT)
        assert "How was it?" in str(message["components"])
        assert TITLE in str(message["components"])
        assert met is None or met.hits == 1
        async with it.database() as database:
            assert await outcome(database, it.planned) == (True, [], 1)


class Night:
    """A club whose meeting has just ended, and the processes that serve it one after the other."""

    def __init__(self, loopback: LoopbackDiscord, folder: Path) -> None:
        self.loopback = loopback
        self.folder = folder

    @asynccontextmanager
    async def database(self) -> AsyncIterator[SqliteDatabase]:
        database = SqliteDatabase(self.folder / "data" / "club.db")
        await database.open()
        yield database
        await database.close()

    async def prepare(self) -> None:
        guild, channel = int(self.loopback.world.guild["id"]), int(self.loopback.world.channel["id"])
        async with self.database() as database:
            self.planned = await end_meeting(database, guild, channel)

    async def start(self, **environment: str) -> asyncio.subprocess.Process:
        self.loopback.gateway.identified.clear()
        process = await start("run", self.loopback, self.folder, module="tests.dying_club", **environment)
        await self.loopback.connected()
        return process

    async def end(self, process: asyncio.subprocess.Process) -> None:
        process.send_signal(signal.SIGTERM)
        log = await output(process)
        assert process.returncode == 0, log
        assert "Traceback" not in log

    async def died(self, process: asyncio.subprocess.Process, point: str) -> None:
        log = await output(process)
        assert process.returncode == -signal.SIGKILL, log
        assert (self.folder / "died").read_text("utf-8") == point

    async def asked(self) -> Json:
        """Wait for the question how it was; give its message, the only one."""
        posted = self.loopback.world.messages[self.loopback.world.channel["id"]]
        await self.loopback.news.until(lambda: posted, 30)
        (message,) = posted.values()
        return message

    @property
    def name(self) -> tuple[int, str, str]:
        return self.planned.guild_id, self.planned.slot, self.planned.date

    async def turnout(self) -> Headcount:
        async with self.database() as database:
            return await AttendanceStore(database).count(self.name)


@pytest.fixture
async def night(tmp_path: Path, sent_requests: list[dict[str, Any]]) -> AsyncIterator[Night]:
    async with loopback_discord(TOKEN) as loopback:
        night = Night(loopback, tmp_path)
        await night.prepare()
        yield night
    sent_requests.extend(loopback.records())


@pytest.mark.parametrize("point", POINTS[:3] if LONG else ["not committed", "committed"])
async def test_a_meeting_is_closed_whole_and_once(night: Night, point: str) -> None:
    process = await night.start(DIE_IN="GatheringStore.close", DIE_AT=point)
    await night.died(process, point)
    kept = point in KEPT
    async with night.database() as database:
        assert await outcome(database, night.planned) == (kept, [] if kept else [TITLE], int(kept))
    for _ in range(2):
        process = await night.start()
        assert TITLE in str((await night.asked())["components"])
        await night.end(process)
    async with night.database() as database:
        found: Gathering | None = await GatheringStore(database).get(*night.name)
        assert found
        assert await outcome(database, night.planned) == (True, [], 1)
    assert len(night.loopback.sent(MESSAGES)) == 1


@pytest.mark.parametrize("point", POINTS if LONG else ["not committed", "answered"])
async def test_stars_of_a_killed_bot_are_kept_or_not_and_never_twice(night: Night, point: str) -> None:
    process = await night.start(DIE_IN="AttendanceStore.come", DIE_AT=point)
    message, grace = await night.asked(), night.loopback.grace
    await until_death(night.loopback.click(message, "4", by=grace), process)
    await night.died(process, point)
    assert await night.turnout() == (Headcount(1, 1) if point in KEPT else Headcount())
    process = await night.start()
    await night.loopback.click(message, "4", by=grace)
    await night.end(process)
    assert await night.turnout() == Headcount(1, 1)
    async with night.database() as database:
        own = await AttendanceStore(database).get_own(night.name, int(grace["user"]["id"]))
    assert own == Attendance(stars=4)


async def test_many_who_rate_at_once_count_once_each(night: Night) -> None:
    process = await night.start()
    message = await night.asked()
    members = [night.loopback.world.add_member(f"member{n}") for n in range(60)]
    await asyncio.gather(*(night.loopback.click(message, "4", by=each) for each in [*members, *members[:20]]))
    assert await night.turnout() == Headcount(60, 60, 4.0)
    await night.loopback.click(message, "5", by=members[0])
    await night.loopback.news.until(lambda: "👥 60 came · ⭐ 4.0 of 5, from 60" in str(message["components"]), 10)
    await night.end(process)
