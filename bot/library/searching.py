"""Full-text search: what was typed -> the reviews that hold it, the best first, with a piece of each.

What finds too little as it was typed is tried more freely: words that only begin so, words that are spelled nearly so,
and in the end any of the words. The answer says what was done.
"""

import asyncio
import heapq
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rapidfuzz.distance import OSA

from bot.library.index import Index
from bot.library.query import Query, forms_of
from bot.library.snippets import PREFIX, Forms, Snippet, make_snippet, strip_marks
from bot.library.words import has_cjk, searchable, split_words

MOST = 100  # reviews that a search gives
_FEW = 5  # with fewer, words that only begin so will do
_CANDIDATES = 4  # words that a typo may mean
_ALL = 1 << 30
# fmt: off
_GENERAL = frozenset((  # words that say nothing about what a review is about
    "about", "above", "according", "across", "after", "again", "against", "almost", "along", "already", "although",
    "always", "among", "another", "anything", "around", "author", "authors", "based", "because", "become", "before",
    "behind", "being", "below", "better", "between", "beyond", "called", "cannot", "certain", "clear", "common",
    "compare", "compared", "could", "despite", "different", "discuss", "does", "doing", "during", "early", "either",
    "enough", "especially", "every", "everyone", "everything", "example", "examples", "except", "figure", "finally",
    "first", "found", "further", "general", "given", "gives", "great", "having", "however", "idea", "ideas",
    "important", "instead", "itself", "later", "least", "likely", "little", "looking", "makes", "making", "many",
    "matter", "means", "method", "methods", "might", "model", "models", "more", "most", "much", "nearly", "never",
    "often", "other", "others", "ought", "paper", "papers", "particular", "people", "perhaps", "point", "possible",
    "present", "previous", "probably", "problem", "propose", "proposed", "question", "questions", "quite", "rather",
    "really", "result", "results", "same", "section", "seems", "several", "shall", "should", "shown", "shows",
    "similar", "simple", "since", "something", "sometimes", "still", "study", "summary", "table", "taken", "their",
    "there", "these", "thing", "things", "think", "third", "those", "though", "thought", "three", "through", "together",
    "towards", "under", "understand", "until", "using", "usually", "various", "wants", "where", "whether", "which",
    "while", "whole", "whose", "within", "without", "words", "works", "worse", "worst", "would", "write", "years",
))
# fmt: on
_REPEATED = 80  # words of a review that may be telling
_TELLING = 12  # of these, by which others are looked for
_NEAR = 48  # reviews that are looked at for them
_SHARED = 3  # of these, from which on another review is near
_SHORT = 100_000  # characters of bodies, times terms, in which snippets are found within a millisecond or two


@dataclass(frozen=True, slots=True)
class Matches:
    """The paths of the reviews that were found, the best first, and what was looked for in the end.

    `terms` are the words of each term, each in its forms; with `beginnings` they may go on. `instead` are words that
    no review holds, each with the one that was looked for in its place. `partial` tells that no review holds all of
    the terms, `more` that there are more reviews than a search gives.
    """

    terms: tuple[tuple[Forms, ...], ...]
    paths: tuple[str, ...] = ()
    beginnings: bool = False
    instead: tuple[tuple[str, str], ...] = ()
    partial: bool = False
    more: bool = False


class Searcher:
    """Searches the index of a library."""

    def __init__(self, index: Index) -> None:
        self._index = index

    async def find(self, query: Query, admits: Callable[[str], bool], unseen: int | None) -> Matches:
        """Find the reviews that hold the terms of a query, of which there is at least one.

        `admits` tells whether the review of a path may be given; at most `unseen` of them all may not, and None
        means that this is not known. Raises IndexFault.
        """
        limit = _ALL if unseen is None else MOST + 1 + unseen
        wanted = tuple(tuple((word,) if term.phrase else forms_of(word) for word in term.words) for term in query.terms)
        found = await self._run(Matches(wanted), admits, limit)
        if len(found.paths) >= _FEW or all(term.phrase for term in query.terms):
            return found
        found = await self._run(replace(found, beginnings=True), admits, limit)
        if not found.paths and (corrected := await self._correct(found, admits, limit)):
            found = await self._run(corrected, admits, limit)
        if not found.paths and len(wanted) > 1:
            found = await self._run(replace(found, partial=True), admits, limit)
        return found

    async def _run(self, wanted: Matches, admits: Callable[[str], bool], limit: int) -> Matches:
        """Look for what is wanted; what was found as it was typed stays in front."""
        phrases = [_phrases(term, beginnings=wanted.beginnings) for term in wanted.terms]
        paths = await self._index.search_paths(phrases, limit, all_of_them=not wanted.partial)
        admitted = list(islice(filter(admits, dict.fromkeys([*wanted.paths, *paths])), MOST + 1))
        return replace(wanted, paths=tuple(admitted[:MOST]), more=len(admitted) > MOST)

    async def _correct(self, wanted: Matches, admits: Callable[[str], bool], limit: int) -> Matches | None:
        """Put in the place of words that no review holds the nearest that one does; None when there is none."""
        instead: dict[str, str] = {}
        for term in wanted.terms:
            word = term[0][0]
            if len(term) == 1 and len(word) >= 4 and not has_cjk(word):
                for near, holders in await self._nearest(word):
                    # A word that only drafts hold is nobody's business.
                    if holders >= limit or any(map(admits, await self._index.search_paths([[near]], limit))):
                        instead[word] = near
                        break
        if not instead:
            return None
        terms = tuple(
            tuple(forms_of(instead[forms[0]]) if forms[0] in instead else forms for forms in term)
            for term in wanted.terms
        )
        return replace(wanted, terms=terms, instead=tuple(instead.items()))

    async def _nearest(self, word: str) -> list[tuple[str, int]]:
        """Give the words that are spelled most like one that no review holds, the best first, and how many hold each.

        Gives none when a review holds the word itself.
        """
        most = 1 if len(word) < 7 else 2
        near: list[tuple[int, int, str]] = []
        for start in dict.fromkeys((word[:2], word[0] + word[2], word[1])):
            for other, count in (await self._index.words_like(start, len(word) - most, len(word) + most)).items():
                if other == word:
                    return []
                distance = OSA.distance(word, other, score_cutoff=most)
                if distance <= most:
                    near.append((distance, -count, other))
        return [(other, -less) for _, less, other in heapq.nsmallest(_CANDIDATES, near)]

    async def alike(self, path: str, admits: Callable[[str], bool], size: int, unseen: int) -> dict[str, list[str]]:
        """Give the reviews that share telling words with the one of a path, the nearest first, and these words.

        Telling are words that a review repeats and few of a library of `size` reviews hold, of which `unseen` may not
        be given.
        """
        body = (await self._index.get_bodies([path])).get(path, "")
        return await self._alike(body, admits, size, unseen, path)

    async def near(self, text: str, admits: Callable[[str], bool], size: int, unseen: int) -> dict[str, list[str]]:
        """Give the reviews that share telling words with a short text, such as an abstract, as `alike` does."""
        return await self._alike(text, admits, size, unseen)

    async def _alike(
        self, text: str, admits: Callable[[str], bool], size: int, unseen: int, path: str = ""
    ) -> dict[str, list[str]]:
        fewest = 2 if path else 1  # times that a word stands in the text, and reviews that hold it: one is the text's
        repeated = await asyncio.to_thread(_repeated, text, fewest)
        holders = await self._index.count_holders(list(repeated))
        rare = max(3, size // (5 if path else 2))
        weights = {
            word: repeated[word] * math.log(size / count) for word, count in holders.items() if fewest <= count <= rare
        }
        telling = heapq.nlargest(_TELLING, weights, key=weights.__getitem__)
        if len(telling) < _SHARED:
            return {}
        found = await self._index.search_paths([[word] for word in telling], _NEAR + 1 + unseen, all_of_them=False)
        near = [other for other in found if other != path and admits(other)][:_NEAR]
        bodies = await self._index.get_bodies(near)

        def share() -> dict[str, list[str]]:
            words = {other: set(split_words(strip_marks(bodies.get(other, "")))) for other in near}
            shared = {other: [word for word in telling if word in words[other]] for other in near}
            return {
                other: shared[other]
                for other in sorted(near, key=lambda other: -sum(weights[word] for word in shared[other]))
                if len(shared[other]) >= _SHARED
            }

        return await asyncio.to_thread(share)

    async def snippets(self, matches: Matches, paths: Sequence[str]) -> dict[str, Snippet]:
        """Give of each review the piece that holds most of what was found, by path; none for one without."""
        bodies = await self._index.get_bodies(paths)

        def make() -> dict[str, Snippet]:
            pieces = {
                path: make_snippet(body, matches.terms, beginnings=matches.beginnings) for path, body in bodies.items()
            }
            return {path: snippet for path, snippet in pieces.items() if snippet.parts}

        # Then a thread would take longer than the work.
        short = sum(map(len, bodies.values())) * len(matches.terms) < _SHORT
        return make() if short else await asyncio.to_thread(make)


def _repeated(body: str, fewest: int) -> dict[str, int]:
    """Count the words of a body that stand in it so many times at least, the most frequent first."""
    words = split_words(strip_marks(body))
    counts = Counter(word for word in words if len(word) > 4 and word.isalpha() and word not in _GENERAL)
    return {word: count for word, count in counts.most_common(_REPEATED) if count >= fewest}


def _phrases(term: Sequence[Forms], *, beginnings: bool) -> list[str]:
    """Write a term as phrases of which one will do."""
    if len(term) > 1 or has_cjk(term[0][0]):
        return [searchable(" ".join(forms[0] for forms in term))]
    return [f"{form}*" if beginnings and len(form) >= PREFIX else form for form in term[0]]
