"""One file -> one Review, and what its author should know about it. Pure, and linear in the length of the file."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import PurePosixPath

from bot.library import hugo, jekyll
from bot.library.cascade import apply_cascades
from bot.library.encoding import BROKEN, decode
from bot.library.frontmatter import MAX_BLOCK, FrontMatterError, Metadata, parse_document
from bot.library.imprint import is_prose, paper_authors, read_imprint, reviewed_paper
from bot.library.outline import DIVIDER, Heading, find_divider, find_headings, find_sections, imprint_lines
from bot.library.permalinks import base_name, split_date, url_path
from bot.library.plain import plain_inline, summary_end
from bot.library.review import Problem, Ref, Review
from bot.library.shortcodes import MAX_SHORTCODES, render_shortcodes
from bot.library.site import Site

_PREFIX = re.compile(r"\s*\[\s*papers?(?:\s[\w ]{0,20})?\s*\]\s*:?\s*", re.IGNORECASE)
# `[^note]: text` and `[label]: address`, which may stand behind the text that names them.
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]:[ \t].*(?:\n(?: {4}|\t).*){0,20}", re.MULTILINE)

_NO_SITE = Site()
_BOOK_TAG = re.compile(r"^[ \t]*\{%[^%\n]{0,300}%\}[ \t]*\n?", re.MULTILINE)  # GitBook's blocks, whose text stays
_CJK = re.compile(r"[\u2e80-\u303f\u3041-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")  # as Hugo finds them

_MAX_LINES = 50_000
_MAX_TITLE = 1_000  # characters
_MAX_TEASER = 6_000  # characters
_MAX_DEFINITION, _MAX_DEFINITIONS = 500, 4_000  # characters of one, and of all that are shown beside a text
_MAX_DEFINED = 200_000  # characters in which definitions are looked for


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file gave. `review` is None when nothing of it can be shown; its key is still empty.

    `body` is the markdown of the review with its shortcodes rendered.
    """

    review: Review | None
    body: str
    problems: tuple[Problem, ...]


def parse_review(path: str, data: bytes, site: Site = _NO_SITE) -> Parsed:
    """Read the bytes of the file at `path` (relative, with forward slashes); never raise, whatever they are.

    `site` says what its configuration changes.
    """
    problems: list[Problem] = []

    def note(line: int, severity: str, reason: str) -> None:
        problem = Problem(path, line, severity, reason)
        if problem not in problems:
            problems.append(problem)

    text, encoding = decode(data)
    if encoding == BROKEN:
        line = 1 + text.count("\n", 0, max(text.find("\ufffd"), 0))
        note(line, "warning", "holds bytes that are not UTF-8, shown as \ufffd: write them anew")
    elif encoding:
        note(1, "warning", f"is not UTF-8; read as {encoding}: save it as UTF-8")
    try:
        document = parse_document(text)
    except FrontMatterError as error:
        note(error.line, "error", error.reason)
        return Parsed(None, "", tuple(problems))
    if not document.metadata and not document.body.strip():
        note(1, "error", "is empty")
        return Parsed(None, "", tuple(problems))

    if (many := document.body.count("{{<") + document.body.count("{{%")) > MAX_SHORTCODES:
        note(document.body_line, "warning", f"has {many:,} shortcodes; those after {MAX_SHORTCODES:,} stay as written")
    if document.body.count("\n") > _MAX_LINES:
        note(document.body_line + _MAX_LINES, "error", f"has more than {_MAX_LINES:,} lines: is it a review?")
        return Parsed(None, "", tuple(problems))

    page, _, _ = site.split(path)
    metadata = apply_cascades(hugo.merged_params(document.metadata), site.cascades, f"{site.above}{page}")
    is_jekylls = jekyll.is_jekylls(path, metadata, site)
    if is_jekylls:
        site = replace(site, kind="jekyll")
        body, targets = jekyll.render_liquid(document.body, metadata, site.params)
    else:
        text_of_page = _BOOK_TAG.sub("", document.body) if site.kind == "book" else document.body
        body, targets = render_shortcodes(text_of_page, site.params | metadata if site.params else metadata)
    refs: list[Ref] = []
    line, position = document.body_line, 0
    for target, offset in targets:
        line += document.body.count("\n", position, offset)
        position = offset
        refs.append(Ref(target, line))
    headings = find_headings(body)
    imprint = read_imprint(imprint_lines(body, headings), link_definitions(body))

    named_date, named_slug = split_date(base_name(page))
    fields = metadata | {":filename": named_date}
    dates = {name: _read_date(fields, keys, site.zone, text, note) for name, keys in site.dates.items()}
    date, date_field = dates["date"]
    # Where the site takes dates from the names of files, what follows in the name is the slug.
    slug = named_slug if is_jekylls or (site.kind == "hugo" and date_field == ":filename") else ""

    first_heading = plain_inline(headings[0].title) if headings else ""
    title = (hugo.as_text(metadata.get("title")) or first_heading or _title_of_name(path))[:_MAX_TITLE]
    links, paper_ids = reviewed_paper(metadata, imprint, without_prefix(title))
    read_terms = jekyll.read_terms if is_jekylls else hugo.read_terms
    tags, categories = read_terms(metadata, "tags", "tag"), read_terms(metadata, "categories", "category")
    address, own_url = url_path(path, metadata, site, title=title, date=date, slug=slug, categories=categories)
    draft = hugo.as_bool(metadata.get("draft")) or hugo.as_text(metadata.get("published")).lower() == "false"
    if hidden := hugo.hidden_by(metadata):
        note(
            _line_of_key(text, hidden.partition(".")[0]), "info", f"`{hidden}` keeps it off the site: taken as a draft"
        )
    return Parsed(
        Review(
            key="",
            path=path,
            slug="",
            url_path=address,
            title=title,
            name=without_prefix(title),
            authors=paper_authors(metadata, imprint),
            date=date,
            publish_date=dates["publishdate"][0],
            expiry_date=dates["expirydate"][0],
            draft=draft or bool(hidden) or (is_jekylls and jekyll.is_draft(path)),
            tags=tags,
            categories=categories,
            aliases=hugo.as_list(metadata.get("aliases", metadata.get("redirect_from"))),
            teaser=_excerpt(body, metadata, site) if is_jekylls else _teaser(body, metadata, site),
            links=links,
            paper_ids=paper_ids,
            refs=tuple(refs),
            unclear_date=any(problem.severity == "error" for problem in problems),
            own_url=own_url,
            sections=find_sections(body, headings, intro=_worth_reading(body, headings)),
        ),
        body,
        tuple(problems),
    )


def _worth_reading(body: str, headings: list[Heading]) -> bool:
    """Tell whether more than links and authors stands between the divider and the first section."""
    before = body[: headings[0].start] if headings else body
    lines = [line for line in before.rpartition(DIVIDER)[2].split("\n") if line.strip()]
    return len(lines) > 100 or is_prose(lines)


# --- fields ---------------------------------------------------------------------------------------


def without_prefix(title: str) -> str:
    """Drop `[Paper]` and the like from the beginning of a title."""
    prefix = _PREFIX.match(title)
    return (title[prefix.end() :].strip() if prefix else "") or title


def _teaser(body: str, metadata: Metadata, site: Site) -> str:
    """Take what stands before the divider, else front matter's `summary`, else Hugo's automatic summary.

    A divider with nothing before it means: no summary.
    """
    divider = find_divider(body)
    teaser = body[: max(divider, 0)].strip()
    if not teaser and (summary := hugo.as_text(metadata.get("summary"))):
        return summary[:_MAX_TEASER]
    if divider < 0:
        cjk = site.cjk and _CJK.search(body) is not None
        if "iscjklanguage" in metadata:
            cjk = hugo.as_bool(metadata["iscjklanguage"])
        end = summary_end(body, cjk=cjk, words=site.summary_words, rendering=site.rendering)
        teaser = body[:end].replace(DIVIDER, "").strip()
    return _with_definitions(teaser, body)


def _excerpt(body: str, metadata: Metadata, site: Site) -> str:
    """Take Jekyll's `excerpt`, else what stands before the separator, else the first paragraph."""
    if given := hugo.as_text(metadata.get("excerpt")):
        return given[:_MAX_TEASER]
    divider = find_divider(body)
    separator = hugo.as_text(metadata.get("excerpt_separator")) or site.excerpt_separator
    teaser = body[: max(divider, 0)].strip() or jekyll.find_excerpt(body, separator)
    return _with_definitions(teaser, body)


def _with_definitions(teaser: str, body: str) -> str:
    definitions = definitions_in(body[len(teaser) :]) if "[" in teaser else []
    return "\n\n".join([teaser[:_MAX_TEASER], *definitions])


def definitions_in(text: str) -> list[str]:
    """Give the definitions of footnotes and links that stand in a part of a body, for the parts that use them."""
    if "]:" not in text:
        return []
    found, room = list[str](), _MAX_DEFINITIONS
    for match in _DEFINITION.finditer(text[:_MAX_DEFINED]):
        found.append(match[0][:_MAX_DEFINITION])
        room -= len(found[-1])
        if room < 0:
            break
    return found


_LINK_DEFINITION = re.compile(r"^ {0,3}\[([^\[\]^\n]{1,100})\]:[ \t]{0,9}<?(https?://[^\s<>]{1,2000})", re.MULTILINE)


def link_definitions(body: str) -> dict[str, str]:
    """Give the addresses of links by reference, by their labels in lower case."""
    if "]:" not in body:
        return {}
    return {match[1].lower(): match[2] for match in _LINK_DEFINITION.finditer(body[:_MAX_DEFINED])}


def _line_of_key(text: str, key: str) -> int:
    match = re.compile(rf"^[^\w\n]{{0,20}}{key}\b", re.IGNORECASE | re.MULTILINE).search(text[:MAX_BLOCK])
    return 1 + text.count("\n", 0, match.start(0)) if match else 1


def _read_date(
    metadata: Metadata, keys: tuple[str, ...], zone: tzinfo, text: str, note: Callable[[int, str, str], None]
) -> tuple[datetime | None, str]:
    """Give a date and the field that held it."""
    for key in keys:
        value = metadata.get(key)
        if key == "published" and hugo.as_text(value).lower() in ("true", "false"):
            continue  # Jekyll's switch, not a date
        try:
            found = hugo.parse_date(value, zone)
        except hugo.DateError as error:
            if key == ":filename":
                continue  # digits that are no date
            line = _line_of_key(text, key)
            if error.guess is None:
                note(line, "error", f"{error}: write {key} as 2026-01-31 or 2026-01-31T19:00:00+01:00")
                return None, key
            note(line, "warning", f"{error}; taken as {error.guess:%Y-%m-%d}")
            found = error.guess
        if found is not None:
            return found, key
    return None, ""


def _title_of_name(path: str) -> str:
    file = PurePosixPath(path)
    stem = file.parent.name if file.stem.lower() == "index" and file.parent.name else file.stem
    words = re.sub(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}-", "", stem).replace("_", " ").replace("-", " ").split()
    return " ".join(words)[:1].upper() + " ".join(words)[1:] or stem
