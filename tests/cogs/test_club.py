"""What organisers see and do, on a simulated Discord."""

from datetime import UTC, datetime
from pathlib import Path

import discord
import simcord

from tests.conftest import Club, StartClub
from tests.shared import button_labels, review_file, text_of, write_reviews

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BROKEN = "---\ntitle: [never closed\n---\n\nText.\n"


def organiser(club: Club) -> simcord.MemberActor:
    role = club.env.guild.create_role("organisers", permissions=discord.Permissions(manage_guild=True))
    return club.env.guild.add_member(club.env.create_user("olga"), roles=[role])


async def test_status_tells_an_organiser_what_is_loaded_and_what_to_mend(start_club: StartClub, tmp_path: Path) -> None:
    files = {"a.md": review_file("One"), "b.md": review_file("Two", draft=True), "bad.md": BROKEN, "notes.txt": "x"}
    files["c.md"] = review_file("Three", '[x]({{< ref "nowhere.md" >}})')
    club = await start_club(write_reviews(tmp_path / "r", files))
    result = await organiser(club).slash(club.channel, "club status")
    text = text_of(result.response)
    assert result.ephemeral
    assert "**3 reviews**, 1 of them hidden" in text
    assert "Last read <t:" in text
    assert "1 error and 1 warning" in text
    assert "🛑 **bad.md, line 3**\nthe YAML cannot be read" in text
    assert "⚠️ **c.md, line" in text
    assert text.index("bad.md") < text.index("c.md")
    assert "1 remark about other files" in text


async def test_status_is_not_for_members(club: Club) -> None:
    olga = organiser(club)
    shown = await olga.slash(club.channel, "club status")
    (command,) = [command for command in await club.bot.tree.fetch_commands() if command.name == "club"]
    assert command.default_member_permissions is None, "or members with the role of organisers would not see it"
    result = await club.ada.slash(club.channel, "club status")
    assert result.ephemeral
    assert "organisers" in text_of(result.response)
    guild = club.bot.get_guild(club.env.guild.id)
    assert guild
    await (await guild.fetch_member(olga.id)).edit(roles=[])
    clicked = await olga.click(shown.response, label="Read again")  # a button outlives the permission
    assert "organisers" in text_of(clicked.response)


async def test_many_problems_are_paged(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"bad{n:02}.md": BROKEN for n in range(20)} | {"a.md": review_file("One")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    olga = organiser(club)
    shown = await olga.slash(club.channel, "club status")
    assert "page 1 of 3" in text_of(shown.response)
    assert "bad00.md" in text_of(shown.response)
    shown = await olga.click(shown.response, label="More")
    shown = await olga.click(shown.response, label="More")
    assert "page 3 of 3" in text_of(shown.response)
    assert "bad19.md" in text_of(shown.response)


async def test_reading_again_finds_what_was_mended(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One"), "bad.md": BROKEN}))
    club.bot.keeper._watcher.stop()
    olga = organiser(club)
    shown = await olga.slash(club.channel, "club status")
    (tmp_path / "r" / "bad.md").write_text(review_file("Mended"))
    shown = await olga.click(shown.response, label="Read again")
    assert "**2 reviews**" in text_of(shown.response)
    assert "Every review could be read" in text_of(shown.response)


async def test_an_organiser_is_told_of_a_fault_once_and_can_accept_it(start_club: StartClub, tmp_path: Path) -> None:
    root = write_reviews(tmp_path / "r", {f"{n}.md": review_file(f"Review {n}") for n in range(5)})
    club = await start_club(root)
    club.bot.keeper._watcher.stop()
    for n in range(4):
        (root / f"{n}.md").unlink()
    await club.bot.libraries.for_guild(None).refresh(NOW)
    olga = organiser(club)
    first = await olga.slash(club.channel, "tags")
    assert any("1 of the 5 files" in text_of(message) for message in first.followups)
    assert any("See </club status:" in text_of(message) for message in first.followups)
    second = await olga.slash(club.channel, "tags")
    assert second.followups == []
    assert (await club.ada.slash(club.channel, "tags")).followups == []  # members need not know
    shown = await olga.slash(club.channel, "club status")
    assert "🛑 The folder of the reviews holds 1 of the 5 files" in text_of(shown.response)
    assert "**5 reviews**" in text_of(shown.response)
    for n in range(10, 11):
        (root / f"{n}.md").write_text(review_file(f"Review {n}"))
    refused = await olga.click(shown.response, label="The files are gone for good")  # it was made for one file
    assert "holds 2 of the 5 files" in text_of(refused.response)
    shown = await olga.click(refused.response, label="The files are gone for good")
    assert "🛑" not in text_of(shown.response)
    assert "**2 reviews**" in text_of(shown.response)
    assert "1 files were read anew, 4 are gone." in text_of(shown.response)
    assert "The files are gone for good" not in button_labels(shown.response)


async def test_while_the_first_reading_goes_on_members_hear_how_far_it_is(
    start_club: StartClub, tmp_path: Path
) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One")}))
    loader = club.bot.libraries.for_guild(None)._loader
    shelf, loader.shelf, loader.progress = loader.shelf, None, (1_200, 5_000)
    result = await club.paper("one")
    assert result.ephemeral
    assert "1,200 of 5,000 so far" in text_of(result.response)
    assert await club.complete("paper", "name", "o") == []
    loader.shelf = shelf
    assert not (await club.paper("one")).ephemeral
