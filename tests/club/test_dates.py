"""What organisers type: times, days of the week, dates. What is not clear is asked about."""

import time as clock
from collections.abc import Callable
from contextlib import suppress
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.club.dates import parse_date, parse_time, parse_weekdays
from bot.errors import ClubError

TODAY = date(2026, 11, 23)  # a Monday
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("18:00", time(18)),
        ("18.30", time(18, 30)),
        ("1830", time(18, 30)),
        ("18h", time(18)),
        ("18 h", time(18)),
        ("18h30", time(18, 30)),
        ("18", time(18)),
        ("6pm", time(18)),
        ("6 PM", time(18)),
        ("6:30 pm", time(18, 30)),
        ("6.30 p.m.", time(18, 30)),
        ("0630", time(6, 30)),
        ("630am", time(6, 30)),
        ("06:30", time(6, 30)),
        ("6h", time(6)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("12:30", time(12, 30)),
        ("10:15", time(10, 15)),
        ("00:00", time(0)),
        ("0:05", time(0, 5)),
        ("noon", time(12)),
        ("Midnight", time(0)),
        ("  18 : 00  ", time(18)),
        ("１８：００", time(18)),
    ],
)
def test_a_time_is_read_as_it_is_typed(typed: str, meant: time) -> None:
    assert parse_time(typed) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("25:99", "“25:99” is not a time: there are 24 hours, and 60 minutes in each. Type a time like 18:00, 6pm or 6:30 pm."),
        ("18:60", "there are 24 hours"),
        ("13pm", "am and pm belong to hours from 1 to 12"),
        ("0am", "am and pm belong to hours from 1 to 12"),
        ("24:00", "Type 23:59, or 00:00"),
        ("", "An empty field is not a time. Type a time like 18:00"),
        ("soon", "“soon” is not a time"),
        ("18:0", "is not a time"),
        ("18:00:00", "is not a time"),
        ("18:00 CET", "is not a time"),
        ("-5:00", "is not a time"),
        ("6h pm", "is not a time"),
        ("٦:٣٠", "is not a time"),
        ("1:00" * 30, "That is 120 characters long, and at most 100 are read."),
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_what_to_type(typed: str, said: str) -> None:
    with pytest.raises(ClubError) as refused:
        parse_time(typed)
    assert said in refused.value.sentence


@pytest.mark.parametrize(
    ("typed", "readings"),
    [("6", "06:00 or 18:00"), ("12", "00:00 or 12:00"), ("6:30", "06:30 or 18:30"), ("630", "06:30 or 18:30"),
     ("9.15", "09:15 or 21:15"), ("11", "11:00 or 23:00")],
)  # fmt: skip
def test_a_time_of_either_half_of_the_day_is_asked_about(typed: str, readings: str) -> None:
    with pytest.raises(ClubError) as refused:
        parse_time(typed)
    assert refused.value.sentence == f"“{typed}” may be {readings}. Type one of these."
    for reading in readings.split(" or "):
        assert parse_time(reading).isoformat("minutes") == reading


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Mon", (0,)),
        ("monday", (0,)),
        ("Mo", (0,)),
        ("Tues", (1,)),
        ("weds", (2,)),
        ("Thurs.", (3,)),
        ("Fridays", (4,)),
        ("mon, thu", (0, 3)),
        ("Thu and Mon", (0, 3)),
        ("every Mon & Thu", (0, 3)),
        ("tu/th/sa", (1, 3, 5)),
        ("sunday sunday", (6,)),
        (" on Mondays; and Wednesdays ", (0, 2)),
        ("mo tu we th fr sa su", (0, 1, 2, 3, 4, 5, 6)),
    ],
)
def test_days_of_the_week_are_read_as_they_are_typed(typed: str, meant: tuple[int, ...]) -> None:
    assert parse_weekdays(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "and", "T", "S", "mon 3", "Montag", "Dienstag", "mondey", "1", "mon, soon", "mön"]
)
def test_what_names_no_days_is_refused(typed: str) -> None:
    with pytest.raises(ClubError, match=r"days of the week\. Type days like Mon, or Mon and Thu"):
        parse_weekdays(typed)


@pytest.mark.parametrize("typed", ["mon-thu", "Mon – Fri", "monday to thursday", "mon until fri"])
def test_a_stretch_of_days_may_be_a_list_and_is_asked_about(typed: str) -> None:
    with pytest.raises(ClubError, match="Name each of them"):
        parse_weekdays(typed)


@pytest.mark.parametrize(
    "typed",
    ["2026-12-24", "2026/12/24", "2026.12.24", "24 December", "24. December 2026", "24 dec", "24dec", "24th of December",
     "the 24th of December 2026", "Dec 24", "dec. 24th", "December 24, 2026", "December 24 2026", "24.12.", "24.12",
     "24.12.2026", "24. 12. 2026", "24.12.26", "24/12", "12/24", "24/12/2026", "12/24/2026", "24-12-2026", "Thu 24 Dec",
     "Thursday, 24 December 2026", "thu, 24.12.", "on Thursday 2026-12-24", "２４．１２．２０２６", "24  DECEMBER"],
)  # fmt: skip
def test_a_date_is_read_as_it_is_typed(typed: str) -> None:
    assert parse_date(typed, TODAY) == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", TODAY),
        ("Tomorrow", date(2026, 11, 24)),
        ("Friday", date(2026, 11, 27)),
        ("this friday", date(2026, 11, 27)),
        ("on sun", date(2026, 11, 29)),
        ("23 November", TODAY),
        ("22 November", date(2027, 11, 22)),
        ("1 Jan", date(2027, 1, 1)),
        ("29 February", date(2028, 2, 29)),
        ("23.11.2028", date(2028, 11, 23)),
        ("5/5/2027", date(2027, 5, 5)),
        ("may 5", date(2027, 5, 5)),
        ("sept 1", date(2027, 9, 1)),
    ],
)
def test_a_date_without_a_year_is_the_next_one(typed: str, meant: date) -> None:
    assert parse_date(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("03/04/2027", "“03/04/2027” may be 4 March 2027 or 3 April 2027. Type 2027-03-04 or 2027-04-03."),
        ("03/04/2026", "may be 4 March 2026 or 3 April 2026"),
        ("3-4", "may be 4 March 2027 or 3 April 2027"),
        ("next friday", "may be 27 November 2026 or 4 December 2026. Type 2026-11-27 or 2026-12-04."),
        ("monday", "may be 23 November 2026 or 30 November 2026"),  # which it is today
        ("next monday", "may be 30 November 2026 or 7 December 2026"),
        ("24/12/26", "Type it with four digits"),
        ("31 February", "“31 February” is not a day of the calendar"),
        ("31.02.2027", "is not a day of the calendar"),
        ("29.02.2027", "is not a day of the calendar"),
        ("13/13/2027", "is not a day of the calendar"),
        ("2026-24-12", "is not a day of the calendar"),
        ("0000-01-01", "is not a day of the calendar"),
        ("22.11.2026", "22 November 2026 is past. Type a date from today on, 23 November 2026."),
        ("2026-11-22", "is past"),
        ("24.11.2028", "24 November 2028 is more than two years away"),
        ("9999-12-31", "is more than two years away"),
        ("Fri 24 December", "24 December 2026 is a Thursday. Type the date that is meant"),
        ("", "An empty field is not a date. Type a date like 2026-12-23, 23 December or Dec 23."),
        ("christmas", "is not a date"),
        ("24", "is not a date"),
        ("ma 5", "is not a date"),
        ("Monday 5", "is not a date"),
        ("2026", "is not a date"),
        ("dec 2026", "is not a date"),
        ("24 dec 26", "is not a date"),
        ("24.12.2026 18:00", "is not a date"),
        ("24 Dezember", "is not a date"),
    ],
)
def test_what_is_no_date_or_more_than_one_is_refused_with_what_to_type(typed: str, said: str) -> None:
    with pytest.raises(ClubError) as refused:
        parse_date(typed, TODAY)
    assert said in refused.value.sentence


def test_what_is_given_to_choose_from_can_be_typed() -> None:
    for typed in ("3-4", "next friday", "monday"):
        with pytest.raises(ClubError) as refused:
            parse_date(typed, TODAY)
        *_, first, _, second = refused.value.sentence.rstrip(".").split()
        assert parse_date(first, TODAY) < parse_date(second, TODAY)


# Whatever is typed

PIECES = st.sampled_from(
    [
        "mon",
        "monday",
        "tu",
        "next",
        "this",
        "on",
        "the",
        "of",
        "and",
        "every",
        "am",
        "pm",
        "p.m.",
        "h",
        "noon",
        "24",
        "12",
        "3",
        "04",
        "18",
        "30",
        "2026",
        "26",
        "0",
        "99",
        "dec",
        "december",
        "february",
        ":",
        ".",
        ",",
        "/",
        "-",
        "–",
        "&",
        "+",
        "\n",
        "\t",
        "\x00",
        "²",
        "٣",
        "ﷺ",
        "ß",
        "İ",
        "𝟙",
        "１",
        "@everyone",
        "<t:1:F>",
    ]
)
TYPED = st.one_of(
    st.text(max_size=80),
    st.lists(PIECES, max_size=14).map("".join),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.builds(lambda piece, times: piece * times, PIECES, st.integers(1, 4_000)).map(lambda text: text[:4_000]),
)
DATES = st.dates(date(2000, 1, 1), date(2090, 1, 1))


def readers(today: date) -> list[Callable[[str], Any]]:
    return [parse_time, parse_weekdays, lambda text: parse_date(text, today)]


@given(TYPED, DATES)
def test_whatever_is_typed_gives_a_value_or_a_short_sentence(typed: str, today: date) -> None:
    for read in readers(today):
        try:
            value = read(typed)
        except ClubError as refused:
            assert 20 < len(refused.sentence) <= 200
            assert refused.sentence.isprintable()
            assert refused.sentence.endswith(".")
        else:
            assert value or value == time(0)


@pytest.mark.parametrize("piece", ["\ufdfa", "9", "mon ", " ", "24. ", "a", "a - ", "on mon, ", ". ", "24 dec "])
@pytest.mark.parametrize("length", [100, 4_000])
def test_nothing_that_is_typed_takes_long_to_read(piece: str, length: int) -> None:
    typed = (piece * length)[:length]
    for read in readers(TODAY):
        taken = list[float]()
        for _ in range(3):
            begun = clock.thread_time()
            with suppress(ClubError):
                read(typed)
            taken.append(clock.thread_time() - begun)
        assert min(taken) < 0.02


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_every_time_comes_back_from_the_ways_to_write_it(at: time) -> None:
    half = f"{at.hour % 12 or 12}:{at.minute:02} {'pm' if at.hour >= 12 else 'am'}"
    for written in (
        f"{at:%H:%M}",
        f"{at:%H.%M}",
        f"{at:%H%M}",
        f"{at.hour}h{at.minute:02}",
        half,
        half.replace(" ", ""),
    ):
        assert parse_time(written) == at


@given(st.sets(st.integers(0, 6), min_size=1), st.sampled_from((", ", " and ", " ", "/")), st.integers(2, 9))
def test_every_choice_of_days_comes_back(days: set[int], between: str, length: int) -> None:
    assert parse_weekdays(between.join(DAYS[day][:length] for day in days)) == tuple(sorted(days))


@given(DATES, st.integers(0, 731))
def test_every_day_of_two_years_comes_back_from_the_ways_to_write_it(today: date, ahead: int) -> None:
    day = today + timedelta(ahead)
    for written in (f"{day}", f"{day.day}.{day.month}.{day.year}", f"{day:%d.%m.%y}", f"{day.day} {day:%B %Y}",
                    f"{day:%b} {day.day}, {day.year}", f"{day:%A}, {day.day} {day:%B %Y}"):  # fmt: skip
        assert parse_date(written, today) == day


@given(DATES, st.integers(0, 364))
def test_a_day_of_the_next_year_comes_back_without_the_year(today: date, ahead: int) -> None:
    day = today + timedelta(ahead)
    for written in (f"{day.day}.{day.month}.", f"{day.day} {day:%B}", f"{day:%b} {day.day}"):
        assert parse_date(written, today) == day


@given(DATES, st.integers(1, 2_000))
def test_days_past_and_far_are_refused(today: date, away: int) -> None:
    for day, said in ((today - timedelta(away), "is past"), (today + timedelta(731 + away), "two years away")):
        with pytest.raises(ClubError, match=said):
            parse_date(f"{day}", today)
