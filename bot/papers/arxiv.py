"""arXiv as a source of papers: https://info.arxiv.org/help/api/user-manual.html.

Its terms (https://info.arxiv.org/help/api/tou.html): one connection, and three seconds between two requests. So whoever
asks while a request waits for its turn is served by that request, and nobody asks twice for the same.
"""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from bot.papers.atom import Feed, Refused, parse_feed
from bot.papers.http import Reply, Unreachable, get, make_client
from bot.papers.identifiers import PaperId
from bot.papers.limiter import Limiter, Unasked
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from bot.papers.title_queries import title_queries
from bot.papers.wishes import Batch, Wish, is_valid, spell

_log = logging.getLogger(__name__)

ADDRESS = "https://export.arxiv.org/api/query"
PAUSE = 3.0  # seconds from the end of a request to the next
MOST_FOUND = 10  # papers of a search

_TRIES = 3
_CLOSED = "is not asked any more"
_PATIENCE = 60.0  # seconds for a request; a refusal may take arXiv 45, and must be heard
_XML = frozenset(["application/atom+xml", "application/xml", "text/xml", ""])

T = TypeVar("T")


class Arxiv:
    """Asks arXiv for papers by id and by words of their titles.

    `user_agent` names the program, its version and whom to write to. `clock` gives seconds that only grow, and `sleep`
    waits for some of them. `pause` are the seconds between requests, and `deadline` those that a caller waits at most;
    what was sent by then is still heard to its end, for the others who wait for it and for what it says of the pace.
    """

    name = "arXiv"

    def __init__(
        self,
        user_agent: str,
        *,
        address: str = ADDRESS,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        pause: float = PAUSE,
        deadline: float = 25.0,
    ) -> None:
        self._client = make_client(user_agent)
        self._address = address
        self._limiter = Limiter(clock, sleep, pause=pause)
        self._deadline = deadline
        self._papers: dict[str, Wish[Paper | None]] = {}  # by the spelling of the id, which has the version
        self._batches: list[Batch] = []  # those that still wait for their turn
        self._searches: dict[tuple[str, ...], Wish[list[Paper]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def knows(self, paper_id: PaperId) -> bool:
        """Tell whether an id is arXiv's."""
        return paper_id.scheme == "arxiv"

    async def fetch(self, ids: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Describe papers, in the version that an id names or else the latest; of several of one paper, the first.

        Unknown ones are left out. Raises SourceFault.
        """
        self._refuse_when_closed()
        wanted = [paper_id for paper_id in dict.fromkeys(ids) if is_valid(paper_id)]
        if not wanted:
            return {}
        papers = await self._granted([self._wish_for(paper_id) for paper_id in wanted])
        return {paper_id: paper for paper_id, paper in zip(wanted, papers, strict=True) if paper is not None}

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find at most ten papers by words of their titles, the best first. Raises SourceFault."""
        self._refuse_when_closed()
        queries = tuple(title_queries(words))
        if not queries or limit < 1:
            return []
        wish = self._searches.get(queries)
        if wish is None:
            wish = self._searches[queries] = Wish()
            self._begin(self._answer_search(queries, wish))
        (found,) = await self._granted([wish])
        return found[:limit]

    async def aclose(self) -> None:
        """End what is under way, and close the connection; whoever still waits is told."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        fault = SourceFault(_CLOSED)
        for wish in [*self._papers.values(), *self._searches.values()]:
            wish.fail(fault)
        await self._client.aclose()

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise SourceFault(_CLOSED)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _granted(self, wishes: Sequence[Wish[T]]) -> list[T]:
        """Wait for the answers to wishes; to leave does not end the work for others who wait."""
        for wish in wishes:
            wish.waiting += 1
        try:
            async with asyncio.timeout(self._deadline):
                await asyncio.wait([wish.answer for wish in wishes])
        except TimeoutError:
            raise SourceFault("does not answer in time") from None
        finally:
            for wish in wishes:
                wish.waiting -= 1
        return [wish.answer.result() for wish in wishes]

    def _wish_for(self, paper_id: PaperId) -> Wish[Paper | None]:
        """Give the wish for a paper: that of others who wait for it, or a new one in a batch."""
        key = spell(paper_id)
        wish = self._papers.get(key)
        if wish is None:
            wish = self._papers[key] = Wish()
            if not any(batch.add(paper_id, wish) for batch in self._batches):
                batch = Batch()
                batch.add(paper_id, wish)
                self._batches.append(batch)
                self._begin(self._answer_batch(batch))
        return wish

    async def _answer_batch(self, batch: Batch) -> None:
        fault: Exception = SourceFault(_CLOSED)
        try:
            self._settle(batch, await self._ask_batch(batch))
        except Exception as error:
            fault = error
            if not isinstance(error, SourceFault):
                raise
        finally:
            for wish in batch.wishes.values():
                wish.fail(fault)
            self._close(batch)
            self._forget(batch, list(batch.wishes))

    async def _ask_batch(self, batch: Batch) -> Feed:
        def question() -> dict[str, str]:
            self._close(batch)
            self._forget(batch, [paper_id for paper_id, wish in batch.wishes.items() if not wish.waiting])
            if not batch.wishes:
                raise Unasked
            return {"id_list": ",".join(map(spell, batch.wishes)), "max_results": str(len(batch.wishes))}

        try:
            feed = await self._ask(question)
        except Refused as refusal:
            # Ids are checked before, but it is arXiv that decides: what it names is set aside, the rest asked for once.
            words = refusal.detail.split()
            refused = [paper_id for paper_id in batch.wishes if spell(paper_id) in words]
            if not refused:
                raise
            for paper_id in refused:
                batch.wishes[paper_id].grant(None)
            self._forget(batch, refused)
            return await self._ask(question, tries=1)
        if not feed.papers:
            # Now and then arXiv gives an empty answer for papers that it has.
            feed = await self._ask(question, tries=1)
        return feed

    def _settle(self, batch: Batch, feed: Feed) -> None:
        """Grant the wishes of a batch from an answer, whose order is not that of the question."""
        found: dict[PaperId, Paper] = {}
        for paper in feed.papers:
            if (paper.id.version or 0) >= (found[paper.id].id.version or 0 if paper.id in found else 0):
                found[paper.id] = paper
        for paper_id, wish in batch.wishes.items():
            paper = found.get(paper_id)
            if paper and paper_id.version:
                paper = dataclasses.replace(paper, url=f"{paper.url}v{paper_id.version}")
                paper = paper if paper.id.version == paper_id.version else None
            wish.grant(paper)

    def _close(self, batch: Batch) -> None:
        """Take no more papers into a batch."""
        if batch in self._batches:
            self._batches.remove(batch)

    def _forget(self, batch: Batch, ids: Iterable[PaperId]) -> None:
        for paper_id in ids:
            del batch.wishes[paper_id]
            del self._papers[spell(paper_id)]

    async def _answer_search(self, queries: tuple[str, ...], wish: Wish[list[Paper]]) -> None:
        fault: Exception = SourceFault(_CLOSED)
        try:
            wish.grant(await self._ask_search(queries, wish))
        except Exception as error:
            fault = error
            if not isinstance(error, SourceFault):
                raise
        finally:
            wish.fail(fault)
            del self._searches[queries]

    async def _ask_search(self, queries: tuple[str, ...], wish: Wish[list[Paper]]) -> list[Paper]:
        def question() -> dict[str, str]:
            if not wish.waiting:
                raise Unasked
            return {"search_query": query, "max_results": str(MOST_FOUND)}

        for query in queries:  # noqa: B007 - `question` uses it
            if papers := (await self._ask(question)).papers:
                return papers
        return []

    async def _ask(self, question: Callable[[], Mapping[str, str]], tries: int = _TRIES) -> Feed:
        """Ask what `question` gives once it is our turn, and again when that failed for a moment.

        Raises SourceFault, and Unasked when `question` does.
        """
        while True:
            tries -= 1
            try:
                async with self._limiter.turn():
                    reply = await get(self._client, self._address, question(), deadline=_PATIENCE)
                    self._heed(reply)
                return await asyncio.to_thread(_read, reply)
            except Unreachable:
                if not tries:
                    raise

    def _heed(self, reply: Reply) -> None:
        """Keep to the pace that an answer asks for."""
        pause = reply.retry_after or 0.0
        if reply.status == 429:
            fault = self._limiter.cool_down(pause)
            _log.warning("arXiv answered 429: it is left alone for %.0f seconds", fault.retry_after)
            raise fault
        if reply.status == 503 and pause > PAUSE:
            raise self._limiter.hold(pause)
        if reply.status == 200:
            self._limiter.succeeded()


def _read(reply: Reply) -> Feed:
    """Read an answer. Raises Unreachable when another try may bring a better one, else SourceFault."""
    if reply.status >= 500:
        raise Unreachable("cannot answer just now")
    if reply.status == 200 and not reply.body.strip():
        raise Unreachable("gives an empty answer")
    if reply.status not in (200, 400):
        raise SourceFault("refuses to answer" if reply.status > 400 else "sends us elsewhere")
    if reply.content_type not in _XML:
        raise SourceFault("gives an answer that is no list of papers")
    feed = parse_feed(reply.body)
    if reply.status == 400:
        raise SourceFault("does not understand the question")
    return feed
