"""Suggestions, on both databases: one for each paper, one voice for each member."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.club.stores.suggestions import Proposed, SuggestionStore
from bot.club.suggestion import propose_id, propose_paper, propose_title
from bot.database.database import Database
from bot.errors import ClubError
from bot.papers.identifiers import PaperId, parse_paper_id
from bot.papers.paper import Paper

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GRACE, EDSGER = 1, 2, 3
BERT = Paper(
    PaperId("arxiv", "1810.04805", 2), "BERT: Pre-training of Deep Bidirectional Transformers", "arXiv", "",
    authors=("Jacob Devlin",), published=datetime(2018, 10, 11, tzinfo=UTC), dois=("10.18653/V1/N19-1423",),
)  # fmt: skip


@pytest.fixture
def store(database: Database) -> SuggestionStore:
    return SuggestionStore(database)


async def test_a_suggestion_keeps_what_is_known_of_the_paper_and_why(store: SuggestionStore) -> None:
    receipt = await store.propose(7, ADA, propose_paper(BERT, BERT.id), "Everybody cites it", NOW)
    assert receipt.outcome is Proposed.NEW
    (kept,) = await store.queue(7)
    assert kept == receipt.suggestion == await store.get(7, kept.id)
    assert (kept.title, kept.authors, kept.year, kept.described) == (BERT.title, BERT.authors, 2018, True)
    assert (kept.paper_id, kept.suggested_by, kept.votes) == (PaperId("arxiv", "1810.04805"), ADA, 1)
    assert [(reason.member_id, reason.text) for reason in kept.reasons] == [(ADA, "Everybody cites it")]


@pytest.mark.parametrize(
    "again",
    [
        propose_paper(BERT, BERT.id),
        propose_id(PaperId("arxiv", "1810.04805", 1)),
        propose_id(PaperId("doi", "10.18653/v1/n19-1423")),
        propose_title(" bert:  Pre-Training of deep bidirectional  transformers "),
    ],
    ids=["the same", "another version", "its DOI", "its title"],
)
async def test_the_same_paper_once_more_is_a_voice_for_the_first(store: SuggestionStore, again: object) -> None:
    first = await store.propose(7, ADA, propose_paper(BERT, BERT.id), "mine", NOW)
    second = await store.propose(7, GRACE, again, "hers", NOW + timedelta(hours=1))
    assert (second.outcome, second.suggestion.id, second.suggestion.votes) == (Proposed.JOINED, first.suggestion.id, 2)
    assert [reason.text for reason in second.suggestion.reasons] == ["mine", "hers"]
    assert second.suggestion.suggested_by == ADA


async def test_nobody_counts_twice(store: SuggestionStore) -> None:
    first = await store.propose(7, ADA, propose_paper(BERT, BERT.id), "", NOW)
    again = await store.propose(7, ADA, propose_id(BERT.id), "It is short", NOW)
    assert (again.outcome, again.suggestion.votes) == (Proposed.ALREADY, 1)
    assert again.suggestion.reasons[0].text == "It is short"
    number = first.suggestion.id
    await asyncio.gather(*(store.add_voice(7, number, member, NOW) for member in [ADA, GRACE, GRACE] * 10))
    assert (await store.queue(7))[0].votes == 2


async def test_voices_can_be_taken_back_but_not_by_the_one_who_suggested_it(store: SuggestionStore) -> None:
    number = (await store.propose(7, ADA, propose_title("A title"), "", NOW)).suggestion.id
    await store.add_voice(7, number, GRACE, NOW)
    assert (await store.take_voice(7, number, GRACE)).votes == 1
    assert (await store.take_voice(7, number, GRACE)).votes == 1
    with pytest.raises(ClubError, match="To take it back"):
        await store.take_voice(7, number, ADA)


async def test_the_queue_goes_by_votes_and_then_by_age(store: SuggestionStore) -> None:
    titles = ["first", "second", "third"]
    numbers = [
        (await store.propose(7, ADA, propose_title(title), "", NOW + timedelta(days=day))).suggestion.id
        for day, title in enumerate(titles)
    ]
    await store.add_voice(7, numbers[2], GRACE, NOW)
    assert [each.title for each in await store.queue(7)] == ["third", "first", "second"]


async def test_nobody_has_more_open_suggestions_than_the_quota_however_fast_they_come(store: SuggestionStore) -> None:
    proposals = [propose_title(f"Paper number {n}") for n in range(10)]
    outcomes = await asyncio.gather(*(store.propose(7, ADA, p, "", NOW) for p in proposals), return_exceptions=True)
    refused = [str(outcome) for outcome in outcomes if isinstance(outcome, ClubError)]
    assert len(refused) == 5
    assert "5 open suggestions" in refused[0]
    assert len(await store.queue(7)) == 5
    assert (await store.propose(7, GRACE, proposals[9], "", NOW)).suggestion.votes >= 1


async def test_the_same_paper_by_many_at_once_is_one_suggestion(store: SuggestionStore) -> None:
    given = ["1810.04805", "arXiv:1810.04805v2", "https://arxiv.org/pdf/1810.04805v1", "10.48550/arXiv.1810.04805"]
    ids = [found for text in given if (found := parse_paper_id(text))]
    assert len(ids) == 4
    await asyncio.gather(*(store.propose(7, member, propose_id(ids[member % 4]), "", NOW) for member in range(40)))
    (kept,) = await store.queue(7)
    assert kept.votes == 40


async def test_two_clubs_know_nothing_of_each_other(store: SuggestionStore) -> None:
    here = await store.propose(7, ADA, propose_paper(BERT, BERT.id), "", NOW)
    there = await store.propose(8, GRACE, propose_paper(BERT, BERT.id), "", NOW)
    assert there.outcome is Proposed.NEW
    assert await store.get(8, here.suggestion.id) is None
    with pytest.raises(ClubError, match="not open"):
        await store.add_voice(8, here.suggestion.id, EDSGER, NOW)
    assert [each.id for each in await store.queue(8)] == [there.suggestion.id]
