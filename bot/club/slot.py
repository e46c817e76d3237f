"""A slot of the club's week, as a plain value. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.club.ladder import Kind, Ladder, Quiet
from bot.club.schedule import Schedule
from bot.club.zones import load_zone

HORIZON = timedelta(hours=36)
"""How long before its time a post is planned."""
MOST = 20
"""How many slots a club has at most."""


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
    pause_reason: str = ""  # why the bot paused it by itself

    @property
    def key(self) -> str:
        """How its posts name it: `Planned.slot`; their `date` is the original date as in ISO 8601."""
        return f"slot:{self.id}"

    def is_paused(self, now: datetime) -> bool:
        """Tell whether nothing of it takes place now."""
        since, until = self.schedule.paused_since, self.schedule.paused_until
        if since is None or since > now:
            return False
        return until is None or now.astimezone(load_zone(self.schedule.zone)).date() < until


@dataclass(frozen=True, slots=True)
class NewSlot:
    """A slot as an organiser wishes it: under a name that stands for the one that has it already."""

    name: str
    schedule: Schedule
    kind: Kind
    channel_id: int | None
