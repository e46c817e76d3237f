"""Buttons and menus that go on working after a restart: their whole state stands in the `custom_id`.

A control names an action and a few arguments. A cog says once what an action does, with `controls.on`, like a route
of a web framework; two `DynamicItem`s, registered by the client, bring every click here.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Self, cast

import discord

from bot.errors import ClubError

Interaction = discord.Interaction[Any]
Handler = Callable[[Interaction, list[str], list[str]], Awaitable[None]]
"""Takes the interaction, the arguments of the control, and for a menu the values that were chosen."""

_PREFIX = "pc"

# What an argument of a control looks like, for `Controls.on`.
ANY = ".*"
NUMBER = "[0-9]+"
NUMBER_OR_NONE = f"(?:{NUMBER})?"


def make_custom_id(kind: str, action: str, arguments: Sequence[str]) -> str:
    """Write the state of a control: `pc:b:action:argument:...`, at most 100 characters; no argument holds a colon."""
    custom_id = ":".join((_PREFIX, kind, action, *arguments))
    if len(custom_id) > 100 or any(":" in argument for argument in arguments):
        raise ValueError(f"not a custom_id: {custom_id!r}")
    return custom_id


def write_argument(text: str) -> str:
    """Write a text as an argument of a custom_id; `read_argument` reads it."""
    return text.replace("%", "%25").replace(":", "%3A")


def read_argument(argument: str) -> str:
    """Read what `write_argument` wrote."""
    return argument.replace("%3A", ":").replace("%25", "%")


class Controls:
    """What each action does. Cogs register their handlers here when they are loaded."""

    def __init__(self, answer_error: Callable[[Interaction, Exception], Awaitable[None]]) -> None:
        """`answer_error` tells the member what a handler raised; discord.py would only log it."""
        self._handlers: dict[str, tuple[Handler, tuple[str, ...]]] = {}
        self._answer_error = answer_error

    def on(self, action: str, handler: Handler, *expected: str) -> None:
        """Let `handler` answer every control of an action; an action has one handler.

        `expected` are patterns of the arguments and then the values that it takes; more of them may follow. It is not
        called with others, such as those of a message that an older version of the bot posted.
        """
        if action in self._handlers:
            raise ValueError(f"the action {action!r} has a handler already")
        self._handlers[action] = (handler, expected)

    async def dispatch(self, interaction: Interaction, action: str, arguments: list[str], values: list[str]) -> None:
        """Answer a click, whatever comes of it."""
        try:
            handler, expected = self._handlers.get(action, (None, ()))
            if handler is None or not _fits([*arguments, *values], expected):
                raise ClubError("That button belongs to another version of the bot. Please run the command again.")
            await handler(interaction, arguments, values)
        except Exception as error:
            await self._answer_error(interaction, error)


def _fits(arguments: Sequence[str], expected: Sequence[str]) -> bool:
    pairs = zip(expected, arguments, strict=False)
    return len(arguments) >= len(expected) and all(re.fullmatch(*pair, re.DOTALL) for pair in pairs)


async def _click(interaction: Interaction, custom_id: str, values: list[str]) -> None:
    _, _, action, *arguments = custom_id.split(":")
    controls: Controls = interaction.client.controls
    await controls.dispatch(interaction, action, arguments, values)


class ControlButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"{_PREFIX}:b:[a-z]+(?::[^:]*)*"):
    """A button with an action; `button` makes one."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take over a button that came back from Discord."""
        return cls(cast("discord.ui.Button[Any]", item))

    async def callback(self, interaction: Interaction) -> None:
        """Bring the click to its handler."""
        await _click(interaction, self.custom_id, [])


class ControlSelect(discord.ui.DynamicItem[discord.ui.Select[Any]], template=rf"{_PREFIX}:s:[a-z]+(?::[^:]*)*"):
    """A menu with an action; `menu` makes one."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take over a menu that came back from Discord."""
        return cls(cast("discord.ui.Select[Any]", item))

    async def callback(self, interaction: Interaction) -> None:
        """Bring the choice to its handler."""
        await _click(interaction, self.custom_id, list(self.item.values))


def button(action: str, *arguments: str, label: str, emoji: str | None = None, disabled: bool = False) -> ControlButton:
    """Make a button that does `action`; the label is at most 80 characters."""
    custom_id = make_custom_id("b", action, arguments)
    return ControlButton(discord.ui.Button(label=label, emoji=emoji, disabled=disabled, custom_id=custom_id))


def menu(
    action: str, *arguments: str, placeholder: str, options: list[discord.SelectOption], number: int | None = None
) -> ControlSelect:
    """Make a menu that does `action` with the chosen value, of 1 to 25 options.

    Clients keep what was chosen in a menu while its message is edited; another `number` makes it another menu.
    """
    custom_id = make_custom_id("s", action, arguments)
    return ControlSelect(discord.ui.Select(placeholder=placeholder, options=options, custom_id=custom_id, id=number))


def row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """Put up to five buttons, or one menu, beside each other."""
    return discord.ui.ActionRow(*items)


def is_private(interaction: Interaction) -> bool:
    """Tell whether the message that was clicked is seen by the one who clicked alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral
