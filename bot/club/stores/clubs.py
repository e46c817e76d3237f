"""What clubs have set, and the lock that every change of a club's data begins with."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict, Unpack

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.club import Club
from bot.club.post import State
from bot.club.stores.audit import AuditLine, read_notes, take_note
from bot.database.database import Database
from bot.database.tables import club, post, slot

# Each with the word by which the audit calls it.
_SETTINGS = {
    "channel_id": "channel",
    "organiser_role_id": "organisers",
    "ping_role_id": "reminded",
    "zone": "zone",
    "quota": "quota",
}
_COLUMNS = ("guild_id", *_SETTINGS)


class Changes(TypedDict, total=False):
    """What of a club is to be set; the rest stays as it is."""

    channel_id: int | None
    organiser_role_id: int | None
    ping_role_id: int | None
    zone: str
    quota: int


# Made once: making a statement takes longer than running it.
_LOCK = select(club).where(club.c.guild_id == bindparam("guild_id")).with_for_update()


def lock_club(connection: Connection, guild_id: int) -> Club:
    """Begin a change of a club's data: others of the same club wait until it is committed.

    SQLite knows one writer at a time anyway; on PostgreSQL two transactions that count and then insert would both
    count the state before either.
    """
    row = connection.execute(_LOCK, {"guild_id": guild_id}).one_or_none()
    if row is None:
        first = Club(guild_id)
        connection.execute(
            insert(club).values({name: getattr(first, name) for name in _COLUMNS}).on_conflict_do_nothing()
        )
        row = connection.execute(_LOCK, {"guild_id": guild_id}).one()
    return _club(row)


def _club(row: Row[Any]) -> Club:
    return Club(**{name: getattr(row, name) for name in _COLUMNS})


def _redirect(connection: Connection, guild_id: int, channel_id: int | None, now: datetime) -> None:
    """Let what the club's week posts follow the club to another channel, where a slot has none of its own."""
    homeless = (slot.c.guild_id == guild_id, slot.c.channel_id.is_(None))
    keys = [f"slot:{number}" for number in connection.scalars(select(slot.c.id).where(*homeless))]
    waiting = (post.c.guild_id == guild_id, post.c.slot.in_(keys), post.c.state == State.DUE)
    connection.execute(update(post).where(*waiting).values(channel_id=channel_id, refusals=0, retry_at=None))
    # What could not be planned without a channel is planned with the next pass.
    connection.execute(update(slot).where(*homeless, slot.c.next_at > now).values(next_at=now))


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

    async def change(self, guild_id: int, actor_id: int, now: datetime, **changes: Unpack[Changes]) -> Club:
        """Set something of a club, as an organiser decided, and give what it has set then.

        What others have set meanwhile stays.
        """

        def work(connection: Connection) -> Club:
            before = lock_club(connection, guild_id)
            after = replace(before, **changes)
            changed = {name: getattr(after, name) for name in changes if getattr(after, name) != getattr(before, name)}
            if changed:
                connection.execute(update(club).where(club.c.guild_id == guild_id).values(changed))
                if after.channel_id not in (None, before.channel_id):
                    _redirect(connection, guild_id, after.channel_id, now)
                subject = ", ".join(f"{_SETTINGS[name]} {value or 'none'}" for name, value in changed.items())
                take_note(connection, guild_id, now, actor_id, "set", subject)
            return after

        return await self._database.write(work)

    async def read_audit(self, guild_id: int, start: int, count: int) -> tuple[Sequence[AuditLine], int]:
        """Give who decided what in a club, the newest first, from the one with number `start` on, and how many are."""
        return await self._database.read(lambda connection: read_notes(connection, guild_id, start, count))
