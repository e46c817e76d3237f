"""The card of a review, and its sections page by page."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import dropwhile, takewhile
from typing import Any
from urllib.parse import unquote

import discord
from discord import ui

from bot.library.addresses import short_hash
from bot.library.highlights import Highlights
from bot.library.library import Library
from bot.library.review import Review, Section
from bot.papers.identifiers import parse_paper_id
from bot.ui.controls import ControlButton, ControlSelect, button, menu, row
from bot.ui.links import is_web_address, names_another_site, safe_url, site_name
from bot.ui.markdown import ResolveRef, render_blocks
from bot.ui.mentions import Mentions
from bot.ui.paging import paginate, shorten
from bot.ui.text import byline, columns, escape, label, length, no_links, truncate

ACCENT = discord.Colour(0x2F7D6B)
PAGE = 1_900  # characters of a section on one page: a phone's screen or two

_MENU = 25  # options of a select, at most
# Characters: a card is to stand on one screen of a phone, from its title to its buttons.
_TEASER = 600
_BRIEF_TEASER = 240  # beside points
_POINTS = 240
_THOUGHTS = 240
_NONE = Highlights()
_LONGEST = 60_000  # characters of a section that are shown at all
_ROW = 5  # buttons beside each other, at most
_LINKS = 4  # buttons of a row, less the one for the published page
_TAGS = 6
_AUTHORS = 3
_NOTE = re.compile(r"\[\^[^\]\s]{1,100}\](?!:)")  # the mark of a footnote
_LAST = 9_999  # a page that is surely behind the last one

_KEPT = 256  # cards that are kept as they were made

View = ui.LayoutView
Refs = tuple[tuple[str, tuple[str, str]], ...]
"""Where the references of a text lead: their targets, each with what a `ResolveRef` gives for it."""


def layout(*items: ui.Item[Any]) -> View:
    """Make a message of one box. Its controls carry their own state, so nothing waits for them."""
    view = View(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=ACCENT))
    view.stop()  # else discord.py keeps each private message for a quarter of an hour, with a task of its own
    return view


def note(text: str) -> View:
    """Make a message of one sentence."""
    return layout(ui.TextDisplay(truncate(text, 2_000)))


def title_of(review: Review) -> str:
    """Give the name of a review as a heading, smaller when it is long."""
    name = truncate(escape(" ".join(review.name.split())), 200)
    return f"{'##' if columns(name) <= 70 else '###'} {name}"


def shared_by(name: str) -> ui.TextDisplay[Any]:
    """Say who put a message into the channel; their name is only text."""
    return ui.TextDisplay(f"-# shared by {escape(truncate(' '.join(name.split()), 60))}")


def review_card(
    review: Review,
    page_url: str,
    refs: Refs,
    highlights: Highlights = _NONE,
    *,
    private: bool = False,
    sharer: str = "",
    discussion: str = "",
) -> View:
    """Show what a review is about, and where to read on.

    `page_url` is the published page, or empty, and so is `discussion`, the address of the thread on it; `highlights`
    are what of its sentences is shown. A private card can be shared with the channel; `sharer` is the name of the
    member who did. The same card is the same object.
    """
    # Equal dates may be different days, in different time zones.
    return _review_card(review, byline(review, _AUTHORS), page_url, refs, highlights, private, sharer, discussion)


@lru_cache(maxsize=_KEPT)
def _review_card(
    review: Review,
    about: str,
    page_url: str,
    refs: Refs,
    highlights: Highlights,
    private: bool,
    sharer: str,
    discussion: str,
) -> View:
    items: list[ui.Item[Any]] = [ui.TextDisplay(title_of(review) + (f"\n-# {about}" if about else ""))]
    if sharer:
        items.insert(0, shared_by(sharer))
    if teaser := _lead(review.teaser, refs, _BRIEF_TEASER if highlights.gist else _TEASER):
        items += [_gap(), ui.TextDisplay(teaser)]
    if points := _fitting(highlights.gist, _POINTS):
        items += [_gap(), ui.TextDisplay("\n".join(["**In brief**", *(f"- {escape(point)}" for point in points)]))]
    if thoughts := _fitting(highlights.opinions, _THOUGHTS):
        items += [_gap(), ui.TextDisplay(f"**What the club thought**\n{escape(' '.join(thoughts))}")]
    if tags := _tags(review):
        items += [_gap(), ui.TextDisplay(tags)]
    if review.sections:
        items.append(row(section_menu(review)))
    links = _link_buttons(review, page_url)
    buttons: list[ui.Item[Any]] = [button("related", review.key, label="Related reviews", emoji="🔗")]
    if review.paper_ids:
        buttons.insert(0, button("abstract", review.key, label="Abstract", emoji="📜"))
    if discussion:
        buttons.append(ui.Button(label="Discussion", emoji="💬", url=discussion))
    if private:
        buttons.append(button("post", review.key, label="Share", emoji="📣"))
    if len(links) + len(buttons) <= _ROW:
        items.append(row(*links, *buttons))
    else:
        items += [row(*links), row(*buttons)]
    return layout(*items)


async def library_card(
    library: Library,
    review: Review,
    now: datetime,
    mentions: Mentions,
    *,
    private: bool = False,
    sharer: str = "",
    discussion: str = "",
) -> View:
    """Show the card of a review with the highlights and links that its library knows."""
    highlights = await library.read_highlights(review)
    refs = library_refs(library, review, now, mentions) if "ref:" in review.teaser else ()
    page_url = library.page_url(review)
    return review_card(review, page_url, refs, highlights, private=private, sharer=sharer, discussion=discussion)


def library_refs(library: Library, review: Review, now: datetime, mentions: Mentions) -> Refs:
    """Look up where the references of a review lead in its library."""
    return ref_links(review, lambda target: library.resolve_ref(target, review, now), library.page_url, mentions)


def _gap() -> ui.Separator[Any]:
    return ui.Separator(visible=False)


def _fitting(sentences: Sequence[str], limit: int) -> list[str]:
    """Take whole sentences while there is room; only a first one that is too long is cut."""
    taken = [truncate(sentence, limit) for sentence in sentences[:1]]
    for sentence in sentences[1:]:
        if length(" ".join([*taken, sentence])) > limit:
            break
        taken.append(sentence)
    return taken


def _lead(teaser: str, refs: Refs, limit: int) -> str:
    """Render a teaser without its notes, up to its first heading: Hugo's automatic summaries run on into sections."""
    teaser = _NOTE.sub(lambda mark: "" if f"{mark[0]}:" in teaser else mark[0], teaser)
    blocks = render_blocks(teaser[: 3 * _TEASER], _resolver(refs))
    prose = dropwhile(_is_heading, blocks)
    return shorten(takewhile(lambda block: not _is_heading(block), prose), limit)


def _is_heading(block: str) -> bool:
    return block.startswith("### ")


def _tags(review: Review) -> str:
    shown = [f"#{escape(truncate(tag, 40))}" for tag in review.tags[:_TAGS]]
    rest = len(review.tags) - len(shown)
    return f"-# {'  '.join(shown)}{f'  +{rest} more' if rest else ''}" if shown else ""


def _link_buttons(review: Review, page_url: str) -> list[ui.Item[Any]]:
    """Make buttons of the paper's links: their words, or the site's name when those are none, a number, or deceive."""
    buttons: list[ui.Item[Any]] = []
    for link in review.links:
        if len(buttons) < _LINKS and (url := safe_url(link.url)):
            telling = link.text and not parse_paper_id(link.text) and not names_another_site(link.text, link.url)
            words = link.text if telling else site_name(link.url)
            buttons.append(ui.Button(label=label(no_links(words), 60), url=url))
    if is_web_address(page_url):
        buttons.append(ui.Button(label="Read on the site", url=page_url))
    return buttons


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
    """Give the heading of a section; what stands below the title, or before the first heading, has a name too."""
    if section.title and section.title != review.name:
        return section.title
    return "Introduction" if len(review.sections) > 1 else "The whole review"


def section_menu(review: Review, current: int | None = None) -> ControlSelect:
    """Offer the sections of a review; of more than a menu holds, those around the current one and a way to the rest.

    The current one stands in the custom_id and the number too, so that the menu shows it and not what was chosen last.
    """
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
        earlier = section_value(review, start - _MENU + 2)
        options.insert(0, discord.SelectOption(label="← Earlier sections", value=earlier))
    if stop < count:
        later = section_value(review, stop)
        options.append(discord.SelectOption(label=f"More sections → ({count - stop})", value=later))
    here = "" if current is None else str(current)
    number = None if current is None else 100 + current
    return menu("section", review.key, here, placeholder="Read a section", options=options, number=number)


def section_pages(markdown: str, refs: Refs) -> list[str]:
    """Render a section into pages, at least one. May take a while for a long one: not for the event loop."""
    shown = markdown
    if len(markdown) > _LONGEST:
        end = markdown.rfind("\n\n", _LONGEST // 2, _LONGEST)
        shown = markdown[: end if end > 0 else _LONGEST]
    blocks = render_blocks(shown, _resolver(refs))
    if shown != markdown:
        blocks.append("-# The section goes on, but the rest of it is too long for a chat.")
    return paginate(blocks, PAGE) or ["*Nothing is written here.*"]


def section_page(review: Review, position: int, pages: Sequence[str], page: int) -> View:
    """Show one page of a section (counted from 0; one that is too high shows the last), with ways to go on."""
    page = min(page, len(pages) - 1)
    count = len(review.sections)
    place = f"{position + 1} of {count}" + (f" · page {page + 1} of {len(pages)}" if len(pages) > 1 else "")
    heading = escape(truncate(section_title(review.sections[position], review), 100))
    return layout(
        ui.TextDisplay(f"-# {escape(truncate(review.name, 50))} · {place}\n## {heading}"),
        _gap(),
        ui.TextDisplay(pages[page]),
        row(section_menu(review, position)),
        row(
            # A long title of the next section takes a line of its own on a phone.
            _back(review, position, page),
            button("card", review.key, label="Overview", emoji="📄"),
            _next(review, position, page, len(pages)),
        ),
    )


def _back(review: Review, position: int, page: int) -> ControlButton:
    """Lead to the page before: the last one of the section before, on a first page."""
    if page > 0:
        return button("page", review.key, section_value(review, position), str(page - 1), label="Back", emoji="◀️")
    if position > 0:
        return button("page", review.key, section_value(review, position - 1), str(_LAST), label="Back", emoji="◀️")
    return button("page", review.key, "first", "0", label="Back", emoji="◀️", disabled=True)


def _next(review: Review, position: int, page: int, pages: int) -> ControlButton:
    """Lead to the next page, or from the last one to the next section."""
    if page + 1 < pages:
        return button("page", review.key, section_value(review, position), str(page + 1), label="Next page", emoji="▶️")
    if position + 1 < len(review.sections):
        words = label(f"Next: {section_title(review.sections[position + 1], review)}", 40)
        return button("page", review.key, section_value(review, position + 1), "0", label=words, emoji="▶️")
    return button("page", review.key, "last", "0", label="Next page", emoji="▶️", disabled=True)


def ref_links(
    review: Review,
    find: Callable[[str], Review | None],
    page_url: Callable[[Review, str], str],
    mentions: Mentions,
) -> Refs:
    """Look up where the references of a review lead: to the published page, else the command that shows it.

    `find` gives the review that a target means, `page_url` its address or nothing.
    """
    links: dict[str, tuple[str, str]] = {}
    for ref in review.refs:
        if ref.target not in links and (other := find(ref.target)):
            url = page_url(other, ref.target.partition("#")[2])
            command = "" if "`" in other.slug else f" ({mentions.mention('paper', other.slug)})"
            links[ref.target] = (url, "") if url else ("", command)
    return tuple(links.items())


def _resolver(refs: Refs) -> ResolveRef:
    links = dict(refs)
    return lambda target: links.get(unquote(target), ("", ""))
