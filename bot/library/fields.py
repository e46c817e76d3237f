"""The fields of front matter that sites use for the reviewed paper. Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.library.frontmatter import Metadata, Value
from bot.library.hugo import as_text
from bot.library.labels import is_link_label, is_other_label
from bot.library.review import Link
from bot.papers.identifiers import PaperId, find_paper_ids, parse_id_of, parse_paper_id

# The names of fields, without case, hyphens and underscores, in the order in which they are trusted.
_IDS = {
    "arxiv": "arxiv", "arxivid": "arxiv", "arxivurl": "arxiv", "arxivlink": "arxiv", "eprint": "arxiv",
    "doi": "doi", "doiurl": "doi", "acl": "acl", "aclid": "acl", "anthology": "acl", "openreview": "openreview",
    "openreviewid": "openreview", "semanticscholar": "s2", "s2": "s2", "s2id": "s2",
    "corpusid": "corpusid", "s2cid": "corpusid",
}  # fmt: skip
_PAPERS = ("paper", "paperurl", "paperlink", "paperid", "link", "links", "buttons", "urlpdf", "pdfurl", "pdf")
# Sites put other things there too, so that only what is known to be a paper counts.
_MAYBE = (
    "url", "externallink", "externalurl", "linkurl", "source", "sourceurl", "originalurl", "website", "redirect",
    "ref", "canonicalurl", "editpost",
)  # fmt: skip
_URLS = ("url", "link", "href", "relref", "pdf")
_LABELS = ("name", "text", "label", "title", "type")

_WEB = re.compile(r"https?://[^\s<>\"'`]{3,2000}", re.IGNORECASE)
_MOST = 30  # links of one field


def paper_fields(metadata: Metadata) -> Iterator[tuple[PaperId | None, Link | None]]:
    """Yield what the fields name, best first: the paper where it is known, and the link where it is one."""
    fields = {_plain(key): value for key, value in metadata.items()}
    for key, scheme in _IDS.items():
        if key in fields:
            yield from _read_id(fields[key], scheme)
    for key in _PAPERS:
        if fields.get(key):
            yield from _read_paper(fields[key])
    for key in _MAYBE:
        value = fields.get(key)
        if isinstance(value, dict):
            value = value.get("url", value.get("URL"))
        if found := parse_paper_id(text) if (text := as_text(value)) and _WEB.match(text) else None:
            yield found, Link("", text)


@lru_cache(maxsize=1024)
def _plain(key: str) -> str:
    return re.sub(r"[\s_-]", "", key.lower())


def _read_id(value: Value, scheme: str) -> Iterator[tuple[PaperId | None, Link | None]]:
    for item in value if isinstance(value, list) else [value]:
        text = as_text(item)
        found = parse_paper_id(text) or parse_id_of(scheme, text)
        link = Link("", text) if _WEB.fullmatch(text) else None
        if found or link:
            yield found, link


def _read_paper(value: Value) -> Iterator[tuple[PaperId | None, Link | None]]:
    """Read the paper, or a list of links in which it is the one that is called so, or the only one."""
    if isinstance(value, dict) and not any(_plain(key) in _PAPERS and _is_web(item) for key, item in value.items()):
        inner = {_plain(key): item for key, item in value.items()}
        if not any(key in inner for key in _URLS) or any(key in inner for key in _IDS):
            yield from (pair for key, scheme in _IDS.items() for pair in _read_id(inner.get(key), scheme))
    named = [(label, text) for label, text in _texts(value)][:_MOST]
    if len(named) == 1 and not is_other_label(named[0][0]):
        ((label, text),) = named
        found = parse_paper_id(text)
        if _WEB.fullmatch(text):
            yield found, Link(label, text)
            return
        several = [found] if found else list(find_paper_ids(text))
        if len(several) == 1:
            yield several[0], None
        return
    papers = [(label, text) for label, text in named if is_link_label(label, strict=True)]
    unlabelled = [(label, text) for label, text in named if not label]
    chosen = papers or (unlabelled if len(unlabelled) == 1 else [])
    for label, text in named:
        yield parse_paper_id(text) if (label, text) in chosen else None, Link(label, text) if _is_web(text) else None


def _is_web(value: Value) -> bool:
    return bool(_WEB.fullmatch(as_text(value)))


def _texts(value: Value) -> Iterator[tuple[str, str]]:
    """Give label and text of each link in a field: a text, a list of texts or tables, or a table."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        inner = {_plain(key): item for key, item in value.items()}
        url = next((as_text(inner[key]) for key in _URLS if _is_web(inner.get(key))), "")
        if url and not any(key in ("paper", "code") for key in inner):
            label = next((as_text(inner[key]) for key in _LABELS if as_text(inner.get(key))), "")
            yield label if len(label) < 200 else "", url
        else:
            yield from ((key, as_text(item)) for key, item in value.items() if _is_web(item))
    elif text := as_text(value):
        yield "", text
