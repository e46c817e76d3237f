"""The meetings of the week that are soon, and those that took place."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from bot.club.gathering import Gathering
from bot.club.ladder import Kind
from bot.club.schedule import occurrence_of, occurrences_between
from bot.club.slot import Slot
from bot.database.database import Database
from bot.database.tables import gathering

_KEY = ("guild_id", "slot", "date")


class GatheringStore:
    """Tell which meetings there were. They are written while the posts around them are planned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_past(self, guild_id: int, now: datetime, count: int) -> list[Gathering]:
        """Give the last meetings of a club that have ended, the latest first."""
        past = (gathering.c.guild_id == guild_id, gathering.c.ends_at <= now)
        query = select(gathering).where(*past).order_by(gathering.c.at.desc(), gathering.c.slot).limit(count)
        return await self._database.read(lambda connection: list(map(read_gathering, connection.execute(query))))


def keep_gatherings(connection: Connection, found: Slot, after: datetime, until: datetime) -> None:
    """Write down the meetings of a slot after a moment, up to another one. The transaction has locked the club."""
    if found.ladder.kind is not Kind.MEETING or until <= after:
        return
    lasts = timedelta(minutes=found.ladder.minutes)
    for each in occurrences_between(found.schedule, after, until):
        known = {"at": each.at, "ends_at": each.at + lasts, "name": found.name}
        named = {"guild_id": found.guild_id, "slot": found.key, "date": each.original.isoformat()}
        added = insert(gathering).values(**named, **known, closed=0)
        open_still = gathering.c.closed == 0
        connection.execute(added.on_conflict_do_update(index_elements=list(_KEY), set_=known, where=open_still))


def drop_gatherings(connection: Connection, found: Slot, now: datetime) -> None:
    """Remove what of a slot has not begun, or was skipped or moved since: what takes place is written down anew."""
    own = (gathering.c.guild_id == found.guild_id, gathering.c.slot == found.key, gathering.c.closed == 0)
    for row in connection.execute(select(gathering.c.date, gathering.c.at).where(*own)).all():
        if row.at > now or _was_called_off(found, date.fromisoformat(row.date), row.at):
            connection.execute(delete(gathering).where(*own, gathering.c.date == row.date))


def _was_called_off(found: Slot, day: date, at: datetime) -> bool:
    """Tell whether an organiser has skipped a date that had begun, or moved it to another time."""
    if day in found.schedule.skipped:
        return True
    if day not in found.schedule.moved:
        return False
    moved = occurrence_of(found.schedule, day)
    return moved is not None and moved.at != at


def read_gathering(row: Row[Any]) -> Gathering:
    """Read a row of the table."""
    return Gathering(row.guild_id, row.slot, row.date, row.at, row.ends_at, row.name, row.meeting_id, bool(row.closed))
