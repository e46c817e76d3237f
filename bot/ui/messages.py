"""Reading the messages of others."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord


def text_of(message: discord.Message) -> str:
    """Give what a message says, in its embeds and boxes too, and what it forwards."""
    parts: list[str | None] = []
    for said in (message, *message.message_snapshots):
        parts.append(said.content)
        for embed in said.embeds:
            parts += [embed.url, embed.title, embed.description, *(field.value for field in embed.fields)]
        for component in said.components:
            parts += _texts_in(component.to_dict())
    return "\n".join(part for part in parts if part)


def _texts_in(component: Mapping[str, Any]) -> Iterator[str]:
    """Give the texts and the links of a component, however deep."""
    yield from (str(component[name]) for name in ("content", "url") if component.get(name))
    for inner in component.get("components", ()):
        yield from _texts_in(inner)
