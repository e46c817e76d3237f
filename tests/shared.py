"""What the tests share: other people's material, where it is present, and short ways to write and read."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from simcord.components import walk_components

LONG = os.environ.get("PAPERCLUB_TESTS") == "long"  # every case and many seeds, where a few do for every day
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
