"""The draft of the next review, as a message with a file."""

import io
import re
from pathlib import PurePosixPath
from typing import Any

import discord
from discord import app_commands, ui

from bot.club.recapping import Recap, Topic
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import button, row
from bot.ui.mentions import Mentions
from bot.ui.text import calendar_date, escape, label, one_line, truncate
from bot.ui.titles import title_line

WRITING = "Asking for the paper's abstract …"
TOO_LONG = "The draft could not be written in time. Please try again in a minute."

# Discord takes other names too, and gives some of them back changed: then a message does not find its file.
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ANY_NAME = "review.md"


def recap_choice(topic: Topic) -> app_commands.Choice[str]:
    """Offer a paper to write of, with the day on which it was met for."""
    day = f" · {calendar_date(topic.held_at)}" if topic.held_at else " · not yet read"
    name = label(readable_text(truncate(topic.title, 200)), 100 - len(day))
    return app_commands.Choice(name=f"{name}{day}", value=topic.key)


def recap_message(recap: Recap, mentions: Mentions) -> tuple[View, discord.File]:
    """Give an organiser the draft, and say what is in it and what becomes of it."""
    path = PurePosixPath(recap.draft.path)
    name = path.name if _SAFE_NAME.fullmatch(path.name) else _ANY_NAME
    title = title_line(recap.facts.title)
    lines = [f"-# The draft of a review\n### {title}", *(f"- {line}" for line in _contents(recap))]
    after = [
        f"Save it in the folder of the reviews as `{_code(recap.draft.path)}`.",
        "Write what its comments ask for: no page shows them.",
        f"Once it is no draft any more, {mentions.mention('paper')} finds it.",
    ]
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(lines)), ui.File(f"attachment://{name}")]
    if warnings := _warnings(recap):
        items.insert(1, ui.TextDisplay("\n".join(warnings)))
    items.append(ui.TextDisplay("\n".join(f"{number}. {line}" for number, line in enumerate(after, 1))))
    if recap.review:
        items.append(row(button("open", recap.review.key, label="Open the review", emoji="📗")))
    return layout(*items), discord.File(io.BytesIO(recap.draft.text.encode()), name)


def _contents(recap: Recap) -> list[str]:
    facts = recap.facts
    lines = ["Title, authors, date and links, in the form of your newest reviews"]
    if recap.abstract_of:
        lines.append(f"The beginning of the abstract, from {escape(recap.abstract_of)}, until you have a teaser")
    if facts.questions:
        lines.append(f"{_count(len(facts.questions), 'question')} that the club was asked")
    if facts.lines:
        said = "line that a member allows" if len(facts.lines) == 1 else "lines that members allow"
        lines.append(f"{len(facts.lines)} {said} to be quoted, without names")
    if facts.related:
        names = ", ".join(one_line(review.name, 60) for review in facts.related)
        lines.append(f"References to {names}")
    return lines


def _warnings(recap: Recap) -> list[str]:
    lines: list[str] = []
    if recap.faults:
        lines.append(f"-# ⚠️ Its abstract is missing: {escape('; '.join(recap.faults))}.")
    if recap.review:
        lines.append(f"-# ⚠️ The club has written of this paper already: {one_line(recap.review.name, 120)}.")
    if recap.topic.held_at is None:
        lines.append("-# ⚠️ The club has not met for it yet, so it bears today's date.")
    return lines


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _code(path: str) -> str:
    """Give a path for a span of code, which no backtick may end."""
    return truncate(path.replace("`", "'"), 300)
