"""Find reviews by what a member types: slugs, words of the title, authors, years, acronyms, with typos. In memory.

An inverted index of words. Each word of the query is matched to words of the index exactly, as a beginning, or with
typos; matches are weighted by how rare the word is, so that `the` decides nothing and `bertology` everything.
"""

import heapq
import math
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.library.review import Review
from bot.library.words import CJK, edit_distance, normalize, split_words
from bot.papers.identifiers import parse_paper_id

# fmt: off
_STOP = frozenset((
    "a", "al", "an", "and", "are", "as", "at", "by", "et", "for", "from", "how", "in", "is", "it", "of", "on", "or",
    "paper", "papers", "review", "that", "the", "their", "to", "via", "we", "what", "with",
))
# fmt: on
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")

_MAX_NAME = 1_000  # characters that are looked at
_MAX_QUERY_WORDS = 24
_SURE = 0.72  # the share of the query's weight that must be matched before an answer is given
_CLOSE = 0.93  # another review that reaches this share of the best score is an equal answer
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
    return "".join(re.findall(r"[^\W_]+", normalize(text)))


def _short_names(review: Review) -> Iterator[str]:
    """Give the names that mean this review and nothing else, if no other review has them too."""
    yield review.slug
    yield review.slug.rpartition("/")[2]
    yield review.key
    yield review.name
    yield review.title
    head, colon, _ = review.name.partition(":")
    if colon:
        yield head
    words = [word for word in re.findall(r"[^\W_]+", review.name) if word[0].isalnum()]
    for chosen in (words, [word for word in words if word.lower() not in _STOP]):
        if len(chosen) >= 3:
            yield "".join(word[0] for word in chosen)


def _says_enough(name: str) -> bool:
    """Tell whether a name that is not exact may decide anything: not for a letter or two, nor for `the`."""
    return any(CJK.match(word) or (len(word) >= 3 and word not in _STOP) for word in split_words(name))


class NameIndex:
    """The names of the reviews that are visible; reviews are added and removed one at a time."""

    def __init__(self) -> None:
        self._reviews: dict[str, Review] = {}
        self._words: dict[str, tuple[str, ...]] = {}  # of each review, by key
        self._ties: dict[str, tuple[int, tuple[float, str]]] = {}  # what decides between equal scores
        self._holders: defaultdict[str, set[str]] = defaultdict(set)  # of each word, the keys
        self._addresses: dict[str, str] = {}  # of each slug and key, the key
        self._names: defaultdict[str, set[str]] = defaultdict(set)  # of each squeezed short name, the keys
        self._papers: defaultdict[str, set[str]] = defaultdict(set)
        self._deletes: defaultdict[str, set[str]] = defaultdict(set)  # of each word less a letter, the words
        self._sorted: list[str] | None = None  # the vocabulary, for beginnings

    def __len__(self) -> int:
        return len(self._reviews)

    def add(self, review: Review) -> None:
        """Add a review, or replace the one of the same key."""
        self.remove(review.key)
        self._reviews[review.key] = review
        self._addresses |= {review.slug: review.key, review.key: review.key}
        year = [str(review.year)] if review.year else []
        words = dict.fromkeys(
            [*split_words(review.name), *split_words(review.slug), *split_words(" ".join(review.authors[:20])), *year]
        )
        self._words[review.key] = tuple(words)
        self._ties[review.key] = (len(words), newest_first(review))
        for word in words:
            holders = self._holders[word]
            if not holders:
                self._sorted = None
                for short in _without_one(word):
                    self._deletes[short].add(word)
            holders.add(review.key)
        for name in _short_names(review):
            self._names[_squeeze(name)].add(review.key)
        for paper in review.paper_ids:
            self._papers[str(paper)].add(review.key)

    def remove(self, key: str) -> None:
        """Remove a review, if it is there."""
        review = self._reviews.pop(key, None)
        if review is None:
            return
        del self._ties[key]
        for address in {review.slug, key}:
            if self._addresses.get(address) == key:
                del self._addresses[address]
        for word in self._words.pop(key):
            holders = self._holders[word]
            holders.discard(key)
            if not holders:
                del self._holders[word]
                self._sorted = None
                for short in _without_one(word):
                    _discard(self._deletes, short, word)
        for name in _short_names(review):
            _discard(self._names, _squeeze(name), key)
        for paper in review.paper_ids:
            _discard(self._papers, str(paper), key)

    def find(self, name: str) -> Match:
        """Answer a name that was typed or chosen, of any length; never a wrong review with confidence."""
        if key := self._addresses.get(name.strip()):  # what autocomplete sent
            return Found(self._reviews[key])
        paper = parse_paper_id(name)
        exact = self._papers.get(str(paper)) if paper else None
        telling = "".join(word for word in split_words(name[:_MAX_NAME]) if word not in _STOP)
        exact = exact or self._names.get(_squeeze(name[:_MAX_NAME])) or self._names.get(telling)
        if exact:
            reviews = self._ordered(exact)
            return Found(reviews[0]) if len(reviews) == 1 else Several(tuple(reviews[:25]))
        if paper:  # a paper is named exactly, and it is not here
            return NotFound(())
        scores = self._score(name)
        if not scores:
            return NotFound(())
        ranked = self._rank(scores, 26)
        best = scores[ranked[0]]
        if best < _SURE or not _says_enough(name):
            return NotFound(tuple(self._reviews[key] for key in ranked[:5] if scores[key] >= _NEAR))
        equal = [key for key in ranked if scores[key] >= best * _CLOSE]
        if len(equal) == 1:
            return Found(self._reviews[equal[0]])
        return Several(tuple(self._reviews[key] for key in equal[:25]))

    def suggest(self, text: str, limit: int = 25) -> list[Review]:
        """Complete what is being typed, best first; with nothing typed, the newest reviews."""
        if not text.strip():
            return self._ordered(self._reviews, limit)
        paper = parse_paper_id(text)
        if paper and (keys := self._papers.get(str(paper))):
            return self._ordered(keys)[:limit]
        exact = self._names.get(_squeeze(text), set())
        scores = self._score(text)
        ranked = [key for key in self._rank(scores, limit + len(exact)) if key not in exact]
        chosen = self._ordered(exact) + [self._reviews[key] for key in ranked if scores[key] >= _NEAR]
        return chosen[:limit]

    def _ordered(self, keys: Iterable[str], count: int | None = None) -> list[Review]:
        best = sorted(keys, key=self._newest) if count is None else heapq.nsmallest(count, keys, key=self._newest)
        return [self._reviews[key] for key in best]

    def _newest(self, key: str) -> tuple[float, str]:
        return self._ties[key][1]

    def _rank(self, scores: dict[str, float], count: int) -> list[str]:
        """Give the best by score; among equals those of which the query says more, then the newest."""
        return heapq.nsmallest(count, scores, key=lambda key: (-round(scores[key], 3), self._ties[key]))

    def _score(self, text: str) -> dict[str, float]:
        """Give each review the share of the query's weight that it matches, from 0 to 1."""
        query = list(dict.fromkeys(split_words(text[:_MAX_NAME])))[:_MAX_QUERY_WORDS]
        total = 0.0
        scores: defaultdict[str, float] = defaultdict(float)
        for position, word in enumerate(query):
            last = position == len(query) - 1
            matches = self._match_word(word, last=last)
            weight = max((self._rarity(found) for found in matches), default=self._unknown_rarity(word))
            if word in _STOP:
                weight *= 0.1
            elif _YEAR.fullmatch(word):
                weight *= 0.3  # people give the paper's year or the club's, and only one of them is known
            total += weight
            best: dict[str, float] = {}
            for found, quality in matches.items():
                for key in self._holders[found]:
                    if quality > best.get(key, 0.0):
                        best[key] = quality
            for key, quality in best.items():
                scores[key] += weight * quality
        return {key: score / total for key, score in scores.items()} if total else {}

    def _rarity(self, word: str) -> float:
        return math.log1p(len(self._reviews) / len(self._holders[word]))

    def _unknown_rarity(self, word: str) -> float:
        return math.log1p(len(self._reviews)) * (0.3 if word in _STOP else 1.0)

    def _match_word(self, word: str, *, last: bool) -> dict[str, float]:
        """Give the words of the index that a typed word may mean, and how well each fits, from 0 to 1.

        The last word may be unfinished, so its beginnings count for more.
        """
        found: dict[str, float] = {word: 1.0} if word in self._holders else {}
        if len(word) >= 2 or last:
            for longer in self._beginning_with(word):
                if longer != word:
                    share = len(word) / len(longer)
                    found[longer] = max(0.55 + 0.4 * share, 0.8 if last and len(word) >= 3 else 0.0)
        if len(found) < 3 and len(word) >= 4 and not word.isdigit():
            for near in self._near(word):
                # One letter makes many short words of each other: `care` is not `card`.
                found.setdefault(near, 0.85 if len(word) >= 6 else 0.65)
            if not found:
                for near in self._further(word):
                    found.setdefault(near, 0.75)
        return found

    def _vocabulary(self) -> list[str]:
        if self._sorted is None:
            self._sorted = sorted(self._holders)
        return self._sorted

    def _beginning_with(self, word: str) -> list[str]:
        words = self._vocabulary()
        start = bisect_left(words, word)
        stop = bisect_left(words, word + "\U0010ffff", lo=start)
        return words[start : min(stop, start + 400)]

    def _near(self, word: str) -> Iterator[str]:
        """Yield the words one edit away: a letter more, less, other, or two swapped."""
        candidates = set(self._deletes.get(word, ()))
        for short in _without_one(word):
            if short in self._holders:
                candidates.add(short)
            candidates |= self._deletes.get(short, set())
        for candidate in candidates:
            if candidate != word and edit_distance(word, candidate, 1) <= 1:
                yield candidate

    def _further(self, word: str) -> Iterator[str]:
        """Yield the words two edits away from a long word, which share its first or last letters."""
        if len(word) < 7:
            return
        for candidate in self._vocabulary():
            alike = candidate[:2] == word[:2] or candidate[-3:] == word[-3:]
            if alike and edit_distance(word, candidate, 2) <= 2:
                yield candidate


def newest_first(review: Review) -> tuple[float, str]:
    """Order reviews by date, newest first, those without a date last, then by name."""
    return (-review.date.timestamp() if review.date else math.inf, review.name.casefold())


def _discard(table: defaultdict[str, set[str]], entry: str, value: str) -> None:
    values = table.get(entry)
    if values is not None:
        values.discard(value)
        if not values:
            del table[entry]


def _without_one(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))} if 4 <= len(word) <= 32 else set()
