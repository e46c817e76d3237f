"""Suggesting papers, as members do it on a simulated Discord."""

from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.club.suggestion import Suggestion
from bot.papers.identifiers import PaperId
from bot.papers.source import SourceFault
from bot.ui.controls import button
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_setup import forge
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, menu_of, option, plain, review_file, text_of, write_reviews

TREES = "2401.00002"


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(
        paper("2401.00001", "Pruning at $10^{-3}$ of the cost"),
        paper(TREES, "Pruning of trees"),
        paper("2401.00003", "Pruning of roses", dois=("10.1000/Roses",)),
        paper("2401.00004", "@everyone <@1> **bold** [x](https://evil.example) \u202e"),
    )


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path, source: FakeSource) -> Club:
    body = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00001)\n\n## Summary\n\nText.\n"
    files = {
        "read.md": review_file("Pruning, read", body, date="2024-06-07"),
        "page.md": review_file("A page about no paper", "T.\n\n## Summary\n\nText.\n", date="2024-06-08"),
    }
    return await start_club(write_reviews(tmp_path / "r", files), sources=[source])


async def suggest(club: Club, text: str, who: simcord.MemberActor | None = None, **why: str) -> Any:
    return await (who or club.ada).slash(club.channel, "suggest", paper=text, **why)


async def queue(club: Club) -> list[Suggestion]:
    return await club.bot.suggestions.queue(club.env.guild.id)


def last(club: Club) -> Any:
    """Give the last message that everybody sees."""
    return plain(max(club.channel.history(), key=lambda message: message.id))


def said(club: Club) -> str:
    return text_of(last(club))


@pytest.mark.parametrize("text", [TREES, f"https://arxiv.org/abs/{TREES}v1", f"10.48550/arXiv.{TREES}"])
async def test_a_paper_is_suggested_by_what_names_it(club: Club, text: str) -> None:
    shown = await suggest(club, text, why="It is about trees.")
    assert not shown.ephemeral
    card = text_of(shown.response)
    assert "### Pruning of trees" in card
    assert f"-# Ada Lovelace, Grace Hopper · 2024 · `arXiv:{TREES}`" in card
    assert f"**1 member wants to read it** · suggested by <@{club.ada.id}>" in card
    assert f"> It is about trees. — <@{club.ada.id}>" in card
    [kept] = await queue(club)
    assert (kept.title, kept.described, kept.suggested_by) == ("Pruning of trees", True, club.ada.id)


async def test_the_same_paper_is_one_more_voice_and_both_reasons_are_kept(club: Club) -> None:
    await suggest(club, TREES, why="Trees.")
    joined = text_of((await suggest(club, f"https://arxiv.org/pdf/{TREES}v7", club.grace, why="Shade.")).response)
    assert "**2 members want to read it**" in joined
    assert f"> Trees. — <@{club.ada.id}>\n> Shade. — <@{club.grace.id}>" in joined
    assert f"<@{club.grace.id}> wants to read this too; it was suggested before." in joined
    by_title = await suggest(club, "pruning of TREES", club.ada)
    assert by_title.ephemeral, "nothing new is nothing for everybody"
    assert "a paper counts once for each member" in text_of(by_title.response)
    assert [each.votes for each in await queue(club)] == [2]


async def test_a_doi_that_is_found_out_later_joins_too(club: Club) -> None:
    await suggest(club, "2401.00003")
    await suggest(club, "10.1000/roses", club.grace)
    assert [each.votes for each in await queue(club)] == [2]


async def test_words_lead_to_a_menu_and_the_choice_is_suggested_with_the_reason(club: Club) -> None:
    asked = await suggest(club, "pruning", why="To cut.")
    assert asked.ephemeral
    assert "3 papers fit “pruning”. Which one do you suggest?" in text_of(asked.response)
    chosen = await club.ada.select(asked.response, [option(asked.response, "Pruning of roses")])
    assert text_of(chosen.response) == "Your suggestion is in."
    assert "### Pruning of roses" in said(club)
    assert f"> To cut. — <@{club.ada.id}>" in said(club)


async def test_words_that_are_a_title_need_no_menu(club: Club) -> None:
    await suggest(club, "Pruning of Roses")
    assert "### Pruning of roses" in said(club)


async def test_the_title_may_be_meant_as_it_was_typed(club: Club) -> None:
    asked = await suggest(club, "pruning", why="To cut.")
    await club.ada.select(asked.response, ["title"])
    assert "### pruning\n**1 member" in said(club)
    assert f"> To cut. — <@{club.ada.id}>" in said(club)


async def test_after_a_restart_the_menu_asks_again_for_what_was_typed(club: Club, source: FakeSource) -> None:
    asked, other = await suggest(club, "pruning", why="To cut."), await suggest(club, "pruning of")
    await club.restart()
    form = await club.ada.select(asked.response, ["title"])
    await club.ada.submit_modal(form, {"title": "Pruning, by hand", "why": "To cut."})
    assert "### Pruning, by hand" in said(club)
    assert text_of(asked.response) == "Your suggestion is in.", "the question is gone"
    await club.ada.select(other.response, [option(other.response, "Pruning of roses")])
    assert {each.title for each in await queue(club)} == {"Pruning, by hand", "Pruning of roses"}


async def test_a_title_that_nobody_knows_is_accepted_and_that_is_said(club: Club) -> None:
    await suggest(club, "  A talk   of our own ", why="We gave it.")
    card = said(club)
    assert "### A talk of our own" in card
    assert "No source knows a paper of this title, so it stands here as it was typed." in card
    assert "Abstract" not in button_labels(last(club))
    await suggest(club, "a talk of our own!", club.grace)
    assert [each.votes for each in await queue(club)] == [2]


async def test_what_the_club_has_read_is_said_and_can_be_suggested_again(club: Club) -> None:
    for text in ("2401.00001", "Pruning, read"):
        read = await suggest(club, text, why="It aged well.")
        assert read.ephemeral
        assert "**The club read this on 7 June 2024:** Pruning, read" in text_of(read.response)
    assert await queue(club) == []
    form = await club.ada.click(read.response, label="Suggest again")
    await club.ada.submit_modal(form, {"why": "It aged well."})
    assert f"> It aged well. — <@{club.ada.id}>" in said(club)
    [again] = await queue(club)
    assert again.review_key
    joined = await suggest(club, "2401.00001", club.grace)
    assert "**2 members" in text_of(joined.response), "nobody is asked a second time"


async def test_a_review_of_no_known_paper_can_be_suggested_again(club: Club) -> None:
    read = await suggest(club, "A page about no paper")
    form = await club.ada.click(read.response, label="Suggest again")
    await club.ada.submit_modal(form, {"why": ""})
    assert "### A page about no paper" in said(club)


async def test_while_arxiv_is_down_nothing_is_lost(club: Club, source: FakeSource) -> None:
    source.fault = SourceFault("did not answer")
    shown = await suggest(club, TREES, why="Trees.")
    assert not shown.ephemeral
    assert f"### arxiv:{TREES}" in said(club)
    assert "arXiv did not answer; title and authors are filled in once a source knows them." in said(club)
    [kept] = await queue(club)
    assert (kept.paper_id, kept.described) == (PaperId("arxiv", TREES), False)
    await suggest(club, "Trees, of course")
    assert "could not be looked for everywhere (arXiv did not answer)" in said(club)
    source.fault = None
    await club.env.advance_time(3_600)
    assert "Pruning of trees" in {each.title for each in await queue(club)}


async def test_a_message_that_names_papers_offers_to_suggest_them(club: Club) -> None:
    message = await club.grace.send(club.channel, f"have you seen https://arxiv.org/abs/{TREES}?")
    form = await club.ada.context_menu(club.channel, "Suggest this paper", message)
    await club.ada.submit_modal(form, {"why": "Grace found it."})
    assert "### Pruning of trees" in said(club)
    assert "Grace found it." in said(club)
    none = await club.ada.context_menu(club.channel, "Suggest this paper", await club.grace.send(club.channel, "hello"))
    assert "No paper is named in that message" in text_of(none.response)
    two = await club.grace.send(club.channel, f"2401.00003 or arXiv:{TREES} or 2401.00001")
    asked = await club.ada.context_menu(club.channel, "Suggest this paper", two)
    assert "The message names 3 papers." in text_of(asked.response)
    form = await club.ada.select(asked.response, ["arxiv:2401.00003"])
    await club.ada.submit_modal(form, {"why": ""})
    assert "### Pruning of roses" in said(club)
    asked = await club.ada.context_menu(club.channel, "Suggest this paper", two)
    read = await club.ada.select(asked.response, ["arxiv:2401.00001"])
    assert "The club read this" in text_of(read.response)


async def test_of_more_papers_than_a_menu_holds_it_says_how_many_there_are(club: Club) -> None:
    many = [f"2402.{number:05}" for number in range(1, 31)]
    for numbers, said_of_them in (
        (many[:25], "names 25 papers. Which"),
        (many, "30 papers; here are 25 of them. Which"),
    ):
        message = await club.grace.send(club.channel, " ".join(numbers))
        asked = await club.ada.context_menu(club.channel, "Suggest this paper", message)
        assert said_of_them in text_of(asked.response)
        assert [each["value"] for each in menu_of(asked.response)["options"]] == [f"arxiv:{n}" for n in many[:25]]


async def test_an_id_that_no_menu_has_room_for_is_left_out(club: Club) -> None:
    long = [f"https://doi.org/10.1000/{letter * 150}" for letter in "ab"]
    message = await club.grace.send(club.channel, f"{long[0]} {TREES} https://arxiv.org/abs/{TREES}")
    form = await club.ada.context_menu(club.channel, "Suggest this paper", message)
    await club.ada.submit_modal(form, {"why": ""})
    assert "### Pruning of trees" in said(club)
    message = await club.grace.send(club.channel, " ".join(long))
    only = await club.ada.context_menu(club.channel, "Suggest this paper", message)
    assert "Something went wrong" not in text_of(only.response)
    assert {each.paper_id and each.paper_id.scheme for each in await queue(club)} == {"arxiv", "doi"}


async def test_a_review_with_a_very_long_name_can_be_suggested_again(start_club: StartClub, tmp_path: Path) -> None:
    name = "A page with a very long name " * 12
    files = {"long.md": review_file(name, "T.\n\n## Summary\n\nText.\n", date="2024-06-08")}
    club = await start_club(write_reviews(tmp_path / "long", files))
    read = await suggest(club, "long")
    form = await club.ada.click(read.response, label="Suggest again")
    await club.ada.submit_modal(form, {"why": ""})
    (kept,) = await queue(club)
    assert kept.title.startswith("A page with a very long name")


async def test_the_card_of_a_paper_offers_to_suggest_it(club: Club) -> None:
    card = await club.ada.slash(club.channel, "arxiv", paper=TREES)
    form = await club.grace.click(card.response, label="Suggest to the club")
    await club.grace.submit_modal(form, {"why": "I like trees."})
    assert f"> I like trees. — <@{club.grace.id}>" in said(club)


async def test_the_abstract_is_one_click_away(club: Club) -> None:
    shown = await suggest(club, TREES)
    abstract = await club.grace.click(shown.response, label="Abstract")
    assert abstract.ephemeral
    assert "We study" in text_of(abstract.response)


@pytest.mark.parametrize("text", ["", "  ", "!!!", "@@", "🦆"])
async def test_what_is_no_paper_is_refused_with_a_way_on(club: Club, text: str) -> None:
    refused = await suggest(club, text)
    assert refused.ephemeral
    assert text_of(refused.response) == "Say which paper: a link to it, its arXiv id, its DOI, or its title."


async def test_what_is_too_long_is_refused(club: Club) -> None:
    refused = text_of((await suggest(club, "word " * 100)).response)
    assert refused == "A title has at most 300 characters; these were 500."
    card = await club.ada.slash(club.channel, "arxiv", paper=TREES)
    form = await club.ada.click(card.response, label="Suggest to the club")
    submitted = {"why": "y" * 500}
    assert "Pruning of trees" in text_of((await club.ada.submit_modal(form, submitted)).response)


async def test_text_of_members_and_sources_stays_text(club: Club) -> None:
    shown = text_of(
        (await suggest(club, "2401.00004", why="@everyone # x\n> <@&1> [a](https://evil.example)")).response
    )
    page = text_of((await club.grace.slash(club.channel, "suggestions")).response)
    for text in (shown, page):
        for harm in ("@everyone", "<@1>", "<@&1>", "](https://evil", "\u202e", "\n# x", "**bold**"):
            assert harm not in text.replace("\\<", "").replace("\\]", "").replace("\\#", "").replace("\\*", "")


async def test_beyond_the_quota_nothing_is_kept(club: Club) -> None:
    guild_id = club.env.guild.id
    quota = (await club.bot.clubs.get(guild_id)).quota
    for number in range(quota):
        await suggest(club, f"Our talk number {number}")
    refused = await suggest(club, "One more of our talks")
    assert f"You have {quota} open suggestions, the most that a member may have" in text_of(refused.response)
    await suggest(club, "One more of our talks", club.grace)
    assert len(await queue(club)) == quota + 1
    voice = await suggest(club, "One more of our talks")
    assert "it was suggested before" in said(club), f"a voice is no suggestion: {text_of(voice.response)}"


async def test_what_is_suggested_completes(club: Club) -> None:
    await suggest(club, TREES)
    await suggest(club, "A talk of our own")
    await club.env.advance_time(60)
    assert [(each["name"], each["value"]) for each in await club.complete("suggest", "paper", "tal our")] == [
        ("A talk of our own", "A talk of our own")
    ]
    assert {"name": "Pruning of trees", "value": f"arxiv:{TREES}"} in await club.complete("arxiv", "paper", "trees")
    assert [each["value"] for each in await club.complete("suggest", "paper", "trees")] == [f"arxiv:{TREES}"]


async def test_forged_choices_and_forms_are_refused(club: Club) -> None:
    forged = await forge(
        club,
        button("suggestone", "nothing%3Ax", label="one"),
        button("suggestask", "arxiv", label="two"),
        button("suggestask", "arxiv", "9" * 30, "", label="three"),
        button("suggestagain", "nothing", label="four"),
    )
    strange = await forge(
        club,
        button("suggestask", "nothing", "x", "", label="five"),
        button("suggestask", "arxiv", "x", "9" * 50, label="six"),
        button("suggestwhy", "nothing", "x", "", "why", label="seven"),
    )
    assert (await club.grace.click(forged, label="one")).modal
    assert "belongs to another version" in text_of((await club.grace.click(forged, label="two")).response)
    for name in ("five", "six", "seven"):
        assert "belongs to another version" in text_of((await club.grace.click(strange, label=name)).response)
    form = await club.grace.click(forged, label="four")
    assert "no longer in the library" in text_of((await club.grace.submit_modal(form, {"why": ""})).response)
    assert await queue(club) == []


async def test_two_clubs_see_nothing_of_each_other(club: Club) -> None:
    shown = await suggest(club, TREES)
    other = club.env.create_guild("Other club")
    room = other.create_text_channel("room")
    eve = other.add_member(club.env.create_user("eve"))
    empty = await eve.slash(room, "suggestions")
    assert "Nothing is suggested" in text_of(empty.response)
    assert await club.bot.suggestions.queue(other.id) == []
    new = await eve.slash(room, "suggest", paper=TREES)
    assert f"suggested by <@{eve.id}>" in text_of(new.response)
    assert [each.votes for each in await queue(club)] == [1]
    assert [part["custom_id"] for part in components(shown.response) if part.get("custom_id")]


async def test_what_is_declined_while_its_title_is_looked_up_says_so(
    club: Club, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    guild, now = club.env.guild.id, club.env.now()
    await suggest(club, TREES)
    (earlier,) = await queue(club)
    await club.bot.decisions.decline(guild, earlier.id, 9, "Too green", now)
    again, fetch = "2401.00003", source.fetch

    async def decline_and_fetch(ids: Any) -> Any:
        for each in await queue(club):
            await club.bot.decisions.decline(guild, each.id, 9, "Too thorny", now)
        return await fetch(ids)

    monkeypatch.setattr(source, "fetch", decline_and_fetch)
    result = await suggest(club, again)
    assert "**Declined**: Too thorny" in text_of(result.response)
    assert result.followups == []
    assert "looked up" not in said(club)


async def test_an_earlier_decision_is_still_told_once_the_title_is_known(club: Club, source: FakeSource) -> None:
    doi = "10.48550/arXiv.2401.00003"
    source.fault = SourceFault("arXiv does not answer")
    await suggest(club, doi)
    (earlier,) = await queue(club)
    await club.bot.decisions.decline(club.env.guild.id, earlier.id, 9, "Too thorny", club.env.now())
    source.fault = None
    await suggest(club, doi)
    assert "### Pruning of roses" in said(club)
    assert "It was declined on" in said(club)
    assert "Too thorny" in said(club)


@pytest.mark.parametrize("nothing", ["\u200b\u200b", "\u202e", " \n "])
async def test_a_reason_that_cannot_be_seen_is_none(club: Club, nothing: str) -> None:
    await suggest(club, TREES, why=nothing)
    (kept,) = await queue(club)
    assert (kept.votes, kept.reasons) == (1, ())
