"""What comes when: meetings with their papers, whatever organisers skip, move and pause."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.club.agenda import Entry, find_entry, make_agenda
from bot.club.ladder import Kind, Ladder
from bot.club.meeting import Meeting, MeetingState
from bot.club.prompt import Choice, Why
from bot.club.schedule import Schedule
from bot.club.slot import Slot

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
FIRST = date(2026, 3, 5)
THURSDAYS = [FIRST + timedelta(weeks=number) for number in range(9)]


def slot(number: int = 3, day: int = 3, kind: Kind = Kind.MEETING, **more: object) -> Slot:
    schedule = replace(Schedule((day,), time(18), "UTC", date(2026, 1, 1)), **more)
    return Slot(number, 1, f"Slot {number}", schedule, Ladder(kind), None, None, NOW)


def paper(number: int) -> Meeting:
    return Meeting(number, 1, MeetingState.COMING, f"Paper {number}")


def chosen(number: int) -> Choice:
    return Choice(Why.CHOSEN, f"Paper {number}", meeting_id=number)


def shown(agenda: list[Entry]) -> list[tuple[str, int | None]]:
    return [(each.name, each.paper.id if each.paper else None) for each in agenda]


def test_the_papers_come_in_order_and_the_next_date_is_open() -> None:
    agenda = make_agenda([slot()], [paper(1), paper(2)], {}, NOW)
    assert shown(agenda) == [("3@2026-03-05", 1), ("3@2026-03-12", 2), ("3@2026-03-19", None)]
    assert [each.name for each in make_agenda([slot()], [], {}, NOW)] == ["3@2026-03-05", "3@2026-03-12"]


def test_what_was_prompted_for_stays_at_its_date() -> None:
    prompted = {("slot:3", "2026-03-05"): chosen(2)}
    agenda = make_agenda([slot()], [paper(1), paper(2)], prompted, NOW)
    assert shown(agenda) == [("3@2026-03-05", 2), ("3@2026-03-12", 1), ("3@2026-03-19", None)]


def test_what_was_prompted_for_and_dropped_makes_room() -> None:
    prompted = {("slot:3", "2026-03-05"): chosen(9)}
    (first, *_) = make_agenda([slot()], [paper(1)], prompted, NOW)
    assert (first.paper, first.prompted) == (paper(1), None)
    (first, *_) = make_agenda([slot()], [], prompted, NOW)
    assert (first.paper, first.prompted) == (None, chosen(9))


@pytest.mark.parametrize(
    "off",
    [{"skipped": frozenset([FIRST])}, {"paused_since": NOW - timedelta(hours=1), "paused_until": FIRST + timedelta(1)}],
)
@pytest.mark.parametrize("prompted", [{}, {("slot:3", "2026-03-05"): chosen(1)}])
def test_the_paper_of_a_date_that_is_called_off_goes_to_the_next_with_its_presenter(
    off: dict[str, object], prompted: dict[tuple[str, str], Choice]
) -> None:
    coming = [replace(paper(1), presenter_id=7), paper(2)]
    agenda = make_agenda([slot(**off)], coming, prompted, NOW)
    assert shown(agenda) == [("3@2026-03-12", 1), ("3@2026-03-19", 2), ("3@2026-03-26", None)]
    assert agenda[0].paper
    assert agenda[0].paper.presenter_id == 7


@pytest.mark.parametrize("day", [date(2026, 2, 26), date(2026, 3, 4)])  # paused then; the slot was on Wednesdays
def test_what_was_prompted_for_a_meeting_that_never_was_comes_next(day: date) -> None:
    prompted = {("slot:3", day.isoformat()): chosen(1)}
    agenda = make_agenda([slot()], [paper(1), paper(2)], prompted, NOW)
    assert shown(agenda)[:2] == [("3@2026-03-05", 1), ("3@2026-03-12", 2)]


def test_a_paper_that_was_prompted_for_twice_is_at_the_first_date_alone() -> None:
    """Its date was called off, the next one was prompted, and then the first was put back."""
    prompted = {("slot:3", day.isoformat()): chosen(1) for day in THURSDAYS[:2]}
    agenda = make_agenda([slot()], [paper(1), paper(2)], prompted, NOW)
    assert shown(agenda)[:3] == [("3@2026-03-05", 1), ("3@2026-03-12", 2), ("3@2026-03-19", None)]


def test_a_moved_date_keeps_its_paper_and_its_name() -> None:
    moved = slot(moved={FIRST: datetime.combine(date(2026, 3, 13), time(20))})
    agenda = make_agenda([moved], [paper(1), paper(2)], {("slot:3", "2026-03-05"): chosen(1)}, NOW)
    assert shown(agenda)[:2] == [("3@2026-03-12", 2), ("3@2026-03-05", 1)]


def test_what_the_slot_has_brought_already_is_not_at_another_date_and_stands_at_the_end() -> None:
    past = {("slot:3", "2026-02-26"): replace(chosen(1), met=True)}
    assert shown(make_agenda([slot()], [paper(1)], past, NOW)) == [
        ("3@2026-03-05", None),
        ("3@2026-03-12", None),
        ("1", 1),
    ]


def test_a_meeting_that_is_not_over_is_the_next_one() -> None:
    at = datetime(2026, 3, 5, 18, tzinfo=UTC)
    for minutes, first in ((-1, FIRST), (0, FIRST), (89, FIRST), (90, THURSDAYS[1])):
        agenda = make_agenda([slot()], [], {}, at + timedelta(minutes=minutes))
        assert agenda[0].name == f"3@{first}", minutes


def test_slots_are_told_apart_and_a_prompt_alone_is_no_meeting() -> None:
    slots = [slot(), slot(4, 1), slot(5, 0, Kind.PROMPT)]
    agenda = make_agenda(slots, [paper(1)], {}, NOW)
    assert [name for name, _ in shown(agenda)] == ["4@2026-03-03", "3@2026-03-05", "4@2026-03-10", "3@2026-03-12"]
    assert [number for _, number in shown(agenda)] == [1, 1, None, None], "each slot brings it, as its prompts do"
    assert shown(make_agenda([slot(5, 0, Kind.PROMPT)], [paper(1)], {}, NOW)) == [("1", 1)]


def test_more_papers_than_dates_are_listed_without_one() -> None:
    agenda = make_agenda([slot()], [paper(number) for number in range(1, 30)], {}, NOW)
    assert [each.occasion is None for each in agenda] == [False] * 6 + [True] * 23


def test_an_entry_is_found_by_its_name_and_a_paper_where_it_is_read_first() -> None:
    agenda = make_agenda([slot(), slot(4, 1)], [paper(3), paper(1)], {}, NOW)
    for name in ("3@2026-03-12", "4@2026-03-03"):
        found = find_entry(agenda, name)
        assert found
        assert found.name == name
    found = find_entry(agenda, "1")
    assert found
    assert found.name == "4@2026-03-10"
    assert find_entry(agenda, "9") is find_entry(agenda, "3@2026-03-06") is None
