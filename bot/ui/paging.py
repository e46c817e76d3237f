"""Long texts on pages: cut between blocks, else between items, lines, sentences or words.

What a cut tears is closed on its page and opened again on the next: code, quotes, lists, emphasis, the head of a table.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.ui.text import fitting, length

# What a cut costs, in pages left empty. It is set against the room that an earlier cut would leave.
_AFTER_HEADING = 1.2
_AFTER_COLON = 0.3
_WHOLE_BLOCK = 0.6  # more, in a block that fits on a page
_ITEM = 0.05
_LINE = 0.15
_SENTENCE = 0.2
_WORD = 0.5
_LETTER = 1.5
_MARKED = 0.2  # more, within emphasis

_SHORT = 0.2  # of a page; a last one that is shorter is evened out
_BOLD_LINE = 200  # units; a longer one is no heading


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stays together.

    `glue` joins it to the unit before it. A page that begins with it begins with `opening` instead, and one that
    ends with it ends with `closing`. `cost` is that of a cut before it.
    """

    text: str
    glue: str = ""
    opening: str = ""
    closing: str = ""
    cost: float = 0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", length(self.text))


def paginate(blocks: Iterable[str], limit: int) -> list[str]:
    """Lay blocks on pages of at most `limit` units. A heading stays with what it heads."""
    units: list[_Unit] = []
    before = ""
    for block in blocks:
        first, *rest = _units(block, limit)
        if units:
            heading = is_heading(before)
            cost = _AFTER_HEADING if heading else _AFTER_COLON if before.endswith(":") else 0
            first = replace(first, glue=("\n" if heading else "\n\n") + first.glue, cost=cost)
        units += [first, *rest]
        before = block
    if not units:
        return []
    starts = [0]
    while (end := _end_of_page(units, starts[-1], limit)) < len(units):
        starts.append(end)
    if len(starts) > 1 and _size(units[starts[-1] :]) < limit * _SHORT:
        starts[-1] = _evened(units, starts[-2], limit)
    return [_page(units[start:end]) for start, end in zip(starts, [*starts[1:], len(units)], strict=True)]


def shorten(blocks: Iterable[str], limit: int) -> str:
    """Make one text of at most `limit` units; what is too long is cut between blocks or words, and marked."""
    first, *rest = paginate(blocks, limit - 2) or [""]
    return f"{first}{chr(10) if first.endswith('```') else ' '}…" if rest else first


def is_heading(block: str) -> bool:
    """Tell whether a block is a heading; the deep ones are bold lines."""
    return block.startswith("### ") or (
        block.startswith("**") and block.endswith("**") and "\n" not in block and len(block) < _BOLD_LINE
    )


def _page(units: Sequence[_Unit]) -> str:
    first, *rest = units
    return first.opening + first.text + "".join(unit.glue + unit.text for unit in rest) + units[-1].closing


def _size(units: Sequence[_Unit]) -> int:
    return length(_page(units))


def _end_of_page(units: Sequence[_Unit], start: int, limit: int) -> int:
    """Find before which unit a page ends that begins with one: the best place, or the end of all."""
    used = length(units[start].opening) + units[start].size
    best, best_cost = start + 1, float("inf")
    for i in range(start + 1, len(units)):
        if used + length(units[i - 1].closing) <= limit:
            cost = units[i].cost + 1 - used / limit
            if cost <= best_cost:
                best, best_cost = i, cost
        used += length(units[i].glue) + units[i].size
        if used > limit:
            return best
    return len(units) if used + length(units[-1].closing) <= limit else best


def _evened(units: Sequence[_Unit], start: int, limit: int) -> int:
    """Find the best place to cut the last two pages, so that neither is much shorter."""
    after = [0] * (len(units) + 1)
    for i in range(len(units) - 1, start, -1):
        after[i] = after[i + 1] + length(units[i].glue) + units[i].size
    last = length(units[-1].closing)
    used = length(units[start].opening) + units[start].size
    best, best_cost = start + 1, float("inf")
    for i in range(start + 1, len(units)):
        head = used + length(units[i - 1].closing)
        tail = length(units[i].opening) + units[i].size + after[i + 1] + last
        cost = units[i].cost + abs(head - tail) / limit / 2
        if head <= limit and tail <= limit and cost <= best_cost:
            best, best_cost = i, cost
        used += length(units[i].glue) + units[i].size
    return best


# --- the parts of a block -------------------------------------------------------------------------

_MARK = re.compile(r"(?:-|[0-9]{1,9}\.) (?=\S)")
_WITHIN = re.compile(r" +|> |│ |-# ")
_RULE = re.compile(r"─[─ ]*")
_MORE = "…"  # stands for what of an item is on the page before
_FENCE = re.compile(r"```[^`]{0,40}")


@dataclass(frozen=True, slots=True)
class _Level:
    """An item that a line is within: what stands before its mark, and the mark."""

    lead: str
    mark: str

    @property
    def indent(self) -> str:
        """What stands before the lines that belong to it."""
        return self.lead + " " * len(self.mark)


@dataclass(slots=True)
class _Code:
    """Code that is open: the fence, what stands before each of its lines, and what opens it first and again."""

    fence: str
    prefix: str
    opening: str
    first: str  # the line of the fence, which stays with the first line; empty behind that
    rows: list[str] = field(default_factory=list)  # the first two, which may be the head of a table


class _Block:
    """Takes a block apart that fits on no page, line by line."""

    def __init__(self, limit: int, torn: float) -> None:
        """`torn` is what each cut costs more."""
        self._limit = limit
        self._torn = torn
        self._units: list[_Unit] = []
        self._levels: list[_Level] = []
        self._code: _Code | None = None
        self._blank = False  # whether the line before was

    def read(self, block: str) -> list[_Unit]:
        for line in block.split("\n"):
            if self._code is None:
                self._read_line(line)
            elif line.removeprefix(self._code.prefix).strip() == "```":
                self._end_code(self._code)
            else:
                self._read_code(self._code, line)
        if self._code is not None:
            self._end_code(self._code)
        first = self._units[0]
        self._units[0] = replace(first, glue=first.glue.removeprefix("\n"))
        return self._units

    def _add(self, text: str, glue: str, opening: str, closing: str, cost: float) -> None:
        self._units.append(_Unit(text, glue, opening, closing, cost + self._torn))

    def _read_line(self, line: str) -> None:
        column, lead = 0, ""
        parents: tuple[_Level, ...] | None = None
        while True:
            if mark := _MARK.match(line, column):
                self._keep_levels(lead)
                parents = tuple(self._levels) if parents is None else parents
                self._levels.append(_Level(lead, mark[0]))
                lead += " " * len(mark[0])
                column = mark.end()
            elif match := _WITHIN.match(line, column):
                lead += match[0]
                column = match.end()
            else:
                break
        opened = parents is not None
        if not opened and line[column:]:
            self._keep_levels(lead)
        parents = tuple(self._levels) if parents is None else parents
        fence = line[column:]
        if (mark := _FENCE.fullmatch(fence)) and length(line) <= self._limit // 3:
            self._code = _Code(mark[0], lead, self._open(parents, ""), line)
            return
        again = self._open_again(lead)
        opening = self._open(parents, line[:column]) if opened else again
        cost = _LETTER if not fence else _ITEM if self._blank or (opened and not parents) else _LINE
        self._blank = not fence
        room = self._limit - max(length(opening), length(again))
        for number, part in enumerate(_cut_line(fence, room)):
            if number == 0:
                self._add(part.text, f"\n{line[:column]}", opening, part.closing, cost)
            else:
                self._add(part.text, part.glue, again + part.opening, part.closing, part.cost)

    def _keep_levels(self, lead: str) -> None:
        """Forget the items that a line with this before its text does not belong to."""
        while self._levels and not lead.startswith(self._levels[-1].indent):
            self._levels.pop()

    def _open(self, levels: Sequence[_Level], lead: str) -> str:
        """Open items again, as many of the innermost as there is room for, and write what stands before the line."""
        for outermost in range(len(levels) + 1):
            opening = "".join(f"{level.lead}{level.mark}{_MORE}\n" for level in levels[outermost:]) + lead
            if length(opening) <= self._limit // 3:
                return opening
        return ""

    def _open_again(self, lead: str) -> str:
        """Open the item whose text goes on; without one, write what stands before each line."""
        if not self._levels:
            return self._open((), lead)
        *outer, level = self._levels
        within = lead.removeprefix(level.indent).lstrip(" ")
        return self._open(outer, f"{level.lead}{level.mark}{within}{_MORE} ")

    def _read_code(self, code: _Code, line: str) -> None:
        again = self._open(self._levels, f"{code.prefix}{code.fence}\n") or "```\n"
        if len(code.rows) == 2 and _RULE.fullmatch(code.rows[1].removeprefix(code.prefix)):
            # A table that goes on shows its head again.
            head = "".join(f"{row}\n" for row in code.rows)
            again += head if length(again + head) <= self._limit // 2 else ""
        elif len(code.rows) < 2:
            code.rows.append(line)
        first = f"{code.first}\n" if code.first else ""
        closing = f"\n{code.prefix}```"
        room = self._limit - max(length(again), length(code.opening + first)) - length(closing)
        for number, (glue, text) in enumerate(_cut_code(line, room)):
            if number == 0 and first:
                self._add(first + text, "\n", code.opening, closing, _LINE)
            else:
                self._add(text, glue if number else "\n", again, closing, _LETTER if number else _LINE)
        code.first = ""

    def _end_code(self, code: _Code) -> None:
        if code.first:
            self._add(f"{code.first}\n{code.prefix}```", "\n", code.opening, "", _LINE)
        else:
            last = self._units[-1]
            self._units[-1] = replace(last, text=last.text + last.closing, closing="")
        self._code, self._blank = None, False


def _units(block: str, limit: int) -> list[_Unit]:
    size = length(block)
    if size <= limit * _WHOLE_BLOCK:
        return [_Unit(block)]
    return _Block(limit, _WHOLE_BLOCK if size <= limit else 0).read(block)


# Links, code, addresses and escaped characters are not torn. What they leave is marks of emphasis, blanks, the ends of
# sentences in scripts that leave no blank there, and words. Bounded, so that a text of nothing but marks takes no time.
_TOKEN = re.compile(
    r"\[(?:\\.|[^\[\]\\\n]|\[[^\[\]\n]{0,100}\]){1,400}\]\([^()\s]{1,600}\)|``[^`].{0,1000}?``|`[^`]{1,1000}`"
    r"|https?://[^\s*~]{1,600}|(?:\\.){1,16}"
    r"|(?P<mark>\*\*|\*|~~)|(?P<blank>\s+)|(?P<end>[\u3002\uff01\uff1f][\u201d\u300d\u300f\uff09]*)"
    r"|(?:[^\s\\*~`\[\u3002\uff01\uff1fh]|h(?!ttps?://)){1,64}|."
)
_SENTENCE_END = re.compile("[.!?…][\"'\u201d\u2019)\\]*~]*$")
_MOST_MARKS = 12  # units of emphasis that is closed and opened again


def _cut_line(line: str, room: int) -> Iterator[_Unit]:
    """Cut a line behind sentences, and longer ones between words; emphasis is closed and opened again."""
    room = max(1, room - _MOST_MARKS)
    unit: list[str] = []
    size, unit_glue, unit_before, unit_cost, unit_after = 0, "", "", _LETTER, ""
    for text, glue, before, after, cost in _words(line, room):
        wide = length(text)
        if unit and (cost == _SENTENCE or size + len(glue) + wide > room):
            yield _Unit("".join(unit), unit_glue, unit_before, unit_after, unit_cost)
            unit, size = [], 0
        if unit:
            unit += (glue, text)
            size += len(glue) + wide
        else:
            unit, size, unit_glue, unit_before = [text], wide, glue, before
            unit_cost = cost + (_MARKED if before else 0)
        unit_after = after
    yield _Unit("".join(unit), unit_glue, unit_before, unit_after, unit_cost)


def _words(line: str, room: int) -> Iterator[tuple[str, str, str, str, float]]:
    """Give the words of a line, one that is too long in parts.

    Each with what joins it to the one before, the marks of emphasis that are open before and behind it, and what a
    cut before it costs.
    """
    tokens = [(token[0], token.lastgroup) for token in _TOKEN.finditer(line)]
    counts = Counter(text for text, kind in tokens if kind == "mark")
    opened: list[str] = []
    before = after = glue = tail = ""
    ended = False
    for text, kind in tokens:
        if kind == "blank":
            glue, ended = text, ended or bool(_SENTENCE_END.search(tail))
            continue
        if kind == "mark" and counts[text] % 2 == 0:
            # What is open is closed, whatever was opened since.
            opened = [mark for mark in opened if mark != text] if text in opened else [*opened, text]
            after = "".join(reversed(opened))
        cost = _SENTENCE if ended and (glue or kind != "mark") else _WORD if glue else _LETTER
        for part in (text,) if len(text) * 2 <= room else _letters(text, room):
            yield part, glue, before, after, cost
            glue, cost = "", _LETTER
        before = "".join(opened)
        tail, ended = (tail + text)[-8:], kind == "end"


def _letters(text: str, room: int) -> Iterator[str]:
    while length(text) > room:
        end = max(1, fitting(text, room))
        yield text[:end]
        text = text[end:]
    yield text


def _cut_code(line: str, room: int) -> Iterator[tuple[str, str]]:
    """Cut a line of code between words; gives each part with what joins it to the one before."""
    glue = ""
    while length(line) > room:
        end = max(1, fitting(line, room))
        blank = line.rfind(" ", end // 2, end)
        yield glue, line[:blank] if blank > 0 else line[:end]
        glue, line = (" ", line[blank + 1 :]) if blank > 0 else ("", line[end:])
    yield glue, line
