"""The plan of the week and the outbox together, in virtual time: whatever is changed, fails or ends meanwhile."""

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.club.delivery import CLOCK, PUNCTUAL, USEFUL, Outbox
from bot.club.ladder import Kind, Ladder, Quiet, due_rungs
from bot.club.post import Post, State
from bot.club.schedule import Occurrence, Schedule, next_occurrences, occurrences_between
from bot.club.slot import NewSlot, Slot
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.week import Week
from bot.database.faults import StorageFault
from bot.database.tables import audit, gathering, post, slot, slot_change
from bot.errors import ClubError
from tests.club.discord_model import Killed, MemoryDatabase, Process, Servers
from tests.club.test_delivery_stories import DRIFTS, FAULTS, opened
from tests.shared import LONG

GUILD, OLGA = 1, 7
STORIES = 10_000 if LONG else 100
STEPS = 34
PAUSES = [timedelta(seconds=5), timedelta(minutes=1), *(timedelta(hours=hours) for hours in (0.5, 3, 11, 30, 100))]
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
LADDERS = (Ladder(), Ladder(choose=None, reminders=("24h", "1h")), Ladder(prompt=None, choose=None, reminders=("3d",)))
DAY = timedelta(days=1)
EDITS = ("skip", "unskip", "move", "pause", "resume", "remove", "replace", "channel", "posts")

Name = tuple[str, str, str]


class Story:
    """One club, its slots, the bot that plans and posts, and its organiser, who changes everything."""

    def __init__(self, database: MemoryDatabase, seed: int) -> None:
        self.chance = random.Random(seed)
        self.servers = Servers(self.chance)
        self.database = database
        self.store = SlotStore(database)  # an organiser reads what came of a change
        self.due: dict[Name, set[datetime]] = {}  # what was due under the settings in force, and when
        self.seen: dict[str, datetime] = {}  # up to when that is put down, by the keys of slots
        self.done: Counter[str] = Counter()

    async def start(self) -> None:
        self.process = Process(self.servers, self.database)
        self.week = Week(SlotStore(self.process.database))
        self.outbox = Outbox[str](PostStore(self.process.database), self.process)
        for kind in ("choose", "prompt", "reminder", "after"):
            self.outbox.on(kind, self.render)
        with suppress(Killed, StorageFault):
            await self.outbox.start()

    async def render(self, post: Post) -> str | None:
        """Make a post, as prompts are made: nothing where its date is no more."""
        self.process.step("in making it")
        found = await SlotStore(self.process.database).get(GUILD, int(post.slot.partition(":")[2]))
        return "a post" if found and takes_place(found, post.date) else None

    # --- what happens -----------------------------------------------------------------------------

    async def step(self) -> None:
        servers, chance = self.servers, self.chance
        match chance.randrange(10):
            case 0 | 1 | 2:
                await self.edit(chance.choice(EDITS))
            case 3:
                servers.faults = {fault: chance.choice([0, 0, 0.1, 0.3]) for fault in FAULTS if fault != "defect"}
            case 4 if chance.random() < 0.4:
                servers.drift = chance.choices(DRIFTS, (6, 3, 3, 4, 1))[0]  # a year plans hundreds of posts
                servers.happened["drift"] += abs(servers.drift) > CLOCK
            case 5 if not self.process.dead:
                self.process.dead = True  # between two passes
                servers.happened["ended"] += 1
            case _:
                await self.wait(chance.choice(PAUSES))
        await self.run()

    async def wait(self, pause: timedelta) -> None:
        """Let time pass; the outbox makes its passes meanwhile, when nothing is wrong."""
        until = self.servers.now + pause
        if self.process.dead or self.chance.random() < 0.3:  # nobody runs the bot
            self.servers.wait(pause)
            return
        for _ in range(4):
            then = await self.run()
            if then is None or then >= until:
                break
            self.servers.wait(max(then - self.servers.now, timedelta(seconds=5)))
        self.servers.wait(max(until - self.servers.now, timedelta()))

    async def run(self) -> datetime | None:
        """Make a pass of the plan and one of the outbox, in any order."""
        if self.process.dead:
            await self.start()
        with suppress(Killed, StorageFault):
            await self.week.plan(self.servers.clock)
            return await self.outbox.tick(self.servers.clock)
        return self.servers.now

    async def put_down_due(self) -> None:
        for each in await self.store.list_all(GUILD):
            self.pass_to(each, self.servers.now)

    def pass_to(self, found: Slot, now: datetime) -> None:
        """Put down what of a slot became due under its settings."""
        since = self.seen.get(found.key, now)
        for each in due_rungs(found.schedule, found.ladder, since, now, found.quiet):
            name = found.key, each.occurrence.original.isoformat(), each.rung.name
            self.due.setdefault(name, set()).add(each.rung.at)
        self.seen[found.key] = max(now, since)

    # --- what an organiser does, while the clock is right -----------------------------------------

    async def add(self, name: str) -> None:
        chance, now = self.chance, self.servers.now
        days = tuple(chance.sample(range(7), chance.choice((1, 1, 3))))
        at = time(chance.randrange(24), chance.choice((0, 30)))
        schedule = Schedule(days, at, chance.choice(ZONES), now.date() + timedelta(chance.randrange(2)))
        new = NewSlot(name, schedule, chance.choice(list(Kind)), chance.randrange(1, 4))
        found = await self.store.add(GUILD, OLGA, now, new, replace=True)
        self.seen.setdefault(found.key, now)

    async def edit(self, what: str) -> None:
        if self.servers.drift:
            return
        now, slots = self.servers.now, await self.store.list_all(GUILD)
        await self.put_down_due()
        if not slots:
            await self.add("One")
            return
        found = self.chance.choice(slots)
        days = [each.original for each in next_occurrences(found.schedule, now - 3 * DAY, 5)]
        day = self.chance.choice(days) if days else None
        self.done[what] += 1
        with suppress(ClubError):
            await self.change(what, found, day, now)

    async def change(self, what: str, found: Slot, day: date | None, now: datetime) -> None:
        chance, own = self.chance, (GUILD, found.id, OLGA, now)
        if what == "skip" and day:
            await self.store.skip(*own, day)
        elif what == "unskip" and (changed := sorted({*found.schedule.skipped, *found.schedule.moved})):
            await self.store.unskip(*own, chance.choice(changed))
        elif what == "move" and day:
            to = datetime.combine(day + chance.randrange(-2, 4) * DAY, time(chance.randrange(24)))
            await self.store.move(*own, day, to)
        elif what == "pause":
            await self.store.pause(*own, chance.choice((None, now.date() + chance.randrange(1, 9) * DAY)))
        elif what == "resume":
            await self.store.resume(*own)
        elif what == "remove" and chance.random() < 0.3:
            await self.store.remove(*own)
        elif what == "replace":
            await self.add(chance.choice(("One", "Two")))
        elif what == "channel":
            kind = found.ladder.kind
            new = NewSlot(found.name, found.schedule, kind, chance.randrange(1, 4))
            await self.store.add(GUILD, OLGA, now, new, replace=True)
        elif what == "posts" and found.ladder.kind is Kind.MEETING:
            quiet = chance.choice((None, Quiet(time(21), time(8))))
            await self.store.set_posts(*own, chance.choice(LADDERS), quiet)

    # --- what came of it --------------------------------------------------------------------------

    async def end(self) -> None:
        """Let everything work again, until all that is due has been worked on."""
        self.servers.faults, self.servers.drift = {}, timedelta()
        for _ in range(300):
            then = await self.run()
            if then is None or then > self.servers.now + timedelta(minutes=10):
                break
            self.servers.wait(max(then - self.servers.now, timedelta(seconds=5)))
        await self.put_down_due()

    async def check(self) -> list[State]:
        posts = await self.database.read(lambda connection: connection.execute(select(post)).all())
        names = [(row.slot, row.date, row.rung) for row in posts]
        assert len(set(names)) == len(names)
        assert [name for name in self.due if name not in names] == [], "it was due, and nobody planned it"
        outcomes = Counter(number for number, _ in await self.database.outcomes())
        for row, name in zip(posts, names, strict=True):
            self.check_one(row, name)
            if row.due_at <= self.servers.now:
                assert outcomes[row.id] == 1, f"{row} ended {outcomes[row.id]} times"
        return [State(row.state) for row in posts]

    def check_one(self, row: Any, name: Name) -> None:
        planned = Post(**{key: getattr(row, key) for key in Post.__dataclass_fields__ if key != "superseded"})
        messages = self.servers.with_mark(planned.mark)
        assert len(messages) <= 1, f"{name} was posted {len(messages)} times"
        if row.state in (State.DUE, State.SENDING):
            assert row.due_at > self.servers.now, f"{name} has no outcome"
        elif row.state in (State.SENT, State.LATE):
            (message,) = messages
            assert message.number == row.message_id
            assert row.due_at in self.due.get(name, ()), f"{name} was posted, and not due at {row.due_at}"
            assert row.due_at <= message.clock < row.due_at + USEFUL
            late = {moment - row.due_at > PUNCTUAL for moment in (message.clock, message.at)}
            assert (row.state == State.LATE) in late
        elif row.state == State.CANCELLED:
            assert messages == []
            assert row.reason
        else:
            assert row.state == State.MISSED
            assert row.due_at in self.due.get(name, ())
            assert row.reason
            assert messages == []


def takes_place(found: Slot, day: str) -> Occurrence | None:
    """Give the time of an original date of a slot, wherever it was moved to."""
    wanted = date.fromisoformat(day)
    begin = datetime.combine(wanted, time(), UTC)
    near = occurrences_between(found.schedule, begin - 15 * DAY, begin + 15 * DAY)
    return next((each for each in near if each.original == wanted), None)


async def clear(database: MemoryDatabase) -> None:
    await database.clear()
    for table in (slot_change, slot, audit, gathering):
        await database.write(lambda connection, table=table: connection.execute(delete(table)))


@pytest.mark.usefixtures("quiet")
async def test_each_due_post_of_the_week_has_one_outcome_and_at_most_one_message() -> None:
    states, happened, done = Counter[State](), Counter[str](), Counter[str]()
    async with opened() as database:
        for seed in range(STORIES):
            await clear(database)
            story = Story(database, seed)
            await story.start()
            await story.add("One")
            for _ in range(STEPS):
                await story.step()
            await story.end()
            states.update(await story.check())
            happened.update(story.servers.happened)
            done.update(story.done)
    assert [state for state in (State.SENT, State.LATE, State.MISSED, State.CANCELLED) if states[state] < 20] == []
    assert [what for what in EDITS if done[what] < 20] == [], "this was hardly ever done"
    reached = ("kill", "lost", "under way", "again", "unheard", "drift", "ended", "storage", "kill after writing")
    assert [what for what in reached if happened[what] < 3] == [], "this was hardly ever reached"
