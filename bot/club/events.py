"""Which events of a server there should be for the club's meetings, and what to do about those there are. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from bot.club.ladder import Kind
from bot.club.schedule import Occurrence, occurrences_between
from bot.club.slot import Slot

MOST = 3
"""For how many of the next meetings of a slot there is an event."""
AHEAD = timedelta(days=60)
"""How long before a meeting its event is made, at most."""
_LATEST = timedelta(minutes=2)  # before a meeting, to make its event: Discord takes none of the past


class EventState(StrEnum):
    """How far an event is. The values are stored."""

    MAKING = "making"  # nobody knows whether Discord has it
    THERE = "there"
    GONE = "gone"  # somebody deleted it, or Discord does not want it


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it should be; slot and original date name it. `title` and `url` are those of the paper, or empty."""

    guild_id: int
    slot: str
    date: str
    name: str
    start: datetime
    end: datetime
    channel_id: int
    title: str = ""
    url: str = ""

    @property
    def told(self) -> str:
        """What stands in it, to be compared: its times, and a digest of its words."""
        words = "\n".join((self.name, str(self.channel_id), self.title, self.url))
        digest = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]
        return f"{self.start.isoformat()} {self.end.isoformat()} {digest}"


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """An event as it was last told to Discord; `event_id` is there once Discord has told it."""

    guild_id: int
    slot: str
    date: str
    event_id: int | None
    state: EventState
    told: str

    @property
    def start(self) -> datetime:
        """When the meeting was to begin."""
        return datetime.fromisoformat(self.told.split()[0])

    @property
    def end(self) -> datetime:
        """When it was to end."""
        return datetime.fromisoformat(self.told.split()[1])


class Steps(NamedTuple):
    """What is to be done, in this order. What is forgotten is past: Discord ends such events by itself."""

    forget: list[KeptEvent]
    cancel: list[KeptEvent]
    edit: list[tuple[KeptEvent, Event]]
    make: list[Event]

    @property
    def asks(self) -> bool:
        """Whether Discord has to be asked anything."""
        return bool(self.cancel or self.edit or self.make)


def find_meetings(slot: Slot, kept: Sequence[KeptEvent], now: datetime) -> list[Occurrence]:
    """Give the meetings of a slot that there should be events for: the next ones, and those that have one already.

    Members may have said that they are interested in those.
    """
    if not slot.has_events or slot.ladder.kind is not Kind.MEETING:
        return []
    there = {each.date for each in kept if each.slot == slot.key and each.state is EventState.THERE}
    coming = occurrences_between(slot.schedule, now, now + AHEAD)
    new = [each for each in coming if each.at > now + _LATEST][:MOST]
    return [each for each in coming if each in new or each.original.isoformat() in there]


def plan_steps(
    wanted: Collection[Event], kept: Collection[KeptEvent], wishing: Collection[str], now: datetime
) -> Steps:
    """Compare what should be there with what is; `wishing` are the slots that have events.

    An event whose time has come is left alone. One that somebody deleted is not made again unless its meeting moves,
    or organisers switch the events of its slot off and on.
    """
    steps, known = Steps([], [], [], []), {(each.slot, each.date): each for each in kept}
    should = {(each.slot, each.date): each for each in wanted}
    for name, event in should.items():
        found = known.get(name)
        if found is None or found.state is EventState.MAKING:
            steps.make.append(event)
        elif found.told == event.told:
            continue
        elif found.state is EventState.GONE or found.start <= now:
            if found.start != event.start:
                steps.make.append(event)
        else:
            steps.edit.append((found, event))
    for name, found in known.items():
        if name in should:
            continue
        if found.end <= now or (found.state is EventState.GONE and found.slot not in wishing):
            steps.forget.append(found)
        elif found.start > now and found.state is not EventState.GONE:
            steps.cancel.append(found)
    return steps
