"""The queue of suggestions, voices, and what organisers decide, on a simulated Discord."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.club.suggestion import State, propose_title
from bot.ui.cards import layout
from bot.ui.controls import button, row
from tests.cogs.test_club import organiser
from tests.cogs.test_papers import FakeSource, paper
from tests.cogs.test_setup import CHANNEL, forge, set_roles, set_up
from tests.cogs.test_suggestions import TREES, last, queue, said, suggest
from tests.conftest import Club, StartClub
from tests.shared import button_labels, components, option, plain, review_file, text_of, write_reviews


@pytest.fixture
def source() -> FakeSource:
    return FakeSource(paper(TREES, "Pruning of trees"), paper("2401.00003", "Pruning of roses"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    old = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00003)\n\n## Summary\n\nText.\n"
    return write_reviews(tmp_path / "r", {"roses.md": review_file("Roses, read", old, date="2024-06-07")})


@pytest.fixture
async def club(start_club: StartClub, folder: Path, source: FakeSource) -> Club:
    return await start_club(folder, sources=[source])


async def fill(club: Club, number: int) -> None:
    """Let members suggest talks."""
    for count in range(number):
        who = club.env.guild.add_member(club.env.create_user(f"member{count}"))
        proposal = propose_title(f"Talk {count}")
        await club.bot.suggestions.propose(
            club.env.guild.id, who.id, proposal, f"Reason {count}.", discord.utils.utcnow()
        )


async def shown(club: Club, who: simcord.MemberActor | None = None) -> Any:
    result = await (who or club.ada).slash(club.channel, "suggestions")
    assert result.ephemeral
    return result.response


async def opened(club: Club, who: simcord.MemberActor, title: str) -> Any:
    """Open a suggestion in the queue, as a member."""
    page = await shown(club, who)
    result = await who.select(page, [option(page, title)])
    return result.response


async def test_an_empty_queue_says_how_to_fill_it(club: Club) -> None:
    assert "### Nothing is suggested\n`/suggest` proposes" in text_of(await shown(club))


async def test_the_queue_is_ranked_by_votes_and_then_age(club: Club) -> None:
    await suggest(club, "First talk", why="Because.")
    await suggest(club, "Second talk")
    await suggest(club, TREES)
    await suggest(club, TREES, club.grace)
    text = text_of(await shown(club))
    assert text.startswith("### 3 suggestions\n**1. Pruning of trees**\n-# Ada Lovelace +1 more · 2024 · `arXiv:2401.00002`"
                           if "+1 more" in text else "### 3 suggestions\n**1. Pruning of trees**")  # fmt: skip
    assert f"2 members want to read it · by <@{club.ada.id}>" in text
    assert text.index("1. Pruning") < text.index("2. First talk") < text.index("3. Second talk")
    assert "> Because." in text


async def test_each_member_sees_and_changes_their_own_voice(club: Club) -> None:
    await suggest(club, TREES)
    page = await shown(club, club.grace)
    assert "+1" in button_labels(page)
    page = (await club.grace.click(page, label="+1")).response
    assert "2 members want to read it" in text_of(page)
    assert "· you too" in text_of(page)
    assert "-1" in button_labels(page)
    page = (await club.grace.click(page, label="-1")).response
    assert "1 member wants to read it" in text_of(page)
    assert "Yours" in button_labels(await shown(club))


async def test_the_card_of_a_suggestion_counts_voices_for_everybody(club: Club) -> None:
    card = (await suggest(club, TREES)).response
    for _ in range(2):  # a second click changes nothing
        await club.grace.click(card, label="I want to read it")
    assert "**2 members want to read it**" in said(club)
    refused = await club.ada.click(card, label="Not any more")
    assert "To take it back, choose it in the menu of /suggestions" in text_of(refused.response)
    await club.grace.click(card, label="Not any more")
    assert "**1 member wants to read it**" in said(club)
    await club.restart()
    await club.grace.click(card, label="I want to read it")
    assert [each.votes for each in await queue(club)] == [2]


async def test_a_long_queue_is_turned_and_can_be_shown_to_everybody(club: Club) -> None:
    await fill(club, 12)
    page = await shown(club)
    assert "### 12 suggestions · page 1 of 3" in text_of(page)
    page = (await club.ada.click(page, label="▶")).response
    assert "**6. Talk 5**" in text_of(page)
    await club.ada.click(page, label="Show everybody")
    assert "**6. Talk 5**" in said(club)
    assert "Show everybody" not in button_labels(last(club))
    public = max(club.channel.history(), key=lambda message: message.id)
    await club.grace.click(public, custom_id=_custom_id(last(club), "+1"))
    assert "**6. Talk 5**\n2 members" not in said(club), "it has risen"
    assert "you too" not in said(club), "what everybody sees is nobody's own"
    assert (await queue(club))[0].title == "Talk 5"


def _custom_id(message: Any, label: str) -> str:
    return next(part["custom_id"] for part in components(message) if part.get("label") == label)


async def test_a_suggestion_opens_with_its_abstract_and_all_reasons(club: Club) -> None:
    await suggest(club, TREES, why="Trees.")
    await suggest(club, TREES, club.grace, why="Shade.")
    page = await opened(club, club.grace, "1. Pruning of trees")
    assert f"> Trees. — <@{club.ada.id}>\n> Shade. — <@{club.grace.id}>" in text_of(page)
    assert "We study x₁²" in text_of(page)
    assert button_labels(page) == ["Not any more", "The paper", "All suggestions"]
    back = await club.grace.click(page, label="All suggestions")
    assert "### 1 suggestion\n" in text_of(back.response)


async def test_one_takes_back_ones_own(club: Club) -> None:
    await suggest(club, "A talk")
    page = await opened(club, club.ada, "1. A talk")
    taken = await club.ada.click(page, label="Take it back")
    assert "✅ You took it back." in text_of(taken.response)
    assert await queue(club) == []
    await suggest(club, TREES)
    await suggest(club, TREES, club.grace)
    stays = await club.ada.click(await opened(club, club.ada, "1. Pruning"), label="Take it back")
    assert "It stays in the queue for the others, without your name." in text_of(stays.response)
    [left] = await queue(club)
    assert (left.votes, left.suggested_by) == (1, None)


async def test_organisers_choose_what_is_read_next_and_everybody_hears(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, TREES)
    page = await opened(club, olga, "1. Pruning")
    accepted = await olga.click(page, label="Read it next")
    assert "✅ It is read next. /next shows it." in text_of(accepted.response)
    assert "🎉 **Chosen to be read**" in said(club)
    assert await queue(club) == []
    assert "Yours: Pruning of trees. Chosen to be read." in text_of(await shown(club))
    joined = await suggest(club, TREES, club.grace)
    assert "🎉 **Chosen to be read**" in text_of(joined.response), "what is chosen is not suggested anew"


async def test_organisers_decline_with_a_reason_that_its_member_sees(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, TREES)
    form = await olga.click(await opened(club, olga, "1. Pruning"), label="Decline")
    declined = await olga.submit_modal(form, {"why": "We had *three* on trees."})
    assert "**Declined**: We had \\*three\\* on trees." in text_of(declined.response)
    assert "Yours: Pruning of trees. Declined: We had" in text_of(await shown(club))
    assert "Yours" not in text_of(await shown(club, club.grace))
    again = await suggest(club, TREES, club.grace)
    assert "It was declined on 1 January 2026: We had" in text_of(again.response)


async def test_organisers_order_the_queue(club: Club) -> None:
    olga = organiser(club)
    await fill(club, 3)
    page = await opened(club, olga, "3. Talk 2")
    moved = await olga.select(page, ["1"], custom_id=_putat(page))
    assert "✅ It stands at place 1." in text_of(moved.response)
    assert [each.title for each in await queue(club)] == ["Talk 2", "Talk 0", "Talk 1"]
    far = await olga.select(moved.response, ["10"], custom_id=_putat(page))
    assert "✅ It stands at place 3." in text_of(far.response), "there are no more"
    moved = await olga.select(far.response, ["1"], custom_id=_putat(page))
    freed = await olga.select(moved.response, ["0"], custom_id=_putat(moved.response))
    assert "✅ The votes decide where it stands." in text_of(freed.response)
    assert [each.title for each in await queue(club)] == ["Talk 0", "Talk 1", "Talk 2"]


def _putat(page: Any) -> str:
    return next(part["custom_id"] for part in components(page) if "putat" in part.get("custom_id", ""))


async def test_organisers_mark_as_read(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, TREES)
    read = await olga.click(await opened(club, olga, "1. Pruning"), label="Already read")
    assert "📗 **The club has read it**" in text_of(read.response)
    assert await queue(club) == []


ACTIONS = ["accept", "askdecline", "markread", "putat"]


@pytest.mark.parametrize("action", ACTIONS)
async def test_members_decide_nothing_by_forged_buttons(club: Club, action: str) -> None:
    await suggest(club, TREES)
    [kept] = await queue(club)
    forged = await forge(club, button(action, str(kept.id), "1", label="x"))
    refused = await club.grace.click(forged, label="x")
    assert "That is for the club's organisers" in text_of(refused.response)
    page = await opened(club, club.grace, "1. Pruning")
    assert not {"Read it next", "Decline", "Already read"} & set(button_labels(page))
    assert (await queue(club))[0] == kept


async def test_a_form_that_was_opened_as_an_organiser_is_refused_when_it_is_sent_as_none(club: Club) -> None:
    olga = organiser(club)
    await suggest(club, TREES)
    form = await olga.click(await opened(club, olga, "1. Pruning"), label="Decline")
    await set_roles(club, olga)
    refused = await olga.submit_modal(form, {"why": "No."})
    assert "That is for the club's organisers" in text_of(refused.response)
    assert len(await queue(club)) == 1


@pytest.mark.parametrize("action", [*ACTIONS, "voice", "unvoice", "withdraw", "suggestion", "queuevoice"])
async def test_what_is_another_clubs_is_out_of_reach(club: Club, action: str) -> None:
    await suggest(club, TREES)
    [kept] = await queue(club)
    other = club.env.create_guild("Other club")
    room = other.create_text_channel("room")
    role = other.create_role("heads", permissions=discord.Permissions(manage_guild=True))
    eve = other.add_member(club.env.create_user("eve"), roles=[role])
    control = {"action": action, "number": str(kept.id)}
    sent = await club.bot.get_channel(room.id).send(  # type: ignore[union-attr]
        view=layout(row(button(control["action"], control["number"], "1", label="x")))
    )
    message = next(each for each in room.history() if each.id == sent.id)
    result = await eve.click(message, label="x")
    if action == "askdecline":
        result = await eve.submit_modal(result, {"why": "No."})
    assert "not there any more" in text_of(result.response) or "not open any more" in text_of(result.response)
    assert await queue(club) == [kept]


@pytest.mark.parametrize("number", ["0", "999999", "9" * 60])
async def test_numbers_of_nothing_are_answered(club: Club, number: str) -> None:
    forged = await forge(club, *(button(action, number, "9" * 20, label=action) for action in ("voice", "suggestion")))
    for action in ("voice", "suggestion"):
        assert "/suggestions shows those that are" in text_of((await club.ada.click(forged, label=action)).response)


async def test_a_review_that_appears_marks_its_suggestion_and_thanks_once(club: Club, folder: Path) -> None:
    olga = organiser(club)
    await olga.select(await set_up(club, olga), [club.channel], custom_id=CHANNEL)
    await suggest(club, TREES)
    await suggest(club, "A talk of our own", club.grace)
    written = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00002)\n\n## Summary\n\nText.\n"
    (folder / "trees.md").write_text(review_file("Trees, read", written, date="2026-01-01"))
    (folder / "talk.md").write_text(review_file("A talk of our own", "T.\n\n## Summary\n\nText.\n", date="2026-01-01"))
    await club.ada.slash(club.channel, "papers")
    await club.bot.libraries.for_guild(club.env.guild.id).refresh(discord.utils.utcnow())
    await club.env.advance_time(600)
    thanked = [text for text in all_said(club) if "Thanks for suggesting it" in text]
    assert sorted(thanked) == [
        f"### 📗 A talk of our own\nThe club has read it, and its review is in the library. Thanks for suggesting it, <@{club.grace.id}>!",
        f"### 📗 Pruning of trees\nThe club has read it, and its review is in the library. Thanks for suggesting it, <@{club.ada.id}>!",
    ]
    assert [
        button_labels(plain(message)) for message in club.channel.history() if "Thanks" in text_of(plain(message))
    ] == [
        ["Open the review"],
        ["Open the review"],
    ]
    assert await queue(club) == []
    await club.restart()
    await club.env.advance_time(6_000)
    assert len([text for text in all_said(club) if "Thanks for suggesting it" in text]) == 2


async def test_a_review_of_what_was_read_already_is_thanked_for_once_too(club: Club, folder: Path) -> None:
    olga = organiser(club)
    await olga.select(await set_up(club, olga), [club.channel], custom_id=CHANNEL)
    await suggest(club, TREES)
    await suggest(club, "A talk of our own", club.grace)
    for each in await queue(club):
        await club.bot.decisions.mark_read(club.env.guild.id, each.id, None, olga.id, club.env.now())
    await club.env.advance_time(600)
    assert not any("Thanks" in text for text in all_said(club)), "there is no review yet"
    written = "T.\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2401.00002)\n\n## Summary\n\nText.\n"
    (folder / "trees.md").write_text(review_file("Trees, read", written, date="2026-01-02"))
    await club.bot.libraries.for_guild(club.env.guild.id).refresh(datetime(2026, 1, 3, tzinfo=UTC))
    await club.env.advance_time(3 * 86_400)
    (thanked,) = (text for text in all_said(club) if "Thanks" in text)
    assert thanked.startswith("### 📗 Pruning of trees\n")
    await club.restart()
    await club.env.advance_time(6_000)
    assert len([text for text in all_said(club) if "Thanks" in text]) == 1


def all_said(club: Club) -> list[str]:
    return [text_of(plain(message)) for message in club.channel.history()]


async def test_an_old_review_says_nothing_of_a_new_suggestion(club: Club) -> None:
    read = await suggest(club, "2401.00003")
    form = await club.ada.click(read.response, label="Suggest again")
    await club.ada.submit_modal(form, {"why": "It aged well."})
    await club.env.advance_time(6_000)
    assert [each.state for each in await queue(club)] == [State.OPEN]


async def test_many_voices_at_once_leave_the_right_number_on_the_card(club: Club) -> None:
    card = (await suggest(club, TREES)).response
    members = [club.env.guild.add_member(club.env.create_user(f"m{n}")) for n in range(30)]
    for member in members:
        await member.click(card, label="I want to read it")
    assert "**31 members want to read it**" in said(club)
