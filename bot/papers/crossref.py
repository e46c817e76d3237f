"""Crossref: the registry of most publishers' DOIs. https://api.crossref.org/swagger-ui/index.html"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from bot.papers.identifiers import PaperId, parse_doi
from bot.papers.markup import plain_line, plain_paragraphs
from bot.papers.paper import Paper
from bot.papers.service import Clock, Service, Sleep, fetch_each, listed, unreadable
from bot.papers.values import LONGEST_LINE, day, entries, line, record, records, text

_ARXIV = "10.48550/"  # registered with DataCite; Crossref answers 404
_PACE = 0.34  # seconds; the polite pool has three searches a second
_SELECT = "DOI,title,subtitle,author,abstract,published,issued,container-title,update-to,updated-by"
_WITHDRAWALS = frozenset(["retraction", "withdrawal", "removal"])
_WITHDRAWN = re.compile(r"\W*(?:retracted|withdrawn)(?: (?:article|paper|chapter))?\s*[:\])]", re.IGNORECASE)
_LONGEST_QUESTION = 300  # characters


class Crossref:
    """Papers by the DOIs of their publishers. `contact` is an email address: it opens the polite pool."""

    name = "Crossref"

    def __init__(
        self,
        user_agent: str,
        contact: str = "",
        *,
        base_url: str = "https://api.crossref.org",
        deadline: float = 20.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._service = Service(base_url, user_agent, pace=_PACE, deadline=deadline, clock=clock, sleep=sleep)
        self._manners = {"mailto": contact} if contact else {}

    def knows(self, paper_id: PaperId) -> bool:
        """Tell whether it is a DOI that is not arXiv's."""
        return paper_id.scheme == "doi" and paper_id.value.startswith("10.") and not paper_id.value.startswith(_ARXIV)

    async def fetch(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """Describe papers, one question each; those that are not registered are left out. Raises SourceFault."""
        return await fetch_each(ids, self.knows, self._describe)

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find papers whose titles have at least half of the words, the best first. Raises SourceFault."""
        question = " ".join(words[:_LONGEST_QUESTION].split())
        if not question or limit < 1:
            return []
        params = {"query.bibliographic": question, "rows": str(min(2 * limit, 20)), "select": _SELECT}
        answer = await self._service.ask("works", params | self._manners)
        found = map(parse_work, listed(_message(answer), "items"))
        return [paper for paper in found if paper and _is_about(paper.title, question)][:limit]

    async def aclose(self) -> None:
        """Close its connection."""
        await self._service.aclose()

    async def _describe(self, paper_id: PaperId) -> Paper | None:
        answer = await self._service.ask(f"works/{quote(paper_id.value, safe='')}", self._manners)
        return None if answer is None else parse_work(_message(answer), paper_id)


def parse_work(work: Mapping[str, object], asked: PaperId | None = None) -> Paper | None:
    """Read a work, whose id is its own DOI unless one was asked for; None without title or id."""
    doi = line(work.get("DOI")).lower()
    paper_id = asked or parse_doi(doi)
    title = _title(work)
    if paper_id is None or not title:
        return None
    own = paper_id.value if paper_id.scheme == "doi" else doi
    return Paper(
        id=paper_id,
        title=title,
        source=Crossref.name,
        url=PaperId("doi", own).url,
        authors=tuple(name for name in map(_name, records(work.get("author"))) if name),
        abstract=plain_paragraphs(text(work.get("abstract"))),
        published=next(filter(None, (_date(work.get(field)) for field in ("published", "issued"))), None),
        venue=_first(work.get("container-title")) or _institution(work),
        dois=(own,),
        withdrawn=_is_withdrawn(work, title, own),
    )


def _message(answer: object) -> Mapping[str, object]:
    """Take a work or a list of works out of its envelope."""
    message = record(record(answer).get("message"))
    if not message:
        raise unreadable()
    return message


def _first(value: object) -> str:
    return next(filter(None, (plain_line(text(entry))[:LONGEST_LINE] for entry in entries(value))), "")


def _title(work: Mapping[str, object]) -> str:
    title, subtitle = _first(work.get("title")), _first(work.get("subtitle"))
    return title if not title or not subtitle or subtitle in title else f"{title}: {subtitle}"


def _name(author: Mapping[str, object]) -> str:
    person = f"{line(author.get('given'))} {line(author.get('family'))}".strip()
    return plain_line(person or line(author.get("name")))  # a collaboration has only a name


def _institution(work: Mapping[str, object]) -> str:
    """Read who posted a preprint, such as bioRxiv."""
    return next((line(entry.get("name")) for entry in records(work.get("institution"))), "")


def _date(value: object) -> datetime | None:
    parts = entries(record(value).get("date-parts"))
    return day(entries(parts[0])) if parts else None


def _is_withdrawn(work: Mapping[str, object], title: str, own: str) -> bool:
    """Tell whether a paper was retracted.

    `updated-by` is said of the paper, `update-to` of the notice that retracts it, which may be the paper itself.
    https://crossref.gitlab.io/tutorials/get-rw-metadata/
    """
    updates = records(work.get("updated-by"))
    updates += [update for update in records(work.get("update-to")) if line(update.get("DOI")).lower() == own]
    return bool(_WITHDRAWN.match(title)) or any(line(update.get("type")) in _WITHDRAWALS for update in updates)


def _is_about(title: str, question: str) -> bool:
    wanted, had = (set(re.findall(r"\w+", words.casefold())) for words in (question, title))
    return 2 * len(wanted & had) >= len(wanted)
