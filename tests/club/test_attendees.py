"""Ballots for those who come, on both databases: who may vote is asked in the transaction of the vote."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.club.ballot import GRACE, Ballot
from bot.club.ladder import Kind
from bot.club.schedule import next_occurrences
from bot.club.stores.ballots import BallotStore
from bot.club.stores.slots import SlotStore
from bot.club.stores.suggestions import SuggestionStore
from bot.database.database import Database
from bot.errors import ClubError
from tests.attending import came, meets, says, weekly
from tests.club.test_ballots import click, open_one

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = NOW + timedelta(days=9)
ADA, GRACE_H, ALAN, EVE = 1, 2, 3, 4
REFUSED = "Say in /next that you come"


@pytest.fixture
def ballots(database: Database) -> BallotStore:
    return BallotStore(database)


async def for_attendees(database: Database, guild: int = 7, **more: object) -> Ballot:
    return await open_one(
        BallotStore(database), SuggestionStore(database), guild, attendees=True, closes_at=END, **more
    )


async def voters(ballots: BallotStore, ballot: Ballot, at: datetime = NOW) -> list[int]:
    """Let each of four members vote; give who could."""
    allowed: list[int] = []
    for member in (ADA, GRACE_H, ALAN, EVE):
        said = await ballots.may_vote(ballot, member, click(at))
        try:
            await ballots.cast(ballot.guild_id, ballot.id, member, [0], click(at, member))
        except ClubError as error:
            assert REFUSED in error.sentence
            assert not said
        else:
            assert said
            allowed.append(member)
    return allowed


async def test_who_says_that_they_come_to_the_next_meeting_votes(ballots: BallotStore, database: Database) -> None:
    found = await weekly(database, 7, NOW)
    for member, answer in ((ADA, "yes"), (GRACE_H, "late"), (ALAN, "no")):
        await says(database, found, member, answer, NOW)
    ballot = await for_attendees(database)
    assert await voters(ballots, ballot) == [ADA, GRACE_H]
    kept = await ballots.get(7, ballot.id)
    assert kept
    assert (kept.attendees, kept.voters) == (True, 2)


async def test_anybody_votes_in_a_ballot_for_all(ballots: BallotStore, database: Database) -> None:
    ballot = await open_one(ballots, SuggestionStore(database), closes_at=END)
    assert await voters(ballots, ballot) == [ADA, GRACE_H, ALAN, EVE]


async def test_an_answer_counts_for_its_time_alone(ballots: BallotStore, database: Database) -> None:
    found = await weekly(database, 7, NOW)
    coming = next_occurrences(found.schedule, NOW, 1)[0]
    later = (coming.local + timedelta(hours=1)).replace(tzinfo=None)
    await says(database, found, ADA, "yes", NOW)
    await says(database, found, GRACE_H, "yes", NOW, at=coming.at + timedelta(hours=1))
    ballot = await for_attendees(database)
    assert await voters(ballots, ballot) == [ADA]
    await SlotStore(database).move(7, found.id, 9, NOW, coming.original, later)
    assert await voters(ballots, ballot) == [GRACE_H]


async def test_the_next_meeting_is_the_first_of_all_and_one_that_is_under_way_counts(
    ballots: BallotStore, database: Database
) -> None:
    far, near = await weekly(database, 7, NOW, days=7), await weekly(database, 7, NOW, days=5)
    prompt = await weekly(database, 7, NOW, days=2, kind=Kind.PROMPT)
    await says(database, far, ADA, "yes", NOW)
    await says(database, near, GRACE_H, "yes", NOW)
    await says(database, prompt, EVE, "yes", NOW)
    ballot, begins = await for_attendees(database), NOW + timedelta(days=5, hours=6)
    assert await voters(ballots, ballot) == [GRACE_H]
    assert await voters(ballots, ballot, begins + timedelta(minutes=89)) == [ADA, GRACE_H]
    assert await voters(ballots, ballot, begins + timedelta(minutes=91)) == [ADA]


async def test_who_came_to_one_of_the_last_three_meetings_votes(ballots: BallotStore, database: Database) -> None:
    for weeks, member in ((4, ALAN), (3, ADA), (2, GRACE_H)):
        day = (NOW - timedelta(weeks=weeks)).date()
        await meets(database, 7, day)
        await came(database, 7, day, [member])
    await meets(database, 7, NOW.date() - timedelta(1), "slot:5")
    await came(database, 8, NOW.date() - timedelta(1), [EVE])  # somewhere else
    ballot = await for_attendees(database)
    assert await voters(ballots, ballot) == [ADA, GRACE_H]


async def test_who_may_not_vote_any_more_can_take_a_vote_back_and_it_counts_until_then(
    ballots: BallotStore, database: Database
) -> None:
    found = await weekly(database, 7, NOW)
    for member in (ADA, ALAN):
        await says(database, found, member, "yes", NOW)
    ballot = await for_attendees(database)
    assert await voters(ballots, ballot) == [ADA, ALAN]
    await SlotStore(database).remove(7, found.id, 9, NOW)
    assert await voters(ballots, ballot) == []
    await ballots.cast(7, ballot.id, ADA, [], click(NOW, 50))
    counted = await ballots.count_due(7, ballot.id, END + GRACE)
    assert counted.result
    assert counted.result.voters == 1


async def test_two_clubs_do_not_know_who_comes_to_the_other(ballots: BallotStore, database: Database) -> None:
    await says(database, await weekly(database, 8, NOW), ADA, "yes", NOW)
    await weekly(database, 7, NOW)
    here, there = await for_attendees(database), await for_attendees(database, 8)
    assert await voters(ballots, here) == []
    assert await voters(ballots, there) == [ADA]
