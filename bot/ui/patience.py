"""Answers that take their time: members hear after a while what is known so far, and later the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import discord

from bot.ui.cards import View
from bot.ui.controls import Interaction

T = TypeVar("T")

SILENCE = ("The source did not answer",)
_PATIENCE = 7.0  # seconds after which members hear what is known so far
_ENDURANCE = 90.0  # seconds for which the rest is waited for


async def awaited(
    interaction: Interaction, work: Coroutine[Any, Any, T], so_far: Callable[[], Awaitable[View]]
) -> T | None:
    """Give what comes of work that may take its time, saying after a while what is known `so_far`.

    None when it takes longer than anybody waits.
    """
    task = asyncio.ensure_future(work)
    await asyncio.wait([task], timeout=_PATIENCE)
    if not task.done():
        await put(interaction, await so_far())
        await asyncio.wait([task], timeout=_ENDURANCE)
    if task.done():
        return task.result()
    task.cancel()
    return None


async def put(interaction: Interaction, view: View, files: Sequence[discord.File] = ()) -> None:
    """Put an answer where it is awaited; nobody waits for it when the message was deleted meanwhile."""
    with suppress(discord.NotFound):
        await interaction.edit_original_response(view=view, attachments=files)
