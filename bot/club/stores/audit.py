"""Who decided what, for organisers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from bot.database.tables import audit


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Who did what to what, and when; nobody is the bot itself, or a member who is forgotten."""

    at: datetime
    actor_id: int | None
    action: str
    subject: str


def take_note(
    connection: Connection, guild_id: int, now: datetime, actor_id: int | None, action: str, subject: str
) -> None:
    """Add a line: who did what to what; nobody is the bot itself."""
    connection.execute(
        insert(audit).values(guild_id=guild_id, at=now, actor_id=actor_id, action=action, subject=subject)
    )


def read_notes(connection: Connection, guild_id: int, start: int, count: int) -> tuple[Sequence[AuditLine], int]:
    """Give some of a club's lines, the newest first, from the one with number `start` on, and how many there are."""
    own = audit.c.guild_id == guild_id
    total = connection.execute(select(func.count()).select_from(audit).where(own)).scalar_one()
    columns = select(audit.c.at, audit.c.actor_id, audit.c.action, audit.c.subject).where(own)
    rows = connection.execute(columns.order_by(audit.c.at.desc(), audit.c.id.desc()).offset(start).limit(count))
    return [AuditLine(row.at, row.actor_id, row.action, row.subject) for row in rows], total
