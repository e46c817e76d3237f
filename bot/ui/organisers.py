"""Who may do what is for organisers: asked at every step, since buttons and menus outlive a role."""

from typing import Any

import discord
from discord import app_commands

from bot.club.club import Club
from bot.club.stores.clubs import ClubStore
from bot.errors import ClubError, NotOrganiser
from bot.ui.controls import Interaction

FOR_ORGANISERS: dict[Any, Any] = {"organisers": True}
"""The `extras` of a command, or of a group, that /help shows to organisers alone.

Discord's own permissions of commands know no roles of ours, and count for whole groups.
"""


def is_for_organisers(command: app_commands.Command[Any, ..., Any] | app_commands.Group | None) -> bool:
    """Tell whether a command, or a group that it is in, is for organisers."""
    return command is not None and ("organisers" in command.extras or is_for_organisers(command.parent))


def is_organiser(interaction: Interaction, club: Club) -> bool:
    """Tell whether the one who acts may manage the server, or has the role that the club has set."""
    if interaction.guild_id != club.guild_id:
        return False
    member, role_id = interaction.user, club.organiser_role_id
    has_role = role_id is not None and isinstance(member, discord.Member) and member.get_role(role_id) is not None
    return has_role or interaction.permissions.manage_guild


def require_club(interaction: Interaction) -> int:
    """Give the id of the server; raise ClubError in a direct message."""
    if interaction.guild_id is None:
        raise ClubError("Use this in the club's server: a direct message belongs to no club.")
    return interaction.guild_id


async def require_organiser(interaction: Interaction, clubs: ClubStore) -> Club:
    """Give what the club has set; raise ClubError in a direct message, NotOrganiser for who is none."""
    club = await clubs.get(require_club(interaction))
    if not is_organiser(interaction, club):
        role = find_role(interaction.guild, club)
        raise NotOrganiser(role.name if role else "")
    return club


def find_role(guild: discord.Guild | None, club: Club) -> discord.Role | None:
    """Give the role of the club's organisers, if it has set one that there still is."""
    return guild.get_role(club.organiser_role_id) if guild and club.organiser_role_id else None
