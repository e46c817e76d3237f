"""The roles of the week: what each does, who has taken which, and the line that says so in posts."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord
from discord import ui

from bot.club.duty import Duties
from bot.club.ladder import Kind
from bot.club.questions import Role
from bot.ui.cards import View, layout
from bot.ui.controls import ControlButton, beside, button
from bot.ui.presence import Presence, presence_in
from bot.ui.spots import Spot, put_spot
from bot.ui.text import one_line

Holders = Mapping[Role, int | None]
"""Who has which role and is still here; None is somebody of whom Discord could not say that."""
NOBODY: Holders = {}

_ROLES = {
    Role.AUTHOR: ("✍️", "Author", "You wrote it: you present it, defend it, and know what comes next"),
    Role.SCEPTIC: ("🤨", "Sceptic", "You review it: what does not convince you, and what is missing?"),
    Role.ARCHAEOLOGIST: ("🏺", "Archaeologist", "You dig: what does it stand on, and who has built on it since?"),
    Role.PRACTITIONER: ("🔧", "Practitioner", "You want to use it: what would it take, and what would it bring?"),
}


async def find_holders(guild: discord.Guild | None, duties: Mapping[Role, int], sure: int | None = None) -> Holders:
    """Leave out who has left the server; `sure` is a member who is surely here."""

    async def ask(member_id: int) -> Presence:
        return Presence.HERE if member_id == sure else await presence_in(guild, member_id)

    presences = await asyncio.gather(*map(ask, duties.values()))
    return {
        role: member_id if presence is Presence.HERE else None
        for (role, member_id), presence in zip(duties.items(), presences, strict=True)
        if presence is not Presence.LEFT
    }


def roles_line(holders: Holders) -> str:
    """Say who has which role."""
    taken = [f"{_ROLES[role][1].lower()} {_who(holders[role])}" for role in Role if role in holders]
    return f"🎭 {' · '.join(taken)}" if taken else "-# 🎭 No role is taken yet"


def _who(member_id: int | None) -> str:
    return f"<@{member_id}>" if member_id is not None else "somebody"


def roles_text(holders: Holders) -> ui.TextDisplay[Any]:
    """Make the text of a post that says who has which role, which `put_roles` finds again."""
    return ui.TextDisplay(roles_line(holders), id=Spot.ROLES)


def roles_button(slot_number: int, day: str) -> ControlButton:
    """Make the button that leads to the roles of a date of a slot."""
    return button("roles", str(slot_number), day, label="Roles", emoji="🎭")


def put_roles(view: View, holders: Holders) -> bool:
    """Let a posted message say who has which role; tell whether that is new to it."""
    return put_spot(view, Spot.ROLES, roles_line(holders))


def roles_page(duties: Duties, holders: Holders, member_id: int, said: str = "") -> View:
    """Show a member the four roles, to take one or give it back; `said` is about the last click."""
    meets = "we meet" if duties.slot.ladder.kind is Kind.MEETING else "it is discussed from"
    at = discord.utils.format_dt(duties.occurrence.at, "F")
    heading = f"-# {one_line(duties.slot.name, 100)}\n## 🎭 Roles\n-# {meets[0].upper()}{meets[1:]} {at}"
    items: list[ui.Item[Any]] = [ui.TextDisplay(heading), ui.Separator()]
    items += [_role(duties, holders, role, member_id) for role in Role]
    if said:
        items += [ui.Separator(), ui.TextDisplay(said)]
    return layout(*items)


def _role(duties: Duties, holders: Holders, role: Role, member_id: int) -> ui.Item[Any]:
    emoji, name, does = _ROLES[role]
    text, arguments = f"{emoji} **{name}**\n-# {does}", (str(duties.slot.id), duties.date, role.value)
    if role not in holders:
        return beside(text, button("takerole", *arguments, label="Take"))
    if holders[role] == member_id:
        return beside(f"{text}\nYou have it", button("giverole", *arguments, label="Give back"))
    return ui.TextDisplay(f"{text}\n{_who(holders[role]).capitalize()} has it")


def taken_line(role: Role, holders: Holders) -> str:
    """Tell a member that somebody else has the role that they wanted."""
    return f"⚠️ {_who(holders.get(role)).capitalize()} was faster: the {_ROLES[role][1].lower()} is taken."
