"""Who has taken which role for a meeting or a prompt: the SQL of duties."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from bot.club.duty import Duties, over_at
from bot.club.questions import Role
from bot.club.schedule import occurrence_of
from bot.club.stores.clubs import lock_club
from bot.club.stores.slot_rows import load_slot
from bot.database.database import Database
from bot.database.tables import duty
from bot.errors import ClubError

GONE = "That date is not in the club's week any more, so there are no roles for it. /schedule show tells when you meet."
_OVER = "That is over, so nothing was changed. /next shows what comes."


class DutyStore:
    """Keep roles: one member for each, and one role for each member."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_holders(self, guild_id: int, slot: str, day: str) -> dict[Role, int]:
        """Give who has which role, by the slot and the original date as posts name them."""
        return await self._database.read(lambda connection: _holders(connection, guild_id, slot, day))

    async def get(self, guild_id: int, number: int, day: date, now: datetime) -> Duties:
        """Give the roles of a date of a slot; raise ClubError where it does not take place, or is over."""
        return await self._database.read(lambda connection: _find(connection, guild_id, number, day, now))

    async def take(
        self, guild_id: int, number: int, day: date, role: Role, member_id: int, now: datetime, gone: int | None = None
    ) -> Duties:
        """Let a member have a role, and no other one, unless somebody has it already; give who has which.

        `gone` is somebody who has left, from whom it is taken. Raises ClubError as `get` does.
        """

        def work(connection: Connection) -> Duties:
            lock_club(connection, guild_id)
            found = _find(connection, guild_id, number, day, now)
            if found.holders.get(role, gone) != gone:
                return found
            named = _named(guild_id, found.slot.key, found.date)
            connection.execute(delete(duty).where(*named, duty.c.role == role))
            connection.execute(delete(duty).where(*named, duty.c.member_id == member_id))
            row = {"guild_id": guild_id, "slot": found.slot.key, "date": found.date, "role": role}
            connection.execute(insert(duty).values(**row, member_id=member_id))
            return _find(connection, guild_id, number, day, now)

        return await self._database.write(work)

    async def give_back(
        self, guild_id: int, number: int, day: date, role: Role, member_id: int, now: datetime
    ) -> Duties:
        """Let a member not have a role any more, if it is theirs; give who has which. Raises as `get` does."""

        def work(connection: Connection) -> Duties:
            lock_club(connection, guild_id)
            found = _find(connection, guild_id, number, day, now)
            own = (*_named(guild_id, found.slot.key, found.date), duty.c.role == role, duty.c.member_id == member_id)
            connection.execute(delete(duty).where(*own))
            return _find(connection, guild_id, number, day, now)

        return await self._database.write(work)


def _find(connection: Connection, guild_id: int, number: int, day: date, now: datetime) -> Duties:
    found = load_slot(connection, guild_id, number)
    occurrence = occurrence_of(found.schedule, day) if found else None
    if found is None or occurrence is None:
        raise ClubError(GONE)
    if over_at(found, occurrence) <= now:
        raise ClubError(_OVER)
    return Duties(found, occurrence, _holders(connection, guild_id, found.key, day.isoformat()))


def _holders(connection: Connection, guild_id: int, slot: str, day: str) -> dict[Role, int]:
    query = select(duty.c.role, duty.c.member_id).where(*_named(guild_id, slot, day))
    return {Role(row.role): row.member_id for row in connection.execute(query)}


def _named(guild_id: int, slot: str, day: str) -> tuple[ColumnElement[bool], ...]:
    return duty.c.guild_id == guild_id, duty.c.slot == slot, duty.c.date == day
