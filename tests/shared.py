"""What the tests share: other people's material, where it is present, and short ways to write and read."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from simcord.components import walk_components

from bot.club.ladder import Kind
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot
from bot.club.stores.slots import SlotStore

LONG = os.environ.get("PAPERCLUB_TESTS") == "long"  # every case and many seeds, where a few do for every day
SAMPLES = Path(__file__).parent.parent / "reviews"
SHARED = Path(__file__).parent.parent.parent / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the folder ../shared with real reviews is not here")


def write_reviews(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder; give the folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def review_file(
    title: str = "A paper", body: str = "A teaser.\n\n<!--more-->\n\n## Summary\n\nText.\n", **fields: Any
) -> str:
    """Write a review with YAML front matter."""
    lines = [f"{name}: {json.dumps(value)}" for name, value in {"title": title, **fields}.items()]
    return "---\n" + "\n".join(lines) + "\n---\n\n" + body


def components(message: Any) -> Iterator[dict[str, Any]]:
    """Give every component of a message, however deep."""
    return walk_components(message.components)


def plain(message: discord.Message) -> Any:
    """Give a message of a channel's history as the answers to commands are."""
    return SimpleNamespace(components=[component.to_dict() for component in message.components])


def text_of(message: Any) -> str:
    """Give the text of a message."""
    return "\n".join(part["content"] for part in components(message) if part["type"] == 10)


def menu_of(message: Any) -> dict[str, Any]:
    """Give the menu of a message."""
    return next(part for part in components(message) if part["type"] == 3)


def option(message: Any, label: str) -> str:
    """Give the value of the option of a message's menu that has a label."""
    return next(choice["value"] for choice in menu_of(message)["options"] if choice["label"].startswith(label))


def button_labels(message: Any) -> list[str]:
    """Give the labels of a message's buttons."""
    return [part["label"] for part in components(message) if part["type"] == 2]


async def add_clubs(store: SlotStore, channels: Sequence[int], now: datetime) -> None:
    """Add a club for each channel, with a slot whose prompt is due in this minute and not planned yet."""
    at = now.replace(second=0, microsecond=0)
    weekly = Schedule((at.weekday(),), at.time(), "UTC", at.date() - timedelta(7))
    before = now - timedelta(days=3)
    for club, channel in enumerate(channels, 1):
        await store.add(club, 7, before, NewSlot("Club night", weekly, Kind.PROMPT, channel))
