"""Whether what was announced of a slot still holds, after an organiser has changed it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.club.ladder import Kind
from bot.club.schedule import Occurrence, occurrence_of
from bot.club.slot import Slot


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be read of a meeting in what was posted about it.

    `announced` is when it was to be; `takes_place` is when it is, or None where it does not take place. `day` is its
    original date.
    """

    day: date
    announced: Occurrence
    takes_place: Occurrence | None


def find_standings(before: Slot, after: Slot | None, days: Collection[date], now: datetime) -> dict[date, Standing]:
    """Tell of those dates of a slot that are still to come how they stand; `after` is None where it was removed.

    It depends on what is, and not on what was just changed: who asks again hears the same.
    """
    found = (_find(before, after, day) for day in sorted({*days}))
    return {each.day: each for each in found if each and (each.takes_place or each.announced).at > now}


def _find(before: Slot, after: Slot | None, day: date) -> Standing | None:
    schedule = before.schedule
    usual = replace(schedule, skipped=frozenset(), moved={}, paused_since=None, paused_until=None)
    takes_place = occurrence_of(after.schedule, day) if after and after.ladder.kind is Kind.MEETING else None
    announced = occurrence_of(schedule, day) or occurrence_of(usual, day) or takes_place
    return Standing(day, announced, takes_place) if announced else None
