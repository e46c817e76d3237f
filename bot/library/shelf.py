"""The reviews in memory: which are visible at a time, what they are called, how they are ordered and tied together.

Reviews are put on the shelf and dropped from it one at a time, so that an edit costs no more in a large library. Each
has a number while it is there; the indexes hold numbers, and the reviews themselves are packed.
"""

import heapq
import math
from array import array
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, overload

from bot.library.addresses import Resolver, assign_slugs, last_segment
from bot.library.facets import Facets, Filter, Tag, terms_of
from bot.library.lookup import Found, Match, NameIndex, newest_first
from bot.library.packing import pack_review, unpack_review
from bot.library.postings import Postings
from bot.library.review import Problem, Review, broken_ref
from bot.library.words import likeness, split_words
from bot.papers.identifiers import PaperId

_ALIKE = 0.75  # how like a name must be to one that was typed
_FIRST = 20  # authors of a review that are compared
_FEW = 100  # reviews that are put in order one by one
_PLACING = 8  # times as much as looking whether a review is among some costs putting it into its place
_unpack = lru_cache(maxsize=256)(unpack_review)  # a card asks for the same review several times


class Title(NamedTuple):
    """What is offered of a review while its name is typed."""

    key: str
    slug: str
    name: str


class Reviews(Sequence[Review]):
    """Some reviews in an order; each is unpacked when it is looked at."""

    def __init__(self, shelf: "Shelf", numbers: Sequence[int]) -> None:
        self._shelf = shelf
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Review: ...
    @overload
    def __getitem__(self, place: slice) -> list[Review]: ...
    def __getitem__(self, place: int | slice) -> Review | list[Review]:
        if isinstance(place, slice):
            return [self._shelf.review_of(number) for number in self._numbers[place]]
        return self._shelf.review_of(self._numbers[place])


class Shelf:
    """The reviews of one folder; what is asked of it concerns those that are visible at the time of `turn_to`."""

    def __init__(self, *, drafts: bool = False) -> None:
        """With `drafts` every review is visible, published or not."""
        self._drafts = drafts
        # By number.
        self._packed: list[bytes] = []
        self._paths: list[str] = []
        self._keys: list[str] = []
        self._slugs: list[str] = []
        self._titles: list[str] = []
        self._opens = array("d")  # when it becomes visible: seconds since 1970, or infinity
        self._closes = array("d")  # when it vanishes
        self._ages = array("d")
        self._starts = array("Q")  # of the name, eight bytes: what orders reviews of the same date
        self._shown = bytearray()
        self._free: list[int] = []
        # Of all reviews.
        self._by_path: dict[str, int] = {}
        self._by_key: dict[str, int] = {}
        self._segments = Postings()  # the last segment of each address
        self._colliding: set[str] = set()  # segments whose reviews may need another slug
        self._resolver = Resolver()
        self._citing: dict[int, list[int]] | None = None
        self._changes = 0
        self._between = (math.inf, -math.inf)  # the times between which nothing appears or vanishes
        self._fresh: dict[int, Review] = {}  # put since `turn_to`, still without their slugs
        # Of those that are visible.
        self._names = NameIndex(self.review_of)
        self._order: list[int] = []  # newest first
        self._unordered = False
        self._facets = Facets()

    def __len__(self) -> int:
        return len(self._by_path)

    # --- what stands on it ------------------------------------------------------------------------

    def put(self, review: Review, packed: bytes = b"") -> None:
        """Put a review on the shelf, in the place of the one of the same path; `packed` is what packing gives.

        One without a key is found by its name only, until it gets its key with `give_keys`.
        """
        self.drop(review.path)
        number = self._free.pop() if self._free else self._add_number()
        self._packed[number] = packed or pack_review(review)
        self._paths[number], self._keys[number], self._titles[number] = review.path, review.key, review.name
        self._by_path[review.path] = number
        if review.key:
            self._by_key[review.key] = number
        opens, closes = (-math.inf, math.inf) if self._drafts else review.visibility()
        self._opens[number], self._closes[number] = opens, closes
        self._ages[number] = newest_first(review)[0]
        self._starts[number] = int.from_bytes(review.name.casefold().encode()[:8].ljust(8, b"\0"))
        self._slugs[number] = segment = last_segment(review.url_path, review.path)
        if not self._segments.add(segment, number):
            self._colliding.add(segment)
        self._resolver.add(number, review)
        self._fresh[number] = review
        self._forget_ties()

    def drop(self, path: str) -> None:
        """Take the review of a path off the shelf, if there is one."""
        number = self._by_path.pop(path, None)
        if number is None:
            return
        review = self.review_of(number)
        if self._shown[number]:
            self._hide(number)
        if self._by_key.get(review.key) == number:  # another file may have it by now
            del self._by_key[review.key]
        segment = last_segment(review.url_path, review.path)
        if not self._segments.remove(segment, number):
            self._colliding.add(segment)
        self._resolver.remove(number, review)
        self._packed[number] = b""
        self._opens[number] = math.inf
        self._fresh.pop(number, None)
        self._free.append(number)
        self._forget_ties()

    def give_keys(self, keys: Mapping[str, str]) -> None:
        """Give reviews that have none their keys, by path."""
        for path, key in keys.items():
            number = self._by_path[path]
            self._keys[number] = key
            self._by_key[key] = number

    def _forget_ties(self) -> None:
        self._citing = None
        self._changes += 1

    def _add_number(self) -> int:
        for column in (self._paths, self._keys, self._slugs, self._titles):
            column.append("")
        self._packed.append(b"")
        for times in (self._opens, self._closes, self._ages):
            times.append(math.inf)
        self._starts.append(0)
        self._shown.append(0)
        return len(self._packed) - 1

    def review_of(self, number: int) -> Review:
        """Give the review of a number."""
        return _unpack(self._packed[number], self._keys[number], self._slugs[number])

    def keys(self) -> set[str]:
        """Give the keys of all reviews, visible or not."""
        return set(self._by_key)

    # --- what is visible --------------------------------------------------------------------------

    def turn_to(self, now: datetime, *, more: bool = False) -> None:
        """Let reviews appear and vanish as the clock says, and those that were put there be found.

        With `more` to come, the order is left for later.
        """
        moment = now.timestamp()
        if not more:
            self._give_slugs()
        same = self._between[0] <= moment < self._between[1]
        if same and not self._fresh and (more or not self._unordered):
            return
        numbers = list(self._fresh) if same else range(len(self._packed))
        since, until = self._between if same else (-math.inf, math.inf)
        self._unordered |= more or len(self._fresh) > _FEW
        for number in numbers:
            opens, closes = self._opens[number], self._closes[number]
            shown = opens <= moment < closes
            if shown and not self._shown[number]:
                self._show(number)
            elif self._shown[number] and not shown:
                self._hide(number)
            for turn in (opens, closes):
                if since < turn <= moment:
                    since = turn
                elif moment < turn < until:
                    until = turn
        if self._unordered and not more:
            self._order.sort(key=self._place)
            self._names.settle()
            self._unordered = False
        self._between = (since, until)
        self._fresh.clear()

    def _give_slugs(self) -> None:
        for segment in self._colliding:
            numbers = list(self._segments.get(segment))
            reviews = {number: self._fresh.get(number) or self.review_of(number) for number in numbers}
            slugs = assign_slugs({review.path: review.url_path for review in reviews.values()})
            for number, review in reviews.items():
                if (slug := slugs[review.path]) != self._slugs[number]:
                    if self._shown[number]:
                        self._hide(number)
                    self._slugs[number] = slug
                    self._fresh[number] = review
        self._colliding.clear()

    def _show(self, number: int) -> None:
        fresh = self._fresh.get(number)
        review = replace(fresh, slug=self._slugs[number]) if fresh else self.review_of(number)
        self._shown[number] = 1
        self._names.add(number, review)
        if self._unordered:
            self._order.append(number)
        else:
            insort(self._order, number, key=self._place)
        self._facets.add(number, review)

    def _hide(self, number: int) -> None:
        review = self.review_of(number)
        self._shown[number] = 0
        self._names.remove(number, review)
        self._order.remove(number)
        self._facets.remove(number, review)

    def _place(self, number: int) -> tuple[float, int]:
        return (self._ages[number], self._starts[number])

    # --- questions --------------------------------------------------------------------------------

    def get(self, key: str) -> Review | None:
        """Give the review of a key, if it is visible."""
        number = self._by_key.get(key)
        return self.review_of(number) if number is not None and self._shown[number] else None

    def find(self, name: str) -> Match:
        """Find the review that a member means by a name; its key, which autocomplete may send, is one too."""
        review = self.get(name.strip())
        return Found(review) if review else self._names.find(name)

    def suggest(self, text: str, limit: int) -> list[Title]:
        """Complete a name while it is typed, best first; nothing typed gives the newest."""
        numbers = self._names.suggest(text, limit) if text.strip() else self._order[:limit]
        return [Title(self._keys[number], self._slugs[number], self._titles[number]) for number in numbers]

    def about(self, paper_id: PaperId) -> Review | None:
        """Give the newest visible review of a paper."""
        return next(map(self.review_of, self._names.about(paper_id)), None)

    def browse(self, wanted: Filter) -> Reviews:
        """Give the reviews that pass a filter, newest first."""
        admitted = self._facets.select(wanted)
        if admitted is None:
            return Reviews(self, self._order.copy())
        if len(admitted) * _PLACING < len(self._order):
            return Reviews(self, sorted(admitted, key=self._place))
        return Reviews(self, [number for number in self._order if number in admitted])

    def select(self, wanted: Filter) -> set[int]:
        """Give the numbers of the visible reviews that pass a filter."""
        admitted = self._facets.select(wanted)
        return set(self._order) if admitted is None else admitted

    def passing(self, admitted: Set[int] | None = None) -> Callable[[str], bool]:
        """Give the test that tells whether the review of a path is visible, and one of those where there are any."""

        def admits(path: str) -> bool:
            number = self._by_path.get(path)
            shown = number is not None and bool(self._shown[number])
            return shown and (admitted is None or number in admitted)

        return admits

    def at(self, path: str) -> Review | None:
        """Give the review of a path, if it is visible."""
        number = self._by_path.get(path)
        return self.review_of(number) if number is not None and self._shown[number] else None

    @property
    def hidden(self) -> int:
        """Count the reviews that are not visible."""
        return len(self._by_path) - len(self._order)

    def paths(self) -> list[str]:
        """Give the paths of the visible reviews, newest first."""
        return [self._paths[number] for number in self._order]

    def tags(self) -> list[Tag]:
        """Give the tags in use, the most used first; spellings of one term count as one, the most common is shown."""
        return self._facets.tags()

    def untagged(self) -> int:
        """Count the reviews that carry no tag."""
        return self._facets.untagged()

    def authors(self, text: str, limit: int) -> list[str]:
        """Give the authors whose names hold the words of a text, those of most reviews first."""
        return self._facets.authors(text, limit)

    def near_authors(self, text: str, limit: int) -> list[str]:
        """Give the authors whose names are like a text that no name holds, the most alike first."""
        # The index of names knows what a typo may mean; only the authors of what it finds are compared.
        typed = split_words(text)
        names = {name for number in self._names.suggest(text) for name in self.review_of(number).authors[:_FIRST]}
        alike = {name: likeness(typed, split_words(name)) for name in names}
        near = [name for name, share in alike.items() if share >= _ALIKE]
        return sorted(near, key=lambda name: (-alike[name], name))[:limit]

    def years(self) -> list[int]:
        """Give the years of the reviews, the latest first."""
        return self._facets.years()

    def resolve(self, target: str, source: str) -> Review | None:
        """Give the review that a `ref` in the file `source` means, visible or not."""
        number = self._resolver.resolve(target, source)
        return None if number is None else self.review_of(number)

    # --- ties -------------------------------------------------------------------------------------

    def broken_refs(self) -> Iterator[Problem]:
        """Report the references that lead to no review of the folder. Reads all reviews."""
        for path, packed in [(path, self._packed[number]) for path, number in list(self._by_path.items())]:
            for ref in unpack_review(packed).refs if packed else ():  # one that is gone by now
                if self._resolver.resolve(ref.target, path) is None:
                    yield broken_ref(path, ref)

    def cited(self, review: Review) -> list[Review]:
        """Give the visible reviews that one refers to, in the order of its references."""
        numbers = dict.fromkeys(self._resolver.resolve(ref.target, review.path) for ref in review.refs)
        return [self.review_of(n) for n in numbers if n is not None and self._shown[n] and self._keys[n] != review.key]

    def tie(self) -> None:
        """Find out which reviews refer to which, so that `citing` knows. Reads all reviews: not for the event loop.

        What changes meanwhile undoes it.
        """
        if self._citing is not None:
            return
        changes, citing = self._changes, dict[int, list[int]]()
        for path, number in list(self._by_path.items()):
            packed = self._packed[number]
            refs = unpack_review(packed).refs if packed else ()  # one that is gone by now
            for other in {self._resolver.resolve(ref.target, path) for ref in refs}:
                if other is not None and other != number:
                    citing.setdefault(other, []).append(number)
        if changes == self._changes:
            self._citing = citing

    def citing(self, review: Review) -> list[Review]:
        """Give the visible reviews that refer to one, newest first; none before `tie`."""
        numbers = (self._citing or {}).get(self._by_path.get(review.path, -1), [])
        return [self.review_of(n) for n in sorted(numbers, key=self._place) if self._shown[n]]

    def references(self) -> list[tuple[str, str]]:
        """Give which visible review refers to which, by their paths; none before `tie`. Not for the event loop."""
        ties = [(source, target) for target, sources in (self._citing or {}).items() for source in sources]
        shown, paths = self._shown, self._paths
        return sorted((paths[source], paths[target]) for source, target in ties if shown[source] and shown[target])

    def sharing_tags(self, review: Review, limit: int) -> list[tuple[Review, list[str]]]:
        """Give the visible reviews with which one shares the rarest tags, and these tags."""
        mine = terms_of(review)
        scores: defaultdict[int, float] = defaultdict(float)
        for term in mine:
            numbers = list(self._facets.tagged(term))
            weight = math.log(len(self._order) / len(numbers)) if numbers else 0.0
            if weight > 0.1:  # a tag that nearly all carry says nothing
                for number in numbers:
                    scores[number] += weight
        scores.pop(self._by_path.get(review.path, -1), None)
        best = heapq.nsmallest(limit, scores, key=lambda number: (-scores[number], *self._place(number)))
        found = [self.review_of(number) for number in best]
        # The rarest tag says most about why.
        rarest = sorted(mine, key=lambda term: (len(self._facets.tagged(term)), term))
        return [(other, [mine[term] for term in rarest if term in terms_of(other)]) for other in found]
