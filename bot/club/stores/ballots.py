"""Votes on what to read next: the SQL of ballots. No vote leaves it but to the member whose it is."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.ballot import (
    GRACE,
    MOST_OPTIONS,
    RESULT,
    Ballot,
    BallotOption,
    BallotState,
    Option,
    clicked_at,
    put_choice,
    slot_of,
    takes_vote,
)
from bot.club.counting import Method, count_votes, pack_count, unpack_count
from bot.club.post import Planned
from bot.club.stores.attendees import has_meetings, takes_part
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.club.stores.decisions import choose
from bot.club.stores.posts import plan_post
from bot.database.database import Database
from bot.database.tables import ballot, ballot_option, suggestion, vote
from bot.errors import ClubError
from bot.papers.identifiers import parse_id_of

OVER = "This ballot is closed, so nothing was changed. /ballot show tells how it went."
NOT_YOURS = (
    "This ballot is for those who say that they come to the next meeting, or came to one of the last three. "
    "Say in /next that you come, and then vote."
)


class BallotStore:
    """Keep ballots and their votes. Whoever opens, closes or cancels one has been checked to be an organiser."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_ballot(
        self,
        guild_id: int,
        actor_id: int | None,
        options: Sequence[Option],
        channel_id: int,
        now: datetime,
        *,
        method: Method = Method.APPROVAL,
        quorum: int = 0,
        closes_at: datetime | None = None,
        attendees: bool = False,
    ) -> Ballot:
        """Open a ballot; raise ClubError when one is open, or there are not 2 to 25 options.

        `actor_id` is None for one that the bot opens by itself. With `attendees` only they may vote.
        """
        if not 2 <= len(options) <= MOST_OPTIONS:
            raise ClubError(f"A ballot needs 2 to {MOST_OPTIONS} papers to choose from, and here are {len(options)}.")
        oldest = sorted(range(len(options)), key=lambda position: (options[position].made_at, position))

        def work(connection: Connection) -> Ballot:
            lock_club(connection, guild_id)
            if _open_one(connection, guild_id) is not None:
                raise ClubError("A ballot is open already, and a club has one at a time. Close that one first.")
            if attendees and not has_meetings(connection, guild_id, now):
                raise ClubError(
                    "Nobody could vote: the club has no meetings to come to. /schedule weekly sets one; or open the "
                    "ballot for everybody."
                )
            number = connection.execute(
                insert(ballot)
                .values(
                    guild_id=guild_id,
                    method=method,
                    state=BallotState.OPEN,
                    quorum=quorum,
                    opened_by=actor_id,
                    opened_at=now,
                    closes_at=closes_at,
                    channel_id=channel_id,
                    attendees=int(attendees),
                )
                .returning(ballot.c.id)
            ).scalar_one()
            rows = [
                {
                    "ballot_id": number,
                    "position": position,
                    "seniority": oldest.index(position),
                    "suggestion_id": option.suggestion_id,
                    "review_key": option.review_key,
                    "paper": str(option.paper_id) if option.paper_id else None,
                    "title": option.title,
                    "authors": option.authors,
                }
                for position, option in enumerate(options)
            ]
            connection.execute(insert(ballot_option), rows)
            take_note(connection, guild_id, now, actor_id, "opened a ballot", f"{len(options)} papers, {method}")
            return _load(connection, number)

        return await self._database.write(work)

    async def get(self, guild_id: int, number: int) -> Ballot | None:
        """Give a ballot of a club."""

        def work(connection: Connection) -> Ballot | None:
            return _load(connection, number) if _belongs(connection, guild_id, number) else None

        return await self._database.read(work)

    async def get_latest(self, guild_id: int) -> Ballot | None:
        """Give the ballot that is open, or else the last one; None before the first."""

        def work(connection: Connection) -> Ballot | None:
            query = select(ballot.c.id).where(ballot.c.guild_id == guild_id).order_by(ballot.c.id.desc())
            number = connection.scalars(query).first()
            return _load(connection, number) if number is not None else None

        return await self._database.read(work)

    async def put_message(self, guild_id: int, number: int, message_id: int | None) -> None:
        """Keep which message the ballot was opened with; None when it is gone."""

        def work(connection: Connection) -> None:
            lock_club(connection, guild_id)
            connection.execute(
                update(ballot).where(ballot.c.id == number, ballot.c.guild_id == guild_id).values(message_id=message_id)
            )

        await self._database.write(work)

    async def cast(self, guild_id: int, number: int, member_id: int, choices: Sequence[int], clicked: int) -> None:
        """Keep what a member chose, in the place of what they chose before; nothing takes their vote back.

        `clicked` is the id of the interaction: a vote counts by its time, and of two the later click counts in
        whichever order they arrive. Raises ClubError once the ballot is over, and for who may not vote in it (anybody
        may take a vote back); ValueError for choices that are not on it.
        """
        await self._database.write(
            lambda connection: _cast(connection, guild_id, number, member_id, lambda _: choices, clicked)
        )

    async def put_choice(
        self, guild_id: int, number: int, member_id: int, place: int, option: int | None, clicked: int
    ) -> None:
        """Put an option at a place of a member's ranking, counted from 0, or leave the place empty; else as `cast`."""

        def change(before: Sequence[int]) -> Sequence[int]:
            return put_choice(before, place, option)

        await self._database.write(lambda connection: _cast(connection, guild_id, number, member_id, change, clicked))

    async def may_vote(self, found: Ballot, member_id: int, clicked: int) -> bool:
        """Tell whether a member may vote in a ballot: anybody, or those who take part in the meetings."""
        if not found.attendees:
            return True
        return await self._database.read(
            lambda connection: takes_part(connection, found.guild_id, member_id, clicked_at(clicked))
        )

    async def get_choices(self, guild_id: int, number: int, member_id: int) -> tuple[int, ...]:
        """Give a member's own choices; nothing when they have not voted."""

        def work(connection: Connection) -> tuple[int, ...]:
            return _choices(connection, number, member_id) if _belongs(connection, guild_id, number) else ()

        return await self._database.read(work)

    async def close_ballot(self, guild_id: int, number: int, actor_id: int, clicked: int, now: datetime) -> Ballot:
        """Let an organiser end a ballot at the moment of their click; `count_due` counts it after the grace."""

        def work(connection: Connection) -> Ballot:
            lock_club(connection, guild_id)
            found = _load(connection, number) if _belongs(connection, guild_id, number) else None
            if found is None or found.state is not BallotState.OPEN:
                raise ClubError("That ballot is not open any more.")
            at = clicked_at(clicked)
            if found.closes_at is None or at < found.closes_at:
                connection.execute(update(ballot).where(ballot.c.id == number).values(closes_at=at, closed_by=actor_id))
                take_note(connection, guild_id, now, actor_id, "closed the ballot", str(number))
            return _load(connection, number)

        return await self._database.write(work)

    async def cancel_ballot(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Ballot:
        """Let an organiser drop a ballot: nothing is counted, and nobody wins."""

        def work(connection: Connection) -> Ballot:
            lock_club(connection, guild_id)
            if _open_one(connection, guild_id) != number:
                raise ClubError("That ballot is not open any more.")
            values = {"state": BallotState.CANCELLED, "closed_by": actor_id, "closes_at": now}
            connection.execute(update(ballot).where(ballot.c.id == number).values(values))
            take_note(connection, guild_id, now, actor_id, "cancelled the ballot", str(number))
            return _load(connection, number)

        return await self._database.write(work)

    async def find_due(self, now: datetime) -> list[tuple[int, int]]:
        """Give the server and the number of each ballot that is to be counted now."""

        def work(connection: Connection) -> list[tuple[int, int]]:
            query = select(ballot.c.guild_id, ballot.c.id).where(
                ballot.c.state == BallotState.OPEN, ballot.c.closes_at <= now - GRACE
            )
            return [(row.guild_id, row.id) for row in connection.execute(query.order_by(ballot.c.closes_at))]

        return await self._database.read(work)

    async def next_at(self) -> datetime | None:
        """Give the moment at which there is next a ballot to be counted."""
        query = select(func.min(ballot.c.closes_at, type_=ballot.c.closes_at.type)).where(
            ballot.c.state == BallotState.OPEN
        )
        closes_at = await self._database.read(lambda connection: connection.scalar(query))
        return closes_at + GRACE if closes_at is not None else None

    async def find_over(self, since: datetime) -> list[Ballot]:
        """Give the ballots that were counted or cancelled and closed since a moment."""

        def work(connection: Connection) -> list[Ballot]:
            query = select(ballot.c.id).where(ballot.c.state != BallotState.OPEN, ballot.c.closes_at >= since)
            return [_load(connection, number) for number in connection.scalars(query.order_by(ballot.c.id)).all()]

        return await self._database.read(work)

    async def count_due(self, guild_id: int, number: int, now: datetime) -> Ballot:
        """Count a ballot whose time is over, once; the winner goes to the first meeting without a paper.

        The post that tells the result is planned with it: wake the outbox.

        May be repeated, by several processes too: the first one counts. A ballot whose time is not over stays open.
        """

        def work(connection: Connection) -> Ballot:
            lock_club(connection, guild_id)
            found = _load(connection, number)
            if found.state is not BallotState.OPEN or found.closes_at is None or now < found.closes_at + GRACE:
                return found
            papers = connection.scalars(select(vote.c.choices).where(vote.c.ballot_id == number))
            result = count_votes(found.method, list(papers), found.seniority, found.quorum)
            values = {"state": BallotState.COUNTED, "result": pack_count(result)}
            connection.execute(update(ballot).where(ballot.c.id == number).values(values))
            if result.winner is not None:
                choose(connection, found.guild_id, found.options[result.winner], number, now)
            told = Planned(guild_id, slot_of(number), "", RESULT, found.channel_id, found.closes_at)
            plan_post(connection, told)
            return _load(connection, number)

        return await self._database.write(work)


def _open_one(connection: Connection, guild_id: int) -> int | None:
    query = select(ballot.c.id).where(ballot.c.guild_id == guild_id, ballot.c.state == BallotState.OPEN)
    return connection.scalars(query).one_or_none()


# Made once: making a statement takes longer than running it, and many members may vote at the same moment.
_TO_VOTE_ON = (
    select(
        ballot.c.state,
        ballot.c.closes_at,
        ballot.c.attendees,
        select(func.count()).where(ballot_option.c.ballot_id == ballot.c.id).scalar_subquery().label("options"),
        vote.c.choices,
    )
    .outerjoin(vote, and_(vote.c.ballot_id == ballot.c.id, vote.c.member_id == bindparam("member_id")))
    .where(ballot.c.id == bindparam("number"), ballot.c.guild_id == bindparam("guild_id"))
)
_NEW_VOTE = insert(vote)
_CAST = _NEW_VOTE.on_conflict_do_update(
    index_elements=[vote.c.ballot_id, vote.c.member_id],
    set_={"choices": _NEW_VOTE.excluded.choices, "clicked": _NEW_VOTE.excluded.clicked},
    where=vote.c.clicked < _NEW_VOTE.excluded.clicked,
)


def _cast(
    connection: Connection,
    guild_id: int,
    number: int,
    member_id: int,
    change: Callable[[Sequence[int]], Sequence[int]],
    clicked: int,
) -> None:
    lock_club(connection, guild_id)
    wanted = {"guild_id": guild_id, "number": number, "member_id": member_id}
    found = connection.execute(_TO_VOTE_ON, wanted).one_or_none()
    if found is None or not takes_vote(BallotState(found.state), found.closes_at, clicked):
        raise ClubError(OVER)
    choices = tuple(change(found.choices or ()))
    if choices and found.attendees and not takes_part(connection, guild_id, member_id, clicked_at(clicked)):
        raise ClubError(NOT_YOURS)
    if len(set(choices)) != len(choices) or not set(choices) <= set(range(found.options)):
        raise ValueError("choices that are not on the ballot")
    row = {"ballot_id": number, "member_id": member_id, "choices": choices, "clicked": clicked}
    connection.execute(_CAST, row)


def _choices(connection: Connection, number: int, member_id: int) -> tuple[int, ...]:
    query = select(vote.c.choices).where(vote.c.ballot_id == number, vote.c.member_id == member_id)
    return connection.scalars(query).one_or_none() or ()


def _belongs(connection: Connection, guild_id: int, number: int) -> bool:
    query = select(ballot.c.id).where(ballot.c.id == number, ballot.c.guild_id == guild_id)
    return connection.scalars(query).one_or_none() is not None


def _load(connection: Connection, number: int) -> Ballot:
    row = connection.execute(select(ballot).where(ballot.c.id == number)).one()
    options = connection.execute(
        select(ballot_option, suggestion.c.year)
        .outerjoin(suggestion, suggestion.c.id == ballot_option.c.suggestion_id)
        .where(ballot_option.c.ballot_id == number)
        .order_by(ballot_option.c.position)
    ).all()
    voters = select(func.count()).where(vote.c.ballot_id == number, vote.c.choices != ())
    return Ballot(
        id=row.id,
        guild_id=row.guild_id,
        method=Method(row.method),
        state=BallotState(row.state),
        quorum=row.quorum,
        opened_at=row.opened_at,
        channel_id=row.channel_id,
        options=tuple(map(_option, options)),
        seniority=tuple(each.position for each in sorted(options, key=lambda each: each.seniority)),
        voters=connection.scalar(voters) or 0,
        opened_by=row.opened_by,
        closes_at=row.closes_at,
        closed_by=row.closed_by,
        message_id=row.message_id,
        result=unpack_count(row.result) if row.result else None,
        attendees=bool(row.attendees),
    )


def _option(row: Row[Any]) -> BallotOption:
    scheme, _, value = (row.paper or "").partition(":")
    paper_id = parse_id_of(scheme, value) if value else None
    return BallotOption(row.title, row.suggestion_id, row.review_key, paper_id, row.authors, row.year)
