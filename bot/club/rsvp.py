"""Whether members come to a meeting: what they answer, for which time, and who is told when it changes. Pure.

An answer is to a time. Once a meeting is moved, nobody has answered for the new time, and who is back at the old one
knows the old answers.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from bot.club.ladder import Kind
from bot.club.occasion import Occasion
from bot.club.schedule import has_date, occurrence_of
from bot.club.slot import Slot
from bot.errors import ClubError

AGAIN = "again"  # the kind of the posts that ask those again who wanted to come
NAMED = 12  # of those who come, who may be named

_FAR = 800  # days from now on which nobody need say anything
_OFF = "off"


class Answer(StrEnum):
    """What a member says. The values are stored."""

    YES = "yes"
    LATE = "late"
    NO = "no"


COMING = (Answer.YES, Answer.LATE)


@dataclass(frozen=True, slots=True)
class Turnout:
    """What members have answered for one time of a meeting.

    `first` are those who come and said so first, at most `NAMED`.
    """

    yes: int = 0
    late: int = 0
    no: int = 0
    first: tuple[int, ...] = ()

    @property
    def coming(self) -> int:
        """How many come, in time or late."""
        return self.yes + self.late


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who is told of a change: those who wanted to come. `before` is when it was to be, as they knew it."""

    members: tuple[int, ...]
    before: datetime


def find_meeting(slot: Slot | None, day: date | None, now: datetime) -> Occasion:
    """Give the meeting of a date, for which members may still say whether they come; else raise ClubError."""
    if slot is None:
        raise ClubError("What this was about does not take place any more. /next shows when the club meets.")
    if slot.ladder.kind is not Kind.MEETING:
        raise ClubError(f"{slot.name} is no meeting, so nobody need say whether they come.")
    if day is None or abs((day - now.date()).days) > _FAR or not has_date(slot.schedule, day):
        raise ClubError(f"{slot.name} does not meet on that date. /next shows when it does.")
    occurrence = occurrence_of(slot.schedule, day)
    if occurrence is None:
        raise ClubError("That meeting is called off. /next shows when the club meets next.")
    found = Occasion(slot, occurrence)
    if found.ends_at <= now:
        raise ClubError("That meeting is over. /next shows when the club meets next.")
    return found


def takes_place_at(slot: Slot | None, day: date) -> datetime | None:
    """Give when the meeting of a date begins; None where there is none."""
    found = occurrence_of(slot.schedule, day) if slot and slot.ladder.kind is Kind.MEETING else None
    return found.at if found else None


# --- telling of a change --------------------------------------------------------------------------


def write_rung(revision: int, at: datetime | None) -> str:
    """Name the post that tells of a change: it says when the meeting is then, or that it is called off."""
    return f"{AGAIN}:{revision}:{int(at.timestamp()) if at else _OFF}"


def read_rung(rung: str) -> datetime | None:
    """Give the time of which such a post tells; None where it says that the meeting is called off."""
    told = rung.rpartition(":")[2]
    return None if told == _OFF else datetime.fromtimestamp(int(told), UTC)


def needs_telling(answered: Collection[datetime], told: Collection[str], at: datetime | None) -> bool:
    """Tell whether those who wanted to come have to hear when a meeting is.

    `answered` are the times for which they answered, and `told` the rungs of what was posted to them since, in order.
    """
    if told:
        return read_rung([*told][-1]) != at
    return any(each != at for each in answered)
