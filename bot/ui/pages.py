"""Lists of reviews and tags, page by page, and the menus in which a member chooses one."""

from collections.abc import Callable, Sequence
from typing import Any

import discord
from discord import ui

from bot.library.addresses import short_hash
from bot.library.facets import Filter, Tag
from bot.library.review import Review
from bot.library.shelf import Title
from bot.library.ties import Related
from bot.ui.cards import View, layout, note, shared_by
from bot.ui.controls import button, menu, read_argument, row, write_argument
from bot.ui.mentions import Mentions
from bot.ui.text import author_list, byline, calendar_date, clean, label, one_line, quoted, truncate

PER_PAGE = 6
_TAGS_PER_PAGE = 25
_AUTHOR = 60  # characters of an author's name, as it is written into a custom_id, for which there is room
_UNTAGGED = "-"  # in the place of a hash


def review_line(review: Review) -> str:
    """Name a review in a list: its title, and below it who wrote the paper and when the club read it."""
    name = one_line(review.name, 180)
    about = byline(review, authors=2)
    return f"**{name}**" + (f"\n-# {about}" if about else "")


def review_options(reviews: Sequence[Review]) -> list[discord.SelectOption]:
    """Make the options of a menu, at most 25, told apart by authors and date."""
    return [
        discord.SelectOption(
            label=label(review.name, 100),
            value=review.key,
            description=label(_plain_byline(review), 100) if review.authors or review.date else None,
        )
        for review in reviews[:25]
    ]


def title_options(titles: Sequence[Title]) -> list[discord.SelectOption]:
    """Make the options of a menu from titles alone, at most 25."""
    return [discord.SelectOption(label=label(title.name, 100), value=title.key) for title in titles[:25]]


def _plain_byline(review: Review) -> str:
    authors = ", ".join(review.authors[:2]) + (" and others" if len(review.authors) > 2 else "")
    return " · ".join(filter(None, (clean(authors), calendar_date(review.date) if review.date else "")))


def several(name: str, reviews: Sequence[Review]) -> View:
    """Ask which of the reviews is meant that a name fits."""
    return _choice(f"{len(reviews)} reviews fit {quoted(name)}. Which one do you mean?", reviews)


def not_found(name: str, nearest: Sequence[Review], mentioning: Sequence[Review], newest: Sequence[Review]) -> View:
    """Say that no review is called so; offer the nearest, else those whose texts mention it, else the newest."""
    if nearest:
        return _choice(f"No review is called {quoted(name)}. Did you mean {_one_of(len(nearest))}?", nearest)
    if mentioning:
        return _choice(f"No review is called {quoted(name)}, but it is mentioned in:", mentioning)
    if newest:
        return _choice(f"No review comes near {quoted(name)}. These are the newest:", newest)
    return note("The library holds no reviews yet.")


def _one_of(count: int, what: str = "") -> str:
    return f"one of these{what}" if count > 1 else "this one"


def _choice(sentence: str, reviews: Sequence[Review]) -> View:
    """Offer reviews; the chosen one is posted for everybody, as the command would have."""
    lines = [sentence, *(f"- {one_line(review.name, 120)}" for review in reviews[:5])]
    if len(reviews) > 5:
        lines.append(f"- and {len(reviews) - 5} more")
    chooser = menu("post", placeholder="Choose one to post it here", options=review_options(reviews))
    return layout(ui.TextDisplay("\n".join(lines)), row(chooser))


def related_list(review: Review, related: Sequence[Related]) -> View:
    """Show the reviews near to one, each with the reason."""
    lines = [f"### Related to {one_line(review.name, 120)}"]
    lines += [f"**{one_line(near.review.name, 180)}**\n-# {one_line(near.reason, 300)}" for near in related]
    chooser = menu("card", placeholder="Open a review", options=review_options([near.review for near in related]))
    overview = button("card", review.key, label="Overview", emoji="📄")
    return layout(ui.TextDisplay(truncate("\n".join(lines), 3_500)), row(chooser), row(overview))


# --- browsing -------------------------------------------------------------------------------------


def filter_arguments(wanted: Filter) -> tuple[str, str, str]:
    """Write a filter into a custom_id, for `read_arguments`: an unset part is empty, a tag is hashed."""
    tag = short_hash(wanted.tag) if wanted.tag else _UNTAGGED if wanted.untagged else ""
    author = clean(wanted.author)[:_AUTHOR]
    while len(write_argument(author)) > _AUTHOR:
        author = author[:-1]
    return (tag, write_argument(author), str(wanted.year) if wanted.year is not None else "")


def read_arguments(arguments: Sequence[str], find_tag: Callable[[str], str]) -> Filter | None:
    """Read what `filter_arguments` wrote; None when the tag is not in use any more."""
    tag, author, year = arguments
    untagged = tag == _UNTAGGED
    name = find_tag(tag) if tag and not untagged else ""
    if tag and not untagged and not name:
        return None
    return Filter(name, read_argument(author), int(year) if year else None, untagged)


def describe(wanted: Filter) -> str:
    """Say in words what a filter admits; empty when it admits all."""
    parts = [
        f"tagged {one_line(wanted.tag, 100)}" if wanted.tag else "",
        "without a tag" if wanted.untagged else "",
        f"by {author_list([wanted.author])}" if wanted.author else "",
        f"of {wanted.year}" if wanted.year is not None else "",
    ]
    return " ".join(part for part in parts if part)


def nothing_found(wanted: Filter, near: Sequence[str], mentions: Mentions) -> View:
    """Say that no review passes a filter; offer the authors `near` to one whom nobody is called like."""
    sentence = " ".join(filter(None, ("The library holds no reviews", describe(wanted)))) + "."
    if near:
        tag, _, year = filter_arguments(wanted)
        options = [discord.SelectOption(label=label(name, 100), value=name[:100]) for name in near]
        chooser = menu("author", tag, year, placeholder="Choose an author", options=options)
        names = [f"- {one_line(name, 100)}" for name in near]
        question = f"{sentence} Did you mean {_one_of(len(near), ' authors')}?"
        return layout(ui.TextDisplay("\n".join([question, *names])), row(chooser))
    everything, tags = mentions.mention("papers"), mentions.mention("tags")
    return note(f"{sentence} {everything} alone lists them all, {tags} the tags in use.")


def browse_page(reviews: Sequence[Review], wanted: Filter, page: int, *, sharer: str = "") -> View:
    """Show one page of a list of at least one review (counted from 0), with ways to turn it, open one, and share it.

    `sharer` is the name of the member who shared it with the channel.
    """
    last = max(0, (len(reviews) - 1) // PER_PAGE)
    page = min(max(page, 0), last)
    shown = reviews[page * PER_PAGE : (page + 1) * PER_PAGE]
    count = f"{len(reviews)} review{'s' if len(reviews) != 1 else ''}"
    counter = f" · page {page + 1} of {last + 1}" if last else ""
    heading = f"### {' '.join(filter(None, (count, describe(wanted))))}{counter}"
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(truncate("\n".join([heading, *map(review_line, shown)]), 3_800)),
        row(menu("open", placeholder="Open a review", options=review_options(shown))),
    ]
    state = filter_arguments(wanted)
    buttons: list[ui.Item[Any]] = []
    if last:
        buttons += [
            button("browse", str(max(0, page - 1)), *state, "b", label="Newer", emoji="◀️", disabled=page == 0),
            button("browse", str(min(last, page + 1)), *state, "f", label="Older", emoji="▶️", disabled=page == last),
        ]
    if wanted.tag or wanted.untagged:
        buttons.append(button("tags", "0", "a", label="All tags", emoji="🏷️"))
    if sharer:
        items.insert(0, shared_by(sharer))
    else:
        buttons.append(button("sharelist", str(page), *state, label="Share", emoji="📣"))
    if buttons:
        items.append(row(*buttons))
    return layout(*items)


def tags_page(tags: Sequence[Tag], untagged: int, page: int, mentions: Mentions, *, sharer: str = "") -> View:
    """Show the tags with their counts, a menu that browses one, and a way to what carries none."""
    if not tags:
        return note(f"No review has a tag yet. {mentions.mention('papers')} shows them all.")
    last = max(0, (len(tags) - 1) // _TAGS_PER_PAGE)
    page = min(max(page, 0), last)
    shown = tags[page * _TAGS_PER_PAGE : (page + 1) * _TAGS_PER_PAGE]
    counter = f" · page {page + 1} of {last + 1}" if last else ""
    lines = [f"### {len(tags)} tag{'s' if len(tags) != 1 else ''}{counter}"]
    lines += [f"**{one_line(tag.name, 80)}** · {tag.count}" for tag in shown]
    if untagged:
        lines.append(f"-# {untagged} review{'s have' if untagged != 1 else ' has'} no tag")
    options = [
        discord.SelectOption(
            label=label(tag.name, 100),
            value=short_hash(tag.name),
            description=f"{tag.count} review{'s' if tag.count != 1 else ''}",
        )
        for tag in shown
    ]
    items: list[ui.Item[Any]] = [
        ui.TextDisplay(truncate("\n".join(lines), 3_800)),
        row(menu("tag", placeholder="Browse a tag", options=options)),
    ]
    buttons: list[ui.Item[Any]] = []
    if last:
        buttons += [
            button("tags", str(max(0, page - 1)), "b", label="Back", emoji="◀️", disabled=page == 0),
            button("tags", str(min(last, page + 1)), "f", label="More", emoji="▶️", disabled=page == last),
        ]
    if untagged:
        state = filter_arguments(Filter(untagged=True))
        buttons.append(button("browse", "0", *state, label=f"Untagged ({untagged})", emoji="📄"))
    if sharer:
        items.insert(0, shared_by(sharer))
    else:
        buttons.append(button("sharetags", str(page), label="Share", emoji="📣"))
    if buttons:
        items.append(row(*buttons))
    return layout(*items)
