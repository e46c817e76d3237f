"""A time zone as calendars read it: VTIMEZONE of RFC 5545 (3.6.5). Pure.

The library makes one too (`Timezone.from_tzinfo`), but where the clocks jump forward it writes the time after the jump
instead of that before it, and never a rule that goes on.
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from bot.club.zones import load_zone

_BEFORE, _BEHIND = 5, 12  # years
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SECOND = timedelta(seconds=1)


class _Change(NamedTuple):
    """A change of the clocks: `local` is what they show then, before they are set."""

    local: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def make_timezone(name: str, year: int) -> Any:
    """Describe a zone from five years before a year on: with rules, where its clocks have them, else for twelve years.

    None for UTC, which needs no description. It asks for thousands of moments, which takes some milliseconds.
    """
    zone = load_zone(name)
    if zone is UTC or name == "UTC":
        return None
    first, last = datetime(year - _BEFORE, 1, 1, tzinfo=UTC), datetime(year + _BEHIND, 12, 31, tzinfo=UTC)
    found: Any = Timezone()  # not all of the library's types are known
    found.add("tzid", name)
    changes = _find_changes(zone, first, last)
    alike: dict[tuple[timedelta, timedelta, str, bool], list[_Change]] = {}
    for change in changes:
        alike.setdefault(change[1:], []).append(change)
    for same in alike.values():
        found.add_component(_describe(same, last.year))
    return found


def _find_changes(zone: tzinfo, first: datetime, last: datetime) -> list[_Change]:
    """Give the changes of the clocks, and as the first one how they went at the beginning."""
    start = first.astimezone(zone)
    offset = start.utcoffset() or timedelta()
    found = [_Change(start.replace(tzinfo=None), offset, offset, start.tzname() or "", bool(start.dst()))]
    day = first
    while day < last:
        following = day + timedelta(days=1)
        if following.astimezone(zone).utcoffset() != offset:
            at = _find_moment(zone, day, following)
            local = at.astimezone(zone)
            after = local.utcoffset() or timedelta()
            shown = (at + offset).replace(tzinfo=None)
            found.append(_Change(shown, offset, after, local.tzname() or "", bool(local.dst())))
            offset = after
        day = following
    return found


def _find_moment(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """Give the first second at which the clocks go otherwise than at a moment before."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _describe(changes: Sequence[_Change], last_year: int) -> Any:
    first = changes[0]
    part: Any = TimezoneDaylight() if first.summer else TimezoneStandard()
    part.add("dtstart", first.local)
    part.add("tzoffsetfrom", first.before)
    part.add("tzoffsetto", first.after)
    part.add("tzname", first.name)
    if rule := _find_rule(changes, last_year):
        part.add("rrule", vRecur.from_ical(rule))
    elif len(changes) > 1:
        part.add("rdate", [change.local for change in changes[1:]])
    return part


def _find_rule(changes: Sequence[_Change], last_year: int) -> str:
    """Give the rule that all of some changes follow up to a year, such as the last Sunday of March; may be empty."""
    moments = [change.local for change in changes]
    first = moments[0]
    years = [moment.year for moment in moments]
    same = {(moment.month, moment.weekday(), moment.time()) for moment in moments}
    if len(same) > 1 or years != [*range(first.year, last_year + 1)] or len(years) < _BEHIND:
        return ""
    numbers = {(moment.day + 6) // 7 for moment in moments}
    if all(moment.day + 7 > monthrange(moment.year, moment.month)[1] for moment in moments):
        numbers = {-1}
    if len(numbers) > 1:
        return ""
    return f"FREQ=YEARLY;BYMONTH={first.month};BYDAY={numbers.pop()}{_DAYS[first.weekday()]}"
