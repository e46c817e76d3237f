"""The answers of /stats and /map: a picture each, a few words, and ways on."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import ui

from bot.club.stats import Person, Stats
from bot.library.network import Network
from bot.library.review import Review
from bot.ui.cards import View, layout, note, shared_by
from bot.ui.controls import button, menu, row
from bot.ui.map_picture import LISTED
from bot.ui.mentions import Mentions
from bot.ui.pages import review_options
from bot.ui.presence import Presence
from bot.ui.stats_picture import Picture, counted
from bot.ui.text import label, one_line

Answer = tuple[View, Sequence[discord.File]]

_NAMED = 3  # members
ASKED = 4  # members of whom it is asked whether they are here: some may have left
DRAWING = "⏳ The picture is being drawn; this message is completed as soon as it is done."
_ALT = 1_024  # characters in which Discord lets a picture be described


def _picture(picture: Picture, name: str) -> tuple[ui.Item[Any], discord.File]:
    words = label(picture.words, _ALT)
    shown = discord.MediaGalleryItem(f"attachment://{name}", description=words)
    return ui.MediaGallery(shown), discord.File(io.BytesIO(picture.png), name, description=words)


def _assemble(
    text: str, picture: tuple[ui.Item[Any], discord.File], rows: Sequence[ui.Item[Any]], sharer: str
) -> Answer:
    items: list[ui.Item[Any]] = [*([shared_by(sharer)] if sharer else []), ui.TextDisplay(text), picture[0], *rows]
    return layout(*items), [picture[1]]


# --- statistics -----------------------------------------------------------------------------------


def stats_page(
    stats: Stats, presences: Mapping[int, Presence], picture: Picture, mentions: Mentions, *, sharer: str = ""
) -> Answer:
    """Show what a club did. Of the members only those are named who are here, by `presences`."""
    record = stats.record
    lines = ["### The club in numbers"]
    if who := _busiest(record.suggesters, presences):
        lines.append(f"**Suggested most:** {who}")
    if who := _busiest(record.presenters, presences):
        lines.append(f"**Presented most:** {who}")
    if stats.undated:
        lines.append(f"-# {counted(stats.undated, 'review')} without a date {_be(stats.undated)} not among the bars")
    if stats.earlier:
        lines.append(f"-# {stats.earlier:,} more {_be(stats.earlier)} older than the first bar")
    if len(lines) > 1 and (record.suggesters or record.presenters):
        lines.append(f"-# Whoever wants not to be named here says so in {mentions.mention('me show')}")
    share = [] if sharer else [row(button("sharestats", label="Share", emoji="📣"))]
    return _assemble("\n".join(lines), _picture(picture, "paperclub-stats.png"), share, sharer)


def _be(number: int) -> str:
    return "is" if number == 1 else "are"


def _busiest(people: Sequence[Person], presences: Mapping[int, Presence]) -> str:
    here = [person for person in people[:ASKED] if presences.get(person.member_id) is Presence.HERE][:_NAMED]
    named = ", ".join(f"<@{person.member_id}> {person.times:,}" for person in here)
    rest = len(people) - len(here)
    return f"{named}, and {counted(rest, 'other')}" if named and rest else named


def no_stats(mentions: Mentions) -> View:
    """Say what would fill the statistics of a club that did nothing yet."""
    suggest, ballot, weekly = (mentions.mention(name) for name in ("suggest", "ballot open", "schedule weekly"))
    lines = [
        "### Nothing to count yet",
        "Here will be a picture of what the club read, and of how many take part. What fills it:",
        "- Reviews with a date, in the folder of the library",
        f"- What members propose with {suggest}",
        f"- Votes: an organiser opens one with {ballot}",
        f"- A weekly slot, {weekly}, whose prompts members mark as read",
    ]
    return layout(ui.TextDisplay("\n".join(lines)))


# --- the map --------------------------------------------------------------------------------------


def map_page(network: Network, picture: Picture, *, sharer: str = "") -> Answer:
    """Show which reviews refer to which, name those that others refer to most, and offer to open them."""
    cited = [node for node in network.nodes if node.cited]
    if cited:
        lines = ["### Referred to most"]
        lines += [
            f"{place}. **{one_line(node.review.name, 120)}** · {counted(node.cited, 'review')}"
            for place, node in enumerate(cited[:LISTED], 1)
        ]
        placeholder = "Open one of them"
    else:
        lines = [
            "### No review refers to another yet",
            'A reference in a review, `{{< ref "other-review.md" >}}`, becomes a line here.',
        ]
        placeholder = "Open a review"
    offered: list[Review] = [node.review for node in cited or network.nodes]
    rows = [row(menu("open", placeholder=placeholder, options=review_options(offered)))]
    if not sharer:
        rows.append(row(button("sharemap", label="Share", emoji="📣")))
    return _assemble("\n".join(lines), _picture(picture, "paperclub-map.png"), rows, sharer)


def no_map(mentions: Mentions) -> View:
    """Say what would fill the map of a library without reviews."""
    status = mentions.mention("club status")
    return note(
        f"The library holds no reviews yet, so there is nothing to draw. {status} tells organisers what was read."
    )
