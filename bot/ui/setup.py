"""The message in which organisers set what their club has to set, and what of it can be chosen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord
from discord import ui

from bot.club.club import Club
from bot.club.stores.clubs import Changes
from bot.club.zones import FoundZones, about_zone, load_zone
from bot.errors import ClubError
from bot.ui.cards import View, layout
from bot.ui.controls import ControlSelect, button, channel_menu, field, form, menu, role_menu, row
from bot.ui.organisers import find_role
from bot.ui.permissions import missing_permissions
from bot.ui.ping import find_ping_role, require_role, why_not
from bot.ui.text import escape, label, quoted

_QUOTAS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why what was chosen or typed last was not taken, where it was; for a time zone also which may be meant."""

    place: str
    sentence: str
    zones: Sequence[str] = ()


# --- what can be chosen ---------------------------------------------------------------------------


def read_channel(guild: discord.Guild, values: Sequence[str]) -> Changes:
    """Read the choice of a channel; raise ClubError for one that will not do."""
    channel = guild.get_channel(int(values[0]))
    if channel is None:
        raise ClubError("Paperclub cannot see that channel: allow it View Channel there, and choose it again.")
    if not isinstance(channel, discord.TextChannel):
        raise ClubError("That is not a text channel: choose one in which messages are posted.")
    return {"channel_id": channel.id}


def read_role(guild: discord.Guild, values: Sequence[str]) -> Changes:
    """Read the choice of a role, or of none; raise ClubError for one that will not do."""
    if not values:
        return {"organiser_role_id": None}
    role = guild.get_role(int(values[0])) if re.fullmatch("[0-9]{1,20}", values[0]) else None
    if role is None:
        raise ClubError("That role is no longer there: choose another one.")
    if role.is_default():
        raise ClubError("Everyone has the role @everyone, so everyone would be an organiser: choose another one.")
    if role.managed:
        raise ClubError(f"The role {role.name} is given out by an app or by Discord itself: choose another one.")
    return {"organiser_role_id": role.id}


def read_ping_role(guild: discord.Guild, values: Sequence[str]) -> Changes:
    """Read the choice of the role that posts notify, or of none; raise ClubError for one that will not do."""
    if not values:
        return {"ping_role_id": None}
    role = guild.get_role(int(values[0])) if re.fullmatch("[0-9]{1,20}", values[0]) else None
    if role is None:
        raise ClubError("That role is no longer there: choose another one.")
    if reason := why_not(role):
        raise ClubError(reason)
    return {"ping_role_id": role.id}


def read_quota(values: Sequence[str]) -> Changes:
    """Read the choice of a quota; raise ClubError for one that is not offered."""
    if values[0] not in map(str, _QUOTAS):
        raise ClubError("That number is not among those that can be chosen.")
    return {"quota": int(values[0])}


def zone_form() -> discord.ui.Modal:
    """Ask for a time zone."""
    about = "A city, a country or a difference from UTC"
    asked = field("zone", "Where is the club?", about=about, placeholder="Berlin, New York, India, UTC+2 ...")
    return form("zone", title="Time zone", fields=[asked])


def doubt_zone(typed: str, found: FoundZones) -> Doubt:
    """Say that a time zone is not clear, or not known."""
    name = quoted(typed)
    if len(found.zones) > 1:
        return Doubt("zone", f"{name} may be one of several time zones. Which one do you mean?", found.zones)
    if found.zones:
        return Doubt("zone", f"{name} is not the name of a time zone. Did you mean this one?", found.zones)
    hint = "Type the largest city near you that has the same time, the country, or the difference such as UTC+2."
    return Doubt("zone", f"No time zone is called {name}. {hint}")


# --- the message ----------------------------------------------------------------------------------


def setup_page(club: Club, guild: discord.Guild, now: datetime, doubt: Doubt | None = None) -> View:
    """Show what a club has set, each with a control that changes it, and what keeps it from working."""
    number = 1_000 + int(now.timestamp() * 10) % 10**6 * 10  # so that menus show what is set, not what was chosen
    channel = guild.get_channel(club.channel_id) if club.channel_id else None
    missing = missing_permissions(channel) if isinstance(channel, discord.TextChannel) else []
    zone_controls: list[ui.Item[Any]] = [button("askzone", label="Change the time zone", emoji="🕓")]
    if doubt and doubt.zones:
        zone_controls.insert(0, _zone_menu(doubt.zones, now))
    parts: dict[str, tuple[str, list[ui.Item[Any]]]] = {
        "channel": (_channel_lines(club, guild, missing), [_channel_menu(channel, number + 1)]),
        "role": (_role_lines(club, guild), [_role_menu("setrole", find_role(guild, club), number + 2)]),
        "ping": (_ping_lines(club, guild), [_role_menu("setping", find_ping_role(guild, club), number + 4)]),
        "zone": (_zone_line(club, now), zone_controls),
        "quota": ("**Open suggestions** for each member", [_quota_menu(club, number + 3)]),
    }
    items: list[ui.Item[Any]] = [ui.TextDisplay("## Your club\n-# What you choose is kept at once")]
    for place, (lines, controls) in parts.items():
        said = f"{lines}\n⚠️ {doubt.sentence}" if doubt and doubt.place == place else lines
        items += [ui.Separator(visible=False), ui.TextDisplay(said), *(row(control) for control in controls)]
    buttons = [button("setup", label="Check again", emoji="🔄")] if missing else []
    return layout(*items, ui.Separator(), row(*buttons, button("audit", "0", label="Who decided what", emoji="📜")))


def _channel_lines(club: Club, guild: discord.Guild, missing: Sequence[str]) -> str:
    heading = "**Channel** for what Paperclub posts"
    if club.channel_id is None:
        return f"{heading}\nNone is chosen yet"
    if guild.get_channel(club.channel_id) is None:
        return f"{heading}\n⚠️ The one that was chosen is gone, or Paperclub cannot see it: choose another one"
    if not missing:
        return f"{heading}\n✅ Paperclub may do there whatever it needs"
    names = "\n".join(f"- {name}" for name in missing)
    what = "this permission" if len(missing) == 1 else "these permissions"
    mend = (
        f"To mend it, open the settings of <#{club.channel_id}>, *Permissions*; add {guild.me.mention} and allow them"
    )
    return f"{heading}\n⚠️ Paperclub lacks {what} there:\n{names}\n-# {mend}"


def _role_lines(club: Club, guild: discord.Guild) -> str:
    heading = "**Organisers**\nThose with the permission Manage Server"
    if club.organiser_role_id is None:
        return f"{heading}; you can add a role"
    if find_role(guild, club) is None:
        return f"{heading}\n⚠️ The role that was added is gone: choose another one"
    return f"{heading}, and those with <@&{club.organiser_role_id}>"


def _ping_lines(club: Club, guild: discord.Guild) -> str:
    heading = "**Reminders** mention a role, which members join and leave by a button"
    role = find_ping_role(guild, club)
    if club.ping_role_id is None:
        return f"{heading}\nNone is chosen, so nobody is notified"
    if role is None:
        return f"{heading}\n⚠️ The role that was chosen is gone: choose another one"
    if reason := why_not(role):
        return f"{heading}\n⚠️ {escape(reason)} Until that is mended nobody is notified"
    try:
        require_role(guild, club)
    except ClubError as error:
        return f"{heading}\n⚠️ {escape(error.sentence)}"
    if not role.mentionable and not guild.me.guild_permissions.mention_everyone:
        return f"{heading}\n⚠️ Nobody is notified of <@&{role.id}>: in its settings, let anyone mention it"
    return f"{heading}\n✅ <@&{role.id}>"


def _zone_line(club: Club, now: datetime) -> str:
    return f"**Time zone** {escape(club.zone)}\nIt is now {_clock(club.zone, now)} there, on {_day(club.zone, now)}"


def _clock(zone: str, now: datetime) -> str:
    return f"{now.astimezone(load_zone(zone)):%H:%M}"


def _day(zone: str, now: datetime) -> str:
    return f"{now.astimezone(load_zone(zone)):%A}"


def _channel_menu(channel: discord.abc.GuildChannel | None, number: int) -> ControlSelect:
    chosen = channel.id if channel else None
    return channel_menu("setchannel", placeholder="Choose a channel", chosen=chosen, number=number)


def _role_menu(action: str, role: discord.Role | None, number: int) -> ControlSelect:
    chosen = role.id if role else None
    return role_menu(action, placeholder="Choose a role", chosen=chosen, number=number)


def _zone_menu(zones: Sequence[str], now: datetime) -> ControlSelect:
    options = [
        discord.SelectOption(
            label=label(zone, 100), value=zone, description=label(f"{_clock(zone, now)} · {about_zone(zone)}", 100)
        )
        for zone in zones
    ]
    return menu("setzone", placeholder="Choose the time zone", options=options)


def _quota_menu(club: Club, number: int) -> ControlSelect:
    options = [
        discord.SelectOption(label=_suggestions(quota), value=str(quota), default=quota == club.quota)
        for quota in sorted({*_QUOTAS, club.quota})
    ]
    return menu("setquota", placeholder="Choose a number", options=options, number=number)


def _suggestions(quota: int) -> str:
    return f"{quota} suggestion{'' if quota == 1 else 's'}"
