"""/map as members use it, on a simulated Discord."""

from pathlib import Path
from typing import Any

import simcord

from bot.ui.controls import button
from tests.cogs.test_setup import forge
from tests.cogs.test_stats import picture_of, words_of
from tests.conftest import Club, StartClub
from tests.shared import button_labels, menu_of, option, review_file, text_of, write_reviews


async def ask(club: Club, who: simcord.MemberActor | None = None) -> Any:
    answer = await (who or club.ada).slash(club.channel, "map")
    assert answer.ephemeral
    return answer.response


def referring(*names: str) -> str:
    return "T.\n\n<!--more-->\n\n## Summary\n\n" + " ".join(f'[x]({{{{< ref "{name}.md" >}}}})' for name in names)


async def test_the_library_is_drawn_and_what_is_referred_to_most_is_opened(club: Club) -> None:
    shown = await ask(club)
    await picture_of(shown, "paperclub-map.png")
    assert words_of(shown).startswith("16 reviews as discs, with 39 references between them as lines.")
    text = text_of(shown)
    assert "### Referred to most\n1. **On the Dangers of Stochastic Parrots" in text
    assert "** · 4 reviews\n2. **A Primer in BERTology" in text
    assert "\n6. " not in text
    opened = await club.ada.select(shown, [option(shown, "A Primer")])
    assert opened.ephemeral
    assert "## A Primer in BERTology" in text_of(opened.response)


async def test_a_map_is_shared_after_a_restart(club: Club) -> None:
    shown = await ask(club)
    await club.restart()
    shared = await club.ada.click(shown, label="Share")
    assert not shared.ephemeral
    await picture_of(shared.response, "paperclub-map.png")
    assert "-# shared by ada" in text_of(shared.response)
    assert button_labels(shared.response) == []
    opened = await club.grace.select(shared.response, [option(shared.response, "A Primer")])
    assert opened.ephemeral


async def test_one_review_is_a_map_too(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("Alone", date="2024-01-01")}))
    shown = await ask(club)
    image = await picture_of(shown, "paperclub-map.png")
    assert image.height < 500
    assert "### No review refers to another yet" in text_of(shown)
    assert words_of(shown).startswith("1 review as discs.")
    assert [each["label"] for each in menu_of(shown)["options"]] == ["Alone"]


async def test_an_empty_library_says_so(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "none", {"note.txt": "nothing"}))
    shown = await ask(club)
    assert not shown.attachments
    assert "The library holds no reviews yet" in text_of(shown)


async def test_what_is_hidden_is_not_betrayed(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        "a.md": review_file("Open", referring("b", "c"), date="2024-01-01"),
        "b.md": review_file("Secret", referring("a"), date="2024-01-02", draft=True),
        "c.md": review_file("Other", referring("b"), date="2024-01-03"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    shown = await ask(club)
    assert "2 reviews as discs, with 1 reference between them" in words_of(shown)
    assert "1. **Other** · 1 review" in text_of(shown)
    assert "Open" not in text_of(shown), "only the hidden one refers to it"
    assert "Secret" not in words_of(shown) + text_of(shown)


async def test_an_edit_changes_the_map(start_club: StartClub, tmp_path: Path) -> None:
    files = {"a.md": review_file("One", date="2024-01-01"), "b.md": review_file("Two", date="2024-01-02")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert "No review refers to another yet" in text_of(await ask(club))
    write_reviews(tmp_path / "r", {"a.md": review_file("One", referring("b"), date="2024-01-01")})
    await club.bot.libraries.for_guild(None).refresh(club.env.now())
    assert "1. **Two** · 1 review" in text_of(await ask(club))


async def test_a_large_library_is_drawn_without_holding_the_loop(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        f"{k}.md": review_file(f"Paper {k}", referring(str(k // 3), str(k % 7)), date=f"20{k % 16 + 1:02}-01-01")
        for k in range(400)
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    shown = await ask(club)
    await picture_of(shown, "paperclub-map.png")
    assert " of 400 reviews as discs" in words_of(shown)
    stats = (await club.ada.slash(club.channel, "stats")).response
    assert "400 reviews" in words_of(stats)


async def test_another_server_learns_nothing_of_the_library(start_club: StartClub) -> None:
    club = await start_club(guilds="123456")
    answer = await club.ada.slash(club.channel, "map")
    assert answer.ephemeral
    assert "Parrots" not in text_of(answer.response)
    forged = await forge(club, button("sharemap", label="forged"))
    shared = await club.ada.click(forged, label="forged")
    assert shared.ephemeral
    assert not shared.response.attachments


async def test_a_direct_message_is_answered_as_the_club_is(club: Club) -> None:
    member = club.ada.user
    await member.send_dm("hello")
    shown = await member.slash("map")
    await picture_of(shown.response, "paperclub-map.png")
