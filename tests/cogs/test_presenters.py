"""Whom the rota proposes on /next, and members who swap papers, on a simulated Discord."""

from datetime import timedelta
from typing import Any

import pytest
import simcord

from bot.club.stores.meetings import MeetingStore
from bot.ui.controls import button
from tests.attending import came, meets
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import accept, coming, show_next
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, components, text_of


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


async def papers(club: Club, *titles: str) -> Any:
    olga = organiser(club)
    for title in titles:
        await accept(club, title, club.ada, olga)
    return [each.id for each in await coming(club)]


async def present(club: Club, number: int, member: simcord.MemberActor) -> None:
    await MeetingStore(club.bot.database).volunteer(club.env.guild.id, number, member.id)
