"""The meetings of the week that are soon, and those that took place."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Text, and_, cast, delete, func, literal, not_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.ballot import BallotOption
from bot.club.gathering import Gathering
from bot.club.ladder import Kind
from bot.club.meeting import Meeting, MeetingState
from bot.club.schedule import occurrence_of, occurrences_between
from bot.club.slot import Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.meetings import assign_paper, hold_meeting, load_meeting, put_back
from bot.club.stores.suggestion_rows import load
from bot.club.stores.suggestions import change, find_current
from bot.club.suggestion import State
from bot.database.database import Database
from bot.database.tables import gathering, meeting, prompt
from bot.database.tables import slot as slot_table

_BATCH = 500
_KEY = ("guild_id", "slot", "date")


class GatheringStore:
    """Tell which meetings there were, and close them. They are written while the posts around them are planned."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, slot: str, date: str) -> Gathering | None:
        """Give a meeting of a club."""
        return await self._database.read(lambda connection: load_gathering(connection, guild_id, slot, date))

    async def list_past(self, guild_id: int, now: datetime, count: int) -> list[Gathering]:
        """Give the last meetings of a club that have ended, the latest first."""
        return await self._database.read(lambda connection: load_past(connection, guild_id, now, count))

    async def list_over(self, now: datetime) -> list[Gathering]:
        """Give up to 500 meetings of all clubs that have ended and are not closed, the oldest first."""
        over = select(gathering).where(gathering.c.closed == 0, gathering.c.ends_at <= now)
        query = over.order_by(gathering.c.ends_at).limit(_BATCH)
        return await self._database.read(lambda connection: list(map(read_gathering, connection.execute(query))))

    async def next_end(self, now: datetime) -> datetime | None:
        """Give when the next of those that are written down ends."""
        end = func.min(gathering.c.ends_at, type_=gathering.c.ends_at.type)
        query = select(end).where(gathering.c.closed == 0, gathering.c.ends_at > now)
        return await self._database.read(lambda connection: connection.scalar(query))

    async def close(self, guild_id: int, slot: str, date: str, now: datetime) -> Gathering | None:
        """Close a meeting that has ended: its paper was read. Give it as it is; None where there is none.

        It is closed once, whoever calls how often; what has not ended stays as it is.
        """

        def work(connection: Connection) -> Gathering | None:
            lock_club(connection, guild_id)
            found = load_gathering(connection, guild_id, slot, date)
            if found is None or found.closed or found.ends_at > now:
                return found
            number = _find_paper(connection, found, now)
            paper = load_meeting(connection, guild_id, number) if number else None
            if paper and paper.state is MeetingState.COMING:
                hold_meeting(connection, paper, None, now)
            own = update(gathering).where(*_named(guild_id, slot, date))
            connection.execute(own.values(closed=1, meeting_id=number))
            return replace(found, closed=True, meeting_id=number)

        return await self._database.write(work)

    async def reopen(self, guild_id: int, slot: str, date: str, actor_id: int, now: datetime) -> Meeting | None:
        """Let an organiser say that a meeting did not get to its paper, which is to come again, and is given.

        None where it is to come already, or there was none, or another meeting has read it.
        """

        def work(connection: Connection) -> Meeting | None:
            lock_club(connection, guild_id)
            found = load_gathering(connection, guild_id, slot, date)
            paper = load_meeting(connection, guild_id, found.meeting_id) if found and found.meeting_id else None
            if paper is None or paper.state is not MeetingState.HELD:
                return None
            connection.execute(update(gathering).where(*_named(guild_id, slot, date)).values(meeting_id=None))
            others = select(gathering.c.date).where(
                gathering.c.guild_id == guild_id, gathering.c.meeting_id == paper.id
            )
            if connection.execute(others).first():
                return None
            put_back(connection, paper, actor_id, now)
            return paper

        return await self._database.write(work)


def load_gathering(connection: Connection, guild_id: int, slot: str, date: str) -> Gathering | None:
    """Give a meeting of a club."""
    row = connection.execute(select(gathering).where(*_named(guild_id, slot, date))).one_or_none()
    return read_gathering(row) if row else None


def load_past(connection: Connection, guild_id: int, now: datetime, count: int) -> list[Gathering]:
    """Give the last meetings of a club that have ended, the latest first."""
    past = (gathering.c.guild_id == guild_id, gathering.c.ends_at <= now)
    query = select(gathering).where(*past).order_by(gathering.c.at.desc(), gathering.c.slot).limit(count)
    return list(map(read_gathering, connection.execute(query)))


def _named(guild_id: Any, slot: Any, date: Any) -> tuple[ColumnElement[bool], ...]:
    return gathering.c.guild_id == guild_id, gathering.c.slot == slot, gathering.c.date == date


def _find_paper(connection: Connection, found: Gathering, now: datetime) -> int | None:
    """Find the paper that was to be read at a meeting: that of its prompt, else the first that was chosen before it.

    A suggestion that was prompted for becomes such a paper.
    """
    own = (prompt.c.guild_id == found.guild_id, prompt.c.slot == found.slot, prompt.c.date == found.date)
    asked = connection.execute(select(prompt.c.meeting_id, prompt.c.suggestion_id).where(*own)).one_or_none()
    bound = load_meeting(connection, found.guild_id, asked.meeting_id) if asked and asked.meeting_id else None
    if bound and bound.state is not MeetingState.DROPPED:
        return bound.id
    closed = select(gathering.c.date).where(
        *_named(prompt.c.guild_id, prompt.c.slot, prompt.c.date), gathering.c.closed == 1
    )
    kept = literal("slot:").concat(cast(slot_table.c.id, Text))  # of one that was removed no date comes
    elsewhere = select(prompt.c.meeting_id).where(
        prompt.c.guild_id == found.guild_id,
        prompt.c.meeting_id.is_not(None),
        prompt.c.slot.in_(select(kept).where(slot_table.c.guild_id == found.guild_id)),
        not_(and_(*own)),
        not_(closed.exists()),
    )
    coming = select(meeting.c.id).where(
        meeting.c.guild_id == found.guild_id,
        meeting.c.state == MeetingState.COMING,
        meeting.c.title.is_not(None),
        meeting.c.chosen_at < found.at,
        meeting.c.id.not_in(elsewhere),
    )
    number = connection.scalar(coming.order_by(meeting.c.id).limit(1))
    suggested = asked.suggestion_id if asked and number is None else None
    current = find_current(connection, found.guild_id, suggested) if suggested else None
    each = load(connection, [current])[0] if current else None
    if each is None:
        return number
    # Meanwhile it may have been read at another meeting, or chosen or marked as read during this one.
    known = (meeting.c.suggestion_id == each.id, meeting.c.title.is_not(None), meeting.c.state != MeetingState.DROPPED)
    number = connection.scalar(select(meeting.c.id).where(*known).order_by(meeting.c.id.desc()).limit(1))
    if number is None and each.state in (State.OPEN, State.READ):
        if each.state is State.OPEN:
            change(connection, each.id, state=State.CHOSEN, decided_at=now, place=None)
        option = BallotOption(each.title, each.id, each.review_key, each.paper_id, each.authors)
        number = assign_paper(connection, found.guild_id, option, now)
    if number is not None:
        connection.execute(update(prompt).where(*own).values(meeting_id=number))
    return number


def keep_gatherings(connection: Connection, found: Slot, after: datetime, until: datetime) -> None:
    """Write down the meetings of a slot after a moment, up to another one. The transaction has locked the club."""
    if found.ladder.kind is not Kind.MEETING or until <= after:
        return
    lasts = timedelta(minutes=found.ladder.minutes)
    for each in occurrences_between(found.schedule, after, until):
        known = {"at": each.at, "ends_at": each.at + lasts, "name": found.name}
        named = {"guild_id": found.guild_id, "slot": found.key, "date": each.original.isoformat()}
        added = insert(gathering).values(**named, **known, closed=0)
        open_still = gathering.c.closed == 0
        connection.execute(added.on_conflict_do_update(index_elements=list(_KEY), set_=known, where=open_still))


def drop_gatherings(connection: Connection, found: Slot, now: datetime) -> None:
    """Remove what of a slot has not begun, or was skipped or moved since: what takes place is written down anew."""
    own = (gathering.c.guild_id == found.guild_id, gathering.c.slot == found.key, gathering.c.closed == 0)
    for row in connection.execute(select(gathering.c.date, gathering.c.at).where(*own)).all():
        if row.at > now or _was_called_off(found, date.fromisoformat(row.date), row.at):
            connection.execute(delete(gathering).where(*own, gathering.c.date == row.date))


def _was_called_off(found: Slot, day: date, at: datetime) -> bool:
    """Tell whether an organiser has skipped a date that had begun, or moved it to another time."""
    if day in found.schedule.skipped:
        return True
    if day not in found.schedule.moved:
        return False
    moved = occurrence_of(found.schedule, day)
    return moved is not None and moved.at != at


def read_gathering(row: Row[Any]) -> Gathering:
    """Read a row of the table."""
    return Gathering(row.guild_id, row.slot, row.date, row.at, row.ends_at, row.name, row.meeting_id, bool(row.closed))
