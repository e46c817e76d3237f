"""How the votes of a ballot are counted: by approval, or by an instant run-off. Without chance, and without names.

Papers are those of the ballot here: what one voter chose, as positions of options.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import orjson


class Method(StrEnum):
    """How a ballot is counted. The values are stored."""

    APPROVAL = "approval"
    RANKED = "ranked"


class Outcome(StrEnum):
    """How a ballot ended. The values are stored."""

    WON = "won"
    NO_VOTES = "no votes"
    NO_QUORUM = "no quorum"


@dataclass(frozen=True, slots=True)
class Round:
    """One round of an instant run-off, or the only one of an approval count.

    `tallies` are the votes for each option by position, None for one that is out. What has 0 in the first round is out
    after it, beside the one that is `eliminated`. `exhausted` counts the papers that name none of those that remain.
    `tied` are the options between which the rule for equals had to decide, the oldest suggestion first: so it was the
    first of them that won, or the last that was eliminated.
    """

    tallies: tuple[int | None, ...]
    eliminated: int | None
    exhausted: int
    tied: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What a ballot came to: `winner` is a position, `voters` are those who chose something.

    A `quorum` of 0 means that none is needed. Where it was missed there are no rounds: what decides nothing should not
    lead the next ballot, and the fewer have voted, the more the tallies would tell of each.
    """

    method: Method
    outcome: Outcome
    winner: int | None
    voters: int
    quorum: int
    rounds: tuple[Round, ...]


_NAMED = 3  # in a sentence, since titles are long and phones are narrow
_RULES = {
    Method.APPROVAL: (
        "Choose as many suggestions as you like: the one that most voters choose wins. "
        "Of equals the older suggestion wins."
    ),
    Method.RANKED: (
        "Your vote counts for your first choice. While no suggestion has more than half of the votes that still count, "
        "the one with the fewest goes, and its votes move on to their next choices; "
        "of equals the older suggestion stays."
    ),
}


def rule_of(method: Method) -> str:
    """Say in plain sentences how a ballot is counted, to be printed on it. `count_votes` does just that."""
    return _RULES[method]


def count_votes(method: Method, papers: Iterable[Sequence[int]], seniority: Sequence[int], quorum: int = 0) -> Count:
    """Count the papers of a ballot; blank ones are no votes.

    `seniority` names all options from the oldest suggestion to the youngest. A paper holds what was approved of, in any
    order, or the choices from the first to the last, which need not be all. Raises ValueError where a paper names an
    option twice or one that is not there.
    """
    options = frozenset(range(len(seniority)))
    if frozenset(seniority) != options:
        raise ValueError(f"not each option once: {seniority}")
    votes = [paper for paper in papers if paper]
    for paper in votes:
        chosen = frozenset(paper)
        if len(chosen) < len(paper) or not chosen <= options:
            # Errors are logged, and what a voter chose is nobody's business.
            raise ValueError(f"a paper that names one of {len(options)} options twice, or another")
    if not votes:
        return Count(method, Outcome.NO_VOTES, None, 0, quorum, ())
    if len(votes) < quorum:
        return Count(method, Outcome.NO_QUORUM, None, len(votes), quorum, ())
    count = _approve if method is Method.APPROVAL else _run_off
    winner, rounds = count(votes, seniority)
    return Count(method, Outcome.WON, winner, len(votes), quorum, tuple(rounds))


def _approve(votes: Sequence[Sequence[int]], seniority: Sequence[int]) -> tuple[int, list[Round]]:
    tallies = Counter(option for paper in votes for option in paper)
    most = max(tallies.values())
    best = tuple(option for option in seniority if tallies[option] == most)
    return best[0], [Round(tuple(tallies[option] for option in range(len(seniority))), None, 0, _if_several(best))]


def _run_off(votes: Sequence[Sequence[int]], seniority: Sequence[int]) -> tuple[int, list[Round]]:
    """Move papers between piles, as one would by hand; the piles lie in the order of seniority.

    What is nobody's first choice goes at once. One by one they would go before all others too, as the weakest, and no
    vote would move: the winner is the same, without rounds in which nothing happens.
    """
    piles: dict[int, list[Iterator[int]]] = {option: [] for option in seniority}
    for choices in map(iter, votes):
        piles[next(choices)].append(choices)
    rounds: list[Round] = []
    exhausted = 0
    while True:
        tallies = tuple(len(piles[option]) if option in piles else None for option in range(len(seniority)))
        piles = {option: pile for option, pile in piles.items() if pile}
        sizes = {option: len(pile) for option, pile in piles.items()}
        best = max(sizes, key=sizes.__getitem__)  # the oldest of equals, by the order of the piles
        # With more than half it would win whatever became of the others.
        if sizes[best] * 2 > len(votes) - exhausted:
            return best, [*rounds, Round(tallies, None, exhausted, ())]
        if len(sizes) == 2:
            return best, [*rounds, Round(tallies, None, exhausted, tuple(sizes))]
        least = min(sizes.values())
        weakest = tuple(option for option, size in sizes.items() if size == least)
        rounds.append(Round(tallies, weakest[-1], exhausted, _if_several(weakest)))
        for choices in piles.pop(weakest[-1]):
            heir = next((option for option in choices if option in piles), None)
            if heir is None:
                exhausted += 1
            else:
                piles[heir].append(choices)


def _if_several(options: tuple[int, ...]) -> tuple[int, ...]:
    return options if len(options) > 1 else ()


def pack_count(count: Count) -> str:
    """Give a count as JSON. It outlives the votes, so whoever changes it must still read what was stored before."""
    return orjson.dumps(count).decode()


def unpack_count(text: str) -> Count:
    """Give the count that `pack_count` packed."""
    row = orjson.loads(text)
    return Count(
        method=Method(row["method"]),
        outcome=Outcome(row["outcome"]),
        winner=row["winner"],
        voters=row["voters"],
        quorum=row["quorum"],
        rounds=tuple(
            Round(tuple(each["tallies"]), each["eliminated"], each["exhausted"], tuple(each["tied"]))
            for each in row["rounds"]
        ),
    )


def explain(count: Count, names: Sequence[str]) -> list[str]:
    """Say how a result came about, a line for each step; `names` of the options by position are put in as they are."""
    winner = count.winner
    if winner is None:
        if count.outcome is Outcome.NO_VOTES:
            return ["Nobody voted, so nothing is decided."]
        return [f"{_number(count.voters, 'member')} voted and {count.quorum:,} were needed, so nothing is decided."]
    last = count.rounds[-1]
    tally = last.tallies[winner] or 0
    if count.method is Method.APPROVAL:
        equals = _equals(winner, last, names, "as many as of", "old")
        return [f"{names[winner]} wins: {tally:,} of {_number(count.voters, 'voter')} approved of it{equals}."]
    steps = [
        _explain_elimination(now, now.eliminated, then, names)
        for now, then in pairwise(count.rounds)
        if now.eliminated is not None
    ]
    share = f"{tally:,} of {_number(count.voters - last.exhausted, 'vote')}{' that still count' * bool(last.exhausted)}"
    reason = _equals(winner, last, names, "as many as", "old") or ", more than half"
    steps.append(f"{names[winner]} wins with {share}{reason}.")
    if len(steps) == 1:
        return steps
    lines = [f"Round {number}: {step}" for number, step in enumerate(steps, 1)]
    unwanted = [option for option, votes in enumerate(count.rounds[0].tallies) if votes == 0]
    return [f"Nobody's first choice, so out at once: {_listed(unwanted, names)}.", *lines] if unwanted else lines


def _explain_elimination(now: Round, out: int, then: Round, names: Sequence[str]) -> str:
    """Tell who went, and where its votes went: what the tallies grew by."""
    gains = [(after or 0) - (before or 0) for before, after in zip(now.tallies, then.tallies, strict=True)]
    heirs = sorted((option for option, gain in enumerate(gains) if gain > 0), key=lambda option: -gains[option])
    moves = [f"{gains[option]:,} to {names[option]}" for option in heirs[:_NAMED]]
    if others := sum(gains[option] for option in heirs[_NAMED:]):
        moves.append(f"{others:,} to others")
    if lost := then.exhausted - now.exhausted:
        moves.append(f"{lost:,} without a further choice")
    equals = _equals(out, now, names, "as many as", "young")
    return f"{names[out]} is out with the fewest votes ({now.tallies[out]:,}){equals}. Its votes: {', '.join(moves)}."


def _equals(option: int, where: Round, names: Sequence[str], relation: str, age: str) -> str:
    """Tell that an option was one of several equals, and why it was this one; empty when it stood alone."""
    others = [other for other in where.tied if other != option]
    if not others:
        return ""
    degree = f"{age}er suggestion" if len(others) == 1 else f"{age}est of these suggestions"
    return f", {relation} {_listed(others, names)}, and it is the {degree}"


def _listed(options: Sequence[int], names: Sequence[str]) -> str:
    shown = [names[option] for option in options[:_NAMED]]
    more = len(options) - len(shown)
    last = _number(more, "other") if more else shown.pop()
    return f"{', '.join(shown)} and {last}" if shown else last


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
