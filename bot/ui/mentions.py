"""Commands in sentences: tappable ones, `</name:id>`, which open the command in the reader's composer.

Source: https://docs.discord.com/developers/reference#message-formatting.
"""

from collections.abc import Iterable

import discord
from discord.app_commands import AppCommand


class Mentions:
    """Names commands, tappable from the moment at which Discord has told their ids."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def learn(self, commands: Iterable[AppCommand]) -> None:
        """Take over the ids of the commands that Discord lists; those of menus are never named in a sentence."""
        self._ids = {
            command.name: command.id for command in commands if command.type is discord.AppCommandType.chat_input
        }

    def mention(self, name: str, argument: str = "") -> str:
        """Name a command, `club status` for one of a group; `argument` is what is to be typed behind it.

        A tap opens the command alone, so the argument stays legible beside it. It must not hold a backtick.
        """
        number = self._ids.get(name.partition(" ")[0])
        if number is None:
            return f"`/{f'{name} {argument}'.rstrip()}`"
        return f"</{name}:{number}>" + (f" `{argument}`" if argument else "")
