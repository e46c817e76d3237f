"""Whose turn it is to present, on both databases, and members who exchange what they present."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, update

from bot.club.ballot import BallotOption
from bot.club.meeting import MeetingState
from bot.club.rota import Regular, put_in_turn
from bot.club.stores.clubs import lock_club
from bot.club.stores.meetings import MeetingStore, assign_paper
from bot.club.stores.preferences import PreferenceStore
from bot.club.stores.rota import RotaStore
from bot.database.database import Database
from bot.database.tables import gathering, meeting, rsvp
from bot.errors import ClubError
from tests.attending import OTHER, came, meets

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEKS = [NOW.date() - timedelta(weeks=weeks) for weeks in (4, 3, 2, 1)]
ADA, GRACE, ALAN, EVE = 1, 2, 3, 4


@pytest.fixture
def rota(database: Database) -> RotaStore:
    return RotaStore(database)


async def papers(database: Database, count: int, guild: int = 7) -> list[int]:
    """Let papers be read next; give their numbers."""

    def work(connection: Connection) -> list[int]:
        lock_club(connection, guild)
        chosen = [BallotOption(f"Paper {number}", None, None, None, ()) for number in range(count)]
        return [assign_paper(connection, guild, each, NOW) for each in chosen]

    return await database.write(work)


async def met(database: Database, *there: list[int]) -> None:
    """Let the club have met each week, the last one at the end, with those who were there."""
    for day, members in zip(WEEKS[-len(there) :], there, strict=True):
        await meets(database, 7, day)
        if members:
            await came(database, 7, day, members)


async def held(database: Database, presenter: int, day: date) -> None:
    """Let somebody have presented a paper, on a day."""
    (number,) = await papers(database, 1)
    at = datetime.combine(day, time(18), UTC)

    def work(connection: Connection) -> None:
        done = {"state": MeetingState.HELD, "presenter_id": presenter, "chosen_at": NOW, "made_at": NOW}
        connection.execute(update(meeting).where(meeting.c.id == number).values(done))
        row = {"guild_id": 7, "slot": f"slot:{number}", "date": "2020-01-01", "at": at, "ends_at": at, "name": "x"}
        connection.execute(insert(gathering).values(**row, closed=1, meeting_id=number))

    await database.write(work)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=8))
def test_who_presented_longest_ago_is_proposed_and_ties_are_decided(people: list[tuple[int, int, int | None]]) -> None:
    regulars = [
        Regular(number, came, NOW + timedelta(hours=first), None if ago is None else NOW - timedelta(weeks=ago))
        for number, (came, first, ago) in enumerate(people)
    ]
    order = put_in_turn(regulars)
    assert sorted(order) == list(range(len(people)))
    assert order == put_in_turn(reversed(regulars))
    for one, other in pairwise(order):
        (came, first, ago), (came_too, first_too, ago_too) = people[one], people[other]
        before, after = (float("inf") if each is None else each for each in (ago, ago_too))
        assert before >= after
        if before == after:
            assert (-came, first) <= (-came_too, first_too)


async def test_who_came_lately_is_proposed_in_turn(rota: RotaStore, database: Database) -> None:
    await met(database, [EVE], [ADA, GRACE], [GRACE, ALAN], [ADA, GRACE])
    (number,) = await papers(database, 1)
    assert await rota.list_turns(7, number, NOW) == [GRACE, ADA, ALAN], "Eve came four meetings ago"
    await held(database, GRACE, NOW.date() - timedelta(200))
    await held(database, ALAN, NOW.date() - timedelta(300))
    assert await rota.list_turns(7, number, NOW) == [ADA, ALAN, GRACE]
    await held(database, ALAN, NOW.date() - timedelta(100))
    assert await rota.list_turns(7, number, NOW) == [ADA, GRACE, ALAN], "the last time counts"


async def test_who_said_that_they_come_at_that_time_counts_once(rota: RotaStore, database: Database) -> None:
    await met(database, [ADA], [ADA, GRACE])
    at = datetime.combine(WEEKS[-1], time(18), UTC)
    answers = [
        (ALAN, "yes", at),
        (EVE, "no", at),
        (5, "yes", at + timedelta(hours=1)),
        (6, "late", at),
        (ADA, "yes", at),
    ]

    def work(connection: Connection) -> None:
        rows = [
            {"guild_id": 7, "slot": OTHER, "date": WEEKS[-1].isoformat(), "member_id": each, "answer": answer}
            | {"at": moment, "made_at": NOW - timedelta(days=20)}
            for each, answer, moment in answers
        ]
        connection.execute(insert(rsvp), rows)

    await database.write(work)
    (number,) = await papers(database, 1)
    assert await rota.list_turns(7, number, NOW) == [ADA, ALAN, 6, GRACE], "of equals it is who said so first"


async def test_who_presents_refuses_or_does_not_want_to_be_asked_is_not_proposed(
    rota: RotaStore, database: Database
) -> None:
    await met(database, [ADA, GRACE, ALAN, EVE])
    first, second, third = await papers(database, 3)
    await MeetingStore(database).volunteer(7, second, ADA)
    await PreferenceStore(database).set_asked(7, GRACE, asked=False)
    await PreferenceStore(database).set_listed(7, EVE, listed=False)
    assert [await rota.refuse(7, first, ALAN) for _ in range(2)] == [None, None]
    assert await rota.list_turns(7, first, NOW) == [EVE]
    assert await rota.list_turns(7, third, NOW) == [ALAN, EVE], "another paper was not refused"
    assert await rota.list_turns(7, second, NOW) == [], "somebody presents it"
    assert await rota.refuse(7, second, ALAN) == ADA
    await PreferenceStore(database).set_asked(7, GRACE, asked=True)
    assert await rota.list_turns(7, first, NOW) == [GRACE, EVE]


async def test_what_is_read_or_belongs_to_others_has_no_turns(rota: RotaStore, database: Database) -> None:
    await met(database, [ADA])
    (number,) = await papers(database, 1)
    (theirs,) = await papers(database, 1, guild=8)
    assert await rota.list_turns(7, theirs, NOW) == []
    assert await rota.list_turns(8, theirs, NOW) == []
    with pytest.raises(ClubError, match="not to be read next"):
        await rota.refuse(7, theirs, ADA)
    await MeetingStore(database).mark_read(7, number, 9, NOW)
    assert await rota.list_turns(7, number, NOW) == []
    with pytest.raises(ClubError, match="not to be read next"):
        await rota.refuse(7, number, ADA)


# --- swaps ----------------------------------------------------------------------------------------


async def presenters(database: Database) -> list[int | None]:
    return [each.presenter_id for each in await MeetingStore(database).list_coming(7)]


async def test_a_paper_without_presenter_is_taken_for_one_s_own(rota: RotaStore, database: Database) -> None:
    first, second = await papers(database, 2)
    await MeetingStore(database).volunteer(7, first, ADA)
    for _ in range(2):
        await rota.exchange(7, first, ADA, second, None)
        assert await presenters(database) == [None, ADA]


async def test_two_members_exchange_their_papers_once(rota: RotaStore, database: Database) -> None:
    first, second = await papers(database, 2)
    await MeetingStore(database).volunteer(7, first, ADA)
    await MeetingStore(database).volunteer(7, second, GRACE)
    await asyncio.gather(*(rota.exchange(7, first, ADA, second, GRACE) for _ in range(5)))
    assert await presenters(database) == [GRACE, ADA]


async def test_nothing_is_exchanged_once_it_is_otherwise(rota: RotaStore, database: Database) -> None:
    first, second = await papers(database, 2)
    (theirs,) = await papers(database, 1, guild=8)
    meetings = MeetingStore(database)
    await meetings.volunteer(7, first, ADA)
    await meetings.volunteer(7, second, GRACE)
    for wrong in ((first, ADA, second, None), (first, ADA, second, ALAN), (first, EVE, second, GRACE)):
        with pytest.raises(ClubError, match="somebody else presents"):
            await rota.exchange(7, *wrong)
    with pytest.raises(ClubError, match="not to be read next"):
        await rota.exchange(7, first, ADA, theirs, None)
    assert await presenters(database) == [ADA, GRACE]
    await meetings.drop(7, second, 9, NOW)
    with pytest.raises(ClubError, match="not to be read next"):
        await rota.exchange(7, first, ADA, second, GRACE)
    assert await presenters(database) == [ADA]


async def test_of_two_who_want_the_same_free_paper_one_gets_it(rota: RotaStore, database: Database) -> None:
    first, second, free = await papers(database, 3)
    await MeetingStore(database).volunteer(7, first, ADA)
    await MeetingStore(database).volunteer(7, second, GRACE)
    swaps = [rota.exchange(7, first, ADA, free, None), rota.exchange(7, second, GRACE, free, None)]
    done = await asyncio.gather(*swaps, return_exceptions=True)
    assert sum(isinstance(each, ClubError) for each in done) == 1
    assert sorted(await presenters(database), key=str) in ([ADA, GRACE, None], [ADA, GRACE, None])
    assert (await presenters(database))[2] in (ADA, GRACE)
