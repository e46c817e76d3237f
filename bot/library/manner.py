"""How one file is written: its front matter, the lines that name the paper, headings, references. Pure.

What it says is for `parse`; here it counts where the author set quotes, blanks and the divider.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, cast

from bot.library.encoding import decode
from bot.library.filenames import NameForm, read_name
from bot.library.frontmatter import Value, parse_document, raw_block
from bot.library.imprint import links_in
from bot.library.labels import is_authors_label, is_link_label
from bot.library.outline import find_divider, find_headings
from bot.library.review import Link, Review
from bot.library.writing import MATH_MARKS, Format
from bot.papers.identifiers import find_paper_ids, parse_paper_id

Block = Literal["text", "more", "links", "authors"]

_KEY = re.compile(r"^(?P<key>[A-Za-z_][\w-]*)[ \t]*[:=](?P<rest>[ \t].*|)$", re.MULTILINE)
_DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?:(?P<gap>[T ])[0-9]{2}:[0-9]{2}(?P<seconds>:[0-9]{2})?(?:\.[0-9]+)?"
    r"(?P<blank> ?)(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_DAY_FIRST = re.compile(r"[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4}")
_ITEM = re.compile(r"\n(?P<spread>[ \t]*(?:- +)?)(?=[^\s\]])")
_LABELLED = re.compile(
    r"(?P<lead>[\s>*_+-]{0,8}[*_]{0,3}(?P<label>[^\W\d_][\w ./()-]{0,40}?)[*_]{0,3}\s{0,3}[:\uff1a](?!//)[*_]{0,3})"
    r"[ \t]{0,5}(?P<rest>\S.*)$"
)
_REF = re.compile(
    r"\{\{(?P<mark>[<%])\s*(?P<name>ref|relref)\s+(?P<quote>\"?)(?P<target>[^\"\s<>%]+)\"?\s*[>%]\}\}", re.IGNORECASE
)
_JEKYLLS_REF = re.compile(r"\{%-?\s*(?P<name>post_url|link)\s+(?P<target>[^\s%]+)\s*-?%\}")
_BULLET = re.compile(r"^( {0,3}[-*+] +)\S", re.MULTILINE)
_LAST_NAME = re.compile(r"( and |, and | & |, & )[^,&]{1,60}$")
_BETWEEN = re.compile(r"[ ,;|/·•]{1,4}|,? (?:and|or|und|et|y) ")
_MATH = {
    "$": re.compile(r"(?<![\\$\w`])\$[^\s$][^$\n]{0,200}\$(?![\w$`])"),
    r"\(": re.compile(r"(?<![`\\])\\\([^()\n]"),
    r"\\(": re.compile(r"(?<![`\\])\\\\\([^()\n]"),
    r"`\(": re.compile(r"`\\\([^`\n]"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A key of front matter, and how its value is written.

    `quote` stands around a text, or around the items of a list; `spread` is what stands before each item of a list
    that takes a line for each, None for one line.
    """

    key: str
    value: Value
    raw: str
    quote: str = ""
    spread: str | None = None


@dataclass(frozen=True, slots=True)
class DateForm:
    """How a date is written: `pattern` is one of strftime, behind which stands a `zone`: ``Z``, ``:``, ``+`` or none.

    The marks are those of UTC, of `+02:00` and of `+0200`.
    """

    pattern: str = "%Y-%m-%d"
    zone: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class LinkForm:
    """How a line of links is written: its label with its marks, what parts the links, whether they are bare."""

    lead: str
    between: str = ", "
    bare: bool = False


@dataclass(frozen=True, slots=True)
class RefForm:
    """How a reference is written.

    `place` tells what stands before the page: nothing (``""``), its folder (``papers/``), or a slash and its folder.
    `post_url` and `link` are Jekyll's, which have no `mark`.
    """

    name: str = "ref"
    mark: str = "<"
    quote: str = '"'
    place: Literal["", "folder", "root"] = ""
    extension: bool = True


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file is written. `review` is what the library makes of it; `order` is that of what stands on top.

    `links` and `authors` are None where there is no such line. `headings` are those of the sections, of `level`.
    """

    review: Review
    form: Format | Literal[""]
    fields: tuple[Field, ...]
    indent: str
    date: DateForm | None
    order: tuple[Block, ...]
    tight: bool
    links: LinkForm | None
    worded: tuple[Link, ...]
    authors_lead: str
    authors_last: str
    level: int
    headings: tuple[str, ...]
    gaps: tuple[tuple[int, int], ...]
    refs: tuple[RefForm, ...]
    bullets: tuple[str, ...]
    math: str
    width: int
    name: NameForm
    words: int
    fence_gap: int
    end: str
    crlf: bool


def read_manner(review: Review, data: bytes) -> Manner:
    """Read how the file of a review is written; raise FrontMatterError when its front matter cannot be read."""
    text, _ = decode(data)
    form, block, body = raw_block(text)
    fields = tuple(_read_fields(cast("Format", form), block, parse_document(text).metadata)) if form else ()
    after = body[body.startswith("\n") :] if form == "json" else body
    body = body.strip()
    headings = find_headings(body)
    level = min((heading.level for heading in headings if heading.level > 1), default=0)
    tops = [heading for heading in headings if heading.level == level]
    intro = body[: headings[0].start] if headings else body
    order, leads, tight = _read_intro(intro)
    links, authors = leads.get("links"), leads.get("authors")
    name, words = read_name(review)
    last = _LAST_NAME.search(authors["rest"].rstrip()) if authors else None
    bounds = [*(heading.start for heading in headings), len(body)]
    dates = (read_date_form(field.raw) for field in fields if field.key.lower() == "date")
    return Manner(
        review=review,
        form=cast("Format", form),
        fields=fields,
        indent=found[1] if (found := re.search(r"\n([ \t]+)\"", block)) else "  ",
        date=next(filter(None, dates), None),
        order=order,
        tight=tight,
        links=_read_links(links) if links else None,
        worded=tuple(links_in(links["rest"])) if links else (),
        authors_lead=authors["lead"].lstrip() if authors else "",
        authors_last=last[1] if last else ", ",
        level=level,
        headings=tuple(heading.title for heading in tops),
        gaps=tuple(
            (_blank_lines(body[:start], end=True), _blank_lines(body[heading.end : stop], end=False))
            for heading, start, stop in zip(headings, bounds, bounds[1:], strict=False)
            if start and body[heading.end : stop].strip()
        ),
        refs=tuple(_read_refs(body)),
        bullets=tuple(match[1] for match in _BULLET.finditer(body)),
        math=next((mark for mark in reversed(MATH_MARKS) if _MATH[mark].search(body)), ""),
        width=_width(body),
        name=name,
        words=words,
        fence_gap=len(after) - len(after.lstrip("\n")),
        end="\n" * text.endswith("\n"),
        crlf=b"\r\n" in data,
    )


# --- front matter ---------------------------------------------------------------------------------


def _read_fields(form: Format, block: str, metadata: dict[str, Value]) -> Iterator[Field]:
    """Yield the keys of the top level in their order."""
    if form == "json":
        for key, value in cast("dict[str, Value]", json.loads(block, strict=False)).items():
            yield Field(key, value, json.dumps(value, ensure_ascii=False), '"')
        return
    keys = list[re.Match[str]]()
    for match in _KEY.finditer(block, 0, _end_of_top(form, block)):
        if match["key"].lower() in metadata and match["key"].lower() not in {key["key"].lower() for key in keys}:
            keys.append(match)
    ends = [*(key.start() for key in keys[1:]), _end_of_top(form, block)]
    for match, end in zip(keys, ends, strict=True):
        raw = block[match.start("rest") : end].rstrip()
        raw = raw if raw.startswith("\n") else raw.strip()
        item = _ITEM.search(raw) if isinstance(metadata[match["key"].lower()], list) else None
        written = raw[item.end() :] if item else raw.lstrip("[ ")
        quote = written[:1] if written[:1] in ('"', "'") else ""
        yield Field(match["key"], metadata[match["key"].lower()], raw, quote, item["spread"] if item else None)


def _end_of_top(form: Format, block: str) -> int:
    table = re.search(r"^\[", block, re.MULTILINE) if form == "toml" else None
    return table.start() if table else len(block)


def read_date_form(raw: str) -> DateForm | None:
    """Read how a date is written; None where it is written in a way that Hugo does not read."""
    quote = raw[:1] if raw[:1] in ('"', "'") else ""
    text = raw.strip("\"' ")
    if _DAY_FIRST.fullmatch(text):
        return DateForm("%d %b %Y", "", quote)
    if not (match := _DATE.fullmatch(text)):
        return None
    if not match["gap"]:
        return DateForm("%Y-%m-%d", "", quote)
    zone = match["zone"] or ""
    mark = "Z" if zone == "Z" else ":" if ":" in zone else "+" if zone else ""
    return DateForm(f"%Y-%m-%d{match['gap']}%H:%M:%S{match['blank'] if zone else ''}", mark, quote)


def write_date(moment: datetime, form: DateForm) -> str:
    """Write a moment, whose time zone is that of the club or of the site."""
    text = moment.strftime(form.pattern)
    offset = moment.strftime("%z")[:5]
    zone = {"Z": "Z", ":": f"{offset[:3]}:{offset[3:]}", "+": offset}.get(form.zone, "")
    return f"{form.quote}{text}{zone}{form.quote}"


# --- the body -------------------------------------------------------------------------------------


def _read_intro(intro: str) -> tuple[tuple[Block, ...], dict[str, re.Match[str]], bool]:
    """Give what stands before the first section in its order, the lines with labels, and whether those touch."""
    order: list[Block] = []
    leads, where = dict[str, re.Match[str]](), list[int]()
    divider, position = find_divider(intro), 0
    for number, line in enumerate(intro.split("\n")):
        start, position = position, position + len(line) + 1
        kinds: list[Block] = ["text"] if line.strip() else []
        if start <= divider < position:
            kinds = [*(kinds if line[: divider - start].strip() else ()), "more"]
        elif (match := _LABELLED.match(line)) and (kind := _kind_of(match)):
            kinds = [kind]
            leads.setdefault(kind, match)
            where.append(number)
        order.extend(block for block in kinds if block not in order)
    return tuple(order), leads, any(later - earlier == 1 for earlier, later in pairwise(where))


def _kind_of(match: re.Match[str]) -> Block | None:
    """Tell what a line with a label names."""
    if is_authors_label(match["label"]):
        return "authors"
    has_links = bool(links_in(match["rest"])) or any(find_paper_ids(match["rest"]))
    return "links" if has_links and is_link_label(match["label"]) else None


def _read_links(match: re.Match[str]) -> LinkForm:
    rest = match["rest"]
    links = links_in(rest)
    bare = not any(link.text for link in links)
    between = ", "
    if len(links) > 1:
        start = rest.find(links[0].url) + len(links[0].url)
        stop = rest.find(links[1].url, start)
        gap = rest[start:stop] if bare else rest[start:stop].removeprefix(")").rpartition("[")[0]
        between = gap if _BETWEEN.fullmatch(gap) else between
    return LinkForm(match["lead"].lstrip(), between, bare)


def _read_refs(body: str) -> Iterator[RefForm]:
    for match in _REF.finditer(body):
        target = match["target"].partition("#")[0]
        place: Literal["", "folder", "root"] = "root" if target.startswith("/") else "folder" if "/" in target else ""
        yield RefForm(match["name"], match["mark"], match["quote"], place, target.endswith((".md", ".markdown")))

    for match in _JEKYLLS_REF.finditer(body):
        yield POST if match["name"] == "post_url" else RefForm("link", "", "", "folder")


POST = RefForm("post_url", "", "", "", extension=False)


def _blank_lines(text: str, *, end: bool) -> int:
    bare = text.rstrip() if end else text.lstrip()
    piece = text[len(bare) :] if end else text[: len(text) - len(bare)]
    return max(0, piece.count("\n") - end)


def _width(body: str) -> int:
    """Guess the width at which paragraphs are broken; 0 where they are not."""
    paragraphs = [part for part in re.split(r"\n\s*\n", body) if part[:1].isalpha() and len(part) > 200]
    broken = [part.split("\n") for part in paragraphs if part.count("\n") * 130 > len(part)]
    if len(broken) * 2 <= len(paragraphs):
        return 0
    lengths = sorted(len(line) for lines in broken for line in lines[:-1])
    longest = lengths[len(lengths) * 19 // 20] if lengths else 0
    return next((width for width in (72, 80, 88, 100, 120) if longest <= width), 0)


def link_kind(url: str) -> tuple[str, str]:
    """Give the kind of page that an address leads to, and the id in it; both are empty where it names no paper.

    DOIs are told apart by their publishers.
    """
    found = parse_paper_id(url)
    if found is None:
        return "", ""
    return (f"doi:{found.value.partition('/')[0]}" if found.scheme == "doi" else found.scheme), found.value
