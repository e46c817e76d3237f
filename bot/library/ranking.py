"""Which reviews fit the words of a query best, and whether the best is the answer. Pure."""

import heapq
from collections.abc import Collection, Mapping, Sequence
from itertools import chain, groupby
from operator import itemgetter

from bot.library.postings import among

NEAR = 0.12  # below this score a review is not even worth suggesting

_COVERED = 0.85  # the share of the query's weight that must be in a review before it is the answer
_SURE = 0.8  # how much of the weight must fit then
_LIKELY, _FAR = 0.62, 0.7  # how much of it may be enough, if the next review has less than this share of it
_DOUBTFUL = 0.5  # how well a word may fit that is as likely another word: `Zhang` and `Chang`
_BEYOND_DOUBT = 0.55  # the share of the weight that must fit better than that
_WORTH = 0.35  # the share of the best score from which on another review is worth looking for
_CLOSE = 0.93  # a review that reaches this share of the best score fits as well
_CONTENDERS = 60  # reviews that may still become the best when the common words are looked at

Held = tuple[Collection[int], float]
"""The reviews that have a word, and how well that fits what was typed, from 0 to 1."""

Word = tuple[float, list[Held]]
"""What a typed word counts, and the reviews that it may mean, the best fitting last."""


def score_reviews(words: Sequence[Word], ties: Sequence[float]) -> Mapping[int, float]:
    """Give reviews the share of the words' weight that they match, from 0 to 1; the words that say most come first.

    `ties` orders the reviews of equal scores. Those that are surely not among the best are left out.
    """
    left = total = sum(weight for weight, _ in words)
    if not total:
        return {}
    scores: dict[int, float] = {}
    for weight, held in words:
        # The rare words come first; when the rest cannot bring a new review near the best, only those that are
        # there already are looked for, which is much quicker.
        least = heapq.nlargest(_CONTENDERS, scores.values())[-1] if len(scores) > _CONTENDERS else 0.0
        if left < total * max(least, NEAR, _WORTH * max(scores.values(), default=0.0)):
            held = [(among(scores.keys(), numbers), quality) for numbers, quality in held]
        elif not scores and weight == left:
            held = _best_part(held, ties)
        share = weight / total
        if len(held) == 1:
            ((numbers, quality),) = held
            gain = share * quality
            for number in numbers:
                scores[number] = scores.get(number, 0.0) + gain
        else:
            best: dict[int, float] = {}
            for numbers, quality in held:
                best |= dict.fromkeys(numbers, share * quality)
            for number, gain in best.items():
                scores[number] = scores.get(number, 0.0) + gain
        left -= weight
    return scores


def _best_part(held: Sequence[Held], ties: Sequence[float]) -> Sequence[Held]:
    """Give of the reviews that a single word may mean those that can be among the best."""
    kept: list[Held] = []
    count = 0
    for quality, group in groupby(reversed(held), key=itemgetter(1)):
        numbers: Collection[int] = set(chain.from_iterable(numbers for numbers, _ in group))
        if len(numbers) > _CONTENDERS:
            numbers = heapq.nsmallest(_CONTENDERS, numbers, key=ties.__getitem__)
        kept.insert(0, (numbers, quality))
        count += len(numbers)
        if count >= _CONTENDERS:
            break
    return kept


def is_sure(ranked: Sequence[int], scores: Mapping[int, float], words: Sequence[Word]) -> bool:
    """Tell whether the best review may be given as the answer, or the members are to be asked.

    Every word that says something must be in it, each well, or several less well and no other review is near.
    """
    first = ranked[0]
    total = sum(weight for weight, _ in words)
    fits = [
        (weight, max(quality for numbers, quality in held if first in numbers))
        for weight, held in words
        if any(first in numbers for numbers, _ in held)
    ]
    if sum(weight for weight, _ in fits) < _COVERED * total:
        return False
    if sum(weight for weight, quality in fits if quality > _DOUBTFUL) < _BEYOND_DOUBT * total:
        return False
    if scores[first] >= _SURE:
        return True
    behind = [number for number in ranked if number not in equals(ranked, scores)]
    second = scores[behind[0]] if behind else 0.0
    return len(fits) > 1 and scores[first] >= _LIKELY and second < scores[first] * _FAR


def equals(ranked: Sequence[int], scores: Mapping[int, float]) -> list[int]:
    """Give the best review and those that fit as well."""
    return [number for number in ranked if scores[number] >= scores[ranked[0]] * _CLOSE]
