"""The card of a review, and its sections page by page."""

from collections.abc import Callable, Sequence
from itertools import dropwhile, takewhile
from typing import Any
from urllib.parse import unquote

import discord
from discord import ui

from bot.library.addresses import short_hash
from bot.library.review import Review, Section
from bot.ui.controls import ControlSelect, button, menu, row
from bot.ui.markdown import ResolveRef, is_web_address, masked_link, paginate, render_blocks, shorten
from bot.ui.text import byline, escape, label, truncate

ACCENT = discord.Colour(0x2F7D6B)
PAGE = 1_900  # characters of a section on one page: a phone's screen or two

_MENU = 25  # options of a select, at most
_TEASER = 900
_LONGEST = 60_000  # characters of a section that are shown at all

View = ui.LayoutView


def layout(*items: ui.Item[Any]) -> View:
    """Make a message of one box. Its controls carry their own state, so nothing waits for them."""
    view = View(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=ACCENT))
    return view


def note(text: str) -> View:
    """Make a message of one sentence."""
    return layout(ui.TextDisplay(truncate(text, 2_000)))


def title_of(review: Review) -> str:
    """Give the name of a review as a heading, smaller when it is long."""
    name = truncate(escape(" ".join(review.name.split())), 400)
    return f"{'##' if len(name) <= 70 else '###'} {name}"


def review_card(review: Review, page_url: str, resolve_ref: ResolveRef, *, private: bool = False) -> View:
    """Show what a review is about, and where to read on.

    `page_url` is the published page, or empty. A private card can be shared with the channel.
    """
    items: list[ui.Item[Any]] = [ui.TextDisplay("\n".join(filter(None, (title_of(review), byline(review)))))]
    if teaser := _lead(review.teaser, resolve_ref):
        items.append(ui.TextDisplay(teaser))
    if facts := _facts(review):
        items.append(ui.TextDisplay(facts))
    if review.sections:
        items.append(row(section_menu("section", review)))
    buttons: list[ui.Item[Any]] = [button("related", review.key, label="Related reviews", emoji="🔗")]
    if private:
        buttons.append(button("post", review.key, label="Share", emoji="📣"))
    if page_url and is_web_address(page_url):
        buttons.append(ui.Button(label="Read on the site", url=page_url))
    items.append(row(*buttons))
    return layout(*items)


def _lead(teaser: str, resolve_ref: ResolveRef) -> str:
    """Render a teaser up to its first heading: Hugo's automatic summaries run on into the sections."""
    blocks = render_blocks(teaser[: 3 * _TEASER], resolve_ref)
    prose = takewhile(
        lambda block: not block.startswith("### "), dropwhile(lambda block: block.startswith("### "), blocks)
    )
    return shorten(prose, _TEASER)


def _facts(review: Review) -> str:
    links = [masked_link(escape(link.text) or _host(link.url), link.url) for link in review.links[:6]]
    tags = [f"#{escape(truncate(tag, 60))}" for tag in review.tags[:12]]
    lines = [f"**Paper:** {' · '.join(filter(None, links))}" if links else "", f"-# {'  '.join(tags)}" if tags else ""]
    return truncate("\n".join(filter(None, lines)), 1_500)


def _host(url: str) -> str:
    host = url.split("/")[2] if url.count("/") >= 2 else url
    return escape(host.removeprefix("www."))


# --- sections -------------------------------------------------------------------------------------


def section_value(review: Review, position: int) -> str:
    """Name a section in a menu or button: its place and a hash of its title, so that an edit is noticed."""
    return f"{position}-{short_hash(review.sections[position].title)}"


def find_section(review: Review, value: str) -> int | None:
    """Find the section that `section_value` named, even when it moved; None when it is gone."""
    place, _, wanted = value.partition("-")
    hashes = [short_hash(section.title) for section in review.sections]
    if place.isdecimal() and int(place) < len(hashes) and hashes[int(place)] == wanted:
        return int(place)
    return hashes.index(wanted) if wanted in hashes else None


def section_title(section: Section, review: Review) -> str:
    """Give the heading of a section; what stands before the first heading has a name too."""
    if section.title:
        return section.title
    return "Introduction" if len(review.sections) > 1 else "The whole review"


def section_menu(action: str, review: Review, current: int | None = None) -> ControlSelect:
    """Offer the sections of a review; of more than a menu holds, those around the current one and a way to the rest."""
    count = len(review.sections)
    start = 0 if count <= _MENU else (current or 0) // (_MENU - 2) * (_MENU - 2)
    stop = count if count <= _MENU else min(count, start + _MENU - 2)
    options = [
        discord.SelectOption(
            label=label(section_title(review.sections[i], review), 100),
            value=section_value(review, i),
            default=i == current,
        )
        for i in range(start, stop)
    ]
    if start > 0:
        first = discord.SelectOption(label="← Earlier sections", value=section_value(review, max(0, start - _MENU + 2)))
        options.insert(0, first)
    if stop < count:
        options.append(
            discord.SelectOption(label=f"More sections → ({count - stop})", value=section_value(review, stop))
        )
    return menu(action, review.key, placeholder="Read a section", options=options)


def section_pages(markdown: str, resolve_ref: ResolveRef) -> list[str]:
    """Render a section into pages, at least one. May take a while for a long one: not for the event loop."""
    blocks = render_blocks(markdown[:_LONGEST], resolve_ref)
    if len(markdown) > _LONGEST:
        blocks.append("-# The rest is too long for a chat.")
    return paginate(blocks, PAGE) or ["*Nothing is written here.*"]


def section_page(review: Review, position: int, pages: Sequence[str], page: int) -> View:
    """Show one page of a section (counted from 0; one that is too high shows the last), with ways to go on."""
    page = min(page, len(pages) - 1)
    here = section_value(review, position)
    heading = escape(truncate(section_title(review.sections[position], review), 200))
    counter = f" · page {page + 1} of {len(pages)}" if len(pages) > 1 else ""
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(f"-# {truncate(escape(review.name), 200)}{counter}\n## {heading}"),
        ui.TextDisplay(pages[page]),
        row(section_menu("read", review, position)),
    ]
    buttons: list[ui.Item[Any]] = []
    if page > 0:
        buttons.append(button("page", review.key, here, str(page - 1), label="Back", emoji="◀️"))
    if page + 1 < len(pages):
        buttons.append(button("page", review.key, here, str(page + 1), label="Next page", emoji="▶️"))
    elif position + 1 < len(review.sections):
        following = review.sections[position + 1]
        buttons.append(
            button(
                "page",
                review.key,
                section_value(review, position + 1),
                "0",
                label=label(f"Next: {section_title(following, review)}", 80),
                emoji="▶️",
            )
        )
    if buttons:
        items.append(row(*buttons))
    return layout(*items)


def ref_links(
    review: Review, find: Callable[[str], Review | None], page_url: Callable[[Review, str], str]
) -> ResolveRef:
    """Look up where the references of a review lead: to the published page, else the command that shows it.

    `find` gives the review that a target means, `page_url` its address or nothing. Both are asked now, not later.
    """
    links: dict[str, tuple[str, str]] = {}
    for target in {ref.target for ref in review.refs}:
        other = find(target)
        if other is None:
            continue
        url = page_url(other, target.partition("#")[2])
        links[target] = (url, "") if url else ("", "" if "`" in other.slug else f" (`/paper {other.slug}`)")
    return lambda target: links.get(unquote(target), ("", ""))
