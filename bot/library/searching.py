"""Full-text search: what was typed -> the reviews that hold it, the best first, with a piece of each.

What finds too little as it was typed is tried more freely: words that only begin so, words that are spelled nearly so,
and in the end any of the words. The answer says what was done.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from bot.library.index import Index
from bot.library.query import Query, forms_of
from bot.library.snippets import Forms, Snippet, make_snippet
from bot.library.words import has_cjk

MOST = 100  # reviews that a search gives
_FEW = 5  # with fewer, words that only begin so will do
_ALL = 1 << 30
_SHORT = 50_000  # characters of bodies, in which snippets are found within a millisecond


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
        if not found.paths and (corrected := await self._correct(found)):
            found = await self._run(corrected, admits, limit)
        if not found.paths and len(wanted) > 1:
            found = await self._run(replace(found, partial=True), admits, limit)
        return found

    async def _run(self, wanted: Matches, admits: Callable[[str], bool], limit: int) -> Matches:
        """Look for what is wanted; what was found as it was typed stays in front."""
        spoken = [term for term in wanted.terms if not _is_cjk(term)]
        paths = await self._index.search_paths(
            [_phrases(term, beginnings=wanted.beginnings) for term in spoken],
            limit,
            contained=["".join(forms[0] for forms in term) for term in wanted.terms if _is_cjk(term)],
            all_of_them=not wanted.partial,
        )
        admitted = [path for path in dict.fromkeys([*wanted.paths, *paths]) if admits(path)]
        return replace(wanted, paths=tuple(admitted[:MOST]), more=len(admitted) > MOST)

    async def _correct(self, wanted: Matches) -> Matches | None:
        """Put in the place of words that no review holds the nearest that one does; None when there is none."""
        instead: dict[str, str] = {}
        for term in wanted.terms:
            word = term[0][0]
            if len(term) == 1 and len(word) >= 4 and not _is_cjk(term) and (near := await self._nearest(word)):
                instead[word] = near
        if not instead:
            return None
        terms = tuple(
            tuple(forms_of(instead[forms[0]]) if forms[0] in instead else forms for forms in term)
            for term in wanted.terms
        )
        return replace(wanted, terms=terms, instead=tuple(instead.items()))

    async def _nearest(self, word: str) -> str:
        """Give the word that is spelled most like one that no review holds; the empty text when one holds it."""
        most = 1 if len(word) < 7 else 2
        near: list[tuple[int, int, str]] = []
        for start in dict.fromkeys((word[:2], word[0] + word[2], word[1])):
            for other, count in (await self._index.words_like(start, len(word) - most, len(word) + most)).items():
                if other == word:
                    return ""
                distance = OSA.distance(word, other, score_cutoff=most)
                if distance <= most:
                    near.append((distance, -count, other))
        return min(near)[2] if near else ""

    async def snippets(self, matches: Matches, paths: Sequence[str]) -> dict[str, Snippet]:
        """Give of each review the piece that holds most of what was found, by path; none for one without."""
        bodies = await self._index.get_bodies(paths)

        def make() -> dict[str, Snippet]:
            pieces = {
                path: make_snippet(body, matches.terms, beginnings=matches.beginnings) for path, body in bodies.items()
            }
            return {path: snippet for path, snippet in pieces.items() if snippet.parts}

        short = sum(map(len, bodies.values())) < _SHORT  # then a thread would take longer than the work
        return make() if short else await asyncio.to_thread(make)


def _phrases(term: Sequence[Forms], *, beginnings: bool) -> list[str]:
    """Write a term as phrases of which one will do."""
    if len(term) > 1:
        return [" ".join(forms[0] for forms in term)]
    return [f"{form}*" if beginnings and len(form) >= 3 else form for form in term[0]]


def _is_cjk(term: Sequence[Forms]) -> bool:
    return any(has_cjk(forms[0]) for forms in term)
