"""One file -> one Review, and what its author should know about it. Pure, and linear in the length of the file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from bot.library import hugo
from bot.library.frontmatter import MAX_BLOCK, FrontMatterError, Metadata, Value, decode, parse_document
from bot.library.plain import plain_inline, summary_end
from bot.library.review import Link, Problem, Ref, Review, Section
from bot.papers.identifiers import PaperId, find_paper_ids, parse_paper_id

DIVIDER = "<!--more-->"

_PREFIX = re.compile(r"\s*\[\s*papers?(?:\s[\w ]{0,20})?\s*\]\s*:?\s*", re.IGNORECASE)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_HEADING_ID = re.compile(r"\{#([^{}\s]{1,200})[^{}]{0,200}\}$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
# `**Link**: ...`, `- *Paper:* ...`, `**Paper** [x](...)`: a label, and the links behind it.
_LABELLED = re.compile(
    r"[\s>*_+-]{0,8}(?:[0-9]{1,2}\. )?[^\w\s\[<]{0,4}\s?[*_]{0,3}(?P<label>[A-Za-z][A-Za-z ./()-]{0,40}?)[*_]{0,3}"
    r"(?:\s{0,3}[:\uff1a][*_]{0,3}|(?<=[*_])\s{1,3}(?=[\[<h]))\s{0,5}(?P<rest>.*)$"
)
_LINK_LABELS = frozenset(
    ("link", "links", "paper", "papers", "pdf", "arxiv", "doi", "url", "preprint", "publication", "id")
)
# Words before the last one of a label that make it another paper, or none.
_OTHER_LABELS = frozenset((
    "related", "previous", "prior", "follow", "another", "other", "image", "figure", "code", "dataset", "data", "see",
    "from", "this", "similar", "blog", "slides", "video", "project", "demo", "cited", "earlier", "original",
))  # fmt: skip
_ASIDE = re.compile(r"\b(?:see also|also see|cf\.|compare|builds on|based on)", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"\[(?P<text>[^\[\]]{1,200})\]\(\s{0,3}<?(?P<url>https?://[^\s<>()]+(?:\([^\s()]*\)[^\s<>()]*)*)"
)
_BARE_URL = re.compile(r"https?://[^\s<>()\[\]\"'`]+(?:\([^\s()]*\)[^\s<>()\[\]\"'`]*)*", re.IGNORECASE)
_LINK_ONLY = re.compile(r"[\s*_#>-]{0,8}(?:\[[^\[\]]{1,300}\]\([^\s()]+\)|<?https?://\S+>?)[\s*_.]{0,4}$")
# `[^note]: text` and `[label]: address`, which may stand behind the text that names them.
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]:[ \t].*(?:\n(?: {4}|\t).*){0,20}", re.MULTILINE)
_MAX_LINES = 50_000
_MAX_LINE = 4_000  # characters of a line in which links and labels are looked for
_MAX_INTRO = 200  # lines in which the paper is looked for
_MAX_HEADINGS = 1_000  # that begin a section; what follows stays in the last one
_MAX_TEASER = 8_000  # characters
_MAX_DEFINED = 200_000  # characters in which definitions are looked for
_MAX_NAMES = 4_000  # characters of a list of authors

# Keys of front matter that sites use for the reviewed paper, in the order in which they are trusted.
_PAPER_KEYS = (
    "arxiv", "arxiv_id", "arxivid", "arxiv-id", "eprint", "doi", "paper", "paper_url", "paperurl", "paper_link",
    "paperlink", "link", "links", "url_pdf", "pdf",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file gave. `review` is None when nothing of it can be shown; its key is still empty.

    `body` is the markdown of the review with its shortcodes rendered.
    """

    review: Review | None
    body: str
    problems: tuple[Problem, ...]


def parse_review(path: str, data: bytes) -> Parsed:
    """Read the bytes of the file at `path` (relative, with forward slashes); never raise, whatever they are."""
    problems: list[Problem] = []

    def note(line: int, severity: str, reason: str) -> None:
        problems.append(Problem(path, line, severity, reason))

    text, encoding = decode(data)
    if encoding:
        note(1, "warning", f"is not UTF-8; read as {encoding}: save it as UTF-8")
    try:
        document = parse_document(text)
    except FrontMatterError as error:
        note(error.line, "error", error.reason)
        return Parsed(None, "", tuple(problems))
    if not document.metadata and not document.body.strip():
        note(1, "error", "is empty")
        return Parsed(None, "", tuple(problems))

    if document.body.count("\n") > _MAX_LINES:
        note(document.body_line + _MAX_LINES, "error", f"has more than {_MAX_LINES:,} lines: is it a review?")
        return Parsed(None, "", tuple(problems))

    metadata = hugo.merged_params(document.metadata)
    body, targets = hugo.render_shortcodes(document.body)
    refs: list[Ref] = []
    line, position = document.body_line, 0
    for target, offset in targets:
        line += document.body.count("\n", position, offset)
        position = offset
        refs.append(Ref(target, line))
    outline = _outline(body)

    dates = {
        name: _read_date(metadata, keys, text, note)
        for name, keys in {
            "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
            "publish_date": ("publishdate", "pubdate"),
            "expiry_date": ("expirydate", "unpublishdate"),
        }.items()
    }
    if dates["date"] is None:
        dates["date"] = _date_of_name(path)

    title = hugo.as_text(metadata.get("title")) or outline.title or _title_of_name(path)
    links, paper_ids = _reviewed_paper(metadata, outline)
    return Parsed(
        Review(
            key="",
            path=path,
            slug="",
            url_path=hugo.url_path(path, metadata),
            title=title,
            name=_without_prefix(title),
            authors=_authors(metadata, outline),
            date=dates["date"],
            publish_date=dates["publish_date"],
            expiry_date=dates["expiry_date"],
            draft=hugo.as_bool(metadata.get("draft")) or hugo.as_text(metadata.get("published")).lower() == "false",
            tags=hugo.as_list(metadata.get("tags")),
            categories=hugo.as_list(metadata.get("categories")),
            aliases=hugo.as_list(metadata.get("aliases")),
            teaser=_teaser(body, metadata),
            links=links,
            paper_ids=paper_ids,
            refs=tuple(refs),
            sections=outline.sections,
        ),
        body,
        tuple(problems),
    )


# --- fields ---------------------------------------------------------------------------------------


def _without_prefix(title: str) -> str:
    prefix = _PREFIX.match(title)
    return (title[prefix.end() :].strip() if prefix else "") or title


def _teaser(body: str, metadata: Metadata) -> str:
    """Take what stands before the divider, else front matter's `summary`, else Hugo's automatic summary."""
    before, divider, _ = body.partition(DIVIDER)
    teaser = before.strip() if divider else ""
    if not teaser and (summary := hugo.as_text(metadata.get("summary"))):
        return summary[:_MAX_TEASER]
    if not teaser:
        end = summary_end(body, cjk=hugo.as_bool(metadata.get("iscjklanguage")))
        teaser = body[:end].replace(DIVIDER, "").strip()
    definitions = definitions_in(body[len(teaser) :]) if "[" in teaser else []
    return "\n\n".join([teaser[:_MAX_TEASER], *definitions])


def definitions_in(text: str) -> list[str]:
    """Give the definitions of footnotes and links that stand in a part of a body, for the parts that use them."""
    return _DEFINITION.findall(text[:_MAX_DEFINED])[:200] if "]:" in text else []


def _line_of_key(text: str, key: str) -> int:
    match = re.compile(rf"^[^\w\n]{{0,20}}{key}\b", re.IGNORECASE | re.MULTILINE).search(text[:MAX_BLOCK])
    return 1 + text.count("\n", 0, match.start(0)) if match else 1


def _read_date(
    metadata: Metadata, keys: tuple[str, ...], text: str, note: Callable[[int, str, str], None]
) -> datetime | None:
    for key in keys:
        value = metadata.get(key)
        if key == "published" and hugo.as_text(value).lower() in ("true", "false"):
            continue  # Jekyll's switch, not a date
        try:
            found = hugo.parse_date(value)
        except hugo.DateError as error:
            line = _line_of_key(text, key)
            if error.guess is None:
                note(line, "error", f"{error}: write {key} as 2026-01-31 or 2026-01-31T19:00:00+01:00")
                return None
            note(line, "warning", f"{error}; taken as {error.guess:%Y-%m-%d}")
            return error.guess
        if found is not None:
            return found
    return None


def _date_of_name(path: str) -> datetime | None:
    """Read the date that Jekyll's files carry in their names."""
    match = re.match(r"([0-9]{4}-[0-9]{2}-[0-9]{2})-", PurePosixPath(path).name)
    try:
        return hugo.parse_date(match[1]) if match else None
    except hugo.DateError:
        return None


def _title_of_name(path: str) -> str:
    file = PurePosixPath(path)
    stem = file.parent.name if file.stem.lower() == "index" and file.parent.name else file.stem
    words = re.sub(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-", "", stem).replace("_", " ").replace("-", " ").split()
    return " ".join(words)[:1].upper() + " ".join(words)[1:] or stem


def _authors(metadata: Metadata, outline: "_Outline") -> tuple[str, ...]:
    """Take the authors of front matter, else those of the `**Authors**:` line, else the single `author`."""
    for value in (metadata.get("authors"), outline.authors, metadata.get("author")):
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


def _links_in(line: str) -> list[Link]:
    """Give the links of a line in their order: those of markdown with their words, and bare addresses."""
    line = line[:_MAX_LINE]
    worded = list(_MARKDOWN_LINK.finditer(line))
    found = [(match.start(), Link(plain_inline(match["text"]), match["url"])) for match in worded]
    spans = [match.span() for match in worded]
    found += [
        (match.start(), Link("", match[0].rstrip(".,;:!?*_")))
        for match in _BARE_URL.finditer(line)
        if not any(start <= match.start() < end for start, end in spans)
    ]
    return [link for _, link in sorted(found, key=lambda row: row[0])]


def _reviewed_paper(metadata: Metadata, outline: "_Outline") -> tuple[tuple[Link, ...], tuple[PaperId, ...]]:
    """Find which paper the review is about: the link line, then front matter, then a line that is only a link.

    A paper that is merely cited in the text is never taken.
    """
    lines = [_ASIDE.split(line[:_MAX_LINE])[0] for line in outline.link_lines]
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
    if not links and not ids and outline.lone_link:
        links = _links_in(outline.lone_link)
        ids = list(find_paper_ids(outline.lone_link))
    unique = {link.url: link for link in reversed(links)}
    return tuple(reversed(unique.values())), tuple(dict.fromkeys(ids))


def _texts_of(value: Value) -> tuple[str, ...]:
    """Give the texts of a value; of a mapping, or a list of them, the addresses."""
    items = value if isinstance(value, list) else [value]
    return hugo.as_list([item.get("url") if isinstance(item, dict) else item for item in items])


# --- body -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Heading:
    """A heading from `start` to `end` in the body; `title` is its markdown."""

    level: int
    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Outline:
    """The parts of a body: its first heading, its sections, and the lines that name the paper."""

    title: str
    sections: tuple[Section, ...]
    link_lines: tuple[str, ...]
    authors: str
    lone_link: str


def _outline(body: str) -> _Outline:
    """Walk over the lines once, outside of fenced code.

    A section begins at a heading of level 1 or 2, or of the shallowest level when there are only deeper ones.
    Lines that name the paper are looked for before the first heading (after a heading that is the title).
    """
    headings: list[_Heading] = []
    link_lines: list[str] = []
    lone_links: list[str] = []
    authors = ""
    comment = listed = False  # within a comment; below a label whose links are a list
    fence, position, previous = "", 0, ""
    for number, line in enumerate(body.split("\n")):
        end = position + len(line) + 1
        first = line.lstrip(" ")[:1]
        if first and first in "`~" and (mark := _FENCE.match(line)):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not fence and first:
            found = None
            if first == "#" and (heading := _HEADING.match(line)):
                found = _Heading(len(heading[1]), _heading_text(line[heading.end() :]), position, end)
            elif first in "=-" and previous.strip() and (under := _UNDERLINE.match(line)) and not _is_block(previous):
                level = 1 if under[1][0] == "=" else 2
                found = _Heading(level, previous.strip(), position - len(previous) - 1, end)
            if found and len(headings) < _MAX_HEADINGS:
                headings.append(found)
            # The paper is named before the first heading, or below a heading that is the title.
            if number < _MAX_INTRO and (not headings or (len(headings) == 1 and headings[0].level == 1)):
                if comment or (line.lstrip().startswith("<!--") and "-->" not in line):
                    comment = "-->" not in line
                    previous, position = line, end
                    continue
                kind = _labelled(line)
                if kind == "link":
                    link_lines.append(line)
                    listed = not _BARE_URL.search(line)
                elif listed and first in "-*+0123456789" and _BARE_URL.search(line):
                    link_lines.append(line)
                elif kind == "authors":
                    authors = authors or line.partition(":")[2].strip().strip("*_").strip()
                elif _LINK_ONLY.match(line[:_MAX_LINE]):
                    lone_links.append(line)
        previous, position = line, end
    return _Outline(
        title=plain_inline(headings[0].title) if headings else "",
        sections=_sections(body, headings),
        link_lines=tuple(link_lines),
        authors=authors,
        lone_link=lone_links[0] if len(lone_links) == 1 else "",  # of several, any may be a cited paper
    )


def _heading_text(text: str) -> str:
    """Drop the closing marks of a heading."""
    text = text.strip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def _is_block(line: str) -> bool:
    return bool(re.match(r"\s{0,3}(?:[-*+>#|]|[0-9]{1,9}[.)]\s)|\s{4}", line)) or line.strip() == DIVIDER


def _labelled(line: str) -> str:
    """Tell whether a line names the paper's links or its authors: ``link``, ``authors`` or the empty text."""
    match = _LABELLED.match(line[:_MAX_LINE])
    if match is None:
        return ""
    words = re.findall(r"[a-z]+", match["label"].lower())
    if words[-1:] == ["author"] or words[-1:] == ["authors"]:
        return "authors"
    if len(words) > 4 or not _LINK_LABELS.intersection(words[-2:]) or _OTHER_LABELS.intersection(words):
        return ""
    rest = match["rest"].strip("*_ ")
    named = not rest or _BARE_URL.search(rest) or next(find_paper_ids(rest), None)
    return "link" if named else ""


def _sections(body: str, headings: list[_Heading]) -> tuple[Section, ...]:
    deepest = max(2, min((heading.level for heading in headings), default=2))
    tops = [heading for heading in headings if heading.level <= deepest]
    start = body.find(DIVIDER) + len(DIVIDER) if DIVIDER in body else 0
    bounds = [*(heading.start for heading in tops), len(body)]
    sections: list[Section] = []
    if any(line.strip() and not _labelled(line) for line in body[start : bounds[0]].split("\n")):
        sections.append(Section("", "", start, bounds[0]))
    anchors: dict[str, int] = {}
    for heading, end in zip(tops, bounds[1:], strict=True):
        explicit = _HEADING_ID.search(heading.title[-500:]) if len(heading.title) < 500 else None
        title = plain_inline(heading.title[: explicit.start()] if explicit else heading.title)
        anchor = explicit[1] if explicit else _anchor(title)
        repeats = anchors[anchor] = anchors.get(anchor, -1) + 1
        text_start = min(heading.end, end)
        if title and body[text_start:end].strip():
            sections.append(Section(title, f"{anchor}-{repeats}" if repeats else anchor, text_start, end))
    return tuple(sections)


def _anchor(title: str) -> str:
    """Make the id that Hugo gives a heading: lower-case, letters, digits and `_` kept, blanks to hyphens."""
    return re.sub(r"[^\w-]", "", title.strip().lower().replace(" ", "-"))
