"""/help as members, organisers and strangers see it, on a simulated Discord."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.ui.organisers import FOR_ORGANISERS
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import accept
from tests.cogs.test_schedule import stamp, weekly
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, review_file, text_of, write_reviews

ARXIV = "Thank you to arXiv for use of its open access interoperability."


async def tappable(club: Club) -> list[str]:
    """Give the mention of every command and subcommand that Discord knows."""
    mentions: list[str] = []
    for command in await club.bot.tree.fetch_commands():
        if command.type is not discord.AppCommandType.chat_input:
            continue
        children = [option for option in command.options if isinstance(option, app_commands.AppCommandGroup)]
        names = [f"{command.name} {child.name}" for child in children] or [command.name]
        mentions += [f"</{name}:{command.id}>" for name in names]
    return mentions


async def help_text(club: Club, asker: Any = None) -> str:
    return text_of((await (asker or club.ada).slash(club.channel, "help")).response)


async def test_help_answers_privately_with_every_command_once_and_tappable(club: Club) -> None:
    answer = await organiser(club).slash(club.channel, "help")
    assert answer.ephemeral
    mentions = await tappable(club)
    assert len(mentions) >= 5
    shown = re.findall(r"</[^>]*>", text_of(answer.response))
    assert sorted(shown) == sorted(mentions)


async def test_help_knows_the_commands_when_they_were_not_registered_anew(club: Club) -> None:
    await club.restart()
    text = await help_text(club, organiser(club))
    for mention in await tappable(club):
        assert mention in text


async def test_a_command_that_is_added_appears_by_itself_under_the_name_of_its_part(club: Club) -> None:
    @app_commands.command(description="Count sheep")
    async def count(interaction: discord.Interaction) -> None: ...

    group = app_commands.Group(name="raffle", description="Games")
    group.command(name="open", description="Ask the club")(count.callback)
    club.bot.tree.add_command(count)
    club.bot.tree.add_command(group)
    assert "- `/count` Count sheep" in await help_text(club), "its id is not known before it is registered"
    await club.bot.sync_if_changed()
    text = await help_text(club)
    ids = {command.name: command.id for command in await club.bot.tree.fetch_commands()}
    assert f"### Games\n- </raffle open:{ids['raffle']}> Ask the club" in text
    assert f"- </count:{ids['count']}> Count sheep" in text
    assert f"### Reviews\n- </paper:{ids['paper']}> Show what the club wrote about a paper\n- </papers:" in text


async def test_a_menu_of_the_same_name_as_a_command_is_not_taken_for_it(club: Club) -> None:
    async def look_up(interaction: discord.Interaction, message: discord.Message) -> None: ...

    club.bot.tree.add_command(app_commands.ContextMenu(name="paper", callback=look_up))
    await club.bot.sync_if_changed()
    ids = {command.type: command.id for command in await club.bot.tree.fetch_commands() if command.name == "paper"}
    assert len(ids) == 2
    text = await help_text(club)
    assert f"</paper:{ids[discord.AppCommandType.chat_input]}>" in text
    assert str(ids[discord.AppCommandType.message]) not in text


async def test_what_is_for_organisers_is_not_shown_to_members(club: Club) -> None:
    text = await help_text(club, organiser(club))
    own = text.partition("### For organisers\n")[2]
    for name in ("ballot open", "ballot close", "club setup", "club status", "schedule weekly", "schedule skip"):
        assert f"- </{name}:" in own
    assert "- </ballot show:" in text.partition("### For organisers\n")[0]
    assert "### The club's week\n- </schedule show:" in text.partition("### For organisers\n")[0]
    text = await help_text(club)
    assert "club s" not in text
    assert "- </ballot show:" in text
    assert "- </ballot open:" not in text
    assert "- </ballot close:" not in text
    assert "For organisers" not in text


async def test_a_group_may_hold_commands_for_members_and_for_organisers(club: Club) -> None:
    async def nothing(interaction: discord.Interaction) -> None: ...

    raffle = app_commands.Group(name="raffle", description="Games")
    raffle.command(name="vote", description="Give your vote")(nothing)
    raffle.command(name="open", description="Ask the club", extras=FOR_ORGANISERS)(nothing)
    within = app_commands.Group(name="old", description="Former ones", parent=raffle, extras=FOR_ORGANISERS)
    within.command(name="forget", description="Forget them")(nothing)
    club.bot.tree.add_command(raffle)
    text = await help_text(club)
    assert "### Games\n- `/raffle vote` Give your vote" in text
    assert "/raffle o" not in text
    text = await help_text(club, organiser(club))
    assert "### Games\n- `/raffle vote` Give your vote\n### " in text
    own = text.partition("### For organisers")[2]
    assert "`/raffle open` · `/raffle old forget`" in own, "without more words: there is no room for them"


async def test_the_menus_of_messages_are_listed_when_there_are_any(club: Club) -> None:
    for name in ("Look up papers", "Suggest this paper"):
        club.bot.tree.remove_command(name, type=discord.AppCommandType.message)
    assert "*Apps*" not in await help_text(club)

    async def look_up(interaction: discord.Interaction, message: discord.Message) -> None: ...

    async def inspect(interaction: discord.Interaction, message: discord.Message) -> None: ...

    club.bot.tree.add_command(app_commands.ContextMenu(name="Look up papers", callback=look_up))
    hidden = app_commands.ContextMenu(name="Inspect", callback=inspect)
    hidden.default_permissions = discord.Permissions(manage_guild=True)
    club.bot.tree.add_command(hidden)
    text = await help_text(club)
    assert "### On a message\nPress long on a message, or right-click it, and choose *Apps*:\n- Look up papers" in text
    assert "Inspect" not in text
    assert "On a member" not in text


async def test_help_in_a_direct_message_leaves_away_what_belongs_to_a_server(club: Club) -> None:
    @app_commands.command(description="Propose a paper")
    @app_commands.guild_only()
    async def propose(interaction: discord.Interaction) -> None: ...

    club.bot.tree.add_command(propose)
    assert "`/propose`" in await help_text(club)
    answer = await club.env.create_user("lone").slash("help")
    text = text_of(answer.response)
    assert "`/propose`" not in text
    assert "</paper:" in text
    assert "club status" not in text
    assert "The club's site" in button_labels(answer.response)


async def test_the_buttons_of_help_browse_and_lead_to_the_site(club: Club) -> None:
    answer = await club.ada.slash(club.channel, "help")
    assert [part["url"] for part in components(answer.response) if part.get("url")] == ["https://club.example.org"]
    browsed = await club.ada.click(answer.response, label="Browse the reviews")
    assert "16 reviews · page 1 of 3" in text_of(browsed.response)
    answer = await club.ada.slash(club.channel, "help")
    assert "### 11 tags" in text_of((await club.ada.click(answer.response, label="Tags")).response)


async def test_help_has_no_button_to_a_site_that_is_not_known(start_club: StartClub) -> None:
    club = await start_club()
    answer = await club.ada.slash(club.channel, "help")
    assert button_labels(answer.response) == ["Browse the reviews", "Tags"]


async def test_help_on_a_server_without_a_library_says_what_connects_one(start_club: StartClub) -> None:
    club = await start_club(guilds="123456", site_url="https://club.example.org/")
    answer = await club.ada.slash(club.channel, "help")
    text = text_of(answer.response).replace("\\", "")
    assert "No library is connected to this server" in text
    assert "PAPERCLUB_GUILDS" in text
    assert button_labels(answer.response) == [], "there is nothing to browse, and the site is another club's"


async def test_help_acknowledges_arxiv_in_its_own_words(club: Club) -> None:
    text = await help_text(club)
    assert ARXIV in text
    assert "was not reviewed or approved by, nor does it necessarily express or reflect the policies" in text


async def test_what_help_says_about_data_is_true(
    start_club: StartClub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One")}))
    text = await help_text(club)
    assert "no message but one whose papers you look up or suggest." in text
    assert (
        "Of members it stores what they suggest, want to read and why, vote for, present, have read and decide" in text
    )
    assert "/me shows you what is stored about you, gives it to you as a file, and forgets you." in text
    assert club.bot.intents.value == discord.Intents(guilds=True).value
    answer = await club.ada.slash(club.channel, "paper", name="xylophone")
    await club.ada.select(answer.response, [components_value(answer.response)])
    await club.ada.slash(club.channel, "papers", author="xylophone")
    await club.ada.slash(club.channel, "search", words="xylophone")
    await club.ada.slash(club.channel, "arxiv", paper="zither")
    await club.bot.close()
    # Three letters may stand in the hash of the commands by chance.
    stored = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir() if path.suffix != ".sha256")
    assert b"One" in stored
    assert b"zither" in stored, "titles that the sources were asked for are kept, and help says so"
    for secret in ("xylophone", str(club.ada.id), "ada"):
        assert secret.encode() not in stored
        assert not re.search(rf"\b{secret}\b", caplog.text)


def components_value(message: Any) -> str:
    """Give the value of the first option of a message's menu."""
    return next(part["options"][0]["value"] for part in components(message) if part["type"] == 3)


async def test_help_says_when_the_club_meets_next_and_what_it_reads(club: Club) -> None:
    olga = organiser(club)
    assert "We meet" not in await help_text(club)
    await accept(club, "Scaling of forests", club.ada, olga)
    text = await help_text(club)
    assert "📌 The club reads next: **Scaling of forests** · </next:" in text
    await weekly(club, olga)
    text = await help_text(club)
    at = stamp(datetime(2026, 1, 1, 17, tzinfo=UTC))
    assert f"on {at}: **Scaling of forests** · </next:" in text
    assert text.index("We meet") < text.index("### ")
