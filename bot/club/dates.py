"""Times, weekdays and dates as organisers type them. What may mean two things is asked about, never guessed. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time, timedelta

from bot.errors import ClubError

_LONGEST = 100  # characters; nothing that is meant needs more
_QUOTED = 30  # characters, in a sentence
_FARTHEST = 731  # days: two years

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip

_NAMED_TIMES = {"noon": time(12), "midday": time(12), "midnight": time(0)}
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.h]\s?(?P<minute>\d\d)|(?P<joined>\d\d))?(?P<h>\s?h)?(?:\s?(?P<half>[ap])\.?\s?m\.?)?",
    re.ASCII,
)
_TIME_HELP = "Type a time like 18:00, 6pm or 6:30 pm."

_DAYS = re.compile(r"[a-z\s,;/&+.]+")
_RANGE = re.compile(r"(?<=[a-z.])\s*[-\u2013\u2014]\s*(?=[a-z])|\s(?:to|till|until|through)\s")
_IDLE_WORDS = {"and", "on", "each", "every"}
_DAYS_HELP = "Type days like Mon, or Mon and Thu."

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\. ?(\d{1,2})(?:\. ?(\d{4}|\d\d)?| (\d{4}))?", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/])(\d{1,2})(?:\2(\d{4}|\d\d))?", re.ASCII)
_DAY_MONTH = re.compile(
    r"(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)? ?(?:of )?([a-z]{3,9})(?:[., ]{1,2}(\d{4}))?\.?", re.ASCII
)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? ?(?:the )?(\d{1,2})(?:st|nd|rd|th|\.)?(?:[, ]{1,2}(\d{4}))?", re.ASCII)
_WEEKDAY_FIRST = re.compile(r"(?:on )?([a-z]{2,9})[., ]{1,2}(.+)", re.ASCII)
_WEEKDAY_ALONE = re.compile(r"(?:on )?(this |next )?([a-z]{2,9})\.?", re.ASCII)


def parse_time(text: str) -> time:
    """Read a time of day."""
    typed = _normalize(text)
    if typed in _NAMED_TIMES:
        return _NAMED_TIMES[typed]
    found = _TIME.fullmatch(typed)
    if not found or (found["h"] and found["half"]):
        raise ClubError(f"{_quote(text)} is not a time. {_TIME_HELP}")
    minutes, half = found["minute"] or found["joined"], found["half"]
    hour, minute = int(found["hour"]), int(minutes or 0)
    if hour == 24 and not minute:
        raise ClubError("24:00 is where two days meet. Type 23:59, or 00:00 for the beginning of a day.")
    if hour > 23 or minute > 59:
        raise ClubError(f"{_quote(text)} is not a time: there are 24 hours, and 60 minutes in each. {_TIME_HELP}")
    if half:
        if not 1 <= hour <= 12:
            raise ClubError(f"{_quote(text)} is not a time: am and pm belong to hours from 1 to 12. {_TIME_HELP}")
        return time(hour % 12 + (12 if half == "p" else 0), minute)
    padded = found["hour"].startswith("0")
    if not padded and "h" not in typed and 1 <= hour <= (9 if minutes else 12):
        early, late = (time(hour % 12 + more, minute).isoformat("minutes") for more in (0, 12))
        raise ClubError(f"{_quote(text)} may be {early} or {late}. Type one of these.")
    return time(hour, minute)


def parse_weekdays(text: str) -> tuple[int, ...]:
    """Read one or more days of the week; from 0 for Monday, as `date.weekday` counts, each once and in order."""
    typed = _normalize(text)
    if _RANGE.search(typed):
        raise ClubError(f"{_quote(text)} may leave days out or not. Name each of them, such as Mon, Tue, Wed.")
    words = [word for word in re.split(r"[^a-z]+", typed) if word and word not in _IDLE_WORDS]
    days = [_weekday(word) for word in words]
    if not words or None in days or not _DAYS.fullmatch(typed):
        raise ClubError(f"{_quote(text)} does not name days of the week. {_DAYS_HELP}")
    return tuple(sorted({day for day in days if day is not None}))


def parse_date(text: str, today: date) -> date:
    """Read a day from today on, up to two years away; without a year the next one of that name is meant."""
    typed = _normalize(text)
    if typed in ("today", "tomorrow"):
        return today + timedelta(typed == "tomorrow")
    alone = _WEEKDAY_ALONE.fullmatch(typed)
    if alone and (weekday := _weekday(alone[2])) is not None:
        return _coming(text, weekday, today, following=alone[1] == "next ")
    first = _WEEKDAY_FIRST.fullmatch(typed)
    weekday = _weekday(first[1]) if first else None
    readings = list(_readings(first[2] if first and weekday is not None else typed))
    if not readings:
        raise ClubError(f"{_quote(text)} is not a date. {_date_help(today)}")
    days = sorted({day for reading in readings if (day := _find_day(*reading, today))})
    if not days:
        raise ClubError(f"{_quote(text)} is not a day of the calendar in the next two years. {_date_help(today)}")
    if len(days) > 1:
        raise ClubError(f"{_quote(text)} may be {_say(days[0])} or {_say(days[1])}. Type {days[0]} or {days[1]}.")
    (day,) = days
    if weekday not in (None, day.weekday()):
        raise ClubError(
            f"{_say(day)} is a {_WEEKDAYS[day.weekday()]}. Type the date that is meant, without the day of the week."
        )
    if day < today:
        raise ClubError(f"{_say(day)} is past. Type a date from today on, {_say(today)}.")
    if (day - today).days > _FARTHEST:
        raise ClubError(f"{_say(day)} is more than two years away. Type an earlier date.")
    return day


def _coming(text: str, weekday: int, today: date, *, following: bool) -> date:
    ahead = (weekday - today.weekday()) % 7
    if ahead and not following:
        return today + timedelta(ahead)
    first = today + timedelta(ahead or (7 if following else 0))
    second = first + timedelta(7)
    raise ClubError(f"{_quote(text)} may be {_say(first)} or {_say(second)}. Type {first} or {second}.")


def _readings(typed: str) -> Iterator[tuple[str | None, int, int]]:
    """Give the years, months and days that a text may mean, whether they exist or not."""
    if found := _YEAR_FIRST.fullmatch(typed):
        yield found[1], int(found[3]), int(found[4])
    elif found := _DOTTED.fullmatch(typed):  # where dots are written the day comes first
        yield found[3] or found[4], int(found[2]), int(found[1])
    elif found := _NUMBERS.fullmatch(typed):  # 03/04 is April in London and March in New York
        if found[4] and len(found[4]) == 2:
            raise ClubError(f"{_quote(typed)} does not say what is the year. Type it with four digits.")
        yield found[4], int(found[3]), int(found[1])
        yield found[4], int(found[1]), int(found[3])
    elif (found := _DAY_MONTH.fullmatch(typed)) and (month := _month(found[2])):
        yield found[3], month, int(found[1])
    elif (found := _MONTH_DAY.fullmatch(typed)) and (month := _month(found[1])):
        yield found[3], month, int(found[2])


def _find_day(year: str | None, month: int, day: int, today: date) -> date | None:
    """Give a day if it exists; without a year the first one from today on."""
    years = (
        range(today.year, today.year + 3)
        if year is None
        else [int(year) + (today.year // 100 * 100 if len(year) == 2 else 0)]
    )
    for number in years:
        try:
            found = date(number, month, day)
        except ValueError:
            continue
        if year is not None or found >= today:
            return found
    return None


def _weekday(word: str) -> int | None:
    """Give the number of the weekday that a word begins; two letters are enough for that."""
    word = {"weds": "wed"}.get(word, word)
    for number, name in enumerate(_WEEKDAYS):
        if len(word) >= 2 and (name.lower() + "s").startswith(word):
            return number
    return None


def _month(word: str) -> int | None:
    """Give the number of the month that a word begins, with three letters at least."""
    for number, name in enumerate(_MONTHS, 1):
        if len(word) >= 3 and name.lower().startswith(word):
            return number
    return None


def _normalize(text: str) -> str:
    """Fold case, width and blanks. Raises ClubError for what is too long."""
    if len(text) > _LONGEST:
        raise ClubError(f"That is {len(text):,} characters long, and at most {_LONGEST} are read. Type it shorter.")
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _quote(text: str) -> str:
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(shown) > _QUOTED:
        shown = shown[: _QUOTED - 1] + "\u2026"
    return f"“{shown}”" if shown else "An empty field"


def _say(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _date_help(today: date) -> str:
    day = today + timedelta(30)
    month = _MONTHS[day.month - 1]
    return f"Type a date like {day}, {day.day} {month} or {month[:3]} {day.day}."
