"""arXiv's Atom feed -> papers. Its fields: https://info.arxiv.org/help/api/user-manual.html, section 3.3.2.

A feed may hold papers that lack fields, entries that are no papers at all, and whatever is added one day; only a feed
that is none, or that says that the question was wrong, is a fault.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, ParseError, XMLParser, fromstring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring as defused_fromstring

from bot.papers.identifiers import parse_arxiv_id
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from bot.papers.withdrawal import is_withdrawn

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_FEED = f"{_ATOM}feed"
_ENTRY = f"{_ATOM}entry"
_ID = f"{_ATOM}id"
_TITLE = f"{_ATOM}title"
_SUMMARY = f"{_ATOM}summary"
_AUTHOR = f"{_ATOM}author"
_NAME = f"{_ATOM}name"
_PUBLISHED = f"{_ATOM}published"
_UPDATED = f"{_ATOM}updated"
_CATEGORY = f"{_ATOM}category"
_PRIMARY = f"{_ARXIV}primary_category"
_COMMENT = f"{_ARXIV}comment"
_JOURNAL_REF = f"{_ARXIV}journal_ref"
_DOI = f"{_ARXIV}doi"
_TOTAL = "{http://a9.com/-/spec/opensearch/1.1/}totalResults"

_PARAGRAPH = re.compile(r"\n\s+")  # arXiv keeps a break before an indented line, and only there
_ARXIVS_OWN = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]+)?")  # and not a class of MSC or ACM, which stand among them
_NUMBER = re.compile(r"[0-9]{1,9}")


class Refused(SourceFault):
    """Say that the question was wrong; `detail` is what the service says of it."""

    def __init__(self, detail: str) -> None:
        super().__init__("does not understand the question")
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Feed:
    """The papers of an answer, in its order, and how many the question has in `total`."""

    papers: list[Paper]
    total: int


def parse_feed(body: bytes) -> Feed:
    """Read a feed. Raises SourceFault when it is none, and Refused when it says that the question was wrong."""
    if b"<feed" not in body:
        raise SourceFault("gives an answer that is no list of papers")
    # Entities, which may unpack to any size or name files, are declared behind `<!`, which no feed of arXiv holds. In
    # UTF-8, which arXiv writes and to which the parser is held whatever the document says, that has but one spelling.
    # What holds it is left to defusedxml, which knows every trick and takes three times as long.
    try:
        if b"<!" in body:
            root: Element = defused_fromstring(body, forbid_dtd=True)
        else:
            root = fromstring(body, XMLParser(encoding="utf-8"))  # noqa: S314 - see above
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise SourceFault("gives an answer that cannot be read") from error
    if root.tag != _FEED:
        raise SourceFault("gives an answer that is no list of papers")
    papers = [paper for entry in root.findall(_ENTRY) if (paper := _paper(entry)) is not None]
    total = root.findtext(_TOTAL, "").strip()
    return Feed(papers, int(total) if _NUMBER.fullmatch(total) else len(papers))


def _paper(entry: Element) -> Paper | None:
    """Read an entry; None when it has no id of a paper or no title, as ghosts of unknown papers."""
    texts: dict[str, str] = {}
    authors: list[str] = []
    categories: dict[str, None] = {}
    dois: list[str] = []
    for child in entry:  # one look at each is much quicker than one for each field
        tag = child.tag
        if tag == _AUTHOR:
            if name := _collapse(child.findtext(_NAME, "")):
                authors.append(name)
        elif tag == _CATEGORY:
            categories[child.get("term", "")] = None
        elif tag == _PRIMARY:
            categories = {child.get("term", ""): None} | categories
        elif tag == _DOI:
            # They don't tell cases apart; an element may hold several.
            dois += [doi.strip(",;") for doi in (child.text or "").lower().split()]
        elif tag not in texts:
            texts[tag] = child.text or ""
    title, address = _collapse(texts.get(_TITLE, "")), texts.get(_ID, "").strip()
    if title == "Error" and ("/api/errors" in address or authors == ["arXiv api core"]):
        raise Refused(_collapse(texts.get(_SUMMARY, "")))
    paper_id = parse_arxiv_id(address.partition("/abs/")[2])
    if paper_id is None or not title:
        return None
    abstract, comment = _paragraphs(texts.get(_SUMMARY, "")), _collapse(texts.get(_COMMENT, ""))
    return Paper(
        id=paper_id,
        title=title,
        source="arXiv",
        url=paper_id.url,
        authors=tuple(authors),
        abstract=abstract,
        published=_date(texts.get(_PUBLISHED, "")),
        updated=_date(texts.get(_UPDATED, "")),
        categories=tuple(filter(_ARXIVS_OWN.fullmatch, categories)),
        comment=comment,
        venue=_collapse(texts.get(_JOURNAL_REF, "")),
        dois=tuple(doi for doi in dict.fromkeys(dois) if doi.startswith("10.") and "/" in doi) if dois else (),
        withdrawn=is_withdrawn(abstract, comment),
    )


def _paragraphs(text: str) -> str:
    if "\n" not in text:
        return _collapse(text)
    return "\n\n".join(filter(None, map(_collapse, _PARAGRAPH.split(text))))


def _collapse(text: str) -> str:
    if "\n" not in text and "  " not in text and "\t" not in text:  # most often, and ten times as fast
        return text.strip()
    return " ".join(text.split())


def _date(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
