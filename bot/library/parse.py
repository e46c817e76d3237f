"""One file -> one Review, and what its author should know about it. Pure, and linear in the length of the file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from bot.library import hugo
from bot.library.frontmatter import MAX_BLOCK, FrontMatterError, Metadata, decode, parse_document
from bot.library.imprint import is_prose, paper_authors, read_imprint, reviewed_paper
from bot.library.outline import DIVIDER, Heading, find_divider, find_headings, find_sections, intro_lines
from bot.library.plain import plain_inline, summary_end
from bot.library.review import Problem, Ref, Review
from bot.library.shortcodes import render_shortcodes

_PREFIX = re.compile(r"\s*\[\s*papers?(?:\s[\w ]{0,20})?\s*\]\s*:?\s*", re.IGNORECASE)
# `[^note]: text` and `[label]: address`, which may stand behind the text that names them.
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,100}\]:[ \t].*(?:\n(?: {4}|\t).*){0,20}", re.MULTILINE)

_MAX_LINES = 50_000
_MAX_TEASER = 8_000  # characters
_MAX_DEFINED = 200_000  # characters in which definitions are looked for


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
        problem = Problem(path, line, severity, reason)
        if problem not in problems:
            problems.append(problem)

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
    body, targets = render_shortcodes(document.body, metadata)
    refs: list[Ref] = []
    line, position = document.body_line, 0
    for target, offset in targets:
        line += document.body.count("\n", position, offset)
        position = offset
        refs.append(Ref(target, line))
    headings = find_headings(body)
    imprint = read_imprint(intro_lines(body, headings))

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

    first_heading = plain_inline(headings[0].title) if headings else ""
    title = hugo.as_text(metadata.get("title")) or first_heading or _title_of_name(path)
    links, paper_ids = reviewed_paper(metadata, imprint)
    return Parsed(
        Review(
            key="",
            path=path,
            slug="",
            url_path=hugo.url_path(path, metadata),
            title=title,
            name=_without_prefix(title),
            authors=paper_authors(metadata, imprint),
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
            unclear_date=any(problem.severity == "error" for problem in problems),
            own_url=hugo.has_own_url(metadata),
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


def _without_prefix(title: str) -> str:
    prefix = _PREFIX.match(title)
    return (title[prefix.end() :].strip() if prefix else "") or title


def _teaser(body: str, metadata: Metadata) -> str:
    """Take what stands before the divider, else front matter's `summary`, else Hugo's automatic summary.

    A divider with nothing before it means: no summary.
    """
    divider = find_divider(body)
    teaser = body[: max(divider, 0)].strip()
    if not teaser and (summary := hugo.as_text(metadata.get("summary"))):
        return summary[:_MAX_TEASER]
    if divider < 0:
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
