"""The roles of a date as members take them, on a simulated Discord."""

import asyncio
from typing import Any

import pytest
import simcord
from sqlalchemy import Connection

from bot.club.post import Planned
from bot.club.questions import Role
from bot.club.schedule import next_occurrences
from bot.club.slot import Slot
from bot.club.stores.clubs import lock_club
from bot.club.stores.duties import DutyStore
from bot.club.stores.posts import PostStore, plan_post
from bot.club.stores.slots import SlotStore
from bot.ui import roles
from bot.ui.controls import button
from bot.ui.presence import Presence, presence_in
from tests.attending import weekly
from tests.cogs.test_club import organiser
from tests.cogs.test_meetings import accept
from tests.cogs.test_setup import forge
from tests.conftest import Club
from tests.shared import button_labels, components, plain, text_of

NOBODY = "-# 🎭 No role is taken yet"


@pytest.fixture
async def slot(club: Club) -> Slot:
    """Let the club meet in a week, and read a paper."""
    await accept(club, "One paper", club.ada, organiser(club))
    return await weekly(club.bot.database, club.env.guild.id, club.env.now())


def day_of(club: Club, slot: Slot) -> str:
    return next_occurrences(slot.schedule, club.env.now(), 1)[0].original.isoformat()


async def deliver(club: Club, slot: Slot) -> Any:
    """Let the prompt of the next date be posted; give the message."""
    due = Planned(slot.guild_id, slot.key, day_of(club, slot), "prompt", club.channel.id, club.env.now())

    def work(connection: Connection) -> None:
        lock_club(connection, slot.guild_id)
        plan_post(connection, due)

    await club.bot.database.write(work)
    club.bot.outbox.wake()
    await club.env.settle()
    return club.channel.history()[-1]


def shown_in(club: Club, message: Any) -> str:
    """Give the text of a message of the channel as it is now."""
    return text_of(plain(next(each for each in club.channel.history() if each.id == message.id)))


async def holders(club: Club, slot: Slot) -> dict[Role, int]:
    return await DutyStore(club.bot.database).list_holders(slot.guild_id, slot.key, day_of(club, slot))


def custom_id(message: Any, action: str, role: Role) -> str:
    return next(
        part["custom_id"]
        for part in components(message)
        if part.get("custom_id", "").startswith(f"pc:b:{action}:") and part["custom_id"].endswith(f":{role}")
    )


async def take(who: simcord.MemberActor, page: Any, role: Role) -> Any:
    return (await who.click(page, custom_id=custom_id(page, "takerole", role))).response


async def test_members_take_roles_which_the_prompt_says_and_give_them_back(club: Club, slot: Slot) -> None:
    prompt = await deliver(club, slot)
    assert NOBODY in shown_in(club, prompt)
    opened = await club.ada.click(prompt, label="Roles")
    assert opened.ephemeral
    text = text_of(opened.response)
    for name in ("Author", "Sceptic", "Archaeologist", "Practitioner"):
        assert f"**{name}**\n-# You " in text
    assert button_labels(opened.response) == ["Take"] * 4
    await club.restart()
    page = await take(club.ada, opened.response, Role.SCEPTIC)
    assert "You have it" in text_of(page)
    assert f"🎭 sceptic <@{club.ada.id}>" in shown_in(club, prompt)
    hers = (await club.grace.click(prompt, label="Roles")).response
    assert f"<@{club.ada.id}> has it" in text_of(hers)
    await take(club.grace, hers, Role.AUTHOR)
    assert f"🎭 author <@{club.grace.id}> · sceptic <@{club.ada.id}>" in shown_in(club, prompt)
    page = await take(club.ada, page, Role.PRACTITIONER)
    assert f"🎭 author <@{club.grace.id}> · practitioner <@{club.ada.id}>\n" in shown_in(club, prompt) + "\n"
    page = (await club.ada.click(page, label="Give back")).response
    assert await holders(club, slot) == {Role.AUTHOR: club.grace.id}
    assert f"🎭 author <@{club.grace.id}>" in shown_in(club, prompt)
    assert "practitioner" not in shown_in(club, prompt)
    message = club.env.backend.get_message(club.channel.id, prompt.id)
    assert not message.ping_user_ids
    read = await club.grace.click(prompt, label="I have read it")
    assert f"🎭 author <@{club.grace.id}>" in text_of(read.response), "the counts and the roles leave each other alone"


async def test_a_prompt_that_comes_later_says_who_has_which_role(club: Club, slot: Slot) -> None:
    way = await forge(club, button("roles", str(slot.id), day_of(club, slot), label="Roles"))
    page = (await club.ada.click(way, label="Roles")).response
    await take(club.ada, page, Role.AUTHOR)
    page = (await club.grace.click(way, label="Roles")).response
    await take(club.grace, page, Role.SCEPTIC)
    club.env.guild.remove_member(club.grace)
    await club.env.settle()
    text = shown_in(club, await deliver(club, slot))
    assert f"🎭 author <@{club.ada.id}>\n" in text + "\n"
    assert str(club.grace.id) not in text


async def test_who_comes_second_is_told_who_was_faster(club: Club, slot: Slot) -> None:
    prompt = await deliver(club, slot)
    pages = [(await who.click(prompt, label="Roles")).response for who in (club.ada, club.grace)]
    await take(club.ada, pages[0], Role.AUTHOR)
    late = await take(club.grace, pages[1], Role.AUTHOR)
    assert f"⚠️ <@{club.ada.id}> was faster: the author is taken." in text_of(late)
    assert await holders(club, slot) == {Role.AUTHOR: club.ada.id}
    club.env.guild.remove_member(club.ada)
    await club.env.settle()
    again = (await club.grace.click(prompt, label="Roles")).response
    assert str(club.ada.id) not in text_of(again), "who has left is not named"
    page = await take(club.grace, again, Role.AUTHOR)
    assert "You have it" in text_of(page)
    assert "faster" not in text_of(page)
    assert f"🎭 author <@{club.grace.id}>" in shown_in(club, prompt)


async def test_discord_is_asked_once_of_each_before_an_answer(
    club: Club, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, asked = organiser(club), list[int]()
    page = (await club.grace.click(await deliver(club, slot), label="Roles")).response
    store, day = DutyStore(club.bot.database), next_occurrences(slot.schedule, club.env.now(), 1)[0].original
    for role, member in ((Role.AUTHOR, club.ada), (Role.SCEPTIC, olga)):
        await store.take(slot.guild_id, slot.id, day, role, member.id, club.env.now())
    club.env.guild.remove_member(club.ada)
    await club.env.settle()

    async def ask(guild: Any, member_id: int) -> Presence:
        asked.append(member_id)
        return await presence_in(guild, member_id)

    monkeypatch.setattr(roles, "presence_in", ask)
    monkeypatch.setattr(PostStore, "get", no_post)
    page = await take(club.grace, page, Role.AUTHOR)
    assert "You have it" in text_of(page)
    assert f"<@{olga.id}> has it" in text_of(page)
    assert sorted(asked) == sorted([club.ada.id, olga.id])


async def no_post(*_: object) -> None:
    """Know no prompt, which would be edited after the answer."""


async def test_nobody_is_named_or_loses_a_role_while_discord_does_not_say_who_is_here(club: Club, slot: Slot) -> None:
    prompt = await deliver(club, slot)
    page = (await club.ada.click(prompt, label="Roles")).response
    late = (await club.grace.click(prompt, label="Roles")).response
    await take(club.ada, page, Role.AUTHOR)
    club.env.inject_error("GET", "/guilds/*/members/*", status=503, times=None)
    told = await take(club.grace, late, Role.AUTHOR)
    assert "Somebody was faster" in text_of(told)
    assert "Somebody has it" in text_of(told)
    assert await holders(club, slot) == {Role.AUTHOR: club.ada.id}


async def test_a_prompt_that_was_deleted_or_cannot_be_edited_keeps_nobody_from_a_role(club: Club, slot: Slot) -> None:
    prompt = await deliver(club, slot)
    page = (await club.ada.click(prompt, label="Roles")).response
    club.env.inject_error("PATCH", f"/channels/{club.channel.id}/messages/*", status=500, times=None)
    assert "You have it" in text_of(await take(club.ada, page, Role.AUTHOR))
    assert await holders(club, slot) == {Role.AUTHOR: club.ada.id}


async def test_stale_and_forged_controls_are_answered(club: Club, slot: Slot) -> None:
    theirs, day = await weekly(club.bot.database, 4_711, club.env.now()), day_of(club, slot)
    cases = {
        "theirs": ("takerole", str(theirs.id), day, "author"),
        "never": ("takerole", str(slot.id), "2026-13-41", "author"),
        "other": ("roles", str(slot.id), "2026-01-02"),
        "first": ("roles", str(slot.id), "0001-01-01"),
        "last": ("takerole", str(slot.id), "9999-12-31", "author"),
        "role": ("takerole", str(slot.id), day, "king"),
        "back": ("giverole", str(slot.id), "2020-01-01", "author"),
    }
    forged = await forge(club, *(button(*arguments, label=label) for label, arguments in cases.items()))
    for label in cases:
        expected = "another version" if label == "role" else "not in the club's week"
        assert expected in text_of((await club.ada.click(forged, label=label)).response), label
    prompt = await deliver(club, slot)
    page = (await club.ada.click(prompt, label="Roles")).response
    page = await take(club.ada, page, Role.AUTHOR)
    club.env.backend.advance_clock(8 * 86_400)
    over = "That is over, so nothing was changed"
    assert over in text_of((await club.ada.click(page, label="Give back")).response)
    await SlotStore(club.bot.database).remove(slot.guild_id, slot.id, 1, club.env.now())
    assert "not in the club's week" in text_of((await club.ada.click(prompt, label="Roles")).response)


async def test_the_line_of_those_who_click_together_is_right_at_the_end(club: Club, slot: Slot) -> None:
    prompt = await deliver(club, slot)
    cog: Any = club.bot.get_cog("RolesCog")
    store, day = DutyStore(club.bot.database), next_occurrences(slot.schedule, club.env.now(), 1)[0].original
    members = {Role.AUTHOR: club.ada, Role.SCEPTIC: club.grace}
    guild = club.bot.get_guild(club.env.guild.id)

    async def act(role: Role) -> None:
        duties = await store.take(slot.guild_id, slot.id, day, role, members[role].id, club.env.now())
        await cog._tell(type("Click", (), {"guild": guild, "user": members[role]})(), duties)

    await asyncio.gather(*map(act, members))
    assert f"🎭 author <@{club.ada.id}> · sceptic <@{club.grace.id}>" in shown_in(club, prompt)
