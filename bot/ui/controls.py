"""Buttons, menus and forms that go on working after a restart: their whole state stands in the `custom_id`.

A control names an action and a few arguments. A cog says once what an action does, with `controls.on`, like a route
of a web framework. Two `DynamicItem`s, registered by the client, bring every click here. Forms (Discord's modals) come
by the client's `on_interaction`: discord.py itself knows only those that were opened since it started, so it is not
told of any, and there is one way for all. To ask for a text:

    controls.on("decline", self.ask_why, NUMBER)       # a button("decline", "7", ...) was clicked
    controls.on("declined", self.decline, NUMBER, ANY)  # the form was sent: arguments ["7"], values ["the reason"]

    await interaction.response.send_modal(form("declined", *arguments, title="Decline", fields=[field("why", "Why?")]))

`reply` of `ui.answers` answers a form as it answers a click: in the place of the private message it was opened from.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Self, cast

import discord

from bot.errors import ClubError

Interaction = discord.Interaction[Any]
Handler = Callable[[Interaction, list[str], list[str]], Awaitable[None]]
"""Takes the interaction, the arguments of the control, and its values.

Those of a menu are what was chosen: of channels, roles and members their ids; none where that is allowed. Those of a
form are what was typed into its fields, one for each.
"""

_PREFIX = "pc"

# What an argument of a control looks like, for `Controls.on`.
ANY = ".*"
NUMBER = "[0-9]+"
NUMBER_OR_NONE = f"(?:{NUMBER})?"
ROW_NUMBER = "[0-9]{1,18}"  # of a row, as a database can hold it
DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def make_custom_id(kind: str, action: str, arguments: Sequence[str]) -> str:
    """Write the state of a control: `pc:b:action:argument:...`, at most 100 characters; no argument holds a colon.

    The kind is `b` for buttons, `s` for menus (selects), `m` for forms (modals).
    """
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
        """Answer a click or a form, whatever comes of it."""
        try:
            handler, expected = self._handlers.get(action, (None, ()))
            if handler is None or not _fits([*arguments, *values], expected):
                raise ClubError("That button belongs to another version of the bot. Please run the command again.")
            await handler(interaction, arguments, values)
        except Exception as error:
            await self._answer_error(interaction, error)

    async def submit(self, interaction: Interaction) -> None:
        """Answer a form that was sent; other interactions are none of its business."""
        data: Any = interaction.data
        if interaction.type is discord.InteractionType.modal_submit and _FORM.fullmatch(data["custom_id"]):
            _, _, action, *arguments = data["custom_id"].split(":")
            await self.dispatch(interaction, action, arguments, list(_typed(data["components"])))


_FORM = re.compile(rf"{_PREFIX}:m:[a-z]+(?::[^:]*)*")


def _typed(components: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Give the values of the fields of a form; each stands in a label."""
    for component in components:
        value = component.get("component", {}).get("value")
        if isinstance(value, str):
            yield value


def _fits(arguments: Sequence[str], expected: Sequence[str]) -> bool:
    pairs = zip(expected, arguments, strict=False)
    return len(arguments) >= len(expected) and all(re.fullmatch(*pair, re.DOTALL) for pair in pairs)


async def _click(interaction: Interaction, custom_id: str) -> None:
    _, _, action, *arguments = custom_id.split(":")
    controls: Controls = interaction.client.controls
    data: Any = interaction.data
    await controls.dispatch(interaction, action, arguments, list(data.get("values", [])))


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
        await _click(interaction, self.custom_id)


Menu = discord.ui.Select[Any] | discord.ui.ChannelSelect[Any] | discord.ui.RoleSelect[Any] | discord.ui.UserSelect[Any]


class ControlSelect(discord.ui.DynamicItem[Menu], template=rf"{_PREFIX}:s:[a-z]+(?::[^:]*)*"):
    """A menu with an action; `menu`, `channel_menu`, `role_menu` and `user_menu` make one."""

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Take over a menu that came back from Discord."""
        return cls(cast("Menu", item))

    async def callback(self, interaction: Interaction) -> None:
        """Bring the choice to its handler."""
        await _click(interaction, self.custom_id)


def button(action: str, *arguments: str, label: str, emoji: str | None = None, disabled: bool = False) -> ControlButton:
    """Make a button that does `action`; the label is at most 80 characters."""
    custom_id = make_custom_id("b", action, arguments)
    return ControlButton(discord.ui.Button(label=label, emoji=emoji, disabled=disabled, custom_id=custom_id))


def menu(
    action: str,
    *arguments: str,
    placeholder: str,
    options: list[discord.SelectOption],
    number: int | None = None,
    least: int = 1,
    most: int = 1,
) -> ControlSelect:
    """Make a menu that does `action` with the chosen values, `least` to `most` of 1 to 25 options.

    Clients keep what was chosen in a menu while its message is edited; another `number` makes it another menu.
    """
    custom_id = make_custom_id("s", action, arguments)
    return ControlSelect(
        discord.ui.Select(
            placeholder=placeholder,
            options=options,
            custom_id=custom_id,
            id=number,
            min_values=least,
            max_values=min(most, len(options)),
        )
    )


def channel_menu(
    action: str, *arguments: str, placeholder: str, chosen: int | None = None, number: int | None = None
) -> ControlSelect:
    """Make a menu of the channels for texts that does `action` with the id of one; `chosen` must be one that there is.

    Channels for announcements are among them: what is posted there can be followed from other servers.
    """
    custom_id = make_custom_id("s", action, arguments)
    before = [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.channel)] if chosen else []
    kinds = [discord.ChannelType.text, discord.ChannelType.news]
    return ControlSelect(
        discord.ui.ChannelSelect(
            placeholder=placeholder, channel_types=kinds, default_values=before, custom_id=custom_id, id=number
        )
    )


def role_menu(
    action: str, *arguments: str, placeholder: str, chosen: int | None = None, number: int | None = None
) -> ControlSelect:
    """Make a menu of the roles that does `action` with the id of one, or with no value when it was cleared.

    `chosen` must be one that there is.
    """
    custom_id = make_custom_id("s", action, arguments)
    before = [discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.role)] if chosen else []
    return ControlSelect(
        discord.ui.RoleSelect(
            placeholder=placeholder, min_values=0, default_values=before, custom_id=custom_id, id=number
        )
    )


def user_menu(
    action: str, *arguments: str, placeholder: str, number: int | None = None, most: int = 1
) -> ControlSelect:
    """Make a menu of the members that does `action` with the ids of 1 to `most` of them, at most 25.

    Discord offers bots in it too.
    """
    custom_id = make_custom_id("s", action, arguments)
    return ControlSelect(
        discord.ui.UserSelect(placeholder=placeholder, max_values=most, custom_id=custom_id, id=number)
    )


def field(
    name: str,
    label: str,
    *,
    about: str = "",
    value: str = "",
    placeholder: str = "",
    most: int = 100,
    long: bool = False,
    required: bool = True,
) -> discord.ui.Label[Any]:
    """Make a field for text in a form: the label is at most 45 characters, `about` below it and the placeholder 100.

    `most` characters can be typed, up to 4,000; a long one has several lines. Its handler must hold with more.
    """
    typed = discord.ui.TextInput[Any](
        custom_id=name,
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        placeholder=placeholder or None,
        default=value or None,
        required=required,
        max_length=most,
    )
    return discord.ui.Label(text=label, description=about or None, component=typed)


def form(action: str, *arguments: str, title: str, fields: Sequence[discord.ui.Label[Any]]) -> discord.ui.Modal:
    """Make a form of 1 to 5 fields that does `action` when it is sent; the title is at most 45 characters."""
    modal = discord.ui.Modal(title=title, custom_id=make_custom_id("m", action, arguments))
    for each in fields:
        modal.add_item(each)
    modal.stop()  # else discord.py would keep it, for each member who opened it, until it is sent
    return modal


def row(*items: discord.ui.Item[Any]) -> discord.ui.ActionRow[Any]:
    """Put up to five buttons, or one menu, beside each other."""
    return discord.ui.ActionRow(*items)


def beside(text: str, control: ControlButton) -> discord.ui.Section[Any]:
    """Put a button at the right of a text."""
    return discord.ui.Section(text, accessory=cast("discord.ui.Item[Any]", control))


def is_private(interaction: Interaction) -> bool:
    """Tell whether the message that was clicked is seen by the one who clicked alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral
