"""Long texts on pages: cut between blocks, else behind sentences; code is closed and opened again."""

import re
from collections.abc import Iterable

from bot.ui.text import fitting, length


def paginate(blocks: Iterable[str], limit: int) -> list[str]:
    """Lay blocks on pages of at most `limit` units; a block that fits on no page is cut at lines, then at words.

    Code that is cut is closed on its page and opened again on the next.
    """
    pages: list[str] = []
    page = ""
    for block in blocks:
        for piece in _cut(block, limit):
            joined = f"{page}\n\n{piece}" if page else piece
            if length(joined) <= limit:
                page = joined
            else:
                pages.append(page)
                page = piece
    return [*pages, page] if page else pages


def shorten(blocks: Iterable[str], limit: int) -> str:
    """Make one text of at most `limit` units; what is too long is cut between blocks or words, and marked."""
    first, *rest = paginate(blocks, limit - 2) or [""]
    return f"{first} …" if rest else first


def _cut(block: str, limit: int) -> list[str]:
    """Cut a block that fits on no page, at the best places there are."""
    if length(block) <= limit:
        return [block]
    if block.startswith("> "):
        inner = "\n".join(line.removeprefix(">").removeprefix(" ") for line in block.split("\n"))
        return ["\n".join(f"> {line}" for line in piece.split("\n")) for piece in _cut(inner, limit * 9 // 10)]
    pieces: list[str] = []
    piece, fence = "", ""
    for glue, unit in _units(block, limit - 60):
        joined = f"{piece}{glue}{unit}" if piece else unit
        if piece and length(joined) > limit - (12 if fence else 0):
            # Code that is open is closed here and opened again there.
            pieces.append(f"{piece}\n{_indent(fence)}```" if fence else piece)
            joined = f"{fence}\n{unit}" if fence else unit
        for line in unit.split("\n"):
            if line.lstrip(" ").startswith("```"):
                fence = "" if fence else line[:40]
        piece = joined
    return [*pieces, piece]


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]


def _units(block: str, limit: int) -> list[tuple[str, str]]:
    """Give what should stay together, and what joins it to the piece before.

    That is an item of a list with what belongs to it, else a line, else sentences.
    """
    units: list[tuple[str, str]] = []
    for line in block.split("\n"):
        if units and line.startswith("  ") and "```" not in block and length(units[-1][1]) + length(line) < limit:
            glue, item = units[-1]
            units[-1] = (glue, f"{item}\n{line}")
        else:
            first, *rest = _cut_line(line, limit)
            units.append(("\n", first))
            units += [(" " if part.startswith(" ") else "", part.lstrip(" ")) for part in rest]
    return units


# Marks that must not be torn: links, code, strong and emphasized words.
# Bounded, so that a text of nothing but marks takes no time.
_WHOLE = re.compile(
    r"\[(?:\\.|[^\[\]\\]){1,400}\]\([^()\s]{1,600}\)|``[^`].{0,1000}?``|`[^`]{1,1000}`|\*\*[^*]{1,400}\*\*"
    r"|\*[^*]{1,400}\*|~~[^~]{1,400}~~|https?://\S{1,600}|\\."
)


_LOOK_AHEAD = 1_200  # characters, as many as the longest of them has


def _cut_line(line: str, limit: int) -> list[str]:
    """Cut a line behind sentences, else between words, and outside of links, code and emphasis where it can be.

    The parts hold every character of it; one that follows a blank begins with it.
    """
    parts: list[str] = []
    while length(line) > limit:
        room = max(1, fitting(line, limit))
        held = [match.span() for match in _WHOLE.finditer(line[: room + _LOOK_AHEAD])]
        places = [match.end() for match in re.finditer(r"[.!?…]['\"”)*]* (?=\S)|[\u3002\uff01\uff1f]", line[:room])]
        places = [place for place in places if place > room // 3] or [m.end() for m in re.finditer(r" ", line[:room])]
        free = [place for place in places if not any(start < place < end for start, end in held)]
        at = max(free or places or [room])
        head = line[:at].rstrip(" ") or line[:at]
        parts.append(head)
        line = line[len(head) :]
    return [*parts, line]
