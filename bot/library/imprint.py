"""What a review says about its paper before the text begins: the link line, the authors' line. Pure.

The reviewed paper is named there, or in the front matter; a paper that is merely cited in the text is never taken.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.library import hugo
from bot.library.frontmatter import Metadata, Value
from bot.library.plain import plain_inline
from bot.library.review import Link
from bot.papers.identifiers import PaperId, find_paper_ids, parse_paper_id

# `**Link**: ...`, `- *Paper:* ...`, `**Paper** [x](...)`: a label, and the links behind it.
_LABELLED = re.compile(
    r"[\s>*_+-]{0,8}(?:[0-9]{1,2}\. )?[^\w\s\[<]{0,4}\s?[*_]{0,3}(?P<label>[A-Za-z][A-Za-z ./()-]{0,40}?)[*_]{0,3}"
    r"(?:\s{0,3}[:\uff1a][*_]{0,3}|(?<=[*_])\s{1,3}(?=[\[<h]))\s{0,5}(?P<rest>.*)$"
)
_LINK_LABELS = frozenset(
    ("link", "links", "paper", "papers", "pdf", "arxiv", "doi", "url", "preprint", "publication", "id")
)
# Words of a label that make it another paper, or none.
_OTHER_LABELS = frozenset((
    "related", "previous", "prior", "follow", "another", "other", "image", "figure", "code", "dataset", "data", "see",
    "from", "this", "similar", "blog", "slides", "video", "project", "demo", "cited", "earlier", "original",
))  # fmt: skip
_ASIDE = re.compile(r"\b(?:see also|also see|cf\.|compare|builds on|based on)", re.IGNORECASE)

_WORDED_LINK = re.compile(
    r"\[(?P<text>[^\[\]]{1,200})\]\(\s{0,3}<?(?P<url>https?://[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)"
)
_BARE_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+(?:\([^\s()]*\)[^\s<>()\[\]\"'`]*)*", re.IGNORECASE)
_LINK_ONLY = re.compile(r"[\s*_#>-]{0,8}(?:\[[^\[\]]{1,300}\]\([^\s()]+\)|<?https?://\S+>?)[\s*_.]{0,4}$")
_LIST_ITEM = re.compile(r"\s{0,3}(?:[-*+]|[0-9]{1,3}[.)])\s")

_MAX_LINE = 4_000  # characters of a line that are looked at
_MAX_NAMES = 4_000  # characters of a list of authors

# Keys of front matter that sites use for the reviewed paper, in the order in which they are trusted.
_PAPER_KEYS = (
    "arxiv", "arxiv_id", "arxivid", "arxiv-id", "eprint", "doi", "paper", "paper_url", "paperurl", "paper_link",
    "paperlink", "link", "links", "url_pdf", "pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imprint:
    """The lines of an introduction that name the paper; `prose` tells whether there are others too."""

    link_lines: tuple[str, ...]
    lone_links: tuple[str, ...]
    authors: str
    prose: bool


def read_imprint(lines: Iterable[str]) -> Imprint:
    """Sort the lines before the first section: those that name links or authors, and the rest."""
    link_lines: list[str] = []
    lone_links: list[str] = []
    authors, prose = "", False
    listed = False  # below a label whose links are a list
    for line in lines:
        line = line[:_MAX_LINE]
        match _kind(line):
            case "links":
                link_lines.append(line)
                listed = not _BARE_URL.search(line)
            case "authors":
                authors = authors or re.split(r"[:\uff1a]", line, maxsplit=1)[-1].strip().strip("*_").strip()
            case _ if listed and _LIST_ITEM.match(line) and _BARE_URL.search(line):
                link_lines.append(line)
            case _:
                prose = True
                if _LINK_ONLY.match(line):
                    lone_links.append(line)
    return Imprint(tuple(link_lines), tuple(lone_links), authors, prose)


def is_prose(lines: Iterable[str]) -> bool:
    """Tell whether lines hold more than links and authors."""
    return read_imprint(lines).prose


def _kind(line: str) -> str:
    match = _LABELLED.match(line)
    if match is None:
        return ""
    words = re.findall(r"[a-z]+", match["label"].lower())
    if words[-1:] in (["author"], ["authors"]):
        return "authors"
    if len(words) > 4 or not _LINK_LABELS.intersection(words[-2:]) or _OTHER_LABELS.intersection(words):
        return ""
    rest = match["rest"].strip("*_ ")
    return "links" if not rest or _BARE_URL.search(rest) or next(find_paper_ids(rest), None) else ""


def reviewed_paper(metadata: Metadata, imprint: Imprint) -> tuple[tuple[Link, ...], tuple[PaperId, ...]]:
    """Find the paper's links and ids: in the link line, else in front matter, else in a line that is only a link."""
    lines = [_ASIDE.split(line)[0] for line in imprint.link_lines]
    links = [link for line in lines for link in _links_in(line)]
    ids = [found for line in lines for found in find_paper_ids(line)]
    for key in _PAPER_KEYS:
        for text in _texts_of(metadata.get(key)):
            found = parse_paper_id(text)
            if found and not lines:
                ids.append(found)
            if _BARE_URL.fullmatch(text):
                links.append(Link("", text))
            elif found and not links:
                links.append(Link("", found.url))
    if not links and not ids and len(imprint.lone_links) == 1:  # of several, any may be a cited paper
        links = _links_in(imprint.lone_links[0])
        ids = list(find_paper_ids(imprint.lone_links[0]))
    unique = {link.url: link for link in reversed(links)}
    return tuple(reversed(unique.values())), tuple(dict.fromkeys(ids))


def _links_in(line: str) -> list[Link]:
    """Give the links of a line in their order: those of markdown with their words, and bare addresses."""
    worded = list(_WORDED_LINK.finditer(line))
    found = [(match.start(), Link(plain_inline(match["text"]), match["url"])) for match in worded]
    spans = [match.span() for match in worded]
    found += [
        (match.start(), Link("", match[0].rstrip(".,;:!?*_")))
        for match in _BARE_URL.finditer(line)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    return [link for _, link in sorted(found, key=lambda row: row[0])]


def _texts_of(value: Value) -> tuple[str, ...]:
    """Give the texts of a value; of a mapping, or a list of them, the addresses."""
    items = value if isinstance(value, list) else [value]
    return hugo.as_list([item.get("url") if isinstance(item, dict) else item for item in items])


def paper_authors(metadata: Metadata, imprint: Imprint) -> tuple[str, ...]:
    """Take the authors of front matter, else those of the authors' line, else the single `author`."""
    for value in (metadata.get("authors"), imprint.authors, metadata.get("author")):
        if isinstance(value, list):
            named = [item.get("name") if isinstance(item, dict) else item for item in value]
            if authors := hugo.as_list(named):
                return authors
        elif authors := _split_names(hugo.as_text(value)):
            return authors
    return ()


def _split_names(text: str) -> tuple[str, ...]:
    text = " ".join(text[:_MAX_NAMES].split())
    separator = r";" if ";" in text else r", ?(?:and |& )|,| and | & "
    return tuple(name for part in re.split(separator, text) if (name := plain_inline(part).strip(" *_")))
