"""Who says that they come to a meeting, and who came: rows as a test needs them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, insert

from bot.club.ladder import Kind
from bot.club.schedule import Schedule, next_occurrences
from bot.club.slot import NewSlot, Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.slots import SlotStore
from bot.database.database import Database
from bot.database.tables import attendance, gathering, rsvp

OTHER = "slot:999"  # a slot that was removed since


async def weekly(database: Database, guild_id: int, now: datetime, days: int = 7, kind: Kind = Kind.MEETING) -> Slot:
    """Let a club meet every week from some days from now on, at 18:00 UTC."""
    start = (now + timedelta(days)).date()
    schedule = Schedule((start.weekday(),), time(18), "UTC", start)
    return await SlotStore(database).add(guild_id, 1, now, NewSlot(f"Slot {days} {kind}", schedule, kind, None))


async def meets(database: Database, guild_id: int, day: date, slot: str = OTHER) -> None:
    """Let a club have met on a day, from 18:00 to 19:30 UTC."""
    at = datetime.combine(day, time(18), UTC)
    held = {"guild_id": guild_id, "slot": slot, "date": day.isoformat(), "at": at, "closed": 1, "name": "Club night"}

    def work(connection: Connection) -> None:
        lock_club(connection, guild_id)
        connection.execute(insert(gathering).values(**held, ends_at=at + timedelta(minutes=90)))

    await database.write(work)


async def came(database: Database, guild_id: int, day: date, members: Sequence[int], slot: str = OTHER) -> None:
    """Let members have been there on a day, one after the other."""
    at = datetime.combine(day, time(18), UTC)
    rows = [
        {"guild_id": guild_id, "slot": slot, "date": day.isoformat(), "member_id": member, "line": "", "quotable": 0}
        | {"made_at": at + timedelta(seconds=number)}
        for number, member in enumerate(members)
    ]

    def work(connection: Connection) -> None:
        lock_club(connection, guild_id)
        connection.execute(insert(attendance), rows)

    await database.write(work)


async def says(
    database: Database, found: Slot, member: int, answer: str, now: datetime, at: datetime | None = None
) -> None:
    """Let a member answer whether they come to the next meeting of a slot, as it was at a time."""
    coming = next_occurrences(found.schedule, now, 1)[0]
    row = {"guild_id": found.guild_id, "slot": found.key, "date": coming.original.isoformat(), "member_id": member}

    def work(connection: Connection) -> None:
        lock_club(connection, found.guild_id)
        connection.execute(insert(rsvp).values(**row, answer=answer, at=at or coming.at, made_at=now))

    await database.write(work)
