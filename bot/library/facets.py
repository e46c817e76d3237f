"""What reviews are browsed by: tags, authors, years. In memory, by the numbers of the reviews."""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress

from bot.folding import normalize
from bot.library.hugo import fold_term
from bot.library.postings import Postings
from bot.library.review import Review
from bot.library.words import split_words


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as it is shown, its identity, and how many reviews carry it."""

    name: str
    term: str
    count: int


def telling_tags(tags: Sequence[Tag], reviews: int, most: int) -> list[Tag]:
    """Give the most used of tags, without those that nearly all reviews carry: these tell nothing apart."""
    return [tag for tag in tags if tag.count <= _NEARLY_ALL * reviews or reviews < _FEW][:most]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which reviews to browse. An unset part admits all; the words of `author` fit anywhere in an author's name.

    `untagged` admits those that carry no tag.
    """

    tag: str = ""
    author: str = ""
    year: int | None = None
    untagged: bool = False


_NEARLY_ALL = 0.7
_FEW = 4  # reviews, of which "nearly all" says nothing
_UNTAGGED = " "  # stands among the identities of tags, and is none: these hold no blanks


class Facets:
    """The tags, authors and years of the reviews that are visible; reviews are added and removed one at a time."""

    def __init__(self) -> None:
        self._tags = Postings()
        self._spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._authors = Postings()
        self._ranks: defaultdict[int, dict[str, None]] = defaultdict(dict)  # the authors of as many reviews
        self._years = Postings()

    def add(self, number: int, review: Review) -> None:
        """Add a review under a number that is free."""
        for term, tag in terms_of(review).items():
            self._tags.add(term, number)
            self._spellings[term][tag] += 1
        for author in set(review.authors):
            self._authors.add(author, number)
            self._rank(author, 1)
        if review.year:
            self._years.add(str(review.year), number)
        if not review.tags:
            self._tags.add(_UNTAGGED, number)

    def remove(self, number: int, review: Review) -> None:
        """Remove a review that was added under a number; it must be the same as then."""
        for term, tag in terms_of(review).items():
            if self._tags.remove(term, number):
                del self._spellings[term]
            else:
                self._spellings[term][tag] -= 1
        for author in set(review.authors):
            self._authors.remove(author, number)
            self._rank(author, -1)
        if review.year:
            self._years.remove(str(review.year), number)
        if not review.tags:
            self._tags.remove(_UNTAGGED, number)

    def _rank(self, author: str, more: int) -> None:
        count = self._authors.count(author)
        self._ranks[count - more].pop(author, None)
        if count:
            self._ranks[count][author] = None

    def select(self, wanted: Filter) -> set[int] | None:
        """Give the reviews that pass a filter, in no order; None when it admits all."""
        sets: list[Iterable[int]] = []
        if wanted.year is not None:
            sets.append(self._years.get(str(wanted.year)))
        if wanted.tag:
            sets.append(self.tagged(fold_term(wanted.tag)))
        if wanted.untagged:
            sets.append(self.tagged(_UNTAGGED))
        if wanted.author:
            sets.append(self._authors.gather(_named(wanted.author, self._authors)))
        return set(sets[0]).intersection(*sets[1:]) if sets else None

    def tagged(self, term: str) -> Sequence[int]:
        """Give the reviews that carry a tag, by its identity."""
        return self._tags.get(term)

    def untagged(self) -> int:
        """Count the reviews that carry no tag."""
        return self._tags.count(_UNTAGGED)

    def tags(self) -> list[Tag]:
        """Give the tags in use, the most used first; spellings of one term count as one, the most common is shown."""
        tags = [
            Tag(names.most_common(1)[0][0], term, self._tags.count(term)) for term, names in self._spellings.items()
        ]
        return sorted(tags, key=lambda tag: (-tag.count, tag.term))

    def authors(self, text: str, limit: int) -> list[str]:
        """Give the authors whose names hold the words of a text, those of most reviews first."""
        found: list[str] = []
        for count in sorted(self._ranks, reverse=True):
            if len(found) < limit:
                named = compress(self._ranks[count], _named(text, self._ranks[count]))
                found += heapq.nsmallest(limit - len(found), named)
        return found

    def years(self) -> list[int]:
        """Give the years of the reviews, the latest first."""
        return sorted(map(int, self._years), reverse=True)


def terms_of(review: Review) -> dict[str, str]:
    """Give the identities of a review's tags, each with its spelling."""
    return {fold_term(tag): tag for tag in review.tags}


def _named(text: str, names: Iterable[str]) -> list[bool]:
    """Tell of each name whether it holds every word of a text, in any order."""
    first, *rest = sorted(split_words(text) or [normalize(text.strip())], key=len, reverse=True)
    # Folding is most of the work, and a name that holds a short text needs none.
    return [
        (first in name or first in normalize(name)) and (not rest or all(word in normalize(name) for word in rest))
        for name in names
    ]
