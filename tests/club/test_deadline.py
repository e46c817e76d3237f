"""When something ends, as members type it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.club.deadline import EXAMPLES, LONGEST, SHORTEST, parse_deadline
from bot.errors import ClubError

NOW = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)  # a Wednesday, 18:30 in Berlin
BERLIN = ZoneInfo("Europe/Berlin")


def read(text: str, now: datetime = NOW) -> datetime | None:
    return parse_deadline(text, now, BERLIN)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("3 days", 72), ("3d", 72), ("36h", 36), ("36 Hours", 36), ("1 week", 168), ("a week", 168), ("an hour", 1),
        ("1 day 12 hours", 36), ("1d12h", 36), ("2 days and 6 h", 54), ("1 week, 1 day", 192), ("90 min", 1.5),
        ("in 2 hours", 2), ("1.5 days", 36), ("1,5 days", 36), ("  3   DAYS ", 72), ("for 2 wks", 336), ("1m", 1 / 60),
    ],
)  # fmt: skip
def test_a_span_counts_from_now(text: str, hours: float) -> None:
    assert read(text) == NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-12-01 18:00", (2026, 12, 1, 18, 0)), ("2026-12-1 18:00", (2026, 12, 1, 18, 0)),
        ("2026-12-01T18:00", (2026, 12, 1, 18, 0)), ("2026-12-01, 6pm", (2026, 12, 1, 18, 0)),
        ("2026-12-01", (2026, 12, 1, 23, 59)), ("Friday 18:00", (2026, 11, 27, 18, 0)),
        ("fri 18", (2026, 11, 27, 18, 0)), ("friday at 6:30 pm", (2026, 11, 27, 18, 30)),
        ("on Friday", (2026, 11, 27, 23, 59)), ("until sunday 12am", (2026, 11, 29, 0, 0)),
        ("Wednesday 18:00", (2026, 12, 2, 18, 0)), ("wednesday 19:00", (2026, 11, 25, 19, 0)),
        ("tomorrow 9:00", (2026, 11, 26, 9, 0)), ("today 23:00", (2026, 11, 25, 23, 0)),
        ("today", (2026, 11, 25, 23, 59)), ("18:00", (2026, 11, 26, 18, 0)), ("at 19:00", (2026, 11, 25, 19, 0)),
        ("12pm", (2026, 11, 26, 12, 0)), ("tues 8 am", (2026, 12, 1, 8, 0)),
    ],
)  # fmt: skip
def test_a_day_and_a_time_are_those_of_the_club(text: str, local: tuple[int, int, int, int, int]) -> None:
    assert read(text) == datetime(*local, tzinfo=BERLIN)


def test_nothing_is_no_end() -> None:
    assert read("") is None
    assert read("  ") is None


def test_a_time_that_a_zone_skips_is_moved_on_and_of_a_repeated_one_the_first_is_meant() -> None:
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert read("2026-03-29 02:30", spring) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    assert read("tomorrow 02:30", autumn) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "soon", "3", "18", "x days", "days", "3 fortnights", "3 days ago", "-3 days", "friday friday", "next year",
        "2026-13-01 18:00", "2026-02-30", "friday 25:00", "friday 18:60", "13pm", "0am", "fr", "\u0663 days", "1e3 days",
        "3 days x", "and", "a", "3 monthly",
    ],
)  # fmt: skip
def test_what_is_not_clear_is_answered_with_examples(text: str) -> None:
    with pytest.raises(
        ClubError, match=r"Paperclub does not understand the time.*such as 3 days, 36h or 1 week.*Friday 18:00"
    ):
        read(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("30 seconds", "not understand"), ("0 days", "has passed"), ("0.5 min", "too soon"), ("61 days", "too far away"),
        ("999999 weeks 999999 weeks", "too far away"), ("2027-06-01", "too far away"), ("2026-11-25 18:29", "has passed"),
        ("today 9:00", "has passed: for the club it is 2026-11-25 18:30 now"), ("2020-01-01", "has passed"),
    ],
)  # fmt: skip
def test_what_is_too_soon_or_too_far_is_said(text: str, why: str) -> None:
    with pytest.raises(ClubError, match=why):
        read(text)


def test_the_limits_themselves_are_allowed() -> None:
    assert read("1 minute") == NOW + SHORTEST
    assert read("60 days") == NOW + LONGEST
    assert [read(text) for text in EXAMPLES] == [NOW + timedelta(days=days) for days in (1, 3, 7)]


UNITS = {"w": 10_080, "week": 10_080, "d": 1_440, "days": 1_440, "h": 60, "hours": 60, "m": 1, "minutes": 1}


@given(
    st.lists(st.tuples(st.integers(1, 20), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4),
    st.sampled_from(["", " "]),
    st.sampled_from([" ", ", ", " and "]),
)
def test_every_sum_of_spans_is_read(parts: list[tuple[int, str]], blank: str, between: str) -> None:
    text = between.join(f"{number}{blank}{unit}" for number, unit in parts)
    span = timedelta(minutes=sum(number * UNITS[unit] for number, unit in parts))
    if span <= LONGEST:
        assert read(text) == NOW + span
    else:
        with pytest.raises(ClubError, match="too far away"):
            read(text)


ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati"]
INSTANTS = st.integers(0, 500_000_000).map(lambda seconds: NOW + timedelta(seconds=seconds - 60_000_000))


@given(INSTANTS, st.timedeltas(timedelta(minutes=3), LONGEST - timedelta(minutes=1)), st.sampled_from(ZONES))
def test_a_local_time_is_read_as_it_is_written(now: datetime, ahead: timedelta, name: str) -> None:
    zone = ZoneInfo(name)
    end = (now + ahead).replace(second=0, microsecond=0)
    local = end.astimezone(zone)
    if local.fold:
        return  # the second of two equal times cannot be written
    assert parse_deadline(f"{local:%Y-%m-%d %H:%M}", now, zone) == end
    if timedelta(hours=1) < end - now < timedelta(days=5):
        assert parse_deadline(f"{local:%A %H:%M}", now, zone) == end


WORDS = st.sampled_from(
    [
        "3",
        "days",
        "h",
        "friday",
        "today",
        "tomorrow",
        "18:00",
        "6pm",
        "at",
        "2026-12-01",
        "and",
        "a",
        "in",
        "w",
        ",",
        "99",
    ]
)


@given(st.text(max_size=60) | st.lists(WORDS, max_size=6).map(" ".join), INSTANTS, st.sampled_from(ZONES))
def test_any_text_is_a_moment_within_the_limits_or_a_sentence(text: str, now: datetime, name: str) -> None:
    try:
        end = parse_deadline(text, now, ZoneInfo(name))
    except ClubError:
        return
    assert end is None or now + SHORTEST <= end <= now + LONGEST
    assert (end is None) == (not text.strip())
