"""What becomes of suggestions: members take theirs back, organisers decide, and sources tell what they are."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.club.ballot import BallotOption, BallotState
from bot.club.post import Planned
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.club.stores.meetings import assign_paper, has_meeting, hold_meeting_of, tell_ballot_of
from bot.club.stores.posts import plan_post
from bot.club.stores.suggestion_rows import load
from bot.club.stores.suggestions import add_keys, change, end, find_current, find_live, open_one, rank
from bot.club.suggestion import Proposal, State, Suggestion
from bot.database.database import Database
from bot.database.tables import ballot, ballot_option, meeting, suggestion, suggestion_key, support
from bot.errors import ClubError


class DecisionStore:
    """Change what becomes of suggestions. Whoever calls has checked that an organiser decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def withdraw(self, guild_id: int, number: int, member_id: int, now: datetime) -> Suggestion:
        """Take one's own suggestion back; where others want the paper too it stays, without the name.

        Raises ClubError for somebody else's suggestion, and for one that is not open.
        """

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            before = load(connection, [found])[0]
            if before.suggested_by != member_id:
                raise ClubError("Only the one who suggested it can take it back. Organisers can decline it.")
            connection.execute(
                delete(support).where(support.c.suggestion_id == found, support.c.member_id == member_id)
            )
            if before.votes > 1:
                change(connection, found, suggested_by=None)
            else:
                end(connection, found, State.WITHDRAWN, now, suggested_by=None)
            return load(connection, [found])[0]

        return await self._database.write(work)

    async def decline(self, guild_id: int, number: int, actor_id: int, remark: str, now: datetime) -> Suggestion:
        """Let an organiser decline a suggestion and say why."""

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            end(connection, found, State.DECLINED, now, decided_by=actor_id, remark=remark)
            ended = load(connection, [found])[0]
            take_note(connection, guild_id, now, actor_id, "declined", ended.title)
            return ended

        return await self._database.write(work)

    async def accept(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Suggestion:
        """Let an organiser choose a suggestion: it goes to the first meeting that has no paper."""

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            change(connection, found, state=State.CHOSEN, decided_at=now, decided_by=actor_id, place=None)
            chosen = load(connection, [found])[0]
            option = BallotOption(chosen.title, chosen.id, chosen.review_key, chosen.paper_id, chosen.authors)
            assign_paper(connection, guild_id, option, now, chosen_by=actor_id)
            take_note(connection, guild_id, now, actor_id, "chose", chosen.title)
            return chosen

        return await self._database.write(work)

    async def mark_read(
        self,
        guild_id: int,
        number: int,
        review_key: str | None,
        actor_id: int | None,
        now: datetime,
        *,
        thanks_in: int | None = None,
    ) -> Suggestion:
        """Take note that the club has read what was suggested; nobody is the bot, which has seen the review.

        A meeting that was to come for it was held. The one who suggested it is thanked once, in the channel
        `thanks_in`, where there is one.
        """

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number, also_chosen=True)
            before = load(connection, [found])[0]
            if thanks_in and before.suggested_by:
                plan_post(connection, Planned(guild_id, f"suggestion:{found}", "", "thanks", thanks_in, now))
            end(connection, found, State.READ, now, decided_by=actor_id, review_key=review_key)
            hold_meeting_of(connection, found)
            ended = load(connection, [found])[0]
            take_note(connection, guild_id, now, actor_id, "marked as read", ended.title)
            return ended

        return await self._database.write(work)

    async def put_review(
        self, guild_id: int, number: int, review_key: str, now: datetime, *, thanks_in: int | None
    ) -> bool:
        """Take note that there is a review of what was read already, and thank once; tell whether that is new."""

        def work(connection: Connection) -> bool:
            lock_club(connection, guild_id)
            found = load(connection, [number])
            if not found or found[0].guild_id != guild_id or found[0].state is not State.READ or found[0].review_key:
                return False
            if thanks_in and found[0].suggested_by:
                plan_post(connection, Planned(guild_id, f"suggestion:{number}", "", "thanks", thanks_in, now))
            change(connection, number, review_key=review_key)
            return True

        return await self._database.write(work)

    async def put_at(self, guild_id: int, number: int, place: int | None, actor_id: int, now: datetime) -> Suggestion:
        """Let an organiser put a suggestion at a place of the queue, counted from 1; nowhere: back to its votes.

        What an organiser has put somewhere keeps its order among itself, before everything else.
        """

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number)
            query = select(suggestion.c.id).where(suggestion.c.id.in_(rank(connection, guild_id)))
            placed = set(connection.scalars(query.where(suggestion.c.place.is_not(None))))
            order = [each for each in rank(connection, guild_id) if each in placed and each != found]
            if place is not None:
                ahead = [each for each in rank(connection, guild_id) if each != found][: place - 1]
                order = [*ahead, found, *(each for each in order if each not in ahead)]
            else:
                change(connection, found, place=None)
            for position, each in enumerate(order, 1):
                change(connection, each, place=position)
            moved = load(connection, [found])[0]
            take_note(connection, guild_id, now, actor_id, f"put at {place}" if place else "put back", moved.title)
            return moved

        return await self._database.write(work)

    async def describe(self, guild_id: int, number: int, proposal: Proposal, now: datetime) -> Suggestion:
        """Fill in what a source says of a suggestion; if that shows that it is another's paper, the two become one.

        The voices go to the one that is chosen, else to the older one; a member who wanted both has one voice still.
        """

        def work(connection: Connection) -> Suggestion:
            found = open_one(connection, guild_id, number, also_chosen=True)
            others = [find_live(connection, guild_id, {key}) for key in proposal.keys]
            all_of_it = load(connection, sorted({found, *(other for other in others if other is not None)}))
            first, *rest = (each.id for each in sorted(all_of_it, key=lambda each: each.state is not State.CHOSEN))
            for each in rest:
                _merge(connection, each, first, now)
            add_keys(connection, guild_id, first, proposal.keys)
            fields = {"title": proposal.title, "authors": proposal.authors, "year": proposal.year, "described": 1}
            paper = {"paper": str(proposal.paper_id)} if proposal.paper_id else {}
            change(connection, first, **fields, **paper)
            _describe_copies(connection, first, proposal)
            return load(connection, [first])[0]

        return await self._database.write(work)


def choose(connection: Connection, guild_id: int, option: BallotOption, ballot_id: int, now: datetime) -> None:
    """Let the winner of a ballot be read next. Part of a transaction that has locked the club."""
    if option.suggestion_id is not None:
        found = find_current(connection, guild_id, option.suggestion_id)
        option = replace(option, suggestion_id=found)
        state = connection.scalar(select(suggestion.c.state).where(suggestion.c.id == found))
        if found is not None and state == State.OPEN:
            # Else an organiser has decided meanwhile, and the ballot decides all the same.
            change(connection, found, state=State.CHOSEN, decided_at=now, place=None)
        if found is not None and has_meeting(connection, found):
            tell_ballot_of(connection, found, ballot_id)  # an organiser was faster: it is read once
            return
    assign_paper(connection, guild_id, option, now, ballot_id=ballot_id)


def _describe_copies(connection: Connection, number: int, proposal: Proposal) -> None:
    """Tell a ballot that is open and a meeting that is to come what a suggestion's paper is called."""
    is_open = select(ballot.c.id).where(ballot.c.state == BallotState.OPEN)
    copies = (
        update(ballot_option).where(ballot_option.c.suggestion_id == number, ballot_option.c.ballot_id.in_(is_open)),
        update(meeting).where(meeting.c.suggestion_id == number, meeting.c.state == "coming"),
    )
    for copy in copies:
        connection.execute(copy.values(title=proposal.title, authors=proposal.authors))


def _merge(connection: Connection, number: int, into: int, now: datetime) -> None:
    keys = list(connection.scalars(select(suggestion_key.c.key).where(suggestion_key.c.suggestion_id == number)))
    guild_id = connection.scalars(select(suggestion.c.guild_id).where(suggestion.c.id == number)).one()
    voices = select(support.c.member_id, support.c.reason, support.c.made_at).where(support.c.suggestion_id == number)
    rows = [{**row, "suggestion_id": into} for row in connection.execute(voices).mappings()]
    if rows:
        connection.execute(insert(support).on_conflict_do_nothing(), rows)
    connection.execute(delete(support).where(support.c.suggestion_id == number))
    end(connection, number, State.MERGED, now, merged_into=into)
    for table in (ballot_option, meeting):
        connection.execute(update(table).where(table.c.suggestion_id == number).values(suggestion_id=into))
    add_keys(connection, guild_id, into, keys)
