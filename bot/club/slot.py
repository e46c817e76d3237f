"""A slot of the club's week, as a plain value. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.club.ladder import DueRung, Kind, Ladder, Quiet, next_rungs, rungs
from bot.club.schedule import Schedule, next_occurrences, occurrence_of
from bot.club.zones import load_zone
from bot.errors import ClubError

HORIZON = timedelta(hours=36)
"""How long before its time a post is planned."""
MOST = 20
"""How many slots a club has at most."""
_LONGEST = 50  # characters of a name
_MENTION = re.compile(r"<[@#:/]|@everyone|@here", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """What takes place again and again, under a name: a prompt, or a meeting with a ladder of posts around it.

    `channel_id` is where its posts appear; None is the channel of the club. What would have been posted before
    `confirmed_at` never existed: it is when an organiser set the slot, or changed it. `revision` grows with each
    change; `has_events` says whether its meetings are among the events of the server.
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
    has_events: bool = False
    revision: int = 0

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
    """A slot as an organiser wishes it: under a name that stands for the one that has it already.

    A meeting lasts `minutes`; without them as long as before, or as meetings do.
    """

    name: str
    schedule: Schedule
    kind: Kind
    channel_id: int | None
    minutes: int | None = None


PostName = tuple[str, str, str]
"""The slot, original date and rung of a post, as the outbox knows them."""


def next_posts(slot: Slot, now: datetime, count: int, over: Collection[PostName] = ()) -> list[DueRung]:
    """Give the next posts of a slot in their order, without those that are over already.

    A date that was moved may have had its reminder, which does not come again.
    """
    number = count
    while True:
        due = next_rungs(slot.schedule, slot.ladder, now, number, slot.quiet)
        left = [each for each in due if (slot.key, each.occurrence.original.isoformat(), each.rung.name) not in over]
        if len(left) >= count or len(due) < number:
            return left[:count]
        number += count


def is_to_come(slot: Slot, day: date, rung: str, now: datetime) -> bool:
    """Tell whether a post of an original date lies ahead, as the slot is set now."""
    occurrence = occurrence_of(slot.schedule, day)
    if occurrence is None:
        return False
    posts = rungs(occurrence, slot.ladder, slot.schedule.zone, slot.quiet)
    return any(each.name == rung and each.at > now for each in posts)


def read_name(text: str) -> str:
    """Read the name of a slot; raise ClubError for one that will not do."""
    name = " ".join(text.split())
    if not name:
        raise ClubError("A slot needs a name, such as Club night.")
    if len(name) > _LONGEST:
        raise ClubError(
            f"A name has at most {_LONGEST} characters, and this one has {len(name):,}. Type a shorter one."
        )
    if _MENTION.search(name):
        raise ClubError("A name mentions nobody: leave out members, roles, channels and @everyone.")
    return name


def begin_weekly(days: tuple[int, ...], clock: time, zone: str, every: int, now: datetime) -> Schedule:
    """Make a rhythm whose first week is that of the next such day."""
    if not 1 <= every <= 52:
        raise ClubError("A slot takes place every 1 to 52 weeks.")
    weekly = Schedule(days, clock, zone, now.astimezone(load_zone(zone)).date())
    start = next_occurrences(weekly, now, 1)[0].original
    return Schedule(days, clock, zone, start, every)
