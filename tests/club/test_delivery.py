"""What becomes of posts: their outcomes, pauses and reasons, and who hears of them."""

import asyncio
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.club.delivery import LEASE, PAUSES, PUNCTUAL, WANDERING, Outbox, TooLate
from bot.club.post import Planned, Post, State
from bot.club.stores.posts import PostStore
from bot.database.database import Database
from bot.database.postgres import PostgresDatabase
from bot.database.sqlite import SqliteDatabase
from tests.club.discord_model import Process, Servers
from tests.club.stores.test_posts import get, plan

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
NONE = timedelta()
ONE = Planned(1, "ballot:1", "", "result", 5, NOW)


@pytest.fixture
async def file(tmp_path: Path) -> Any:
    database = SqliteDatabase(tmp_path / "club.db")
    await database.open()
    yield database
    await database.close()


class Desk:
    """An outbox of one process, and what it is asked to do."""

    def __init__(self, database: Database) -> None:
        self.servers = Servers(random.Random(1), now=NOW)
        self.posts = PostStore(database)
        self.database = database
        self.process = Process(self.servers, database)
        self.outbox = Outbox[str](self.posts, self.process)
        self.troubles: list[tuple[str, State, str]] = []
        self.outbox.on_trouble(self.hear)

    async def hear(self, post: Post, state: State, reason: str) -> None:
        self.troubles.append((post.slot, state, reason))

    async def render(self, post: Post) -> str | None:
        return post.slot

    async def at(self, moment: datetime) -> datetime | None:
        self.servers.now = moment
        return await self.outbox.tick(moment)

    async def until_the_end(self) -> list[timedelta]:
        """Tick whenever there is something to do; give the pauses between."""
        pauses: list[timedelta] = []
        now = self.servers.now
        while (then := await self.at(now)) is not None:
            pauses.append(then - now)
            now = then
        return pauses

    @property
    def said(self) -> list[str]:
        return [message.content for message in self.servers.messages]


@pytest.fixture
def desk(file: Database) -> Desk:
    desk = Desk(file)
    desk.outbox.on("result", desk.render)
    desk.outbox.on("prompt", desk.render, useful=2 * HOUR)
    return desk


async def test_what_is_posted_late_is_said_to_be_and_what_is_too_late_is_missed(desk: Desk) -> None:
    posts = [replace(ONE, slot=f"ballot:{hours}", due_at=NOW - hours * HOUR) for hours in (0, 1, 23, 24, 900)]
    await plan(desk.database, posts)
    assert await desk.at(NOW) is None
    assert desk.said == ["ballot:23", "ballot:1", "ballot:0"]
    states = [(await get(desk.posts, post)).state for post in posts]
    assert states == [State.SENT, State.LATE, State.LATE, State.MISSED, State.MISSED]
    assert {(slot, state) for slot, state, _ in desk.troubles} == {("ballot:24", "missed"), ("ballot:900", "missed")}
    assert all("the bot was not running" in reason for _, _, reason in desk.troubles)


async def test_a_kind_may_be_useful_for_a_shorter_time(desk: Desk) -> None:
    await plan(desk.database, [replace(ONE, rung="prompt:1d", due_at=NOW - 2 * HOUR)])
    await desk.at(NOW)
    assert desk.said == []


async def test_after_a_long_silence_only_the_latest_post_of_a_slot_is_made(desk: Desk) -> None:
    old = [replace(ONE, slot="weekly", rung=f"prompt:{n}", due_at=NOW - n * timedelta(minutes=20)) for n in range(6)]
    await plan(desk.database, old)
    await desk.at(NOW)
    assert [message.content for message in desk.servers.messages] == ["weekly"]
    assert (await get(desk.posts, old[0])).state is State.SENT
    assert all("a later post took its place" in reason for _, _, reason in desk.troubles)
    assert len(desk.troubles) == 5


async def test_discord_is_asked_ever_more_seldom_while_it_is_down(desk: Desk) -> None:
    desk.servers.faults = {"down": 1}
    await plan(desk.database, [ONE])
    now, pauses = NOW, list[timedelta]()
    while now - NOW < 25 * HOUR:
        then = await desk.at(now)
        assert then
        pauses.append(then - now)
        now = then
    assert pauses[: len(PAUSES)] == list(PAUSES)
    assert set(pauses[len(PAUSES) :]) == {PAUSES[-1]}
    assert desk.troubles == []  # it may have been posted, for all that is known
    desk.servers.faults = {}
    assert await desk.at(now) is None
    assert desk.troubles == [("ballot:1", State.MISSED, "It came too late: Discord could not be reached.")]


async def test_three_refusals_are_the_last(desk: Desk) -> None:
    desk.servers.closed = {5}
    await plan(desk.database, [ONE])
    assert await desk.until_the_end() == [timedelta(minutes=1), timedelta(minutes=15)]
    assert desk.servers.posting == 3
    assert desk.troubles == [("ballot:1", State.MISSED, "Missing Permissions")]


async def test_a_lost_answer_is_looked_for_and_not_posted_again(desk: Desk) -> None:
    desk.servers.nonces = False
    desk.servers.faults = {"lost": 1}
    await plan(desk.database, [ONE])
    again = await desk.at(NOW)
    assert again
    desk.servers.faults = {}
    assert await desk.at(again) is None
    assert desk.servers.posting == len(desk.said) == 1
    assert (await get(desk.posts, ONE)).state is State.SENT


async def test_what_is_found_is_late_if_it_was_posted_late(desk: Desk) -> None:
    await plan(desk.database, [ONE])
    for moment, fault in ((NOW, "down"), (NOW + HOUR, "under way"), (NOW + 2 * HOUR, "")):
        desk.servers.faults = {fault: 1}
        await desk.at(moment)
        desk.servers.wait(timedelta(minutes=1))
    assert [message.at - NOW for message in desk.servers.messages] == [timedelta(hours=1, seconds=3)]
    assert (await get(desk.posts, ONE)).state is State.LATE


async def test_what_was_under_way_when_another_try_was_refused_is_found(desk: Desk) -> None:
    desk.servers.faults = {"under way": 1}
    await plan(desk.database, [ONE])
    assert (again := await desk.at(NOW))
    desk.servers.faults, desk.servers.closed = {}, {5}
    assert (again := await desk.at(again))
    desk.servers.closed = set()
    desk.servers.wait(timedelta(seconds=5))  # now it arrives
    desk.servers.nonces = False  # so much later that they are forgotten
    assert await desk.at(again) is None
    assert desk.said == ["ballot:1"]
    assert (await get(desk.posts, ONE)).state is State.SENT


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize(
    ("why", "age"),
    [("not needed", NONE), ("too late", NONE), ("superseded", PUNCTUAL), ("useless", HOUR - SECOND)],
)
async def test_nothing_is_given_up_while_a_request_for_it_may_arrive(
    desk: Desk, why: str, age: timedelta, *, arrives: bool
) -> None:
    wanted = True

    async def render(post: Post) -> str | None:
        if why == "too late" and not wanted:
            raise TooLate("It began.")
        return post.slot if wanted or why != "not needed" else None

    desk.outbox.on("note", render, useful=HOUR)
    note = replace(ONE, rung="note", due_at=NOW - age)
    await plan(desk.database, [note])
    desk.servers.faults = {"under way": 1}
    await desk.at(NOW)
    desk.servers.faults, wanted = {}, False
    if why == "superseded":
        await plan(desk.database, [replace(note, date="later", channel_id=6, due_at=NOW + SECOND)])
    await desk.outbox.start()  # the bot is there again at once
    await desk.at(NOW + SECOND)
    assert (await get(desk.posts, note)).state is State.SENDING
    if arrives:
        desk.servers.wait(MINUTE)
    desk.servers.under_way.clear()
    await desk.until_the_end()
    state = (await get(desk.posts, note)).state
    if arrives:
        assert (state, desk.troubles) == (State.LATE if age else State.SENT, [])
    else:
        assert state is (State.CANCELLED if why == "not needed" else State.MISSED)
        assert desk.servers.now >= NOW + WANDERING


@pytest.mark.parametrize(("arrives", "state"), [(True, State.LATE), (False, State.MISSED)])
async def test_a_third_refusal_is_not_the_last_while_another_request_may_arrive(
    desk: Desk, state: State, *, arrives: bool
) -> None:
    desk.servers.closed = {5}
    await plan(desk.database, [ONE])
    await desk.at(NOW)
    await desk.at(NOW + MINUTE)
    begun = NOW + 16 * MINUTE
    desk.servers.closed, desk.servers.faults = set(), {"under way": 1}
    await desk.at(begun)
    desk.servers.closed, desk.servers.faults = {5}, {}
    await desk.outbox.start()
    await desk.at(begun + SECOND)
    assert (await get(desk.posts, ONE)).state is State.SENDING
    if arrives:
        desk.servers.closed = set()
        desk.servers.wait(MINUTE)
    desk.servers.under_way.clear()
    await desk.until_the_end()
    assert (await get(desk.posts, ONE)).state is state


async def test_discord_that_does_not_answer_is_asked_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    never = asyncio.Event()

    async def hang(*_: object) -> int:
        await never.wait()
        return 0

    await plan(desk.database, [ONE])
    with monkeypatch.context() as patch:
        patch.setattr("bot.club.delivery.DEADLINE", 0.01)
        patch.setattr(desk.process, "post", hang)
        assert (again := await desk.at(NOW)) == NOW + PAUSES[0]
    assert (await get(desk.posts, ONE)).reason == "Discord did not answer."
    assert await desk.at(again) is None
    assert desk.said == ["ballot:1"]


async def test_a_history_that_cannot_be_read_leaves_a_doubt_that_is_told(desk: Desk) -> None:
    desk.servers.faults, desk.servers.unreadable = {"lost": 1}, {5}
    await plan(desk.database, [ONE])
    assert (again := await desk.at(NOW))
    desk.servers.faults = {}
    assert await desk.at(again) is None
    assert [(slot, state) for slot, state, _ in desk.troubles] == [("ballot:1", State.IN_DOUBT)]
    assert len(desk.said) == 1


async def test_what_is_not_needed_any_more_or_has_no_channel_is_cancelled(desk: Desk) -> None:
    async def render(post: Post) -> None:
        return None

    desk.outbox.on("reminder", render)
    desk.servers.gone = {6}
    await plan(desk.database, [replace(ONE, rung="reminder"), replace(ONE, channel_id=6)])
    assert await desk.at(NOW) is None
    assert (await get(desk.posts, replace(ONE, rung="reminder"))).state is State.CANCELLED
    assert (await get(desk.posts, ONE)).state is State.CANCELLED
    assert [reason for _, _, reason in desk.troubles] == ["Its channel was deleted."]


async def test_what_its_maker_finds_too_late_is_missed_for_their_reason(desk: Desk) -> None:
    async def refuse(post: Post) -> str | None:
        raise TooLate("The meeting had begun.")

    desk.outbox.on("reminder", refuse)
    planned = Planned(1, "slot:1", "2026-01-01", "reminder:1h", 5, NOW)
    await plan(desk.database, [planned])
    assert await desk.at(NOW) is None
    post = await get(desk.posts, planned)
    assert (post.state, post.reason, desk.said) == (State.MISSED, "The meeting had begun.", [])
    assert desk.troubles == [("slot:1", State.MISSED, "The meeting had begun.")]


async def test_a_defect_of_one_post_does_not_concern_the_others(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("a defect")

    desk.outbox.on("broken", fail)
    desk.outbox.on("unheard", desk.render, sent=fail)
    desk.outbox.on_trouble(fail)
    kinds = ("broken", "unknown", "unheard", "result")
    await plan(desk.database, [replace(ONE, rung=rung) for rung in kinds])
    await plan(desk.database, [replace(ONE, slot="old", due_at=NOW - 100 * HOUR)])
    assert await desk.at(NOW) == NOW + PAUSES[0]
    assert len(desk.said) == 2
    states = [(await get(desk.posts, replace(ONE, rung=rung))).state for rung in kinds]
    assert states == [State.DUE, State.DUE, State.SENT, State.SENT]
    assert caplog.text.count("a defect") >= 3
    with pytest.raises(ValueError, match="made already"):
        desk.outbox.on("result", desk.render)


async def test_posting_waits_while_the_clock_is_wrong(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await plan(desk.database, [ONE])
    offset = timedelta(minutes=-3)

    async def clock_offset() -> timedelta | None:
        return offset

    monkeypatch.setattr(desk.process, "clock_offset", clock_offset)
    for seconds in range(3):
        assert (await desk.at(NOW + timedelta(seconds=seconds)) or NOW) > NOW
    assert desk.said == []
    assert caplog.text.count("the clock of this machine is wrong") == 1
    offset = timedelta(minutes=1)
    await desk.at(NOW)
    assert desk.said == ["ballot:1"]


async def test_two_processes_on_one_database_post_everything_once(postgres_url: str) -> None:
    servers = Servers(random.Random(2), now=NOW, nonces=False, markers=False)
    databases = [PostgresDatabase(postgres_url) for _ in range(2)]
    for database in databases:
        await database.open()
    desks = [Desk(database) for database in databases]
    served: list[int] = []
    for number, desk in enumerate(desks):
        desk.servers = desk.process.servers = servers

        async def render(post: Post, number: int = number) -> str:
            await asyncio.sleep(0.001)
            served.append(number)
            return post.slot

        desk.outbox.on("result", render)
    posts = [replace(ONE, guild_id=n % 5, slot=f"ballot:{n}", channel_id=n % 7) for n in range(150)]
    await plan(databases[0], posts)

    async def run(desk: Desk) -> None:
        while await desk.outbox.tick(NOW) == NOW:
            pass

    await asyncio.gather(*map(run, desks))
    assert sorted(message.content for message in servers.messages) == sorted(post.slot for post in posts)
    assert set(served) == {0, 1}
    # One dies with what it has claimed; the other takes it up when the lease is over, and not before.
    more = [replace(post, date="again") for post in posts[:60]]
    await plan(databases[0], more)
    assert len(await desks[0].posts.claim(NOW, LEASE)) == 50
    await desks[1].outbox.start()
    await desks[1].outbox.tick(NOW)
    assert len(servers.messages) == 160
    await desks[1].outbox.tick(NOW + LEASE)
    assert len(servers.messages) == 210
    for database in databases:
        await database.close()
