"""The role that posts notify: chosen by organisers, joined and left by members, and never one with powers."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.ui.controls import button
from tests.cogs.test_club import organiser
from tests.cogs.test_papers import FakeSource
from tests.cogs.test_prompts import chosen_prompt, deliver, text_of
from tests.cogs.test_setup import control, forge, in_cache, set_roles, set_up
from tests.conftest import Club, StartClub
from tests.shared import write_reviews

PING = "pc:s:setping"


@pytest.fixture
async def club(start_club: StartClub, tmp_path: Path) -> Club:
    club: Club = await start_club(write_reviews(tmp_path / "empty", {"x.txt": "Nothing"}), sources=[FakeSource()])
    return club


async def choose_role(club: Club, role: Any, olga: simcord.MemberActor | None = None) -> Any:
    """Let an organiser choose the role; give the message."""
    olga = olga or organiser(club)
    return (await olga.select(await set_up(club, olga), [role] if role else [], custom_id=PING)).response


async def chosen(club: Club) -> int | None:
    return (await club.bot.clubs.get(club.env.guild.id)).ping_role_id


async def has_role(club: Club, member: simcord.MemberActor, role: simcord.RoleHandle) -> bool:
    found = await in_cache(club).fetch_member(member.id)
    return role.id in [each.id for each in found.roles]


def real(club: Club, role: simcord.RoleHandle) -> discord.Role:
    found = in_cache(club).get_role(role.id)
    assert found
    return found


async def test_an_organiser_chooses_the_role_and_takes_it_back(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    shown = await choose_role(club, role)
    assert f"which members join and leave by a button\n✅ <@&{role.id}>" in text_of(shown)
    assert await chosen(club) == role.id
    assert [value["id"] for value in control(shown, PING)["default_values"]] == [role.id]
    shown = await choose_role(club, None)
    assert "None is chosen, so nobody is notified" in text_of(shown)
    assert await chosen(club) is None
    olga = organiser(club)
    told = text_of((await olga.click(await set_up(club, olga), label="Who decided what")).response)
    assert f"**set** reminded <@&{role.id}>" in told


async def test_roles_with_powers_are_refused(club: Club) -> None:
    guild = club.env.guild
    guests = guild.create_role("guests")
    shut, opened = (discord.PermissionOverwrite(view_channel=seen) for seen in (False, True))
    guild.create_text_channel("secret", overwrites={guild.default_role: shut, guests: opened})
    await club.env.settle()
    refused = {
        guild.default_role: "Everyone has the role @everyone",
        guild.create_role("mods", permissions=discord.Permissions(manage_messages=True)): "not: Manage Messages.",
        guests: "not: View Channel in #secret.",
    }
    for role, reason in refused.items():
        assert reason in text_of(await choose_role(club, role)).replace("\u200b", "")
        assert await chosen(club) is None


async def test_members_join_and_leave_by_buttons_and_may_click_twice(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    await choose_role(club, role)
    message = await chosen_prompt(club)
    for _ in range(2):
        joined = await club.ada.click(message, label="Remind me")
        assert joined.ephemeral
        assert f"You have the role <@&{role.id}> now" in text_of(joined.response)
    assert await has_role(club, club.ada, role)
    await club.restart()
    left = await club.ada.click(joined.response, label="Don't remind me")
    assert f"You do not have the role <@&{role.id}> any more" in text_of(left.response)
    assert not await has_role(club, club.ada, role)
    await club.ada.click(message, label="Don't remind me")
    again = await club.ada.click(left.response, label="Remind me")
    assert "You have the role" in text_of(again.response)
    assert await has_role(club, club.ada, role)
    assert not await has_role(club, club.grace, role)


async def test_posts_notify_exactly_that_role(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    await choose_role(club, role)
    await chosen_prompt(club)
    await deliver(club, "reminder:3d")
    posts = [
        each.json for each in club.env.http_requests if each.method == "POST" and each.json and "nonce" in each.json
    ]
    assert len(posts) == 2
    for post in posts:
        assert post["allowed_mentions"] == {"parse": [], "roles": [role.id], "users": []}
        assert f"<@&{role.id}>" in str(post)


async def test_a_role_that_became_dangerous_is_neither_notified_nor_given_and_organisers_are_told(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    await choose_role(club, role)
    message = await chosen_prompt(club)
    await real(club, role).edit(permissions=discord.Permissions(ban_members=True))
    await club.env.settle()
    for label in ("Remind me", "Don't remind me"):
        refused = await club.ada.click(message, label=label)
        assert refused.ephemeral
        assert "because it may do what others may not. Organisers find in /club setup" in text_of(refused.response)
    assert not await has_role(club, club.ada, role)
    reminder = await deliver(club, "reminder:3d")
    assert "For organisers: nobody is notified" in text_of(reminder)
    assert str(role.id) not in str([part.to_dict() for part in reminder.components])
    (post,) = [each.json for each in club.env.http_requests if each.json and "nonce" in each.json][-1:]
    assert post["allowed_mentions"] == {"parse": []} or post["allowed_mentions"].get("roles") == []
    assert "lets them do what others may not: Ban Members." in text_of(await set_up(club, organiser(club)))


async def test_without_a_role_nothing_is_notified_and_no_button_is_there(club: Club) -> None:
    message = await chosen_prompt(club)
    assert "Remind me" not in str([part.to_dict() for part in message.components])
    (post,) = [each.json for each in club.env.http_requests if each.json and "nonce" in each.json]
    assert not post["allowed_mentions"].get("roles")
    forged = await forge(club, button("remind", label="Remind me"))
    refused = await club.ada.click(forged, label="Remind me")
    assert "This club has no role for reminders" in text_of(refused.response)


async def test_what_keeps_the_bot_from_giving_the_role_is_told_with_who_can_mend_it(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    olga = organiser(club)
    await choose_role(club, role, olga)
    message = await chosen_prompt(club)
    club.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=403, code=50013)
    refused = await club.ada.click(message, label="Remind me")
    assert "Discord does not let Paperclub give or take the role readers" in text_of(refused.response)
    club.env.inject_error("PUT", "/guilds/*/members/*/roles/*", status=500, code=0, times=None)
    refused = await club.ada.click(message, label="Remind me")
    assert "Discord did not answer" in text_of(refused.response)
    await real(club, role).delete()
    await club.env.settle()
    refused = await club.ada.click(message, label="Remind me")
    assert "was deleted. Organisers choose another one" in text_of(refused.response)
    assert "The role that was chosen is gone" in text_of(await set_up(club, olga))


async def test_a_role_above_the_bots_own_is_not_given(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    await choose_role(club, role)
    message = await chosen_prompt(club)
    me = in_cache(club).me
    assert real(club, role) < me.top_role
    real(club, role).position = 900
    refused = await club.ada.click(message, label="Remind me")
    assert "stands above Paperclub's own" in text_of(refused.response)
    assert not await has_role(club, club.ada, role)


async def test_only_organisers_choose_the_role(club: Club) -> None:
    role = club.env.guild.create_role("readers", mentionable=True)
    olga = organiser(club)
    message = await set_up(club, olga)
    await set_roles(club, olga)
    refused = await olga.select(message, [role], custom_id=PING)
    assert "That is for the club's organisers" in text_of(refused.response)
    assert await chosen(club) is None
