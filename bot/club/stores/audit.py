"""Who decided what, for organisers."""

from datetime import datetime

from sqlalchemy import Connection, insert

from bot.database.tables import audit


def take_note(
    connection: Connection, guild_id: int, now: datetime, actor_id: int | None, action: str, subject: str
) -> None:
    """Add a line: who did what to what; nobody is the bot itself."""
    connection.execute(
        insert(audit).values(guild_id=guild_id, at=now, actor_id=actor_id, action=action, subject=subject)
    )
