"""Whatever is planned is posted at most once and ends in one way, whatever happens meanwhile."""

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.club.delivery import LEASE, PAUSES, PUNCTUAL, USEFUL, Outbox
from bot.club.post import Planned, Post, State
from bot.club.stores.posts import PostStore
from bot.database.database import Database
from bot.database.postgres import PostgresDatabase
from bot.database.sqlite import SqliteDatabase
from tests.club.discord_model import Killed, Process, Servers
from tests.club.stores.test_posts import get, plan
from tests.shared import LONG

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ONE = Planned(1, "ballot:1", "", "result", 5, NOW)


class Story:
    """One bot on one database, with everything that may happen to it."""

    def __init__(self, database: Database, seed: int, **servers: Any) -> None:
        self.chance = random.Random(seed)
        self.servers = Servers(self.chance, **servers)
        self.database = database
        self.guild = seed + 1  # each story has a club of its own
        self.planned: dict[str, Planned] = {}
        self.needless: set[str] = set()
        self.troubles: dict[str, list[State]] = {}
        self.unreadable: set[int] = set()
        self.gone: set[int] = set()

    async def start(self) -> None:
        self.process = Process(self.servers, self.database)
        self.outbox = Outbox[str](PostStore(self.process.database), self.process)
        self.outbox.on("prompt", self.render)
        self.outbox.on_trouble(self.hear)
        with suppress(Killed):
            await self.outbox.start()

    async def render(self, post: Post) -> str | None:
        self.process.step()
        if self.servers.happens("defect"):
            raise ValueError("a defect")
        return None if post.mark in self.needless else post.slot

    async def hear(self, post: Post, state: State, reason: str) -> None:
        assert reason
        self.troubles.setdefault(post.mark, []).append(state)

    async def tick(self) -> None:
        if self.process.dead:
            await self.start()
        with suppress(Killed):
            await self.outbox.tick(self.servers.now)

    async def step(self) -> None:
        servers, chance = self.servers, self.chance
        match chance.randrange(12):
            case 0 | 1 | 2:
                await self.plan()
            case 3 | 4:
                servers.now += timedelta(seconds=chance.choice([1, 10, 60]))
            case 5:
                servers.now += chance.choice([10 * timedelta(minutes=1), HOUR, 8 * HOUR])
            case 6:
                faults = ("kill", "down", "lost", "defect")
                servers.faults = {fault: chance.choice([0, 0, 0.1, 0.4]) for fault in faults}
            case 7:
                servers.closed ^= {chance.randrange(4)}
            case 8 if chance.random() < 0.4:
                servers.unreadable ^= {chance.randrange(4)}
                self.unreadable |= servers.unreadable
            case 9 if chance.random() < 0.1:
                servers.gone.add(chance.randrange(4))
            case 10 if self.planned and chance.random() < 0.3:
                self.needless.add(chance.choice(list(self.planned)))
            case _:
                pass
        await self.tick()

    async def plan(self) -> None:
        again = self.planned and self.chance.random() < 0.2
        due = self.servers.now + self.chance.choice([0, 0, 1, 60, 3600]) * timedelta(seconds=1)
        slot = f"slot:{self.chance.randrange(3)}"
        new = Planned(self.guild, slot, str(len(self.planned)), "prompt:1", self.chance.randrange(4), due)
        planned = self.chance.choice(list(self.planned.values())) if again else new
        assert await plan(self.database, [planned]) == [not again]
        self.planned[planned.mark] = planned

    async def end(self) -> None:
        """Let everything work again, and wait until nothing is left to do."""
        self.servers.faults = {}
        for _ in range(100):
            self.servers.now += timedelta(minutes=30)
            await self.tick()
        assert await PostStore(self.database).next_at() is None

    async def check(self) -> list[State]:
        states: list[State] = []
        for mark, planned in self.planned.items():
            post, messages = await get(PostStore(self.database), planned), self.servers.with_mark(mark)
            assert len(messages) <= 1, f"{planned} was posted {len(messages)} times"
            states.append(post.state)
            heard = self.troubles.get(mark, [])
            assert len(heard) <= 1
            if post.state in (State.SENT, State.LATE):
                assert [message.number for message in messages] == [post.message_id]
                assert heard == []
                assert post.due_at <= messages[0].at < post.due_at + USEFUL
                if messages[0].at == post.ended_at:
                    assert (post.state is State.LATE) == (messages[0].at - post.due_at > PUNCTUAL)
                continue
            assert post.message_id is None
            assert post.reason
            if post.state is State.IN_DOUBT:
                assert post.channel_id in self.unreadable
            elif post.state is State.CANCELLED:
                assert mark in self.needless or post.channel_id in self.servers.gone
            else:
                assert post.state is State.MISSED
                assert messages == []
        self.check_order()
        return states

    def check_order(self) -> None:
        """What is late is not posted after a later one of its slot."""
        posted = sorted(self.servers.messages, key=lambda message: message.number)
        for n, message in enumerate(posted):
            this = self.planned[message.mark]
            if message.at - this.due_at > PUNCTUAL:
                before = [self.planned[other.mark] for other in posted[:n]]
                assert all(other.slot != this.slot or other.due_at <= this.due_at for other in before)


async def tell(database: Database, seed: int, steps: int = 40, **servers: Any) -> list[State]:
    story = Story(database, seed, **servers)
    await story.start()
    for _ in range(steps):
        await story.step()
    await story.end()
    return await story.check()


async def tell_many(database: Database, seeds: int, **servers: Any) -> list[State]:
    return [state for seed in range(seeds) for state in await tell(database, seed, **servers)]


@pytest.fixture
async def file(tmp_path: Path) -> Any:
    database = SqliteDatabase(tmp_path / "club.db")
    await database.open()
    yield database
    await database.close()


async def test_at_most_one_message_and_exactly_one_outcome(file: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    seen = await tell_many(file, 600 if LONG else 30)
    assert set(seen) == {State.SENT, State.LATE, State.MISSED, State.CANCELLED, State.IN_DOUBT}
    assert seen.count(State.SENT) > 60


async def test_without_looking_for_markers_there_would_be_duplicates(
    file: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(AssertionError, match="posted 2 times"):
        await tell_many(file, 30, markers=False)


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
    more = [replace(post, date="again") for post in posts[:30]]
    await plan(databases[0], more)
    assert len(await desks[0].posts.claim(NOW, LEASE)) == 20
    await desks[1].outbox.start()
    await desks[1].outbox.tick(NOW)
    assert len(servers.messages) == 160
    await desks[1].outbox.tick(NOW + LEASE)
    assert len(servers.messages) == 180
    for database in databases:
        await database.close()
