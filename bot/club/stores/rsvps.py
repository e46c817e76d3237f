"""Who comes to a meeting of the week: the SQL of the answers."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.club import Club
from bot.club.occasion import Occasion
from bot.club.post import Planned, Post, State
from bot.club.rsvp import (
    AGAIN,
    COMING,
    NAMED,
    Answer,
    Recipients,
    Turnout,
    find_meeting,
    needs_telling,
    read_rung,
    takes_place_at,
    write_rung,
)
from bot.club.slot import Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import plan_post
from bot.club.stores.slot_rows import load_slot
from bot.database.database import Database
from bot.database.tables import post, rsvp

_KEY = ("guild_id", "slot", "date", "member_id")
_SINCE = timedelta(days=120)  # for which a date may be moved away from its rhythm and still be told of


class RsvpStore:
    """Keep who comes: one answer of each member for each date, the last one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def answer(
        self,
        guild_id: int,
        number: int,
        day: date | None,
        member_id: int,
        answer: Answer,
        now: datetime,
        seen: Collection[datetime],
    ) -> tuple[Occasion, Turnout, bool]:
        """Take what a member answers for a date of a slot; give the meeting, all answers, and whether it counted.

        It does not where the meeting is at another time than those that the member has `seen`. Raises ClubError where
        there is nothing to answer.
        """

        def work(connection: Connection) -> tuple[Occasion, Turnout, bool]:
            lock_club(connection, guild_id)
            found = find_meeting(load_slot(connection, guild_id, number), day, now)
            at, key = found.occurrence.at, found.slot.key
            if counts := at in seen:
                given = {"answer": answer, "at": at, "made_at": now}
                named = {"guild_id": guild_id, "slot": key, "date": found.date, "member_id": member_id}
                changed = or_(rsvp.c.answer != answer, rsvp.c.at != at)
                added = insert(rsvp).values(**named, **given)
                connection.execute(added.on_conflict_do_update(index_elements=list(_KEY), set_=given, where=changed))
            return found, _count(connection, guild_id, key, found.date, at), counts

        return await self._database.write(work)

    async def count(self, guild_id: int, slot: str, day: str, at: datetime) -> Turnout:
        """Count what members have answered for a time of a meeting."""
        return await self._database.read(lambda connection: _count(connection, guild_id, slot, day, at))

    async def drop(self, guild_id: int, slot: str, day: str, member_ids: Collection[int]) -> None:
        """Drop the answers of those who have left."""

        def work(connection: Connection) -> None:
            lock_club(connection, guild_id)
            connection.execute(delete(rsvp).where(_of(guild_id, slot, day), rsvp.c.member_id.in_(member_ids)))

        await self._database.write(work)

    async def find_recipients(self, told: Post) -> Recipients | None:
        """Give who has to hear what a post tells of a change; None where nobody has to any more."""
        at, mine = read_rung(told.rung), (_of(told.guild_id, told.slot, told.date), rsvp.c.answer.in_(COMING))
        wanted = select(rsvp).where(*mine).order_by(rsvp.c.made_at, rsvp.c.member_id)

        def work(connection: Connection) -> Recipients | None:
            before = [rung for rung in _told(connection, told.guild_id, told.slot, told.date) if rung != told.rung]
            rows = [
                row
                for row in connection.execute(wanted)
                if row.at != at or (before and row.made_at <= told.due_at)  # they heard otherwise since
            ]
            if not rows:
                return None
            known = (read_rung(before[-1]) if before else None) or max(row.at for row in rows)
            return Recipients(tuple(row.member_id for row in rows), known)

        return await self._database.read(work)


def plan_telling(connection: Connection, before: Slot, after: Slot | None, club: Club, now: datetime) -> None:
    """Plan to tell those who wanted to come to a meeting that organisers have moved, or called off, or put back.

    Part of the transaction that changes the slot; `after` is None where it was removed. What is still to be told of an
    earlier change is not so any more.
    """
    since = (now - _SINCE).date().isoformat()
    answers = (rsvp.c.guild_id == before.guild_id, rsvp.c.slot == before.key, rsvp.c.date >= since)
    answered: dict[str, set[datetime]] = {}
    for row in connection.execute(select(rsvp.c.date, rsvp.c.at).where(*answers, rsvp.c.answer.in_(COMING)).distinct()):
        answered.setdefault(row.date, set()).add(row.at)
    channel_id = (after or before).channel_id or club.channel_id
    revision = after.revision if after else before.revision + 1
    for day, times in sorted(answered.items()):
        was, at = (takes_place_at(each, date.fromisoformat(day)) for each in (before, after))
        if was == at or (at or was or now) <= now:
            continue
        _withdraw(connection, before, day, now)
        if channel_id and needs_telling(times, _told(connection, before.guild_id, before.key, day), at):
            planned = Planned(before.guild_id, before.key, day, write_rung(revision, at), channel_id, now)
            plan_post(connection, planned)


def _withdraw(connection: Connection, found: Slot, day: str, now: datetime) -> None:
    """Cancel what was to be told and certainly was not."""
    due = and_(_posts_of(found.guild_id, found.key, day), post.c.state == State.DUE)
    ended = {"state": State.CANCELLED, "ended_at": now, "retry_at": None, "reason": "It was changed once more."}
    connection.execute(update(post).where(due).values(**ended, began_at=None))


def _told(connection: Connection, guild_id: int, slot: str, day: str) -> list[str]:
    """Give the rungs of what was told of a date, or may have been, in its order."""
    told = (State.SENDING, State.SENT, State.LATE, State.IN_DOUBT)
    query = select(post.c.rung).where(_posts_of(guild_id, slot, day), post.c.state.in_(told))
    return list(connection.scalars(query.order_by(post.c.due_at, post.c.id)))


def _posts_of(guild_id: int, slot: str, day: str) -> ColumnElement[bool]:
    own = and_(post.c.guild_id == guild_id, post.c.slot == slot, post.c.date == day)
    return and_(own, post.c.rung.startswith(f"{AGAIN}:"))


def _of(guild_id: int, slot: str, day: str) -> ColumnElement[bool]:
    return and_(rsvp.c.guild_id == guild_id, rsvp.c.slot == slot, rsvp.c.date == day)


def _count(connection: Connection, guild_id: int, slot: str, day: str, at: datetime) -> Turnout:
    own = and_(_of(guild_id, slot, day), rsvp.c.at == at)
    counted = select(rsvp.c.answer, func.count()).where(own).group_by(rsvp.c.answer)
    counts = {Answer(answer): number for answer, number in connection.execute(counted)}
    first = select(rsvp.c.member_id).where(own, rsvp.c.answer.in_(COMING)).order_by(rsvp.c.made_at, rsvp.c.member_id)
    members = tuple(connection.scalars(first.limit(NAMED)))
    return Turnout(counts.get(Answer.YES, 0), counts.get(Answer.LATE, 0), counts.get(Answer.NO, 0), members)
