"""What the club has read and may write a review of: the SQL of recaps."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, cast, func, literal, or_, select, tuple_

from bot.club.ladder import Kind
from bot.club.meeting import MeetingState
from bot.club.prompt import Why
from bot.club.recapping import Topic
from bot.database.database import Database
from bot.database.tables import attendance, gathering, meeting, prompt, slot
from bot.papers.identifiers import parse_id_of

_LATEST = 100  # prompts, and papers, that are looked at

_AT_IT = and_(
    gathering.c.guild_id == prompt.c.guild_id, gathering.c.slot == prompt.c.slot, gathering.c.date == prompt.c.date
)


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
            topics: dict[str, Topic] = {}
            for each in found:
                first = topics.setdefault(each.key, each)
                topics[each.key] = replace(first, questions=first.questions or each.questions)
            return [*topics.values()][:limit]

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
    """Give what the club was prompted for, the latest first; when it met for it, if it did.

    What a meeting did not get to is no part of it, nor what it read in its place.
    """
    asked_in = and_(
        slot.c.guild_id == prompt.c.guild_id, literal("slot:").concat(cast(slot.c.id, Text)) == prompt.c.slot
    )
    same = or_(
        prompt.c.meeting_id == meeting.c.id,
        and_(prompt.c.meeting_id.is_(None), prompt.c.suggestion_id == meeting.c.suggestion_id),
    )
    nothing_else = and_(gathering.c.meeting_id.is_(None), prompt.c.why == Why.AGAIN)
    moment = func.coalesce(gathering.c.at, prompt.c.made_at, type_=prompt.c.made_at.type)
    tables = prompt.outerjoin(gathering, _AT_IT).outerjoin(slot, asked_in)
    query = (
        select(prompt, moment.label("moment"), gathering.c.at, slot.c.kind, gathering.c.meeting_id.label("read_id"))
        .select_from(tables.outerjoin(meeting, meeting.c.id == gathering.c.meeting_id))
        .where(prompt.c.guild_id == guild_id, prompt.c.why != Why.NOTHING)
        .where(or_(func.coalesce(gathering.c.closed, 0) == 0, same, nothing_else))
        .order_by(moment.desc(), prompt.c.id.desc())
        .limit(_LATEST)
    )
    for row in connection.execute(query):
        number = row.read_id or row.meeting_id
        is_to_come = row.moment > now or (row.at is None and row.kind == Kind.MEETING)
        key = f"meeting:{number}" if number else f"prompt:{row.id}"
        yield _topic(row, key, row.questions, None if is_to_come else row.moment)


def _chosen(connection: Connection, guild_id: int) -> Iterable[Topic]:
    """Give what was chosen: clubs may read without the week's posts."""
    read_at = func.max(gathering.c.at, type_=gathering.c.at.type)
    there = (gathering.c.guild_id == meeting.c.guild_id, gathering.c.meeting_id == meeting.c.id)
    query = (
        select(meeting, select(read_at).where(*there).scalar_subquery().label("read_at"))
        .where(meeting.c.guild_id == guild_id, meeting.c.state != MeetingState.DROPPED, meeting.c.title.is_not(None))
        .order_by(meeting.c.id.desc())
        .limit(_LATEST)
    )
    for row in connection.execute(query):
        held_at = row.read_at or row.chosen_at if row.state == MeetingState.HELD else None
        yield _topic(row, f"meeting:{row.id}", (), held_at)


def _topic(row: Row[Any], key: str, questions: tuple[str, ...], held_at: datetime | None) -> Topic:
    scheme, _, value = (row.paper or "").partition(":")
    paper_id = parse_id_of(scheme, value) if value else None
    return Topic(key, row.title, row.authors, paper_id, row.review_key, questions, held_at)


def _dates(connection: Connection, guild_id: int, topic: Topic) -> list[tuple[str, str]]:
    """Give the slots and dates of the meetings at which a paper was read, or is being read."""
    kind, _, number = topic.key.partition(":")
    asked = (prompt.c.meeting_id if kind == "meeting" else prompt.c.id) == int(number)
    about = and_(asked, gathering.c.meeting_id.is_(None), or_(gathering.c.closed == 0, prompt.c.why == Why.AGAIN))
    if kind == "meeting":
        about = or_(about, gathering.c.meeting_id == int(number))
    query = select(gathering.c.slot, gathering.c.date).select_from(gathering.outerjoin(prompt, _AT_IT))
    own = query.where(gathering.c.guild_id == guild_id, about)
    return [(row.slot, row.date) for row in connection.execute(own)]
