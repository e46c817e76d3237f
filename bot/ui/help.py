"""What Paperclub can do, and where the data goes: the answer of /help, and the greeting on a new server."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.library.facets import Filter
from bot.ui.cards import View, layout
from bot.ui.controls import Interaction, button, row
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_for_organisers
from bot.ui.pages import filter_arguments
from bot.ui.text import escape

# The words are arXiv's: https://info.arxiv.org/help/api/tou.html, https://info.arxiv.org/brand/brand-guidelines.html.
ARXIV = (
    "Thank you to arXiv for use of its open access interoperability. This service was not reviewed or approved by, "
    "nor does it necessarily express or reflect the policies or opinions of, arXiv."
)
_PURPOSE = "The papers that this club has read, in the club's own words."
# Every sentence of it is what the code does: whoever changes what is read, stored or logged changes it too.
_DATA = (
    "**Where your data goes:** Paperclub reads the club's review files and keeps an index of them on the computer "
    "that it runs on. It reads no message but one whose papers you have looked up or suggested. Of members it "
    "stores what they suggest, want to read and why, vote for, present, have read and decide as organisers, to which "
    "meetings they come and came and how it was for them, which roles they take, and "
    "whether statistics leave them out, each with the number that Discord gives them. What you voted for is shown to "
    "nobody but you, though whoever runs the bot "
    "could read it there, as the stars that you gave. /me shows you what is stored about you, gives it to you as a "
    "file, and forgets you. "
    "What else you type is not kept, but for papers that are not the club's: their titles and ids are asked of arXiv, "
    "Crossref, DataCite and Semantic Scholar, and kept with the answers, without your name. When something fails, the "
    "cause goes into the log of who runs it."
)
_HELLO = f"## Hello, this is Paperclub\n{_PURPOSE}"
_MENUS = {discord.AppCommandType.message: "a message", discord.AppCommandType.user: "a member"}

Listed = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu


def help_page(
    others: Iterable[Listed],
    here: Interaction,
    mentions: Mentions,
    site_url: str,
    trouble: str = "",
    *,
    organiser: bool = False,
) -> View:
    """Show those of the other commands that the one who asks can use here, under what their cogs are about.

    `organiser` says whether that is one of the club's; `site_url` is where the reviews are published, or empty;
    `trouble` is why there are none to read, or empty.
    """
    usable = [command for command in others if _is_for(command, here)]
    opening = ["## Paperclub", _PURPOSE, f"-# {mentions.mention('help')} brings this up at any time"]
    if trouble:
        opening.append(f"⚠️ {escape(trouble)}")
    items: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join(opening)),
        ui.Separator(visible=False),
        ui.TextDisplay("\n".join([*_command_lines(usable, mentions, organiser=organiser), *_menu_lines(usable)])),
    ]
    buttons: list[ui.Item[Any]] = []
    if not trouble:
        buttons.append(button("browse", "0", *filter_arguments(Filter()), label="Browse the reviews", emoji="📚"))
        buttons.append(button("tags", "0", label="Tags", emoji="🏷️"))
    if site_url:
        buttons.append(ui.Button(label="The club's site", url=site_url))
    if buttons:
        items += [ui.Separator(visible=False), row(*buttons)]
    items += [ui.Separator(), ui.TextDisplay(f"-# {_DATA}"), ui.Separator(visible=False), ui.TextDisplay(f"-# {ARXIV}")]
    return layout(*items)


def _is_for(command: Listed, here: Interaction) -> bool:
    needed = command.default_permissions
    return (here.guild_id is not None or not command.guild_only) and (needed is None or here.permissions >= needed)


def _command_lines(usable: Iterable[Listed], mentions: Mentions, *, organiser: bool) -> Iterator[str]:
    """Give a heading for each part of the club and a line for each command; what is for organisers comes last."""
    parts: dict[str, list[str]] = {}
    own: list[str] = []
    for command in usable:
        if isinstance(command, app_commands.ContextMenu):
            continue
        for each in command.walk_commands() if isinstance(command, app_commands.Group) else [command]:
            if not isinstance(each, app_commands.Group):
                lines = own if is_for_organisers(each) else parts.setdefault(_part_of(command), [])
                lines.append(f"- {mentions.mention(each.qualified_name)} {escape(each.description)}")
    if organiser and own:
        parts["For organisers"] = own
    for heading, lines in parts.items():
        yield f"### {escape(heading)}"
        yield from lines


def _part_of(command: app_commands.Command[Any, ..., Any] | app_commands.Group) -> str:
    if isinstance(command, app_commands.Group):
        return command.description
    return command.binding.description if isinstance(command.binding, commands.Cog) else "More"


def _menu_lines(usable: Iterable[Listed]) -> Iterator[str]:
    """Say what the menus of messages and members offer, which nobody finds by typing."""
    for kind, what in _MENUS.items():
        names = [
            command.name for command in usable if isinstance(command, app_commands.ContextMenu) and command.type is kind
        ]
        if names:
            yield f"### On {what}"
            yield f"Press long on {what}, or right-click it, and choose *Apps*:"
            yield from (f"- {escape(name)}" for name in names)


def welcome(mentions: Mentions, reviews: int | None) -> View:
    """Greet a server that can read the club's reviews; their number is None while they are still being counted."""
    paper, papers, tags = (mentions.mention(name) for name in ("paper", "papers", "tags"))
    known = {
        None: "The reviews are just being read for the first time; that may take a minute",
        0: "The library holds no reviews yet",
        1: "1 review is here to read",
    }.get(reviews, f"{reviews} reviews are here to read")
    lines = [
        f"**{known}**",
        f"- {paper} shows what the club wrote about a paper",
        f"- {papers} and {tags} let you browse",
        f"- {mentions.mention('help')} tells the rest",
    ]
    organisers = (
        f"-# For organisers: {mentions.mention('club setup')} sets channel, organisers' role and time zone; "
        f"{mentions.mention('club status')} says what was read, and which files need mending"
    )
    return layout(ui.TextDisplay(_HELLO), ui.TextDisplay("\n".join(lines)), ui.TextDisplay(organisers))


def unconnected(mentions: Mentions, guild_id: int) -> View:
    """Greet a server that no library is connected to, and say what connects one."""
    missing = (
        "**No library is connected to this server yet.** Whoever runs the bot connects it: by adding this server's id, "
        f"`{guild_id}`, to the setting `PAPERCLUB_GUILDS`, and starting the bot again."
    )
    after = f"-# {mentions.mention('help')} says what it can do then"
    return layout(ui.TextDisplay(_HELLO), ui.TextDisplay(missing), ui.TextDisplay(after))
