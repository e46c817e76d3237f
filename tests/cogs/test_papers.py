"""/arxiv, the menu of messages, and the abstract of a review's paper, as members use them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, menu_of, option, review_file, text_of, write_reviews

DAY = datetime(2024, 1, 3, tzinfo=UTC)
ABSTRACT = (
    "We study $x_1^2$ and find that it costs \\$5. " * 12 + "\n\nA second paragraph [link](https://evil.example)."
)


def paper(number: str, title: str, **fields: object) -> Paper:
    paper_id = PaperId("arxiv", number, 2)
    known: dict[str, object] = {
        "authors": ("Ada Lovelace", "Grace Hopper"),
        "abstract": ABSTRACT,
        "published": DAY,
        "updated": datetime(2024, 5, 6, tzinfo=UTC),
        "categories": ("cs.CL", "cs.LG"),
    }
    return Paper(paper_id, title, "arXiv", paper_id.url, **(known | fields))  # type: ignore[arg-type]


class FakeSource:
    """Describes a few papers."""

    name = "arXiv"

    def __init__(self, *papers: Paper) -> None:
        self.papers = {paper.id: paper for paper in papers}
        self.fault: SourceFault | None = None
        self.asked = 0

    def knows(self, paper_id: PaperId) -> bool:
        return paper_id.scheme == "arxiv"

    async def fetch(self, ids: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        self._ask()
        return {paper_id: self.papers[paper_id] for paper_id in ids if paper_id in self.papers}

    async def search(self, words: str, limit: int) -> list[Paper]:
        self._ask()
        return [paper for paper in self.papers.values() if words in paper.title.lower()][:limit]

    def _ask(self) -> None:
        self.asked += 1
        if self.fault:
            raise self.fault

    async def aclose(self) -> None:
        pass


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(
        paper("2401.00001", "Pruning at $10^{-3}$ of the cost"),
        paper("2401.00002", "Pruning of trees", authors=tuple(f"Author {n}" for n in range(525))),
        paper("2401.00003", "Gone", comment="This paper has been withdrawn by the authors: a wrong lemma.", withdrawn=True),
        paper("2401.00004", "@everyone <@1> **bold** [x](https://evil.example) \u202e", abstract="@everyone <@&2> # x"),
    )  # fmt: skip


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path, source: FakeSource) -> Club:
    body = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00001)\n\n## Summary\n\nText.\n"
    files = {"pruning.md": review_file("Pruning, read", body, date="2024-06-07")}
    return await start_club(write_reviews(tmp_path / "r", files), sources=[source])


async def arxiv(club: Club, text: str) -> object:
    return (await club.ada.slash(club.channel, "arxiv", paper=text)).response


@pytest.mark.parametrize(
    "text",
    ["2401.00002", "arXiv:2401.00002v2", "https://arxiv.org/pdf/2401.00002.pdf", "see https://arxiv.org/abs/2401.00002!",
     "10.48550/arXiv.2401.00002", "pruning of trees"],
)  # fmt: skip
async def test_a_paper_is_shown_for_everybody_however_it_is_named(club: Club, text: str) -> None:
    shown = await club.ada.slash(club.channel, "arxiv", paper=text)
    assert not shown.ephemeral
    card = text_of(shown.response)
    assert "## Pruning of trees" in card
    assert "Author 0, Author 1, Author 2, Author 3, Author 4, Author 5 +519 more" in card
    assert "3 January 2024 · v2 of 6 May 2024" in card
    assert "Computation and Language, Machine Learning" in card
    assert "We study x₁² and find that it costs $5." in card
    assert "\n\nA second paragraph \\[link\\](https://evil.example)." in card
    urls = [part["url"] for part in components(shown.response) if part.get("url")]
    assert urls == [f"https://arxiv.org/{kind}/2401.00002v2" for kind in ("abs", "pdf", "html")]


async def test_a_paper_that_the_club_has_read_leads_to_its_review(club: Club) -> None:
    shown = await arxiv(club, "2401.00001")
    assert "📗 **The club read this on 7 June 2024**" in text_of(shown)
    assert "Pruning at 10⁻³ of the cost" in text_of(shown)
    opened = await club.grace.click(shown, label="Open the review")
    assert opened.ephemeral
    assert "## Pruning, read" in text_of(opened.response)
    by_name = await arxiv(club, "pruning read")
    assert "Pruning at 10⁻³" in text_of(by_name)


async def test_a_withdrawn_paper_says_so(club: Club) -> None:
    card = text_of(await arxiv(club, "2401.00003"))
    assert "⚠️ **This paper was withdrawn**: This paper has been withdrawn by the authors: a wrong lemma." in card


async def test_text_of_a_paper_stays_text(club: Club) -> None:
    card = text_of(await arxiv(club, "2401.00004"))
    for harm in ("@everyone", "<@1>", "<@&2>", "](https://evil", "\u202e", "\n# x"):
        assert harm not in card.replace("\\<", "").replace("\\]", "").replace("\\#", "")


async def test_the_gist_is_private_and_made_of_the_abstract(club: Club) -> None:
    shown = await arxiv(club, "2401.00002")
    gist = await club.grace.click(shown, label="Gist")
    assert gist.ephemeral
    assert "### In brief\n- We study" in text_of(gist.response)


async def test_the_gist_holds_no_tex(club: Club, source: FakeSource) -> None:
    known = paper(
        "2401.00005", "Math", abstract=r"We bound $\frac{1}{n}$ with a simple rule for Erd\H{o}s graphs. " * 10
    )
    source.papers[known.id] = known
    gist = await club.grace.click(await arxiv(club, "2401.00005"), label="Gist")
    assert "- We bound 1/n with a simple rule for Erdős graphs." in text_of(gist.response)


async def test_words_of_a_title_are_looked_for_in_the_world_and_a_name_in_the_club(
    club: Club, source: FakeSource
) -> None:
    for known in (paper("2401.00006", "Who can read"), paper("2401.00007", "Who has read")):
        source.papers[known.id] = known
    assert "2 papers fit “read”" in text_of(await arxiv(club, "read"))
    for name in ("Pruning, read", "pruning read", "pruning"):
        assert "## Pruning at 10⁻³" in text_of(await arxiv(club, name))


async def test_title_words_that_fit_several_give_a_menu(club: Club) -> None:
    shown = await club.ada.slash(club.channel, "arxiv", paper="of")
    assert "2 papers fit “of”" in text_of(shown.response)
    chosen = await club.ada.select(shown.response, [option(shown.response, "Pruning of trees")])
    assert "## Pruning of trees" in text_of(chosen.response)


async def test_what_is_not_known_is_said_to_be_unknown(club: Club, source: FakeSource) -> None:
    assert "No paper is known as `arxiv:2401.99999`" in text_of(await arxiv(club, "2401.99999"))
    assert "No paper with the words “quantum bananas”" in text_of(await arxiv(club, "quantum bananas"))
    source.fault = SourceFault("is not answering")
    down = text_of(await arxiv(club, "2401.00009"))
    assert "Nothing could be learned about `arxiv:2401.00009`" in down
    assert "arXiv is not answering" in down


async def test_what_was_known_is_shown_with_its_age_when_the_source_is_down(club: Club, source: FakeSource) -> None:
    await arxiv(club, "2401.00002")
    source.fault = SourceFault("is not answering")
    await club.env.advance_time(3 * 86_400)
    card = text_of(await arxiv(club, "2401.00002"))
    assert "## Pruning of trees" in card
    assert "As it was known 3 days ago: arXiv is not answering." in card


async def test_titles_are_completed_from_the_library_and_what_was_asked_for(club: Club, source: FakeSource) -> None:
    assert [choice["name"] for choice in await club.complete("arxiv", "paper", "prun")] == ["Pruning, read"]
    await arxiv(club, "2401.00002")
    asked = source.asked
    choices = await club.complete("arxiv", "paper", "prun")
    assert [choice["name"] for choice in choices] == ["Pruning, read", "Pruning of trees"]
    assert source.asked == asked
    for choice in choices:
        assert "## Pruning" in text_of(await arxiv(club, choice["value"]))


async def test_the_papers_of_a_message_are_looked_up_privately(club: Club) -> None:
    text = "look: https://arxiv.org/abs/2401.00002, arXiv:2401.00001 and 2401.99999"
    message = await club.grace.send(club.channel, text)
    found = await club.ada.context_menu(club.channel, "Look up papers", message)
    assert found.ephemeral
    listed = text_of(found.response)
    assert listed.index("Pruning of trees") < listed.index("Pruning at 10⁻³") < listed.index("arxiv:2401.99999")
    assert "📗 The club read this on 7 June 2024" in listed
    assert "**arxiv:2401.99999**\n-# Not known" in listed
    assert len(menu_of(found.response)["options"]) == 3
    shown = await club.ada.select(found.response, [option(found.response, "Pruning of trees")])
    assert shown.ephemeral
    assert "Author 0" in text_of(shown.response)
    nothing = await club.ada.context_menu(club.channel, "Look up papers", await club.grace.send(club.channel, "hello"))
    assert "No paper is named in that message" in text_of(nothing.response)


async def test_a_card_leads_to_the_abstract(club: Club) -> None:
    card = (await club.paper("pruning")).response
    abstract = await club.grace.click(card, label="Abstract")
    assert abstract.ephemeral
    assert "We study x₁²" in text_of(abstract.response)
    assert "Abstract" in button_labels(card)


@pytest.mark.parametrize(
    "text",
    ["x" * 4_000, "２４０１.００００２", "2401.00002\n", "javascript:alert(1)", "\u202e2401.00002", "", " ", "?", "10.1000/../x?y#z",
     "https://arxiv.org.evil.example/abs/2401.00002", "arxiv:", "doi:10.1000/" + "y" * 3_000, "`2401.00002`", "@everyone"],
)  # fmt: skip
async def test_nothing_that_can_be_typed_is_an_error(club: Club, text: str) -> None:
    shown = await club.ada.slash(club.channel, "arxiv", paper=text)
    assert text_of(shown.response)
    assert "went wrong" not in text_of(shown.response)


async def test_papers_are_shown_where_no_library_is_connected(start_club: StartClub, source: FakeSource) -> None:
    club = await start_club(sources=[source], guilds="123456")
    assert "## Pruning of trees" in text_of(await arxiv(club, "2401.00002"))
    assert "2 papers fit “pruning”" in text_of(await arxiv(club, "pruning"))


async def test_another_server_learns_nothing_of_the_library(
    start_club: StartClub, tmp_path: Path, source: FakeSource
) -> None:
    body = "T.\n\n**Link**: https://arxiv.org/abs/2401.00002\n\n## Summary\n\nText.\n"
    folder = write_reviews(tmp_path / "r", {"s.md": review_file("Secret", body, date="2024-06-07")})
    club = await start_club(folder, [source], guilds="123456")
    review = club.bot.libraries.for_guild(None).find("secret", club.env.now()).review  # type: ignore[union-attr]
    channel = club.bot.get_channel(club.channel.id)
    view = layout(row(*(button(action, review.key, label=action) for action in ("abstract", "card"))))
    forged = await channel.send(view=view)  # type: ignore[union-attr]
    message = await club.grace.send(club.channel, "2401.00002")
    answers = [
        await club.ada.slash(club.channel, "arxiv", paper="2401.00002"),
        await club.ada.slash(club.channel, "arxiv", paper="secret"),
        await club.ada.context_menu(club.channel, "Look up papers", message),
        await club.ada.click(forged, label="abstract"),
        await club.ada.click(forged, label="card"),
    ]
    for text in (text_of(answer.response) for answer in answers):
        assert "club read" not in text
        assert "Secret" not in text
    assert "Pruning" not in text_of(answers[3].response)


async def test_a_direct_message_is_answered_as_the_club_is(club: Club) -> None:
    member = club.ada.user
    await member.send_dm("hello")
    shown = await member.slash("arxiv", paper="2401.00001")
    assert "📗 **The club read this on 7 June 2024**" in text_of(shown.response)
    gist = await member.click(shown.response, label="Gist")
    assert "In brief" in text_of(gist.response)


async def test_titles_are_completed_from_what_was_asked_for_where_no_library_is_connected(
    start_club: StartClub, source: FakeSource
) -> None:
    club = await start_club(sources=[source], guilds="123456")
    await arxiv(club, "2401.00002")
    assert [choice["name"] for choice in await club.complete("arxiv", "paper", "prun")] == ["Pruning of trees"]


async def test_a_message_that_names_more_papers_says_so(club: Club) -> None:
    message = await club.grace.send(club.channel, "2401.00001 2401.00002 2401.00003 2401.00004 2401.99999 2401.00005")
    found = await club.ada.context_menu(club.channel, "Look up papers", message)
    assert len(menu_of(found.response)["options"]) == 5
    listed = text_of(found.response)
    assert "**arxiv:2401.99999**\n-# Not known" in listed
    assert listed.endswith("-# The message names 6 papers; these are the first 5.")


AWKWARD = (
    "javascript:alert(1) ２４０１.００００２ \u202ehttps://arxiv.org/abs/2401.00001\u202c [x](https://arxiv.org/abs/2401.00004) "
    "https://arxiv.org.evil.example/abs/2401.00002 data:text/html,2401 <https://arxiv.org/abs/2401.00003\n>"
)


async def test_awkward_links_are_read_for_what_they_are_and_harm_nobody(club: Club, source: FakeSource) -> None:
    message = await club.grace.send(club.channel, AWKWARD)
    found = await club.ada.context_menu(club.channel, "Look up papers", message)
    values = [choice["value"] for choice in menu_of(found.response)["options"]]
    assert values == ["arxiv:2401.00001", "arxiv:2401.00004", "arxiv:2401.00003"]
    assert not found.response._message.mention_everyone
    assert not found.response._message.ping_user_ids
    listed = text_of(found.response)
    assert "@everyone" not in listed
    assert "\u202e" not in listed
    assert "](https://evil" not in listed.replace("\\]", "")
    assert "-# ⚠️ Withdrawn" in listed
    shown = await club.ada.select(found.response, ["arxiv:2401.00004"])
    assert "\\<@&2>" in text_of(shown.response)
    assert not shown.response._message.mention_everyone


async def test_the_papers_of_a_card_are_found_too(club: Club) -> None:
    card = (await club.paper("pruning")).response
    found = await club.grace.context_menu(club.channel, "Look up papers", card)
    assert "Pruning at 10⁻³" in text_of(found.response)


@pytest.mark.parametrize("hidden", [{"draft": True}, {"publishDate": "2999-01-01"}, {"expiryDate": "2001-01-01"}])
async def test_a_review_that_is_not_published_is_not_betrayed(
    start_club: StartClub, tmp_path: Path, source: FakeSource, hidden: Mapping[str, object]
) -> None:
    body = "T.\n\n**Link**: https://arxiv.org/abs/2401.00002\n\n## Summary\n\nText.\n"
    folder = tmp_path / "r"
    club = await start_club(write_reviews(folder, {"s.md": review_file("Secret", body, date="2024-06-07")}), [source])
    open_card = (await club.paper("secret")).response
    assert "The club read this" in text_of(await arxiv(club, "2401.00002"))
    write_reviews(folder, {"s.md": review_file("Secret", body, date="2024-06-07", **hidden)})
    library = club.bot.libraries.for_guild(None)
    await library.refresh(club.env.now())
    shown = await arxiv(club, "2401.00002")
    assert "## Pruning of trees" in text_of(shown)
    assert button_labels(shown) == ["Gist", "Suggest to the club", "arXiv", "PDF", "HTML"]
    message = await club.grace.send(club.channel, "2401.00002")
    listed = await club.ada.context_menu(club.channel, "Look up papers", message)
    abstract = await club.ada.click(open_card, label="Abstract")  # of a card that was posted before
    named = await arxiv(club, "Secret")
    for text in map(text_of, (shown, listed.response, abstract.response)):
        assert "Secret" not in text
        assert "club read" not in text
    assert "Pruning" not in text_of(abstract.response)
    assert "No paper with the words “Secret”" in text_of(named)
    assert await club.complete("arxiv", "paper", "secr") == []


@pytest.mark.parametrize(
    "arguments",
    [("abstract", "x" * 60), ("abstract", "../../etc"), ("showpaper", "arxiv%3A2401.00002"), ("showpaper", "s2"),
     ("gist", "arxiv", "9999.99999", ""), ("gist", "doi", "' OR 1=1 --", ""), ("gist", "arxiv", "2401.00002", "9" * 40)],
)  # fmt: skip
async def test_a_forged_control_is_answered_with_a_sentence(club: Club, arguments: tuple[str, ...]) -> None:
    channel = club.bot.get_channel(club.channel.id)
    view = layout(row(button(arguments[0], *arguments[1:], label="Forged")))
    answer = await club.ada.click(await channel.send(view=view), label="Forged")  # type: ignore[union-attr]
    assert answer.ephemeral
    assert "went wrong" not in text_of(answer.response)


@pytest.mark.parametrize("arguments", [("gist",), ("gist", "arxiv", "1", "x"), ("showpaper", "1"), ("abstract",)])
async def test_a_control_of_another_version_is_answered_politely(club: Club, arguments: tuple[str, ...]) -> None:
    message = await club.bot.get_channel(
        club.channel.id
    ).send(  # type: ignore[union-attr]
        view=layout(row(button(arguments[0], *arguments[1:], label="Old")))
    )
    answer = await club.ada.click(message, label="Old")
    assert "another version of the bot" in text_of(answer.response)
