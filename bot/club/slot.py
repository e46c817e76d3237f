"""A slot of the club's week, as a plain value. Pure."""

from dataclasses import dataclass
from datetime import datetime

from bot.club.ladder import Ladder, Quiet
from bot.club.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Slot:
    """What takes place again and again, under a name: a prompt, or a meeting with a ladder of posts around it.

    `channel_id` is where its posts appear; None is the channel of the club. What would have been posted before
    `confirmed_at` never existed: it is when an organiser set the slot, or changed it.
    """

    id: int
    guild_id: int
    name: str
    schedule: Schedule
    ladder: Ladder
    quiet: Quiet | None
    channel_id: int | None
    confirmed_at: datetime

    @property
    def key(self) -> str:
        """How its posts name it: `Planned.slot`; their `date` is the original date as in ISO 8601."""
        return f"slot:{self.id}"
