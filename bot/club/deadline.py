"""When something ends, as a member types it: how long it lasts, or a day and a time of the club's zone. Pure."""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from bot.errors import ClubError

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=60)
EXAMPLES = ("1 day", "3 days", "1 week")

_HELP = (
    "Write how long it lasts, such as 3 days, 36h or 1 week, or when it ends, such as Friday 18:00 or 2026-12-01 18:00."
)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_PART = re.compile(
    r"(\d{1,6}(?:[.,]\d{1,3})?|an?\b)\s*(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)(?![a-z])"
    r"\s*(?:,|and\b)?\s*",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?:^|(?<=\d)t|,?\s)\s*(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?\s*(?P<half>am|pm)?$", re.ASCII
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_END_OF_DAY = time(23, 59)


def parse_deadline(text: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Give the moment at which something ends, None for an empty text; raise ClubError when it is not clear.

    A time in the hour that a zone skips is moved on by it, and of a repeated one the first is meant (RFC 5545). A day
    without a time lasts until 23:59.
    """
    typed = " ".join(text.casefold().split())
    if not typed:
        return None
    typed = re.sub(r"^(?:in|for|on|until)\s+", "", typed)
    span = _read_span(typed)
    at = _read_moment(typed, now, zone) if span is None else now + min(span, LONGEST * 2)
    if at is None:
        shown = " ".join(text.split())[:60]
        raise ClubError(f"Paperclub does not understand the time “{shown}”. {_HELP}")
    if at <= now:
        raise ClubError(f"That time has passed: for the club it is {now.astimezone(zone):%Y-%m-%d %H:%M} now. {_HELP}")
    if at < now + SHORTEST:
        raise ClubError(f"That is too soon: it has to last at least a minute. {_HELP}")
    if at > now + LONGEST:
        raise ClubError(f"That is too far away: {LONGEST.days} days is the longest. {_HELP}")
    return at


def _read_span(typed: str) -> timedelta | None:
    """Add up the parts of a text such as `1 day and 12 hours`; None when it is another kind of text."""
    span, end = timedelta(), 0
    for part in _PART.finditer(typed):
        if part.start() != end:
            return None
        number, unit = part.groups()
        span += _UNITS[unit[0]] * (1.0 if number.startswith("a") else float(number.replace(",", ".")))
        end = part.end()
    return span if end and end == len(typed) else None


def _read_moment(typed: str, now: datetime, zone: tzinfo) -> datetime | None:
    """Read a day, a time, or a day and a time; what can be today or later is the next one that is still ahead."""
    clock = _CLOCK.search(typed)
    day = typed[: clock.start()].strip() if clock else typed
    if clock and not day and not (clock["minute"] or clock["half"]):
        return None  # a number alone
    at = _read_clock(clock) if clock else _END_OF_DAY
    if at is None:
        return None
    today = now.astimezone(zone).date()
    weekdays = [number for number, name in enumerate(_DAYS) if len(day) >= 3 and name.startswith(day)]
    again: timedelta | None = None
    if not day:
        on, again = today, timedelta(days=1)
    elif day in ("today", "tomorrow"):
        on = today + timedelta(days=day == "tomorrow")
    elif weekdays:
        on, again = today + timedelta(days=(weekdays[0] - today.weekday()) % 7), timedelta(weeks=1)
    else:
        on = _read_date(day)
    if on is None:
        return None
    moment = _attach(on, at, zone)
    return _attach(on + again, at, zone) if again and moment <= now else moment


def _read_clock(clock: re.Match[str]) -> time | None:
    hour, minute = int(clock["hour"]), int(clock["minute"] or 0)
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (clock["half"] == "pm")
    return time(hour, minute) if hour < 24 else None


def _read_date(day: str) -> date | None:
    parts = re.fullmatch(r"(2\d{3})-(\d{1,2})-(\d{1,2})", day, re.ASCII)
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def _attach(on: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(on, at, zone).astimezone(UTC)
