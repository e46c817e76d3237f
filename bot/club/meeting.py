"""What the club reads next, as plain values. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.club.counting import Count, Method
from bot.club.suggestion import Suggestion
from bot.papers.identifiers import PaperId

MOST_NOTES = 1_000  # characters


class MeetingState(StrEnum):
    """What became of a meeting. The values are stored."""

    COMING = "coming"
    HELD = "held"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Victory:
    """The ballot that a paper won."""

    closed_at: datetime
    count: Count


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that has a paper, and how it came to it.

    By a ballot (`victory`), or by an organiser: `chosen_by` is None for a ballot, and once the organiser is forgotten.
    """

    id: int
    guild_id: int
    state: MeetingState
    title: str
    authors: tuple[str, ...] = ()
    paper_id: PaperId | None = None
    review_key: str | None = None
    chosen_at: datetime | None = None
    chosen_by: int | None = None
    victory: Victory | None = None
    suggestion: Suggestion | None = None
    presenter_id: int | None = None
    notes: str = ""


def tell_tally(count: Count) -> str:
    """Say how many wanted the winner of a ballot: in a ranked one, when it was decided. Empty where nothing won."""
    if count.winner is None or not count.rounds:
        return ""
    last = count.rounds[-1]
    votes = last.tallies[count.winner] or 0
    if count.method is Method.APPROVAL:
        return f"{votes:,} of {count.voters:,} voter{'' if count.voters == 1 else 's'}"
    counted = count.voters - last.exhausted
    where = " in the last round" if len(count.rounds) > 1 else ""
    return f"{votes:,} of {counted:,} vote{'' if counted == 1 else 's'}{where}"
