"""The club's week when the connection, a channel, a permission or the whole server goes, on a simulated Discord."""

from collections import Counter
from datetime import datetime
from typing import Any

import discord
import pytest
import simcord

from bot.club.post import State
from tests.cogs.test_club import organiser
from tests.cogs.test_schedule import let_pass, posts, render_prompts, weekly
from tests.conftest import Club
from tests.shared import text_of

PROMPT = {"day": "Fri, Sat, Sun, Mon", "time": "12:00", "timezone": "UTC", "kind": "prompt"}
MESSAGES = "/channels/*/messages"


async def status(club: Club, who: simcord.MemberActor) -> str:
    return text_of((await who.slash(club.channel, "club status")).response)


async def states(club: Club) -> list[tuple[str, State]]:
    return [(row.date, State(row.state)) for row in await posts(club) if row.ended_at]


async def test_readys_a_resume_and_a_disconnect_begin_nothing_twice(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    render_prompts(club)
    await weekly(club, organiser(club), **PROMPT)
    cog: Any = club.bot.get_cog("WeekCog")
    passes = Counter[str]()

    def count(owner: Any, name: str) -> None:
        work = getattr(owner, name)

        async def counted(now: datetime) -> Any:
            passes[name] += 1
            return await work(now)

        monkeypatch.setattr(owner, name, counted)

    count(club.bot.outbox, "tick")
    count(cog._week, "plan")
    await club.env.advance_time(4 * 3_600)
    usual = passes.copy()
    for event in (*["ready"] * 5, "resumed", "disconnect", "shard_resumed", "shard_disconnect"):
        club.bot.dispatch(event, *([0] if event.startswith("shard") else []))
    await club.env.settle()
    await club.env.advance_time(4 * 3_600)
    assert all(passes[name] - usual[name] <= usual[name] + 1 for name in ("tick", "plan"))
    assert min(usual.values()) >= 4
    await let_pass(club, 2)
    assert await states(club) == [("2026-01-02", State.SENT)]
    assert len(club.channel.history()) == 1


async def test_a_channel_that_was_deleted_is_told_of(club: Club) -> None:
    olga = organiser(club)
    render_prompts(club)
    room = club.env.guild.create_text_channel("room")
    await weekly(club, olga, **PROMPT, channel=room)
    found = club.bot.get_channel(room.id)
    assert isinstance(found, discord.TextChannel)
    await found.delete()
    await let_pass(club, 2)
    assert await states(club) == [("2026-01-02", State.CANCELLED)]
    shown = await status(club, olga)
    assert "**cancelled** Club night" in shown
    assert "Its channel was deleted." in shown


async def test_a_permission_that_was_taken_away_is_told_of_and_the_slot_is_paused_in_the_end(club: Club) -> None:
    olga, guild = organiser(club), club.env.guild
    render_prompts(club)
    denied = {guild.default_role: discord.PermissionOverwrite(send_messages=False)}
    room = guild.create_text_channel("room", overwrites=denied)
    await weekly(club, olga, **PROMPT, channel=room)
    await let_pass(club, 2)
    assert await states(club) == [("2026-01-02", State.MISSED)]
    (first, *_) = await posts(club)
    assert (first.tries, first.refusals) == (3, 2)  # Discord is not asked again and again
    assert "🛑 **missed** Club night" in await status(club, olga)
    await let_pass(club, 2)
    shown = await status(club, olga)
    assert "is paused: three posts in a row were refused" in shown
    assert {state for _, state in await states(club)} <= {State.MISSED, State.CANCELLED}


async def test_a_server_that_was_left_and_joined_again_gets_what_is_due_then(club: Club) -> None:
    olga = organiser(club)
    render_prompts(club)
    await weekly(club, olga, **PROMPT)
    club.env.inject_error("POST", MESSAGES, status=403, code=50001, times=3)  # Missing Access: it is not in the server
    await let_pass(club, 2)
    assert await states(club) == [("2026-01-02", State.MISSED)]
    assert club.channel.history() == []
    guild = club.bot.get_guild(club.env.guild.id)
    assert guild
    club.bot.dispatch("guild_remove", guild)
    club.bot.dispatch("guild_join", guild)
    await club.env.settle()
    await let_pass(club, 1)
    assert await states(club) == [("2026-01-02", State.MISSED), ("2026-01-03", State.SENT)]
    shown = await status(club, olga)
    assert "Last sent: [Club night" in shown
    assert "🛑 **missed** Club night" in shown
    assert "50001" in shown
