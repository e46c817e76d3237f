"""What a review says about its paper before the text begins: the link line, the authors' line. Pure.

The reviewed paper is named there, or in the front matter; a paper that is merely cited in the text is never taken.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.library import hugo
from bot.library.fields import paper_fields
from bot.library.frontmatter import Metadata
from bot.library.hugo import fold_term
from bot.library.labels import ASIDE, is_authors_label, is_link_label, is_other_label
from bot.library.plain import plain_inline
from bot.library.review import Link
from bot.papers.identifiers import PaperId, find_paper_ids

# `**Link**: ...`, `- *Paper:* ...`: a label, and the links behind it.
_LABELLED = re.compile(
    r"[\s>*_+-]{0,8}(?:[0-9]{1,2}\. )?[^\w\s\[<]{0,4}\s?[*_]{0,3}"
    r"(?P<label>[^\W\d_][\w ./()\uff08\uff09-]{0,40}?)[*_]{0,3}\s{0,3}[:\uff1a](?!//)[*_]{0,3}\s{0,5}(?P<rest>.*)$"
)
# `**Paper** [x](...)`, `Paper - https://...`, `Paper (https://...)`: a label that needs no colon.
_UNMARKED = re.compile(
    r"[\s>*_+-]{0,8}[*_]{0,3}(?P<label>[^\W\d_][\w ]{0,30}?)[*_]{0,3}"
    r"(?:\s{1,3}[-\u2013\u2014|]{1,3})?\s{1,3}\(?(?=\[|<http|http)"
)
# `Read the paper [here](...)`, `The full paper can be found at [this link](...)`.
_SENTENCE = re.compile(
    r"[\s>*_+-]{0,8}(?:(?:you can )?(?:read|find|get|download|see) )?(?:the |this )?(?:full |original )?"
    r"(?:paper|article|preprint|pdf)\b[^.:;\[\]()]{0,40}"
    r"\[(?:here|link|this link|pdf|arxiv|online)\]\([^()\s]+\)[\s.!]*$",
    re.IGNORECASE,
)

_WORDED_LINK = re.compile(
    r"\[(?P<text>\[[^\[\]]{1,200}\]|[^\[\]]{1,200})\]"
    r"\(\s{0,3}<?(?P<url>https?://[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)>?(?:\s[^()\n]{0,200})?\)?"
)
_BARE_URL = re.compile(r"https?://[^\s<>()\[\]\"'`|]+(?:\([^\s()]*\)[^\s<>()\[\]\"'`|]*)*", re.IGNORECASE)
_LIST_ITEM = re.compile(r"\s{0,3}(?:[-*+]|[0-9]{1,3}[.)])\s")
_WORD = re.compile(r"[^\W_]")
_ANCHOR = re.compile(
    r"<a\s[^<>]{0,300}?href\s?=\s?[\"']?(https?://[^\s\"'<>]{1,2000})[\"']?[^<>]{0,300}>", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-z][^<>]{0,300}>", re.IGNORECASE)
_BY_REFERENCE = re.compile(r"\[(?P<text>[^\[\]]{1,200})\](?:\[(?P<label>[^\[\]]{0,100})\])?(?![\[(:])")
_RULE = re.compile(r"[|:\s-]+$")

_MAX_LINE = 4_000  # characters of a line that are looked at
_MAX_NAMES = 4_000  # characters of a list of authors


@dataclass(frozen=True, slots=True)
class Imprint:
    """The lines of an introduction that name the paper; `prose` tells whether there are others too.

    `lone_links` are lines that are nothing but a link, `cited` all other links.
    """

    link_lines: tuple[str, ...]
    lone_links: tuple[str, ...]
    cited: tuple[Link, ...]
    authors: str
    prose: bool


def read_imprint(lines: Iterable[str], definitions: Mapping[str, str] | None = None) -> Imprint:
    """Sort the lines before the first section: those that name links or authors, and the rest.

    `definitions` are the addresses of links by reference, by their labels in lower case.
    """
    link_lines: list[str] = []
    lone_links: list[str] = []
    cited: list[Link] = []
    authors, prose = "", False
    listed = False  # below a label whose links are a list
    header: list[str] = []  # of a table
    for raw in lines:
        line = _as_markdown(raw[:_MAX_LINE], definitions or {})
        if line.lstrip(" >").startswith("|"):
            cells = [cell.strip() for cell in line.strip(" >|").split("|")]
            if _RULE.fullmatch(line.strip(" >")) or not header:
                header = header or cells
                rows = [cells]
            else:
                rows = [[name, cell] for name, cell in zip(header, cells, strict=False)]
            kinds = [_sort(f"{row[0].strip('*_ ')}: {' '.join(row[1:])}") for row in (cells, *rows) if len(row) > 1]
            link_lines += [text for kind, text in kinds if kind == "links" and _BARE_URL.search(text)]
            prose = True
            continue
        header = []
        kind, text = _sort(line)
        if kind == "links":
            link_lines.append(text)
            listed = not _BARE_URL.search(text)
        elif kind == "authors":
            authors = authors or re.split(r"[:\uff1a]", text, maxsplit=1)[-1].strip().strip("*_").strip()
        elif listed and _LIST_ITEM.match(line) and _BARE_URL.search(line):
            link_lines.append(line)
        else:
            listed = listed and not line.strip(" *_>-")
            prose = True
            if kind == "lone":
                lone_links.append(text)
            elif "](" in line:
                cited += links_in(line)
    return Imprint(tuple(link_lines), tuple(lone_links), tuple(cited), authors, prose)


def is_prose(lines: Iterable[str]) -> bool:
    """Tell whether lines hold more than links and authors."""
    return read_imprint(lines).prose


def _as_markdown(line: str, definitions: Mapping[str, str]) -> str:
    """Write links of HTML and links by reference as those of markdown."""
    if "<" in line and _ANCHOR.search(line):
        line = _ANCHOR.sub(lambda match: f"[\0{match[1]}\0", line)
        pieces = line.split("[\0")
        for number, piece in enumerate(pieces[1:], 1):
            url, _, rest = piece.partition("\0")
            words, closing, rest = rest.partition("</a>")
            pieces[number] = f"[{_TAG.sub('', words)}]({url}){rest}" if closing else f"{url} {words}"
        line = _TAG.sub("", "".join(pieces))
    if definitions and "[" in line:

        def resolve(match: re.Match[str]) -> str:
            url = definitions.get((match["label"] or match["text"]).lower())
            return f"[{match['text']}]({url})" if url else match[0]

        line = _BY_REFERENCE.sub(resolve, line)
    return line


def _sort(line: str) -> tuple[str, str]:
    """Tell what a line is (``links``, ``lone``, ``authors`` or nothing), and give the part of it that counts."""
    if match := _LABELLED.match(line):
        label, rest = match["label"], match["rest"].strip("*_ ")
        if is_authors_label(label):
            return "authors", line
        if is_link_label(label) and (not rest or _BARE_URL.search(rest) or next(find_paper_ids(rest), None)):
            return "links", line
        return "", line
    if "http" not in line:
        return "", line
    if (match := _UNMARKED.match(line)) and is_link_label(match["label"], strict=True):
        return "links", line
    if _SENTENCE.match(line):
        return "links", line
    found = links_in(line)
    rest = _BARE_URL.sub("", _WORDED_LINK.sub("", line))
    if not found or _WORD.search(rest) or any(is_other_label(link.text) for link in found[:1]):
        return "", line
    if len(found) == 1:
        return "lone", line
    # `[Paper](...) | [Code](...)`: the words of the links are the labels.
    named = [link for link in found if is_link_label(link.text.strip("[] "), strict=True)]
    return ("links", ", ".join(f"[{link.text}]({link.url})" for link in named)) if named else ("", line)


def reviewed_paper(
    metadata: Metadata, imprint: Imprint, title: str = ""
) -> tuple[tuple[Link, ...], tuple[PaperId, ...]]:
    """Find the paper's links and ids: in the link line, else in front matter, else in a line that is only a link.

    At last, a link of the introduction that has the title of the review for its words names the paper too.
    """
    lines = [ASIDE.split(line)[0] for line in imprint.link_lines]
    links = [link for line in lines for link in links_in(line)]
    ids = [found for line in lines for found in find_paper_ids(line)]
    for found, given in paper_fields(metadata):
        if found and not lines:
            ids.append(found)
        if given:
            links.append(given)
        elif found and not links:
            links.append(Link("", found.url))
    if not links and not ids:
        links = [link for line in imprint.lone_links for link in links_in(line)]
        if len({link.url for link in links}) != 1:  # of several, any may be a cited paper
            links = [link for link in (*links, *imprint.cited) if title and fold_term(link.text) == fold_term(title)]
        links = links[:1]
        ids = [found for link in links for found in find_paper_ids(link.url)]
    links = links or [Link("", found.url) for found in ids[:1]]
    unique = {link.url: link for link in reversed(links)}
    return tuple(reversed(unique.values())), tuple(dict.fromkeys(ids))


def links_in(line: str) -> list[Link]:
    """Give the links of a line in their order: those of markdown with their words, and bare addresses."""
    worded = list(_WORDED_LINK.finditer(line))
    found = [(match.start(), Link(plain_inline(match["text"]).strip("[]"), match["url"])) for match in worded]
    spans = [match.span() for match in worded]
    found += [
        (match.start(), Link("", match[0].rstrip(".,;:!?*_")))
        for match in _BARE_URL.finditer(line)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    return [link for _, link in sorted(found, key=lambda row: row[0])]


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
    separator = r"[;\uff1b]" if re.search(r"[;\uff1b]", text) else r", ?(?:and |& )|[,\uff0c\u3001]| and | & "
    return tuple(name for part in re.split(separator, text) if (name := plain_inline(part).strip(" *_")))
