"""The roles that members take for one time that a slot takes place. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.club.ladder import Kind
from bot.club.questions import Role
from bot.club.schedule import Occurrence, next_occurrences
from bot.club.slot import Slot

_DISCUSSED = timedelta(days=7)  # after a prompt that no other one follows


@dataclass(frozen=True, slots=True)
class Duties:
    """Who has which role at an occurrence; a role that nobody has is not there, and nobody has two."""

    slot: Slot
    occurrence: Occurrence
    holders: dict[Role, int]

    @property
    def date(self) -> str:
        """The original date, as posts name it."""
        return self.occurrence.original.isoformat()


def over_at(found: Slot, occurrence: Occurrence) -> datetime:
    """Give when roles cannot be taken any more: at the end of a meeting, and for a prompt when the next one comes."""
    if found.ladder.kind is Kind.MEETING:
        return occurrence.at + timedelta(minutes=found.ladder.minutes)
    following = next_occurrences(found.schedule, occurrence.at, 1)
    return following[0].at if following else occurrence.at + _DISCUSSED
