"""The events of a server: which there should be, and that they become so whatever fails in between."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.club.delivery import Refused, Unreachable
from bot.club.diary import Diary
from bot.club.event_keeper import PAUSES, EventGone, EventKeeper, EventUnwanted
from bot.club.events import AHEAD, MOST, Event, EventState, KeptEvent, find_meetings, plan_steps
from bot.club.ladder import Kind, Ladder
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import NewSlot, Slot
from bot.club.stores.clubs import ClubStore
from bot.club.stores.events import EventStore
from bot.club.stores.slots import SlotStore
from bot.club.subject import Subjects
from bot.database.database import Database
from tests.club.test_schedule import utc
from tests.shared import LONG

GUILD, OTHER, CHANNEL, OLGA = 7, 8, 70, 9
NOW = utc(2026, 1, 5, 12)  # a Monday
THURSDAYS = Schedule((3,), time(18), "Europe/Berlin", date(2026, 1, 5))
DAYS = ["2026-01-08", "2026-01-15", "2026-01-22"]
DAY = timedelta(days=1)


class Killed(BaseException):
    """The program ends here."""


@dataclass
class FakeServer:
    """The events of a server as Discord keeps them; `fails` may raise before and after each of the bot's requests."""

    events: dict[int, Event] = field(default_factory=dict[int, Event])
    asked: list[str] = field(default_factory=list[str])
    allowed: bool = True
    fails: Callable[[str], None] = lambda point: None
    number: int = 100

    def may(self, guild_id: int) -> bool:
        return self.allowed

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        self.fails(f"before {what}")

    async def find(self, guild_id: int) -> Mapping[tuple[str, str], list[int]]:
        self._ask("find")
        found: dict[tuple[str, str], list[int]] = {}
        for number, event in self.events.items():
            if event.guild_id == guild_id:
                found.setdefault((event.slot, event.date), []).append(number)
        return found

    async def create(self, event: Event) -> int:
        self._ask("create")
        self.number += 1
        self.events[self.number] = event
        self.fails("after create")
        return self.number

    async def edit(self, event_id: int, event: Event) -> None:
        self._ask("edit")
        if event_id not in self.events:
            raise EventGone("it is gone")
        self.events[event_id] = event
        self.fails("after edit")

    async def delete(self, guild_id: int, event_id: int) -> None:
        self._ask("delete")
        self.events.pop(event_id, None)
        self.fails("after delete")

    @property
    def dates(self) -> list[str]:
        return sorted(event.date for event in self.events.values())


class Desk:
    """A club with a slot, and what keeps its events."""

    def __init__(self, database: Database, server: FakeServer) -> None:
        self.slots, self.store, self.server = SlotStore(database), EventStore(database), server
        subjects = Subjects(Diary(database))
        self.reach: Callable[[str], None] = lambda point: None
        self._make = lambda: EventKeeper(
            ClubStore(database), self.slots, self.store, subjects, server, lambda point: self.reach(point)
        )
        self.keeper = self._make()

    def restart(self) -> None:
        self.keeper = self._make()

    async def add(self, guild: int = GUILD, name: str = "Club night", *, events: bool = True) -> Slot:
        slot = await self.slots.add(guild, OLGA, NOW, NewSlot(name, THURSDAYS, Kind.MEETING, CHANNEL))
        return await self.toggle(slot, events) if events else slot

    async def toggle(self, slot: Slot, events: bool, now: datetime = NOW) -> Slot:
        return await self.slots.set_posts(slot.guild_id, slot.id, OLGA, now, slot.ladder, slot.quiet, has_events=events)

    async def keep(self, now: datetime = NOW, guild: int = GUILD) -> list[str]:
        """Make a pass; give what was asked of Discord."""
        before = len(self.server.asked)
        await self.keeper.keep(guild, now)
        return self.server.asked[before:]

    async def states(self, guild: int = GUILD) -> dict[str, str]:
        return {each.date: each.state.value for each in await self.store.list_kept(guild)}


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database, FakeServer())


# What there should be


def slot_of(schedule: Schedule = THURSDAYS, **more: Any) -> Slot:
    given: Any = {"has_events": True} | more
    return Slot(3, GUILD, "Night", schedule, Ladder(), None, CHANNEL, NOW, **given)


def event_of(day: str, hour: int = 17, **more: Any) -> Event:
    start = datetime.combine(date.fromisoformat(day), time(hour), UTC)
    return replace(Event(GUILD, "slot:3", day, "Night", start, start + timedelta(hours=2), CHANNEL), **more)


def kept_of(event: Event, state: EventState = EventState.THERE) -> KeptEvent:
    return KeptEvent(event.guild_id, event.slot, event.date, 5, state, event.told)


def test_the_next_three_within_sixty_days_have_events_and_only_those_of_meetings_that_wish_them() -> None:
    assert [str(each.original) for each in find_meetings(slot_of(), [], NOW)] == DAYS
    rare = replace(THURSDAYS, every=8)
    assert len(find_meetings(slot_of(rare), [], NOW)) == 2
    assert all(each.at <= NOW + AHEAD for each in find_meetings(slot_of(rare), [], NOW))
    assert find_meetings(slot_of(has_events=False), [], NOW) == []
    prompt = replace(slot_of(), ladder=Ladder(Kind.PROMPT))
    assert find_meetings(prompt, [], NOW) == []


def test_an_event_that_is_there_stays_when_another_date_comes_before_it() -> None:
    there = [kept_of(event_of("2026-01-29"))]
    assert [str(each.original) for each in find_meetings(slot_of(), there, NOW)] == [*DAYS, "2026-01-29"]


def test_a_minute_before_the_meeting_no_event_is_made_and_none_is_cancelled() -> None:
    soon = next_occurrences(THURSDAYS, NOW, 1)[0].at - timedelta(minutes=1)
    there = [kept_of(event_of(DAYS[0]))]
    assert str(find_meetings(slot_of(), [], soon)[0].original) == DAYS[1]
    assert str(find_meetings(slot_of(), there, soon)[0].original) == DAYS[0]


@pytest.mark.parametrize("change", [{"name": "Day"}, {"title": "A paper"}, {"url": "https://a.b"}, {"channel_id": 71}])
def test_whatever_stands_in_it_is_told_by_an_edit_and_nothing_else(change: dict[str, Any]) -> None:
    before, after = event_of(DAYS[0]), event_of(DAYS[0], **change)
    kept = kept_of(before)
    assert plan_steps([before], [kept], {"slot:3"}, NOW) == ([], [], [], [])
    assert plan_steps([after], [kept], {"slot:3"}, NOW) == ([], [], [(kept, after)], [])


def test_what_has_begun_is_left_alone_and_what_is_past_is_forgotten() -> None:
    kept = kept_of(event_of(DAYS[0]))
    assert plan_steps([], [kept], {"slot:3"}, kept.start - DAY).cancel == [kept]
    assert plan_steps([], [kept], {"slot:3"}, kept.start) == ([], [], [], [])
    assert plan_steps([], [kept], {"slot:3"}, kept.end) == ([kept], [], [], [])


def test_what_was_deleted_by_hand_is_made_again_only_when_it_moves() -> None:
    event = event_of(DAYS[0])
    gone = kept_of(event, EventState.GONE)
    assert not plan_steps([event], [gone], {"slot:3"}, NOW).asks
    assert not plan_steps([event_of(DAYS[0], title="A paper")], [gone], {"slot:3"}, NOW).asks
    moved = event_of(DAYS[0], 19)
    assert plan_steps([moved], [gone], {"slot:3"}, NOW).make == [moved]
    assert plan_steps([], [gone], {"slot:3"}, NOW) == ([], [], [], [])
    assert plan_steps([], [gone], set(), NOW) == ([gone], [], [], [])


# What becomes of it


async def test_events_follow_what_organisers_change_and_nothing_is_asked_in_between(desk: Desk) -> None:
    slot = await desk.add()
    assert await desk.keep() == ["find", "create", "create", "create"]
    assert desk.server.dates == DAYS
    first = min(desk.server.events.values(), key=lambda event: event.start)
    assert (first.name, first.start, first.end) == ("Club night", utc(2026, 1, 8, 17), utc(2026, 1, 8, 18, 30))
    assert await desk.keep(NOW + timedelta(hours=1)) == []
    await desk.slots.move(GUILD, slot.id, OLGA, NOW, date(2026, 1, 8), datetime(2026, 1, 9, 20))  # noqa: DTZ001
    assert await desk.keep() == ["edit"]
    assert utc(2026, 1, 9, 19) in {event.start for event in desk.server.events.values()}
    await desk.slots.skip(GUILD, slot.id, OLGA, NOW, date(2026, 1, 15))
    assert await desk.keep() == ["find", "delete", "create"]
    assert desk.server.dates == ["2026-01-08", "2026-01-22", "2026-01-29"]
    await desk.slots.pause(GUILD, slot.id, OLGA, NOW, None)
    assert await desk.keep() == ["delete"] * 3
    assert (desk.server.dates, await desk.states()) == ([], {})
    slot = await desk.slots.resume(GUILD, slot.id, OLGA, NOW)
    await desk.keep()
    assert len(desk.server.dates) == MOST
    slot = await desk.toggle(slot, events=False)
    await desk.keep()
    assert desk.server.dates == []
    await desk.toggle(slot, events=True)
    await desk.keep()
    await desk.slots.remove(GUILD, slot.id, OLGA, NOW)
    await desk.keep()
    assert (desk.server.dates, await desk.states()) == ([], {})
    assert await desk.store.list_guilds() == []


async def test_as_time_passes_new_ones_are_made_and_old_ones_are_left_and_forgotten(desk: Desk) -> None:
    await desk.add()
    await desk.keep()
    assert await desk.keep(utc(2026, 1, 8, 18)) == ["find", "create"]
    assert set(await desk.states()) == {*DAYS, "2026-01-29"}
    assert await desk.keep(utc(2026, 1, 8, 19)) == []
    assert set(await desk.states()) == {*DAYS[1:], "2026-01-29"}
    assert DAYS[0] in desk.server.dates, "Discord ends it by itself"


async def test_one_that_somebody_deleted_stays_deleted_until_its_meeting_moves(desk: Desk) -> None:
    slot = await desk.add()
    await desk.keep()
    first = next(number for number, event in desk.server.events.items() if event.date == DAYS[0])
    del desk.server.events[first]
    await desk.slots.add(GUILD, OLGA, NOW, NewSlot("club NIGHT", THURSDAYS, Kind.MEETING, CHANNEL), replace=True)
    assert await desk.keep() == ["edit"] * 3, "it has another name"
    assert (await desk.states())[DAYS[0]] == "gone"
    assert await desk.keep() == []
    assert desk.server.dates == DAYS[1:]
    await desk.slots.move(GUILD, slot.id, OLGA, NOW, date(2026, 1, 8), datetime(2026, 1, 9, 20))  # noqa: DTZ001
    assert await desk.keep() == ["find", "create"]
    second = next(number for number, event in desk.server.events.items() if event.date == DAYS[1])
    del desk.server.events[second]
    await desk.slots.move(GUILD, slot.id, OLGA, NOW, date(2026, 1, 15), datetime(2026, 1, 16, 20))  # noqa: DTZ001
    assert await desk.keep() == ["edit", "find", "create"], "one that moves is made again at once"
    assert desk.server.dates == DAYS


async def test_two_clubs_are_apart(desk: Desk) -> None:
    await desk.add()
    theirs = await desk.add(OTHER)
    assert await desk.store.list_guilds() == [GUILD, OTHER]
    await desk.keep()
    await desk.keep(guild=OTHER)
    assert await desk.keep() == await desk.keep(guild=OTHER) == []
    await desk.slots.remove(OTHER, theirs.id, OLGA, NOW)
    assert await desk.keep() == []
    await desk.keep(guild=OTHER)
    assert {event.guild_id for event in desk.server.events.values()} == {GUILD}
    assert set(await desk.states()) == {*DAYS}


async def test_where_the_bot_may_not_nothing_is_asked(desk: Desk) -> None:
    await desk.add()
    desk.server.allowed = False
    assert await desk.keep() == []
    desk.server.allowed = True
    assert len(await desk.keep()) == 4


async def test_a_refusal_is_not_repeated_for_hours_unless_an_organiser_changes_something(desk: Desk) -> None:
    await desk.add()

    def refuse(point: str) -> None:
        if point == "before create":
            raise Refused("Missing Permissions")

    desk.server.fails = refuse
    assert await desk.keep() == ["find", "create"]
    assert await desk.keep(NOW + timedelta(hours=5)) == []
    desk.keeper.hurry(GUILD)
    assert await desk.keep(NOW + timedelta(hours=5)) == ["find", "create"]
    desk.server.fails = lambda point: None
    assert len(await desk.keep(NOW + timedelta(hours=12))) == 4
    assert desk.server.dates == DAYS


async def test_a_discord_that_fails_is_asked_more_and_more_rarely(desk: Desk) -> None:
    await desk.add()

    def fail(point: str) -> None:
        raise Unreachable("502")

    desk.server.fails = fail
    now = NOW
    for pause in (*PAUSES, PAUSES[-1]):
        assert await desk.keep(now) == ["find"]
        assert await desk.keep(now + pause - timedelta(seconds=1)) == []
        now += pause
    desk.server.fails = lambda point: None
    await desk.keep(now)
    assert desk.server.dates == DAYS


async def test_what_discord_does_not_take_is_given_up_and_the_others_are_made(desk: Desk) -> None:
    await desk.add()
    times = iter([True, False, False])

    def refuse(point: str) -> None:
        if point == "before create" and next(times):
            raise EventUnwanted("Invalid Form Body")

    desk.server.fails = refuse
    await desk.keep()
    assert desk.server.dates == DAYS[1:]
    assert await desk.keep() == []
    assert (await desk.states())[DAYS[0]] == "gone"


@pytest.mark.parametrize("point", ["marked", "before create", "after create", "answered", "stored"])
@pytest.mark.parametrize("how", [Killed, Unreachable])
async def test_whatever_happens_while_it_is_made_there_is_one(desk: Desk, point: str, how: type[BaseException]) -> None:
    await desk.add()

    def fail(reached: str) -> None:
        if reached == point:
            desk.reach = desk.server.fails = lambda point: None
            raise how("here")

    desk.reach = desk.server.fails = fail
    try:
        await desk.keep()
    except Killed:
        desk.restart()
    await desk.keep(NOW + PAUSES[0])
    assert desk.server.dates == DAYS
    assert set((await desk.states()).values()) == {"there"}
    assert await desk.keep(NOW + PAUSES[0]) == []


async def test_two_of_the_same_meeting_become_one(desk: Desk) -> None:
    """A request that was under way while the bot was killed is carried out behind the back of the next one."""
    slot = await desk.add()
    await desk.keep()
    double = next(event for event in desk.server.events.values() if event.date == DAYS[0])
    desk.server.events[999] = double
    await desk.slots.pause(GUILD, slot.id, OLGA, NOW, None)
    await desk.store.keep(double, EventState.MAKING)
    await desk.keep()
    assert desk.server.dates == []
    await desk.slots.resume(GUILD, slot.id, OLGA, NOW)
    desk.server.events |= {997: double, 998: double}
    await desk.keep()
    assert desk.server.dates == DAYS


@pytest.mark.parametrize("seed", range(40 if LONG else 6))
async def test_whatever_organisers_do_and_wherever_it_breaks_the_events_are_right_in_the_end(
    database: Database, seed: int
) -> None:
    chance, server = random.Random(seed), FakeServer()
    desk = Desk(database, server)
    slot, now = await desk.add(), NOW
    changes: list[Callable[[Slot, date], Any]] = [
        lambda slot, day: desk.slots.skip(GUILD, slot.id, OLGA, now, day),
        lambda slot, day: desk.slots.unskip(GUILD, slot.id, OLGA, now, day),
        lambda slot, day: desk.slots.move(GUILD, slot.id, OLGA, now, day, datetime.combine(day + DAY, time(chance.randrange(24)))),
        lambda slot, day: desk.slots.pause(GUILD, slot.id, OLGA, now, chance.choice((None, day + 9 * DAY))),
        lambda slot, day: desk.slots.resume(GUILD, slot.id, OLGA, now),
        lambda slot, day: desk.toggle(slot, chance.random() < 0.7, now),
    ]  # fmt: skip

    def fail(point: str) -> None:
        kind = chance.random()
        if kind < 0.08:
            raise Killed
        if kind < 0.16:
            raise Unreachable("lost")

    for _ in range(30):
        slot = await desk.slots.get(GUILD, slot.id) or slot
        day = chance.choice([each.original for each in next_occurrences(THURSDAYS, now, 5)])
        await chance.choice(changes)(slot, day)
        server.fails = desk.reach = fail
        now += chance.choice((timedelta(minutes=1), timedelta(hours=5), 3 * DAY))
        try:
            await desk.keep(now)
        except Killed:
            desk.restart()
        names = [event.date for event in server.events.values() if event.start > now]
        assert len(names) == len({*names})
    server.fails = desk.reach = lambda point: None
    desk.restart()
    await desk.keep(now)
    slot = await desk.slots.get(GUILD, slot.id) or slot
    kept = await desk.store.list_kept(GUILD)
    wanted = {(str(each.original), each.at) for each in find_meetings(slot, kept, now)}
    assert {(event.date, event.start) for event in server.events.values() if event.start > now} == wanted
    assert await desk.keep(now) == []


@pytest.mark.parametrize("error", [EventGone("Unknown Guild"), EventUnwanted("Invalid Form Body")])
@pytest.mark.parametrize("point", ["before find", "before delete"])
async def test_an_answer_that_nobody_expects_is_not_asked_for_in_every_pass(
    desk: Desk, error: Exception, point: str, caplog: pytest.LogCaptureFixture
) -> None:
    slot = await desk.add()
    await desk.keep()
    if point == "before find":
        await desk.slots.move(GUILD, slot.id, OLGA, NOW, date(2026, 1, 8), datetime(2026, 1, 9, 20))  # noqa: DTZ001
        desk.server.events.clear()
    else:
        await desk.slots.skip(GUILD, slot.id, OLGA, NOW, date(2026, 1, 8))

    def fail(where: str) -> None:
        if where == point:
            raise error

    desk.server.fails = fail
    assert await desk.keep()
    assert await desk.keep() == [], "it rests"
    assert str(error) in caplog.text
    desk.server.fails = lambda where: None
    assert await desk.keep(NOW + PAUSES[0])
    assert (str(DAYS[0]) in desk.server.dates) is (point == "before find")
