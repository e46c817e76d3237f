"""What members want to read: the SQL of suggestions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.stores.clubs import lock_club
from bot.club.stores.suggestion_rows import load, suggestion_of
from bot.club.suggestion import Proposal, State, Suggestion
from bot.database.database import Database
from bot.database.tables import suggestion, suggestion_key, support
from bot.errors import ClubError

_LIVE = (State.OPEN, State.CHOSEN)

# Made once: making a statement takes longer than running it, and many members may click at the same moment.
_CURRENT = select(suggestion.c.id, suggestion.c.merged_into, suggestion.c.state).where(
    suggestion.c.guild_id == bindparam("guild_id"), suggestion.c.id == bindparam("number")
)
_ADD_VOICE = insert(support).on_conflict_do_nothing().returning(support.c.member_id)
# Of one suggestion: a group over all voices would take the longer the more clubs there are.
VOTES = select(func.count()).where(support.c.suggestion_id == suggestion.c.id).scalar_subquery()
ORDER = (suggestion.c.place.is_(None), suggestion.c.place, VOTES.desc(), suggestion.c.made_at, suggestion.c.id)
"""The order of the queue."""


class Proposed(Enum):
    """What came of a proposal."""

    NEW = auto()
    JOINED = auto()  # it had been suggested: one more voice
    ALREADY = auto()  # by the same member


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a proposal, and the suggestion as it is; `before` is an earlier one, which was read or declined."""

    outcome: Proposed
    suggestion: Suggestion
    before: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue, counted from 0, of so many `pages` and suggestions in all."""

    number: int
    pages: int
    total: int
    suggestions: tuple[Suggestion, ...]


class SuggestionStore:
    """Keep what members want to read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def propose(self, guild_id: int, member_id: int, proposal: Proposal, reason: str, now: datetime) -> Receipt:
        """Suggest a paper, or add a voice to the suggestion that there is of it; raise ClubError beyond the quota.

        May be repeated: a member has one voice, and keeps the first reason unless a later one says something.
        """

        def work(connection: Connection) -> Receipt:
            club = lock_club(connection, guild_id)
            found = find_live(connection, guild_id, proposal.keys)
            if found is not None:
                new = _add_voice(connection, found, member_id, reason, now)
                add_keys(connection, guild_id, found, proposal.keys)
                outcome = Proposed.JOINED if new else Proposed.ALREADY
                return Receipt(outcome, load(connection, [found])[0])
            mine = select(func.count()).where(
                suggestion.c.guild_id == guild_id,
                suggestion.c.state == State.OPEN,
                suggestion.c.suggested_by == member_id,
            )
            if (connection.scalar(mine) or 0) >= club.quota:
                raise ClubError(
                    f"You have {club.quota} open suggestion{'s' if club.quota != 1 else ''}, the most that a member "
                    "may have in this club. Take one back in /suggestions, or wait until one is chosen or declined."
                )
            before = _find_earlier(connection, guild_id, proposal.keys)
            row = connection.execute(
                insert(suggestion)
                .values(
                    guild_id=guild_id,
                    paper=str(proposal.paper_id) if proposal.paper_id else None,
                    title=proposal.title,
                    authors=proposal.authors,
                    year=proposal.year,
                    described=int(proposal.described),
                    state=State.OPEN,
                    suggested_by=member_id,
                    made_at=now,
                    remark="",
                    review_key=proposal.review_key,
                )
                .returning(suggestion.c.id)
            ).one()
            add_keys(connection, guild_id, row.id, proposal.keys)
            _add_voice(connection, row.id, member_id, reason, now)
            return Receipt(Proposed.NEW, load(connection, [row.id])[0], before)

        return await self._database.write(work)

    async def get(self, guild_id: int, number: int) -> Suggestion | None:
        """Give a suggestion of a club; of one that was found to be another's, that one."""

        def work(connection: Connection) -> Suggestion | None:
            found = find_current(connection, guild_id, number)
            return load(connection, [found])[0] if found is not None else None

        return await self._database.read(work)

    async def find(self, guild_id: int, keys: Iterable[str]) -> Suggestion | None:
        """Give the open or chosen suggestion that one of the keys names."""

        def work(connection: Connection) -> Suggestion | None:
            found = find_live(connection, guild_id, keys)
            return load(connection, [found])[0] if found is not None else None

        return await self._database.read(work)

    async def add_voice(self, guild_id: int, number: int, member_id: int, now: datetime) -> Suggestion:
        """Add a member's voice to an open suggestion; raise ClubError when it is not open any more."""

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            _add_voice(connection, found, member_id, "", now)
            return load(connection, [found])[0]

        return await self._database.write(work)

    async def take_voice(self, guild_id: int, number: int, member_id: int) -> Suggestion:
        """Take a member's voice back, with its reason; raise ClubError for the one who suggested it.

        They withdraw it instead, which is another decision.
        """

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            before = load(connection, [found])[0]
            if before.suggested_by == member_id:
                raise ClubError("You suggested it yourself. To take it back, choose it in the menu of /suggestions.")
            connection.execute(
                delete(support).where(support.c.suggestion_id == found, support.c.member_id == member_id)
            )
            return load(connection, [found])[0]

        return await self._database.write(work)

    async def queue(self, guild_id: int, most: int | None = None) -> list[Suggestion]:
        """Give the open suggestions: those that organisers put first, then by votes, then by age."""

        def work(connection: Connection) -> list[Suggestion]:
            return load(connection, rank(connection, guild_id, most=most))

        return await self._database.read(work)

    async def offers(self, guild_id: int, most: int) -> list[Suggestion]:
        """Give the first of the queue without voices, of which all together may have a great many."""

        def work(connection: Connection) -> list[Suggestion]:
            order = rank(connection, guild_id, most=most)
            rows = connection.execute(select(suggestion).where(suggestion.c.id.in_(order)))
            found = {row.id: suggestion_of(row, ()) for row in rows}
            return [found[number] for number in order]

        return await self._database.read(work)

    async def page(self, guild_id: int, number: int, size: int) -> Page:
        """Give a page of the queue, counted from 0; the last one where there are fewer."""
        mine = suggestion.c.guild_id == guild_id, suggestion.c.state == State.OPEN

        def work(connection: Connection) -> Page:
            total = connection.scalar(select(func.count()).select_from(suggestion).where(*mine)) or 0
            shown = min(max(number, 0), max(0, (total - 1) // size))
            found = rank(connection, guild_id, shown * size, size)
            return Page(shown, max(1, -(-total // size)), total, tuple(load(connection, found)))

        return await self._database.read(work)

    async def titles(self, guild_id: int) -> list[tuple[str, str]]:
        """Give the open suggestions as `scheme:value`, or nothing, and title, the youngest first."""
        query = select(suggestion.c.paper, suggestion.c.title).where(
            suggestion.c.guild_id == guild_id, suggestion.c.state == State.OPEN
        )

        def work(connection: Connection) -> list[tuple[str, str]]:
            return [(row.paper or "", row.title) for row in connection.execute(query.order_by(suggestion.c.id.desc()))]

        return await self._database.read(work)

    async def decided(self, guild_id: int, member_id: int, since: datetime) -> list[Suggestion]:
        """Give a member's own suggestions that organisers declined, or that were chosen or read, the latest first."""
        query = select(suggestion.c.id).where(
            suggestion.c.guild_id == guild_id,
            suggestion.c.suggested_by == member_id,
            suggestion.c.state.in_((State.CHOSEN, State.DECLINED, State.READ)),
            suggestion.c.decided_at >= since,
        )

        def work(connection: Connection) -> list[Suggestion]:
            return load(connection, connection.scalars(query.order_by(suggestion.c.decided_at.desc())).all())

        return await self._database.read(work)

    async def live(self, *, undescribed: bool = False) -> list[Suggestion]:
        """Give what is open or chosen in all clubs, without voices; or of it only what no source has described yet."""
        query = select(suggestion).where(suggestion.c.state.in_(_LIVE))
        if undescribed:
            query = query.where(suggestion.c.described == 0, suggestion.c.paper.is_not(None))

        def work(connection: Connection) -> list[Suggestion]:
            return [suggestion_of(row, ()) for row in connection.execute(query.order_by(suggestion.c.id))]

        return await self._database.read(work)

    async def unreviewed(self, since: datetime) -> list[Suggestion]:
        """Give what all clubs have read since a moment and what no review is known of yet, without voices."""
        query = select(suggestion).where(
            suggestion.c.state == State.READ, suggestion.c.review_key.is_(None), suggestion.c.decided_at >= since
        )

        def work(connection: Connection) -> list[Suggestion]:
            return [suggestion_of(row, ()) for row in connection.execute(query.order_by(suggestion.c.id))]

        return await self._database.read(work)


def rank(connection: Connection, guild_id: int, start: int = 0, most: int | None = None) -> Sequence[int]:
    """Give the open suggestions of a club in the order of the queue, or some of them from `start` on."""
    query = select(suggestion.c.id).where(suggestion.c.guild_id == guild_id, suggestion.c.state == State.OPEN)
    return connection.scalars(query.order_by(*ORDER).offset(start or None).limit(most)).all()


def find_current(connection: Connection, guild_id: int, number: int) -> int | None:
    """Give the number of a club's suggestion, or of the one that it has become part of."""
    row = _find_current(connection, guild_id, number)
    return row.id if row is not None else None


def _find_current(connection: Connection, guild_id: int, number: int) -> Row[Any, Any, Any] | None:
    row = connection.execute(_CURRENT, {"guild_id": guild_id, "number": number}).one_or_none()
    if row is None or row.merged_into is None:
        return row
    return _find_current(connection, guild_id, row.merged_into)


def open_one(connection: Connection, guild_id: int, number: int, *, also_chosen: bool = False) -> int:
    """Begin to change an open suggestion of a club; raise ClubError when there is none of that number."""
    lock_club(connection, guild_id)
    row = _find_current(connection, guild_id, number)
    if row is None or row.state not in (_LIVE if also_chosen else (State.OPEN,)):
        raise ClubError("That suggestion is not open any more. /suggestions shows those that are.")
    return int(row.id)


def find_live(connection: Connection, guild_id: int, keys: Iterable[str]) -> int | None:
    """Give the open or chosen suggestion that one of the keys names."""
    query = select(suggestion_key.c.suggestion_id).where(
        suggestion_key.c.guild_id == guild_id, suggestion_key.c.live == 1, suggestion_key.c.key.in_(list(keys))
    )
    return connection.scalars(query.order_by(suggestion_key.c.suggestion_id)).first()


def _find_earlier(connection: Connection, guild_id: int, keys: Iterable[str]) -> Suggestion | None:
    query = (
        select(suggestion_key.c.suggestion_id)
        .join(suggestion, suggestion.c.id == suggestion_key.c.suggestion_id)
        .where(
            suggestion_key.c.guild_id == guild_id,
            suggestion_key.c.key.in_(list(keys)),
            suggestion.c.state.in_((State.DECLINED, State.READ)),
        )
        .order_by(suggestion_key.c.suggestion_id.desc())
    )
    found = connection.scalars(query).first()
    return load(connection, [found])[0] if found is not None else None


def add_keys(connection: Connection, guild_id: int, number: int, keys: Iterable[str]) -> None:
    """Let a suggestion be recognised by more; a key that is another's stays that one's."""
    rows = [{"suggestion_id": number, "guild_id": guild_id, "key": key, "live": 1} for key in sorted(keys)]
    connection.execute(insert(suggestion_key).on_conflict_do_nothing(), rows)


def _add_voice(connection: Connection, number: int, member_id: int, reason: str, now: datetime) -> bool:
    """Add a voice, or its reason where it had none; tell whether the voice is new."""
    row = {"suggestion_id": number, "member_id": member_id, "reason": reason, "made_at": now}
    new = connection.execute(_ADD_VOICE, row).one_or_none() is not None
    if not new and reason:
        connection.execute(
            update(support)
            .where(support.c.suggestion_id == number, support.c.member_id == member_id, support.c.reason == "")
            .values(reason=reason)
        )
    return new


def change(connection: Connection, number: int, **fields: Any) -> None:
    """Change fields of a suggestion."""
    connection.execute(update(suggestion).where(suggestion.c.id == number).values(fields))


def end(connection: Connection, number: int, state: State, now: datetime, **fields: Any) -> None:
    """Let a suggestion be over: its paper can be suggested again."""
    connection.execute(update(suggestion_key).where(suggestion_key.c.suggestion_id == number).values(live=0))
    change(connection, number, state=state, decided_at=now, place=None, **fields)


def begin_again(connection: Connection, guild_id: int, number: int, state: State, now: datetime, **fields: Any) -> None:
    """Let a suggestion that was over be open or chosen again; it stays over where its paper was suggested anew."""
    own = suggestion_key.c.suggestion_id == number
    if find_live(connection, guild_id, connection.scalars(select(suggestion_key.c.key).where(own)).all()) is None:
        connection.execute(update(suggestion_key).where(own).values(live=1))
        change(connection, number, state=state, decided_at=now, **fields)
