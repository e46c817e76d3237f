"""The plan of the week in virtual time: random edits, passes, deliveries and restarts, against a model."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.club.ladder import Kind, Ladder, Quiet, due_rungs
from bot.club.post import State
from bot.club.schedule import Schedule, has_date, next_occurrences
from bot.club.slot import HORIZON, NewSlot
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.week import Week
from bot.database.database import Database
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import post
from bot.errors import ClubError
from tests.shared import LONG

GUILD, OLGA, ROOM = 1, 7, 5
BEGIN = datetime(2026, 3, 16, 12, tzinfo=UTC)
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kolkata")
SEEDS = range(400 if LONG else 40)
STEPS = 60
LADDERS = (
    Ladder(),
    Ladder(choose=None, reminders=("24h",)),
    Ladder(prompt=None, choose=None, reminders=("3d", "1h")),
    Ladder(choose=None, prompt=None, reminders=()),
)

Name = tuple[str, str]


@dataclass
class Model:
    """One slot as it should be: what was due under the settings that were in force when it was."""

    number: int
    schedule: Schedule
    ladder: Ladder
    quiet: Quiet | None
    since: datetime
    due: dict[Name, list[datetime]] = field(default_factory=dict)
    edits: list[datetime] = field(default_factory=list)
    removed: bool = False

    def pass_to(self, now: datetime) -> None:
        """Let time pass under the present settings."""
        for each in [] if self.removed else due_rungs(self.schedule, self.ladder, self.since, now, self.quiet):
            name = (each.occurrence.original.isoformat(), each.rung.name)
            self.due.setdefault(name, []).append(each.rung.at)
        self.since = now

    def edit(self, now: datetime, **changes: object) -> None:
        self.pass_to(now)
        self.edits.append(now)
        for name, value in changes.items():
            setattr(self, name, value)

    def coming(self, now: datetime) -> dict[Name, datetime]:
        if self.removed:
            return {}
        due = due_rungs(self.schedule, self.ladder, now, now + HORIZON, self.quiet)
        return {(each.occurrence.original.isoformat(), each.rung.name): each.rung.at for each in due}


class Story:
    """A random story of one club, and the model beside it."""

    def __init__(self, seed: int, path: Path) -> None:
        self.chance = random.Random(seed)
        self.path = path
        self.now = BEGIN
        self.models: list[Model] = []
        self.sent: dict[tuple[int, Name], datetime] = {}
        self.database: Database = SqliteDatabase(path)

    @property
    def store(self) -> SlotStore:
        return SlotStore(self.database)

    async def tell(self) -> None:
        await self.database.open()
        try:
            await self.add()
            for _ in range(STEPS):
                hours = self.chance.choice((0.02, 0.5, 3, 11, 30, 100))
                self.now += timedelta(seconds=round(3_600 * hours * (0.5 + self.chance.random())))
                await self.chance.choice(self.steps)()
            await self.tick()
        finally:
            await self.database.close()

    @property
    def steps(self) -> list[Callable[[], object]]:
        edits = [self.skip, self.put_back, self.move, self.pause, self.resume, self.set_posts]
        return [
            *edits,
            self.tick,
            self.tick,
            self.tick,
            self.deliver,
            self.deliver,
            self.restart,
            self.add,
            self.remove,
        ]

    def model(self) -> Model | None:
        living = [each for each in self.models if not each.removed]
        return self.chance.choice(living) if living else None

    def a_date(self, model: Model) -> date | None:
        after = self.now - timedelta(days=self.chance.choice((0, 0, 8)))
        coming = next_occurrences(replace(model.schedule, skipped=frozenset(), moved={}), after, 4)
        return self.chance.choice(coming).original if coming else None

    async def add(self) -> None:
        chance = self.chance
        days = tuple(chance.sample(range(7), chance.choice((1, 1, 2))))
        at = time(chance.randrange(24), chance.choice((0, 30)))
        start = self.now.date() + timedelta(chance.randrange(3))
        schedule = Schedule(days, at, chance.choice(ZONES), start, chance.choice((1, 1, 2)))
        kind = chance.choice(list(Kind))
        name = chance.choice(("One", "Two", "Three"))
        before = await self.store.find(GUILD, name)
        slot = await self.store.add(GUILD, OLGA, self.now, NewSlot(name, schedule, kind, ROOM), replace=True)
        if before is None:
            self.models.append(Model(slot.id, schedule, Ladder(kind), None, self.now, edits=[self.now]))
            return
        (model,) = [each for each in self.models if each.number == before.id]
        old = model.schedule
        schedule = replace(schedule, skipped=old.skipped, moved=old.moved)
        ladder = model.ladder if model.ladder.kind is kind else Ladder(kind)
        model.edit(self.now, schedule=schedule, ladder=ladder)

    async def remove(self) -> None:
        if (model := self.model()) and self.chance.random() < 0.3:
            assert await self.store.remove(GUILD, model.number, OLGA, self.now)
            model.edit(self.now, removed=True)

    async def skip(self) -> None:
        if (model := self.model()) and (day := self.a_date(model)):
            await self.store.skip(GUILD, model.number, OLGA, self.now, day)
            self.change(model, day, skipped=True)

    async def put_back(self) -> None:
        changed = [(each, day) for each in self.models if not each.removed for day in sorted(dates(each.schedule))]
        if changed:
            model, day = self.chance.choice(changed)
            await self.store.unskip(GUILD, model.number, OLGA, self.now, day)
            self.change(model, day)

    async def move(self) -> None:
        if (model := self.model()) and (day := self.a_date(model)):
            to = datetime.combine(day + timedelta(self.chance.randrange(-2, 9)), time(self.chance.randrange(24)))
            try:
                await self.store.move(GUILD, model.number, OLGA, self.now, day, to)
            except ClubError:
                others = {each.date() for other, each in model.schedule.moved.items() if other != day}
                assert has_date(model.schedule, to.date()) or to.date() in others
            else:
                self.change(model, day, moved=to)

    def change(self, model: Model, day: date, *, skipped: bool = False, moved: datetime | None = None) -> None:
        old = model.schedule
        others = {each: to for each, to in old.moved.items() if each != day}
        schedule = replace(
            old,
            skipped=(old.skipped - {day}) | ({day} if skipped else set()),
            moved=others | ({day: moved} if moved else {}),
        )
        if schedule != old:
            model.edit(self.now, schedule=schedule)

    async def pause(self) -> None:
        if model := self.model():
            until = self.chance.choice((None, self.now.date() + timedelta(self.chance.randrange(1, 15))))
            before = await self.store.get(GUILD, model.number)
            assert before
            if not (before.is_paused(self.now) and before.schedule.paused_until == until):
                paused = replace(model.schedule, paused_since=self.now, paused_until=until)
                model.edit(self.now, schedule=paused)
            await self.store.pause(GUILD, model.number, OLGA, self.now, until)

    async def resume(self) -> None:
        if model := self.model():
            await self.store.resume(GUILD, model.number, OLGA, self.now)
            if model.schedule.paused_since:
                model.edit(self.now, schedule=replace(model.schedule, paused_since=None, paused_until=None))

    async def set_posts(self) -> None:
        if model := self.model():
            ladder = self.chance.choice(LADDERS) if model.ladder.kind is Kind.MEETING else model.ladder
            quiet = self.chance.choice((None, Quiet(time(21), time(8)), Quiet(time(13), time(15))))
            await self.store.set_posts(GUILD, model.number, OLGA, self.now, ladder, quiet)
            if (ladder, quiet) != (model.ladder, model.quiet):
                model.edit(self.now, ladder=ladder, quiet=quiet)

    async def restart(self) -> None:
        await self.database.close()
        self.database = SqliteDatabase(self.path)
        await self.database.open()

    async def deliver(self) -> None:
        """Post what is due, as the outbox does."""
        posts = PostStore(self.database)
        while claimed := await posts.claim(self.now, timedelta(seconds=90)):
            for each in claimed:
                number, name = int(each.slot.partition(":")[2]), (each.date, each.rung)
                assert (number, name) not in self.sent, "posted twice"
                self.sent[number, name] = each.due_at
                assert await posts.mark_posted(each, State.SENT, self.now, 1)

    async def tick(self) -> None:
        await Week(self.store).plan(self.now)
        for model in self.models:
            model.pass_to(self.now)
        await self.compare()

    async def compare(self) -> None:
        rows = {each.number: {} for each in self.models}
        for row in await self.database.read(lambda connection: all_posts(connection)):
            own = rows[int(row.slot.partition(":")[2])]
            assert (row.date, row.rung) not in own, "planned twice"
            own[row.date, row.rung] = row
        for model in self.models:
            own = rows[model.number]
            for name, row in own.items():
                if row.due_at <= self.now and row.state != State.CANCELLED:
                    assert row.due_at in model.due.get(name, ()), f"{name} was not due at {row.due_at}"
                if row.state == State.CANCELLED:
                    assert row.ended_at in model.edits, "nobody cancelled it"
            for name, times in model.due.items():
                assert name in own, f"{name}, due at {times}, is missing"
                if own[name].state == State.DUE and own[name].due_at <= self.now:
                    assert own[name].due_at == times[-1]
            coming = {name: row.due_at for name, row in own.items() if row.state == State.DUE and row.due_at > self.now}
            sure = {name: at for name, at in model.coming(self.now).items() if (model.number, name) not in self.sent}
            assert {name: at for name, at in coming.items() if at <= self.now + HORIZON} == sure


def dates(schedule: Schedule) -> set[date]:
    return {*schedule.skipped, *schedule.moved}


def all_posts(connection: Connection) -> list[object]:
    return list(connection.execute(select(post)).all())


@pytest.mark.parametrize("seed", SEEDS)
async def test_each_due_post_is_planned_once_and_at_its_time_whatever_is_changed(seed: int, tmp_path: Path) -> None:
    await Story(seed, tmp_path / "club.db").tell()
