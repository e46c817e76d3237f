"""Whatever is planned is posted at most once and ends in one way, whatever happens meanwhile: random stories."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from bot.club.delivery import CLOCK, PUNCTUAL, USEFUL, Outbox
from bot.club.post import Planned, Post, State
from bot.club.stores.posts import PostStore
from bot.database.tables import post as table
from bot.errors import StorageFault
from tests.club.discord_model import Killed, MemoryDatabase, Process, Servers
from tests.club.stores.test_posts import get, plan
from tests.shared import LONG

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
STORIES = 10_000 if LONG else 200
PAUSES = [*(timedelta(seconds=seconds) for seconds in (1, 10, 60)), *(timedelta(hours=hours) for hours in (1, 8, 30))]
DRIFTS = [timedelta(), timedelta(seconds=100), timedelta(seconds=-100), timedelta(hours=-1), timedelta(days=400)]
FAULTS = ("kill", "down", "lost", "again", "under way", "defect", "storage", "unheard")
POINTS = {
    f"kill {when} {what}" for when in ("before", "after") for what in ("posting", "finding", "reading", "writing")
}
REACHED = {*FAULTS, *POINTS, "kill while it is under way", "kill in making it", "closed", "gone", "unreadable", "drift"}


class Story:
    """One bot on one database, with everything that may happen to it."""

    def __init__(self, database: MemoryDatabase, seed: int, **servers: Any) -> None:
        self.chance = random.Random(seed)
        self.servers = Servers(self.chance, **servers)
        self.database = database
        self.planned: dict[str, Planned] = {}
        self.needless: set[str] = set()
        self.troubles: dict[str, list[State]] = {}
        self.unreadable: set[int] = set()

    async def start(self) -> None:
        self.process = Process(self.servers, self.database)
        self.outbox = Outbox[str](PostStore(self.process.database), self.process)
        self.outbox.on("prompt", self.render)
        self.outbox.on_trouble(self.hear)
        with suppress(Killed, StorageFault):
            await self.outbox.start()

    async def render(self, post: Post) -> str | None:
        self.process.step("in making it")
        if self.servers.happens("defect"):
            raise ValueError("a defect")
        return None if post.mark in self.needless else post.slot

    async def hear(self, post: Post, state: State, reason: str) -> None:
        assert reason
        self.troubles.setdefault(post.mark, []).append(state)

    async def tick(self) -> datetime | None:
        if self.process.dead:
            await self.start()
        with suppress(Killed, StorageFault):
            return await self.outbox.tick(self.servers.clock)
        return self.servers.clock

    async def step(self) -> None:
        servers, chance = self.servers, self.chance
        match chance.randrange(14):
            case 0 | 1 | 2:
                await self.plan()
            case 3 | 4 | 5 | 6:
                servers.wait(chance.choices(PAUSES, (3, 3, 3, 2, 1, 0.3))[0])
            case 7 | 8:
                servers.faults = {fault: chance.choice([0, 0, 0.1, 0.4]) for fault in FAULTS}
            case 9:
                self.change("closed", servers.closed)
            case 10 if chance.random() < 0.4:
                self.change("unreadable", servers.unreadable)
                self.unreadable |= servers.unreadable
            case 10 if chance.random() < 0.1:
                servers.gone.add(chance.randrange(4))
                servers.happened["gone"] += 1
            case 11 if chance.random() < 0.5:
                servers.drift = chance.choice(DRIFTS)
                servers.happened["drift"] += abs(servers.drift) > CLOCK
            case 12 if self.planned and chance.random() < 0.3:
                self.needless.add(chance.choice(list(self.planned)))
            case _:
                pass
        await self.tick()

    def change(self, name: str, channels: set[int]) -> None:
        """Take a right in a channel away, or give it back."""
        channels ^= {self.chance.randrange(4)}
        self.servers.happened[name] += 1

    async def plan(self) -> None:
        again = bool(self.planned) and self.chance.random() < 0.2
        due = self.servers.now + self.chance.choice([0, 0, 1, 60, 3600]) * timedelta(seconds=1)
        slot = f"slot:{self.chance.randrange(3)}"
        new = Planned(1, slot, str(len(self.planned)), "prompt:1", self.chance.randrange(4), due)
        planned = self.chance.choice(list(self.planned.values())) if again else new
        self.planned[planned.mark] = planned
        assert await self.put_down(planned) == (not again)

    async def put_down(self, planned: Planned) -> bool:
        (new,) = await plan(self.database, [planned])
        return new

    async def end(self) -> None:
        """Let everything work again, and wait until nothing is left to do."""
        self.servers.faults, self.servers.drift = {}, timedelta()
        for _ in range(100):
            then = await self.tick()
            if then is None:
                break
            self.servers.wait(max(then - self.servers.now, timedelta(seconds=5)))
        assert await PostStore(self.database).next_at() is None

    async def check(self) -> list[State]:
        posts = [await get(PostStore(self.database), planned) for planned in self.planned.values()]
        assert sorted(await self.database.outcomes()) == [(post.id, post.state) for post in posts]
        for post in posts:
            self.check_one(post)
        self.check_order({post.mark for post in posts if post.state is State.IN_DOUBT})
        return [post.state for post in posts]

    def check_one(self, post: Post) -> None:
        messages, heard = self.servers.with_mark(post.mark), self.troubles.get(post.mark, [])
        assert len(messages) <= 1, f"{post} was posted {len(messages)} times"
        assert heard in ([], [post.state])
        if post.state in (State.SENT, State.LATE):
            (message,) = messages
            assert message.number == post.message_id
            assert heard == []
            assert post.due_at <= message.clock < post.due_at + USEFUL
            moments = (message.clock, message.at)  # either tells whether it is late
            assert (post.state is State.LATE) in {moment - post.due_at > PUNCTUAL for moment in moments}
            return
        assert post.message_id is None
        assert post.reason
        if post.state is State.IN_DOUBT:
            assert post.channel_id in self.unreadable
        elif post.state is State.CANCELLED:
            assert post.mark in self.needless or post.channel_id in self.servers.gone
            assert messages == [] or post.channel_id in self.servers.gone
        else:
            assert post.state is State.MISSED
            assert messages == []

    def check_order(self, in_doubt: set[str]) -> None:
        """What is late is not posted after a later one of its slot, if that is known to be posted."""
        posted = sorted(self.servers.messages, key=lambda message: message.asked)
        for n, message in enumerate(posted):
            this = self.planned[message.mark]
            if message.clock - this.due_at > PUNCTUAL:
                before = [self.planned[other.mark] for other in posted[:n] if other.mark not in in_doubt]
                assert not any(
                    other.slot == this.slot and this.due_at < other.due_at <= message.clock for other in before
                )


class WithoutKey(Story):
    """Each time that a post is planned there is one more of it."""

    async def put_down(self, planned: Planned) -> bool:
        new = len(await self.database.read(rows_of(planned))) == 0
        values = {name: getattr(planned, name) for name in Planned.__dataclass_fields__}
        row = insert(table).values(**values, state=State.DUE, tries=0, refusals=0, reason="")
        await self.database.write(lambda connection: connection.execute(row))
        return new


def rows_of(planned: Planned) -> Any:
    def work(connection: Connection) -> list[Any]:
        return list(connection.execute(table.select().where(table.c.date == planned.date)))

    return work


@asynccontextmanager
async def opened(*, keyed: bool = True) -> AsyncIterator[MemoryDatabase]:
    database = MemoryDatabase(keyed=keyed)
    await database.open()
    yield database
    await database.close()


async def tell(database: MemoryDatabase, seed: int, kind: type[Story] = Story, **servers: Any) -> Story:
    """Tell a story to its end."""
    await database.clear()
    story = kind(database, seed, **servers)
    await story.start()
    for _ in range(40):
        await story.step()
    await story.end()
    return story


@pytest.mark.usefixtures("quiet")
async def test_at_most_one_message_and_exactly_one_outcome() -> None:
    states, happened = Counter[State](), Counter[str]()
    async with opened() as database:
        for seed in range(STORIES):
            story = await tell(database, seed)
            states.update(await story.check())
            happened.update(story.servers.happened)
    assert [state for state in State if states[state] < 20] == [State.DUE, State.SENDING]
    assert states[State.SENT] > STORIES
    assert [name for name in sorted(REACHED) if happened[name] < 3] == [], "this was hardly ever reached"


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("without", [{"nonces": False}, {"markers": False}, {"kind": WithoutKey}], ids=str)
async def test_without_any_one_of_the_guards_there_are_duplicates(without: dict[str, Any]) -> None:
    async with opened(keyed="kind" not in without) as database:
        for seed in range(STORIES):
            story = await tell(database, seed, **without)
            if max(Counter(message.mark for message in story.servers.messages).values(), default=0) > 1:
                return
    pytest.fail("it was not needed")


class WithoutLease(PostStore):
    async def claim(self, now: datetime, lease: timedelta) -> list[Post]:
        return await super().claim(now, timedelta())


@pytest.mark.parametrize(("store", "times"), [(PostStore, 1), (WithoutLease, 2)])
async def test_two_that_work_at_the_same_time_are_kept_apart_by_the_lease(store: type[PostStore], times: int) -> None:
    servers = Servers(random.Random(1), nonces=False, markers=False)
    planned = [Planned(1, f"slot:{n}", "", "prompt", n, NOW) for n in range(10)]

    async def render(post: Post) -> str:
        return post.slot

    async with opened() as database:
        await plan(database, planned)

        async def run() -> None:
            outbox = Outbox[str](store(database), Process(servers, database))
            outbox.on("prompt", render)
            await outbox.tick(NOW)

        await asyncio.gather(run(), run())
    assert {len(servers.with_mark(post.mark)) for post in planned} == {times}
