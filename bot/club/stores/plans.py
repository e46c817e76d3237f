"""What of a slot is to be posted: put into the table of posts, and taken out of it again while nothing was posted.

All of it is part of transactions that have locked the club.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.club.club import Club
from bot.club.ladder import AFTER, DueRung, Kind, due_rungs, next_rungs
from bot.club.post import Planned, State
from bot.club.rsvp import AGAIN
from bot.club.schedule import has_date, next_occurrences
from bot.club.slot import HORIZON, Slot
from bot.club.stores.gatherings import drop_gatherings, keep_gatherings
from bot.club.stores.posts import plan_post
from bot.database.tables import gathering, post, slot

_REFUSALS = 2  # of a post that ended with one more
_MISSES = 3  # posts in a row, after which a slot is paused
_NO_CHANNEL = timedelta(hours=1)  # after which it is looked again whether there is one
_MOMENT = timedelta(microseconds=1)


def plan(connection: Connection, found: Slot, club: Club, after: datetime, until: datetime) -> int:
    """Plan what becomes due after a moment, up to another one; give how many posts are new."""
    keep_gatherings(connection, found, after, until)
    channel_id = found.channel_id or club.channel_id
    if channel_id is None or until <= after:
        return 0
    due = due_rungs(found.schedule, found.ladder, after, until, found.quiet)
    return sum(_plan_one(connection, found, each, channel_id) for each in due)


def _plan_one(connection: Connection, found: Slot, due: DueRung, channel_id: int) -> bool:
    day = due.occurrence.original.isoformat()
    planned = Planned(found.guild_id, found.key, day, due.rung.name, channel_id, due.rung.at)
    # What was cancelled before it began was not posted: it may be planned anew.
    again = (post.c.date == day, post.c.rung == due.rung.name, post.c.state == State.CANCELLED)
    connection.execute(delete(post).where(*_own(found), *again, post.c.began_at.is_(None)))
    return plan_post(connection, planned)


def settle(connection: Connection, found: Slot, club: Club, now: datetime, reason: str) -> None:
    """Bring the posts of a slot that was changed into line with it.

    `reason` is why those are cancelled that were due, and are not now.
    """
    first = connection.scalar(select(post.c.due_at).where(*_planned(found)).order_by(post.c.due_at).limit(1))
    until = now + HORIZON
    due = due_rungs(found.schedule, found.ladder, min(first or now, now) - _MOMENT, until, found.quiet)
    drop_gatherings(connection, found, now)
    wanted = {(each.occurrence.original.isoformat(), each.rung.name): each.rung.at for each in due}
    for name, at in questions_of_begun(connection, found, now).items():
        if wanted.get(name, now) <= now:  # what lies before is not planned any more
            wanted[name] = at
    withdraw(connection, found, wanted, now, reason, found.channel_id or club.channel_id)
    keep_gatherings(connection, found, now - timedelta(minutes=found.ladder.minutes), now)  # what is going on
    plan(connection, found, club, now, until)
    advance(connection, found, club, now, until)


def questions_of_begun(
    connection: Connection, found: Slot, now: datetime, *, removed: bool = False
) -> dict[tuple[str, str], datetime]:
    """Give when it is to be asked how it was at meetings that took place, or go on: they are no part of what changes.

    What was called off must have been dropped before.
    """
    begun = select(gathering.c.date, gathering.c.closed, post.c.due_at).where(
        gathering.c.guild_id == found.guild_id, gathering.c.slot == found.key, gathering.c.at <= now
    )
    asked = begun.join_from(gathering, post, post.c.date == gathering.c.date).where(
        *_planned(found), post.c.rung == AFTER
    )
    return {
        (row.date, AFTER): row.due_at
        for row in connection.execute(asked)
        if removed
        or not has_date(found.schedule, date.fromisoformat(row.date))
        or (found.ladder.after and not row.closed)
    }


def withdraw(
    connection: Connection,
    found: Slot,
    wanted: Mapping[tuple[str, str], datetime],
    now: datetime,
    reason: str,
    channel_id: int | None = None,
) -> None:
    """Cancel what is planned otherwise than it is wanted, and give the reason.

    A post that is due was certainly not posted, also while another process is about to begin: that one finds it changed
    and lets go of it.
    """
    due = _planned(found)
    for row in connection.execute(
        select(post.c.id, post.c.date, post.c.rung, post.c.due_at, post.c.channel_id).where(*due)
    ):
        own, at = (post.c.id == row.id, *due), wanted.get((row.date, row.rung))
        if at == row.due_at:
            if channel_id not in (None, row.channel_id):
                connection.execute(update(post).where(*own).values(channel_id=channel_id, refusals=0, retry_at=None))
        else:
            ended = {"state": State.CANCELLED, "ended_at": now, "retry_at": None, "reason": reason}
            connection.execute(update(post).where(*own).values(**ended, began_at=None))


def advance(connection: Connection, found: Slot, club: Club, now: datetime, until: datetime) -> None:
    """Put down up to when a slot is planned, and when there is next something to plan."""
    if found.channel_id is None and club.channel_id is None:
        connection.execute(update(slot).where(slot.c.id == found.id).values(next_at=now + _NO_CHANNEL))
        return
    coming = [due.rung.at for due in next_rungs(found.schedule, found.ladder, until, 1, found.quiet)]
    if found.ladder.kind is Kind.MEETING:  # it is written down, also where nothing is posted around it
        coming += [each.at for each in next_occurrences(found.schedule, until, 1)]
    next_at = min(coming) - HORIZON if coming else None
    connection.execute(update(slot).where(slot.c.id == found.id).values(planned_until=until, next_at=next_at))


def planned_until(connection: Connection, found: Slot) -> datetime:
    """Give the moment up to which the posts of a slot are in the table of posts."""
    return connection.execute(select(slot.c.planned_until).where(slot.c.id == found.id)).scalar_one()


def _own(found: Slot) -> tuple[Any, Any]:
    return post.c.guild_id == found.guild_id, post.c.slot == found.key


def _planned(found: Slot) -> tuple[Any, ...]:
    """Name what is due around the times of a slot; that somebody is told of a change is no part of its ladder."""
    return (*_own(found), post.c.state == State.DUE, post.c.rung.not_like(f"{AGAIN}:%"))


def were_refused(connection: Connection, found: Slot) -> bool:
    """Tell whether Discord refused the last posts of a slot, since it was changed."""
    ended = (
        select(post.c.state, post.c.refusals)
        .where(*_own(found), post.c.ended_at > found.confirmed_at, post.c.state != State.CANCELLED)
        .order_by(post.c.ended_at.desc(), post.c.id.desc())
        .limit(_MISSES)
    )
    rows = connection.execute(ended).all()
    return len(rows) == _MISSES and all(row.state == State.MISSED and row.refusals >= _REFUSALS for row in rows)
