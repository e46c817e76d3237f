"""What ballots look like, without a Discord."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.club.ballot import Ballot, BallotOption, BallotState
from bot.club.counting import Method, count_votes
from bot.ui.ballot_results import bar, result_message
from bot.ui.ballots import ballot_message, ballot_paper, option_lines, over_message, own_ballot, vote_lines
from bot.ui.slate import Terms, read_terms
from bot.ui.text import length

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def make_ballot(titles: list[str], method: Method = Method.APPROVAL, **more: Any) -> Ballot:
    options = tuple(BallotOption(title, None, None, None, ("Ann Author", "Bob Writer"), 2017) for title in titles)
    known = {"state": BallotState.OPEN, "quorum": 0, "voters": 3, "message_id": 9, "closes_at": NOW}
    return Ballot(
        id=1, guild_id=2, method=method, opened_at=NOW, channel_id=3, options=options,
        seniority=tuple(range(len(titles))), **(known | more),
    )  # fmt: skip


def text_of(view: Any) -> list[str]:
    return [item.content for item in view.walk_children() if hasattr(item, "content")]


titles = st.lists(st.text(min_size=1, max_size=700) | st.just("word " * 60), min_size=2, max_size=25)


@settings(max_examples=40, deadline=None)
@given(titles, st.sampled_from(Method), st.data())
def test_whatever_the_titles_are_every_message_fits(names: list[str], method: Method, data: st.DataObject) -> None:
    positions = st.lists(st.integers(0, len(names) - 1), unique=True, max_size=3)
    votes = data.draw(st.lists(positions, max_size=30))
    ballot = make_ballot(names, method)
    result = count_votes(method, votes, ballot.seniority)
    choices = data.draw(st.permutations(range(len(names)))) if method is Method.APPROVAL else (0, 1)
    views = [
        ballot_message(ballot),
        own_ballot(ballot, choices),
        ballot_paper(ballot, choices, 7, "Your vote is kept."),
        over_message(make_ballot(names, method, state=BallotState.COUNTED, result=result), "https://discord.com/x"),
        result_message(ballot, result, private=True),
    ]
    for view in views:
        assert sum(map(length, text_of(view))) <= 4_000
        assert view.total_children_count <= 40
        view.to_components()


def test_titles_are_whole_where_there_is_room_and_authors_go_first() -> None:
    few = option_lines(make_ballot(["A title of a paper " * 5] * 5).options)
    assert few.count("A title of a paper") == 25
    assert few.count("\n-# Ann Author, Bob Writer · 2017") == 5
    many = option_lines(make_ballot(["A title of a paper " * 5] * 25).options)
    assert many.count("A title of a paper") == 125
    assert "Ann Author" not in many
    assert option_lines(make_ballot(["$O(n^2)$ at last"]).options).startswith("**1.** O(n²) at last")


def test_many_choices_are_told_by_their_numbers() -> None:
    ballot = make_ballot([f"Paper {number}" for number in range(9)])
    assert vote_lines(ballot, (0, 2)) == "**Your vote**\n**1.** Paper 0\n**3.** Paper 2"
    assert vote_lines(ballot, range(6)) == "**Your vote**\nYou chose 6 papers: 1, 2, 3, 4, 5, 6"


@pytest.mark.parametrize(
    ("votes", "most", "drawn"), [(4, 4, "█" * 14), (2, 4, "█" * 7), (1, 1_000, "▏"), (1, 4, "███▌")]
)
def test_bars_are_as_long_as_the_votes_are_many(votes: int, most: int, drawn: str) -> None:
    assert bar(votes, most) == drawn


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_no_bar_is_longer_than_a_phone_s_line_or_than_that_of_more_votes(votes: int, more: int) -> None:
    most = max(votes, more)
    assert 1 <= len(bar(votes, most)) <= 14
    assert len(bar(min(votes, more), most)) <= len(bar(most, most))


@given(st.sampled_from(Method), st.none() | st.integers(0, 10**10), st.integers(0, 10_000), st.booleans())
def test_terms_survive_in_a_custom_id(method: Method, closes: int | None, quorum: int, attendees: bool) -> None:
    terms = Terms(method, None if closes is None else datetime.fromtimestamp(closes, UTC), quorum, attendees)
    assert read_terms(terms.write()) == terms
