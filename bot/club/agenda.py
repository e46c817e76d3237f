"""What the club does next: its meetings in their order, each with the paper that is read there. Pure.

A paper has no date of its own: the prompt of a date takes the first one that the slot has not brought yet. So what was
to be read on a date that is skipped is read on the next one, with who presents it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.club.ladder import Kind
from bot.club.meeting import Meeting
from bot.club.occasion import Occasion
from bot.club.prompt import Choice
from bot.club.rsvp import takes_place_at
from bot.club.schedule import Schedule, has_date, next_occurrences, occurrence_of
from bot.club.slot import Slot
from bot.club.zones import load_zone

_LEAST, _MOST = 2, 6  # meetings of a slot that are listed

Prompted = Mapping[tuple[str, str], Choice]
"""What was prompted for, by slot and original date."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting with its paper, if one is chosen; or a paper without a meeting, in a club that has no such date.

    `prompted` is what the prompt was about where nothing is chosen.
    """

    occasion: Occasion | None = None
    paper: Meeting | None = None
    prompted: Choice | None = None

    @property
    def name(self) -> str:
        """What is the same for the same entry: of a meeting ``3@2026-01-08``, of a paper its number."""
        if self.occasion:
            return f"{self.occasion.slot.id}@{self.occasion.date}"
        return str(self.paper.id) if self.paper else ""


def make_agenda(slots: Sequence[Slot], coming: Sequence[Meeting], prompted: Prompted, now: datetime) -> list[Entry]:
    """List the meetings that are not over, the first one first, and then the papers that have no date."""
    dated = [entry for slot in slots for entry in _of_slot(slot, coming, prompted, now)]
    dated.sort(key=lambda entry: entry.occasion.occurrence.at if entry.occasion else now)
    with_date = {entry.paper.id for entry in dated if entry.paper}
    return [*dated, *(Entry(paper=paper) for paper in coming if paper.id not in with_date)]


def find_entry(agenda: Sequence[Entry], name: str) -> Entry | None:
    """Give the entry of a name; of the number of a paper the first one at which it is read."""
    found = next((each for each in agenda if each.name == name), None)
    return found or next((each for each in agenda if each.paper and str(each.paper.id) == name), None)


def without_unmet(slot: Slot, prompted: Mapping[str, Choice], now: datetime) -> Mapping[str, Choice]:
    """Leave out what was prompted for meetings that did not take place, and are not to come.

    The slot was paused then, or takes place on other days since.
    """
    if slot.ladder.kind is not Kind.MEETING:
        return prompted
    begun = now - timedelta(minutes=slot.ladder.minutes)
    coming = {day for day in prompted if (at := takes_place_at(slot, date.fromisoformat(day))) and at > begun}
    return {day: choice for day, choice in prompted.items() if choice.met or day in coming}


def spent_papers(schedule: Schedule, prompted: Mapping[str, Choice], own: Collection[str] = ()) -> frozenset[str]:
    """Give the keys of what a slot has brought, but for some dates, and for those that are called off."""
    dates = {day for day in prompted if day not in own and not _is_called_off(schedule, date.fromisoformat(day))}
    return frozenset(prompted[day].key for day in dates) - {""}


def _of_slot(slot: Slot, coming: Sequence[Meeting], prompted: Prompted, now: datetime) -> list[Entry]:
    if slot.ladder.kind is not Kind.MEETING:
        return []
    count = min(max(_LEAST, len(coming) + 1), _MOST)
    begun = now - timedelta(minutes=slot.ladder.minutes)  # a meeting that is not over is the next one
    mine = {day: choice for (key, day), choice in prompted.items() if key == slot.key}
    numbers = {f"meeting:{paper.id}": paper for paper in coming}
    spent = spent_papers(slot.schedule, without_unmet(slot, mine, now))
    free = [paper for key, paper in numbers.items() if key not in spent]
    entries: list[Entry] = []
    for occurrence in next_occurrences(slot.schedule, begun, count):
        occasion = Occasion(slot, occurrence)
        choice = mine.get(occasion.date)
        paper = numbers.pop(choice.key, None) if choice else None  # two dates are of it where one was put back
        if paper is None:  # what was chosen since a meeting began is not what it is about
            began = occurrence.at <= now
            fitting = (each for each in free if not began or (each.chosen_at and each.chosen_at < occurrence.at))
            paper = next(fitting, None)
            free = [each for each in free if each is not paper]
        entries.append(Entry(occasion, paper, choice if choice and not paper and choice.title else None))
    return entries


def _is_called_off(schedule: Schedule, day: date) -> bool:
    """Tell whether a date is skipped, or falls into the pause."""
    if day in schedule.skipped:
        return True
    since = schedule.paused_since
    if since is None or day < since.astimezone(load_zone(schedule.zone)).date() or not has_date(schedule, day):
        return False
    return occurrence_of(schedule, day) is None
