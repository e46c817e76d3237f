"""When a slot takes place: at the same local time, in every zone, whatever is skipped, moved and paused."""

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from dateutil.rrule import WEEKLY, rrule
from hypothesis import given
from hypothesis import strategies as st

from bot.club.schedule import Occurrence, Schedule, has_date, next_occurrences, occurrence_of, occurrences_between
from tests.shared import LONG

ZONES = sorted(available_timezones())
DAILY = tuple(range(7))
YEARS = range(2016, 2036)
MONDAY = date(2026, 1, 5)


def utc(*parts: Any) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def walls(occurrences: Iterable[Occurrence]) -> list[str]:
    """Write what the clocks show, with the difference from UTC."""
    return [occurrence.local.isoformat(" ", "minutes") for occurrence in occurrences]


def weekly(
    clock: time, zone: str, start: date = date(2010, 1, 1), days: Sequence[int] = DAILY, **more: Any
) -> Schedule:
    return Schedule(tuple(days), clock, zone, start, **more)


# The changes of the clocks


@pytest.mark.parametrize(
    ("zone", "clock", "after", "expected"),
    [
        (  # 02:30 is jumped over
            "Europe/Berlin",
            time(2, 30),
            utc(2026, 3, 28, 12),
            ["2026-03-29 03:30+02:00", "2026-03-30 02:30+02:00"],
        ),
        (  # 02:30 comes twice
            "Europe/Berlin",
            time(2, 30),
            utc(2026, 10, 24, 12),
            ["2026-10-25 02:30+02:00", "2026-10-26 02:30+01:00"],
        ),
        (
            "America/New_York",
            time(2, 30),
            utc(2026, 3, 7, 12),
            ["2026-03-08 03:30-04:00", "2026-03-09 02:30-04:00"],
        ),
        (
            "America/New_York",
            time(1, 30),
            utc(2026, 10, 31, 12),
            ["2026-11-01 01:30-04:00", "2026-11-02 01:30-05:00"],
        ),
        (  # half an hour is jumped over
            "Australia/Lord_Howe",
            time(2, 15),
            utc(2026, 10, 3, 1),
            ["2026-10-04 02:45+11:00", "2026-10-05 02:15+11:00"],
        ),
        (
            "Australia/Lord_Howe",
            time(1, 45),
            utc(2026, 4, 4, 1),
            ["2026-04-05 01:45+11:00", "2026-04-06 01:45+10:30"],
        ),
        (  # the clocks go back for Ramadan
            "Africa/Casablanca",
            time(2, 30),
            utc(2026, 2, 14, 12),
            ["2026-02-15 02:30+01:00", "2026-02-16 02:30+00:00"],
        ),
        (
            "Africa/Casablanca",
            time(2, 30),
            utc(2026, 3, 21, 12),
            ["2026-03-22 03:30+01:00", "2026-03-23 02:30+01:00"],
        ),
        (  # the last change there: at midnight the clocks went back to 23:00
            "Asia/Tehran",
            time(23, 30),
            utc(2022, 9, 20, 23),
            ["2022-09-21 23:30+04:30", "2022-09-22 23:30+03:30"],
        ),
        ("Asia/Tehran", time(23, 30), utc(2023, 3, 20, 23), ["2023-03-21 23:30+03:30", "2023-03-22 23:30+03:30"]),
        (
            "Pacific/Apia",
            time(3, 30),
            utc(2020, 9, 25, 12),
            ["2020-09-26 03:30+13:00", "2020-09-27 04:30+14:00", "2020-09-28 03:30+14:00"],
        ),
        (  # and the last change there
            "Pacific/Apia",
            time(3, 30),
            utc(2021, 4, 2, 12),
            ["2021-04-03 03:30+14:00", "2021-04-04 03:30+14:00", "2021-04-05 03:30+13:00"],
        ),
        ("Pacific/Apia", time(3, 30), utc(2021, 9, 24, 12), ["2021-09-25 03:30+13:00", "2021-09-26 03:30+13:00"]),
        (  # a jump over midnight
            "America/Nuuk",
            time(23, 30),
            utc(2026, 3, 28, 12),
            ["2026-03-29 00:30-01:00", "2026-03-29 23:30-01:00"],
        ),
    ],
)  # fmt: skip
def test_a_local_time_stays_itself_when_the_clocks_change(
    zone: str, clock: time, after: datetime, expected: list[str]
) -> None:
    found = next_occurrences(weekly(clock, zone), after, len(expected))
    assert walls(found) == expected


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Berlin", (date(2026, 3, 29), date(2026, 10, 25))),
        ("America/New_York", (date(2026, 3, 8), date(2026, 11, 1))),
        ("Australia/Lord_Howe", (date(2026, 4, 5), date(2026, 10, 4))),
        ("Africa/Casablanca", (date(2026, 2, 15), date(2026, 3, 22))),
    ],
)
def test_an_evening_slot_keeps_its_time_in_the_weeks_around_both_changes(zone: str, changes: Sequence[date]) -> None:
    for change in changes:
        for weekday in DAILY:
            first = change - timedelta(21)
            slot = weekly(time(18, 30), zone, first, [weekday])
            found = next_occurrences(slot, datetime.combine(first, time(), ZoneInfo(zone)), 6)
            assert [each.local.time() for each in found] == [time(18, 30)] * 6
            assert {each.local.weekday() for each in found} == {weekday}
            assert {b.original - a.original for a, b in pairwise(found)} == {timedelta(7)}
            assert len({each.local.utcoffset() for each in found}) == 2


@pytest.mark.parametrize(
    ("zone", "missing"), [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]
)
@pytest.mark.parametrize("clock", [time(0, 0), time(12, 0), time(23, 59)])
def test_a_date_that_a_zone_does_not_have_has_nothing(zone: str, missing: date, clock: time) -> None:
    slot = weekly(clock, zone, missing - timedelta(3))
    found = next_occurrences(slot, datetime.combine(missing - timedelta(4), time(), UTC), 6)
    assert [each.original - missing for each in found] == [timedelta(days) for days in (-3, -2, -1, 1, 2, 3)]
    assert [each.local.date() for each in found] == [each.original for each in found]
    weeks = weekly(clock, zone, missing - timedelta(7), [missing.weekday()])
    found = next_occurrences(weeks, datetime.combine(missing - timedelta(8), time(), UTC), 2)
    assert [each.original - missing for each in found] == [timedelta(-7), timedelta(7)]


# Every zone


def first_moment(naive: datetime, zone: ZoneInfo) -> datetime:
    """Read a local time by RFC 5545, asking a zone only which time it is at moments: the reference."""

    quarter = naive.replace(minute=naive.minute // 15 * 15)  # in these years clocks change on quarters, by quarters

    def offset(minutes: int) -> timedelta:
        moment = quarter.replace(tzinfo=UTC) + timedelta(minutes=minutes)
        return moment.astimezone(zone).replace(tzinfo=None) - moment.replace(tzinfo=None)

    before = offset(-1_560)
    if before != offset(1_560):
        for minutes in range(-1_560, 1_560, 15):
            shown = offset(minutes) + timedelta(minutes=minutes)
            if shown >= timedelta():  # the first moment at which the clocks show this time, or a later one
                before = offset(minutes) if not shown else offset(minutes - 15)
                break
    return naive.replace(tzinfo=UTC) - before


def slices() -> Iterator[tuple[str, int, time]]:
    """Give every zone with a year and a time at which clocks change; on long runs with every year, and two times."""
    chance = random.Random(11)
    clocks = [time(hour, minute) for hour in (23, 0, 1, 2, 3) for minute in (0, 30, 59)]
    for zone in ZONES:
        for year in YEARS if LONG else [chance.choice(YEARS)]:
            for clock in chance.sample(clocks, 2 if LONG else 1):
                yield zone, year, clock


def test_in_every_zone_each_day_has_its_local_time_once() -> None:
    for name, year, clock in slices():
        zone, start = ZoneInfo(name), date(year, 1, 1)
        slot = Schedule(DAILY, clock, name, date(2016, 1, 1))
        found = next_occurrences(slot, datetime.combine(start, time(), zone) - timedelta(minutes=1), 365)
        assert [each.original for each in found] == [start + timedelta(days) for days in range(365)], name
        assert all(a.at < b.at for a, b in pairwise(found)), name
        for each in found:
            wanted = datetime.combine(each.original, clock)
            assert each.at == each.local.astimezone(UTC) == first_moment(wanted, zone), (name, each)
            assert each.at.tzinfo is UTC
            assert each.local.tzinfo == zone
            if each.local.replace(tzinfo=None) != wanted:  # only for a time that there is not
                assert (
                    wanted.replace(tzinfo=zone, fold=1).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wanted
                )


def test_in_every_zone_a_slot_has_the_dates_of_its_rule() -> None:
    chance = random.Random(13)
    for name in ZONES:
        for _ in range(12 if LONG else 1):
            days = tuple(sorted(chance.sample(DAILY, chance.randint(1, 3))))
            clock = time(chance.randrange(24), chance.choice((0, 15, 30)))
            start = date(chance.choice(YEARS), 1, 1) + timedelta(chance.randrange(365))
            slot = Schedule(days, clock, name, start, chance.choice((1, 1, 2, 3, 4, 5, 52)))
            found = next_occurrences(slot, utc(2000, 1, 1), 30)
            assert [each.original for each in found] == list(islice(rule(slot), 30)), slot
            assert {each.original.weekday() for each in found} <= {*days}
            assert all(a.at < b.at for a, b in pairwise(found))


# Every kind of schedule


def rule(slot: Schedule) -> Iterator[date]:
    """Give the dates of a slot by dateutil's reading of RFC 5545."""
    start = datetime.combine(slot.start, time())
    for found in rrule(WEEKLY, dtstart=start, interval=slot.every, byweekday=slot.days, wkst=0):
        if slot.end is not None and found.date() > slot.end:
            return
        yield found.date()


def reference(slot: Schedule, after: datetime, count: int, horizon: date) -> list[tuple[date, datetime, bool]]:
    """Find the occurrences up to a day in the plainest way: all of them, one after the other, then those asked for."""
    zone, all_of_them = ZoneInfo(slot.zone), list[tuple[date, datetime, bool, date]]()
    for original in rule(slot):
        if original > horizon:
            break
        to = slot.moved.get(original) or datetime.combine(original, slot.time)
        if original not in slot.skipped:
            all_of_them.append((original, first_moment(to, zone), original in slot.moved, to.date()))
    all_of_them.sort(key=lambda found: (not found[2], found[1], found[0]))  # what was moved to a day has it
    taken, kept = set[date](), list[tuple[date, datetime, bool]]()
    for original, at, moved, day in all_of_them:
        if day in taken:
            continue
        taken.add(day)
        since, until = slot.paused_since, slot.paused_until
        if since is None or at < since or (until is not None and day >= until):
            kept.append((original, at, moved))
    return sorted((found for found in kept if found[1] > after), key=lambda found: found[1])[:count]


NEAR = st.integers(-40, 120).map(lambda days: MONDAY + timedelta(days))
MOMENTS = st.integers(-60 * 24 * 60, 200 * 24 * 60).map(lambda minutes: utc(2026, 1, 5) + timedelta(minutes=minutes))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
LOCAL = st.builds(datetime.combine, NEAR, TIMES)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    slot = Schedule(
        days=tuple(draw(st.sets(st.integers(0, 6), min_size=1))),
        time=draw(TIMES),
        zone=draw(st.sampled_from(ZONES)),
        start=draw(NEAR),
        every=draw(st.sampled_from((1, 1, 1, 2, 3, 7, 52))),
        paused_since=draw(st.none() | MOMENTS),
        paused_until=draw(st.none() | NEAR),
        end=draw(st.none() | NEAR),
    )
    dates = st.sampled_from(list(islice(rule(slot), 25)) or [MONDAY]) | NEAR
    skipped, moved = draw(st.frozensets(dates, max_size=6)), draw(st.dictionaries(dates, LOCAL, max_size=6))
    return Schedule(slot.days, slot.time, slot.zone, slot.start, slot.every, skipped, moved,
                    slot.paused_since, slot.paused_until, slot.end)  # fmt: skip


@given(schedules(), MOMENTS, st.integers(0, 12))
def test_whatever_was_skipped_moved_and_paused_the_next_times_are_those_of_the_plainest_way(
    slot: Schedule, after: datetime, count: int
) -> None:
    found = next_occurrences(slot, after, count)
    horizon = max([MONDAY, *slot.moved, *(each.original for each in found)]) + timedelta(800)
    assert [(each.original, each.at, each.moved) for each in found] == reference(slot, after, count, horizon)
    assert all(a.at <= b.at for a, b in pairwise(found))
    assert len({each.original for each in found}) == len(found)
    assert not slot.skipped & {each.original for each in found}
    assert all(has_date(slot, each.original) for each in found)
    if found:
        assert occurrences_between(slot, after, found[-1].at)[: len(found)] == found


@given(schedules(), NEAR)
def test_a_day_is_in_the_rhythm_as_the_rule_says(slot: Schedule, day: date) -> None:
    assert has_date(slot, day) == (day in {found for found in islice(rule(slot), 200) if found <= day})


@given(schedules(), MOMENTS, st.integers(1, 300))
def test_asking_again_from_each_occurrence_gives_all_of_them(slot: Schedule, after: datetime, days: int) -> None:
    until = after + timedelta(days)
    whole = occurrences_between(slot, after, until)
    steps, at = list[Occurrence](), after
    while (following := next_occurrences(slot, at, 1)) and following[0].at <= until:
        at = following[0].at
        steps.append(following[0])
    assert steps == [
        each for each, before in zip(whole, [None, *whole], strict=False) if not before or each.at > before.at
    ]


# What organisers do


THURSDAYS = Schedule((3,), time(18), "Europe/Berlin", MONDAY)
NOON = utc(2026, 1, 5, 12)


def test_every_second_week_is_counted_from_the_week_of_the_start() -> None:
    slot = weekly(time(18), "Europe/Berlin", date(2026, 1, 7), [0, 4], every=2)  # begins on a Wednesday
    assert [each.original.isoformat() for each in next_occurrences(slot, NOON, 4)] == [
        "2026-01-09", "2026-01-19", "2026-01-23", "2026-02-02",
    ]  # fmt: skip


def test_a_skipped_date_is_left_out_and_the_others_stay() -> None:
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], skipped=frozenset({date(2026, 1, 15)}))
    assert [each.original.day for each in next_occurrences(slot, NOON, 3)] == [8, 22, 29]


def test_a_moved_one_comes_in_its_new_place_under_its_old_name() -> None:
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved={date(2026, 1, 8): datetime(2026, 1, 16, 20, 30)})  # noqa: DTZ001
    found = next_occurrences(slot, NOON, 3)
    assert [(each.original.day, each.local.day, each.moved) for each in found] == [
        (15, 15, False),
        (8, 16, True),
        (22, 22, False),
    ]
    assert found[1].local.isoformat() == "2026-01-16T20:30:00+01:00"


def test_what_is_moved_to_another_ones_day_takes_its_place() -> None:
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved={date(2026, 1, 8): datetime(2026, 1, 15, 10)})  # noqa: DTZ001
    found = next_occurrences(slot, NOON, 2)
    assert [(each.original.day, each.local.day) for each in found] == [(8, 15), (22, 22)]
    later = next_occurrences(slot, found[0].at, 1)
    assert [each.original.day for each in later] == [22]


def test_two_can_change_places() -> None:
    moved = {date(2026, 1, 8): datetime(2026, 1, 15, 18), date(2026, 1, 15): datetime(2026, 1, 8, 18)}  # noqa: DTZ001
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved=moved)
    assert [(each.original.day, each.local.day) for each in next_occurrences(slot, NOON, 3)] == [
        (15, 8),
        (8, 15),
        (22, 22),
    ]


def test_a_move_of_a_day_that_has_left_the_rhythm_has_no_effect() -> None:
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved={date(2026, 1, 9): datetime(2026, 1, 10, 18)})  # noqa: DTZ001
    assert not any(each.moved for each in next_occurrences(slot, NOON, 5))


def test_a_pause_hides_what_is_in_it_and_keeps_the_rhythm() -> None:
    paused = weekly(time(18), "Europe/Berlin", MONDAY, [3], every=2,
                    paused_since=utc(2026, 1, 20), paused_until=date(2026, 2, 19))  # fmt: skip
    assert [each.original.isoformat() for each in next_occurrences(paused, NOON, 2)] == ["2026-01-08", "2026-02-19"]
    assert [each.original.isoformat() for each in next_occurrences(paused, utc(2026, 1, 21), 1)] == ["2026-02-19"]


def test_a_pause_without_an_end_hides_everything_behind_it() -> None:
    paused = weekly(time(18), "Europe/Berlin", MONDAY, [3], paused_since=utc(2026, 1, 15, 17, 1))
    assert [each.original.day for each in next_occurrences(paused, NOON, 5)] == [8, 15]
    assert next_occurrences(paused, utc(2026, 3, 1), 5) == []


def test_what_was_moved_out_of_the_pause_takes_place_and_what_was_moved_into_it_does_not() -> None:
    moved = {date(2026, 1, 15): datetime(2026, 2, 2, 18), date(2026, 1, 8): datetime(2026, 1, 14, 18)}  # noqa: DTZ001
    paused = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved=moved,
                    paused_since=utc(2026, 1, 9), paused_until=date(2026, 2, 1))  # fmt: skip
    assert [each.original.isoformat() for each in next_occurrences(paused, NOON, 2)] == ["2026-01-15", "2026-02-05"]


def test_the_end_is_the_last_date_and_what_was_moved_behind_it_still_comes() -> None:
    slot = weekly(
        time(18),
        "Europe/Berlin",
        MONDAY,
        [3],
        end=date(2026, 1, 15),
        moved={date(2026, 1, 15): datetime(2026, 1, 20, 18)},  # noqa: DTZ001
    )
    assert [each.local.day for each in next_occurrences(slot, NOON, 9)] == [8, 20]


def test_the_end_of_the_calendar_is_no_failure() -> None:
    slot = weekly(time(18), "Pacific/Kiritimati", MONDAY)
    assert len(next_occurrences(slot, utc(9999, 11, 28), 50)) < 50


def test_what_a_jump_of_the_clocks_puts_off_to_the_next_day_is_still_found_on_that_day() -> None:
    slot = weekly(time(23, 30), "America/Nuuk")
    found = next_occurrences(slot, utc(2026, 3, 29, 1, 10), 1)  # ten minutes past midnight there
    assert walls(found) == ["2026-03-29 00:30-01:00"]
    assert found[0].original == date(2026, 3, 28)


def test_moved_ones_keep_their_order_over_a_jump_of_the_clocks() -> None:
    moved = {date(2026, 3, 26): datetime(2026, 3, 28, 23, 30), date(2026, 4, 2): datetime(2026, 3, 29, 0, 10)}  # noqa: DTZ001
    slot = weekly(time(18), "America/Nuuk", MONDAY, [3], moved=moved)
    found = next_occurrences(slot, utc(2026, 3, 24), 2)
    assert walls(found) == ["2026-03-29 00:10-01:00", "2026-03-29 00:30-01:00"]


def test_what_is_moved_to_a_time_that_comes_twice_comes_the_first_time() -> None:
    to = datetime(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved={date(2026, 10, 22): to})
    assert walls(next_occurrences(slot, utc(2026, 10, 20), 1)) == ["2026-10-25 02:30+02:00"]


def test_of_two_that_are_moved_to_one_day_the_earlier_time_stays() -> None:
    moved = {date(2026, 1, 8): datetime(2026, 1, 17, 20), date(2026, 1, 15): datetime(2026, 1, 17, 10)}  # noqa: DTZ001
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved=moved)
    assert [(each.original.day, each.local.day) for each in next_occurrences(slot, NOON, 2)] == [(15, 17), (22, 22)]


def test_what_is_both_moved_and_skipped_does_not_appear() -> None:
    moved, skipped = {date(2026, 1, 8): datetime(2026, 1, 15, 10)}, frozenset({date(2026, 1, 8)})  # noqa: DTZ001
    slot = weekly(time(18), "Europe/Berlin", MONDAY, [3], moved=moved, skipped=skipped)
    assert [each.original.day for each in next_occurrences(slot, NOON, 2)] == [15, 22]


def test_a_pause_that_begins_with_an_occurrence_hides_it_and_the_end_does_not_hide_the_last() -> None:
    paused = weekly(time(18), "Europe/Berlin", MONDAY, [3], paused_since=utc(2026, 1, 15, 17))
    assert [each.original.day for each in next_occurrences(paused, NOON, 5)] == [8]
    ended = weekly(time(18), "Europe/Berlin", MONDAY, [3], end=date(2026, 1, 15))
    assert [each.original.day for each in next_occurrences(ended, NOON, 5)] == [8, 15]


def test_next_means_after_and_between_means_up_to_and_with() -> None:
    (first,) = next_occurrences(THURSDAYS, NOON, 1)
    assert next_occurrences(THURSDAYS, first.at, 1)[0].original == date(2026, 1, 15)
    assert occurrences_between(THURSDAYS, NOON, first.at) == [first]
    assert occurrences_between(THURSDAYS, NOON, first.at - timedelta(microseconds=1)) == []
    assert next_occurrences(THURSDAYS, NOON, 0) == []


@pytest.mark.parametrize("day", [date.min, date(2026, 1, 9), date.max])
def test_a_day_that_is_none_of_its_dates_has_no_occurrence(day: date) -> None:
    """A forged button may name any day."""
    assert occurrence_of(THURSDAYS, day) is None
    assert occurrence_of(weekly(time(18), "UTC"), date.max) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": ()},
        {"days": (7,)},
        {"every": 0},
        {"every": 53},
        {"clock": time(18, tzinfo=UTC)},
        {"moved": {MONDAY: NOON}},
    ],
)
def test_what_is_no_schedule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weekdays|weeks|local times"):
        weekly(**{"clock": time(18), "zone": "UTC", **wrong})
