"""What Paperclub can do, and where the data goes: the answer of /help, and the greeting on a new server."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot.club.agenda import Entry
from bot.library.facets import Filter
from bot.papers.tex import readable_text
from bot.ui.cards import View, layout
from bot.ui.controls import Interaction, button, row
from bot.ui.mentions import Mentions
from bot.ui.organisers import is_for_organisers
from bot.ui.pages import filter_arguments
from bot.ui.rsvps import when_line
from bot.ui.text import escape, length, one_line, truncate

# The words are arXiv's: https://info.arxiv.org/help/api/tou.html, https://info.arxiv.org/brand/brand-guidelines.html.
ARXIV = (
    "Thank you to arXiv for use of its open access interoperability. This service was not reviewed or approved by, "
    "nor does it necessarily express or reflect the policies or opinions of, arXiv."
)
_PURPOSE = "The papers that this club has read, in the club's own words."
# Every sentence of it is what the code does: whoever changes what is read, stored or logged changes it too.
_DATA = (
    "**Where your data goes:** Paperclub reads the club's review files, keeps an index of them where it runs, and "
    "reads no message but one whose papers you look up or suggest. Of members it stores what they suggest, want to "
    "read and why, vote for, present, have read and decide as organisers, which roles they take, whether they come to "
    "meetings, came and how it was for them, and how they wish to be named, each with the number that Discord gives "
    "them. Votes and stars are shown to nobody else, though whoever runs the bot could read them there. /me shows you "
    "what is stored about you, gives it to you as a file, and forgets you. What else you type is not kept, but for "
    "papers that are not the club's: their titles and ids are asked of arXiv, Crossref, DataCite and Semantic Scholar, "
    "and kept with the answers, without your name. When something fails, the cause goes into the log of who runs it."
)
_MOST = 3_950  # characters: Discord takes 4,000 in a message
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
    entry: Entry | None = None,
) -> View:
    """Show those of the other commands that the one who asks can use here, under what their cogs are about.

    `organiser` says whether that is one of the club's; `site_url` is where the reviews are published, or empty;
    `trouble` is why there are none to read, or empty; `entry` is what the club does next.
    """
    usable = [command for command in others if _is_for(command, here)]
    opening = ["## Paperclub", _PURPOSE, f"-# {mentions.mention('help')} brings this up at any time"]
    if trouble:
        opening.append(f"⚠️ {escape(trouble)}")
    if entry:
        opening.append(f"{_next_line(entry)} · {mentions.mention('next')}")
    ways = "\n".join([*_command_lines(usable, mentions, organiser=organiser), *_menu_lines(usable)])
    if length("\n".join(opening)) + length(ways) + length(_DATA) + length(ARXIV) > _MOST:
        ways = "\n".join([*_command_lines(usable, mentions, organiser=organiser, brief=True), *_menu_lines(usable)])
    items: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join(opening)),
        ui.Separator(visible=False),
        ui.TextDisplay(ways),
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


def _next_line(entry: Entry) -> str:
    """Say when the club meets next, and what it reads."""
    title = f"**{one_line(readable_text(truncate(entry.paper.title, 240)), 120)}**" if entry.paper else ""
    when = f"🗓️ {when_line(entry.occasion.occurrence.at)}" if entry.occasion else "📌 The club reads next"
    return ": ".join(filter(None, [when, title]))


def _is_for(command: Listed, here: Interaction) -> bool:
    needed = command.default_permissions
    return (here.guild_id is not None or not command.guild_only) and (needed is None or here.permissions >= needed)


def _command_lines(
    usable: Iterable[Listed], mentions: Mentions, *, organiser: bool, brief: bool = False
) -> Iterator[str]:
    """Give a heading for each part of the club and a line for each command; what is for organisers comes last.

    It is only named where that is to be `brief`: Discord says what a command does once it is tapped.
    """
    parts: dict[str, list[str]] = {}
    own: list[str] = []
    for command in usable:
        if isinstance(command, app_commands.ContextMenu):
            continue
        for each in command.walk_commands() if isinstance(command, app_commands.Group) else [command]:
            if not isinstance(each, app_commands.Group):
                lines = own if is_for_organisers(each) else parts.setdefault(_part_of(command), [])
                named = mentions.mention(each.qualified_name)
                lines.append(named if brief and lines is own else f"- {named} {escape(each.description)}")
    if organiser and own:
        parts["For organisers"] = [" · ".join(own)] if brief else own
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
