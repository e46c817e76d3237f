"""What becomes of suggestions, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.club.ballot import Option
from bot.club.stores.ballots import BallotStore
from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.suggestions import Proposed, SuggestionStore
from bot.club.suggestion import Proposal, State, propose_id, propose_paper, propose_title
from bot.database.database import Database
from bot.database.tables import audit, meeting
from bot.errors import ClubError
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ADA, GRACE, ORGANISER = 1, 2, 9
BERT = Paper(PaperId("arxiv", "1810.04805"), "BERT", "arXiv", "", authors=("Jacob Devlin",), dois=("10.1/bert",))


@pytest.fixture
def suggestions(database: Database) -> SuggestionStore:
    return SuggestionStore(database)


@pytest.fixture
def decisions(database: Database) -> DecisionStore:
    return DecisionStore(database)


async def suggest(suggestions: SuggestionStore, title: str, by: int = ADA, days: int = 0) -> int:
    proposal = propose_title(title)
    return (await suggestions.propose(7, by, proposal, "", NOW + timedelta(days=days))).suggestion.id


async def lines(database: Database) -> list[tuple[int | None, str, str]]:
    def work(connection: Connection) -> list[tuple[int | None, str, str]]:
        rows = connection.execute(select(audit).where(audit.c.guild_id == 7).order_by(audit.c.id))
        return [(row.actor_id, row.action, row.subject) for row in rows]

    return await database.read(work)


async def test_what_nobody_else_wants_goes_with_the_one_who_suggested_it(
    suggestions: SuggestionStore, decisions: DecisionStore
) -> None:
    number = await suggest(suggestions, "One paper")
    with pytest.raises(ClubError, match="Only the one who suggested it"):
        await decisions.withdraw(7, number, GRACE, LATER)
    assert (await decisions.withdraw(7, number, ADA, LATER)).state is State.WITHDRAWN
    assert await suggestions.queue(7) == []
    with pytest.raises(ClubError, match="not open"):
        await decisions.withdraw(7, number, ADA, LATER)
    again = await suggestions.propose(7, GRACE, propose_title("One paper"), "", LATER)
    assert again.outcome is Proposed.NEW


async def test_what_others_want_too_stays_without_the_name(
    suggestions: SuggestionStore, decisions: DecisionStore
) -> None:
    number = await suggest(suggestions, "One paper")
    await suggestions.add_voice(7, number, GRACE, NOW)
    left = await decisions.withdraw(7, number, ADA, LATER)
    assert (left.state, left.suggested_by) == (State.OPEN, None)
    assert left.voices == (GRACE,)


async def test_what_was_declined_says_why_and_when_when_it_is_suggested_again(
    suggestions: SuggestionStore, decisions: DecisionStore, database: Database
) -> None:
    number = await suggest(suggestions, "One paper")
    await decisions.decline(7, number, ORGANISER, "Too long", LATER)
    assert await suggestions.queue(7) == []
    again = await suggestions.propose(7, GRACE, propose_title("One paper"), "", LATER)
    assert again.outcome is Proposed.NEW
    assert again.before
    assert (again.before.state, again.before.remark, again.before.decided_at) == (State.DECLINED, "Too long", LATER)
    assert await lines(database) == [(ORGANISER, "declined", "One paper")]


async def test_what_is_accepted_goes_to_the_first_meeting_without_a_paper(
    suggestions: SuggestionStore, decisions: DecisionStore, database: Database
) -> None:
    first, second = await suggest(suggestions, "First paper"), await suggest(suggestions, "Second paper")
    await decisions.accept(7, first, ORGANISER, NOW)
    await database.write(lambda c: c.execute(meeting.insert().values(guild_id=7, state="coming", made_at=NOW, authors=(), notes="")) and None)  # fmt: skip
    await decisions.accept(7, second, ORGANISER, LATER)

    def work(connection: Connection) -> list[tuple[str, int, int]]:
        rows = connection.execute(select(meeting).order_by(meeting.c.id))
        return [(row.title, row.suggestion_id, row.chosen_by) for row in rows]

    assert await database.read(work) == [("First paper", first, ORGANISER), ("Second paper", second, ORGANISER)]
    joined = await suggestions.propose(7, GRACE, propose_title("First paper"), "", LATER)
    assert (joined.outcome, joined.suggestion.state) == (Proposed.JOINED, State.CHOSEN)


async def test_what_was_read_is_over_also_after_it_was_chosen(
    suggestions: SuggestionStore, decisions: DecisionStore
) -> None:
    number = await suggest(suggestions, "One paper")
    await decisions.accept(7, number, ORGANISER, NOW)
    read = await decisions.mark_read(7, number, "abcdef", None, LATER)
    assert (read.state, read.review_key) == (State.READ, "abcdef")
    with pytest.raises(ClubError, match="not open"):
        await decisions.mark_read(7, number, "abcdef", None, LATER)


async def test_organisers_put_suggestions_where_they_want_them(
    suggestions: SuggestionStore, decisions: DecisionStore
) -> None:
    a, b, c, d = [await suggest(suggestions, f"Paper {name}", days=day) for day, name in enumerate("ABCD")]
    await suggestions.add_voice(7, d, GRACE, NOW)

    async def order() -> list[int]:
        return [each.id for each in await suggestions.queue(7)]

    assert await order() == [d, a, b, c]
    await decisions.put_at(7, c, 1, ORGANISER, NOW)
    assert await order() == [c, d, a, b]
    await decisions.put_at(7, b, 2, ORGANISER, NOW)
    assert await order() == [c, b, d, a]
    await decisions.put_at(7, c, 2, ORGANISER, NOW)
    assert await order() == [b, c, d, a]
    await decisions.put_at(7, a, 99, ORGANISER, NOW)
    assert await order() == [b, c, d, a]
    await decisions.put_at(7, b, None, ORGANISER, NOW)
    assert (await order())[0] == c
    assert sorted(await order()) == [a, b, c, d]


async def test_what_a_source_tells_later_is_filled_in(suggestions: SuggestionStore, decisions: DecisionStore) -> None:
    number = (await suggestions.propose(7, ADA, propose_id(BERT.id), "soon", NOW)).suggestion.id
    filled = await decisions.describe(7, number, propose_paper(BERT, BERT.id), LATER)
    assert (filled.id, filled.title, filled.authors, filled.described) == (number, "BERT", ("Jacob Devlin",), True)
    joined = await suggestions.propose(7, GRACE, propose_id(PaperId("doi", "10.1/bert")), "", LATER)
    assert joined.suggestion.id == number


async def test_two_that_turn_out_to_be_one_paper_become_one(
    suggestions: SuggestionStore, decisions: DecisionStore
) -> None:
    by_id = (await suggestions.propose(7, ADA, propose_id(BERT.id), "mine", NOW)).suggestion.id
    by_doi = (await suggestions.propose(7, GRACE, propose_id(PaperId("doi", "10.1/bert")), "hers", LATER)).suggestion.id
    await suggestions.add_voice(7, by_doi, ADA, LATER)
    one: Proposal = propose_paper(BERT, PaperId("doi", "10.1/bert"))
    kept = await decisions.describe(7, by_doi, one, LATER)
    assert (kept.id, kept.votes) == (by_id, 2)
    assert [reason.text for reason in kept.reasons] == ["mine", "hers"]
    assert await suggestions.get(7, by_doi) == kept
    assert (await suggestions.add_voice(7, by_doi, 3, LATER)).id == by_id
    assert [each.id for each in await suggestions.queue(7)] == [by_id]


async def test_what_is_chosen_or_on_a_ballot_stays_so_when_it_becomes_another(
    suggestions: SuggestionStore, decisions: DecisionStore, database: Database
) -> None:
    by_id = (await suggestions.propose(7, ADA, propose_id(BERT.id), "", NOW)).suggestion
    by_doi = (await suggestions.propose(7, GRACE, propose_id(PaperId("doi", "10.1/bert")), "", LATER)).suggestion
    options = [Option(each.title, NOW, each.id) for each in (by_id, by_doi)]
    opened = await BallotStore(database).open_ballot(7, ORGANISER, options, 5, NOW)
    await decisions.accept(7, by_id.id, ORGANISER, NOW)
    await decisions.accept(7, by_doi.id, ORGANISER, NOW)
    await decisions.describe(7, by_doi.id, propose_paper(BERT, PaperId("doi", "10.1/bert")), LATER)
    found = await BallotStore(database).get(7, opened.id)
    assert found
    assert [each.title for each in found.options] == ["BERT", "BERT"]
    meetings = MeetingStore(database)
    first, second = await meetings.list_coming(7)
    assert [each.suggestion and each.suggestion.id for each in (first, second)] == [by_id.id, by_id.id]
    assert first.title == second.title == "BERT"
    assert await meetings.drop(7, second.id, ORGANISER, LATER) is None, "it is still read next"
    back = await meetings.drop(7, first.id, ORGANISER, LATER)
    assert back
    assert (back.id, back.votes) == (by_id.id, 2)
