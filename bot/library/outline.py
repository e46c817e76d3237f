"""The parts of a body: headings, sections, and what stands before them. Pure, one walk over the lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.labels import is_link_label
from bot.library.plain import plain_inline
from bot.library.review import Section

DIVIDER = "<!--more-->"

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]|$)")
_HEADING_ID = re.compile(r"\{#([^{}\s]{1,200})[^{}]{0,200}\}$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_ITEM = re.compile(r" *(?:[-*+]|[0-9]{1,9}[.)])(?: {1,4}(?! )| )")
_HIDDEN = re.compile(r" {0,3}<(?:(!--)|(pre|script|style|textarea)(?=[\s>]|$))", re.IGNORECASE)
_NOT_A_TITLE = re.compile(r"\s{0,3}(?:[-*+>#|]|[0-9]{1,9}[.)]\s)|\s{4}")  # nothing of this is underlined

_INDENTED_FENCE = re.compile(r"^[ \t>]{0,16}(`{3,}|~{3,})(.*)$", re.MULTILINE)

_MAX_HEADINGS = 1_000  # that begin a section; what follows stays in the last one
_MAX_INTRO = 200  # lines
_MAX_ITEM = 200  # lines of a list item above a heading in it
_MAX_LABELS = 8  # headings that may say `Paper` or `Links`
_MAX_LABELLED = 12  # lines below such a heading


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading from `start` to `end` in the body; `title` is its markdown."""

    level: int
    title: str
    start: int
    end: int


def find_headings(body: str) -> list[Heading]:
    """Find the headings of a body, those of `#` and the underlined ones: not in lists, fenced code and HTML.

    Of HTML, comments and what holds bare text, such as `<pre>`, may hold lines that look like headings.
    """
    headings: list[Heading] = []
    fence, hidden, position, previous = "", "", 0, ""
    for line in body.split("\n"):
        end = position + len(line) + 1
        first = line.lstrip(" ")[:1]
        if hidden:
            hidden = "" if hidden in line.lower() else hidden
        elif first == "<" and not fence and (tag := _HIDDEN.match(line)):
            ending = "-->" if tag[1] else f"</{tag[2].lower()}>"
            hidden = "" if ending in line.lower() else ending
        elif first and first in "`~" and (mark := _FENCE.match(line)):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif not fence and first and first in "#=-":
            if first == "#" and (heading := _HEADING.match(line)) and not (line[0] == " " and _in_item(body, position)):
                headings.append(Heading(len(heading[1]), _without_closing(line[heading.end() :]), position, end))
            elif previous.strip() and (under := _UNDERLINE.match(line)) and not _NOT_A_TITLE.match(previous):
                level = 1 if under[1][0] == "=" else 2
                headings.append(Heading(level, previous.strip(), position - len(previous) - 1, end))
            if len(headings) >= _MAX_HEADINGS:
                break
        previous, position = line if line.strip() != DIVIDER else "", end
    return headings


def _in_item(body: str, position: int) -> bool:
    """Tell whether the indented line at a position belongs to a list item above it."""
    indent = _indent(body[position : position + 4])
    for _ in range(_MAX_ITEM):
        if position == 0 or indent == 0:
            break
        begin = body.rfind("\n", 0, position - 1) + 1
        line, position = body[begin : position - 1], begin
        if line.strip() and _indent(line) < indent:
            item = _ITEM.match(line)
            if item and item.end() <= indent:
                return True
            indent = _indent(line)
    return False


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_closing(text: str) -> str:
    """Drop the closing marks of a heading."""
    text = text.strip()
    bare = text.rstrip("#")
    return bare.rstrip() if not bare or bare[-1] in " \t" else text


def find_divider(body: str) -> int:
    """Give the offset of the divider between teaser and text, or -1; one that is shown as code divides nothing.

    As in Hugo, only the first one counts.
    """
    found = body.find(DIVIDER)
    if found > 0:
        fence = ""
        for match in _INDENTED_FENCE.finditer(body, 0, found):
            if not fence:
                fence = match[1]
            elif match[1].startswith(fence) and not match[2].strip():
                fence = ""
        if fence:
            return -1
    return found


def intro_lines(body: str, headings: list[Heading]) -> Iterator[str]:
    """Yield the lines before the first section (and below a heading that is the title), without code and comments."""
    after_title = headings[1:] if headings and headings[0].level == 1 else headings
    end = after_title[0].start if after_title else len(body)
    fence, comment = "", False
    for line in body[:end].split("\n", _MAX_INTRO)[:_MAX_INTRO]:
        if mark := _FENCE.match(line):
            fence = "" if fence else mark[1]
        elif comment or (line.lstrip().startswith("<!--") and "-->" not in line):
            comment = "-->" not in line
        elif not fence and line.strip():
            yield line


def imprint_lines(body: str, headings: list[Heading]) -> Iterator[str]:
    """Yield the lines that may name the paper: those before the first section, and sections that are called so.

    Those begin with their heading as a label. A first heading that is a link counts as a line too.
    """
    yield from intro_lines(body, headings)
    linked = [heading for heading in headings[:_MAX_LABELS] if heading.title.startswith("[")]
    if len(linked) == 1 and linked[0] is headings[0]:
        yield headings[0].title
    ends = [*(heading.start for heading in headings[1:]), len(body)]
    for heading, end in zip(headings[:_MAX_LABELS], ends, strict=False):
        label = plain_inline(heading.title).rstrip(":\uff1a")
        if len(label) < 40 and is_link_label(label, strict=True):
            lines = [line for line in body[heading.end : end].split("\n", _MAX_LABELLED) if line.strip()]
            if len(lines) == 1:
                yield f"{label}: {lines[0].lstrip(' -*+>')}"
            elif len(lines) < _MAX_LABELLED:
                yield from lines


def find_sections(body: str, headings: list[Heading], *, intro: bool) -> tuple[Section, ...]:
    """Cut a body into its sections; `intro` tells whether what stands before the first one is worth reading.

    A section begins at a heading of level 1 or 2, or of the shallowest level when there are only deeper ones.
    What stands before the divider is the teaser and belongs to none.
    """
    deepest = max(2, min((heading.level for heading in headings), default=2))
    tops = [heading for heading in headings if heading.level <= deepest]
    divider = find_divider(body)
    start = divider + len(DIVIDER) if divider >= 0 else 0
    bounds = [*(heading.start for heading in tops), len(body)]
    sections: list[Section] = []
    if intro and body[start : bounds[0]].strip():
        sections.append(Section("", "", start, bounds[0]))
    anchors: dict[str, int] = {}
    for heading, end in zip(tops, bounds[1:], strict=True):
        explicit = _HEADING_ID.search(heading.title) if len(heading.title) < 500 else None
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
