"""What a club did, in numbers: over time, by tags, and how many took part. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from bot.library.facets import Tag
from bot.library.hugo import fold_term

_MOST = 16  # columns that stand beside each other on a phone


class Step(Enum):
    """How long a column is: its value is in months."""

    MONTH = 1
    QUARTER = 3
    YEAR = 12


class Person(NamedTuple):
    """A member, and how often they did something."""

    member_id: int
    times: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of what a club did.

    `suggesters` and `presenters` are those who wish to be named, the busiest first; `comers` are those who came to each
    meeting, `readers` those of each prompt and `voters` those of each ballot that was counted, the latest last.
    """

    held: tuple[date, ...] = ()
    suggestions: int = 0
    suggesters: tuple[Person, ...] = ()
    presenters: tuple[Person, ...] = ()
    comers: tuple[int, ...] = ()
    readers: tuple[int, ...] = ()
    voters: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A span of time: the reviews of it, the meetings held, and the reviews of each tag."""

    start: date
    reviews: int
    held: int
    tagged: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """What a club did. `earlier` reviews and meetings are older than the first column; `undated` are reviews."""

    reviews: int = 0
    undated: int = 0
    earlier: int = 0
    step: Step = Step.MONTH
    tags: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    record: Record = field(default_factory=Record)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.columns or self.record.comers or self.record.readers or self.record.voters)


def count_stats(reviews: Iterable[tuple[date | None, Sequence[str]]], tags: Sequence[Tag], record: Record) -> Stats:
    """Count what a club did. `reviews` are their days and tags, `tags` those to be counted over time."""
    days = Counter[date]()
    tagged = Counter[tuple[str, date]]()
    total = undated = 0
    for day, names in reviews:
        total += 1
        if day is None:
            undated += 1
            continue
        days[day] += 1
        tagged.update((term, day) for term in set(map(fold_term, names)))
    known = [*days, *record.held]
    if not known:
        return Stats(reviews=total, undated=undated, record=record)
    first, last = min(known), max(known)
    step = next((step for step in Step if len(_starts(first, last, step)) <= _MOST), Step.YEAR)
    starts = _starts(first, last, step)[-_MOST:]
    terms = [tag.term for tag in tags]
    reviewed, held = Counter[date](), Counter[date]()
    by_tag = Counter[tuple[str, date]]()
    for day, number in days.items():
        reviewed[_start(day, step)] += number
    for day in record.held:
        held[_start(day, step)] += 1
    for (term, day), number in tagged.items():
        by_tag[term, _start(day, step)] += number
    columns = [Column(at, reviewed[at], held[at], tuple(by_tag[term, at] for term in terms)) for at in starts]
    earlier = sum(number for counter in (reviewed, held) for at, number in counter.items() if at < starts[0])
    return Stats(total, undated, earlier, step, tuple(tag.name for tag in tags), tuple(columns), record)


def _start(day: date, step: Step) -> date:
    """Give the first day of the span in which a day lies."""
    return date(day.year, (day.month - 1) // step.value * step.value + 1, 1)


def _starts(first: date, last: date, step: Step) -> list[date]:
    """Give the first days of the spans between two days, at most one more of the latest than fit."""
    number = _number(last, step)
    numbers = range(max(_number(first, step), number - _MOST), number + 1)
    return [date(number * step.value // 12, number * step.value % 12 + 1, 1) for number in numbers]


def _number(day: date, step: Step) -> int:
    """Count the spans since the year 0."""
    return (day.year * 12 + day.month - 1) // step.value
