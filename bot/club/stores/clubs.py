"""What clubs have set, and the lock that every change of a club's data begins with."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.club import Club
from bot.club.stores.audit import take_note
from bot.database.database import Database
from bot.database.tables import club

_COLUMNS = ("guild_id", "channel_id", "organiser_role_id", "zone", "quota")


def lock_club(connection: Connection, guild_id: int) -> Club:
    """Begin a change of a club's data: others of the same club wait until it is committed.

    SQLite knows one writer at a time anyway; on PostgreSQL two transactions that count and then insert would both
    count the state before either.
    """
    query = select(club).where(club.c.guild_id == guild_id).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        first = Club(guild_id)
        connection.execute(
            insert(club).values({name: getattr(first, name) for name in _COLUMNS}).on_conflict_do_nothing()
        )
        row = connection.execute(query).one()
    return _club(row)


def _club(row: Row[Any]) -> Club:
    return Club(**{name: getattr(row, name) for name in _COLUMNS})


class ClubStore:
    """Keep what clubs have set."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int) -> Club:
        """Give what a club has set, or the values of one that has set nothing."""

        def work(connection: Connection) -> Club:
            row = connection.execute(select(club).where(club.c.guild_id == guild_id)).one_or_none()
            return _club(row) if row else Club(guild_id)

        return await self._database.read(work)

    async def put(self, settings: Club, actor_id: int, now: datetime) -> None:
        """Keep what an organiser has set."""

        def work(connection: Connection) -> None:
            before = lock_club(connection, settings.guild_id)
            if before == settings:
                return
            connection.execute(
                update(club)
                .where(club.c.guild_id == settings.guild_id)
                .values({name: getattr(settings, name) for name in _COLUMNS[1:]})
            )
            changed = [name for name in _COLUMNS if getattr(before, name) != getattr(settings, name)]
            subject = ", ".join(f"{name} {getattr(settings, name)}" for name in changed)
            take_note(connection, settings.guild_id, now, actor_id, "set", subject)

        await self._database.write(work)
