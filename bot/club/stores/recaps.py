"""What the club has read and may write a review of: the SQL of recaps."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select, tuple_

from bot.club.meeting import MeetingState
from bot.club.prompt import Why
from bot.club.recapping import Topic
from bot.database.database import Database
from bot.database.tables import attendance, gathering, meeting, prompt
from bot.papers.identifiers import parse_id_of

_LATEST = 100  # prompts, and papers, that are looked at


class RecapStore:
    """Tell what there may be a review of, and what may be quoted of it. No member stands in it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_topics(self, guild_id: int, now: datetime, limit: int) -> list[Topic]:
        """Give the papers that a club met for, was prompted for or has chosen: what was met for last comes first."""

        def work(connection: Connection) -> list[Topic]:
            found = [*_prompted(connection, guild_id, now), *_chosen(connection, guild_id)]
            # What was begun a second time is written of once; of what is to come, the next is the likeliest.
            found.sort(key=lambda each: (each.held_at is None, -each.held_at.timestamp() if each.held_at else 0))
            first: dict[str, Topic] = {}
            for each in found:
                first.setdefault(each.key, each)
            return [*first.values()][:limit]

        return await self._database.read(work)

    async def list_quotable(self, guild_id: int, topic: Topic) -> tuple[str, ...]:
        """Give what members said of a paper who allow it to be quoted, in an order that tells nobody's."""

        def work(connection: Connection) -> tuple[str, ...]:
            dates = _dates(connection, guild_id, topic)
            allowed = (attendance.c.quotable == 1, attendance.c.line != "", attendance.c.guild_id == guild_id)
            query = select(attendance.c.line).where(*allowed, tuple_(attendance.c.slot, attendance.c.date).in_(dates))
            return tuple(sorted(connection.scalars(query)))

        return await self._database.read(work)


def _prompted(connection: Connection, guild_id: int, now: datetime) -> Iterable[Topic]:
    """Give what the club was prompted for, the latest first; when it met for it, if it did."""
    met = and_(
        gathering.c.guild_id == prompt.c.guild_id,
        gathering.c.slot == prompt.c.slot,
        gathering.c.date == prompt.c.date,
    )
    moment = func.coalesce(gathering.c.at, prompt.c.made_at, type_=prompt.c.made_at.type)
    query = (
        select(prompt, moment.label("moment"))
        .select_from(prompt.outerjoin(gathering, met))
        .where(prompt.c.guild_id == guild_id, prompt.c.why != Why.NOTHING)
        .order_by(moment.desc(), prompt.c.id.desc())
        .limit(_LATEST)
    )
    for row in connection.execute(query):
        key = f"meeting:{row.meeting_id}" if row.meeting_id else f"prompt:{row.id}"
        yield _topic(row, key, row.questions, row.moment if row.moment <= now else None)


def _chosen(connection: Connection, guild_id: int) -> Iterable[Topic]:
    """Give what was chosen and not prompted for: clubs may read without the week's posts."""
    prompted = select(prompt.c.meeting_id).where(prompt.c.guild_id == guild_id, prompt.c.meeting_id.is_not(None))
    query = (
        select(meeting)
        .where(
            meeting.c.guild_id == guild_id,
            meeting.c.state != MeetingState.DROPPED,
            meeting.c.title.is_not(None),
            meeting.c.id.not_in(prompted),
        )
        .order_by(meeting.c.id.desc())
        .limit(_LATEST)
    )
    for row in connection.execute(query):
        held_at = row.chosen_at if row.state == MeetingState.HELD else None
        yield _topic(row, f"meeting:{row.id}", (), held_at)


def _topic(row: Row[Any], key: str, questions: tuple[str, ...], held_at: datetime | None) -> Topic:
    scheme, _, value = (row.paper or "").partition(":")
    paper_id = parse_id_of(scheme, value) if value else None
    return Topic(key, row.title, row.authors, paper_id, row.review_key, questions, held_at)


def _dates(connection: Connection, guild_id: int, topic: Topic) -> list[tuple[str, str]]:
    """Give the slots and dates for which the club was prompted for a paper."""
    kind, _, number = topic.key.partition(":")
    own = prompt.c.meeting_id if kind == "meeting" else prompt.c.id
    query = select(prompt.c.slot, prompt.c.date).where(prompt.c.guild_id == guild_id, own == int(number))
    return [(row.slot, row.date) for row in connection.execute(query)]
