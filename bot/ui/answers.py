"""What members hear when a command cannot do what they asked: one way for commands, buttons and menus alike."""

import functools
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.errors import ClubError
from bot.ui.cards import View, note
from bot.ui.controls import Interaction, is_private
from bot.ui.text import escape

_log = logging.getLogger(__name__)

S = TypeVar("S")
T = TypeVar("T")
Command = Callable[Concatenate[S, Interaction, ...], Coroutine[Any, Any, None]]
Completion = Callable[[S, Interaction, str], Coroutine[Any, Any, list[T]]]


async def answer_error(interaction: Interaction, error: Exception) -> None:
    """Tell the member privately what went wrong: a ClubError's own sentence, else a reference to the log."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, ClubError):
        sentence = escape(cause.sentence)
    elif interaction.client.is_closed():
        _log.info("the bot ended while it was answering: %s", cause)
        return
    else:
        reference = secrets.token_hex(3)
        name = interaction.command.qualified_name if interaction.command else "a button"
        _log.error("error %s in %s", reference, name, exc_info=cause)
        sentence = (
            "Something went wrong, and it is not your fault. "
            f"Whoever runs the bot finds the cause in its log under `{reference}`."
        )
    try:
        if interaction.response.is_done():
            await interaction.followup.send(view=note(sentence), ephemeral=True)
        else:
            await interaction.response.send_message(view=note(sentence), ephemeral=True)
    except (discord.HTTPException, aiohttp.ClientError, OSError, RuntimeError) as failure:  # the last when it ends
        _log.warning("a member could not be told of an error: %s", failure)


async def reply(interaction: Interaction, view: View) -> None:
    """Answer privately: in the place of a private message that was clicked, else with a new one."""
    if is_private(interaction):
        await interaction.response.edit_message(view=view)
    else:
        await interaction.response.send_message(view=view, ephemeral=True)


def answered(callback: Command[S]) -> Command[S]:
    """Let a command raise ClubError: it is an answer and not a failure, so it never reaches discord.py."""

    @functools.wraps(callback)
    async def run(self: S, interaction: Interaction, *args: Any, **options: Any) -> None:
        try:
            await callback(self, interaction, *args, **options)
        except ClubError as error:
            await answer_error(interaction, error)

    return run


def completed(callback: Completion[S, T]) -> Completion[S, T]:
    """Let an autocomplete raise ClubError: there is nothing to offer then, and the command itself says why."""

    @functools.wraps(callback)
    async def run(self: S, interaction: Interaction, current: str) -> list[T]:
        try:
            return await callback(self, interaction, current)
        except ClubError:
            return []

    return run
