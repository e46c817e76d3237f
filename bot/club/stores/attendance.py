"""Who came to which meeting, and how it was for them: nobody reads who gave how many stars."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.gathering import LONGEST_LINE, OPEN_FOR, Attendance, Gathering, Headcount
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.club.stores.gatherings import load_gathering
from bot.database.database import Database
from bot.database.tables import attendance
from bot.errors import ClubError

_ENOUGH = 3  # who rated, before the mean is told

Name = tuple[int, str, str]
"""Guild, slot and original date of a meeting."""


class AttendanceStore:
    """Keep who came. Each change raises ClubError for a meeting that has not begun, or was too long ago."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def come(self, name: Name, member_id: int, now: datetime, stars: int | None = None) -> Headcount:
        """Count a member as one who came, once; stars take the place of those that they gave before."""

        def work(connection: Connection) -> Headcount:
            _open_one(connection, name, now)
            _add(connection, name, member_id, now)
            if stars is not None:
                connection.execute(update(attendance).where(*_of(name, member_id)).values(stars=stars))
            return _turnout(connection, name)

        return await self._database.write(work)

    async def leave(self, name: Name, member_id: int, now: datetime) -> Headcount:
        """Count a member no longer; their stars and their line go too."""

        def work(connection: Connection) -> Headcount:
            _open_one(connection, name, now)
            connection.execute(delete(attendance).where(*_of(name, member_id)))
            return _turnout(connection, name)

        return await self._database.write(work)

    async def write_line(self, name: Name, member_id: int, line: str, now: datetime) -> Attendance | None:
        """Keep what a member says in a line, or take it back; who says something came. A new line is not quoted yet.

        Gives None for one who says nothing and is not counted.
        """
        if len(line) > LONGEST_LINE:
            raise ClubError(f"A line holds at most {LONGEST_LINE} characters, and this one has {len(line):,}.")

        def work(connection: Connection) -> Attendance | None:
            _open_one(connection, name, now)
            if line:
                _add(connection, name, member_id, now)
            changed = (*_of(name, member_id), attendance.c.line != line)
            connection.execute(update(attendance).where(*changed).values(line=line, quotable=0))
            return _own(connection, name, member_id)

        return await self._database.write(work)

    async def let_quote(self, name: Name, member_id: int, now: datetime, *, quotable: bool) -> Attendance | None:
        """Let a member's line be quoted without a name, or not any more; give None for one who is not counted."""

        def work(connection: Connection) -> Attendance | None:
            _open_one(connection, name, now)
            own = (*_of(name, member_id), attendance.c.line != "")
            connection.execute(update(attendance).where(*own).values(quotable=int(quotable)))
            return _own(connection, name, member_id)

        return await self._database.write(work)

    async def add(self, name: Name, members: Collection[int], actor_id: int, now: datetime) -> Headcount:
        """Let an organiser count members who did not say so themselves."""

        def work(connection: Connection) -> Headcount:
            found = _open_one(connection, name, now)
            added = sum([_add(connection, name, member_id, now) for member_id in sorted(members)])
            if added:
                take_note(
                    connection, name[0], now, actor_id, f"counted {added} who came to", f"{found.name} on {name[2]}"
                )
            return _turnout(connection, name)

        return await self._database.write(work)

    async def get_own(self, name: Name, member_id: int) -> Attendance | None:
        """Give what a member said about a meeting; None where they did not say that they came."""
        return await self._database.read(lambda connection: _own(connection, name, member_id))

    async def count(self, name: Name) -> Headcount:
        """Give how many came."""
        return await self._database.read(lambda connection: _turnout(connection, name))

    async def list_members(self, name: Name, most: int) -> list[int]:
        """Give some of the members who came, those who said so first in front."""
        query = select(attendance.c.member_id).where(*_of(name)).order_by(attendance.c.made_at, attendance.c.member_id)
        return await self._database.read(lambda connection: list(connection.scalars(query.limit(most))))

    async def list_lines(self, name: Name, *, quotable: bool) -> list[str]:
        """Give what members said, or what of it may be quoted, in an order that tells nothing of who said it."""
        said = [*_of(name), attendance.c.line != "", *([attendance.c.quotable == 1] if quotable else [])]
        query = select(attendance.c.line).where(*said).order_by(attendance.c.line)
        return await self._database.read(lambda connection: list(connection.scalars(query)))


def _open_one(connection: Connection, name: Name, now: datetime) -> Gathering:
    """Begin to change who came to a meeting."""
    lock_club(connection, name[0])
    found = load_gathering(connection, *name)
    if found is None:
        raise ClubError(
            "That meeting is not known here: it was called off, or moved to another time. /next shows what comes."
        )
    if now < found.at:
        raise ClubError("That meeting has not begun yet. Say so once you were there.")
    if now > found.ends_at + OPEN_FOR:
        raise ClubError(
            f"That meeting was more than {OPEN_FOR.days} days ago, so nothing about it is changed any more."
        )
    return found


def _of(name: Name, member_id: int | None = None) -> tuple[ColumnElement[bool], ...]:
    guild_id, slot, date = name
    meeting = (attendance.c.guild_id == guild_id, attendance.c.slot == slot, attendance.c.date == date)
    return meeting if member_id is None else (*meeting, attendance.c.member_id == member_id)


def _add(connection: Connection, name: Name, member_id: int, now: datetime) -> bool:
    named = dict(zip(("guild_id", "slot", "date"), name, strict=True))
    values: dict[str, Any] = {"member_id": member_id, "line": "", "quotable": 0, "made_at": now}
    added = insert(attendance).values(**named, **values).on_conflict_do_nothing().returning(attendance.c.member_id)
    return connection.execute(added).one_or_none() is not None


def _own(connection: Connection, name: Name, member_id: int) -> Attendance | None:
    row = connection.execute(select(attendance).where(*_of(name, member_id))).one_or_none()
    return Attendance(row.stars, row.line, bool(row.quotable)) if row else None


def _turnout(connection: Connection, name: Name) -> Headcount:
    columns = func.count(), func.count(attendance.c.stars), func.coalesce(func.sum(attendance.c.stars), 0)
    came, rated, stars = connection.execute(select(*columns).where(*_of(name))).one()
    return Headcount(came, rated, int(stars) / rated if rated >= _ENOUGH else None)
