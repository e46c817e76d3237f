"""/search, as members use it."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.errors import ClubError, SearchUnavailable
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, menu_of, option, review_file, text_of, write_reviews

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILLER = "Nothing of what anybody looks for stands in this sentence. " * 12


def long_review(title: str, sentence: str, **fields: object) -> str:
    return review_file(title, f"T.\n\n<!--more-->\n\n## Summary\n\n{FILLER}\n\n{sentence}\n\n{FILLER}\n", **fields)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "one.md": long_review("One", "The **attention** of many heads.", tags=["nlp"], authors=["Anna Rogers"], date="2020-02-01"),
        "two.md": long_review("Two", "Heads of state.", tags=["nlp", "reading club"], date="2021-02-01"),
        "attention.md": long_review("Attention", "Something else.", date="2022-02-01"),
        "draft.md": long_review("Secret", "The attention of nobody.", draft=True),
    }  # fmt: skip
    return write_reviews(tmp_path / "r", files)


async def search(club: Club, words: str) -> str:
    return text_of((await club.ada.slash(club.channel, "search", words=words)).response)


async def test_a_search_answers_privately_with_the_best_first_and_its_words_in_bold(
    start_club: StartClub, folder: Path
) -> None:
    club = await start_club(folder)
    found = await club.ada.slash(club.channel, "search", words="attention")
    assert found.ephemeral
    text = text_of(found.response)
    assert text.startswith("### 2 reviews for “attention”")
    assert text.index("**Attention**") < text.index("**One**")  # a word of the title counts for more
    assert "The **attention** of many heads." in text
    assert "Secret" not in text
    opened = await club.ada.select(found.response, [option(found.response, "One")])
    assert opened.ephemeral
    assert "## One" in text_of(opened.response)


async def test_what_was_found_stands_apart_below_what_was_typed(start_club: StartClub, folder: Path) -> None:
    club = await start_club(folder)
    found = await club.ada.slash(club.channel, "search", words='attention "many heads"')
    heading, *hits = [part["content"] for part in components(found.response) if part["type"] == 10]
    assert heading.startswith('### 1 review for attention "many heads"')
    assert len(hits) == 1
    found = await club.ada.slash(club.channel, "search", words="attention")
    _, *hits = [part["content"] for part in components(found.response) if part["type"] == 10]
    assert len(hits) == 2


async def test_a_search_is_shared_and_turned_after_a_restart(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{n}.md": long_review(f"Review {n}", "A colon: and 50% of it.") for n in range(12)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    found = await club.ada.slash(club.channel, "search", words="colon: 50%")
    assert "### 12 reviews for “colon: 50%” · page 1 of 3" in text_of(found.response)
    await club.restart()
    more = await club.ada.click(found.response, label="More")
    assert "page 2 of 3" in text_of(more.response)
    assert more.response.id == found.response.id
    shared = await club.ada.click(more.response, label="Share")
    assert not shared.ephemeral
    assert "shared by ada" in text_of(shared.response)
    assert "page 2 of 3" in text_of(shared.response)
    assert "Share" not in button_labels(shared.response)
    turned = await club.grace.click(shared.response, label="More")
    assert turned.ephemeral
    assert "page 3 of 3" in text_of(turned.response)


async def test_a_long_search_can_be_turned_while_the_bot_runs(start_club: StartClub, tmp_path: Path) -> None:
    words = " ".join(f"word{n}" for n in range(30))
    club = await start_club(write_reviews(tmp_path / "r", {f"{n}.md": long_review(f"R {n}", words) for n in range(8)}))
    found = await club.ada.slash(club.channel, "search", words=words)
    more = await club.ada.click(found.response, label="More")
    assert "page 2 of 2" in text_of(more.response)
    await club.restart()
    late = await club.ada.click(more.response, label="Back")
    assert "too long ago" in text_of(late.response)


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("heads", {"One", "Two"}),
        ("heads tag:NLP", {"One", "Two"}),
        ('tag:"reading-club"', {"Two"}),
        ("heads author:rogers", {"One"}),
        ("heads year:2021", {"Two"}),
        ("year:2020-2021", {"One", "Two"}),
        ('"many heads"', {"One"}),
        ('"heads many"', set[str]()),
        ("head", {"One", "Two"}),  # the plural
        ("hea", {"One", "Two"}),  # the beginning of a word
        ("attention heads", {"One"}),
        ("tag:unknown", set[str]()),
        ("heads year:1999", set[str]()),
    ],
)
async def test_words_phrases_and_filters(start_club: StartClub, folder: Path, words: str, titles: set[str]) -> None:
    club = await start_club(folder)
    found = (await club.ada.slash(club.channel, "search", words=words)).response
    if titles:
        assert {choice["label"] for choice in menu_of(found)["options"]} == titles
    else:
        assert "No review holds" in text_of(found)
        assert "may be combined in </search:" in text_of(found)


async def test_what_no_review_holds_is_looked_for_more_freely_and_that_is_said(
    start_club: StartClub, folder: Path
) -> None:
    club = await start_club(folder)
    typo = await search(club, "atention")
    assert "No review holds “atention”, so this is for **attention**." in typo
    assert "### 2 reviews" in typo
    some = await search(club, "attention gravity")
    assert "No review holds all of it; these hold the most." in some
    assert "**One**" in some


@pytest.mark.parametrize(
    "words",
    ['"', '"a" "', "*", "NEAR(", "NEAR(a b, 2)", "a AND", "NOT", "title:x", "🦜", "-", "^a", "a* b*", "'); DROP TABLE text; --",
     "@everyone <@1>", "[x](https://e.example)", "x" * 6_000, "word " * 1_200, '"' * 6_000, "注意", "\u202eabc", "`code`", "year:99999"],
)  # fmt: skip
async def test_nothing_that_can_be_typed_is_an_error(start_club: StartClub, folder: Path, words: str) -> None:
    club = await start_club(folder)
    found = await club.ada.slash(club.channel, "search", words=words)
    assert found.ephemeral
    assert "for “" in text_of(found.response) or "No review holds" in text_of(found.response)
    assert sum(len(part["content"]) for part in components(found.response) if part["type"] == 10) < 4_000
    assert "wrong" not in text_of(found.response)


async def test_text_of_a_review_stays_text_in_what_was_found(start_club: StartClub, tmp_path: Path) -> None:
    sentence = "A hit `@everyone` <@123> [link](https://evil.example/hit) ||spoiler|| https://evil.example # x"
    club = await start_club(write_reviews(tmp_path / "r", {"a.md": long_review("A", sentence)}))
    found = await club.ada.slash(club.channel, "search", words="hit")
    assert "https://" not in text_of(found.response)
    assert "@everyone" not in text_of(found.response)
    assert "<@123>" not in text_of(found.response).replace("\\<", "")


async def test_chinese_is_found_without_blanks(start_club: StartClub, tmp_path: Path) -> None:
    files = {"a.md": long_review("A", "我们研究注意力机制综述。"), "b.md": long_review("B", "别的东西 BERT 注意力")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    assert "**注意力**" in await search(club, "注意力")
    assert "### 1 review " in await search(club, "注意力 bert")


async def test_a_search_follows_the_files(start_club: StartClub, folder: Path) -> None:
    club = await start_club(folder)
    assert "**One**" in await search(club, "heads")  # what was searched before is no hindrance
    (folder / "one.md").write_text(long_review("One", "It is about gravity now."))
    (folder / "two.md").unlink()
    library = club.bot.libraries.for_guild(None)
    await library.refresh(NOW)
    await library.index_texts()
    assert "**One**" in await search(club, "gravity")
    assert "No review holds" in await search(club, "heads")


async def test_an_index_that_is_damaged_is_said_and_made_anew_and_names_still_work(
    start_club: StartClub, folder: Path, tmp_path: Path
) -> None:
    club = await start_club(folder)
    with sqlite3.connect(tmp_path / "data" / "index.db") as connection:
        connection.execute("DROP TABLE search")
    connection.close()
    assert "The texts cannot be searched just now" in await search(club, "heads")
    assert "## One" in text_of((await club.paper("one")).response)
    library = club.bot.libraries.for_guild(None)
    assert "The index cannot be read: no such table: search." in library.faults.values()
    await library.refresh(NOW)
    await library.index_texts()
    assert "### 2 reviews" in await search(club, "heads")
    assert not library.faults


async def test_a_name_that_only_a_text_mentions_leads_to_that_review(start_club: StartClub, tmp_path: Path) -> None:
    files = {"a.md": long_review("Autoencoders", "People call it ELMo."), "b.md": long_review("Other", "Nothing.")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    asked = await club.paper("elmo")
    assert asked.ephemeral
    assert "No review is called “elmo”, but it is mentioned in:\n- Autoencoders" in text_of(asked.response)


async def test_related_reviews_share_telling_words(start_club: StartClub, tmp_path: Path) -> None:
    about = "Pruning removes weights. Pruning of weights and masks. Masks of weights again, by magnitude, magnitude."
    files = {
        "a.md": long_review("One", about),
        "b.md": long_review("Two", "The masks, the weights, the magnitude, the pruning."),
        **{f"{n}.md": long_review(f"Other {n}", f"Something else number {n}.") for n in range(12)},
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    related = await club.ada.click((await club.paper("one")).response, label="Related reviews")
    assert "**Two**\n-# shares the words " in text_of(related.response)
    assert "Other" not in text_of(related.response)


@pytest.mark.parametrize(
    ("text", "words", "bold"),
    [
        ("우리는 주의 메커니즘을 연구한다", "메커니즘", "**메커니즘**을"),
        ("データとモデルの関係", "モデル", "データと**モデル**の"),
        ("我们用BERT模型研究", "bert", "我们用**BERT**模型"),
        ("我们用BERT模型研究", "bert模型", "**BERT模型**"),
        ("Внимание: Ёлка и йод", "елка", "**Ёлка**"),
        ("ὁ ΛΌΓΟΣ ἐστίν", "λόγος", "**ΛΌΓΟΣ**"),
        ("Ｅ＝ｍｃ and x² here", "x2", "**x²**"),
        ("The cafe\u0301 of Anna", "café", "**café**"),
        ("Eine Straße in Wien", "strasse", ""),
        ("The ﬁnetuning of it", "finetuning", ""),
        ("हिन्दी भाषा", "हिन्दी", ""),
        ("مُحَمَّد", "محمد", ""),
    ],
)
async def test_every_script_is_found_as_it_is_folded(
    start_club: StartClub, tmp_path: Path, text: str, words: str, bold: str
) -> None:
    files = {"a.md": long_review("A", text), "b.md": long_review("B", "データ 주의 用 и ὁ mc x3")}
    club = await start_club(write_reviews(tmp_path / "r", files))
    found = await search(club, words)
    assert "### 1 review for" in found
    assert bold in found
    (tmp_path / "r" / "a.md").write_text(long_review("A", "It is about something else now."))
    library = club.bot.libraries.for_guild(None)
    await library.refresh(NOW)
    await library.index_texts()
    assert "No review holds" in await search(club, words)


async def test_words_that_only_a_draft_or_a_later_review_holds_are_never_told(
    start_club: StartClub, tmp_path: Path
) -> None:
    files = {
        "draft.md": long_review(
            "Secret", "The xylophonist of zanzibar.", draft=True, tags=["hush"], authors=["Quentin"]
        ),
        "later.md": long_review("Later", "A futuristic xylophone.", date="2999-01-01"),
        "a.md": long_review("Open", "The telephonist of malabar. Xylophones."),
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    for words in ("xylophonizt", "xylophonist", "zanzibaar", "xylophonizt telephonist", "futuristik", "tag:hush",
                  "author:quentin", "telefonist zanzibaar", "year:2999", "secret", "quentim"):  # fmt: skip
        text = await search(club, words)
        for told in ("**xylophonist**", "**zanzibar**", "futuristic*", "Secret\n", "Later", "Quentin"):
            assert told not in text, words
    assert "so this is for **xylophones**" in await search(club, "xylophonez")


async def test_two_dozen_typos_leave_room_for_what_was_found(start_club: StartClub, tmp_path: Path) -> None:
    words = [f"{chr(97 + n)}{chr(98 + n)}" * 14 for n in range(24)]
    files = {
        f"{n}.md": long_review(
            f"R{n} " + "*_ " * 80, " ".join(words), authors=["*A_ " * 60, "_B " * 60], date="2020-01-01"
        )
        for n in range(6)
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    typos = " ".join(word[:10] + "z" + word[11:] for word in words)
    for asked in (typos, f"{typos} year:1950"):
        found = await club.ada.slash(club.channel, "search", words=asked)
        assert sum(len(part["content"]) for part in components(found.response) if part["type"] == 10) <= 4_000
        assert "Something went wrong" not in text_of(found.response)


@pytest.mark.parametrize(
    "words",
    ["attention \ud800", "attention \x00\x1b\u202e", "tag: \n nlp attention", "%3A:%25 attention", "~x attention"],
)
async def test_every_page_is_of_the_same_search(start_club: StartClub, tmp_path: Path, words: str) -> None:
    files = {f"{n}.md": long_review(f"R{n}", "Its attention 3a 25 x.", tags=["nlp"]) for n in range(8)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    found = await club.ada.slash(club.channel, "search", words=words)
    heading = text_of(found.response).partition(" · page")[0]
    assert heading.startswith("### 8 reviews")
    for part in components(found.response):
        assert part.get("custom_id", "").isprintable()
    more = await club.ada.click(found.response, label="More")
    assert text_of(more.response).startswith(heading + " · page 2 of 2")


async def test_what_is_gone_meanwhile_is_not_shared(start_club: StartClub, folder: Path) -> None:
    club = await start_club(folder)
    found = await club.ada.slash(club.channel, "search", words="state")
    (folder / "two.md").unlink()
    await club.bot.libraries.for_guild(None).refresh(NOW)
    shared = await club.ada.click(found.response, label="Share")
    assert shared.ephemeral
    assert "No review holds that any more" in text_of(shared.response)


async def test_a_page_behind_the_last_one_shows_the_last(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{n}.md": long_review(f"R{n}", "Attention.") for n in range(11)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    found = await club.ada.slash(club.channel, "search", words="attention")
    second = await club.ada.click(found.response, label="More")
    for n in range(7):
        (tmp_path / "r" / f"{n}.md").write_text(long_review(f"R{n}", "Attention.", draft=True))
    await club.bot.libraries.for_guild(None).refresh(NOW)
    last = await club.ada.click(second.response, label="More")
    assert "### 4 reviews for “attention”\n" in text_of(last.response)


async def test_searches_while_the_index_is_made_anew_or_closed_are_answered(
    start_club: StartClub, tmp_path: Path
) -> None:
    files = {f"{n}.md": long_review(f"R{n}", "Attention.") for n in range(40)}
    club = await start_club(write_reviews(tmp_path / "r", files))
    library = club.bot.libraries.for_guild(None)

    async def outcome(page: int) -> str:
        try:
            return f"{len((await library.search('attention', NOW, page)).hits)} hits"
        except SearchUnavailable:
            return "unavailable"

    for happens in (library.index_texts(), library._index.rebuild("a test"), library.close()):
        searches = [asyncio.create_task(outcome(page % 8)) for page in range(50)]
        await asyncio.sleep(0)
        await happens
        async with asyncio.timeout(10):
            assert set(await asyncio.gather(*searches)) <= {"5 hits", "0 hits", "unavailable"}
    assert "cannot be searched just now" in await search(club, "attention")


async def test_no_address_becomes_a_link_that_the_bot_posts(start_club: StartClub, tmp_path: Path) -> None:
    title, tag = "A title\n# of https://evil.example/title", "https://evil.example/tag\n# tag"
    files = {
        "a.md": long_review(title, "A hit https&#58;//evil.example/body and it.", tags=[tag]),
        "b.md": long_review("B", "hit", tags=[tag]),
        **{f"{n}.md": long_review(f"Other {n}", "Nothing.") for n in range(4)},
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    found = await club.ada.slash(club.channel, "search", words="hit https://evil.example/typed")
    shared = await club.ada.click(found.response, label="Share")
    assert not shared.ephemeral
    related = await club.ada.click((await club.paper("b")).response, label="Related reviews")
    tags = await club.ada.slash(club.channel, "tags")
    for answer in (shared, related, tags):
        text = text_of(answer.response)
        assert "evil.example" in text
        assert "https://" not in text
        assert "\n#" not in text.replace("\n###", "")


@pytest.mark.parametrize("name", ["tag:nlp", "author:rogers", "year:2020", "hea", "state attention"])
async def test_a_review_is_said_to_mention_only_what_stands_in_it(
    start_club: StartClub, folder: Path, name: str
) -> None:
    club = await start_club(folder)
    assert "it is mentioned in" not in text_of((await club.paper(name)).response)


async def test_only_what_is_visible_counts_towards_a_hundred(start_club: StartClub, tmp_path: Path) -> None:
    files = {f"{n}.md": review_file(f"R{n}", "Attention.") for n in range(100)}
    drafts = {f"d{n}.md": review_file("Attention attention", "Attention.", draft=True) for n in range(3)}
    club = await start_club(write_reviews(tmp_path / "r", files | drafts))
    assert "### 100 reviews for “attention” · page 1 of 20" in await search(club, "attention")
    (tmp_path / "r" / "d0.md").write_text(review_file("Shown now", "Attention."))
    library = club.bot.libraries.for_guild(None)
    await library.refresh(NOW)
    await library.index_texts()
    assert "### 100+ reviews for “attention” · page 1 of 20" in await search(club, "attention")


async def test_drafts_take_no_place_among_the_related(start_club: StartClub, tmp_path: Path) -> None:
    about = "Pruning removes weights. Pruning of weights and masks. Masks of weights again, by magnitude, magnitude."
    files = {
        "a.md": long_review("One", about),
        "b.md": long_review("Two", f"The masks, the weights, the pruning. {FILLER * 3}"),
        **{f"d{n}.md": long_review("Draft", about, draft=True) for n in range(60)},
        **{f"{n}.md": long_review(f"Other {n}", f"Something else number {n}.") for n in range(260)},
    }
    club = await start_club(write_reviews(tmp_path / "r", files))
    related = await club.ada.click((await club.paper("one")).response, label="Related reviews")
    assert "**Two**\n-# shares the words " in text_of(related.response)
    assert "Draft" not in text_of(related.response)


async def test_the_texts_of_the_last_long_searches_are_remembered_and_no_more(
    start_club: StartClub, folder: Path
) -> None:
    club = await start_club(folder)
    cog: Any = club.bot.get_cog("SearchCog")
    states = [cog._state(f"{n} " + "attention " * 10) for n in range(1_001)]
    assert len(cog._long) == 1_000
    assert cog._text(states[1]).startswith("1 attention")
    with pytest.raises(ClubError, match="too long ago"):
        cog._text(states[0])
