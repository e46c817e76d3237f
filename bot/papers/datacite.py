"""DataCite: where arXiv registers the DOIs of its papers, to be asked when arXiv is down.

https://support.datacite.org/docs/api
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from bot.papers.identifiers import PaperId, parse_doi
from bot.papers.paper import Paper
from bot.papers.service import Clock, Service, Sleep, fetch_each, listed, unreadable
from bot.papers.values import line, moment, paragraphs, publisher_dois, record, records
from bot.papers.withdrawal import is_withdrawn

_PACE = 0.6  # seconds; five hundred questions in five minutes are free, a thousand for who has a contact
_VERSION = re.compile(r"v([1-9][0-9]{0,2})")
_CATEGORY = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)$")
_LONGEST_QUESTION = 300  # characters


class DataCite:
    """arXiv's papers, as arXiv registers them. `contact` is an email address, for more questions a minute."""

    name = "DataCite"

    def __init__(
        self,
        user_agent: str,
        contact: str = "",
        *,
        base_url: str = "https://api.datacite.org",
        deadline: float = 20.0,
        clock: Clock = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._service = Service(base_url, user_agent, pace=_PACE, deadline=deadline, clock=clock, sleep=sleep)
        self._manners = {"mailto": contact} if contact else {}

    def knows(self, paper_id: PaperId) -> bool:
        """Tell whether it is an id of arXiv."""
        return paper_id.scheme == "arxiv"

    async def fetch(self, ids: Sequence[PaperId]) -> dict[PaperId, Paper]:
        """Describe the latest versions of papers, one question each; those that are not registered are left out.

        Raises SourceFault.
        """
        return await fetch_each(ids, self.knows, self._describe)

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find papers whose titles have all the words, the best first. Raises SourceFault."""
        # In lower case and without marks, nothing is an operator.
        question = re.findall(r"\w+", words[:_LONGEST_QUESTION].lower())
        if not question or limit < 1:
            return []
        params = {
            "query": f"titles.title:({' AND '.join(question)})",
            "client-id": "arxiv.content",
            "page[size]": str(min(limit, 20)),
            "sort": "relevance",
        }
        answer = record(await self._service.ask("dois", params | self._manners))
        found = (parse_doi_record(record(entry.get("attributes"))) for entry in listed(answer, "data"))
        return [paper for paper in found if paper][:limit]

    async def aclose(self) -> None:
        """Close its connection."""
        await self._service.aclose()

    async def _describe(self, paper_id: PaperId) -> Paper | None:
        name = quote(f"arXiv.{paper_id.value}", safe="")
        answer = await self._service.ask(f"dois/10.48550/{name}", self._manners)
        if answer is None:
            return None
        attributes = record(record(record(answer).get("data")).get("attributes"))
        if not attributes:
            raise unreadable()
        return parse_doi_record(attributes, paper_id)


def parse_doi_record(attributes: Mapping[str, object], asked: PaperId | None = None) -> Paper | None:
    """Read the record of one of arXiv's DOIs, which describes the latest version; None without title or id."""
    paper_id = asked or parse_doi(line(attributes.get("doi")))
    title = next(filter(None, (line(entry.get("title")) for entry in records(attributes.get("titles")))), "")
    if paper_id is None or paper_id.scheme != "arxiv" or not title:
        return None
    submitted = _dates(attributes, "Submitted")
    updated = _dates(attributes, "Updated") | submitted  # of some records only the first version has both
    latest = max(updated, default=None)
    abstract = "\n\n".join(_descriptions(attributes, "Abstract"))
    comment = " ".join(" ".join(_descriptions(attributes, "Other")).split())
    paper_id = PaperId("arxiv", paper_id.value, latest)
    return Paper(
        id=paper_id,
        title=title,
        source=DataCite.name,
        url=paper_id.url,
        authors=tuple(name for name in map(_name, records(attributes.get("creators"))) if name),
        abstract=abstract,
        published=submitted.get(1),
        updated=updated.get(latest) if latest else None,
        categories=_categories(attributes),
        comment=comment,
        dois=publisher_dois(*_printed(attributes)),
        withdrawn=is_withdrawn(abstract, comment),
    )


def _dates(attributes: Mapping[str, object], kind: str) -> dict[int, datetime]:
    """Read when each version was submitted, or its record updated."""
    found: dict[int, datetime] = {}
    for entry in records(attributes.get("dates")):
        version = _VERSION.fullmatch(line(entry.get("dateInformation")))
        date = moment(entry.get("date"))
        if version and date and entry.get("dateType") == kind:
            found[int(version[1])] = date
    return found


def _descriptions(attributes: Mapping[str, object], kind: str) -> list[str]:
    entries = records(attributes.get("descriptions"))
    return [paragraphs(entry.get("description")) for entry in entries if entry.get("descriptionType") == kind]


def _name(creator: Mapping[str, object]) -> str:
    person = f"{line(creator.get('givenName'))} {line(creator.get('familyName'))}".strip()
    return person or line(creator.get("name"))


def _categories(attributes: Mapping[str, object]) -> tuple[str, ...]:
    """Read what stands in brackets: `Computation and Language (cs.CL)`."""
    subjects = [entry for entry in records(attributes.get("subjects")) if entry.get("subjectScheme") == "arXiv"]
    found = (_CATEGORY.search(line(entry.get("subject"))) for entry in subjects)
    return tuple(dict.fromkeys(match[1] for match in found if match))


def _printed(attributes: Mapping[str, object]) -> list[object]:
    related = records(attributes.get("relatedIdentifiers"))
    return [entry.get("relatedIdentifier") for entry in related if entry.get("relationType") == "IsVersionOf"]
