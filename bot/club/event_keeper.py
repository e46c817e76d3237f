"""Brings the events of servers into line with the club's meetings; nothing is asked of Discord while nothing changes.

Before one is made that is written down, and the server's events are looked through for its marker: so a bot that was
killed, or whose answer was lost, makes none twice.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.club.delivery import Refused, Unreachable
from bot.club.events import Event, EventState, KeptEvent, Steps, find_meetings, plan_steps
from bot.club.slot import Slot
from bot.club.stores.clubs import ClubStore
from bot.club.stores.events import EventStore
from bot.club.stores.slots import SlotStore
from bot.club.subject import Subjects

_log = logging.getLogger(__name__)

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))  # after attempts that failed
_REFUSED = timedelta(hours=6)


class EventGone(Exception):
    """The event is not there any more: somebody deleted it."""


class EventUnwanted(Exception):
    """Discord does not take an event as it is, or any more; asked again it would say the same."""


class Server(Protocol):
    """The events of servers, as Discord keeps them.

    All raise Refused where the bot may not, and Unreachable where nobody knows whether it was done.
    """

    def may(self, guild_id: int) -> bool:
        """Tell whether the bot is on a server and may make events there, as far as it knows without asking."""
        ...

    async def find(self, guild_id: int) -> Mapping[tuple[str, str], list[int]]:
        """Give the bot's own events that have not begun, by slot and date; the oldest of each first."""
        ...

    async def create(self, event: Event) -> int:
        """Make an event, and give its id; it is not asked twice. Raises EventUnwanted."""
        ...

    async def edit(self, event_id: int, event: Event) -> None:
        """Let an event be as it should. Raises EventGone and EventUnwanted."""
        ...

    async def delete(self, guild_id: int, event_id: int) -> None:
        """Delete an event; nothing happens where it is gone."""
        ...


class EventKeeper:
    """Keeps the events of one server after the other."""

    def __init__(
        self, clubs: ClubStore, slots: SlotStore, store: EventStore, subjects: Subjects, server: Server,
        reach: Callable[[str], None] = lambda point: None,
    ) -> None:  # fmt: skip
        """`reach` hears of the points between the steps; tests end the program there."""
        self._clubs = clubs
        self._slots = slots
        self._store = store
        self._subjects = subjects
        self._server = server
        self._reach = reach
        self._failures: dict[int, tuple[int, datetime]] = {}  # how often in a row, and until when it rests

    async def list_guilds(self) -> list[int]:
        """Give the servers that may have something to do."""
        return await self._store.list_guilds()

    async def keep(self, guild_id: int, now: datetime) -> None:
        """Bring the events of a server into line; what fails is tried again after longer and longer pauses."""
        count, until = self._failures.get(guild_id, (0, now))
        if not self._server.may(guild_id) or until > now:
            return
        try:
            await self._keep(guild_id, now)
        except Refused as error:
            self._failures[guild_id] = (count + 1, now + _REFUSED)
            _log.warning("the events of guild %s: %s", guild_id, error)
        except (Unreachable, EventGone, EventUnwanted) as error:  # the last two: of the server, or of no one event
            self._failures[guild_id] = (count + 1, now + PAUSES[min(count, len(PAUSES) - 1)])
            _log.warning("the events of guild %s: %s", guild_id, error)
        else:
            self._failures.pop(guild_id, None)

    def hurry(self, guild_id: int) -> None:
        """Let a server be asked again at once, since an organiser has changed something."""
        self._failures.pop(guild_id, None)

    async def _keep(self, guild_id: int, now: datetime) -> None:
        kept, slots = await self._store.list_kept(guild_id), await self._slots.list_all(guild_id)
        wishing = [slot for slot in slots if slot.has_events]
        wanted = await self._list_wanted(guild_id, wishing, kept, now)
        steps = plan_steps(wanted, kept, {slot.key for slot in wishing}, now)
        for each in steps.forget:
            await self._store.drop(each)
        if steps.asks:
            await self._carry_out(guild_id, steps)

    async def _list_wanted(
        self, guild_id: int, wishing: Sequence[Slot], kept: Sequence[KeptEvent], now: datetime
    ) -> list[Event]:
        wanted: list[Event] = []
        club = await self._clubs.get(guild_id)
        for slot in wishing:
            if channel_id := slot.channel_id or club.channel_id:
                wanted += await self._list_of(slot, channel_id, kept, now)
        return wanted

    async def _list_of(self, slot: Slot, channel_id: int, kept: Sequence[KeptEvent], now: datetime) -> list[Event]:
        meetings = find_meetings(slot, kept, now)
        if not meetings:
            return []
        subjects = await self._subjects.find(slot, now)
        lasts, events = timedelta(minutes=slot.ladder.minutes), list[Event]()
        for each in meetings:
            paper = subjects.get(each.original)
            words = (paper.title, paper.url) if paper else ()
            named = (slot.guild_id, slot.key, each.original.isoformat(), slot.name)
            events.append(Event(*named, each.at, each.at + lasts, channel_id, *words))
        return events

    async def _carry_out(self, guild_id: int, steps: Steps) -> None:
        unsure = bool(steps.make) or any(each.event_id is None for each in steps.cancel)
        found: Mapping[tuple[str, str], list[int]] = await self._server.find(guild_id) if unsure else {}
        for each in steps.cancel:
            for event_id in {*found.get((each.slot, each.date), ()), *([each.event_id] if each.event_id else ())}:
                await self._server.delete(guild_id, event_id)
                self._reach("deleted")
            await self._store.drop(each)
        make = list(steps.make)
        for each, event in steps.edit:
            try:
                await self._edit(each.event_id or 0, event)
            except EventGone:
                if each.start != event.start:
                    make.append(event)
                else:
                    await self._store.keep(event, EventState.GONE)
        if make and not unsure:
            found = await self._server.find(guild_id)
        for event in make:
            await self._make(event, found.get((event.slot, event.date), []))

    async def _edit(self, event_id: int, event: Event) -> None:
        try:
            await self._server.edit(event_id, event)
        except EventUnwanted as error:
            _log.warning("the event of %s on %s: %s", event.slot, event.date, error)
            await self._store.keep(event, EventState.GONE)
            return
        self._reach("edited")
        await self._store.keep(event, EventState.THERE, event_id)

    async def _make(self, event: Event, there: list[int]) -> None:
        await self._store.keep(event, EventState.MAKING)
        self._reach("marked")
        for twice in there[1:]:
            await self._server.delete(event.guild_id, twice)
        try:
            if there:
                await self._edit(there[0], event)
                return
            event_id = await self._server.create(event)
        except EventGone:  # deleted just now
            await self._store.keep(event, EventState.GONE)
        except EventUnwanted as error:
            _log.warning("the event of %s on %s: %s", event.slot, event.date, error)
            await self._store.keep(event, EventState.GONE)
        else:
            self._reach("answered")
            await self._store.keep(event, EventState.THERE, event_id)
            self._reach("stored")
