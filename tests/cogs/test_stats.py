"""/stats as members use it, on a simulated Discord."""

import io
from pathlib import Path
from typing import Any

import pytest
import simcord
from PIL import Image

from bot.club.stores.decisions import DecisionStore
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.ui.canvas import WIDTH
from bot.ui.controls import button
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, review_file, text_of, write_reviews

OLGA = 999_000_000_000_000_009


async def ask(club: Club, who: simcord.MemberActor | None = None) -> Any:
    answer = await (who or club.ada).slash(club.channel, "stats")
    assert answer.ephemeral
    return answer.response


async def picture_of(message: Any, name: str) -> Image.Image:
    """Open the picture of a message; its words stand beside it, twice."""
    (file,) = message.attachments
    assert file.filename == name
    image = Image.open(io.BytesIO(await file.read()))
    image.load()
    assert (image.format, image.width) == ("PNG", WIDTH)
    (gallery,) = (part for part in components(message) if part["type"] == 12)
    assert gallery["items"][0]["description"]
    return image


def words_of(message: Any) -> str:
    return next(part for part in components(message) if part["type"] == 12)["items"][0]["description"]


async def suggest(club: Club, guild_id: int, who: int, title: str) -> int:
    proposal = propose_title(f"{title} paper")
    return (await SuggestionStore(club.bot.database).propose(guild_id, who, proposal, "", club.env.now())).suggestion.id


async def tell_story(club: Club, guild_id: int, first: int, second: int) -> None:
    """Let the first suggest two papers and present one, and the second suggest one."""
    database, now = club.bot.database, club.env.now()
    numbers = [await suggest(club, guild_id, *each) for each in ((first, "One"), (first, "Two"), (second, "Three"))]
    await DecisionStore(database).accept(guild_id, numbers[0], OLGA, now)
    meetings = MeetingStore(database)
    (coming,) = await meetings.list_coming(guild_id)
    await meetings.volunteer(guild_id, coming.id, first)
    await meetings.mark_read(guild_id, coming.id, OLGA, now)


async def test_what_the_club_did_is_shown_in_a_picture_and_in_words(club: Club) -> None:
    await tell_story(club, club.env.guild.id, club.ada.id, club.grace.id)
    shown = await ask(club)
    await picture_of(shown, "paperclub-stats.png")
    assert "16 reviews and 1 meeting held" in words_of(shown)
    assert "language models 6" in words_of(shown)
    text = text_of(shown)
    assert f"**Suggested most:** <@{club.ada.id}> 2, <@{club.grace.id}> 1\n" in text
    assert f"**Presented most:** <@{club.ada.id}> 1\n" in text
    assert "</me show:" in text
    assert button_labels(shown) == ["Share"]


async def test_statistics_are_shared_without_pinging_anybody(club: Club) -> None:
    await tell_story(club, club.env.guild.id, club.ada.id, club.grace.id)
    shown = await ask(club)
    await club.restart()
    shared = await club.ada.click(shown, label="Share")
    assert not shared.ephemeral
    await picture_of(shared.response, "paperclub-stats.png")
    assert "-# shared by ada" in text_of(shared.response)
    assert f"<@{club.grace.id}>" in text_of(shared.response)
    assert not shared.response._message.ping_user_ids
    assert button_labels(shared.response) == []


async def test_who_left_and_who_wishes_so_is_not_named(club: Club) -> None:
    await tell_story(club, club.env.guild.id, club.ada.id, club.grace.id)
    club.env.guild.remove_member(club.grace)
    text = text_of(await ask(club))
    assert str(club.grace.id) not in text
    assert f"**Suggested most:** <@{club.ada.id}> 2, and 1 other\n" in text
    page = (await club.ada.slash(club.channel, "me show")).response
    await club.ada.click(page, label="Leave me out of statistics")
    newcomer = club.env.guild.add_member(club.env.create_user("newcomer"))
    shown = await ask(club, newcomer)
    assert str(club.ada.id) not in text_of(shown)
    assert "1 meeting held" in words_of(shown), "what they did still counts"


@pytest.mark.parametrize(("status", "code"), [(500, 0), (404, 10_004)])
async def test_who_may_have_left_is_not_named(club: Club, status: int, code: int) -> None:
    await tell_story(club, club.env.guild.id, club.grace.id, club.grace.id)
    club.env.inject_error("GET", "/guilds/*/members/*", status=status, code=code, times=None)
    shown = await ask(club)
    assert str(club.grace.id) not in text_of(shown)
    assert "16 reviews" in words_of(shown)


async def test_two_clubs_are_apart(club: Club) -> None:
    other = club.env.create_guild("Other club")
    await tell_story(club, other.id, club.ada.id, club.grace.id)
    shown = await ask(club)
    assert "Suggested most" not in text_of(shown)
    assert "held" not in words_of(shown)


async def test_a_club_with_nothing_hears_what_would_fill_it(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "none", {"note.txt": "nothing"}))
    shown = await ask(club)
    text = text_of(shown)
    assert not shown.attachments
    assert "### Nothing to count yet" in text
    for command in ("suggest", "ballot open", "schedule weekly"):
        assert f"</{command}:" in text


async def test_what_has_no_place_in_the_picture_is_told(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{year}.md": review_file(f"Of {year}", date=f"{year}-01-01") for year in range(2001, 2020)}
    club = await start_club(write_reviews(tmp_path / "r", {**files, "no.md": review_file("No date")}))
    text = text_of(await ask(club))
    assert "1 review without a date is not among the bars" in text
    assert "3 more are older than the first bar" in text


async def test_a_server_without_a_library_sees_what_its_club_did(start_club: StartClub) -> None:
    club = await start_club(guilds="123456")
    assert "### Nothing to count yet" in text_of(await ask(club))
    await tell_story(club, club.env.guild.id, club.ada.id, club.grace.id)
    shown = await ask(club)
    assert "0 reviews and 1 meeting held" in words_of(shown)
    assert "Of January" not in words_of(shown)


async def test_a_direct_message_belongs_to_no_club(club: Club) -> None:
    answer = await club.env.create_user("lone").slash("stats")
    assert answer.ephemeral
    assert "Use this in the club's server" in text_of(answer.response)


async def test_a_forged_button_shares_only_what_the_command_shows(club: Club) -> None:
    other = club.env.create_guild("Other club")
    await tell_story(club, other.id, club.ada.id, club.grace.id)
    forged = await forge(club, button("sharestats", str(other.id), label="forged"))
    shared = await club.grace.click(forged, label="forged")
    assert "Suggested most" not in text_of(shared.response)
    assert "held" not in words_of(shared.response)
