"""The events of servers that the bot has made for meetings."""

from sqlalchemy import Connection, delete, select, union
from sqlalchemy.dialects.postgresql import insert

from bot.club.events import Event, EventState, KeptEvent
from bot.club.stores.clubs import lock_club
from bot.database.database import Database
from bot.database.tables import calendar_event, slot

_KEY = ["guild_id", "slot", "date"]


class EventStore:
    """Keep which event is which meeting, from before it is made, so that none is made twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_guilds(self) -> list[int]:
        """Give the servers that wish events, or have some."""
        wishing = select(slot.c.guild_id).where(slot.c.has_events == 1)
        query = union(wishing, select(calendar_event.c.guild_id))
        return await self._database.read(lambda connection: sorted(connection.scalars(query)))

    async def list_kept(self, guild_id: int) -> list[KeptEvent]:
        """Give the events of a server."""
        query = select(calendar_event).where(calendar_event.c.guild_id == guild_id)

        def work(connection: Connection) -> list[KeptEvent]:
            rows = connection.execute(query.order_by(calendar_event.c.slot, calendar_event.c.date))
            return [
                KeptEvent(row.guild_id, row.slot, row.date, row.event_id, EventState(row.state), row.told)
                for row in rows
            ]

        return await self._database.read(work)

    async def keep(self, event: Event, state: EventState, event_id: int | None = None) -> None:
        """Write down how far an event is, and what stands in it."""

        def work(connection: Connection) -> None:
            lock_club(connection, event.guild_id)
            named = {"guild_id": event.guild_id, "slot": event.slot, "date": event.date}
            known = {"event_id": event_id, "state": state, "told": event.told}
            added = insert(calendar_event).values(**named, **known)
            connection.execute(added.on_conflict_do_update(index_elements=_KEY, set_=known))

        await self._database.write(work)

    async def drop(self, kept: KeptEvent) -> None:
        """Forget an event."""
        own = (
            calendar_event.c.guild_id == kept.guild_id,
            calendar_event.c.slot == kept.slot,
            calendar_event.c.date == kept.date,
        )

        def work(connection: Connection) -> None:
            lock_club(connection, kept.guild_id)
            connection.execute(delete(calendar_event).where(*own))

        await self._database.write(work)
