"""The prose of a body: paragraphs, list items and quotes, each with the headings it stands below. Pure.

`plain` gives what a browser shows; this gives what a person would read aloud. Code blocks, tables, images and their
captions, displayed math, raw HTML, comments, definitions and the lines that name the paper are left out.
One walk over the lines and a fixed number of passes over each block, none of which goes back over what it has read.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from bot.library.imprint import is_prose
from bot.library.outline import DIVIDER, find_headings
from bot.library.plain import plain_inline

_HEAD, _TAIL = 30_000, 10_000  # characters that are read at the beginning and at the end of a longer body
_MAX_BLOCKS = 1_500

Kind = Literal["paragraph", "item", "quote"]

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_ITEM = re.compile(r"\s*(?:[-*+]|(?P<number>[0-9]{1,9})[.)])(?:\s+|$)(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"(?:[ \t]*>)+ ?(?:\[![A-Za-z]{1,20}\].*)?")
_DEFINITION = re.compile(r" {0,3}\[(?P<note>\^)?(?P<label>[^\[\]]{1,100})\]:")
_ATTRIBUTES = re.compile(r"\s*\{[.#:][^{}]{0,200}\}\s*")
_TABLE_RULE = re.compile(r"[\s|:-]*(?:-\s*\||\|\s*:?-)[\s|:-]*")
# HTML that hides its text until it is closed, or (the rest) until a blank line:
# https://spec.commonmark.org/0.31.2/#html-blocks
_HIDDEN = re.compile(r"\s{0,3}<(script|style|pre|textarea|table|svg|iframe|math|figure|video)\b", re.IGNORECASE)
_HIDDEN_TO_ITS_END = ("script", "style", "pre", "textarea")
_HIDING = {"<!--": "-->", "$$": "$$", "\\[": "\\]", "\\\\[": "\\\\]", "\\begin{": "\\end{"}

# What stands for a piece that must survive untouched: a character of a private plane for each.
_MASKS = range(0xF0000, 0xFFFFE)
MASKED = re.compile(r"[\U000f0000-\U000ffffd]")

_CODE = re.compile(r"``(?P<double>(?:[^`]|`(?!`)){1,400})``(?!`)|(?<![`\\])`(?P<single>[^`]{1,400})`(?!`)")
# pandoc's rule for dollars: nothing blank inside them, no digit behind. https://pandoc.org/MANUAL.html#math
_MATH = re.compile(
    r"\$\$(?P<display>[^$]{1,400})\$\$|(?<![\\$\w])\$(?=[^\s$])(?P<dollars>[^$]{1,200})(?<![\s\\])\$(?![\w$])"
    r"|\\{1,2}[(\[](?P<parens>[^\\]{0,100}(?:\\(?![()\[\]\\])[^\\]{0,100}){0,30})\\{1,2}[)\]]"
)
_CODED_MATH = re.compile(r"\\[(\[](.*)\\[)\]]|\$(.*)\$", re.DOTALL)  # how some sites keep Markdown out of math
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_HTML = re.compile(
    r"<!--(?:[^-<]|-(?!->)){0,1000}-->|<figcaption[^<>]{0,200}>[^<>]{0,1000}<|</?[A-Za-z][\w-]{0,50}(?=[\s/>])[^<>]{0,500}>"
)
_NOTE_MARK = re.compile(r"\[\^[^\[\]\s]{1,100}\]")
_TARGET = (
    r"\(\s*(?:<[^<>]{0,500}>|(?:[^\s()\[\]]|\([^\s()\[\]]{0,200}\)){0,500})"
    r"(?:\s+(?:\"[^\"]{0,300}\"|'[^']{0,300}'))?\s*\)"
)
_IMAGE = re.compile(rf"!\[[^\[\]]{{0,500}}\](?:{_TARGET}|\[[^\[\]]{{0,100}}\])?")
_LINK = re.compile(rf"\[(?P<text>[^\[\]]{{0,600}})\](?:{_TARGET}|\[(?P<label>[^\[\]]{{0,100}})\])?")
_OUTER_LINK = re.compile(rf"\[(?P<text>(?:[^\[\]]|\[[^\[\]]{{0,200}}\]){{0,600}})\]{_TARGET}")
_ADDRESS = re.compile(r"<?(?:https?://|www\.|mailto:)[^\s<>\"`]{1,2000}>?", re.IGNORECASE)
_STARS = re.compile(r"(\*{1,3})(?=\S)([^*]{1,1000})(?<=\S)\1")
_LOW_LINES = re.compile(r"(?<!\w)(_{1,3})(?=\S)([^_]{1,1000})(?<=\S)\1(?!\w)")
_DASHES = re.compile(r"(?<!-)--(-?)(?!-)")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item or a quote: its text in one line, pieces such as code and math masked.

    `headings` are the plain titles above it, the outermost first. `in_teaser` tells that it stands before the
    divider. Each masked piece is one character of `text` that matches `MASKED`.
    """

    kind: Kind
    text: str
    headings: tuple[str, ...]
    in_teaser: bool
    pieces: tuple[str, ...]

    def unmask(self, text: str) -> str:
        """Put the masked pieces back into a part of the text."""
        for _ in range(3):  # code in a link in math
            text = MASKED.sub(lambda mask: self.pieces[ord(mask[0]) - _MASKS.start], text)
        return text


def read_prose(markdown: str) -> list[Block]:
    """Give the blocks of prose in their order; of a long body only those of its beginning and its end."""
    return _Reader(_window(markdown)).read()


def _window(markdown: str) -> str:
    if len(markdown) <= _HEAD + _TAIL:
        return markdown
    head, tail = markdown[:_HEAD], markdown[-_TAIL:]
    return head[: head.rfind("\n") + 1 or _HEAD] + "\n" + tail[tail.find("\n") + 1 :]


class _Reader:
    """The walk over the lines, with the block that is being read."""

    def __init__(self, text: str) -> None:
        self._divider = text.find(DIVIDER)
        self._text = text.replace(DIVIDER, "\n".ljust(len(DIVIDER) - 1) + "\n")
        self._blocks: list[Block] = []
        self._lines: list[str] = []
        self._kind: Kind = "paragraph"
        self._start = 0
        self._above: list[tuple[int, str]] = []
        self._labels = frozenset(
            match["label"].casefold()
            for line in (self._text.split("\n") if "]:" in text else ())
            if (match := _DEFINITION.match(line))
        )
        self._after_image = False

    def read(self) -> list[Block]:
        headings = {heading.start: heading for heading in find_headings(self._text)}
        position = heading_end = 0
        fence = until = ""
        blank, listed, noted = True, False, False
        for line in self._text.split("\n"):
            if len(self._blocks) >= _MAX_BLOCKS:
                break
            start, position = position, position + len(line) + 1
            if fence:
                if line.strip("> \t\r").startswith(fence):
                    fence = ""
                continue
            if until:
                if until in line.lower() or (not line.strip() and until not in _ENDS_LATE):
                    until = ""
                continue
            if heading := headings.get(start):
                self._flush()
                while self._above and self._above[-1][0] >= heading.level:
                    self._above.pop()
                self._above.append((heading.level, plain_inline(heading.title)))
                heading_end, listed, noted = heading.end, False, False
            if start < heading_end:
                blank = True
                continue
            quote = _QUOTE.match(line)
            bare = line[quote.end() :] if quote else line
            if not bare.strip() or _is_rule(bare):
                self._flush()
                blank = True
                continue
            if (mark := _FENCE.match(bare)) and "`" not in bare[mark.end() :]:
                self._flush()
                fence = mark[1]
            elif until := _hidden_until(bare):
                self._flush()
                until = "" if until in bare[2:].lower() else until
            elif definition := _DEFINITION.match(bare):
                self._flush()
                noted = bool(definition["note"])
                continue
            elif _ATTRIBUTES.fullmatch(bare) or (noted and (not blank or bare[:1] in " \t")):
                continue
            elif (item := _ITEM.match(bare)) and (listed or not self._lines or item["number"] in (None, "1")):
                self._begin("quote" if quote else "item", bare[item.end() :], start)
                listed = True
            elif blank and bare.startswith(("    ", "\t")) and not listed:
                continue  # indented code
            elif self._lines and (not quote or self._kind == "quote"):
                self._lines.append(bare)
            else:
                listed = listed and bare[:1] in " \t"
                self._begin("quote" if quote else "item" if listed else "paragraph", bare, start)
            blank = noted = False
        self._flush()
        return self._blocks

    def _begin(self, kind: Kind, line: str, start: int) -> None:
        self._flush()
        self._kind, self._start = kind, start
        self._lines = [line]

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        if not lines or lines[0].lstrip().startswith("|") or any(_TABLE_RULE.fullmatch(line) for line in lines):
            return
        named = any(level > 1 for level, _ in self._above)
        if self._kind == "paragraph" and not named and len(lines) <= 20 and not is_prose(lines):
            return
        markdown = " ".join(" ".join(lines).split())
        is_caption = self._after_image and markdown[:1] in "*_" and markdown[0] == markdown[-1]
        text, pieces = _mask(markdown, self._labels)
        self._after_image = not text and "![" in markdown
        if text and not is_caption:
            above = tuple(title for _, title in self._above)
            self._blocks.append(Block(self._kind, text, above, self._start < self._divider, tuple(pieces)))


_ENDS_LATE = frozenset(f"</{name}" for name in _HIDDEN_TO_ITS_END) | {"-->"}


def _hidden_until(line: str) -> str:
    """Give what ends the hidden block that a line begins, in lower case; nothing when it begins none."""
    if hidden := _HIDDEN.match(line):
        return "</" + hidden[1].lower()
    line = line.lstrip()
    return next((end for mark, end in _HIDING.items() if line.startswith(mark) and end not in line[len(mark) :]), "")


def _is_rule(line: str) -> bool:
    marks = "".join(line.split())
    return len(marks) >= 3 and marks[0] in "-*_=" and not marks.strip(marks[0])


def _mask(markdown: str, labels: Iterable[str]) -> tuple[str, list[str]]:
    """Drop the markup of a block; give its text and the pieces that were masked in it."""
    pieces: list[str] = []

    def mask(piece: str) -> str:
        if len(pieces) >= len(_MASKS):
            return ""
        pieces.append(piece)
        return chr(_MASKS[len(pieces) - 1])

    def mask_code(match: re.Match[str]) -> str:
        code = (match["double"] or match["single"]).strip()
        math = _CODED_MATH.fullmatch(code)
        return mask((math[1] or math[2] or "").strip() if math else code)

    def show_link(match: re.Match[str]) -> str:
        text = match["text"]
        if match.end() > match.end("text") + 1 and match["label"] is None:
            return text
        return text if (match["label"] or text).casefold() in labels else match[0]

    def mask_address(match: re.Match[str]) -> str:
        address = match[0].strip("<>").rstrip(".,;:!?)*_'")
        return mask(address) + ("" if match[0][0] == "<" else match[0][len(address) :])

    text = MASKED.sub("", markdown)
    if "`" in text:
        text = _CODE.sub(mask_code, text)
    if "$" in text or "\\" in text:
        text = _MATH.sub(lambda m: mask((m["display"] or m["dollars"] or m["parens"] or "").strip()), text)
        text = _ESCAPE.sub(lambda m: mask(m[1]), text)
    if "<" in text:
        text = _HTML.sub(lambda m: " " if m[0][:3].lower() == "<br" else "", text)
    if "[" in text:
        text = _IMAGE.sub("", _NOTE_MARK.sub("", text))
        text = _LINK.sub(show_link, text)
        text = _OUTER_LINK.sub(r"\g<text>", text) if "](" in text else text  # around an image or `[1]`
    if ":" in text or "." in text:
        text = _ADDRESS.sub(mask_address, text)
    for _ in range(3 if "*" in text else 0):
        text = _STARS.sub(r"\2", text)
    for _ in range(2 if "_" in text else 0):
        text = _LOW_LINES.sub(r"\2", text)
    text = _DASHES.sub(lambda m: "—" if m[1] else "–", text.replace("~~", ""))
    return " ".join(html.unescape(text).split()), pieces
