"""A message that many click at the same time ends up right, though their edits may overtake each other."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import discord

from bot.errors import ClubError
from bot.ui.cards import View
from bot.ui.controls import Interaction
from bot.ui.spots import open_view

_log = logging.getLogger(__name__)

FAILURES = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError, ClubError)
"""What may come of an edit. ClubError is that the database does not answer."""

Line = Callable[[View], Awaitable[object]]
"""Lets a message say of one thing what is kept by now."""
Show = Callable[[Collection[Line]], Awaitable[None]]
"""Edits a message once more, with these lines as they should be by then."""


@dataclass(slots=True)
class Burst:
    """The edits of a message that are under way at the same time."""

    open: int = 0
    edits: int = 0  # since the message was last surely right
    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    show: Show | None = None

    def wrote(self, name: str, line: Line, show: Show) -> None:
        """Take note that a line was edited. Others may have begun with the message as it was before.

        `show` is called by the last one of several, and does not raise.
        """
        self.edits += 1
        self.lines[name], self.show = line, show


class Bursts:
    """Knows which messages are being edited, and has them edited once more when several edits met."""

    def __init__(self) -> None:
        self._under_way: dict[int, Burst] = {}

    @asynccontextmanager
    async def edit(self, message_id: int) -> AsyncGenerator[Burst]:
        """Surround an edit of a message, from what it reads to its end."""
        burst = self._under_way.setdefault(message_id, Burst())
        burst.open += 1
        try:
            yield burst
        finally:
            burst.open -= 1
            while burst.open == 0 and burst.edits > 1 and burst.show:
                burst.open, burst.edits = 1, 1
                try:
                    await burst.show([*burst.lines.values()])
                finally:
                    burst.open -= 1
            if burst.open == 0:
                self._under_way.pop(message_id, None)


async def show_clicked(interaction: Interaction, lines: Collection[Line]) -> None:
    """Edit the message that was clicked once more, after the click was answered with an edit of it."""
    if interaction.message is not None:
        view = open_view(interaction.message)
        try:
            for line in lines:
                await line(view)
            await interaction.edit_original_response(view=view)
        except FAILURES as error:
            _log.warning("the message %s does not show what was clicked last: %s", interaction.message.id, error)
