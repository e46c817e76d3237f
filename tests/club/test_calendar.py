"""Files for calendars: what a calendar reads in them is what takes place, in every zone."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from itertools import islice, takewhile
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from dateutil.tz import tzical
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.club.calendar import Words, meeting_file, series_file
from bot.club.ladder import Kind, Ladder
from bot.club.schedule import Schedule, has_date, next_occurrences, occurrence_of
from bot.club.slot import Slot
from bot.club.timezones import make_timezone
from tests.club.test_schedule import MOMENTS, ZONES, schedules, utc, weekly
from tests.shared import LONG

NOW = utc(2026, 1, 5, 12)
LINK = "https://discord.com/channels/7/8"
BERLIN = "Europe/Berlin"


def slot_of(schedule: Schedule, name: str = "Club night", minutes: int = 90, revision: int = 4) -> Slot:
    ladder = Ladder(Kind.MEETING, minutes=minutes)
    return Slot(3, 7, name, schedule, ladder, None, None, NOW, revision=revision)


def read(file: bytes) -> tuple[Any, list[Any]]:
    """Read a file as calendars do; it has lines of 75 bytes at most, which end with CRLF."""
    lines = file.split(b"\r\n")
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    calendar: Any = Calendar.from_ical(file)
    return calendar, calendar.events


def wall(value: Any) -> datetime:
    """Give what the clocks show, without the zone."""
    return value.dt.replace(tzinfo=None)


def moment(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def expand(file: bytes, zone: str) -> Iterator[tuple[date, datetime]]:
    """Give the original dates and moments of a series, by dateutil's reading of its rule, in the order of the rule."""
    _, (master, *others) = read(file)
    if master["status"] == "CANCELLED":
        return
    start, rule = wall(master["dtstart"]), dict(master["rrule"])
    if until := rule.get("UNTIL"):
        rule["UNTIL"] = [until[0].astimezone(ZoneInfo(zone)).replace(tzinfo=None)]
    text = master["rrule"].__class__(rule).to_ical().decode().replace("Z", "")
    without: Any = master.get("exdate", [])
    lists = cast("list[Any]", without if isinstance(without, list) else [without])
    excluded = {wall(each) for dates in lists for each in dates.dts}
    moved = {wall(other["recurrence-id"]): wall(other["dtstart"]) for other in others}
    for found in rrulestr(text, dtstart=start):
        if found not in excluded:
            local = moved.pop(found, found)
            yield found.date(), moment(local, zone)
    assert not moved, "an exception belongs to no date of the rule"


# The series


@given(schedules(), MOMENTS)
def test_what_a_calendar_makes_of_the_series_is_what_takes_place(schedule: Schedule, after: datetime) -> None:
    file = series_file(slot_of(schedule), NOW, Words())
    horizon = max([NEAR_END, *(to.date() for to in schedule.moved.values())]) + timedelta(800)
    read_back = takewhile(lambda found: found[0] <= horizon, expand(file, schedule.zone))
    coming = sorted(found[::-1] for found in read_back if found[1] > after)
    wanted = [each for each in next_occurrences(schedule, after, 12) if each.original <= horizon]
    assert coming[: len(wanted)] == sorted((each.at, each.original) for each in wanted)
    if len(wanted) < 12:
        assert len(coming) == len(wanted)


NEAR_END = date(2026, 1, 5) + timedelta(120)


@pytest.mark.parametrize(
    ("zone", "clock"),
    [
        (BERLIN, time(2, 30)),
        ("America/New_York", time(1, 30)),
        ("America/New_York", time(2, 30)),
        ("Australia/Lord_Howe", time(2, 15)),
        ("Africa/Casablanca", time(2, 30)),
        ("America/Nuuk", time(23, 30)),
    ],
)
def test_gaps_and_repeats_of_the_clocks_are_read_alike(zone: str, clock: time) -> None:
    schedule = weekly(clock, zone, date(2026, 1, 1))
    found = list(islice(expand(series_file(slot_of(schedule), NOW, Words()), zone), 700))
    assert found == [(each.original, each.at) for each in next_occurrences(schedule, utc(2025, 12, 30), 700)]


def test_a_series_names_its_rule_its_number_and_its_revision() -> None:
    skipped, moved = frozenset({date(2026, 1, 15)}), {date(2026, 1, 22): datetime(2026, 1, 30, 20)}  # noqa: DTZ001
    schedule = weekly(time(18), BERLIN, date(2026, 1, 7), [0, 3], every=2, skipped=skipped, moved=moved)
    calendar, (master, other) = read(series_file(slot_of(schedule), NOW, Words(LINK, ("Bring tea",))))
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert master["rrule"].to_ical() == b"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=MO"
    assert master["dtstart"].to_ical() == b"20260108T180000"
    assert master["dtstart"].params["TZID"] == BERLIN
    assert master["dtend"].to_ical() == b"20260108T193000"
    assert (master["dtstamp"].dt, master["sequence"], master["status"]) == (NOW, 4, "CONFIRMED")
    assert (master["location"], master["description"]) == (LINK, "Bring tea")
    assert "exdate" not in master, "15 January is not in the rhythm of every second week"
    assert wall(other["recurrence-id"]).date() == date(2026, 1, 22)


def test_a_moved_date_is_an_exception_of_the_same_series_and_a_skipped_one_is_left_out() -> None:
    skipped, moved = frozenset({date(2026, 1, 15)}), {date(2026, 1, 22): datetime(2026, 1, 23, 20)}  # noqa: DTZ001
    schedule = weekly(time(18), BERLIN, date(2026, 1, 5), [3], skipped=skipped, moved=moved)
    _, (master, other) = read(series_file(slot_of(schedule), NOW, Words()))
    assert master["exdate"].to_ical() == b"20260115T180000"
    assert master["uid"] == other["uid"]
    assert other["recurrence-id"].to_ical() == b"20260122T180000"
    assert (other["dtstart"].to_ical(), other["dtend"].to_ical()) == (b"20260123T200000", b"20260123T213000")


def test_an_open_pause_ends_the_rule_and_a_limited_one_leaves_its_dates_out() -> None:
    paused = weekly(time(18), BERLIN, date(2026, 1, 5), [3], paused_since=utc(2026, 1, 20))
    _, (master,) = read(series_file(slot_of(paused), NOW, Words()))
    assert master["rrule"]["UNTIL"] == [utc(2026, 1, 15, 17)]
    assert "exdate" not in master
    limited = weekly(
        time(18), BERLIN, date(2026, 1, 5), [3], paused_since=utc(2026, 1, 20), paused_until=date(2026, 2, 5)
    )
    _, (master,) = read(series_file(slot_of(limited), NOW, Words()))
    assert "UNTIL" not in master["rrule"]
    assert [wall(each).date() for dates in master["exdate"] for each in dates.dts] == [
        date(2026, 1, 22),
        date(2026, 1, 29),
    ]


def test_a_pause_of_thousands_of_years_does_not_fill_the_file() -> None:
    paused = weekly(time(18), BERLIN, date(2026, 1, 5), paused_since=utc(2026, 1, 20), paused_until=date(9000, 1, 1))
    file = series_file(slot_of(paused), NOW, Words())
    assert len(file) < 3_000
    assert [day for day, _ in expand(file, BERLIN)][-1] == date(2026, 1, 19)


def test_a_slot_of_which_nothing_takes_place_is_a_cancelled_series() -> None:
    paused = weekly(time(18), BERLIN, date(2026, 1, 5), [3], paused_since=utc(2025, 1, 20))
    _, (master,) = read(series_file(slot_of(paused), NOW, Words()))
    assert master["status"] == "CANCELLED"
    assert "rrule" not in master


def test_a_change_keeps_the_names_and_counts_on() -> None:
    schedule = weekly(time(18), BERLIN, date(2026, 1, 5), [3])
    before, after = slot_of(schedule), slot_of(weekly(time(19), BERLIN, date(2026, 1, 5), [3]), revision=5)
    (_, (old,)), (_, (new,)) = (read(series_file(each, NOW, Words())) for each in (before, after))
    assert old["uid"] == new["uid"]
    assert (old["sequence"], new["sequence"]) == (4, 5)
    day = date(2026, 1, 8)
    (_, (single,)), (_, (other,)) = (
        read(meeting_file(before, each, NOW, Words())) for each in (day, date(2026, 1, 15))
    )
    assert len({old["uid"], single["uid"], other["uid"]}) == 3


# One meeting


@given(schedules(), st.sampled_from((1, 30, 90, 1_440)))
def test_the_file_of_each_meeting_has_its_time(schedule: Schedule, minutes: int) -> None:
    for each in next_occurrences(schedule, utc(2025, 1, 1), 5):
        _, (event,) = read(meeting_file(slot_of(schedule, minutes=minutes), each.original, NOW, Words()))
        assert event["status"] == "CONFIRMED"
        start = moment(wall(event["dtstart"]), schedule.zone)
        assert start == each.at
        ends = start + event["duration"].dt if "duration" in event else moment(wall(event["dtend"]), schedule.zone)
        assert ends == each.at + timedelta(minutes=minutes)
    for day in schedule.skipped:
        if has_date(schedule, day):
            _, (event,) = read(meeting_file(slot_of(schedule), day, NOW, Words()))
            assert event["status"] == "CANCELLED"
            assert occurrence_of(schedule, day) is None


def test_an_end_that_the_clocks_show_twice_is_not_read_as_the_first() -> None:
    schedule = weekly(time(1, 45), BERLIN, date(2026, 10, 1))
    slot = slot_of(schedule, minutes=120)  # 01:45 CEST to 02:45 CET
    _, (event,) = read(meeting_file(slot, date(2026, 10, 25), NOW, Words()))
    assert event["duration"].dt == timedelta(minutes=120)
    assert "dtend" not in event


def test_a_day_outside_the_rhythm_has_no_file() -> None:
    slot = slot_of(weekly(time(18), BERLIN, date(2026, 1, 5), [3]))
    with pytest.raises(ValueError, match="2026-01-09"):
        meeting_file(slot, date(2026, 1, 9), NOW, Words())


# What members wrote


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=2_000))
@example("Night\r\nEND:VEVENT\r\nBEGIN:VEVENT", 'a;b,c\\n:"d"', "\n\r\n \u2028\u2029\x85\x0b")
@example("👩‍👩‍👧‍👦" * 60, "\ud800 lone", "ATTACH:file\r\nATTENDEE:mailto:a@b.c")
def test_no_text_breaks_out_of_its_line(name: str, title: str, line: str) -> None:
    slot = slot_of(weekly(time(18), BERLIN, date(2026, 1, 5), [3]), name)
    for file in (series_file(slot, NOW, Words(LINK, (title, line))),
                 meeting_file(slot, date(2026, 1, 8), NOW, Words(LINK, (title, line)))):  # fmt: skip
        calendar, (event,) = read(file)
        assert [each.name for each in calendar.walk()] == [
            "VCALENDAR",
            "VTIMEZONE",
            "STANDARD",
            "DAYLIGHT",
            "STANDARD",
            "VEVENT",
        ]
        assert {*event} <= {"UID", "SEQUENCE", "DTSTAMP", "SUMMARY", "DTSTART", "DTEND", "STATUS", "RRULE",
                            "DESCRIPTION", "LOCATION", "URL"}  # fmt: skip
        assert "\n" not in event["summary"]
        assert str(event.get("description", "")).count("\n") <= 1


def test_signs_arrive_as_they_were_written() -> None:
    name = 'Papers; tea, \\cake\\ "and" 👩‍🔬 日本語: a=b'
    _, (event,) = read(meeting_file(slot_of(weekly(time(18), BERLIN, date(2026, 1, 5), [3]), name), date(2026, 1, 8),
                                    NOW, Words(LINK, ("One; two, \\n three", "Second"))))  # fmt: skip
    assert event["summary"] == name
    assert event["description"] == "One; two, \\n three\nSecond"


# Time zones


@pytest.mark.parametrize("part", range(8))
def test_in_every_zone_the_clocks_go_as_they_do(part: int) -> None:
    """dateutil reads VTIMEZONE by itself, so it is the referee."""
    chance = random.Random(part)
    for name in ZONES[part::8] if LONG else [*chance.sample(ZONES[part::8], 6), *UNUSUAL[part::8]]:
        made = make_timezone(name, 2026)
        if made is None:
            assert ZoneInfo(name).utcoffset(datetime(2026, 7, 1)) == timedelta()  # noqa: DTZ001
            continue
        calendar = Calendar()
        calendar.add_component(made)
        referee: Any = tzical(StringIO(calendar.to_ical().decode().replace("\r\n", "\n"))).get()
        zone = ZoneInfo(name)
        day = datetime(2021, 1, 3, tzinfo=UTC)
        while day.year < 2037:
            local = day.astimezone(zone)
            shown, before = local.replace(tzinfo=None), (day - timedelta(1)).astimezone(zone).utcoffset()
            if local.utcoffset() == before == (day + timedelta(1)).astimezone(zone).utcoffset():
                assert shown.replace(tzinfo=referee).utcoffset() == local.utcoffset(), (name, day)
            else:  # each quarter of an hour around a change, but for the hours that come twice or not at all
                for quarter in range(-96, 97):
                    at = (day + timedelta(minutes=15 * quarter)).astimezone(zone)
                    wall_time = at.replace(tzinfo=None, fold=0)
                    if wall_time.replace(tzinfo=zone).utcoffset() == wall_time.replace(tzinfo=zone, fold=1).utcoffset():
                        assert wall_time.replace(tzinfo=referee).utcoffset() == at.utcoffset(), (name, at)
            day += timedelta(1)


UNUSUAL = ["Africa/Casablanca", "Africa/Cairo", "America/Nuuk", "America/Sao_Paulo", "Asia/Gaza", "Asia/Jerusalem",
           "Asia/Tehran", "Australia/Lord_Howe", "Europe/Dublin", "Pacific/Apia", "Pacific/Chatham",
           "America/Scoresbysund", "Asia/Kathmandu", "Antarctica/Troll", "America/Santiago", "Asia/Beirut"]  # fmt: skip


def test_clocks_that_follow_a_rule_have_it_without_an_end() -> None:
    made: Any = make_timezone("America/New_York", 2026)
    rules = {str(part.get("rrule") and part["rrule"].to_ical().decode()) for part in made.subcomponents}
    assert rules == {"None", "FREQ=YEARLY;BYDAY=2SU;BYMONTH=3", "FREQ=YEARLY;BYDAY=1SU;BYMONTH=11"}


def test_utc_needs_no_description() -> None:
    file = series_file(slot_of(weekly(time(18), "UTC", date(2026, 1, 5), [3])), NOW, Words())
    assert b"VTIMEZONE" not in file
    assert b"DTSTART:20260108T180000Z" in file


def test_the_last_days_that_there_are_are_no_dates() -> None:
    """A forged button may name them, and nothing can be reckoned with the days behind them."""
    daily = Schedule((0, 1, 2, 3, 4, 5, 6), time(18), "Europe/Berlin", date(2026, 1, 1))
    assert occurrence_of(daily, date(9998, 12, 31))
    for day in (date(9999, 12, 2), date(9999, 12, 30), date.max, date.min):
        assert not has_date(daily, day)
        assert occurrence_of(daily, day) is None
