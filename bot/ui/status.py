"""How a library is, for the organisers of the club."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import discord
from discord import ui

from bot.library.library import Status
from bot.library.review import Problem
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.mentions import Mentions
from bot.ui.text import escape, length, truncate

PER_PAGE = 8
_TEXT = 3_900  # characters of a message; Discord takes 4,000
_FAULTS = 1_000
_MARKS = {"error": "🛑", "warning": "⚠️"}


def status_page(status: Status, page: int, done: str = "", posted: Sequence[ui.Item[Any]] = ()) -> View:
    """Show what keeps the library from being whole, then its size, then its problems, a page of them.

    `done` says what a click on this message did; `posted` is shown below the size of the library.
    """
    told = [problem for problem in status.problems if problem.severity in _MARKS]
    told.sort(key=lambda problem: problem.severity)  # errors first, as they stand otherwise
    last = max(0, (len(told) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    items: list[ui.Item[Any]] = [ui.TextDisplay("## The library" + (f"\n{done}" if done else ""))]
    if status.faults:
        items += [ui.TextDisplay(truncate("\n".join(_faults(status)), _FAULTS)), ui.Separator(visible=False)]
    items.append(ui.TextDisplay("\n".join(_summary(status, told))))
    if posted:
        items += [ui.Separator(), *posted]
    if told:
        counter = f" · page {page + 1} of {last + 1}" if last else ""
        shown = told[page * PER_PAGE : (page + 1) * PER_PAGE]
        lines = [f"### What to mend{counter}", *map(_problem_line, shown)]
        room = _TEXT - sum(length(item.content) for item in items if isinstance(item, ui.TextDisplay))
        items += [] if posted else [ui.Separator()]
        items.append(ui.TextDisplay(truncate("\n".join(lines), min(room, 3_000))))
    buttons: list[ui.Item[Any]] = [button("reread", label="Read again", emoji="🔄")]
    if last:
        buttons += [
            button("status", str(max(0, page - 1)), "b", label="Back", emoji="◀️", disabled=page == 0),
            button("status", str(min(last, page + 1)), "f", label="More", emoji="▶️", disabled=page == last),
        ]
    if status.left:  # an empty folder is never what was meant
        buttons.append(button("acceptloss", str(status.left), label="The files are gone for good", emoji="🗑️"))
    items.append(row(*buttons, button("audit", "0", label="Who decided what", emoji="📜")))
    return layout(*items)


def fault_note(faults: Sequence[str], mentions: Mentions) -> str:
    """Tell an organiser, once, that the library is not up to date."""
    lines = [f"🛑 {escape(truncate(fault, 400))}" for fault in faults]
    return "\n".join([*lines, f"{_CONSEQUENCE} See {mentions.mention('club status')}."])


_CONSEQUENCE = "What was read before is still shown."


def _faults(status: Status) -> list[str]:
    lines = [f"🛑 {escape(truncate(fault, 400))}" for fault in status.faults]
    lines.append(f"{_CONSEQUENCE} Whoever runs the bot finds more in its log.")
    if status.left:
        lines.append("If the files were removed on purpose, say so with the button below.")
    return lines


def _summary(status: Status, told: Sequence[Problem]) -> list[str]:
    hidden = f", {status.hidden} of them hidden: drafts, in the future, expired or without a clear date"
    lines = [f"**{_count(status.reviews, 'review')}**{hidden if status.hidden else ''}"]
    if status.read_at:
        lines.append(f"Last read {discord.utils.format_dt(status.read_at, 'R')}")
    counts = Counter(problem.severity for problem in told)
    if told:
        words = [_count(counts[severity], severity) for severity in ("error", "warning") if counts[severity]]
        lines.append(" and ".join(words))
        if counts["error"]:
            lines.append("A file with an error shows its last good version, or nothing if there was none")
    elif status.reviews and not status.faults:
        lines.append("Every review could be read")
    elif not status.reviews and not status.faults:
        lines.append("No file in the folder is a review: `paperclub check --verbose` says why")
    if others := len(status.problems) - len(told):
        lines.append(f"-# {_count(others, 'remark')} about other files: `paperclub check --verbose` lists them")
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _problem_line(problem: Problem) -> str:
    where = f"{escape(truncate(' '.join(problem.path.split()), 120))}, line {problem.line}"
    return f"{_MARKS[problem.severity]} **{where}**\n{escape(truncate(problem.reason, 220))}"
