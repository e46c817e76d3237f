"""What a search found, page by page, with the pieces of the reviews that hold it."""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.library.library import Hit, Results
from bot.library.shelf import Title
from bot.library.snippets import Snippet
from bot.ui.cards import View, layout, shared_by
from bot.ui.controls import button, menu, row
from bot.ui.mentions import Mentions
from bot.ui.pages import review_line, review_options, title_options
from bot.ui.text import escape, no_links, quoted, truncate

_CORRECTIONS = 3  # that are told of, so that a message has room for what was found
_HOW = 'Words, `"a phrase"`, `tag:nlp`, `author:rogers` and `year:2019-2021` may be combined in'


def results_page(text: str, state: str, results: Results, *, sharer: str = "") -> View:
    """Show a page of what was found for a text, with ways to turn it, open a review, and share it.

    `state` stands for the text in the buttons; `sharer` is the name of the member who shared the page.
    """
    found = len(results.matches.paths)
    count = f"{found}{'+' if results.matches.more else ''} review{'s' if found != 1 else ''}"
    counter = f" · page {results.page + 1} of {results.pages}" if results.pages > 1 else ""
    lines = [f"### {count} for {quoted(text)}{counter}", *_remarks(results)]
    items: list[ui.Item[Any]] = [shared_by(sharer)] if sharer else []
    items.append(ui.TextDisplay("\n".join(lines)))
    # A text of its own for each, so that there is air between them.
    for hit in results.hits:
        items += [ui.Separator(visible=False), ui.TextDisplay(truncate(_hit(hit), 700))]
    options = review_options([hit.review for hit in results.hits])
    items.append(row(menu("open", placeholder="Open a review", options=options)))
    buttons: list[ui.Item[Any]] = []
    if results.pages > 1:
        first, last = results.page == 0, results.page == results.pages - 1
        buttons += [
            button("search", str(max(0, results.page - 1)), state, "b", label="Back", emoji="◀️", disabled=first),
            button("search", str(results.page + 1), state, "f", label="More", emoji="▶️", disabled=last),
        ]
    if not sharer:
        buttons.append(button("sharesearch", str(results.page), state, label="Share", emoji="📣"))
    if buttons:
        items.append(row(*buttons))
    return layout(*items)


def nothing_found(text: str, results: Results, nearest: Sequence[Title], mentions: Mentions) -> View:
    """Say that no review holds what was searched for, how to search, and what has a name like it."""
    lines = [f"No review holds {quoted(text)}.", *_remarks(results), f"{_HOW} {mentions.mention('search')}."]
    if not nearest:
        return layout(ui.TextDisplay("\n".join(lines)))
    lines.append("These have names that come near:")
    chooser = menu("open", placeholder="Open a review", options=title_options(nearest))
    return layout(ui.TextDisplay("\n".join(lines)), row(chooser))


def _remarks(results: Results) -> list[str]:
    """Say what was done to find something, and what may be missing."""
    remarks: list[str] = []
    for typed, used in results.matches.instead[:_CORRECTIONS]:
        remarks.append(f"-# No review holds “{escape(typed)}”, so this is for **{escape(used)}**.")
    if results.matches.partial and results.hits:
        remarks.append("-# No review holds all of it; these hold the most.")
    if results.unsearched:
        left = f"{results.unsearched:,} review{'s are' if results.unsearched > 1 else ' is'}"
        remarks.append(f"-# {left} still to be indexed, so some may be missing.")
    return remarks


def _hit(hit: Hit) -> str:
    text = _marked(hit.snippet)
    return review_line(hit.review) + (f"\n{text}" if text else "")


def _marked(snippet: Snippet) -> str:
    """Write a snippet with its hits in bold."""
    parts = ((no_links(escape(text)), hit) for text, hit in snippet.parts)
    return "".join(f"**{text}**" if hit else text for text, hit in parts)
