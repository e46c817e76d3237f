"""What members wish for themselves in a club."""

from sqlalchemy import Connection, delete, insert, select

from bot.club.stores.clubs import lock_club
from bot.database.database import Database
from bot.database.tables import preference


class PreferenceStore:
    """Keep what members wish. Nothing is stored of those who wish what everybody has."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_listed(self, guild_id: int, member_id: int, *, listed: bool) -> None:
        """Let a member be named in the statistics of a club, as all are at first, or not; may be repeated."""

        def work(connection: Connection) -> None:
            _put(connection, guild_id, member_id, unlisted=int(not listed))

        await self._database.write(work)

    async def set_asked(self, guild_id: int, member_id: int, *, asked: bool) -> None:
        """Let a member be proposed as a presenter, as all are at first, or not; may be repeated."""

        def work(connection: Connection) -> None:
            _put(connection, guild_id, member_id, unasked=int(not asked))

        await self._database.write(work)


def _put(connection: Connection, guild_id: int, member_id: int, **wish: int) -> None:
    lock_club(connection, guild_id)
    own = (preference.c.guild_id == guild_id, preference.c.member_id == member_id)
    before = connection.execute(select(preference).where(*own)).one_or_none()
    values = {"unlisted": before.unlisted if before else 0, "unasked": before.unasked if before else 0} | wish
    connection.execute(delete(preference).where(*own))
    if any(values.values()):
        connection.execute(insert(preference).values(guild_id=guild_id, member_id=member_id, **values))


def read_unlisted(connection: Connection, guild_id: int) -> set[int]:
    """Give the members who are not to be named in the statistics of a club."""
    query = select(preference.c.member_id).where(preference.c.guild_id == guild_id, preference.c.unlisted == 1)
    return set(connection.scalars(query))
