"""Posts that the bot makes by itself, on a simulated Discord."""

import logging
from datetime import timedelta
from typing import Any

import discord
import pytest
import simcord
from discord import ui
from sqlalchemy import Connection

from bot.club.delivery import ChannelGone, Refused, Unreadable
from bot.club.post import Planned, Post, State
from bot.club.stores.clubs import lock_club
from bot.club.stores.posts import PostStore, plan_post
from bot.ui.cards import View, layout, note
from bot.ui.controls import NUMBER, Interaction, button, row
from bot.ui.poster import DiscordClock, DiscordPoster
from tests.conftest import Club

MARK = "6bfd07a54e8f533b7a586ff1"


async def make(post: Post) -> View:
    return layout(ui.TextDisplay(f"{post.slot} was counted"), row(button("details", "7", label="Details")))


async def plan(club: Club, slot: str, *, after: timedelta = timedelta()) -> None:
    planned = Planned(club.env.guild.id, slot, "", "notice", club.channel.id, club.env.now() + after)

    def work(connection: Connection) -> None:
        lock_club(connection, planned.guild_id)
        plan_post(connection, planned)

    await club.bot.database.write(work)


async def state(club: Club, slot: str) -> State:
    post = await PostStore(club.bot.database).get(club.env.guild.id, slot, "", "notice")
    assert post
    return post.state


def text(message: discord.Message) -> str:
    return str([part.to_dict() for part in message.components])


def poster(club: Club) -> DiscordPoster:
    return DiscordPoster(club.bot, DiscordClock(club.env.now))


async def test_what_is_planned_is_posted_at_its_time(club: Club) -> None:
    heard: list[int] = []

    async def hear(post: Post, message_id: int) -> None:
        heard.append(message_id)

    club.bot.outbox.on("notice", make, sent=hear)
    await plan(club, "ballot:2", after=timedelta(hours=2))
    club.bot.outbox.wake()
    await club.env.advance_time(2 * 3_600 - 1)
    assert await state(club, "ballot:2") is State.DUE
    await club.env.advance_time(1)
    assert await state(club, "ballot:2") is State.SENT
    (message,) = club.channel.history()
    assert "ballot:2 was counted" in text(message)
    assert heard == [message.id]


async def test_who_plans_wakes_the_outbox(club: Club) -> None:
    club.bot.outbox.on("notice", make)
    for slot in ("ballot:1", "ballot:2"):
        await plan(club, slot)
        club.bot.outbox.wake()
        club.bot.outbox.wake()
        await club.env.settle()
        assert await state(club, slot) is State.SENT
    assert len(club.channel.history()) == 2


async def test_more_than_one_pass_takes_up_goes_out_at_once(club: Club) -> None:
    club.bot.outbox.on("notice", make)
    for number in range(60):
        await plan(club, f"ballot:{number}")
    club.bot.outbox.wake()
    await club.env.advance_time(1)
    assert {await state(club, f"ballot:{number}") for number in range(60)} == {State.SENT}
    assert len(club.channel.history()) == 60


async def test_what_is_due_in_a_moment_does_not_wait_for_longer(club: Club) -> None:
    club.bot.outbox.on("notice", make)
    await plan(club, "ballot:1", after=timedelta(seconds=2))
    club.bot.outbox.wake()
    await club.env.settle()
    assert await state(club, "ballot:1") is State.DUE
    await club.env.advance_time(2.5)
    assert await state(club, "ballot:1") is State.SENT


async def test_what_was_planned_before_a_restart_is_posted_after_it(club: Club) -> None:
    await plan(club, "ballot:1")
    await club.restart()
    club.bot.outbox.on("notice", make)
    await club.env.advance_time(60)
    assert await state(club, "ballot:1") is State.SENT
    assert len(club.channel.history()) == 1


async def test_a_button_that_carries_the_marker_does_what_it_did(club: Club) -> None:
    clicked: list[str] = []

    async def answer(interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        clicked.extend(arguments[:1])
        await interaction.response.send_message("Seven")

    club.bot.controls.on("details", answer, NUMBER)
    club.bot.outbox.on("notice", make)
    await plan(club, "ballot:1")
    club.bot.outbox.wake()
    await club.env.settle()
    (message,) = club.channel.history()
    await club.ada.click(message, label="Details")
    assert clicked == ["7"]


@pytest.mark.parametrize("view", [note("No button"), layout(row(button("details", label="Details")))])
async def test_a_message_is_found_by_its_marker(club: Club, view: View) -> None:
    begun = club.env.now() - timedelta(seconds=1)
    number = await poster(club).post(club.channel.id, view, MARK, MARK)
    for turn in range(120):
        await poster(club).post(club.channel.id, note("Something else"), f"n{turn}", f"{turn:x}")
    assert await poster(club).find(club.channel.id, MARK, begun) == (number, club.env.now())
    assert await poster(club).find(club.channel.id, "f" * 24, begun) is None
    assert await poster(club).find(club.channel.id, MARK, club.env.now() + timedelta(hours=1)) is None


async def test_a_history_that_may_not_be_read_is_not_taken_for_an_empty_one(club: Club) -> None:
    channel = channel_without(club, read_message_history=False)
    await poster(club).post(channel.id, note("Text"), MARK, MARK)
    with pytest.raises(Unreadable, match="may not read the message history"):
        await poster(club).find(channel.id, MARK, club.env.now())
    hidden = channel_without(club, view_channel=False)
    with pytest.raises(Unreadable):
        await poster(club).find(hidden.id, MARK, club.env.now())


async def test_what_discord_forbids_is_refused_and_a_deleted_channel_is_gone(club: Club) -> None:
    with pytest.raises(Refused, match="50013"):
        await poster(club).post(channel_without(club, send_messages=False).id, note("Text"), MARK, MARK)
    channel = club.bot.get_channel(club.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.delete()
    with pytest.raises(ChannelGone):
        await poster(club).post(club.channel.id, note("Text"), MARK, MARK)
    with pytest.raises(ChannelGone):
        await poster(club).find(club.channel.id, MARK, club.env.now())


def channel_without(club: Club, **denied: bool) -> simcord.ChannelHandle:
    guild = club.env.guild
    return guild.create_text_channel("other", overwrites={guild.default_role: discord.PermissionOverwrite(**denied)})


async def test_a_loop_that_is_silent_is_noticed_and_one_that_ended_begins_again(
    club: Club, caplog: pytest.LogCaptureFixture
) -> None:
    cog: Any = club.bot.get_cog("DeliveryCog")
    cog._deliver.stop()
    await club.env.advance_time(60 * 60)
    assert "the outbox is silent" in caplog.text
    caplog.clear()
    await club.env.advance_time(60 * 60)
    assert cog._deliver.running
    assert "the outbox is silent" not in caplog.text


async def test_a_pass_that_fails_is_logged_and_the_next_one_comes(
    club: Club, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(now: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(club.bot.outbox, "tick", fail)
        await club.env.advance_time(3_600)
    assert "a pass of the outbox failed" in caplog.text
    caplog.set_level(logging.ERROR)
    club.bot.outbox.on("notice", make)
    await plan(club, "ballot:1")
    await club.env.advance_time(10)
    assert await state(club, "ballot:1") is State.SENT
