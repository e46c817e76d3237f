"""One time that a slot takes place, as posts and meetings speak of it. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.club.ladder import Kind
from bot.club.questions import Role, role_of
from bot.club.schedule import Occurrence
from bot.club.slot import Slot


@dataclass(frozen=True, slots=True)
class Occasion:
    """One time that a slot takes place, for which something is posted."""

    slot: Slot
    occurrence: Occurrence

    @property
    def meets(self) -> bool:
        """Tell whether the club meets then; else it is a prompt alone."""
        return self.slot.ladder.kind is Kind.MEETING

    @property
    def date(self) -> str:
        """Its original date, as posts and prompts name it."""
        return self.occurrence.original.isoformat()

    @property
    def role(self) -> Role:
        """The role of its week."""
        return role_of(self.occurrence.original, self.slot.schedule.every)

    @property
    def ends_at(self) -> datetime:
        """When the meeting is over, in UTC."""
        return self.occurrence.at + timedelta(minutes=self.slot.ladder.minutes)
