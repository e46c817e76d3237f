"""The texts of posted messages that change after a click or a decision, and how they are found again.

Discord keeps the `id` of each part of a message, so a click that brings its message finds them by that.
"""

from enum import IntEnum, unique

import discord
from discord import ui

from bot.ui.cards import View


@unique
class Spot(IntEnum):
    """Which text it is. Messages that were posted hold these numbers."""

    READERS = 4_711  # how many have read the paper
    OCCASION = 4_712  # which meeting a ballot is for
    COUNTS = 4_713  # how many come to a meeting
    NAMES = 4_714  # how many come, and who
    INSTEAD = 4_715  # what is done instead of a meeting that is called off
    PRESENTER = 4_721  # who presents a paper
    ROLES = 4_722  # who has which role
    CAME = 4_731  # how many came


def open_view(message: discord.Message) -> View:
    """Give a posted message to be changed. Its controls carry their own state, so nothing waits for them."""
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()
    return view


def find_spots(view: View, *spots: Spot) -> list[ui.TextDisplay[View]]:
    """Give the texts of a message that are one of these."""
    return [item for item in view.walk_children() if isinstance(item, ui.TextDisplay) and item.id in spots]


def put_spot(view: View, spot: Spot, text: str) -> bool:
    """Let a message say something at one place; tell whether it is there, and new to it."""
    found = next((item for item in find_spots(view, spot) if item.content != text), None)
    if found is not None:
        found.content = text
    return found is not None


def with_spot(message: discord.Message, spot: Spot, text: str) -> View | None:
    """Give a posted message as it is, but for one text; None where it says that already, or has no such text."""
    view = open_view(message)
    return view if put_spot(view, spot, text) else None
