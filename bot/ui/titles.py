"""A paper where it is named in few words: its title, who wrote it, its address, and the buttons that lead to it."""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.club.prompt import Choice
from bot.library.review import Review
from bot.papers.identifiers import PaperId
from bot.papers.tex import readable_text
from bot.ui.controls import button, write_argument
from bot.ui.links import is_web_address, named_link
from bot.ui.text import author_list, escape, label, no_links, one_line, truncate

_AUTHORS = 6
_BYLINE = 300  # characters of the authors
_ROOM = 80  # characters of a custom_id that an id may fill


def title_line(title: str, limit: int = 240) -> str:
    """Give a title as markdown of one line; it is cut first, since reading many long formulas takes its time."""
    return one_line(readable_text(truncate(title, 2 * limit)), limit)


def byline_of(authors: Sequence[str], paper_id: PaperId | None) -> str:
    """Say who wrote a paper, with the link to it; empty where neither is known."""
    parts = [truncate(no_links(author_list(authors, _AUTHORS)), _BYLINE)]
    if paper_id and is_web_address(paper_id.url):
        name = label(str(paper_id), 100)
        parts.append(named_link(escape(name), name, paper_id.url))
    return " · ".join(filter(None, parts))


def ways_to(choice: Choice, review: Review | None) -> list[ui.Item[Any]]:
    """Lead to the club's review of a paper, or to its abstract, and to the paper."""
    buttons: list[ui.Item[Any]] = []
    if review:
        buttons.append(button("open", review.key, label="Open the review", emoji="📗"))
    elif choice.paper_id and len(argument := write_argument(str(choice.paper_id))) <= _ROOM:
        buttons.append(button("showpaper", argument, label="Abstract", emoji="📜"))
    if choice.paper_id and is_web_address(choice.paper_id.url):
        buttons.append(ui.Button(label="The paper", url=choice.paper_id.url))
    return buttons
