"""What clubs were prompted to read, who has read it, and which questions were asked: the SQL of prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.meeting import MeetingState
from bot.club.prompt import Choice, Prompt, Why
from bot.club.questions import Question
from bot.club.stores.clubs import lock_club
from bot.database.database import Database
from bot.database.tables import asked, gathering, meeting, post, prompt, reading
from bot.errors import ClubError
from bot.papers.identifiers import parse_id_of

RUNG = "prompt"

_LATE = timedelta(days=60)  # by which a meeting may be moved to a later day

_CHOICE = ("why", "title", "authors", "review_key", "meeting_id", "suggestion_id")

_MEETING = (
    gathering.c.guild_id == prompt.c.guild_id,
    gathering.c.slot == prompt.c.slot,
    gathering.c.date == prompt.c.date,
)
_MET = select(gathering.c.date).where(*_MEETING).exists().label("met")
# Not one whose meeting is over without its paper: organisers said that the club did not get to it.
_GOT_TO = not_(
    select(gathering.c.date)
    .where(*_MEETING, gathering.c.closed == 1, gathering.c.meeting_id.is_(None), prompt.c.meeting_id.is_not(None))
    .exists()
)


class PromptStore:
    """Keep prompts. Where one was posted is what the outbox says, so that a kill in between loses nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, number: int) -> Prompt | None:
        """Give a prompt of a club."""
        return await self._database.read(lambda connection: _load(connection, guild_id, prompt.c.id == number))

    async def find(self, guild_id: int, slot: str, date: str) -> Prompt | None:
        """Give the prompt for one time that a slot takes place."""
        return await self._database.read(lambda connection: _load(connection, guild_id, _named(slot, date)))

    async def keep(
        self, guild_id: int, slot: str, date: str, choice: Choice, questions: Sequence[Question], now: datetime
    ) -> Prompt:
        """Keep what is prompted for; give what was kept before, if that is of the same paper.

        A prompt that could not be posted yet may be made anew, and another paper may have been chosen meanwhile.
        """

        def work(connection: Connection) -> Prompt:
            lock_club(connection, guild_id)
            before = _load(connection, guild_id, _named(slot, date))
            if before and (before.why, before.key) == (choice.why, choice.key) and choice.key:
                return before
            values: dict[str, Any] = {name: getattr(choice, name) for name in _CHOICE}
            values["paper"] = str(choice.paper_id) if choice.paper_id else None
            values |= {"questions": tuple(question.text for question in questions), "made_at": now}
            named = {"guild_id": guild_id, "slot": slot, "date": date}
            if before:
                connection.execute(update(prompt).where(prompt.c.id == before.id).values(values))
            else:
                connection.execute(insert(prompt).values(values | named))
            for question in questions:
                first = insert(asked).values(guild_id=guild_id, key=question.key, times=1)
                again = {"times": asked.c.times + 1}
                connection.execute(first.on_conflict_do_update(index_elements=["guild_id", "key"], set_=again))
            return _load(connection, guild_id, _named(slot, date)) or Prompt()

        return await self._database.write(work)

    async def asked(self, guild_id: int) -> Mapping[str, int]:
        """Give how often a club was asked in which way."""
        query = select(asked.c.key, asked.c.times).where(asked.c.guild_id == guild_id)
        return await self._database.read(lambda connection: {row.key: row.times for row in connection.execute(query)})

    async def read_again(self, guild_id: int, slot: str, date: str) -> Mapping[str, datetime]:
        """Give when a club was last prompted for which review, by its key, but for one time that a slot takes place."""
        query = (
            select(prompt.c.review_key, func.max(prompt.c.made_at, type_=prompt.c.made_at.type).label("last"))
            .where(prompt.c.guild_id == guild_id, prompt.c.review_key.is_not(None), not_(_named(slot, date)))
            .group_by(prompt.c.review_key)
        )
        return await self._database.read(
            lambda connection: {row.review_key: row.last for row in connection.execute(query)}
        )

    async def brought(self, guild_id: int, slot: str) -> Mapping[str, Choice]:
        """Give what a slot has brought, by its original dates, without what was not got to."""
        query = select(prompt, _MET).where(prompt.c.guild_id == guild_id, prompt.c.slot == slot, _GOT_TO)
        return await self._database.read(
            lambda connection: {row.date: _brought(row) for row in connection.execute(query)}
        )

    async def prompted(self, guild_id: int, now: datetime) -> Mapping[tuple[str, str], Choice]:
        """Give what slots have brought for dates of now and later, and what of the past is to be read still."""
        still = select(meeting.c.id).where(meeting.c.guild_id == guild_id, meeting.c.state == MeetingState.COMING)
        late = prompt.c.date >= (now - _LATE).date().isoformat()
        wanted = or_(late, prompt.c.meeting_id.in_(still))
        query = select(prompt, _MET).where(prompt.c.guild_id == guild_id, wanted, _GOT_TO)
        return await self._database.read(
            lambda connection: {(row.slot, row.date): _brought(row) for row in connection.execute(query)}
        )

    async def put_thread(self, guild_id: int, number: int, thread_id: int) -> None:
        """Keep where a prompt is discussed."""

        def work(connection: Connection) -> None:
            lock_club(connection, guild_id)
            mine = (prompt.c.id == number, prompt.c.guild_id == guild_id)
            connection.execute(update(prompt).where(*mine).values(thread_id=thread_id))

        await self._database.write(work)

    async def list_discussed(self, guild_id: int) -> list[Prompt]:
        """Give the prompts of a club that have a thread."""
        return await self._database.read(
            lambda connection: _load_all(connection, guild_id, prompt.c.thread_id.is_not(None))
        )

    # --- who has read it --------------------------------------------------------------------------

    async def mark_read(self, guild_id: int, number: int, member_id: int, now: datetime) -> Prompt:
        """Count a member as one who has read it, once; raise ClubError where there is no such paper."""

        def work(connection: Connection) -> Prompt:
            _existing(connection, guild_id, number)
            mark = insert(reading).values(prompt_id=number, member_id=member_id, made_at=now)
            connection.execute(mark.on_conflict_do_nothing())
            return _existing(connection, guild_id, number)

        return await self._database.write(work)

    async def unmark_read(self, guild_id: int, number: int, member_id: int) -> Prompt:
        """Count a member no longer; raise ClubError where there is no such paper."""

        def work(connection: Connection) -> Prompt:
            _existing(connection, guild_id, number)
            mine = (reading.c.prompt_id == number, reading.c.member_id == member_id)
            connection.execute(delete(reading).where(*mine))
            return _existing(connection, guild_id, number)

        return await self._database.write(work)


def _existing(connection: Connection, guild_id: int, number: int) -> Prompt:
    """Begin to change a prompt of a club that has a paper."""
    lock_club(connection, guild_id)
    found = _load(connection, guild_id, prompt.c.id == number)
    if found is None or found.why is Why.NOTHING:
        raise ClubError("That paper is not known here any more, so nothing was changed. /next shows what is read.")
    return found


def _named(slot: str, date: str) -> ColumnElement[bool]:
    return and_(prompt.c.slot == slot, prompt.c.date == date)


def _load(connection: Connection, guild_id: int, wanted: ColumnElement[bool]) -> Prompt | None:
    return next(iter(_load_all(connection, guild_id, wanted)), None)


def _load_all(connection: Connection, guild_id: int, wanted: ColumnElement[bool]) -> list[Prompt]:
    """Give prompts of a club with their readers, and where they were posted."""
    readers = select(func.count()).where(reading.c.prompt_id == prompt.c.id).scalar_subquery()
    posted = and_(
        post.c.guild_id == prompt.c.guild_id,
        post.c.slot == prompt.c.slot,
        post.c.date == prompt.c.date,
        post.c.rung == RUNG,
    )
    query = (
        select(prompt, readers.label("readers"), post.c.channel_id, post.c.message_id)
        .select_from(prompt.outerjoin(post, posted))
        .where(prompt.c.guild_id == guild_id, wanted)
    )
    return list(map(_prompt, connection.execute(query)))


def _prompt(row: Row[Any]) -> Prompt:
    chosen = _choice(row)
    names = ("id", "guild_id", "slot", "date", "made_at", "questions", "readers", "channel_id", "message_id")
    own = {name: getattr(row, name) for name in (*names, "thread_id")}
    return Prompt(**{name: getattr(chosen, name) for name in (*_CHOICE, "paper_id")}, **own)


def _brought(row: Row[Any]) -> Choice:
    return replace(_choice(row), met=bool(row.met))


def _choice(row: Row[Any]) -> Choice:
    scheme, _, value = (row.paper or "").partition(":")
    known: dict[str, Any] = {name: getattr(row, name) for name in _CHOICE} | {"why": Why(row.why)}
    return Choice(**known, paper_id=parse_id_of(scheme, value) if value else None)
