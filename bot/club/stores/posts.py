"""What the bot has to post by itself, and how far it is."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Update, and_, case, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.post import Outlook, Planned, Post, State
from bot.club.rsvp import AGAIN
from bot.club.slot import PostName
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.database.database import Database
from bot.database.tables import post

_KEY = ("guild_id", "slot", "date", "rung")
_COLUMNS = tuple(name for name in Post.__dataclass_fields__ if name != "superseded")
_OPEN = (State.DUE, State.SENDING)
_VALID = (*_OPEN, State.SENT, State.LATE)  # what makes an earlier post of its slot needless
_POSTED = (State.SENT, State.LATE)
_TROUBLES = (State.IN_DOUBT, State.MISSED, State.LATE, State.CANCELLED)  # the worst first
_SHOWN = 20  # of what went wrong
_AGAIN = f"{AGAIN}:%"  # who wanted to come is told of a change, whatever else is due
_BATCH = 50  # posts that are worked on at a time; Discord takes as many requests in a second


def plan_post(connection: Connection, planned: Planned) -> bool:
    """Plan a post as part of a change that began with `lock_club`; tell whether it is new.

    One that was planned before stays as it is, also after it was posted. Call `Outbox.wake` after the commit.
    """
    values = {name: getattr(planned, name) for name in Planned.__dataclass_fields__}
    added = (
        insert(post)
        .values(**values, state=State.DUE, tries=0, refusals=0, reason="")
        .on_conflict_do_nothing(index_elements=list(_KEY))
        .returning(post.c.id)
    )
    return connection.execute(added).one_or_none() is not None


class PostStore:
    """Keep what has to be posted. Several processes may share it: who claims a post has it until the lease ends."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, slot: str, date: str, rung: str) -> Post | None:
        """Give a post by its name."""
        wanted = and_(post.c.guild_id == guild_id, post.c.slot == slot, post.c.date == date, post.c.rung == rung)

        def work(connection: Connection) -> Post | None:
            row = connection.execute(select(post).where(wanted)).one_or_none()
            return _post(row) if row else None

        return await self._database.read(work)

    async def ended(self, guild_id: int, states: Collection[State], since: datetime) -> list[Post]:
        """Give the posts of a club that ended in some states, the latest first; `reason` says why."""
        wanted = and_(post.c.guild_id == guild_id, post.c.state.in_(states), post.c.ended_at >= since)

        def work(connection: Connection) -> list[Post]:
            return list(map(_post, connection.execute(select(post).where(wanted).order_by(post.c.ended_at.desc()))))

        return await self._database.read(work)

    async def list_posted(self, guild_id: int, slot: str, since: datetime) -> list[Post]:
        """Give what of a slot was posted since a moment, in its order."""
        wanted = and_(post.c.guild_id == guild_id, post.c.slot == slot, post.c.message_id.is_not(None))
        lately = select(post).where(wanted, post.c.ended_at >= since).order_by(post.c.ended_at, post.c.id)
        return await self._database.read(lambda connection: list(map(_post, connection.execute(lately))))

    async def list_over(self, guild_id: int, since: datetime) -> frozenset[PostName]:
        """Give the names of what ended since a moment and does not come again, whatever organisers change."""
        again = and_(post.c.state == State.CANCELLED, post.c.began_at.is_(None))
        wanted = and_(post.c.guild_id == guild_id, post.c.ended_at >= since, not_(again))
        query = select(post.c.slot, post.c.date, post.c.rung).where(wanted)
        return await self._database.read(
            lambda connection: frozenset((row.slot, row.date, row.rung) for row in connection.execute(query))
        )

    async def find_lost(self, guild_id: int, rung: str, since: datetime) -> Post | None:
        """Give the last post of a rung that came to nothing since a moment; None where one was posted, or is tried."""
        wanted = and_(post.c.guild_id == guild_id, post.c.rung == rung)
        tried = or_(post.c.ended_at >= since, and_(post.c.state.in_(_OPEN), post.c.tries > 0))
        last = select(post).where(wanted, tried).order_by(post.c.ended_at.desc(), post.c.id.desc())

        def work(connection: Connection) -> Post | None:
            found = list(map(_post, connection.execute(last)))
            return None if any(each.state in _VALID for each in found) else next(iter(found), None)

        return await self._database.read(work)

    async def outlook(self, guild_id: int, since: datetime) -> Outlook:
        """Give how the posts of a club are, with what went wrong since a moment; what is in doubt stays so."""
        own = select(post).where(post.c.guild_id == guild_id)
        last = own.where(post.c.state.in_(_POSTED)).order_by(post.c.ended_at.desc(), post.c.id.desc()).limit(1)
        coming = own.where(post.c.state.in_(_OPEN)).order_by(post.c.due_at, post.c.id).limit(1)
        lately = or_(post.c.ended_at >= since, post.c.state == State.IN_DOUBT)
        rank = case({state: place for place, state in enumerate(_TROUBLES)}, value=post.c.state)
        wrong = own.where(post.c.state.in_(_TROUBLES), lately).order_by(rank, post.c.ended_at.desc()).limit(_SHOWN)

        def work(connection: Connection) -> Outlook:
            found, following = connection.execute(last).one_or_none(), connection.execute(coming).one_or_none()
            troubles = tuple(map(_post, connection.execute(wrong)))
            return Outlook(_post(found) if found else None, _post(following) if following else None, troubles)

        return await self._database.read(work)

    async def confirm_posted(self, guild_id: int, number: int, actor_id: int, now: datetime) -> bool:
        """Take an organiser's word that a post in doubt is there; tell whether it was still in doubt."""
        values = {"state": State.SENT, "reason": ""}
        return await self._decide(guild_id, number, actor_id, now, "found in the channel", values)

    async def post_again(self, guild_id: int, number: int, actor_id: int, now: datetime) -> bool:
        """Let a post in doubt be posted now, as an organiser wishes; tell whether it was still in doubt.

        It is due from now on, so that it is neither late nor useless. Call `Outbox.wake` after it.
        """
        values = {
            "state": State.DUE,
            "due_at": now,
            "tries": 0,
            "refusals": 0,
            "began_at": None,
            "asked_at": None,
            "retry_at": None,
            "ended_at": None,
            "reason": "",
        }
        return await self._decide(guild_id, number, actor_id, now, "posted again", values)

    async def _decide(
        self, guild_id: int, number: int, actor_id: int, now: datetime, action: str, values: dict[str, Any]
    ) -> bool:
        doubted = and_(post.c.id == number, post.c.guild_id == guild_id, post.c.state == State.IN_DOUBT)
        change = update(post).where(doubted).values(values).returning(post.c.slot, post.c.date, post.c.rung)

        def work(connection: Connection) -> bool:
            lock_club(connection, guild_id)
            row = connection.execute(change).one_or_none()
            if row is not None:
                take_note(connection, guild_id, now, actor_id, action, " ".join(filter(None, row)))
            return row is not None

        return await self._database.write(work)

    async def next_at(self) -> datetime | None:
        """Give the moment at which there is next something to do."""
        moment = case((post.c.retry_at > post.c.due_at, post.c.retry_at), else_=post.c.due_at)

        def work(connection: Connection) -> datetime | None:
            return connection.scalar(select(func.min(moment, type_=post.c.due_at.type)).where(post.c.state.in_(_OPEN)))

        return await self._database.read(work)

    async def release(self) -> None:
        """End the leases of an earlier run; where other processes use the database too, they run out by themselves."""

        def work(connection: Connection) -> None:
            connection.execute(update(post).where(post.c.state.in_(_OPEN)).values(retry_at=None))

        if not self._database.shared:
            await self._database.write(work)

    async def claim(self, now: datetime, lease: timedelta) -> list[Post]:
        """Take up to 50 posts that are to be worked on, the oldest first; nobody else has them until the lease ends."""
        later = post.alias()
        superseded = (
            select(later.c.id)
            .where(
                later.c.guild_id == post.c.guild_id,
                later.c.slot == post.c.slot,
                or_(later.c.date == post.c.date, later.c.rung == post.c.rung),
                or_(
                    later.c.due_at > post.c.due_at,
                    and_(later.c.due_at == post.c.due_at, later.c.id > post.c.id),
                ),
                later.c.due_at <= now,
                later.c.state.in_(_VALID),
                post.c.rung.not_like(_AGAIN),
                later.c.rung.not_like(_AGAIN),
            )
            .exists()
        )
        waiting = (
            select(post, superseded.label("superseded"))
            .where(
                post.c.state.in_(_OPEN),
                post.c.due_at <= now,
                or_(post.c.retry_at.is_(None), post.c.retry_at <= now),
            )
            .order_by(post.c.due_at, post.c.date, post.c.id)
            .limit(_BATCH)
            .with_for_update(skip_locked=True, of=post)
        )

        def work(connection: Connection) -> list[Post]:
            rows = connection.execute(waiting).all()
            mine = update(post).where(post.c.id.in_([row.id for row in rows]))
            if rows:
                connection.execute(mine.values(retry_at=now + lease, tries=post.c.tries + 1))
            return [_post(row, tries=row.tries + 1, retry_at=now + lease) for row in rows]

        return await self._database.write(work)

    async def begin(self, claimed: Post, now: datetime) -> bool:
        """Put down that a post is being sent; False when the lease ended and somebody else has it."""
        return await self._change(claimed, state=State.SENDING, began_at=claimed.began_at or now, asked_at=now)

    async def put_off(self, claimed: Post, until: datetime, reason: str, *, refused: bool = False) -> bool:
        """Let a post wait for another try; one that was refused is no more in doubt than before it was sent."""
        changed: dict[str, Any] = {"retry_at": until, "reason": reason}
        if refused:
            changed |= {"state": claimed.state, "asked_at": claimed.asked_at, "refusals": post.c.refusals + 1}
        return await self._change(claimed, **changed)

    async def end(self, claimed: Post, state: State, now: datetime, reason: str = "") -> bool:
        """Put down what became of a post that was not posted."""
        return await self._change(claimed, state=state, ended_at=now, retry_at=None, reason=reason)

    async def mark_posted(self, claimed: Post, state: State, now: datetime, message_id: int) -> bool:
        """Put down that a post was posted. It is true also after the lease, whatever another process thought."""
        values = {"state": state, "ended_at": now, "retry_at": None, "message_id": message_id, "reason": ""}
        return await self._run(update(post).where(post.c.id == claimed.id, post.c.message_id.is_(None)).values(values))

    async def _change(self, claimed: Post, **values: Any) -> bool:
        """Change a post that is still open, and still one's own."""
        own = and_(post.c.id == claimed.id, post.c.state.in_(_OPEN), post.c.retry_at == claimed.retry_at)
        return await self._run(update(post).where(own).values(values))

    async def _run(self, change: Update) -> bool:
        change = change.returning(post.c.id)
        return await self._database.write(lambda connection: connection.execute(change).one_or_none() is not None)


def _post(row: Row[Any], **changed: Any) -> Post:
    values = {name: getattr(row, name) for name in _COLUMNS}
    values["state"] = State(values["state"])
    values["superseded"] = bool(getattr(row, "superseded", False))
    return Post(**(values | changed))
