"""What is posted around the times of a slot, and when. Pure.

A slot may be a prompt alone, which is posted at just that time, or a meeting with a ladder of posts before it and one
at its end. Days before a meeting are counted on the calendar, at the same local time, so that a change of the clocks
does not move what is posted; hours are counted as they pass, because people leave the house by them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from bot.club.schedule import Occurrence, Schedule, next_occurrences, occurrences_between
from bot.club.zones import load_zone
from bot.errors import ClubError

LONGEST = 24 * 60  # minutes that a meeting lasts at most

AFTER = "after"
"""The rung of the post that asks how a meeting was."""
_NIGHT = timedelta(days=1, hours=2)  # the longest quiet hours, and a change of the clocks in them
_REMINDER = re.compile(r"([1-9][0-9]?)([dh])")


class Kind(StrEnum):
    """What a slot is. The values are stored."""

    PROMPT = "prompt"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Ladder:
    """Which posts belong to a slot; a prompt alone has no others.

    `choose` (what to read is put to the vote or decided) and `prompt` (what is read is told) are days before the
    meeting, or None for neither; between them a ballot can run. `reminders` are such as `3d` or `24h` before it. A
    meeting lasts `minutes`, and `after` says whether members are then asked how it was.
    """

    kind: Kind = Kind.MEETING
    choose: int | None = 10
    prompt: int | None = 7
    reminders: tuple[str, ...] = ("3d", "24h", "1h")
    minutes: int = 90
    after: bool = True

    def __post_init__(self) -> None:
        if not all(_REMINDER.fullmatch(reminder) for reminder in self.reminders):
            raise ValueError(f"not reminders: {self.reminders}")
        if not all(1 <= days < 100 for days in (self.choose, self.prompt) if days is not None):
            raise ValueError(f"not days before a meeting: {self.choose}, {self.prompt}")
        if not 1 <= self.minutes <= LONGEST:
            raise ValueError(f"not the minutes of a meeting: {self.minutes}")
        if self.choose is not None and self.prompt is not None and self.choose <= self.prompt:
            raise ClubError(
                f"What to read is chosen before the prompt, which comes {self.prompt} "
                f"day{'s' if self.prompt != 1 else ''} before the meeting: give more days for the choice, "
                "or fewer for the prompt."
            )

    @property
    def posts(self) -> bool:
        """Whether anything is posted at all."""
        meets = self.kind is Kind.MEETING
        return not meets or self.after or self.choose is not None or self.prompt is not None or bool(self.reminders)


@dataclass(frozen=True, slots=True)
class Quiet:
    """The hours in which a club is not disturbed: from one local time to another, also over midnight.

    What comes at the very beginning or end is not in them. Where both are the same there are none.
    """

    begin: time
    end: time


class Rung(NamedTuple):
    """One post: `name` is its rung as the outbox knows it, `at` is in UTC."""

    name: str
    at: datetime


class DueRung(NamedTuple):
    """A post, and the occurrence that it belongs to."""

    occurrence: Occurrence
    rung: Rung


def rungs(occurrence: Occurrence, ladder: Ladder, zone: str, quiet: Quiet | None = None) -> list[Rung]:
    """Give the posts around one occurrence, in their order.

    A prompt alone comes at the slot's own time, whatever the hour: organisers chose it. What comes before a meeting
    waits for the end of the quiet hours, if the meeting is later than that; otherwise it comes when they begin, because
    an early reminder still brings people to the meeting, and a late one or none does not. Of reminders that come
    together the last says it all. What comes after a meeting waits for the end of the quiet hours.
    """
    if ladder.kind is Kind.PROMPT:
        return [Rung("prompt", occurrence.at)]
    place = load_zone(zone)
    planned = sorted(_planned(occurrence, ladder, place), key=lambda rung: rung.at)
    held = [Rung(rung.name, _held_back(rung.at, occurrence.at, place, quiet)) for rung in planned]
    last = {rung.at: rung for rung in held if _reminds(rung)}
    before = [rung for rung in held if not _reminds(rung) or last[rung.at] is rung]
    if not ladder.after:
        return before
    end = occurrence.at + timedelta(minutes=ladder.minutes)
    return [*before, Rung(AFTER, _held_back(end, None, place, quiet))]


def due_rungs(
    schedule: Schedule, ladder: Ladder, confirmed_at: datetime, until: datetime, quiet: Quiet | None = None
) -> list[DueRung]:
    """Give the posts that become due after a moment, up to and with another one, in their order.

    What lies before the slot was confirmed never existed: a meeting tomorrow has no prompt of a week ago. One that has
    begun is still asked about when it ends.
    """
    # Quiet hours and changes of the clocks may bring a post forward by a day each.
    last = until + timedelta(days=_longest(ladder) + 2)
    due = [
        DueRung(occurrence, rung)
        for occurrence in occurrences_between(schedule, confirmed_at - _lag(ladder), last)
        for rung in rungs(occurrence, ladder, schedule.zone, quiet)
        if confirmed_at < rung.at <= until
    ]
    return sorted(due, key=lambda each: each.rung.at)


def next_rungs(
    schedule: Schedule, ladder: Ladder, after: datetime, count: int, quiet: Quiet | None = None
) -> list[DueRung]:
    """Give the first posts that become due after a moment, in their order; fewer when the slot ends before."""
    due: list[DueRung] = []
    moment = after
    while len(due) < count and ladder.posts:
        coming = next_occurrences(schedule, moment, 1)
        moment = coming[0].at if coming else moment + _lag(ladder)
        due = due_rungs(schedule, ladder, after, moment, quiet)
        if not coming:
            break
    return due[:count]


def _planned(occurrence: Occurrence, ladder: Ladder, zone: tzinfo) -> Iterator[Rung]:
    for name, days in (("choose", ladder.choose), ("prompt", ladder.prompt)):
        if days is not None:
            yield Rung(name, _days_before(occurrence, days, zone))
    for reminder in ladder.reminders:
        number, unit = int(reminder[:-1]), reminder[-1]
        hours = occurrence.at - timedelta(hours=number)
        yield Rung(f"reminder:{reminder}", hours if unit == "h" else _days_before(occurrence, number, zone))


def _days_before(occurrence: Occurrence, days: int, zone: tzinfo) -> datetime:
    local = occurrence.local
    return _moment(local.date() - timedelta(days), local.time(), zone)


def _held_back(at: datetime, meeting: datetime | None, zone: tzinfo, quiet: Quiet | None) -> datetime:
    """Take a post out of the quiet hours: before a meeting, if there is one to come."""
    if quiet is None:
        return at
    today = at.astimezone(zone).date()
    for day in (today - timedelta(1), today):  # the hours may have begun yesterday
        begin = _moment(day, quiet.begin, zone)
        end = _moment(day if quiet.begin <= quiet.end else day + timedelta(1), quiet.end, zone)
        if begin < at < end:
            return end if meeting is None or end < meeting else begin
    return at


def _moment(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _reminds(rung: Rung) -> bool:
    return rung.name.startswith("reminder")


def _lag(ladder: Ladder) -> timedelta:
    """Give how long after the beginning of its slot the last post of a ladder comes, at most."""
    if ladder.kind is Kind.PROMPT or not ladder.after:
        return timedelta()
    return timedelta(minutes=ladder.minutes) + _NIGHT


def _longest(ladder: Ladder) -> int:
    """Give how many days before its slot the first post of a ladder comes, at most."""
    reminders = (int(reminder[:-1]) for reminder in ladder.reminders)
    return max(ladder.choose or 0, ladder.prompt or 0, *reminders, 0)
