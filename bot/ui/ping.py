"""The role that posts notify: which one will do, and what keeps members from joining and leaving it.

A click gives the role to whoever clicks, so it must give them nothing else. Roles change: it is checked each time.
"""

import discord

from bot.club.club import Club
from bot.errors import ClubError

_SETTINGS = "Server Settings > Roles"
_NAMED = 3  # powers that are named
# Permissions that Discord's settings call otherwise than its API does.
_CALLED = {
    "read_messages": "View Channel",
    "manage_guild": "Manage Server",
    "moderate_members": "Time out members",
    "external_emojis": "Use External Emojis",
}


def powers_of(role: discord.Role) -> list[str]:
    """Name what those with a role may do and others may not: in the server, or in a channel."""
    guild = role.guild
    everyone = guild.default_role
    own = discord.Permissions(role.permissions.value & ~everyone.permissions.value)
    found = [_name(flag) for flag, held in own if held]
    for channel in guild.channels:
        allowed, denied = (pair.value for pair in channel.overwrites_for(everyone).pair())
        anybody = everyone.permissions.value & ~denied | allowed
        extra = channel.overwrites_for(role).pair()[0].value & ~anybody
        found += [f"{_name(flag)} in #{channel.name}" for flag, held in discord.Permissions(extra) if held]
    return found


def why_not(role: discord.Role) -> str:
    """Say to organisers why a role cannot be the one that is notified; empty where it can."""
    if role.is_default():
        return "Everyone has the role @everyone, so the whole server would be notified: choose another one."
    if role.managed:
        return f"The role {role.name} is given out by an app or by Discord itself: choose another one."
    if powers := powers_of(role):
        named = ", ".join(powers[:_NAMED]) + (" and more" if len(powers) > _NAMED else "")
        return f"Members get this role by a click, but {role.name} lets them do what others may not: {named}."
    return ""


def find_ping_role(guild: discord.Guild | None, club: Club) -> discord.Role | None:
    """Give the role that the club's posts notify, if it has set one that there still is."""
    return guild.get_role(club.ping_role_id) if guild and club.ping_role_id else None


def usable_role(guild: discord.Guild | None, club: Club) -> discord.Role | None:
    """Give the role that posts notify; None where there is none, or it must not be notified any more."""
    role = find_ping_role(guild, club)
    return role if role and not why_not(role) else None


def require_role(guild: discord.Guild, club: Club) -> discord.Role:
    """Give the role that members join and leave; raise ClubError, with who can mend it, where that cannot be."""
    if club.ping_role_id is None:
        raise ClubError("This club has no role for reminders. Organisers choose one in /club setup.")
    role = find_ping_role(guild, club)
    if role is None:
        raise ClubError("The role for reminders was deleted. Organisers choose another one in /club setup.")
    if why_not(role):
        raise ClubError(
            f"Nobody can join or leave the role {role.name} by a button, because it may do what others may not. "
            "Organisers find in /club setup what it is."
        )
    if not guild.me.guild_permissions.manage_roles:
        raise ClubError(
            f"Paperclub lacks the permission Manage Roles. Who manages the server allows it in {_SETTINGS}."
        )
    if role >= guild.me.top_role:
        raise ClubError(
            f"The role {role.name} stands above Paperclub's own, so Paperclub cannot give or take it. Who manages the "
            f"server drags Paperclub's role above it in {_SETTINGS}."
        )
    return role


def read_failure(error: discord.HTTPException, role: discord.Role) -> ClubError:
    """Say why Discord did not let the bot give or take a role."""
    if isinstance(error, discord.Forbidden):
        return ClubError(
            f"Discord does not let Paperclub give or take the role {role.name}. Who manages the server sees to it that "
            f"Paperclub has the permission Manage Roles and a role above it, in {_SETTINGS}."
        )
    if isinstance(error, discord.NotFound):
        return ClubError(f"The role {role.name} is no longer there. Organisers choose another one in /club setup.")
    return ClubError("Discord did not answer, so nothing was changed. Please try again in a moment.")


def _name(flag: str) -> str:
    return _CALLED.get(flag) or flag.replace("_", " ").title()
