"""What is read next: the SQL of meetings."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.club.ballot import BallotOption
from bot.database.tables import meeting


def assign_paper(
    connection: Connection,
    guild_id: int,
    chosen: BallotOption,
    now: datetime,
    *,
    ballot_id: int | None = None,
    chosen_by: int | None = None,
) -> int:
    """Give the first meeting that has no paper the one that was chosen, and make one if all have; give its id.

    Part of a transaction that has locked the club.
    """
    fields = {
        "paper": str(chosen.paper_id) if chosen.paper_id else None,
        "review_key": chosen.review_key,
        "title": chosen.title,
        "authors": chosen.authors,
        "suggestion_id": chosen.suggestion_id,
        "ballot_id": ballot_id,
        "chosen_at": now,
        "chosen_by": chosen_by,
    }
    free = select(meeting.c.id).where(
        meeting.c.guild_id == guild_id, meeting.c.state == "coming", meeting.c.title.is_(None)
    )
    number = connection.scalars(free.order_by(meeting.c.id)).first()
    if number is not None:
        connection.execute(update(meeting).where(meeting.c.id == number).values(fields))
        return number
    made = insert(meeting).values(guild_id=guild_id, state="coming", made_at=now, notes="", **fields)
    return connection.execute(made.returning(meeting.c.id)).scalar_one()
