"""What is stored of what a club did: the SQL of its statistics."""

from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, func, select

from bot.club.ballot import BallotState
from bot.club.counting import unpack_count
from bot.club.meeting import MeetingState
from bot.club.prompt import Why
from bot.club.stats import Person, Record
from bot.club.stores.preferences import read_unlisted
from bot.club.suggestion import State
from bot.database.database import Database
from bot.database.tables import attendance, ballot, gathering, meeting, prompt, reading, suggestion

_LATEST = 12  # prompts, and ballots, of which the turnout is told


class StatsStore:
    """Tell what one club did, and nothing of others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, guild_id: int, zone: tzinfo) -> Record:
        """Give what a club did, with its days in a time zone. Members who wish so are left out."""

        def work(connection: Connection) -> Record:
            unlisted = read_unlisted(connection, guild_id)
            made = (suggestion.c.guild_id == guild_id, suggestion.c.state.not_in((State.WITHDRAWN, State.MERGED)))
            held = (meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.HELD)
            return Record(
                held=tuple(moment.astimezone(zone).date() for moment in _held(connection, guild_id)),
                suggestions=connection.scalar(select(func.count()).select_from(suggestion).where(*made)) or 0,
                suggesters=_busiest(connection, suggestion, suggestion.c.suggested_by, made, unlisted),
                presenters=_busiest(connection, meeting, meeting.c.presenter_id, held, unlisted),
                comers=_comers(connection, guild_id),
                readers=_readers(connection, guild_id),
                voters=_voters(connection, guild_id),
            )

        return await self._database.read(work)


def _held(connection: Connection, guild_id: int) -> list[datetime]:
    """Give when the club met: the meetings of its week, and papers that were marked as read without one.

    Those count for when their last prompt was, else for when they were marked.
    """
    over = select(gathering.c.at).where(gathering.c.guild_id == guild_id, gathering.c.closed == 1)
    met_for = select(gathering.c.meeting_id).where(
        gathering.c.guild_id == guild_id, gathering.c.closed == 1, gathering.c.meeting_id.is_not(None)
    )
    last = select(func.max(prompt.c.made_at)).where(prompt.c.meeting_id == meeting.c.id).scalar_subquery()
    moment = func.coalesce(
        last, suggestion.c.decided_at, meeting.c.chosen_at, meeting.c.made_at, type_=meeting.c.made_at.type
    )
    marked = (
        select(moment)
        .select_from(meeting.outerjoin(suggestion, suggestion.c.id == meeting.c.suggestion_id))
        .where(meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.HELD, meeting.c.id.not_in(met_for))
    )
    return [*connection.scalars(over), *connection.scalars(marked)]


def _busiest(
    connection: Connection,
    table: Table,
    member: Column[Any],
    of_club: tuple[ColumnElement[bool], ...],
    unlisted: set[int],
) -> tuple[Person, ...]:
    """Count what members did, the busiest first."""
    times = func.count().label("times")
    query = select(member.label("member_id"), times).where(*of_club, member.is_not(None)).group_by(member)
    rows = connection.execute(query.order_by(times.desc(), member))
    return tuple(Person(row.member_id, row.times) for row in rows if row.member_id not in unlisted)


def _comers(connection: Connection, guild_id: int) -> tuple[int, ...]:
    """Count who came to the latest meetings."""
    came = and_(
        attendance.c.guild_id == gathering.c.guild_id,
        attendance.c.slot == gathering.c.slot,
        attendance.c.date == gathering.c.date,
    )
    query = (
        select(func.count(attendance.c.member_id))
        .select_from(gathering.outerjoin(attendance, came))
        .where(gathering.c.guild_id == guild_id, gathering.c.closed == 1)
        .group_by(gathering.c.slot, gathering.c.date, gathering.c.at)
        .order_by(gathering.c.at.desc(), gathering.c.slot)
    )
    return tuple(reversed(connection.scalars(query.limit(_LATEST)).all()))


def _readers(connection: Connection, guild_id: int) -> tuple[int, ...]:
    """Count who has read what the club was prompted for, of the latest prompts."""
    count = func.count(reading.c.member_id)
    query = (
        select(count)
        .select_from(prompt.outerjoin(reading, reading.c.prompt_id == prompt.c.id))
        .where(prompt.c.guild_id == guild_id, prompt.c.why != Why.NOTHING)
        .group_by(prompt.c.id)
        .order_by(prompt.c.id.desc())
    )
    return tuple(reversed(connection.scalars(query.limit(_LATEST)).all()))


def _voters(connection: Connection, guild_id: int) -> tuple[int, ...]:
    """Tell how many voted in the latest ballots that were counted; of an open one it is told nowhere but there."""
    counted = (ballot.c.guild_id == guild_id, ballot.c.state == BallotState.COUNTED, ballot.c.result.is_not(None))
    results = connection.scalars(select(ballot.c.result).where(*counted).order_by(ballot.c.id.desc()).limit(_LATEST))
    return tuple(unpack_count(result).voters for result in reversed(results.all()))
