"""What is read next, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.club.ballot import GRACE, Option
from bot.club.counting import Count, Method, count_votes
from bot.club.meeting import tell_tally
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import ClubStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.suggestions import Proposed, SuggestionStore
from bot.club.suggestion import State, propose_title
from bot.database.database import Database
from bot.database.tables import meeting
from bot.errors import ClubError
from tests.club.test_ballots import click

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = NOW + timedelta(hours=1)
CLUB, OTHER, ADA, LISE, OLGA = 7, 8, 1, 2, 9


@pytest.fixture
def meetings(database: Database) -> MeetingStore:
    return MeetingStore(database)


async def accept(database: Database, title: str, guild: int = CLUB, voices: int = 1) -> int:
    """Let members suggest a paper and an organiser choose it; give the number of the suggestion."""
    suggestions = SuggestionStore(database)
    number = (await suggestions.propose(guild, ADA, propose_title(title), "it is good", NOW)).suggestion.id
    for member in range(2, voices + 1):
        await suggestions.add_voice(guild, number, member, NOW)
    await DecisionStore(database).accept(guild, number, OLGA, NOW)
    return number


async def lines(database: Database) -> list[tuple[int | None, str, str]]:
    notes, _ = await ClubStore(database).read_audit(CLUB, 0, 50)
    return [(line.actor_id, line.action, line.subject) for line in reversed(notes)]


async def test_the_oldest_meeting_with_a_paper_comes_first(database: Database, meetings: MeetingStore) -> None:
    assert await meetings.list_coming(CLUB) == []
    first, second = await accept(database, "First paper"), await accept(database, "Second paper")
    await accept(database, "Theirs", OTHER)
    empty = meeting.insert().values(guild_id=CLUB, state="coming", made_at=NOW, authors=(), notes="")
    await database.write(lambda connection: connection.execute(empty) and None)
    coming = await meetings.list_coming(CLUB)
    assert [each.title for each in coming] == ["First paper", "Second paper"], "what has no paper yet is not shown"
    assert [each.suggestion.id for each in coming if each.suggestion] == [first, second]
    assert (coming[0].chosen_by, coming[0].chosen_at, coming[0].victory) == (OLGA, NOW, None)


async def test_a_meeting_tells_of_the_ballot_that_its_paper_won(database: Database, meetings: MeetingStore) -> None:
    suggestions, ballots = SuggestionStore(database), BallotStore(database)
    made = [(await suggestions.propose(CLUB, ADA, propose_title(f"Paper {x}"), "", NOW)).suggestion for x in "AB"]
    options = [Option(each.title, each.made_at, each.id) for each in made]
    number = (await ballots.open_ballot(CLUB, OLGA, options, 5, NOW, closes_at=END)).id
    for member in range(9):
        await ballots.cast(CLUB, number, member, [1] if member < 7 else [0], click(NOW, member))
    await ballots.count_due(CLUB, number, END + GRACE)
    (won,) = await meetings.list_coming(CLUB)
    assert (won.title, won.chosen_by) == ("Paper B", None)
    assert won.victory
    assert won.victory.closed_at == END
    assert tell_tally(won.victory.count) == "7 of 9 voters"


RANKED = [[0, 2], [0], [1], [1], [2, 0], [3, 2]]


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (count_votes(Method.APPROVAL, [[0, 1], [0]], [0, 1]), "2 of 2 voters"),
        (count_votes(Method.APPROVAL, [[0]], [0, 1]), "1 of 1 voter"),
        (count_votes(Method.RANKED, [[0], [0], [1]], [0, 1]), "2 of 3 votes"),
        (count_votes(Method.RANKED, RANKED, [0, 1, 2, 3]), "3 of 5 votes in the last round"),
        (count_votes(Method.RANKED, [], [0, 1]), ""),
    ],
)
def test_a_tally_says_how_many_wanted_the_winner_when_it_was_decided(count: Count, told: str) -> None:
    assert tell_tally(count) == told


async def test_of_many_volunteers_one_presents(database: Database, meetings: MeetingStore) -> None:
    await accept(database, "One paper")
    number = (await meetings.list_coming(CLUB))[0].id
    told = await asyncio.gather(*(meetings.volunteer(CLUB, number, member) for member in range(20, 40)))
    assert len({each.presenter_id for each in told}) == 1
    presenter = told[0].presenter_id
    assert presenter
    assert (await meetings.free_place(CLUB, number, 5, NOW)).presenter_id == presenter, "only their own place"
    assert (await meetings.free_place(CLUB, number, presenter, NOW)).presenter_id is None
    assert (await meetings.volunteer(CLUB, number, 5)).presenter_id == 5
    assert [action for _, action, _ in await lines(database)] == ["chose"], "members may change their minds"
    await meetings.free_place(CLUB, number, 5, NOW, actor_id=OLGA)
    assert (await lines(database))[-1] == (OLGA, "looks for another presenter of", "One paper")


async def test_notes_are_kept_and_who_wrote_them(database: Database, meetings: MeetingStore) -> None:
    await accept(database, "One paper")
    number = (await meetings.list_coming(CLUB))[0].id
    for _ in range(2):
        await meetings.write_notes(CLUB, number, OLGA, "Read\nsection 3", NOW)
    assert (await meetings.list_coming(CLUB))[0].notes == "Read\nsection 3"
    assert [line for line in await lines(database) if "notes" in line[1]] == [(OLGA, "wrote notes for", "One paper")]


async def test_what_is_dropped_goes_back_to_the_queue_with_its_votes(
    database: Database, meetings: MeetingStore
) -> None:
    number = await accept(database, "First paper", voices=3)
    await accept(database, "Second paper")
    dropped = (await meetings.list_coming(CLUB))[0].id
    back = await meetings.drop(CLUB, dropped, OLGA, END)
    assert back
    assert (back.id, back.state, back.votes, back.decided_at) == (number, State.OPEN, 3, None)
    assert [each.title for each in await meetings.list_coming(CLUB)] == ["Second paper"]
    suggestions = SuggestionStore(database)
    assert [each.id for each in await suggestions.queue(CLUB)] == [number]
    assert (await suggestions.propose(CLUB, ADA, propose_title("First paper"), "", END)).outcome is Proposed.ALREADY
    assert (await lines(database))[-1] == (OLGA, "dropped", "First paper")
    with pytest.raises(ClubError, match="not to be read next any more"):
        await meetings.drop(CLUB, dropped, OLGA, END)
    await DecisionStore(database).accept(CLUB, number, OLGA, END)
    assert [each.title for each in await meetings.list_coming(CLUB)] == ["Second paper", "First paper"]


async def test_what_was_read_is_over(database: Database, meetings: MeetingStore) -> None:
    number = await accept(database, "One paper")
    held = (await meetings.list_coming(CLUB))[0].id
    await meetings.mark_read(CLUB, held, OLGA, END)
    assert await meetings.list_coming(CLUB) == []
    read = await SuggestionStore(database).get(CLUB, number)
    assert read
    assert (read.state, read.decided_at) == (State.READ, END)
    assert (await lines(database))[-1] == (OLGA, "marked as read", "One paper")
    again = await SuggestionStore(database).propose(CLUB, LISE, propose_title("One paper"), "", END)
    assert again.outcome is Proposed.NEW
    with pytest.raises(ClubError, match="not to be read next any more"):
        await meetings.mark_read(CLUB, held, OLGA, END)


async def test_a_suggestion_that_was_read_is_not_read_next(database: Database, meetings: MeetingStore) -> None:
    number = await accept(database, "First paper")
    await accept(database, "Second paper")
    await DecisionStore(database).mark_read(CLUB, number, "abcdef", None, END)
    assert [each.title for each in await meetings.list_coming(CLUB)] == ["Second paper"]


async def test_another_club_changes_nothing(database: Database, meetings: MeetingStore) -> None:
    await accept(database, "One paper")
    (before,) = await meetings.list_coming(CLUB)
    number = before.id
    for change in (
        meetings.volunteer(OTHER, number, ADA),
        meetings.free_place(OTHER, number, ADA, NOW),
        meetings.write_notes(OTHER, number, ADA, "x", NOW),
        meetings.drop(OTHER, number, ADA, NOW),
        meetings.mark_read(OTHER, number, ADA, NOW),
    ):
        with pytest.raises(ClubError):
            await change
    assert await meetings.list_coming(CLUB) == [before]
