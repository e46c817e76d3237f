"""What is read next: the SQL of meetings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from bot.club.ballot import BallotOption
from bot.club.counting import unpack_count
from bot.club.meeting import Meeting, MeetingState, Victory
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.club.stores.suggestion_rows import load
from bot.club.stores.suggestions import begin_again, change, end
from bot.club.suggestion import State, Suggestion
from bot.database.database import Database
from bot.database.tables import ballot, meeting
from bot.errors import ClubError
from bot.papers.identifiers import parse_id_of


class MeetingStore:
    """Keep what is read next. Whoever calls has checked that an organiser decides what organisers decide."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, number: int) -> Meeting | None:
        """Give a meeting of a club that has a paper, whatever became of it."""
        return await self._database.read(lambda connection: load_meeting(connection, guild_id, number))

    async def list_coming(self, guild_id: int) -> list[Meeting]:
        """Give the meetings to come that have a paper, the next one first."""

        def work(connection: Connection) -> list[Meeting]:
            query = select(meeting).where(
                meeting.c.guild_id == guild_id,
                meeting.c.state == MeetingState.COMING,
                meeting.c.title.is_not(None),
            )
            return _load(connection, connection.execute(query.order_by(meeting.c.id)).all())

        return await self._database.read(work)

    async def volunteer(self, guild_id: int, number: int, member_id: int) -> Meeting:
        """Let a member present a paper, unless somebody does already; give the meeting with the one who does."""

        def work(connection: Connection) -> Meeting:
            found = _coming_one(connection, guild_id, number)
            if found.presenter_id is None:
                _change(connection, number, presenter_id=member_id)
            return _coming_one(connection, guild_id, number)

        return await self._database.write(work)

    async def free_place(
        self, guild_id: int, number: int, presenter_id: int, now: datetime, actor_id: int | None = None
    ) -> Meeting:
        """Let a member not present any more, if it is still that one.

        An organiser who decides it for another leaves a line; nobody is the member, or the bot that misses them.
        """

        def work(connection: Connection) -> Meeting:
            found = _coming_one(connection, guild_id, number)
            if found.presenter_id == presenter_id:
                _change(connection, number, presenter_id=None)
                if actor_id is not None:
                    take_note(connection, guild_id, now, actor_id, "looks for another presenter of", found.title)
            return _coming_one(connection, guild_id, number)

        return await self._database.write(work)

    async def write_notes(self, guild_id: int, number: int, actor_id: int, notes: str, now: datetime) -> Meeting:
        """Let an organiser write what members should know of a meeting."""

        def work(connection: Connection) -> Meeting:
            found = _coming_one(connection, guild_id, number)
            if found.notes != notes:
                _change(connection, number, notes=notes)
                take_note(connection, guild_id, now, actor_id, "wrote notes for", found.title)
            return _coming_one(connection, guild_id, number)

        return await self._database.write(work)

    async def drop(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Suggestion | None:
        """Let an organiser drop a meeting; what was suggested goes back to the queue with its votes, and is given."""

        def work(connection: Connection) -> Suggestion | None:
            found = _coming_one(connection, guild_id, number)
            _change(connection, number, state=MeetingState.DROPPED)
            take_note(connection, guild_id, now, actor_id, "dropped", found.title)
            before = found.suggestion
            if before is None or before.state is not State.CHOSEN or has_meeting(connection, before.id):
                return None
            change(connection, before.id, state=State.OPEN, decided_at=None, decided_by=None)
            return load(connection, [before.id])[0]

        return await self._database.write(work)

    async def mark_read(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Meeting:
        """Take note that a meeting was held: its paper was read, and what was suggested is over."""

        def work(connection: Connection) -> Meeting:
            found = _coming_one(connection, guild_id, number)
            hold_meeting(connection, found, actor_id, now)
            return found

        return await self._database.write(work)


def load_meeting(connection: Connection, guild_id: int, number: int) -> Meeting | None:
    """Give a meeting of a club that has a paper, whatever became of it."""
    wanted = (meeting.c.id == number, meeting.c.guild_id == guild_id, meeting.c.title.is_not(None))
    return next(iter(_load(connection, connection.execute(select(meeting).where(*wanted)).all())), None)


def hold_meeting(connection: Connection, found: Meeting, actor_id: int | None, now: datetime) -> None:
    """Take note that a meeting to come was held; nobody is the bot. Part of a transaction that has locked the club."""
    _change(connection, found.id, state=MeetingState.HELD)
    if found.suggestion and found.suggestion.state in (State.CHOSEN, State.OPEN):
        end(connection, found.suggestion.id, State.READ, now, decided_by=actor_id)
    take_note(connection, found.guild_id, now, actor_id, "marked as read", found.title)


def put_back(connection: Connection, found: Meeting, actor_id: int, now: datetime) -> None:
    """Let a meeting that was held be to come again, with its presenter. Part of a transaction as above."""
    _change(connection, found.id, state=MeetingState.COMING)
    if found.suggestion and found.suggestion.state is State.READ:
        begin_again(connection, found.guild_id, found.suggestion.id, State.CHOSEN, now, decided_by=actor_id)
    take_note(connection, found.guild_id, now, actor_id, "did not get to", found.title)


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
        meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.COMING, meeting.c.title.is_(None)
    )
    number = connection.scalars(free.order_by(meeting.c.id)).first()
    if number is not None:
        connection.execute(update(meeting).where(meeting.c.id == number).values(fields))
        return number
    made = insert(meeting).values(guild_id=guild_id, state=MeetingState.COMING, made_at=now, notes="", **fields)
    return connection.execute(made.returning(meeting.c.id)).scalar_one()


def has_meeting(connection: Connection, suggestion_id: int) -> bool:
    """Tell whether what was suggested is to be read at a meeting to come."""
    return connection.scalars(select(meeting.c.id).where(*_coming_of(suggestion_id))).first() is not None


def tell_ballot_of(connection: Connection, suggestion_id: int, ballot_id: int) -> None:
    """Take note that what is to be read next has won a ballot too."""
    connection.execute(update(meeting).where(*_coming_of(suggestion_id)).values(ballot_id=ballot_id))


def hold_meeting_of(connection: Connection, suggestion_id: int) -> None:
    """Take note that what was to be read next was read. Part of a transaction that has locked the club."""
    connection.execute(update(meeting).where(*_coming_of(suggestion_id)).values(state=MeetingState.HELD))


def _coming_of(suggestion_id: int) -> tuple[ColumnElement[bool], ...]:
    return meeting.c.suggestion_id == suggestion_id, meeting.c.state == MeetingState.COMING


def _coming_one(connection: Connection, guild_id: int, number: int) -> Meeting:
    """Begin to change a meeting of a club that has a paper; raise ClubError when it is not to come any more."""
    lock_club(connection, guild_id)
    query = select(meeting).where(
        meeting.c.id == number,
        meeting.c.guild_id == guild_id,
        meeting.c.state == MeetingState.COMING,
        meeting.c.title.is_not(None),
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise ClubError("That paper is not to be read next any more, so nothing was changed. /next shows what is.")
    return _load(connection, [row])[0]


def _change(connection: Connection, number: int, **fields: Any) -> None:
    connection.execute(update(meeting).where(meeting.c.id == number).values(fields))


def _load(connection: Connection, rows: Sequence[Row[Any]]) -> list[Meeting]:
    """Give meetings with the ballots and the suggestions that they come from."""
    won = select(ballot.c.id, ballot.c.closes_at, ballot.c.opened_at, ballot.c.result).where(
        ballot.c.id.in_([row.ballot_id for row in rows if row.ballot_id is not None]), ballot.c.result.is_not(None)
    )
    victories = {
        row.id: Victory(row.closes_at or row.opened_at, unpack_count(row.result)) for row in connection.execute(won)
    }
    numbers = sorted({row.suggestion_id for row in rows if row.suggestion_id is not None})
    suggestions = {each.id: each for each in load(connection, numbers)}
    return [_meeting(row, victories.get(row.ballot_id), suggestions.get(row.suggestion_id)) for row in rows]


def _meeting(row: Row[Any], victory: Victory | None, suggestion: Suggestion | None) -> Meeting:
    scheme, _, value = (row.paper or "").partition(":")
    return Meeting(
        id=row.id,
        guild_id=row.guild_id,
        state=MeetingState(row.state),
        title=row.title,
        authors=row.authors,
        paper_id=parse_id_of(scheme, value) if value else None,
        review_key=row.review_key,
        chosen_at=row.chosen_at,
        chosen_by=row.chosen_by,
        victory=victory,
        suggestion=suggestion,
        presenter_id=row.presenter_id,
        notes=row.notes,
    )
