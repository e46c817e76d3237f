"""Semantic Scholar: papers with a sentence on each, and who cites them. https://api.semanticscholar.org/api-docs/graph"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from bot.papers.identifiers import PaperId, parse_arxiv_id, parse_doi, parse_id_of
from bot.papers.paper import Paper
from bot.papers.service import Clock, Service, Sleep, fetch_each, listed, unreadable
from bot.papers.values import day, line, moment, number, paragraphs, publisher_dois, record, records

_PREFIXES = {"arxiv": "ARXIV:", "doi": "DOI:", "acl": "ACL:", "s2": "", "corpusid": "CorpusId:"}
_OWN = ("s2", "corpusid")
_FIELDS = "title,abstract,authors,year,externalIds,tldr,citationCount,url,venue,publicationDate"
_PACE = 1.1  # seconds; a key has one question a second, and those without share one pool
_SHA1 = re.compile(r"[0-9a-f]{40}")
_LONGEST_QUESTION = 300  # characters


class SemanticScholar:
    """Papers by most ids. Without `key` the pool that all share is asked, which often refuses."""

    name = "Semantic Scholar"

    def __init__(
        self,
        user_agent: str,
        key: str = "",
        *,
        base_url: str = "https://api.semanticscholar.org",
        deadline: float = 20.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._service = Service(base_url, user_agent, pace=_PACE, deadline=deadline, clock=clock, sleep=sleep)
        self._headers = {"x-api-key": key} if key else {}

    def knows(self, paper_id: PaperId) -> bool:
        """Tell whether papers can be asked for by this kind of id: not by OpenReview's."""
        if paper_id.scheme in _OWN:
            return parse_id_of(paper_id.scheme, paper_id.value) is not None
        return paper_id.scheme in _PREFIXES

    async def fetch(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """Describe papers, one question each; those that are not known are left out. Raises SourceFault."""
        return await fetch_each(ids, self.knows, self._describe)

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find the one paper whose title is closest to the words. Raises SourceFault."""
        question = " ".join(words[:_LONGEST_QUESTION].split())
        if not question or limit < 1:
            return []
        answer = await self._ask("paper/search/match", {"query": question, "fields": _FIELDS})
        if answer is None:
            return []
        return [paper for paper in map(parse_paper, listed(record(answer), "data")) if paper][:1]

    async def aclose(self) -> None:
        """Close its connection."""
        await self._service.aclose()

    async def _describe(self, paper_id: PaperId) -> Paper | None:
        path = f"paper/{_PREFIXES[paper_id.scheme]}{quote(paper_id.value, safe='')}"
        answer = await self._ask(path, {"fields": _FIELDS})
        if answer is None:
            return None
        if not record(answer):
            raise unreadable()
        return parse_paper(record(answer), paper_id)  # {"data": []} says as well that it knows nothing

    async def _ask(self, path: str, params: Mapping[str, str]) -> object:
        return await self._service.ask(f"graph/v1/{path}", params, self._headers)


def parse_paper(entry: Mapping[str, object], asked: PaperId | None = None) -> Paper | None:
    """Read a paper; None without title or id.

    Its id is what was asked for, but for one of the service's own the one that it has elsewhere.
    """
    others = record(entry.get("externalIds"))
    sha1 = line(entry.get("paperId"))
    own = PaperId("s2", sha1) if _SHA1.fullmatch(sha1) else None
    paper_id = asked if asked and asked.scheme not in _OWN else _id_elsewhere(others) or own or asked
    title = line(entry.get("title"))
    if paper_id is None or not title:
        return None
    return Paper(
        id=PaperId(paper_id.scheme, paper_id.value),  # which version is described is not said
        title=title,
        source=SemanticScholar.name,
        url=(own or paper_id).url,
        authors=tuple(name for name in (line(author.get("name")) for author in records(entry.get("authors"))) if name),
        abstract=paragraphs(entry.get("abstract")),
        published=moment(entry.get("publicationDate")) or day([entry.get("year")]),
        venue=line(entry.get("venue")),
        dois=publisher_dois(others.get("DOI")),
        tldr=" ".join(paragraphs(record(entry.get("tldr")).get("text")).split()),
        citations=number(entry.get("citationCount")),
    )


def _id_elsewhere(others: Mapping[str, object]) -> PaperId | None:
    return (
        parse_arxiv_id(line(others.get("ArXiv")))
        or parse_id_of("acl", line(others.get("ACL")))
        or parse_doi(line(others.get("DOI")))
    )
