"""Ballots, on both databases: one vote for each member, counted once, by the time of the click."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from bot.club.ballot import GRACE, Ballot, BallotState, Option, clicked_at, number_of, put_choice, slot_of
from bot.club.counting import Method, Outcome
from bot.club.post import State as PostState
from bot.club.stores.ballots import BallotStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.posts import PostStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import Proposal, State, propose_title
from bot.database.database import Database
from bot.database.tables import meeting, vote
from bot.errors import ClubError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = NOW + timedelta(hours=1)
ORGANISER = 99


def click(moment: datetime, number: int = 0) -> int:
    """Give the id of an interaction of a moment, as Discord makes them."""
    return (int((moment - datetime(2015, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)) << 22) + number


@pytest.fixture
def ballots(database: Database) -> BallotStore:
    return BallotStore(database)


@pytest.fixture
def suggestions(database: Database) -> SuggestionStore:
    return SuggestionStore(database)


async def open_one(ballots: BallotStore, suggestions: SuggestionStore, guild: int = 7, **more: object) -> Ballot:
    """Open a ballot over three suggestions, shown in another order than they were made."""
    options: list[Option] = []
    for day, title in enumerate(["Oldest", "Middle", "Youngest"]):
        made_at = NOW - timedelta(days=9 - day)
        made = (await suggestions.propose(guild, 1, propose_title(f"{title} paper"), "", made_at)).suggestion
        options.append(Option(made.title, made.made_at, made.id))
    more = {"closes_at": END} | more
    return await ballots.open_ballot(guild, ORGANISER, [options[1], options[2], options[0]], 5, NOW, **more)


async def test_a_ballot_is_kept_as_it_was_opened(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    opened = await open_one(ballots, suggestions, method=Method.RANKED, quorum=2)
    assert [option.title for option in opened.options] == ["Middle paper", "Youngest paper", "Oldest paper"]
    assert opened.seniority == (2, 0, 1)
    await ballots.put_message(7, opened.id, 1234)
    kept = await ballots.get(7, opened.id)
    assert kept
    assert (kept.method, kept.quorum, kept.closes_at, kept.message_id) == (Method.RANKED, 2, END, 1234)
    with pytest.raises(ClubError, match="open already"):
        await open_one(ballots, suggestions)
    with pytest.raises(ClubError, match="2 to 25"):
        await ballots.open_ballot(7, ORGANISER, [], 5, NOW)


async def test_a_vote_can_be_changed_and_the_later_click_counts_however_they_arrive(
    ballots: BallotStore, suggestions: SuggestionStore
) -> None:
    number = (await open_one(ballots, suggestions)).id
    await ballots.cast(7, number, 1, [0, 2], click(NOW, 5))
    await ballots.cast(7, number, 1, [1], click(NOW, 4))
    assert await ballots.get_choices(7, number, 1) == (0, 2)
    await ballots.cast(7, number, 1, [1], click(NOW, 6))
    assert await ballots.get_choices(7, number, 1) == (1,)
    await ballots.cast(7, number, 1, [], click(NOW, 7))
    found = await ballots.get(7, number)
    assert found
    assert (await ballots.get_choices(7, number, 1), found.voters) == ((), 0)


async def test_many_clicks_at_once_are_one_vote_for_each(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    number = (await open_one(ballots, suggestions)).id
    clicks = [(member, turn) for member in range(40) for turn in range(3)]
    await asyncio.gather(
        *(ballots.cast(7, number, member, [turn], click(NOW, member * 3 + turn)) for member, turn in clicks)
    )
    found = await ballots.count_due(7, number, END + GRACE)
    assert found.result
    assert (found.result.voters, found.result.rounds[0].tallies) == (40, (0, 0, 40))


async def test_a_vote_counts_by_the_time_of_its_click(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    number = (await open_one(ballots, suggestions)).id
    in_time, late = click(END), click(END + timedelta(milliseconds=1))
    assert clicked_at(in_time) == END
    await ballots.cast(7, number, 1, [0], in_time)
    with pytest.raises(ClubError, match="closed"):
        await ballots.cast(7, number, 2, [0], late)
    assert (await ballots.count_due(7, number, END + GRACE - timedelta(milliseconds=1))).state is BallotState.OPEN
    assert await ballots.find_due(END) == []
    assert await ballots.find_due(END + GRACE) == [(7, number)]
    counted = await ballots.count_due(7, number, END + GRACE)
    assert counted.result
    assert counted.result.voters == 1
    with pytest.raises(ClubError, match="closed"):
        await ballots.cast(7, number, 3, [0], in_time)


async def test_the_winner_is_read_next_once_and_the_others_keep_their_voices(
    ballots: BallotStore, suggestions: SuggestionStore, database: Database
) -> None:
    number = (await open_one(ballots, suggestions)).id
    await ballots.cast(7, number, 1, [1], click(NOW))
    counted = await asyncio.gather(*(ballots.count_due(7, number, END + GRACE) for _ in range(5)))
    assert {each.state for each in counted} == {BallotState.COUNTED}

    def work(connection: Connection) -> list[tuple[str, int]]:
        return [(row.title, row.ballot_id) for row in connection.execute(select(meeting))]

    assert await database.read(work) == [("Youngest paper", number)]
    left = await suggestions.queue(7)
    assert [(each.title, each.votes) for each in left] == [("Oldest paper", 1), ("Middle paper", 1)]
    winner = counted[0].options[1].suggestion_id
    assert winner
    chosen = await suggestions.get(7, winner)
    assert chosen
    assert chosen.state is State.CHOSEN


async def test_a_winner_that_an_organiser_has_chosen_meanwhile_is_read_once(
    ballots: BallotStore, suggestions: SuggestionStore, database: Database
) -> None:
    opened = await open_one(ballots, suggestions)
    number, winner = opened.id, opened.options[1].suggestion_id
    assert winner
    await ballots.cast(7, number, 1, [1], click(NOW))
    await DecisionStore(database).accept(7, winner, 9, NOW)
    await ballots.count_due(7, number, END + GRACE)
    (coming,) = await MeetingStore(database).list_coming(7)
    assert coming.suggestion
    assert (coming.suggestion.id, coming.suggestion.state, coming.chosen_by) == (winner, State.CHOSEN, 9)
    assert coming.victory, "and it is said that it won the ballot too"


async def test_what_was_declined_meanwhile_and_wins_is_read_and_stays_declined(
    ballots: BallotStore, suggestions: SuggestionStore, database: Database
) -> None:
    opened = await open_one(ballots, suggestions)
    declined = opened.options[0].suggestion_id
    assert declined
    await DecisionStore(database).decline(7, declined, 9, "Too long", NOW)
    await ballots.cast(7, opened.id, 1, [0], click(NOW))
    await ballots.count_due(7, opened.id, END + GRACE)
    meetings = MeetingStore(database)
    (coming,) = await meetings.list_coming(7)
    assert coming.suggestion
    assert coming.suggestion.state is State.DECLINED
    assert await meetings.drop(7, coming.id, 9, END) is None


async def test_of_equals_the_older_suggestion_wins(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    number = (await open_one(ballots, suggestions)).id
    await ballots.cast(7, number, 1, [0, 2], click(NOW))
    counted = await ballots.count_due(7, number, END + GRACE)
    assert counted.result
    assert counted.options[counted.result.winner or 0].title == "Oldest paper"


@pytest.mark.parametrize(("votes", "outcome"), [(0, Outcome.NO_VOTES), (2, Outcome.NO_QUORUM)])
async def test_without_votes_or_a_quorum_nobody_wins(
    ballots: BallotStore, suggestions: SuggestionStore, database: Database, votes: int, outcome: Outcome
) -> None:
    number = (await open_one(ballots, suggestions, quorum=3)).id
    for member in range(votes):
        await ballots.cast(7, number, member, [1], click(NOW))
    counted = await ballots.count_due(7, number, END + GRACE)
    assert counted.result
    assert (counted.result.outcome, counted.result.winner) == (outcome, None)
    assert await database.read(lambda connection: connection.execute(select(meeting)).all()) == []
    assert len(await suggestions.queue(7)) == 3


async def test_an_organiser_ends_it_at_the_moment_of_the_click(
    ballots: BallotStore, suggestions: SuggestionStore
) -> None:
    number = (await open_one(ballots, suggestions, closes_at=None)).id
    assert await ballots.find_due(NOW + timedelta(days=900)) == []
    await ballots.cast(7, number, 1, [1], click(NOW))
    closed = await ballots.close_ballot(7, number, ORGANISER, click(END), END)
    assert (closed.state, closed.closes_at, closed.closed_by) == (BallotState.OPEN, END, ORGANISER)
    await ballots.cast(7, number, 2, [1], click(END - timedelta(milliseconds=200)))
    assert (await ballots.count_due(7, number, END + GRACE)).voters == 2


async def test_a_cancelled_ballot_makes_room_for_another(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    number = (await open_one(ballots, suggestions)).id
    assert (await ballots.cancel_ballot(7, number, ORGANISER, NOW)).state is BallotState.CANCELLED
    with pytest.raises(ClubError, match="closed"):
        await ballots.cast(7, number, 1, [1], click(NOW))
    second = await open_one(ballots, suggestions)
    assert (await ballots.get_latest(7)) == second


async def test_two_clubs_never_reach_each_others_ballots(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    here, there = await open_one(ballots, suggestions), await open_one(ballots, suggestions, guild=8)
    await ballots.cast(8, there.id, 1, [0], click(NOW))
    assert await ballots.get(7, there.id) is None
    assert await ballots.get_choices(7, there.id, 1) == ()
    with pytest.raises(ClubError):
        await ballots.cast(7, there.id, 1, [0], click(NOW, 9))
    with pytest.raises(ClubError):
        await ballots.close_ballot(7, there.id, ORGANISER, click(NOW), NOW)
    with pytest.raises(ClubError):
        await ballots.cancel_ballot(7, there.id, ORGANISER, NOW)
    with pytest.raises(ValueError, match="not on the ballot"):
        await ballots.cast(7, here.id, 1, [3], click(NOW))


@pytest.mark.parametrize(
    ("choices", "place", "option", "expected"),
    [
        ((), 2, 7, (7,)),
        ((1, 2, 3), 0, 9, (9, 2, 3)),
        ((1, 2, 3), 0, 3, (3, 1, 2)),
        ((1, 2, 3), 2, 1, (2, 3, 1)),
        ((1, 2), 1, 2, (1, 2)),
        ((1, 2, 3), 1, None, (1, 3)),
        ((1,), 2, None, (1,)),
    ],
)
def test_a_choice_is_put_at_its_place(
    choices: tuple[int, ...], place: int, option: int | None, expected: tuple[int, ...]
) -> None:
    assert put_choice(choices, place, option) == expected


@given(st.lists(st.tuples(st.integers(0, 2), st.none() | st.integers(0, 5))))
def test_no_way_of_choosing_names_a_paper_twice_or_leaves_a_gap(clicks: list[tuple[int, int | None]]) -> None:
    choices: tuple[int, ...] = ()
    for place, option in clicks:
        choices = put_choice(choices, place, option)
        assert len(set(choices)) == len(choices) <= 3
        assert option is None or option in choices


async def test_of_two_choices_at_once_the_later_one_sees_the_earlier_one(
    ballots: BallotStore, suggestions: SuggestionStore
) -> None:
    number = (await open_one(ballots, suggestions, method=Method.RANKED)).id
    await ballots.put_choice(7, number, 1, 0, 2, click(NOW))
    await asyncio.gather(
        ballots.put_choice(7, number, 1, 1, 0, click(NOW, 1)), ballots.put_choice(7, number, 1, 2, 1, click(NOW, 2))
    )
    # The earlier click does nothing when it arrives second; in order, neither overwrites what it has not seen.
    assert await ballots.get_choices(7, number, 1) in ((2, 0, 1), (2, 1))
    with pytest.raises(ValueError, match="not on the ballot"):
        await ballots.put_choice(7, number, 1, 0, 3, click(NOW, 9))
    with pytest.raises(ClubError, match="closed"):
        await ballots.put_choice(7, number, 1, 0, 1, click(END + timedelta(seconds=1)))


async def test_the_result_is_planned_with_the_count_once(
    ballots: BallotStore, suggestions: SuggestionStore, database: Database
) -> None:
    number = (await open_one(ballots, suggestions)).id
    assert number_of(slot_of(number)) == number
    posts = PostStore(database)
    await ballots.count_due(7, number, END)
    assert await posts.get(7, slot_of(number), "", "result") is None
    for _ in range(2):
        await ballots.count_due(7, number, END + GRACE)
    planned = await posts.get(7, slot_of(number), "", "result")
    assert planned
    assert (planned.channel_id, planned.due_at, planned.state) == (5, END, PostState.DUE)
    assert len(await posts.claim(END, timedelta(minutes=1))) == 1


async def test_the_next_count_and_what_is_over_are_known(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    assert await ballots.next_at() is None
    here, there = await open_one(ballots, suggestions), await open_one(ballots, suggestions, guild=8, closes_at=None)
    assert await ballots.next_at() == END + GRACE
    assert await ballots.find_over(NOW) == []
    await ballots.count_due(7, here.id, END + GRACE)
    assert await ballots.next_at() is None
    await ballots.cancel_ballot(8, there.id, ORGANISER, END + GRACE)
    assert [each.id for each in await ballots.find_over(END)] == [here.id, there.id]
    assert [each.id for each in await ballots.find_over(END + GRACE)] == [there.id]


async def test_a_ballot_knows_the_years_of_its_papers(ballots: BallotStore, suggestions: SuggestionStore) -> None:
    made = await suggestions.propose(7, 1, Proposal("New", year=2020, keys=frozenset({"title:new"})), "", NOW)
    options = [Option("New", NOW, made.suggestion.id), Option("Read before", NOW, review_key="key")]
    opened = await ballots.open_ballot(7, ORGANISER, options, 5, NOW)
    assert [each.year for each in opened.options] == [2020, None]


async def test_an_error_of_the_database_tells_no_vote(ballots: BallotStore, database: Database) -> None:
    row = {"ballot_id": 987654, "member_id": 55555, "choices": (3, 1, 2), "clicked": 1}
    with pytest.raises(IntegrityError) as caught:
        await database.write(lambda connection: connection.execute(insert(vote).values(row)))
    assert "55555" not in str(caught.value)
    assert "[3,1,2]" not in str(caught.value)
