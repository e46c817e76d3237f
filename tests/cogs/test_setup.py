"""/club setup as organisers and others use it, on a simulated Discord."""

from typing import Any

import discord
import pytest
import simcord

from bot.club.club import Club as Settings
from bot.club.stores.audit import take_note
from bot.errors import StorageFault
from bot.ui.cards import layout
from bot.ui.controls import button, menu, row
from tests.cogs.test_club import organiser
from tests.conftest import Club
from tests.shared import button_labels, components, text_of

CHANNEL, ROLE, ZONE, QUOTA = (f"pc:s:set{name}" for name in ("channel", "role", "zone", "quota"))


async def settings(club: Club, guild: int | None = None) -> Settings:
    return await club.bot.clubs.get(guild or club.env.guild.id)


async def set_up(club: Club, who: simcord.MemberActor) -> Any:
    """Type /club setup; give the message."""
    result = await who.slash(club.channel, "club setup")
    assert result.ephemeral
    return result.response


async def type_zone(who: simcord.MemberActor, message: Any, zone: str) -> Any:
    """Fill in the form for a time zone; give the message."""
    asked = await who.click(message, label="Change the time zone")
    return (await who.submit_modal(asked, {"zone": zone})).response


def control(message: Any, custom_id: str) -> dict[str, Any]:
    return next(part for part in components(message) if part.get("custom_id") == custom_id)


def in_cache(club: Club) -> discord.Guild:
    guild = club.bot.get_guild(club.env.guild.id)
    assert guild
    return guild


async def forge(club: Club, *items: Any) -> Any:
    """Post controls that no version of the bot made."""
    channel = club.bot.get_channel(club.channel.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send(view=layout(*(row(item) for item in items)))
    return next(message for message in club.channel.history() if message.id == sent.id)


async def set_roles(club: Club, member: simcord.MemberActor, *roles: simcord.RoleHandle) -> None:
    """Give a member these roles, and no others."""
    found = await in_cache(club).fetch_member(member.id)
    await found.edit(roles=[discord.Object(role.id) for role in roles])


async def test_an_organiser_sets_everything_in_one_message(club: Club) -> None:
    olga = organiser(club)
    role = club.env.guild.create_role("librarians")
    message = await set_up(club, olga)
    assert "None is chosen yet" in text_of(message)
    message = (await olga.select(message, [club.channel], custom_id=CHANNEL)).response
    assert "✅ Paperclub may do there whatever it needs" in text_of(message)
    message = (await olga.select(message, [role], custom_id=ROLE)).response
    assert f"<@&{role.id}>" in text_of(message)
    message = await type_zone(olga, message, "new york")
    assert "**Time zone** America/New\\_York\nIt is now 19:00 there, on Wednesday" in text_of(message)
    message = (await olga.select(message, ["10"], custom_id=QUOTA)).response
    assert await settings(club) == Settings(club.env.guild.id, club.channel.id, role.id, "America/New_York", 10)
    for shown in (message, await set_up(club, olga)):
        assert [value["id"] for value in control(shown, CHANNEL)["default_values"]] == [club.channel.id]
        assert [value["id"] for value in control(shown, ROLE)["default_values"]] == [role.id]
        assert [choice["value"] for choice in control(shown, QUOTA)["options"] if choice["default"]] == ["10"]
    message = (await olga.select(message, [], custom_id=ROLE)).response
    assert "you can add a role" in text_of(message)
    assert (await settings(club)).organiser_role_id is None
    told = text_of((await olga.click(message, label="Who decided what")).response)
    assert [line.partition(f"<@{olga.id}> ")[2] for line in told.splitlines()[1:]] == [
        "**set** organisers none",
        "**set** quota 10",
        "**set** zone America/New\\_York",
        f"**set** organisers <@&{role.id}>",
        f"**set** channel <#{club.channel.id}>",
    ]


async def test_the_message_works_after_a_restart(club: Club) -> None:
    olga = organiser(club)
    role = club.env.guild.create_role("librarians")
    message = await set_up(club, olga)
    asked = await olga.click(message, label="Change the time zone")
    await club.restart()
    message = (await olga.submit_modal(asked, {"zone": "UTC+5:30"})).response
    await club.restart()
    message = (await olga.select(message, ["Asia/Kolkata"], custom_id=ZONE)).response
    assert "**Time zone** Asia/Kolkata" in text_of(message)
    await club.restart()
    message = (await olga.select(message, [club.channel], custom_id=CHANNEL)).response
    message = (await olga.select(message, [role], custom_id=ROLE)).response
    await olga.select(message, ["1"], custom_id=QUOTA)
    await club.restart()
    assert await settings(club) == Settings(club.env.guild.id, club.channel.id, role.id, "Asia/Kolkata", 1)


async def test_members_with_the_role_are_organisers_as_long_as_they_have_it(club: Club) -> None:
    olga = organiser(club)
    role = club.env.guild.create_role("librarians")
    refused = await club.ada.slash(club.channel, "club setup")
    assert refused.ephemeral
    sentence = "That is for the club's organisers: members with the permission Manage Server"
    assert text_of(refused.response) == f"{sentence}."
    await olga.select(await set_up(club, olga), [role], custom_id=ROLE)
    refused = await club.ada.slash(club.channel, "club status")
    assert text_of(refused.response) == f"{sentence} or the role librarians."
    await set_roles(club, club.ada, role)
    assert "- </club setup:" in text_of((await club.ada.slash(club.channel, "help")).response)
    assert "## The library" in text_of((await club.ada.slash(club.channel, "club status")).response)
    message = await set_up(club, club.ada)
    form = await club.ada.click(message, label="Change the time zone")
    offered = await type_zone(club.ada, await set_up(club, club.ada), "CET")
    told = (await club.ada.click(await set_up(club, club.ada), label="Who decided what")).response
    before = await settings(club)
    await set_roles(club, club.ada)
    for stale in (
        await club.ada.select(message, [club.channel], custom_id=CHANNEL),
        await club.ada.select(message, [], custom_id=ROLE),
        await club.ada.select(message, ["1"], custom_id=QUOTA),
        await club.ada.select(offered, ["Europe/Paris"], custom_id=ZONE),
        await club.ada.submit_modal(form, {"zone": "Berlin"}),
        await club.ada.click(message, label="Change the time zone"),
        await club.ada.click(message, label="Who decided what"),
        await club.ada.click(told, label="What is set"),
    ):
        assert text_of(stale.response) == f"{sentence} or the role librarians."
    assert await settings(club) == before
    assert (await club.bot.clubs.read_audit(club.env.guild.id, 0, 10))[1] == 1
    assert "For organisers" not in text_of((await club.ada.slash(club.channel, "help")).response)


async def test_what_another_organiser_set_meanwhile_stays(club: Club) -> None:
    olga, otto = organiser(club), organiser(club)
    old, new = await set_up(club, olga), await set_up(club, otto)
    await type_zone(otto, new, "Tokyo")
    shown = (await olga.select(old, ["1"], custom_id=QUOTA)).response
    assert "Asia/Tokyo" in text_of(shown)
    assert (await settings(club)) == Settings(club.env.guild.id, zone="Asia/Tokyo", quota=1)


async def test_two_clubs_are_apart(club: Club) -> None:
    olga = organiser(club)
    role = club.env.guild.create_role("librarians")
    await olga.select(await set_up(club, olga), [role], custom_id=ROLE)
    other = club.env.create_guild("Other club")
    place = other.create_text_channel("room")
    manager = other.create_role("managers", permissions=discord.Permissions(manage_guild=True))
    maria = other.add_member(club.env.create_user("maria"), roles=[manager])
    shown = (await maria.slash(place, "club setup")).response
    assert "you can add a role" in text_of(shown)
    shown = (await maria.select(shown, ["2"], custom_id=QUOTA)).response
    assert await settings(club, other.id) == Settings(other.id, quota=2)
    assert await settings(club) == Settings(club.env.guild.id, organiser_role_id=role.id)
    audit = text_of((await maria.click(shown, label="Who decided what")).response)
    assert "quota 2" in audit
    assert "organisers" not in audit
    options = [discord.SelectOption(label="x", value=str(number)) for number in (role.id, club.channel.id)]
    there = club.bot.get_channel(place.id)
    assert isinstance(there, discord.TextChannel)
    forged = await there.send(
        view=layout(*(row(menu(f"set{name}", placeholder="x", options=options)) for name in ("role", "channel")))
    )
    forged = next(message for message in place.history() if message.id == forged.id)
    for custom_id, number in ((ROLE, role.id), (CHANNEL, club.channel.id)):
        assert "⚠️" in text_of((await maria.select(forged, [str(number)], custom_id=custom_id)).response)
    assert await settings(club, other.id) == Settings(other.id, quota=2)


async def test_a_role_that_everyone_or_an_app_has_is_refused(club: Club) -> None:
    olga = organiser(club)
    role = club.env.guild.create_role("Some_app")
    in_cache(club).get_role(role.id).managed = True
    message = await set_up(club, olga)
    first = control(message, ROLE)["id"]
    club.env.backend.advance_clock(3)
    refused = (await olga.select(message, [club.env.guild.default_role], custom_id=ROLE)).response
    assert "⚠️ Everyone has the role @\u200beveryone" in text_of(refused)
    assert control(refused, ROLE)["id"] != first, "so that the client does not go on showing what was refused"
    refused = (await olga.select(refused, [role], custom_id=ROLE)).response
    assert "⚠️ The role Some\\_app is given out by an app" in text_of(refused)
    assert await settings(club) == Settings(club.env.guild.id)


async def test_what_is_gone_is_said(club: Club) -> None:
    olga = organiser(club)
    role, channel = club.env.guild.create_role("librarians"), club.env.guild.create_text_channel("room")
    message = await set_up(club, olga)
    message = (await olga.select(message, [role], custom_id=ROLE)).response
    message = (await olga.select(message, [channel], custom_id=CHANNEL)).response
    await set_roles(club, club.ada, role)
    guild = in_cache(club)
    await guild.get_role(role.id).delete()
    await guild.get_channel(channel.id).delete()
    await club.env.settle()
    shown = await set_up(club, olga)
    assert "The one that was chosen is gone" in text_of(shown)
    assert "The role that was added is gone" in text_of(shown)
    assert "default_values" not in control(shown, ROLE) | control(shown, CHANNEL)
    refused = text_of((await club.ada.slash(club.channel, "club setup")).response)
    assert refused == "That is for the club's organisers: members with the permission Manage Server."


NEEDED = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
}


@pytest.mark.parametrize(
    "denied", [[], *([name] for name in NEEDED), ["send_messages", "create_public_threads"], [*NEEDED]]
)
async def test_the_permissions_that_are_missing_are_named_and_no_others(club: Club, denied: list[str]) -> None:
    olga, guild = organiser(club), club.env.guild
    nobody = discord.PermissionOverwrite(**dict.fromkeys([*denied, "embed_links"], False))
    overwrites: dict[Any, Any] = {guild.default_role: nobody}
    overwrites[olga] = discord.PermissionOverwrite(view_channel=True)
    channel = guild.create_text_channel("quiet", overwrites=overwrites)
    shown = (await olga.select(await set_up(club, olga), [channel], custom_id=CHANNEL)).response
    missing = [line[2:] for line in text_of(shown).splitlines() if line.startswith("- ")]
    assert missing == [NEEDED[name] for name in denied]
    assert ("Check again" in button_labels(shown)) == bool(denied)
    assert (f"settings of <#{channel.id}>" in text_of(shown)) == bool(denied)
    assert (await settings(club)).channel_id == channel.id, "it is kept, and can be mended"
    there = in_cache(club).get_channel(channel.id)
    assert isinstance(there, discord.TextChannel)
    if denied:
        allowed = discord.PermissionOverwrite(**dict.fromkeys(NEEDED, True))
        there._overwrites.append(
            discord.abc._Overwrites(
                {"id": there.guild.me.id, "type": 1, "allow": str(allowed.pair()[0].value), "deny": "0"}
            )
        )
        shown = (await olga.click(shown, label="Check again")).response
        assert "✅" in text_of(shown), "what is allowed to the bot itself counts more than what is denied to all"


async def test_a_channel_for_announcements_can_be_the_clubs(club: Club) -> None:
    olga, news = organiser(club), club.env.guild.create_news_channel("news")
    message = await set_up(club, olga)
    await olga.select(message, [news], custom_id=CHANNEL)
    assert (await settings(club)).channel_id == news.id


async def test_a_channel_in_which_nobody_writes_is_refused(club: Club) -> None:
    olga, guild = organiser(club), club.env.guild
    voice, gone = guild.create_voice_channel("loud"), guild.create_text_channel("gone")
    options = [discord.SelectOption(label="x", value=str(number)) for number in (voice.id, 1, 10**30)]
    forged = await forge(club, menu("setchannel", placeholder="x", options=options))
    for number, sentence in ((voice.id, "not a text channel"), (1, "cannot see that channel"), (10**30, "cannot see")):
        assert sentence in text_of((await olga.select(forged, [str(number)], custom_id=CHANNEL)).response)
    message = await set_up(club, olga)
    in_cache(club)._channels.pop(gone.id)  # as when Discord told nothing of it
    assert "cannot see that channel" in text_of((await olga.select(message, [gone], custom_id=CHANNEL)).response)
    assert await settings(club) == Settings(guild.id)


async def test_a_time_zone_that_is_not_clear_is_asked_about(club: Club) -> None:
    olga = organiser(club)
    message = await type_zone(olga, await set_up(club, olga), "CET")
    assert "“CET” may be one of several time zones" in text_of(message)
    offered = {choice["value"]: choice["description"] for choice in control(message, ZONE)["options"]}
    assert offered["Europe/Paris"] == "01:00 · central Europe (CET/CEST)"
    message = await type_zone(olga, message, "Berln")
    assert "“Berln” is not the name of a time zone. Did you mean this one?" in text_of(message)
    assert await settings(club) == Settings(club.env.guild.id)
    message = (await olga.select(message, ["Europe/Berlin"], custom_id=ZONE)).response
    assert "**Time zone** Europe/Berlin" in text_of(message)
    assert ZONE not in [part.get("custom_id") for part in components(message)]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "@everyone `x` [a](https://example.org)"])
async def test_a_time_zone_that_there_is_not_changes_nothing(club: Club, zone: str) -> None:
    olga = organiser(club)
    message = await type_zone(olga, await set_up(club, olga), zone)
    assert "⚠️ No time zone is called “" in text_of(message)
    assert "@everyone" not in text_of(message)
    assert "](http" not in text_of(message).replace("\\](http", "")
    assert await settings(club) == Settings(club.env.guild.id)


LONG = "Berlin" + "x" * 3_994


async def test_forged_controls_are_answered_in_a_sentence_and_change_nothing(club: Club) -> None:
    olga = organiser(club)
    options = [
        discord.SelectOption(label=value, value=value) for value in ("x", "-1", "0", "7", "9" * 90, "²", "UTC+1")
    ]
    names = ("channel", "role", "zone", "quota")
    forged = await forge(club, *(menu(f"set{name}", placeholder="x", options=options) for name in names))
    for name in names:
        for choice in options:
            answer = await olga.select(forged, [choice.value], custom_id=f"pc:s:set{name}")
            assert answer.ephemeral
            text = text_of(answer.response)
            assert "⚠️" in text or "another version of the bot" in text, (name, choice.value)
            assert "Something went wrong" not in text
    states = [("setchannel",), ("setquota",), ("setzone",), ("zone",), ("audit",), ("audit", "x"), ("setrole", "x")]
    states += [("zone", "nowhere"), ("setzone", "x"), ("setquota", "7"), ("setchannel", "7")]
    forged = await forge(club, *(button(*state, label=str(number)) for number, state in enumerate(states)))
    for number, state in enumerate(states):
        text = text_of((await olga.click(forged, label=str(number))).response)
        assert "⚠️" in text or "another version of the bot" in text, state
    asked = await olga.click(await set_up(club, olga), label="Change the time zone")
    shown = asked._interaction.modal
    shown["components"][0]["component"]["max_length"] = 4_000
    text = text_of((await olga.submit_modal(asked, {"zone": LONG})).response)
    assert "No time zone is called “Berlinx" in text
    assert len(text) < 1_000
    assert await settings(club) == Settings(club.env.guild.id)
    assert (await club.bot.clubs.read_audit(club.env.guild.id, 0, 10))[1] == 0


async def test_decisions_are_paged(club: Club) -> None:
    olga = organiser(club)
    now = discord.utils.utcnow()
    for number in range(25):
        await club.bot.clubs.change(club.env.guild.id, olga.id, now, quota=number + 1 + (number == 4))
    guild = club.env.guild.id
    await club.bot.database.write(
        lambda connection: take_note(connection, guild, now, None, "counted", "<@1> @everyone")
    )
    message = (await olga.slash(club.channel, "club status")).response
    message = (await olga.click(message, label="Who decided what")).response
    assert "page 1 of 3" in text_of(message)
    assert f"\n- <t:{int(now.timestamp())}:d> **counted** \\<@1> @\u200beveryone\n- <t:" in text_of(message)
    assert "quota 25\n" in text_of(message)
    message = (await olga.click(message, label="Older")).response
    message = (await olga.click(message, label="Older")).response
    assert "page 3 of 3" in text_of(message)
    assert text_of(message).endswith("quota 1")
    message = (await olga.click(message, label="Newer")).response
    assert "page 2 of 3" in text_of(message)
    assert "## Your club" in text_of((await olga.click(message, label="What is set")).response)


async def test_when_the_database_cannot_be_used_help_still_answers(club: Club, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(work: Any) -> None:
        raise StorageFault("The club's data cannot be read just now.")

    olga = organiser(club)
    monkeypatch.setattr(club.bot.database, "_read", fail)
    assert "### For organisers" in text_of((await olga.slash(club.channel, "help")).response)
    assert "For organisers" not in text_of((await club.ada.slash(club.channel, "help")).response)
    assert text_of((await olga.slash(club.channel, "club setup")).response).startswith("The club's data cannot be read")
