"""What a member sees and does, on a simulated Discord."""

import asyncio
import gc
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from discord import ui

from bot.library.files import UnreadableFile
from bot.ui.cards import layout, section_pages
from bot.ui.controls import button, row
from tests.conftest import Club, StartClub
from tests.shared import SAMPLES, button_labels, components, menu_of, option, review_file, text_of, write_reviews

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_paper_answers_with_the_card_for_everybody(club: Club) -> None:
    result = await club.paper("bertology")
    assert not result.ephemeral
    text = text_of(result.response)
    assert "A Primer in BERTology: What We Know About How BERT Works" in text
    assert "[Paper]" not in text
    assert "Anna Rogers, Olga Kovaleva, Anna Rumshisky · read 11 April 2024" in text
    assert "Within two years of its release" in text
    assert "#reading club" in text
    assert "<t:" not in text
    assert {part["label"]: part["url"] for part in components(result.response) if part.get("url")} == {
        "arXiv": "https://arxiv.org/abs/2002.12327",
        "ACL Anthology": "https://aclanthology.org/2020.tacl-1.54",
        "Read on the site": "https://club.example.org/primer_in_bertology_rogers/",
    }


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("stochastic_parrots_bender", "Stochastic Parrots"),
        ("stochastic parots", "Stochastic Parrots"),
        ("lotery tiket", "Lottery Ticket"),
        ("AIAYN", "Attention Is All You Need"),
        ("https://arxiv.org/pdf/1810.04805v2.pdf", "BERT: Pre-training"),
        ("arXiv:2002.12327", "A Primer in BERTology"),
        ("strubell 2025", "Energy and Policy"),
        ("checklist", "CheckList"),
    ],
)
async def test_paper_understands_what_people_type(club: Club, name: str, heading: str) -> None:
    result = await club.paper(name)
    assert not result.ephemeral
    assert heading in text_of(result.response)


async def test_a_name_that_fits_several_offers_a_choice_and_the_chosen_card_is_for_everybody(club: Club) -> None:
    asked = await club.paper("attention")
    assert asked.ephemeral
    assert "2 reviews fit" in text_of(asked.response)
    chosen = await club.ada.select(asked.response, [option(asked.response, "Attention Is All")])
    assert not chosen.ephemeral
    assert "Attention Is All You Need" in text_of(chosen.response)


async def test_an_unknown_name_says_so_and_offers_the_nearest(club: Club) -> None:
    asked = await club.paper("quantum models of gravity")
    assert asked.ephemeral
    assert "No review is called “quantum models of gravity”" in text_of(asked.response)
    assert menu_of(asked.response)["options"]


async def test_a_name_that_is_nothing_like_a_review_offers_the_newest(club: Club) -> None:
    asked = await club.paper("zzzzzz")
    assert "No review comes near" in text_of(asked.response)
    assert menu_of(asked.response)["options"][0]["label"] == "The Hardware Lottery"
    assert "- The Hardware Lottery" in text_of(asked.response)


async def test_a_paper_that_the_club_has_not_read_is_never_answered_with_another(club: Club) -> None:
    asked = await club.paper("2106.09685")
    assert asked.ephemeral
    assert "No review" in text_of(asked.response)


async def test_autocomplete_offers_what_is_meant_first_and_the_newest_when_nothing_is_typed(club: Club) -> None:
    assert (await club.complete("paper", "name", "berto"))[0]["value"] == "primer_in_bertology_rogers"
    assert (await club.complete("paper", "name", "chinch"))[0]["value"] == "chinchilla_hoffmann"
    newest = await club.complete("paper", "name", "")
    assert newest[0]["name"] == "The Hardware Lottery"
    assert len(newest) == 16


async def test_each_choice_of_autocomplete_answers_with_its_own_review(club: Club) -> None:
    for choice in await club.complete("paper", "name", ""):
        result = await club.paper(choice["value"])
        assert not result.ephemeral
        assert choice["name"].rstrip("…")[:40] in text_of(result.response).replace("\\", "")


async def test_a_section_opens_for_the_one_who_chose_and_leaves_the_card_alone(club: Club) -> None:
    card = (await club.paper("bertology")).response
    before = card.components
    opened = await club.grace.select(card, [option(card, "What BERT seems to know")])
    assert opened.ephemeral
    assert "## What BERT seems to know" in text_of(opened.response)
    assert club.channel.history()[0].id == card.id
    assert card.components == before


async def test_a_long_section_is_paged_in_place_and_then_leads_to_the_next(
    start_club: StartClub, tmp_path: Path
) -> None:
    long = "\n\n".join(f"Paragraph {number} of many. " + "Words and words. " * 20 for number in range(30))
    body = f"Teaser.\n\n<!--more-->\n\n## Long\n\n{long}\n\n## After\n\nThe end.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"long.md": review_file("Long review", body)}))
    card = (await club.paper("long review")).response
    page = await club.ada.select(card, [option(card, "Long")])
    seen = text_of(page.response)
    turns = 0
    while "Next page" in button_labels(page.response):
        turned = await club.ada.click(page.response, label="Next page")
        assert turned.response.id == page.response.id, "the page is turned in place"
        seen += text_of(turned.response)
        page = turned
        turns += 1
    assert turns >= 4
    assert all(f"Paragraph {number} of many." in seen for number in range(30))
    end = await club.ada.click(page.response, label="Next: After")
    assert "The end." in text_of(end.response)
    back = await club.ada.select(end.response, [option(end.response, "Long")])
    assert "Paragraph 0 of many." in text_of(back.response)


async def test_components_survive_a_restart_and_a_rename(start_club: StartClub, tmp_path: Path) -> None:
    paper = "**Link**: [arXiv](https://arxiv.org/abs/1706.03762)\n"
    reviews = write_reviews(
        tmp_path / "r",
        {
            "known.md": review_file("Known paper", f"T.\n\n<!--more-->\n\n{paper}\n## Summary\n\nAll of it.\n"),
            "unknown.md": review_file("Unknown paper", "T.\n\n<!--more-->\n\n## Summary\n\nNone of it.\n"),
        },
    )
    club = await start_club(reviews)
    cards = [(await club.paper(name)).response for name in ("known", "unknown")]
    (reviews / "known.md").rename(reviews / "moved.md")
    (reviews / "sub").mkdir()
    (reviews / "unknown.md").rename(reviews / "sub" / "elsewhere.md")
    await club.restart()
    texts = [text_of((await club.ada.select(card, [option(card, "Summary")])).response) for card in cards]
    assert "All of it." in texts[0]
    assert "None of it." in texts[1]


async def test_components_survive_a_rename_even_when_the_index_was_deleted(
    start_club: StartClub, tmp_path: Path
) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One"), "b.md": review_file("Two")})
    club = await start_club(reviews)
    card = (await club.paper("two")).response
    (reviews / "b.md").rename(reviews / "zz.md")
    await club.bot.close()
    for file in (tmp_path / "data").glob("index.db*"):
        file.unlink()
    await club.restart()
    opened = await club.ada.select(card, [option(card, "Summary")])
    assert "Two" in text_of(opened.response)


async def test_a_card_whose_review_is_gone_says_so(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One"), "b.md": review_file("Two")})
    club = await start_club(reviews)
    card = (await club.paper("two")).response
    (reviews / "b.md").unlink()
    await club.restart()
    clicked = await club.ada.select(card, [option(card, "Summary")])
    assert clicked.ephemeral
    assert "no longer in the library" in text_of(clicked.response)


async def test_a_section_that_was_renamed_since_says_so(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One")})
    club = await start_club(reviews)
    card = (await club.paper("one")).response
    write_reviews(reviews, {"a.md": review_file("One", "T.\n\n<!--more-->\n\n## Other\n\nText, and more of it.\n")})
    await club.restart()
    clicked = await club.ada.select(card, [option(card, "Summary")])
    assert "no longer in the review" in text_of(clicked.response)


async def test_related_reviews_say_why_and_open_privately(club: Club) -> None:
    card = (await club.paper("bertology")).response
    related = await club.ada.click(card, label="Related reviews")
    assert related.ephemeral
    assert "cited here" in text_of(related.response)
    opened = await club.ada.select(related.response, [option(related.response, "BERT: Pre-training")])
    assert opened.response.ephemeral
    shared = await club.ada.click(opened.response, label="Share")
    assert not shared.ephemeral
    assert "BERT: Pre-training" in text_of(shared.response)
    assert "shared by ada" in text_of(shared.response)


async def test_papers_browses_privately_newest_first_and_turns_pages_in_place(club: Club) -> None:
    listed = await club.ada.slash(club.channel, "papers")
    assert listed.ephemeral
    text = text_of(listed.response)
    assert "16 reviews · page 1 of 3" in text
    assert text.index("The Hardware Lottery") < text.index("Model Cards")
    older = await club.ada.click(listed.response, label="Older")
    assert older.response.id == listed.response.id
    assert "page 2 of 3" in text_of(older.response)
    assert "Beyond Accuracy" in text_of(older.response)


async def test_papers_filters_by_tag_author_and_year(club: Club) -> None:
    listed = await club.ada.slash(club.channel, "papers", tag="Language-Models", author="gebru", year=2025)
    assert "1 review tagged Language-Models by gebru of 2025" in text_of(listed.response)
    assert "Stochastic Parrots" in text_of(listed.response)
    nothing = await club.ada.slash(club.channel, "papers", author="nobody")
    assert "no reviews by nobody" in text_of(nothing.response)


async def test_the_pages_of_a_filtered_list_keep_the_filter(club: Club) -> None:
    listed = await club.ada.slash(club.channel, "papers", tag="reading club", year=2024)
    assert "page 1 of 2" in text_of(listed.response)
    older = await club.ada.click(listed.response, label="Older")
    assert "9 reviews tagged reading club of 2024 · page 2 of 2" in text_of(older.response)


async def test_a_shared_list_answers_other_members_privately(club: Club) -> None:
    listed = await club.ada.slash(club.channel, "papers")
    shared = await club.ada.click(listed.response, label="Share")
    assert not shared.ephemeral
    assert "Share" not in button_labels(shared.response)
    before = text_of(shared.response)
    turned = await club.grace.click(shared.response, label="Older")
    assert turned.ephemeral
    assert text_of(shared.response) == before


async def test_autocomplete_of_papers_offers_tags_authors_and_years(club: Club) -> None:
    assert (await club.complete("papers", "tag", "lang"))[0] == {
        "name": "language models (6)",
        "value": "language models",
    }
    assert "Timnit Gebru" in [choice["value"] for choice in await club.complete("papers", "author", "gebru")]
    assert [choice["value"] for choice in await club.complete("papers", "year", "")] == [2025, 2024]


async def test_tags_are_counted_and_browsed(club: Club) -> None:
    tags = await club.ada.slash(club.channel, "tags")
    assert tags.ephemeral
    assert "**reading club** · 15" in text_of(tags.response)
    browsed = await club.ada.select(tags.response, [option(tags.response, "scaling")])
    assert browsed.response.id == tags.response.id
    assert "2 reviews tagged scaling" in text_of(browsed.response)
    back = await club.ada.click(browsed.response, label="All tags")
    assert "11 tags" in text_of(back.response)
    shared = await club.ada.click(back.response, label="Share")
    assert not shared.ephemeral


async def test_spellings_of_a_tag_are_one_and_untagged_reviews_are_counted(
    start_club: StartClub, tmp_path: Path
) -> None:
    files = {
        "a.md": review_file("One", tags=["Reading Club"]),
        "b.md": review_file("Two", tags=["reading-club", "reading club"]),
        "c.md": review_file("Three", tags=["reading club"]),
        "d.md": review_file("Four"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    text = text_of((await club.ada.slash(club.channel, "tags")).response)
    assert "1 tag\n" in text
    assert "**reading club** · 3" in text
    assert "1 review has no tag" in text


async def test_reviews_without_a_tag_are_browsed_page_by_page(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{n}.md": review_file(f"Plain {n}", date=f"2020-01-0{n}") for n in range(1, 9)}
    files["t.md"] = review_file("Tagged", tags=["x"])
    club = await start_club(write_reviews(tmp_path / "r", files))
    tags = await club.ada.slash(club.channel, "tags")
    browsed = await club.ada.click(tags.response, label="Untagged (8)")
    assert "8 reviews without a tag · page 1 of 2" in text_of(browsed.response)
    older = await club.ada.click(browsed.response, label="Older")
    assert "8 reviews without a tag · page 2 of 2" in text_of(older.response)
    assert "Plain 1" in text_of(older.response)
    assert "Tagged" not in text_of(browsed.response) + text_of(older.response)
    for n in range(1, 9):
        (tmp_path / "r" / f"{n}.md").write_text(review_file(f"Plain {n}", tags=["x"]))
    await club.bot.libraries.for_guild(None).refresh(datetime(2026, 1, 1, tzinfo=UTC))
    gone = await club.ada.click(older.response, label="Newer")
    assert "The library holds no reviews without a tag" in text_of(gone.response)
    tags = await club.ada.slash(club.channel, "tags")
    assert button_labels(tags.response) == ["Share"]


@pytest.mark.parametrize("typed", ["rogers anna", "Rogers, Anna", "ANNA ROGERS", "a. rogers", "ánna rögers"])
async def test_the_words_of_an_author_may_be_typed_in_any_order(club: Club, typed: str) -> None:
    assert (await club.complete("papers", "author", typed))[0]["value"] == "Anna Rogers"
    listed = await club.ada.slash(club.channel, "papers", author=typed)
    assert "A Primer in BERTology" in text_of(listed.response)


@pytest.mark.parametrize("typed", ["gebruu", "gerbu", "timnit gebrou"])
async def test_an_author_with_a_typo_is_answered_with_the_nearest(club: Club, typed: str) -> None:
    assert "Timnit Gebru" in [choice["value"] for choice in await club.complete("papers", "author", typed)]
    asked = await club.ada.slash(club.channel, "papers", author=typed, year=2025)
    assert f"The library holds no reviews by {typed} of 2025. Did you mean this one?" in text_of(asked.response)
    chosen = await club.ada.select(asked.response, [option(asked.response, "Timnit Gebru")])
    assert "by Timnit Gebru of 2025" in text_of(chosen.response)
    assert chosen.response.id == asked.response.id


@pytest.mark.parametrize("typed", ["zebedee quark", "anna quark"])
async def test_an_author_who_is_like_nobody_is_not_mistaken_for_another(club: Club, typed: str) -> None:
    asked = await club.ada.slash(club.channel, "papers", author=typed)
    text = text_of(asked.response)
    assert f"no reviews by {typed}." in text
    assert "Did you mean" not in text
    ids = {command.name: command.id for command in await club.bot.tree.fetch_commands()}
    assert f"</papers:{ids['papers']}> alone lists them all, </tags:{ids['tags']}> the tags in use." in text
    assert await club.complete("papers", "author", typed) == []
    known = await club.ada.slash(club.channel, "papers", author="gebru", year=1999)
    assert "Did you mean" not in text_of(known.response)


async def test_drafts_future_and_expired_reviews_never_reach_the_chat(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        "shown.md": review_file("Visible paper", date="2020-01-01"),
        "draft.md": review_file("Secret draft", draft=True),
        "future.md": review_file("Secret future", date="2099-01-01"),
        "unpublished.md": review_file("Secret embargo", date="2020-01-01", publishDate="2099-01-01"),
        "expired.md": review_file("Secret expired", expiryDate="2020-01-01"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert [choice["name"] for choice in await club.complete("paper", "name", "")] == ["Visible paper"]
    assert await club.complete("paper", "name", "secret") == []
    assert (await club.paper("secret draft")).ephemeral
    assert "1 review" in text_of((await club.ada.slash(club.channel, "papers")).response)


async def test_a_review_appears_by_the_clock_without_a_reload(start_club: StartClub, tmp_path: Path) -> None:
    files = {"a.md": review_file("Now"), "b.md": review_file("Tomorrow", date="2026-01-01T12:00:00Z")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert len(await club.complete("paper", "name", "")) == 1
    await club.env.advance_time(13 * 3600)
    assert len(await club.complete("paper", "name", "")) == 2


async def test_other_servers_hear_that_no_library_is_connected(start_club: StartClub) -> None:
    club = await start_club(guilds="123456")
    asked = await club.paper("bertology")
    assert asked.ephemeral
    assert "No library is connected to this server" in text_of(asked.response)
    assert await club.complete("paper", "name", "bert") == []


async def test_a_direct_message_reads_the_default_library(club: Club) -> None:
    user = club.env.create_user("lone")
    result = await user.slash("paper", name="bertology")
    assert "BERTology" in text_of(result.response)


async def test_an_empty_library_says_so(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"_index.md": "---\ntitle: x\n---\n"}))
    assert "no reviews yet" in text_of((await club.paper("anything")).response)
    assert "no reviews" in text_of((await club.ada.slash(club.channel, "papers")).response)
    assert "No review has a tag yet" in text_of((await club.ada.slash(club.channel, "tags")).response)


HOSTILE = (
    "@everyone @here <@123> <@&5> **x** `code` [bank](https://evil.example) https://evil.example ||s|| \u202emirrored"
)


async def test_hostile_text_pings_nobody_and_breaks_no_limit(start_club: StartClub, tmp_path: Path) -> None:
    body = f"{HOSTILE} [click](javascript:alert(1)) <script>x</script>\n\n<!--more-->\n\n" + "".join(
        f"## {HOSTILE} {number}\n\n{HOSTILE}\n\n{'long ' * 900}\n\n" for number in range(60)
    )
    files = {
        "a.md": review_file(
            HOSTILE * 8, body, authors=[HOSTILE] * 500, tags=[f"{HOSTILE}{n}" for n in range(90)], date="2020-02-03"
        ),
        "b.md": review_file("x" * 3000, "# " + "y" * 3000 + "\n\n" + "z" * 9000),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    choices = await club.complete("paper", "name", "")
    assert all(1 <= len(choice["name"]) <= 100 and 1 <= len(choice["value"]) <= 100 for choice in choices)
    messages = [(await club.paper(choice["value"])).response for choice in choices]
    for card in list(messages):
        for index in (0, -1):
            opened = await club.ada.select(card, [menu_of(card)["options"][index]["value"]])
            messages.append(opened.response)
            if any(label.startswith("Next") for label in button_labels(opened.response)):
                following = next(label for label in button_labels(opened.response) if label.startswith("Next"))
                messages.append((await club.ada.click(opened.response, label=following)).response)
    listed = await club.ada.slash(club.channel, "papers", author=HOSTILE)
    messages += [listed.response, (await club.ada.slash(club.channel, "tags")).response]
    for message in messages:
        text = text_of(message)
        assert len(text) <= 4000
        assert message._message.ping_user_ids == []
        assert not message.message.mention_everyone
        assert not message.message.mentions
        assert "\u202e" not in text
        assert "@everyone" not in text
        assert not re.search(r"(?<!\\)\]\(javascript:", text)


async def test_every_section_of_a_review_with_many_sections_can_be_reached(
    start_club: StartClub, tmp_path: Path
) -> None:
    body = "T.\n\n<!--more-->\n\n" + "".join(f"## Part {number:02}\n\nText {number:02}.\n\n" for number in range(60))
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("Many parts", body)}))
    message = (await club.paper("many parts")).response
    reached: set[str] = set()
    for _ in range(4):
        options = menu_of(message)["options"]
        assert len(options) <= 25
        reached |= {choice["label"] for choice in options}
        more = [choice["value"] for choice in options if choice["label"].startswith("More sections")]
        if not more:
            break
        message = (await club.ada.select(message, more)).response
    assert {f"Part {number:02}" for number in range(60)} <= reached


async def test_sections_of_the_same_name_are_told_apart(start_club: StartClub, tmp_path: Path) -> None:
    body = "T.\n\n<!--more-->\n\n## Notes\n\nFirst.\n\n## Notes\n\nSecond.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("Twice", body)}))
    card = (await club.paper("twice")).response
    values = [choice["value"] for choice in menu_of(card)["options"]]
    assert len(set(values)) == 2
    assert "Second." in text_of((await club.ada.select(card, [values[1]])).response)


async def test_a_reference_leads_to_the_published_page_or_names_the_command(
    start_club: StartClub, tmp_path: Path
) -> None:
    files = {
        "a.md": review_file(
            "One", 'T.\n\n<!--more-->\n\n## S\n\nSee [two]({{< ref "b.md#x" >}}), [lost]({{< ref "c" >}}).\n'
        ),
        "b.md": review_file("Two"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    card = (await club.paper("one")).response
    (paper,) = [command for command in await club.bot.tree.fetch_commands() if command.name == "paper"]
    section = await club.ada.select(card, [option(card, "S")])
    assert f"See two (</paper:{paper.id}> `b`), lost." in text_of(section.response)


async def test_a_second_start_reads_only_what_changed(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One"), "b.md": review_file("Two")})
    club = await start_club(reviews)
    await club.bot.close()
    # A file that is the same to stat is not read again, whatever it holds; one that is not the same is.
    stamp = (reviews / "a.md").stat()
    (reviews / "a.md").write_text(review_file("Eno"))
    os.utime(reviews / "a.md", ns=(stamp.st_mtime_ns, stamp.st_mtime_ns))
    (reviews / "b.md").write_text(review_file("Two, edited"))
    await club.restart()
    assert {choice["name"] for choice in await club.complete("paper", "name", "")} == {"One", "Two, edited"}


async def test_a_file_that_breaks_keeps_its_last_good_version(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One")})
    club = await start_club(reviews)
    (reviews / "a.md").write_text("---\ntitle: [broken\n---\n\nText\n")
    await club.restart()
    card = (await club.paper("one")).response
    assert "Text." in text_of((await club.ada.select(card, [option(card, "Summary")])).response)
    problems = await club.bot.libraries.for_guild(None).problems()
    assert [(problem.path, problem.severity) for problem in problems] == [("a.md", "error")]
    (reviews / "a.md").write_text(review_file("One, mended"))
    await club.restart()
    assert "One, mended" in text_of((await club.paper("one")).response)
    assert await club.bot.libraries.for_guild(None).problems() == []


async def test_a_defect_is_told_with_a_reference_and_logged(club: Club, caplog: pytest.LogCaptureFixture) -> None:
    card = (await club.paper("bertology")).response
    library = club.bot.libraries.for_guild(None)

    async def broken(*args: object) -> str:
        raise ZeroDivisionError("boom")

    library.read_section = broken  # type: ignore[method-assign]
    clicked = await club.ada.select(card, [option(card, "Why")])
    assert clicked.ephemeral
    text = text_of(clicked.response)
    assert "Something went wrong" in text
    assert "boom" not in text
    reference = text.split("`")[1]
    assert any(reference in record.message and record.exc_info for record in caplog.records)


async def test_commands_are_registered_once(club: Club) -> None:
    def syncs() -> int:
        return sum(entry.method == "PUT" and entry.path.endswith("/commands") for entry in club.env.http_requests)

    assert syncs() == 1
    await club.restart()
    assert syncs() == 1


def test_the_sample_library_is_where_the_tests_think() -> None:
    assert (SAMPLES / "primer_in_bertology_rogers.md").is_file()


async def test_reading_on_happens_in_one_private_message_and_leads_back(club: Club) -> None:
    card = (await club.paper("bertology")).response
    first = await club.ada.select(card, [option(card, "What we made of it")])
    following = await club.ada.click(first.response, label="Next: Questions")
    menu = menu_of(following.response)
    assert [choice["label"] for choice in menu["options"] if choice.get("default")] == ["Questions"]
    assert menu["custom_id"].endswith(":4"), "the section stands in the menu's id, so that a client shows it as chosen"
    back = await club.ada.click(following.response, label="Back")
    assert "## What we made of it" in text_of(back.response)
    overview = await club.ada.click(back.response, label="Overview")
    assert "## A Primer in BERTology" in text_of(overview.response)
    related = await club.ada.click(overview.response, label="Related reviews")
    other = await club.ada.select(related.response, [option(related.response, "On the Dangers")])
    assert "Stochastic Parrots" in text_of(other.response)
    assert {step.response.id for step in (first, following, back, overview, related, other)} == {first.response.id}


async def test_a_footnote_is_shown_in_the_section_that_names_it(start_club: StartClub, tmp_path: Path) -> None:
    body = "T.\n\n<!--more-->\n\n## One\n\nClaim.[^n] See [it][l].\n\n## Two\n\nx\n\n[^n]: Proof.\n[l]: https://e.example/\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("Notes", body)}))
    card = (await club.paper("notes")).response
    text = text_of((await club.ada.select(card, [option(card, "One")])).response)
    assert "Claim.\\[1\\] See [it](https://e.example/)." in text
    assert "-# 1: Proof." in text


@pytest.mark.parametrize("name", ["b", "*b*", "of", "a"])
async def test_a_letter_or_two_never_decide(club: Club, name: str) -> None:
    assert (await club.paper(name)).ephemeral


@pytest.mark.parametrize(
    ("name", "heading"),
    [("Vaswani et al. 2017", "Attention Is All"), ("kaplan 2020", "Scaling Laws"), ("the BERT paper", "BERT: Pre")],
)
async def test_a_citation_finds_its_review(club: Club, name: str, heading: str) -> None:
    result = await club.paper(name)
    assert not result.ephemeral
    assert heading in text_of(result.response)


@pytest.mark.parametrize(
    ("site", "files", "address"),
    [
        ("https://c.example/papers/", {"a.md": review_file("One")}, "https://c.example/papers/a/"),
        ("https://c.example/papers", {"a.md": review_file("One", url="/papers/uno/")}, "https://c.example/papers/uno/"),
        ("https://c.example", {"a.md": review_file("One", slug="Ü no")}, "https://c.example/%C3%BC-no/"),
        (
            "https://c.example",
            {"hugo.toml": "", "content/papers/a.md": review_file("One")},
            "https://c.example/papers/a/",
        ),
    ],
)
async def test_the_button_leads_to_the_published_page(
    start_club: StartClub, tmp_path: Path, site: str, files: dict[str, str], address: str
) -> None:
    club = await start_club(write_reviews(tmp_path / "r", files), site_url=site)
    card = (await club.paper("one")).response
    assert [part["url"] for part in components(card) if part.get("url")] == [address]


async def test_reviews_whose_files_swap_their_names_are_not_mixed_up(start_club: StartClub, tmp_path: Path) -> None:
    body = "T.\n\n<!--more-->\n\n## Summary\n\n{}\n"
    files = {f"{name}.md": review_file(name.title(), body.format(f"This is {name}.")) for name in ("first", "second")}
    reviews = write_reviews(tmp_path / "r", files)
    club = await start_club(reviews)
    card = (await club.paper("first")).response
    (reviews / "first.md").rename(reviews / "x.md")
    (reviews / "second.md").rename(reviews / "first.md")
    (reviews / "x.md").rename(reviews / "second.md")
    await club.restart()
    assert "This is first." in text_of((await club.ada.select(card, [option(card, "Summary")])).response)


async def test_a_review_with_a_date_that_cannot_be_read_is_held_back(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        "a.md": review_file("Shown", date="2 Oct 2020"),
        "b.md": review_file("Held", publishDate="2099-13-01"),
        "c.md": review_file("Held", date="2099-02-30"),
        "d.md": review_file("Held", expiryDate="31/12/2001"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert [choice["name"] for choice in await club.complete("paper", "name", "")] == ["Shown"]
    problems = await club.bot.libraries.for_guild(None).problems()
    assert sorted(problem.path for problem in problems if problem.severity == "error") == ["b.md", "c.md", "d.md"]


@pytest.mark.parametrize("name", ["care", "list", "bart", "lotto"])
async def test_a_short_word_that_is_almost_another_is_only_a_guess(club: Club, name: str) -> None:
    assert (await club.paper(name)).ephemeral


async def test_a_choice_of_autocomplete_never_asks_again(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        "bert.md": review_file("BERT: one"), "other.md": review_file("BERT: two"), "a-b.md": review_file("First"),
        "a_b.md": review_file("Second"), "third.md": review_file("bert"),
    }  # fmt: skip
    club = await start_club(write_reviews(tmp_path / "r", files))
    choices = await club.complete("paper", "name", "")
    assert len(choices) == 5
    for choice in choices:
        result = await club.paper(choice["value"])
        assert not result.ephemeral
        assert f"## {choice['name']}" in text_of(result.response)


async def test_a_file_that_could_not_be_opened_is_tried_again(
    start_club: StartClub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(root: Path, path: str) -> bytes:
        raise UnreadableFile("cannot be opened: Permission denied")

    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One")})
    with monkeypatch.context() as patched:
        patched.setattr("bot.library.reader.read_file", refuse)
        club = await start_club(reviews)
    assert [problem.path for problem in await club.bot.libraries.for_guild(None).problems()] == ["a.md"]
    await club.restart()
    assert not (await club.paper("one")).ephemeral


async def test_a_broken_file_is_not_read_again_until_it_changes(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One")})
    club = await start_club(reviews)
    (reviews / "a.md").write_text("---\ntitle: [broken\n---\n")
    await club.restart()
    library = club.bot.libraries.for_guild(None)
    report = await library.refresh(datetime(2026, 1, 1, tzinfo=UTC))
    assert (report.reviews, report.read) == (1, 0)
    assert [problem.path for problem in await library.problems()] == ["a.md"]


async def test_an_author_with_a_colon_can_be_paged(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{n}.md": review_file(f"Review {n}", authors=["A: Colon 100%"]) for n in range(9)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    listed = await club.ada.slash(club.channel, "papers", author="A: Colon 100%")
    older = await club.ada.click(listed.response, label="Older")
    assert "9 reviews by A: Colon 100% · page 2 of 2" in text_of(older.response)


async def test_a_button_never_names_another_site_than_it_leads_to(start_club: StartClub, tmp_path: Path) -> None:
    body = "T.\n\n<!--more-->\n\n**Link**: [paypal.com](https://evil.example/x)\n\n## S\n\nText.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One", body)}))
    card = (await club.paper("one")).response
    assert {part["label"]: part["url"] for part in components(card) if part.get("url")} == {
        "evil.example": "https://evil.example/x"
    }


async def test_related_reviews_name_the_tags_that_they_share_but_not_those_of_all(
    start_club: StartClub, tmp_path: Path
) -> None:
    tags = {"One": ["club", "rare"], "Two": ["club", "rare"], "Three": ["club"], "Four": ["club", "odd"]}
    files = {f"{title}.md": review_file(title, tags=names) for title, names in tags.items()}
    club = await start_club(write_reviews(tmp_path / "r", files))
    related = await club.ada.click((await club.paper("one")).response, label="Related reviews")
    assert "**Two**\n-# shares the tags rare and club" in text_of(related.response)
    assert "Three" not in text_of(related.response)
    alone = await club.ada.click((await club.paper("three")).response, label="Related reviews")
    assert "Nothing in the library is near" in text_of(alone.response)


async def test_a_reference_keeps_its_anchor_on_the_site(start_club: StartClub, tmp_path: Path) -> None:
    files = {
        "a.md": review_file(
            "One", 'T.\n\n<!--more-->\n\n## S\n\n[two]({{< ref "b.md#part-x" >}}) and {{< ref "b" >}}\n'
        ),
        "b.md": review_file("Two"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files), site_url="https://c.example")
    card = (await club.paper("one")).response
    text = text_of((await club.ada.select(card, [option(card, "S")])).response)
    assert "[two](https://c.example/b/#part-x) and [b](https://c.example/b/)" in text


async def test_a_section_is_found_where_it_moved(start_club: StartClub, tmp_path: Path) -> None:
    reviews = write_reviews(tmp_path / "r", {"a.md": review_file("One")})
    club = await start_club(reviews)
    card = (await club.paper("one")).response
    body = "T.\n\n<!--more-->\n\n## Before\n\nNew.\n\n## Summary\n\nMoved.\n"
    write_reviews(reviews, {"a.md": review_file("One", body)})
    await club.restart()
    assert "Moved." in text_of((await club.ada.select(card, [option(card, "Summary")])).response)


async def test_from_late_sections_the_way_leads_back_to_the_first(start_club: StartClub, tmp_path: Path) -> None:
    body = "T.\n\n<!--more-->\n\n" + "".join(f"## Part {number:02}\n\nText {number:02}.\n\n" for number in range(60))
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("Many parts", body)}))
    card = (await club.paper("many parts")).response
    late = await club.ada.select(card, [option(card, "More sections")])
    assert menu_of(late.response)["id"] == 123
    early = await club.ada.select(late.response, [option(late.response, "← Earlier")])
    assert "Text 00." in text_of(early.response)
    assert menu_of(early.response)["id"] == 100


async def test_a_teaser_begins_with_prose_and_ends_before_the_next_heading(
    start_club: StartClub, tmp_path: Path
) -> None:
    body = "# A heading\n\nThe prose.\n\n## Another\n\nMore.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One", body)}))
    assert text_of((await club.paper("one")).response) == "## One\nThe prose."


async def test_years_are_completed_by_their_beginning(club: Club) -> None:
    assert [choice["value"] for choice in await club.complete("papers", "year", "2024")] == [2024]


async def test_the_card_says_what_the_club_thought_and_a_review_without_a_teaser_says_it_in_brief(
    start_club: StartClub, tmp_path: Path
) -> None:
    told = "The authors train a model on a corpus of reviews and compare it with three others in two languages. " * 4
    thought = "We think that the comparison is unfair to the smallest model. The corpus of that model was never cleaned by anyone at all."
    parts = [
        f"The paper proposes a way to shorten reviews without a model. {told}",
        f"## Results\n\nThe new way wins on all three measures by a wide margin, and needs a tenth of the time. {told}",
        f"## Our thoughts\n\n{thought} {told}",
    ]
    files = {
        "own.md": review_file("Own", "A teaser by hand.\n\n<!--more-->\n\n" + "\n\n".join(parts)),
        "none.md": review_file("None", "\n\n".join(parts)),
        "short.md": review_file("Short", "## Our thoughts\n\nWe think it is short.\n"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    own, none, short = [text_of((await club.paper(name)).response) for name in ("own", "none", "short")]
    assert f"**What the club thought**\n{thought}" in own
    assert "In brief" not in own
    assert "**In brief**\n- " in none
    assert f"**What the club thought**\n{thought}" in none
    assert "What the club thought" not in short
    library = club.bot.libraries.for_guild(None)
    review = library.get(library.suggest("own", NOW)[0].key, NOW)
    assert review
    assert (await library.read_opinions(review))[0] == "We think that the comparison is unfair to the smallest model."
    assert len(await library.read_gist(review)) == 3
    assert await library.read_questions(review) == ()


async def test_a_card_says_nothing_twice_and_fits_on_a_screen(start_club: StartClub, tmp_path: Path) -> None:
    filler = "The authors train a model on a corpus of reviews and compare it with three others in two languages. " * 30
    thought = "We liked the paper a lot. I doubt that anybody will ever write such a thing by hand, and so does Ada."
    more = (
        "We wonder, too, what the reviewers of the paper made of the tables at its end, since they say so little of it."
    )
    body = f'It\'s about $x_1$ in "long" texts. {filler}\n\n## Our thoughts\n\n{thought} {more}\n'
    summary = {"summary": "A summary by hand. " * 20}
    files = {"a.md": review_file("One", body), "b.md": review_file("Two", body, **summary)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    one, two = [text_of((await club.paper(name)).response) for name in ("one", "two")]
    assert one.count("We liked the paper a lot.") == 1
    assert one.count("x_1") + one.count("x₁") == 1
    assert f"**What the club thought**\n{thought}" in one
    assert len(one) < 900
    assert "In brief" not in two
    assert two.count("A summary by hand.") == 20


async def test_a_teaser_leaves_footnotes_to_the_sections(start_club: StartClub, tmp_path: Path) -> None:
    body = "A claim.[^n] Or `[^a]`.\n\n## Part\n\nText.\n\n[^n]: The note.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("One", body)}))
    assert text_of((await club.paper("one")).response) == "## One\nA claim. Or `[^a]`."


async def test_buttons_are_named_after_the_sites_where_the_words_say_less(
    start_club: StartClub, tmp_path: Path
) -> None:
    links = [{"name": "10.1145/3442188.3445922", "url": "https://doi.org/10.1145/3442188.3445922"}]
    files = {
        "a.md": review_file("One", links=links),
        "b.md": review_file("Two", paper="https://www.arxiv.org/abs/2205.14135"),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert button_labels((await club.paper("one")).response)[0] == "DOI"
    assert button_labels((await club.paper("two")).response)[0] == "arXiv"


async def test_a_long_title_without_blanks_is_a_smaller_heading(start_club: StartClub, tmp_path: Path) -> None:
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("注意力就是你所需要的一切" * 4)}))
    assert text_of((await club.paper("a")).response).startswith("### 注意力")


async def test_the_section_below_the_title_in_the_text_is_the_introduction(
    start_club: StartClub, tmp_path: Path
) -> None:
    body = "# A name\n\nThe beginning.\n\n## After\n\nThe end.\n"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": review_file("A name", body)}))
    card = (await club.paper("a name")).response
    assert [choice["label"] for choice in menu_of(card)["options"]] == ["Introduction", "After"]
    opened = await club.ada.select(card, [option(card, "Introduction")])
    assert "## Introduction" in text_of(opened.response)
    assert button_labels(opened.response) == ["Back", "Overview", "Next: After"]


def test_a_section_that_is_too_long_ends_with_a_paragraph() -> None:
    whole = "\n\n".join(f"Paragraph {number}. " + "Words and words. " * 30 for number in range(200))
    *_, last = section_pages(whole, ())
    text, _, rest = last.rpartition("\n\n")
    assert text.endswith("Words and words.")
    assert rest == "-# The section goes on, but the rest of it is too long for a chat."


async def test_a_reference_never_leads_to_a_draft(start_club: StartClub, tmp_path: Path) -> None:
    body = 'See [the other]({{< ref "b.md" >}}) one.\n\n<!--more-->\n\n## S\n\nText.\n'
    files = {"a.md": review_file("One", body), "b.md": review_file("Two", draft=True)}
    club = await start_club(write_reviews(tmp_path / "r", files), site_url="https://club.example.org/")
    card = (await club.paper("one")).response
    assert "the other" in text_of(card)
    assert "/b/" not in text_of(card)
    related = await club.ada.click(card, label="Related reviews")
    assert "Two" not in text_of(related.response)


async def test_a_card_that_is_kept_follows_what_it_refers_to(start_club: StartClub, tmp_path: Path) -> None:
    body = 'See [the other]({{< ref "b.md" >}}) one.\n\n<!--more-->\n\n## S\n\nText.\n'
    files = {"a.md": review_file("One", body), "b.md": review_file("Two", expiryDate="2026-01-01T12:00:00Z")}
    folder = write_reviews(tmp_path / "r", files)
    club = await start_club(folder)
    paper = club.bot.mentions.mention("paper")
    assert f"the other ({paper} `b`) one." in text_of((await club.paper("one")).response)
    await club.env.advance_time(13 * 3600)
    assert "the other one." in text_of((await club.paper("one")).response)
    write_reviews(folder, {"b.md": review_file("Two", slug="another")})
    await club.bot.libraries.for_guild(None).refresh(NOW)
    assert f"the other ({paper} `another`) one." in text_of((await club.paper("one")).response)


async def test_a_card_that_is_kept_follows_its_file(start_club: StartClub, tmp_path: Path) -> None:
    folder = write_reviews(tmp_path / "r", {"a.md": review_file("One", date="2024-05-01T01:00:00+02:00")})
    club = await start_club(folder)
    library = club.bot.libraries.for_guild(None)
    assert "read 1 May 2024" in text_of((await club.paper("one")).response)
    # The same moment, and another day.
    write_reviews(folder, {"a.md": review_file("One", date="2024-04-30T23:00:00+00:00")})
    await library.refresh(NOW)
    assert "read 30 April 2024" in text_of((await club.paper("one")).response)
    write_reviews(folder, {"a.md": review_file("One", "Other words.\n\n## Part\n\nText.\n")})
    await library.refresh(NOW)
    assert "Other words." in text_of((await club.paper("one")).response)


async def test_nothing_is_kept_of_the_messages_that_were_sent(club: Club) -> None:
    def count() -> tuple[int, int]:
        gc.collect()
        return sum(isinstance(thing, ui.LayoutView) for thing in gc.get_objects()), len(asyncio.all_tasks())

    async def talk() -> None:
        for name in ("bertology", "attention", "zzzzzz"):
            asked = (await club.paper(name)).response
        await club.ada.slash(club.channel, "papers")
        chosen = await club.ada.select(asked, [menu_of(asked)["options"][0]["value"]])
        related = await club.ada.click(chosen.response, label="Related reviews")
        await club.ada.click(related.response, label="Overview")

    await talk()
    before = count()
    for _ in range(5):
        await talk()
    assert count() == before
    store = club.bot._connection._view_store
    assert not store._views
    assert not store._synced_message_views


FORGED = [
    *(("search", *rest) for rest in [(), ("0",), ("x", "a"), ("-1", "a"), ("²", "a"), ("9" * 20, "a"), ("0", "~gone")]),
    *(("browse", *rest) for rest in [(), ("x",), ("0",), ("0", "", ""), ("0", "", "", "x"), ("0", "nothing", "", "")]),
    *((action, *rest) for action in ("sharesearch", "sharelist", "sharetags", "tags") for rest in [(), ("x",)]),
    *((action,) for action in ("related", "card", "open", "post", "tag", "author", "section", "page", "unknown")),
    *((action, "gone") for action in ("related", "card", "open", "post", "tag")),
    ("page", "gone", "0", "x"),
    ("page", "gone", "0", "-9"),
    ("author", "", "x", "name"),
    ("status", "x"),
    ("acceptloss", "x"),
]


async def test_what_an_older_version_of_the_bot_posted_is_answered_in_a_sentence(club: Club) -> None:
    channel = club.bot.get_channel(club.channel.id)
    for start in range(0, len(FORGED), 25):
        posted = [button(*state, label=f"{start + n}") for n, state in enumerate(FORGED[start : start + 25])]
        sent = await channel.send(view=layout(*(row(*posted[n : n + 5]) for n in range(0, len(posted), 5))))
        message = next(message for message in club.channel.history() if message.id == sent.id)
        for one in posted:
            answer = await club.ada.click(message, label=one.item.label)
            assert answer.ephemeral, FORGED[int(one.item.label)]
            assert "Something went wrong" not in text_of(answer.response), FORGED[int(one.item.label)]
