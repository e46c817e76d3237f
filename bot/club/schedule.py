"""When a slot of the club's week takes place: the same local time, whatever the clocks do. Pure.

The rules are those of RFC 5545 (3.3.10 and 3.3.5): a local time that the clocks jump over is read with the difference
from UTC before the jump, so it comes later by what is jumped over; of a local time that comes twice the first is
meant; a date that does not exist has nothing. That is also what zoneinfo makes of `fold=0`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge
from itertools import islice, takewhile
from typing import NamedTuple

from bot.club.zones import load_zone

_LAST = date(9999, 12, 1).toordinal()  # the days behind it are not in every zone


@dataclass(frozen=True, slots=True)
class Schedule:
    """A slot: on these weekdays, every so many weeks, at a local time.

    `days` counts from 0 for Monday, as `date.weekday` does. Weeks begin on Monday and are counted from that of
    `start`. `skipped` and the keys of `moved` are dates of this rhythm, and others have no effect; the values of
    `moved` are local times without a zone. A pause begins at a moment, and ends before the day `paused_until`, or is
    without an end. `end` is the last date.
    """

    days: tuple[int, ...]
    time: time
    zone: str
    start: date
    every: int = 1
    skipped: frozenset[date] = frozenset()
    moved: Mapping[date, datetime] = field(default_factory=dict[date, datetime])
    paused_since: datetime | None = None
    paused_until: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if not self.days or not {*self.days} <= {*range(7)}:
            raise ValueError(f"not weekdays: {self.days}")
        if not 1 <= self.every <= 52:
            raise ValueError(f"not a number of weeks: {self.every}")
        if self.time.tzinfo or any(to.tzinfo for to in self.moved.values()):
            raise ValueError("local times have no zone here")
        object.__setattr__(self, "days", tuple(sorted({*self.days})))


class Occurrence(NamedTuple):  # a frozen dataclass takes as long to make as the rest of its computation
    """One time that a slot takes place: `original` names it, wherever it is moved to.

    `at` is in UTC; `local` is the same moment as the clocks of the slot's zone show it.
    """

    original: date
    at: datetime
    local: datetime
    moved: bool = False


def next_occurrences(schedule: Schedule, after: datetime, count: int) -> list[Occurrence]:
    """Give the first occurrences after a moment, in their order; fewer when the slot ends or pauses before."""
    return list(islice(_occurrences(schedule, after), count))


def occurrences_between(schedule: Schedule, after: datetime, until: datetime) -> list[Occurrence]:
    """Give the occurrences after a moment, up to and with another one, in their order."""
    return list(takewhile(lambda occurrence: occurrence.at <= until, _occurrences(schedule, after)))


def occurrence_of(schedule: Schedule, day: date) -> Occurrence | None:
    """Give the occurrence of an original date, wherever it is moved to; None where it does not take place."""
    if not has_date(schedule, day) or day.toordinal() > _LAST:
        return None
    moved = schedule.moved.get(day)
    days = [day, *([moved.date()] if moved else [])]
    first = datetime.combine(min(days), time(), UTC) - timedelta(2)
    last = datetime.combine(max(days), time(), UTC) + timedelta(3)
    return next((each for each in occurrences_between(schedule, first, last) if each.original == day), None)


def has_date(schedule: Schedule, day: date) -> bool:
    """Tell whether a day is in the rhythm, also when it is skipped, moved or paused: whether it is an original date."""
    weeks = (day.toordinal() - _first_monday(schedule.start.toordinal())) // 7
    if day < schedule.start or (schedule.end and day > schedule.end) or day.toordinal() > _LAST:
        return False
    return day.weekday() in schedule.days and weeks % schedule.every == 0


def _occurrences(schedule: Schedule, after: datetime) -> Iterator[Occurrence]:
    zone = load_zone(schedule.zone)
    # What is put off over midnight by a jump of the clocks belongs to the day before.
    first = after.astimezone(zone).toordinal() - 1
    if not schedule.moved:
        return _rhythm(schedule, zone, after, first, {})
    moved = _moved(schedule, zone, first)
    coming = [each for day, each in moved.items() if each.at > after and not _is_paused(schedule, each.at, day)]
    coming.sort(key=lambda each: each.at)
    return merge(coming, _rhythm(schedule, zone, after, first, moved), key=lambda each: each.at)


def _rhythm(
    schedule: Schedule, zone: tzinfo, after: datetime, first: int, moved: Mapping[date, Occurrence]
) -> Iterator[Occurrence]:
    """Give what was not moved, from the day `first` on; to a day that something was moved to comes nothing else."""
    since, until = schedule.paused_since, schedule.paused_until
    if since is not None and since <= after:
        if until is None:
            return
        first = max(first, until.toordinal())
    for ordinal in _ordinals(schedule, first):
        day = date.fromordinal(ordinal)
        at = datetime.combine(day, schedule.time, zone).astimezone(UTC)
        if at <= after or day in schedule.skipped or day in schedule.moved or day in moved:
            continue
        if since is not None and _is_paused(schedule, at, day):
            if until is None:
                return
            continue
        local = at.astimezone(zone)
        if local.day == day.day or _exists(day, zone):
            yield Occurrence(day, at, local)


def _ordinals(schedule: Schedule, first: int) -> Iterator[int]:
    """Give the days of the rhythm from `first` on, without counting through those before."""
    start = schedule.start.toordinal()
    last = schedule.end.toordinal() if schedule.end else _LAST
    first = max(first, start)
    step = 7 * schedule.every
    monday = first - (first - _first_monday(start)) % step  # of the last week that counts
    while True:
        for weekday in schedule.days:
            ordinal = monday + weekday
            if ordinal > last:
                return
            if ordinal >= first:
                yield ordinal
        monday += step


def _moved(schedule: Schedule, zone: tzinfo, first: int) -> dict[date, Occurrence]:
    """Give what was moved to the day `first` or later, by that day: to each the earliest alone."""
    moved: dict[date, Occurrence] = {}
    for original, to in sorted(schedule.moved.items(), key=lambda item: (item[1], item[0])):
        if to.toordinal() >= first and original not in schedule.skipped and has_date(schedule, original):
            at = to.replace(tzinfo=zone, fold=0).astimezone(UTC)
            moved.setdefault(to.date(), Occurrence(original, at, at.astimezone(zone), moved=True))
    return moved


def _is_paused(schedule: Schedule, at: datetime, day: date) -> bool:
    """Tell whether a moment is in the pause, on the day that it was meant for."""
    since, until = schedule.paused_since, schedule.paused_until
    return since is not None and since <= at and (until is None or day < until)


def _exists(day: date, zone: tzinfo) -> bool:
    """Tell whether a zone has a day: Samoa had no 30 December 2011. To be asked when its clocks jump over midnight."""
    midnight = datetime.combine(day, time(), zone)
    return midnight.astimezone(UTC).astimezone(zone).date() == day


def _first_monday(start: int) -> int:
    return start - (start - 1) % 7  # the first of all days was a Monday
