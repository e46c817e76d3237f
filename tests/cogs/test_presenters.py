"""Whom the rota proposes on /next, and members who swap papers, on a simulated Discord."""

from datetime import timedelta
from typing import Any

import pytest
import simcord

from bot.club.stores.meetings import MeetingStore
from bot.club.stores.rota import RotaStore
from bot.ui.controls import button
from tests.attending import came, meets
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import accept, coming, show_next
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, components, option, text_of


def turn_of(member: simcord.MemberActor) -> str:
    return f"By the rota it is <@{member.id}>'s turn"


@pytest.fixture
async def alan(club: Club) -> simcord.MemberActor:
    """Let Ada, Grace and Alan have been there last week, and a paper be read next."""
    alan = club.env.guild.add_member(club.env.create_user("alan"))
    day = club.env.now().date() - timedelta(7)
    await meets(club.bot.database, club.env.guild.id, day)
    await came(club.bot.database, club.env.guild.id, day, [club.ada.id, club.grace.id, alan.id])
    await accept(club, "One paper", club.ada, organiser(club))
    return alan


async def test_the_rota_proposes_and_who_does_not_want_to_is_followed_by_the_next(
    club: Club, alan: simcord.MemberActor
) -> None:
    shown = await show_next(club, alan)
    assert f"🎤 Nobody presents it yet\n-# {turn_of(club.ada)}" in text_of(shown)
    assert not shown._message.ping_user_ids
    assert (await coming(club))[0].presenter_id is None, "it is a proposal"
    refused = await club.grace.click(shown, label="Not this time")
    assert refused.ephemeral
    assert "only they can say that" in text_of(refused.response)
    await club.restart()
    passed = await club.ada.click(shown, label="Not this time")
    assert passed.response.id == shown.id
    assert turn_of(club.grace) in text_of(passed.response)
    assert turn_of(club.ada) not in text_of(passed.response)
    assert turn_of(club.grace) in text_of(await show_next(club, alan))
    passed = await club.grace.click(passed.response, label="Not this time")
    passed = await alan.click(passed.response, label="Not this time")
    assert "rota" not in text_of(passed.response)
    assert "Nobody presents it yet" in text_of(passed.response)
    assert "Not this time" not in button_labels(passed.response)
    taken = await club.ada.click(passed.response, label="I'll present")
    assert f"<@{club.ada.id}> presents it" in text_of(taken.response)
    assert not taken.response._message.ping_user_ids


async def test_anybody_presents_whoever_is_proposed(club: Club, alan: simcord.MemberActor) -> None:
    shown = await show_next(club)
    stale = await show_next(club)
    taken = await alan.click(shown, label="I'll present")
    assert f"<@{alan.id}> presents it" in text_of(taken.response)
    assert "rota" not in text_of(taken.response)
    late = await club.ada.click(stale, label="Not this time")
    assert "Somebody presents it already" in text_of(late.response)
    assert (await coming(club))[0].presenter_id == alan.id


async def test_who_has_left_is_passed_over(club: Club, alan: simcord.MemberActor) -> None:
    for member in (club.ada, club.grace):
        club.env.guild.remove_member(member)
    await club.env.settle()
    shown = await show_next(club, alan)
    assert turn_of(alan) in text_of(shown)
    assert str(club.ada.id) not in "".join(part.get("custom_id", "") for part in components(shown))


async def test_nobody_is_proposed_while_discord_does_not_say_who_is_here(club: Club, alan: simcord.MemberActor) -> None:
    club.env.inject_error("GET", "/guilds/*/members/*", status=503, times=None)
    assert "rota" not in text_of(await show_next(club, alan))
    assert turn_of(club.ada) in text_of(await show_next(club, club.ada)), "who asks is surely here"


async def test_a_member_says_in_me_show_that_they_are_not_to_be_proposed(club: Club, alan: simcord.MemberActor) -> None:
    page = (await club.ada.slash(club.channel, "me show")).response
    page = (await club.ada.click(page, label="Don't propose me as presenter")).response
    assert "You are not proposed to present a paper." in text_of(page)
    assert turn_of(club.grace) in text_of(await show_next(club))
    await club.restart()
    page = (await club.ada.click(page, label="Propose me again")).response
    assert "not proposed" not in text_of(page)
    assert turn_of(club.ada) in text_of(await show_next(club))


async def test_a_forged_or_stale_turn_is_answered(club: Club, alan: simcord.MemberActor) -> None:
    number = (await coming(club))[0].id
    forged = await forge(club, button("notmyturn", str(number + 9), str(club.ada.id), label="no"))
    assert "not to be read next any more" in text_of((await club.ada.click(forged, label="no")).response)
    odd = await forge(club, button("notmyturn", "x", str(club.ada.id), label="no"))
    assert "another version" in text_of((await club.ada.click(odd, label="no")).response)
    plain = await forge(club, button("notmyturn", str(number), str(club.ada.id), label="no"))
    await club.ada.click(plain, label="no")
    assert turn_of(club.grace) in text_of(await show_next(club)), "it counts, though the message shows no turn"


# --- swaps ----------------------------------------------------------------------------------------


@pytest.fixture
async def two(club: Club) -> list[int]:
    """Let Ada present the first of three papers, and Grace the second."""
    olga = organiser(club)
    for title in ("First paper", "Second paper", "Free paper"):
        await accept(club, title, club.ada, olga)
    numbers = [each.id for each in await coming(club)]
    for number, member in zip(numbers, (club.ada, club.grace), strict=False):
        await MeetingStore(club.bot.database).volunteer(club.env.guild.id, number, member.id)
    return numbers


async def presenters(club: Club) -> list[int | None]:
    return [each.presenter_id for each in await coming(club)]


async def choose(club: Club, title: str) -> Any:
    """Let Ada press Swap and choose a paper; give the result."""
    page = await club.ada.click(await show_next(club), label="Swap")
    assert page.ephemeral
    return await club.ada.select(page.response, [option(page.response, title)])


async def ask_grace(club: Club) -> Any:
    """Let Ada ask Grace to swap; give the question."""
    done = await choose(club, "Second")
    assert "was asked in the channel" in text_of(done.response)
    return done.followups[0]


async def test_a_free_paper_is_taken_at_once(club: Club, two: list[int]) -> None:
    done = await choose(club, "Free")
    assert "You present **Free paper** now. Nobody presents **First paper** yet" in text_of(done.response)
    assert done.followups == []
    assert await presenters(club) == [None, club.grace.id, club.ada.id]


async def test_who_presents_the_other_one_is_asked_and_agrees(club: Club, two: list[int]) -> None:
    question = await ask_grace(club)
    assert not question.ephemeral
    assert {*question._message.ping_user_ids} == {club.grace.id}
    assert f"<@{club.ada.id}> presents **First paper**, and would rather present **Second paper**" in text_of(question)
    assert await presenters(club) == [club.ada.id, club.grace.id, None], "nothing before they agree"
    for label in ("Agree", "No"):
        told = await club.ada.click(question, label=label)
        assert told.ephemeral
        assert "only they can answer that" in text_of(told.response)
    await club.restart()
    done = await club.grace.click(question, label="Agree")
    assert done.response.id == question.id
    told = f"Swapped: <@{club.ada.id}> presents **Second paper**, and <@{club.grace.id}> **First paper**."
    assert told in text_of(done.response)
    assert button_labels(done.response) == []
    assert await presenters(club) == [club.grace.id, club.ada.id, None]


async def test_who_is_asked_says_no(club: Club, two: list[int]) -> None:
    done = await club.grace.click(await ask_grace(club), label="No")
    assert f"Not swapped: <@{club.ada.id}> presents **First paper**" in text_of(done.response)
    assert button_labels(done.response) == []
    assert await presenters(club) == [club.ada.id, club.grace.id, None]


async def test_an_answer_comes_to_nothing_once_it_is_otherwise(club: Club, two: list[int]) -> None:
    question = await ask_grace(club)
    await MeetingStore(club.bot.database).free_place(club.env.guild.id, two[0], club.ada.id, club.env.now())
    told = await club.grace.click(question, label="Agree")
    assert told.ephemeral
    assert "somebody else presents one of the two papers" in text_of(told.response)
    assert await presenters(club) == [None, club.grace.id, None]
    await MeetingStore(club.bot.database).drop(club.env.guild.id, two[0], 1, club.env.now())
    assert "not to be read next any more" in text_of((await club.grace.click(question, label="Agree")).response)


async def test_a_swap_whose_answer_was_lost_is_told_by_the_next_click(club: Club, two: list[int]) -> None:
    question = await ask_grace(club)
    for label in ("Agree", "No"):
        await RotaStore(club.bot.database).exchange(club.env.guild.id, two[0], club.ada.id, two[1], club.grace.id)
        stale = await forge(club, *(copied(question, each) for each in ("Agree", "No")))
        assert "Swapped: " in text_of((await club.grace.click(stale, label=label)).response)
        assert await presenters(club) == [club.grace.id, club.ada.id, None]


def copied(message: Any, label: str) -> Any:
    custom_id = next(part["custom_id"] for part in components(message) if part.get("label") == label)
    _, _, action, *arguments = custom_id.split(":")
    return button(action, *arguments, label=label)


async def test_nobody_is_asked_again_and_again(club: Club, two: list[int]) -> None:
    await ask_grace(club)
    again = await choose(club, "Second")
    assert "asked already, less than an hour ago" in text_of(again.response)
    assert again.followups == []
    club.env.backend.advance_clock(3_601)
    await ask_grace(club)


async def test_who_has_left_is_not_asked_and_their_paper_is_free(club: Club, two: list[int]) -> None:
    shown = await show_next(club)
    page = (await club.ada.click(shown, label="Swap")).response
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    done = await club.ada.select(page, [option(page, "Second")])
    assert "You present **Second paper** now" in text_of(done.response)
    assert done.followups == []
    assert await presenters(club) == [None, club.ada.id, None]


async def test_who_asked_and_left_gets_nothing(club: Club, two: list[int]) -> None:
    question = await ask_grace(club)
    club.env.guild.remove_member(club.ada)
    await club.env.settle()
    told = await club.grace.click(question, label="Agree")
    assert "Whoever asked has left the server" in text_of(told.response)
    assert await presenters(club) == [club.ada.id, club.grace.id, None]


async def test_a_question_that_discord_does_not_take_can_be_asked_again(club: Club, two: list[int]) -> None:
    club.env.inject_error("POST", "/webhooks/*", status=403, code=50013)
    (told,) = (await choose(club, "Second")).followups
    assert "Discord did not answer, so nobody was asked" in text_of(told)
    page = (await club.ada.click(await show_next(club), label="Swap")).response
    club.env.inject_error("GET", "/guilds/*/members/*", status=503)
    unknown = await club.ada.select(page, [option(page, "Second")])
    assert "Discord did not answer, so nobody was asked" in text_of(unknown.response)
    assert await presenters(club) == [club.ada.id, club.grace.id, None]
    await ask_grace(club)


async def test_only_who_presents_swaps_and_only_papers_of_the_club(club: Club, two: list[int]) -> None:
    shown = await show_next(club)
    refused = await club.grace.click(shown, label="Swap")
    assert "Only whoever presents it can swap it" in text_of(refused.response)
    first, second, free = map(str, two)
    cases = {
        "mine": ("swapwith", first, "999999"),
        "own": ("swapwith", first, first),
        "hers": ("swapwith", second, free),
        "gone": ("swap", "999999"),
        "agree": ("swapagree", second, free, str(club.grace.id), str(club.ada.id)),
    }
    forged = await forge(club, *(button(*arguments, label=label) for label, arguments in cases.items()))
    for label, expected in {
        "mine": "not to be read next any more",
        "own": "You present that one already",
        "hers": "Only whoever presents it can swap it",
        "gone": "not to be read next any more",
        "agree": "somebody else presents one of the two papers",
    }.items():
        assert expected in text_of((await club.ada.click(forged, label=label)).response), label
    assert await presenters(club) == [club.ada.id, club.grace.id, None]


async def test_who_presents_the_only_paper_has_nothing_to_swap(club: Club) -> None:
    await accept(club, "One paper", club.ada, organiser(club))
    taken = await club.ada.click(await show_next(club), label="I'll present")
    assert "Swap" not in button_labels(taken.response)
