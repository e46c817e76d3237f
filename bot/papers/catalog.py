"""What is known of papers: the cache first, then the sources, politely.

A paper that several members ask for at once is asked for once. When a source is down the next one is tried, and what
was known before is given with its age.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.folding import fold_words
from bot.papers.cache import Cached, PaperCache
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import Source, SourceFault

_log = logging.getLogger(__name__)

T = TypeVar("T")

# arXiv asks not to repeat a query within a day, since its answers change once a day.
_FRESH = timedelta(hours=24)
_SOON = timedelta(minutes=10)  # for what is not known, or only from a source that stood in for arXiv
_RECENT = 256  # papers that are kept in memory


@dataclass(frozen=True, slots=True)
class Known:
    """A paper as it is known; `asked` is when its source was, and `stale` tells that it did not answer since."""

    paper: Paper
    asked: datetime
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of the papers that were asked for, by their ids; `faults` are sentences on what kept the rest."""

    known: Mapping[PaperId, Known] = field(default_factory=dict[PaperId, Known])
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """The papers that a search found, the best first; `faults` are sentences on what may be missing."""

    found: tuple[Known, ...] = ()
    faults: tuple[str, ...] = ()


class PaperCatalog:
    """Describes papers."""

    def __init__(self, cache: PaperCache, sources: Sequence[Source], rater: Source | None = None) -> None:
        """Ask `sources` in their order: a later one only for what the earlier ones cannot say.

        `rater` adds a sentence and a number of citations, where there is one.
        """
        self._cache = cache
        self._sources = sources
        self._rater = rater
        self._recent: dict[str, Known] = {}  # the last ones, by key
        self._asking: dict[str, asyncio.Task[tuple[Known | None, tuple[str, ...]]]] = {}
        self._searching: dict[str, asyncio.Task[Search]] = {}
        self._rating: dict[str, asyncio.Task[Paper | None]] = {}

    async def open(self) -> None:
        """Open the cache."""
        await self._cache.open()

    async def close(self) -> None:
        """End what is being asked, and close the sources and the cache; may be called again."""
        tasks: list[asyncio.Task[Any]] = [*self._asking.values(), *self._searching.values(), *self._rating.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, *(source.aclose() for source in self._sources), return_exceptions=True)
        await self._cache.close()

    def complete(self, text: str, limit: int) -> list[tuple[str, str]]:
        """Complete a title from the cache, never from the network: ids and titles of those that hold every word."""
        words = fold_words(text)
        found: list[tuple[str, str]] = []
        if words:
            for key, title in reversed([*self._cache.titles().items()]):
                held = fold_words(title)
                if all(any(other.startswith(word) for other in held) for word in words):
                    found.append((key, title))
                    if len(found) == limit:
                        break
        return found

    def recall(self, paper_id: PaperId, now: datetime) -> Known | None:
        """Give a paper that was asked for lately, at once and from memory; None when it must be asked for."""
        known = self._recent.get(key_of(paper_id))
        return known if known and _is_fresh(paper_id, Cached(known.paper, known.asked), now) else None

    def _remember(self, key: str, known: Known) -> None:
        self._recent.pop(key, None)
        self._recent[key] = known
        if len(self._recent) > _RECENT:
            del self._recent[next(iter(self._recent))]

    async def peek(self, ids: Iterable[PaperId]) -> dict[PaperId, Known]:
        """Give what the cache knows, however old, and ask nobody; of several versions of a paper the first it knows."""
        wanted = {key_of(paper_id): paper_id for paper_id in ids}
        cached = await self._cache.get(list(wanted))
        known: dict[PaperId, Known] = {}
        for key, paper_id in wanted.items():
            if (entry := cached.get(key)) and entry.paper:
                known.setdefault(paper_id, Known(entry.paper, entry.at))
        return known

    async def get(self, ids: Iterable[PaperId], now: datetime) -> Answer:
        """Describe papers; those that nobody knows are left out. Takes as long as the sources take.

        Of several versions of a paper the first is described. Whoever is tired of waiting may cancel this; what was
        asked for is finished for those who ask again.
        """
        wanted = {key_of(paper_id): paper_id for paper_id in dict.fromkeys(ids)}
        cached = await self._cache.get(list(wanted))
        known: dict[PaperId, Known] = {}
        waiting: dict[str, asyncio.Task[tuple[Known | None, tuple[str, ...]]]] = {}
        for key, paper_id in wanted.items():
            entry = cached.get(key)
            if entry and _is_fresh(paper_id, entry, now):
                if entry.paper:
                    known[paper_id] = Known(entry.paper, entry.at)
            else:
                waiting[key] = self._begin(self._asking, key, self._ask(paper_id, entry, now))
        faults: dict[str, None] = {}
        if waiting:
            await asyncio.wait(waiting.values())
        for key, task in waiting.items():
            found, failed = task.result()
            faults |= dict.fromkeys(failed)
            if found:
                known[wanted[key]] = found
        for paper_id, found in known.items():
            if not found.stale:
                self._remember(key_of(paper_id), found)
        return Answer({paper_id: known[paper_id] for paper_id in wanted.values() if paper_id in known}, tuple(faults))

    async def rate(self, asked_for: PaperId, known: Known, now: datetime) -> Known:
        """Add the sentence and the citations that the rater knows; what is known as it is, when it knows nothing."""
        paper, paper_id = known.paper, latest(known.paper.id)
        if self._rater is None or not self._rater.knows(paper_id) or paper.citations is not None:
            return known
        key = f"rating {key_of(paper_id)}"
        cached = (await self._cache.get([key])).get(key)
        if cached and now - cached.at < _FRESH:
            rating = cached.paper
        else:
            task = self._begin(self._rating, key, self._ask_rating(self._rater, paper_id, key, now))
            await asyncio.wait([task])
            rating = task.result()
        if rating is None:
            return known
        rated = replace(known, paper=replace(paper, tldr=rating.tldr, citations=rating.citations))
        if not known.stale:
            self._remember(key_of(asked_for), rated)
        return rated

    async def _ask_rating(self, rater: Source, paper_id: PaperId, key: str, now: datetime) -> Paper | None:
        try:
            rating = (await rater.fetch([paper_id])).get(paper_id)
        except SourceFault as fault:
            _log.info("%s %s (rating %s)", rater.name, fault.reason, paper_id)
            return None
        await self._cache.put({key: rating}, now)
        return rating

    async def search(self, words: str, now: datetime, limit: int = 10) -> Search:
        """Find papers by words of their titles. Takes as long as the sources take; may be cancelled."""
        words = " ".join(fold_words(words))
        if not words:
            return Search()
        kept = await self._cache.get_search(words)
        if kept and now - kept[1] < _FRESH:
            return Search(tuple(await self._recall(kept[0], stale=False)))
        task = self._begin(self._searching, words, self._seek(words, kept[0] if kept else (), now, limit))
        await asyncio.wait([task])
        return task.result()

    def _begin(
        self, tasks: dict[str, asyncio.Task[T]], key: str, work: Coroutine[object, object, T]
    ) -> asyncio.Task[T]:
        """Begin a piece of work, or join in when it is being done."""
        if key in tasks:
            work.close()
            return tasks[key]
        task = tasks[key] = asyncio.create_task(work)
        task.add_done_callback(lambda _: tasks.pop(key, None))
        return task

    async def _ask(
        self, paper_id: PaperId, before: Cached | None, now: datetime
    ) -> tuple[Known | None, tuple[str, ...]]:
        faults: list[str] = []
        for source in self._sources:
            if not source.knows(paper_id):
                continue
            try:
                paper = (await source.fetch([paper_id])).get(paper_id)
            except SourceFault as fault:
                _log.warning("%s %s (%s)", source.name, fault.reason, paper_id)
                faults.append(f"{source.name} {fault.reason}")
                continue
            if paper:
                await self._cache.put({key_of(paper_id): paper}, now)
                return Known(paper, now), ()
            if paper_id.scheme == "arxiv" and not faults:
                break  # nobody knows better than arXiv what there is on arXiv
        if not faults:
            await self._cache.put({key_of(paper_id): None}, now)
        if before and before.paper:
            return Known(before.paper, before.at, stale=True), tuple(faults)
        return None, tuple(faults)

    async def _seek(self, words: str, before: Sequence[str], now: datetime, limit: int) -> Search:
        faults: list[str] = []
        for source in self._sources:
            try:
                papers = await source.search(words, limit)
            except SourceFault as fault:
                _log.warning("%s %s (searching)", source.name, fault.reason)
                faults.append(f"{source.name} {fault.reason}")
                continue
            if papers:
                entries = {key_of(latest(paper.id)): paper for paper in papers}
                kept = await self._cache.get([key for key, paper in entries.items() if _stands_in(paper.id, paper)])
                better = {
                    key for key, entry in kept.items() if entry.paper and not _stands_in(entry.paper.id, entry.paper)
                }
                await self._cache.put({key: paper for key, paper in entries.items() if key not in better}, now)
                if not faults:
                    await self._cache.put_search(words, entries, now)
                return Search(tuple(Known(paper, now) for paper in papers), tuple(faults))
        if faults:
            return Search(tuple(await self._recall(before, stale=True)), tuple(faults))
        await self._cache.put_search(words, (), now)
        return Search()

    async def _recall(self, keys: Sequence[str], *, stale: bool) -> list[Known]:
        cached = await self._cache.get(keys)
        entries = [cached[key] for key in keys if key in cached]
        return [Known(entry.paper, entry.at, stale) for entry in entries if entry.paper]


def key_of(paper_id: PaperId) -> str:
    """Name a paper, and the version that was asked for, in the cache."""
    return f"{paper_id}v{paper_id.version}" if paper_id.version else str(paper_id)


def latest(paper_id: PaperId) -> PaperId:
    """Give the id that means the latest version of a paper."""
    return PaperId(paper_id.scheme, paper_id.value)


def _is_fresh(paper_id: PaperId, entry: Cached, now: datetime) -> bool:
    if entry.paper is None or _stands_in(paper_id, entry.paper):
        return now - entry.at < _SOON
    return paper_id.version is not None or now - entry.at < _FRESH  # a version never changes


def _stands_in(paper_id: PaperId, paper: Paper) -> bool:
    """Tell whether another source described a paper of arXiv's: without all its facts, and whatever the version."""
    return paper_id.scheme == "arxiv" and paper.source != "arXiv"
