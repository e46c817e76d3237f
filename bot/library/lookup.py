"""Find reviews by what a member types: slugs, words of the title, authors, years, acronyms, with typos. In memory.

An inverted index of words. Each word of the query is matched to words of the index exactly, as a beginning, or with
typos; matches are weighted by how rare the word is, so that `the` decides nothing and `bertology` everything.
"""

import heapq
import math
import re
from array import array
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter

from bot.library.postings import Postings
from bot.library.review import Review
from bot.library.vocabulary import Vocabulary
from bot.library.words import CJK, normalize, split_words
from bot.papers.identifiers import parse_paper_id

# fmt: off
_STOP = frozenset((
    "a", "al", "an", "and", "are", "as", "at", "by", "et", "for", "from", "how", "in", "is", "it", "of", "on", "or",
    "paper", "papers", "review", "that", "the", "their", "to", "via", "we", "what", "with",
))
# fmt: on
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WORD = re.compile(r"[^\W_]+")

_MAX_INDEXED = 300  # characters of a name that are looked up
_MAX_NAME = 1_000  # characters that are looked at
_MAX_QUERY_WORDS = 24
_SURE = 0.72  # the share of the query's weight that must be matched before an answer is given
_CLOSE = 0.93  # another review that reaches this share of the best score is an equal answer
_CONTENDERS = 60  # reviews that may still become the best when the common words are looked at
_NEAR = 0.25  # below this a review is not even worth suggesting


@dataclass(frozen=True, slots=True)
class Found:
    """One review is clearly meant."""

    review: Review


@dataclass(frozen=True, slots=True)
class Several:
    """The name fits each of these reviews, best first."""

    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """No review is called that; these come nearest, best first, and may be none."""

    nearest: tuple[Review, ...]


Match = Found | Several | NotFound


def _squeeze(text: str) -> str:
    return "".join(_WORD.findall(normalize(text)))


def _short_names(review: Review) -> set[str]:
    """Give the names that mean this review and nothing else, if no other review has them too, squeezed."""
    name = review.name[:_MAX_INDEXED]
    head, colon, _ = name.partition(":")
    names = [review.slug, review.slug.rpartition("/")[2], name, review.title[:_MAX_INDEXED], head if colon else ""]
    words = _WORD.findall(name)
    telling = [word for word in words if word.lower() not in _STOP]
    names += ["".join([word[0] for word in chosen]) for chosen in (words, telling) if len(chosen) >= 3]
    return {squeezed for name in dict.fromkeys(names) if (squeezed := _squeeze(name))}


def _words_of(review: Review) -> dict[str, None]:
    """Give the words that a review is found by, each once."""
    year = f" {review.year}" if review.year else ""
    texts = (review.name, review.slug, *review.authors[:20])
    return dict.fromkeys(split_words(" ".join(text[:_MAX_INDEXED] for text in texts) + year))


def _says_enough(name: str) -> bool:
    """Tell whether a name that is not exact may decide anything: not for a letter or two, nor for `the`."""
    return any(CJK.match(word) or (len(word) >= 3 and word not in _STOP) for word in split_words(name))


class NameIndex:
    """The names of the reviews that are visible; reviews are added and removed one at a time, by their numbers."""

    def __init__(self, review_of: Callable[[int], Review]) -> None:
        """`review_of` gives the review of a number."""
        self._review_of = review_of
        self._numbers: dict[str, int] = {}  # of each slug
        self._holders = Postings()  # of each word
        self._names = Postings()  # of each short name
        self._papers = Postings()  # of each paper's id
        self._vocabulary = Vocabulary()
        # What decides between equal scores, by number: how many words the names have, and how old the review is.
        self._lengths = array("H")
        self._ages = array("d")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, review: Review) -> None:
        """Add a review under a number that is free."""
        if number >= len(self._ages):
            more = number + 1 - len(self._ages)
            self._lengths.extend([0] * more)
            self._ages.extend([math.inf] * more)
        words = _words_of(review)
        self._lengths[number] = min(len(words), 65_535)
        self._ages[number] = newest_first(review)[0]
        self._numbers[review.slug] = number
        for word in words:
            if self._holders.add(word, number):
                self._vocabulary.add(word)
        for name in _short_names(review):
            self._names.add(name, number)
        for paper in {str(paper) for paper in review.paper_ids}:
            self._papers.add(paper, number)
        self._count += 1

    def remove(self, number: int, review: Review) -> None:
        """Remove a review that was added under a number; it must be the same as then."""
        if self._numbers.get(review.slug) == number:
            del self._numbers[review.slug]
        for word in _words_of(review):
            if self._holders.remove(word, number):
                self._vocabulary.remove(word)
        for name in _short_names(review):
            self._names.remove(name, number)
        for paper in {str(paper) for paper in review.paper_ids}:
            self._papers.remove(paper, number)
        self._ages[number] = math.inf
        self._count -= 1

    def settle(self) -> None:
        """Sort what was added at once; the first question does it otherwise."""
        self._vocabulary.settle()

    def find(self, name: str) -> Match:
        """Answer a name that was typed or chosen, of any length; never a wrong review with confidence."""
        if (number := self._numbers.get(name.strip())) is not None:  # what autocomplete sent
            return Found(self._review_of(number))
        paper = parse_paper_id(name)
        exact = self._papers.get(str(paper)) if paper else ()
        telling = "".join(word for word in split_words(name[:_MAX_NAME]) if word not in _STOP)
        exact = exact or self._names.get(_squeeze(name[:_MAX_NAME])) or self._names.get(telling)
        if exact:
            reviews = self._newest(exact, 25)
            return Found(reviews[0]) if len(reviews) == 1 else Several(tuple(reviews))
        if paper:  # a paper is named exactly, and it is not here
            return NotFound(())
        scores = self._score(name)
        if not scores:
            return NotFound(())
        ranked = self._rank(scores, 26)
        best = scores[ranked[0]]
        if best < _SURE or not _says_enough(name):
            return NotFound(tuple(self._review_of(number) for number in ranked[:5] if scores[number] >= _NEAR))
        equal = [number for number in ranked if scores[number] >= best * _CLOSE]
        if len(equal) == 1:
            return Found(self._review_of(equal[0]))
        return Several(tuple(self._review_of(number) for number in equal[:25]))

    def suggest(self, text: str, limit: int = 25) -> list[Review]:
        """Complete what is being typed, best first; a text that says nothing completes to nothing."""
        paper = parse_paper_id(text)
        if paper and (numbers := self._papers.get(str(paper))):
            return self._newest(numbers, limit)
        exact = self._names.get(_squeeze(text))
        scores = self._score(text)
        chosen = self._newest(exact, limit)
        for number in self._rank(scores, limit + len(chosen)):
            if len(chosen) < limit and scores[number] >= _NEAR and number not in exact:
                chosen.append(self._review_of(number))
        return chosen

    def _newest(self, numbers: Iterable[int], count: int) -> list[Review]:
        reviews = [self._review_of(number) for number in heapq.nsmallest(count, numbers, key=self._ages.__getitem__)]
        return sorted(reviews, key=newest_first)

    def _rank(self, scores: Mapping[int, float], count: int) -> list[int]:
        """Give the best by score; among equals those of which the query says more, then the newest."""
        best: Iterable[int] = scores
        if len(scores) > 4 * count:  # what cannot be among them need not be compared in every respect
            least = heapq.nlargest(count, scores.values())[-1] - 0.001
            best = [number for number, score in scores.items() if score >= least]
        return heapq.nsmallest(
            count,
            best,
            key=lambda number: (-round(scores[number], 3), self._lengths[number], self._ages[number], number),
        )

    def _score(self, text: str) -> Mapping[int, float]:
        """Give reviews the share of the query's weight that they match, from 0 to 1.

        Reviews that are surely not among the best are left out.
        """
        query = list(dict.fromkeys(split_words(text[:_MAX_NAME])))[:_MAX_QUERY_WORDS]
        words = [self._weigh(word, last=position == len(query) - 1) for position, word in enumerate(query)]
        words.sort(key=itemgetter(0), reverse=True)
        left = total = sum(weight for weight, _ in words)
        if not total:
            return {}
        scores: dict[int, float] = {}
        for weight, matches in words:
            held = [(self._holders.get(found), quality) for found, quality in matches]
            # The rare words come first; when the rest cannot bring a new review among the best, only those that are
            # there already are looked for, which is much quicker.
            known = len(scores) > _CONTENDERS and sum(len(numbers) for numbers, _ in held) > len(scores)
            if known and heapq.nlargest(_CONTENDERS, scores.values())[-1] * total > left:
                held = [(scores.keys() & numbers, quality) for numbers, quality in held]
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

    def _weigh(self, word: str, *, last: bool) -> tuple[float, list[tuple[str, float]]]:
        """Give what a typed word counts, and the words of the index that it may mean, the best fitting last."""
        matches = self._match_word(word, last=last)
        weight = max((self._rarity(found) for found in matches), default=self._unknown_rarity(word))
        if word in _STOP:
            weight *= 0.1
        elif _YEAR.fullmatch(word):
            weight *= 0.3  # people give the paper's year or the club's, and only one of them is known
        return weight, sorted(matches.items(), key=itemgetter(1))

    def _rarity(self, word: str) -> float:
        return math.log1p(self._count / self._holders.count(word))

    def _unknown_rarity(self, word: str) -> float:
        return math.log1p(self._count) * (0.3 if word in _STOP else 1.0)

    def _match_word(self, word: str, *, last: bool) -> dict[str, float]:
        """Give the words of the index that a typed word may mean, and how well each fits, from 0 to 1.

        The last word may be unfinished, so its beginnings count for more.
        """
        found: dict[str, float] = {word: 1.0} if word in self._holders else {}
        if len(word) >= 2 or last:
            for longer in self._vocabulary.beginning_with(word, 400):
                if longer != word:
                    share = len(word) / len(longer)
                    found[longer] = max(0.55 + 0.4 * share, 0.8 if last and len(word) >= 3 else 0.0)
        if len(found) < 3 and len(word) >= 4 and not word.isdigit():
            for near in self._vocabulary.one_edit_from(word):
                # One letter makes many short words of each other: `care` is not `card`.
                found.setdefault(near, 0.85 if len(word) >= 6 else 0.65)
            if not found and len(word) >= 7:
                for near in self._vocabulary.two_edits_from(word):
                    found.setdefault(near, 0.75)
        return found


def newest_first(review: Review) -> tuple[float, str]:
    """Order reviews by date, newest first, those without a date last, then by name."""
    return (-review.date.timestamp() if review.date else math.inf, review.name.casefold())
