"""Who wins a ballot: published elections, what must hold of any, and what members read of it."""

import random
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.club.counting import (
    Count,
    Method,
    Outcome,
    Round,
    count_votes,
    explain,
    pack_count,
    rule_of,
    unpack_count,
)

APPROVAL, RANKED = Method.APPROVAL, Method.RANKED
Paper = tuple[int, ...]
Election = tuple[list[Paper], list[int]]  # papers, seniority


def papers_of(text: str) -> list[Paper]:
    """Read lines such as ``42 ABCD``: how many papers, and the options on each, A being the first."""
    rows = [line.split() for line in text.strip().splitlines()]
    return [tuple(ord(letter) - ord("A") for letter in row[1]) for row in rows for _ in range(int(row[0]))]


def ranked(text: str, options: int, seniority: Sequence[int] = ()) -> Count:
    return count_votes(RANKED, papers_of(text), seniority or range(options))


def tallies_of(count: Count) -> list[tuple[int | None, ...]]:
    return [each.tallies for each in count.rounds]


@st.composite
def elections(draw: st.DrawFn, least: int = 0) -> Election:
    options = draw(st.integers(1, 6))
    paper = st.permutations(range(options)).flatmap(
        lambda order: st.integers(least, options).map(lambda length: tuple(order[:length]))
    )
    return draw(st.lists(paper, max_size=14)), draw(st.permutations(range(options)))


METHODS = st.sampled_from(Method)
thorough = settings(max_examples=250, deadline=None)


# -- published elections


# https://en.wikipedia.org/wiki/Instant-runoff_voting: Memphis, Nashville, Chattanooga, Knoxville in percent.
TENNESSEE = "42 ABCD\n26 BCDA\n15 CDBA\n17 DCBA"


def test_tennessee_takes_knoxville_for_its_capital() -> None:
    count = ranked(TENNESSEE, 4)
    assert (count.outcome, count.winner, count.voters) == (Outcome.WON, 3, 100)
    assert tallies_of(count) == [(42, 26, 15, 17), (42, 26, None, 32), (42, None, None, 58)]
    assert [each.eliminated for each in count.rounds] == [2, 1, None]
    assert not any(each.exhausted or each.tied for each in count.rounds)


def test_burlington_elects_kiss_with_its_published_numbers() -> None:
    # https://en.wikipedia.org/wiki/2009_Burlington_mayoral_election. Kiss, Wright, Montroll, Smith, Simpson, write-ins.
    # The city dropped the last three in one step; the papers are those that make the transfers that it published, and
    # what it counts as exhausted holds four blank ones besides.
    montroll = papers_of("1332 CA\n767 CB\n455 C")  # what he passed on in the end; 491 of these came to him from Smith
    smith = [(3, *paper) for paper in montroll[:491]] + papers_of("396 DA\n343 DB\n76 D")
    papers = papers_of("2585 A\n2951 B\n35 E\n36 F") + montroll[491:] + smith
    count = count_votes(RANKED, [*papers, *[()] * 4], range(6))
    assert (count.winner, count.voters) == (0, 8980 - 4)
    assert count.rounds[0] == Round((2585, 2951, 2063, 1306, 35, 36), 4, 0, ())
    assert count.rounds[-2] == Round((2981, 3294, 2554, None, None, None), 2, 151 - 4, ())
    assert count.rounds[-1] == Round((4313, 4061, None, None, None, None), None, 606 - 4, ())
    assert len(count.rounds) == 5


def test_equal_leaders_part_when_the_weakest_goes() -> None:
    # https://en.wikipedia.org/wiki/Instant-runoff_voting, five voters: Bob, Bill, Sue.
    count = ranked("2 ABC\n1 BCA\n2 CAB", 3)
    assert tallies_of(count) == [(2, 1, 2), (2, None, 3)]
    assert count.winner == 2


def test_approval_in_tennessee_takes_nashville() -> None:
    # https://en.wikipedia.org/wiki/Approval_voting: each approves of the two that are nearest.
    count = count_votes(APPROVAL, papers_of("42 AB\n26 BC\n15 CD\n17 DC"), range(4))
    assert (count.winner, count.rounds) == (1, (Round((42, 68, 58, 32), None, 0, ()),))


# -- what holds of any election


@thorough
@given(METHODS, elections(), st.integers(0, 8), st.randoms(use_true_random=False))
def test_the_order_of_the_papers_does_not_matter(
    method: Method, election: Election, quorum: int, chance: random.Random
) -> None:
    papers, seniority = election
    shuffled = chance.sample(papers, len(papers))
    count = count_votes(method, papers, seniority, quorum)
    assert count_votes(method, shuffled, seniority, quorum) == count
    if method is APPROVAL:
        turned = [paper[::-1] for paper in papers]
        assert count_votes(method, turned, seniority, quorum) == count


@thorough
@given(METHODS, elections(), st.data())
def test_the_places_of_the_options_do_not_matter(method: Method, election: Election, data: st.DataObject) -> None:
    papers, seniority = election
    moved = data.draw(st.permutations(range(len(seniority))))
    count = count_votes(method, papers, seniority)
    other = count_votes(
        method, [tuple(moved[option] for option in paper) for paper in papers], [moved[option] for option in seniority]
    )
    assert other.winner == (None if count.winner is None else moved[count.winner])
    assert [each.tied for each in other.rounds] == [
        tuple(moved[option] for option in each.tied) for each in count.rounds
    ]


@thorough
@given(METHODS, elections(), st.integers(0, 8))
def test_a_count_survives_being_stored(method: Method, election: Election, quorum: int) -> None:
    count = count_votes(method, *election, quorum)
    assert unpack_count(pack_count(count)) == count


@thorough
@given(METHODS, elections(), st.integers(0, 8))
def test_somebody_wins_where_enough_have_voted(method: Method, election: Election, quorum: int) -> None:
    papers, seniority = election
    count = count_votes(method, papers, seniority, quorum)
    assert count.voters == sum(map(bool, papers))
    won = 0 < count.voters >= quorum
    assert (count.outcome is Outcome.WON) == (count.winner is not None) == bool(count.rounds) == won


@thorough
@given(elections(least=1))
def test_the_most_approved_wins_and_of_equals_the_oldest(election: Election) -> None:
    papers, seniority = election
    assume(papers)
    count = count_votes(APPROVAL, papers, seniority)
    votes = [sum(option in paper for paper in papers) for option in range(len(seniority))]
    best = [option for option in seniority if votes[option] == max(votes)]
    assert count.winner == best[0]
    assert count.rounds == (Round(tuple(votes), None, 0, tuple(best) if len(best) > 1 else ()),)


def naive_winner(papers: list[Paper], seniority: list[int]) -> int:
    """Drop one option after the other until one is left, counting everything anew."""
    remaining = list(seniority)
    while len(remaining) > 1:
        firsts = [next((option for option in paper if option in remaining), None) for paper in papers]
        least = min(firsts.count(option) for option in remaining)
        remaining.remove([option for option in remaining if firsts.count(option) == least][-1])
    return remaining[0]


@thorough
@given(elections(least=1))
def test_a_run_off_agrees_with_dropping_one_after_the_other_to_the_last(election: Election) -> None:
    papers, seniority = election
    assume(papers)
    assert count_votes(RANKED, papers, seniority).winner == naive_winner(papers, seniority)


@thorough
@given(elections(least=1))
def test_the_rounds_of_a_run_off_hang_together(election: Election) -> None:
    papers, seniority = election
    assume(papers)
    count = count_votes(RANKED, papers, seniority)
    out: set[int] = set()
    for number, each in enumerate(count.rounds):
        firsts = [next((option for option in paper if option not in out), None) for paper in papers]
        assert each.tallies == tuple(
            None if option in out else firsts.count(option) for option in range(len(seniority))
        )
        assert each.exhausted == firsts.count(None)
        assert sum(tally or 0 for tally in each.tallies) + each.exhausted == count.voters
        assert list(each.tied) == [option for option in seniority if option in each.tied]
        assert len({each.tallies[option] for option in each.tied}) <= 1
        assert len(each.tied) != 1
        if each is count.rounds[-1]:
            assert each.eliminated is None
            assert not each.tied or each.tied[0] == count.winner
            assert bool(each.tied) == ((each.tallies[count.winner or 0] or 0) * 2 == count.voters - each.exhausted)
        else:
            assert each.eliminated is not None
            assert not each.tied or each.tied[-1] == each.eliminated
            assert each.tallies[each.eliminated] == min(tally for tally in each.tallies if tally)
            out.add(each.eliminated)
            if number == 0:
                out |= {option for option, tally in enumerate(each.tallies) if tally == 0}


@thorough
@given(elections(least=1))
def test_the_first_choice_of_more_than_half_wins_at_once(election: Election) -> None:
    papers, seniority = election
    assume(papers)
    option, votes = Counter(paper[0] for paper in papers).most_common(1)[0]
    papers += [(option,)] * max(0, len(papers) - 2 * votes + 1)
    count = count_votes(RANKED, papers, seniority)
    assert (count.winner, len(count.rounds)) == (option, 1)


def prefers(paper: Paper, one: int, other: int) -> bool:
    return one in paper and (other not in paper or paper.index(one) < paper.index(other))


@thorough
@given(elections(least=1))
def test_what_loses_to_every_other_never_wins_a_run_off(election: Election) -> None:
    papers, seniority = election
    assume(papers and len(seniority) > 1)
    winner = count_votes(RANKED, papers, seniority).winner
    assert winner is not None
    assert any(
        sum(prefers(paper, winner, other) for paper in papers) >= sum(prefers(paper, other, winner) for paper in papers)
        for other in seniority
        if other != winner
    )


@thorough
@given(elections(least=1), st.data())
def test_a_further_choice_never_harms_an_earlier_one(election: Election, data: st.DataObject) -> None:
    papers, seniority = election
    assume(papers)
    place = data.draw(st.integers(0, len(papers) - 1))
    length = data.draw(st.integers(1, len(papers[place])))
    shorter = [*papers[:place], papers[place][:length], *papers[place + 1 :]]
    before = count_votes(RANKED, shorter, seniority).winner
    after = count_votes(RANKED, papers, seniority).winner
    assert before not in papers[place][:length] or after == before


# -- equals


def test_of_equally_approved_the_older_suggestion_wins() -> None:
    papers = papers_of("1 AB\n1 B\n1 A\n1 C")
    for seniority, winner in (([0, 1, 2], 0), ([2, 1, 0], 1)):
        count = count_votes(APPROVAL, papers, seniority)
        assert (count.winner, set(count.rounds[0].tied)) == (winner, {0, 1})


def test_of_the_equally_weakest_the_youngest_goes() -> None:
    text = "3 A\n2 BC\n2 CB"
    assert ranked(text, 3, [0, 1, 2]).rounds[0] == Round((3, 2, 2), 2, 0, (1, 2))
    assert ranked(text, 3, [0, 1, 2]).winner == 1
    assert ranked(text, 3, [2, 0, 1]).winner == 2


def test_of_the_last_two_the_older_wins_where_they_are_equal() -> None:
    assert ranked("2 A\n2 B", 2, [1, 0]) == Count(RANKED, Outcome.WON, 1, 4, 0, (Round((2, 2), None, 0, (1, 0)),))


def test_where_all_are_equal_the_oldest_wins() -> None:
    count = ranked("1 A\n1 B\n1 C\n1 D", 4, [2, 3, 1, 0])
    assert count.winner == 2
    assert [each.eliminated for each in count.rounds] == [0, 1, None]


def test_further_choices_do_not_break_a_tie_of_the_weakest() -> None:
    # C is the second choice of more, but that would make it unwise to name second choices.
    assert ranked("4 AC\n2 B\n2 C", 3, [0, 1, 2]).rounds[0].eliminated == 2


def test_what_nobody_puts_first_goes_at_once_and_gets_no_votes() -> None:
    count = ranked("4 A\n3 B\n2 CDB", 4, [3, 2, 1, 0])
    assert tallies_of(count) == [(4, 3, 2, 0), (4, 5, None, None)]
    assert count.rounds[0].tied == ()


# -- quorum, and edges


@pytest.mark.parametrize("method", Method)
def test_a_quorum_is_reached_by_as_many_and_not_by_blank_papers(method: Method) -> None:
    papers: list[Paper] = [(0,), (0, 1), ()]
    assert count_votes(method, papers, [0, 1], 2).outcome is Outcome.WON
    assert count_votes(method, papers, [0, 1], 3) == Count(method, Outcome.NO_QUORUM, None, 2, 3, ())
    assert count_votes(method, [()], [0, 1], 3) == Count(method, Outcome.NO_VOTES, None, 0, 3, ())
    assert count_votes(method, [], [], 0) == Count(method, Outcome.NO_VOTES, None, 0, 0, ())


@pytest.mark.parametrize("method", Method)
def test_one_option_wins_with_one_vote(method: Method) -> None:
    count = count_votes(method, [(0,)], [0])
    assert (count.winner, count.rounds) == (0, (Round((1,), None, 0, ()),))


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("paper", [(2,), (-1,), (0, 0), (0, 1, 0), (0, 5)])
def test_a_bad_paper_is_refused(method: Method, paper: Paper) -> None:
    with pytest.raises(ValueError, match="one of 2 options twice, or another"):
        count_votes(method, [(0,), paper], [0, 1], quorum=9)


@pytest.mark.parametrize("seniority", [[0, 0], [1, 2], [0, 2], [-1, 0]])
def test_seniority_names_each_option_once(seniority: list[int]) -> None:
    with pytest.raises(ValueError, match="not each option once"):
        count_votes(RANKED, [], seniority)


@pytest.mark.parametrize("method", Method)
def test_a_hundred_thousand_papers_of_25_options_are_counted_in_seconds(method: Method) -> None:
    chance = random.Random(5)
    papers = [tuple(chance.sample(range(25), 25)) for _ in range(2_000)] * 50
    start = time.perf_counter()
    count = count_votes(method, papers, range(25))
    assert time.perf_counter() - start < 5
    assert count.voters == 100_000
    assert len(explain(count, [str(option) for option in range(25)])) <= 25


def test_25_options_of_which_few_are_wanted_take_few_rounds() -> None:
    count = count_votes(RANKED, [(3,), (3, 9), (9, 7), (7, 3), (7, 1)], range(25))
    assert [each.eliminated for each in count.rounds] == [9, None]
    assert count.winner == 7


# -- what is stored


def test_what_was_stored_is_read_as_it_was_written() -> None:
    # Closed ballots have such texts in the database: a change must still read this one.
    text = (
        '{"method":"ranked","outcome":"won","winner":0,"voters":5,"quorum":2,"rounds":['
        '{"tallies":[2,1,2,0],"eliminated":1,"exhausted":0,"tied":[]},'
        '{"tallies":[2,null,2,null],"eliminated":null,"exhausted":1,"tied":[0,2]}]}'
    )
    count = count_votes(RANKED, papers_of("2 A\n1 B\n2 C"), range(4), 2)
    assert pack_count(count) == text
    assert unpack_count(text) == count


# -- what members read


NAMES = ["Ada", "Bob", "Cid", "Dee", "Eve", "Fay", "Gus"]


def test_a_run_off_is_told_round_by_round() -> None:
    assert explain(ranked(TENNESSEE, 4), ["Memphis", "Nashville", "Chattanooga", "Knoxville"]) == [
        "Round 1: Chattanooga is out with the fewest votes (15). Its votes: 15 to Knoxville.",
        "Round 2: Nashville is out with the fewest votes (26). Its votes: 26 to Knoxville.",
        "Round 3: Knoxville wins with 58 of 100 votes, more than half.",
    ]


def test_equals_and_what_no_longer_counts_are_told() -> None:
    count = ranked("4 A\n3 B\n1 CBE\n1 CD\n1 C", 5, [1, 0, 2, 3, 4])
    assert explain(count, NAMES) == [
        "Nobody's first choice, so out at once: Dee and Eve.",
        (
            "Round 1: Cid is out with the fewest votes (3), as many as Bob, and it is the younger suggestion. "
            "Its votes: 1 to Bob, 2 without a further choice."
        ),
        "Round 2: Bob wins with 4 of 8 votes that still count, as many as Ada, and it is the older suggestion.",
    ]


def test_many_equals_and_many_heirs_are_told_shortly() -> None:
    count = ranked("9 A\n9 B\n9 C\n9 D\n9 E\n3 FA\n2 FD\n1 FB\n1 FC\n7 G", 7)
    assert explain(count, NAMES)[:2] == [
        (
            "Round 1: Gus is out with the fewest votes (7), as many as Fay, and it is the younger suggestion. "
            "Its votes: 7 without a further choice."
        ),
        "Round 2: Fay is out with the fewest votes (7). Its votes: 3 to Ada, 2 to Dee, 1 to Bob, 1 to others.",
    ]
    assert explain(count, NAMES)[2] == (
        "Round 3: Eve is out with the fewest votes (9). Its votes: 9 without a further choice."
    )
    everyone = explain(ranked("1 A\n1 B\n1 C\n1 D\n1 E\n1 F", 6), NAMES)
    assert everyone[0].startswith(
        "Round 1: Fay is out with the fewest votes (1), as many as Ada, Bob, Cid and 2 others, "
        "and it is the youngest of these suggestions."
    )


def test_a_majority_at_once_takes_one_line() -> None:
    assert explain(ranked("2 A\n1 B", 3), NAMES) == ["Ada wins with 2 of 3 votes, more than half."]
    assert explain(ranked("1 A", 1), NAMES) == ["Ada wins with 1 of 1 vote, more than half."]


def test_an_approval_is_told() -> None:
    def told(text: str) -> list[str]:
        return explain(count_votes(APPROVAL, papers_of(text), range(5)), NAMES)

    assert told("5 A\n2 AB\n2 B") == ["Ada wins: 7 of 9 voters approved of it."]
    assert told("1 B") == ["Bob wins: 1 of 1 voter approved of it."]
    assert told("1 A\n1 B\n1 AB") == [
        "Ada wins: 2 of 3 voters approved of it, as many as of Bob, and it is the older suggestion."
    ]
    assert told("1 ABCDE") == [
        (
            "Ada wins: 1 of 1 voter approved of it, as many as of Bob, Cid, Dee and 1 other, "
            "and it is the oldest of these suggestions."
        )
    ]


def test_what_decides_nothing_is_told() -> None:
    assert explain(count_votes(RANKED, [], [0, 1], 3), NAMES) == ["Nobody voted, so nothing is decided."]
    assert explain(count_votes(RANKED, [(0,)], [0, 1], 3), NAMES) == [
        "1 member voted and 3 were needed, so nothing is decided."
    ]


@thorough
@given(METHODS, elections(), st.integers(0, 5))
def test_any_count_can_be_told_also_when_it_was_stored(method: Method, election: Election, quorum: int) -> None:
    count = unpack_count(pack_count(count_votes(method, *election, quorum)))
    lines = explain(count, NAMES)
    assert all(line.endswith(".") and "None" not in line and ": ." not in line for line in lines)
    assert len(lines) <= max(1, len(count.rounds) + 1)
    if count.winner is not None:
        assert f"{NAMES[count.winner]} wins" in lines[-1]


@pytest.mark.parametrize("method", Method)
def test_the_rule_that_is_printed_is_short_plain_and_names_the_tie(method: Method) -> None:
    rule = rule_of(method)
    assert len(rule) < 300
    assert "of equals the older suggestion" in rule.lower()
    assert not set(rule) & set("*_`~|<>#[]")
