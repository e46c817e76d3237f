"""What Paperclub says when it joins a server, on a simulated Discord."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from simcord.backend.serializers import guild_create_payload
from simcord.components import walk_components

from tests.conftest import Club, StartClub
from tests.shared import write_reviews

SILENT = 1 << 12  # https://docs.discord.com/developers/resources/message#message-object-message-flags


async def join(club: Club, guild: simcord.GuildHandle, *, new: bool = True) -> list[tuple[str, dict[str, Any]]]:
    """Let Discord tell the bot of a server; give the messages that it posts: where, and what.

    Only of a server that is not new Discord says whether it is available.
    """
    told = dict(guild_create_payload(club.env.backend, club.env.backend.get_guild(guild.id)))
    if new:
        del told["unavailable"]
    before = len(club.env.http_requests)
    club.env.backend.emit("GUILD_CREATE", told)
    await club.env.settle()
    names = {str(channel.id): name for name, channel in guild.channels.items()}
    return [
        (names[request.path.split("/")[2]], dict(request.json))
        for request in club.env.http_requests[before:]
        if request.method == "POST" and request.path.endswith("/messages")
    ]


def shown(message: dict[str, Any]) -> str:
    return "\n".join(part["content"] for part in walk_components(message["components"]) if part["type"] == 10)


def add_channel(guild: simcord.GuildHandle, name: str, **denied: bool) -> simcord.ChannelHandle:
    """Add a channel in which some permissions are denied to everybody, the bot among them."""
    overwrites = {guild.default_role: discord.PermissionOverwrite(**denied)} if denied else None
    return guild.create_text_channel(name, overwrites=overwrites)


def choose_system_channel(club: Club, guild: simcord.GuildHandle, channel: simcord.ChannelHandle) -> None:
    club.env.backend.edit_guild(guild.id, {"system_channel_id": channel.id})


async def test_a_new_server_is_greeted_once_in_its_system_channel_without_a_ping(club: Club) -> None:
    guild = club.env.create_guild("New club")
    add_channel(guild, "first")
    choose_system_channel(club, guild, add_channel(guild, "lobby"))
    ((place, message),) = await join(club, guild)
    assert place == "lobby"
    assert message["flags"] & SILENT
    assert message["allowed_mentions"] == {"parse": []}
    assert message["enforce_nonce"], "so that Discord posts it once although the request is repeated"
    assert message["nonce"] == str(guild.id)
    text = shown(message)
    ids = {command.name: command.id for command in await club.bot.tree.fetch_commands()}
    for name in ("paper", "papers", "tags", "help", "club status"):
        assert f"</{name}:{ids[name.split()[0]]}>" in text
    assert "16 reviews are here to read" in text
    assert await join(club, guild, new=False) == [], "a server that comes back after an outage is not new"


@pytest.mark.parametrize("denied", [{"send_messages": False}, {"view_channel": False}])
async def test_it_is_greeted_where_the_bot_may_speak(club: Club, denied: dict[str, bool]) -> None:
    guild = club.env.create_guild("New club")
    choose_system_channel(club, guild, add_channel(guild, "announcements", **denied))
    add_channel(guild, "secrets", **denied)
    add_channel(guild, "general")
    add_channel(guild, "later")
    assert [place for place, _ in await join(club, guild)] == ["general"]


async def test_nothing_is_posted_where_the_bot_may_speak_nowhere(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    guild = club.env.create_guild("New club")
    choose_system_channel(club, guild, add_channel(guild, "rules", send_messages=False))
    assert await join(club, guild) == []
    assert f"joined server {guild.id}; no channel" in caplog.text


async def test_a_greeting_that_discord_refuses_is_logged_and_not_repeated(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    guild = club.env.create_guild("New club")
    add_channel(guild, "general")
    club.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
    assert len(await join(club, guild)) == 1
    assert not guild.channels["general"].history()
    assert f"joined server {guild.id}" in caplog.text
    assert "Missing Permissions" in caplog.text


async def test_a_server_without_a_library_hears_what_connects_one(start_club: StartClub) -> None:
    club = await start_club(guilds="123456")
    guild = club.env.create_guild("New club")
    add_channel(guild, "general")
    ((_, message),) = await join(club, guild)
    text = shown(message)
    assert "No library is connected to this server" in text
    assert f"`{guild.id}`, to the setting `PAPERCLUB_GUILDS`" in text
    assert "reviews are here" not in text


async def test_the_greeting_says_when_the_reviews_are_still_being_read_or_there_are_none(
    start_club: StartClub, tmp_path: Path
) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"_index.md": "---\ntitle: x\n---\n"}))
    guild = club.env.create_guild("New club")
    add_channel(guild, "general")
    ((_, message),) = await join(club, guild)
    assert "The library holds no reviews yet" in shown(message)
    club.bot.libraries.for_guild(None)._loader.shelf = None
    ((_, message),) = await join(club, guild)
    assert "The reviews are just being read" in shown(message)
