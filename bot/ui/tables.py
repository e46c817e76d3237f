"""Tables for a phone: aligned columns where they are narrow, else a list of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bot.ui.text import columns

_WIDEST = 32  # columns of code that a phone shows in a box without breaking lines


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as bare words, for code, and in Discord's dialect. `linked` tells that the words would lose something."""

    plain: str
    shown: str
    linked: bool = False


def align(rows: Sequence[Sequence[Cell]], alignment: Sequence[str]) -> str:
    """Lay a table out in a fixed-width font; empty when it is too wide for a phone, or a link would be lost.

    `alignment` says for each column `left`, `right` or `center`.
    """
    if any(cell.linked for row in rows for cell in row):
        return ""
    widths = [max(columns(cell.plain) for cell in column if cell) for column in zip_longest(*rows)]
    if sum(widths) + 2 * (len(widths) - 1) > _WIDEST:
        return ""
    head, *body = [
        "  ".join(_pad(cell.plain, width, side) for cell, width, side in zip(row, widths, alignment, strict=False))
        for row in rows
    ]
    lines = [head, "  ".join("─" * width for width in widths)] if head.strip() else []
    return "\n".join(line.rstrip() for line in [*lines, *body])


def _pad(text: str, width: int, side: str) -> str:
    room = width - columns(text)
    before = {"right": room, "center": room // 2}.get(side, 0)
    return " " * before + text + " " * (room - before)


def tell(rows: Sequence[Sequence[Cell]]) -> str:
    """Tell a table as a list, a row each: its first cell, then the others, named by their columns if they are many."""
    head, *body = rows
    names = [cell.shown for cell in head]
    lines = [f"-# {_joined(names)}"] if any(names) else []
    for first, *rest in body:
        if not any(cell.shown for cell in (first, *rest)):
            continue
        named = [
            f"{_name(name)}{cell.shown}" if len(rest) > 1 else cell.shown
            for name, cell in zip(names[1:], rest, strict=False)
            if cell.shown
        ]
        if rest:
            label = f"**{first.shown}**" if first.shown else "—"
            lines.append(f"- {label}" + (f" — {' · '.join(named)}" if named else ""))
        else:
            lines.append(f"- {first.shown}")
    return "\n".join(lines)


def _joined(names: Sequence[str]) -> str:
    first, *rest = names
    return " — ".join(filter(None, [first, " · ".join(filter(None, rest))]))


def _name(name: str) -> str:
    if not name:
        return ""
    return f"{name} " if name.endswith((":", "?", "=")) else f"{name}: "
