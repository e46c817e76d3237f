"""The bot as a program that ends where a test wants it to: `python -m tests.dying_bot run`.

It is told by the environment: it is killed at the point DIE_AT, and leaves a file `died` behind; with WHEN_DONE it ends
in order when the week is planned and nothing is left to post; WITHOUT takes guards away (nonce, marker); its clock is AHEAD by some seconds. What
would take its time goes quickly, and a lease takes LEASE seconds.
"""

import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import discord
from discord import ui

from bot import __main__ as program
from bot.client import Paperclub
from bot.club import delivery
from bot.club.delivery import Message, Outbox
from bot.club.post import Post, State
from bot.club.stores import slots
from bot.club.stores.posts import PostStore
from bot.club.stores.slots import SlotStore
from bot.club.week import Week
from bot.ui.cards import View, layout, note
from bot.ui.controls import button, row
from bot.ui.poster import DiscordPoster

KIND = "dying"
PLANNING = ("before it is planned", "before it is committed", "planned")
POINTS = ("before it is marked", "marked", "answered", "stored")
_SOON = timedelta(seconds=0.2)
_AHEAD = timedelta(seconds=float(os.environ.get("AHEAD", "0")))
_WITHOUT = os.environ.get("WITHOUT", "")


def reach(point: str) -> None:
    """Come to a point; be killed there, if that is wanted."""
    if os.environ.get("DIE_AT") == point:
        Path("died").write_text(point, "utf-8")
        os.kill(os.getpid(), signal.SIGKILL)


class Store(PostStore):
    async def begin(self, claimed: Post, now: datetime) -> bool:
        reach("before it is marked")
        began = await super().begin(claimed, now)
        reach("marked")
        return began

    async def mark_posted(self, claimed: Post, state: State, now: datetime, message_id: int) -> bool:
        marked = await super().mark_posted(claimed, state, now, message_id)
        reach("stored")
        return marked


class Poster(DiscordPoster):
    async def post(self, channel_id: int, content: View, nonce: str, marker: str) -> int:
        given: Any = None if "nonce" in _WITHOUT else nonce
        message_id = await super().post(channel_id, content, given, marker)
        reach("answered")
        return message_id

    async def find(self, channel_id: int, marker: str, since: datetime) -> Message | None:
        message = await super().find(channel_id, marker, since)
        if message:
            reach("answered")
        return None if "marker" in _WITHOUT else message


class DyingOutbox(Outbox[View]):
    planned = False  # the week

    async def tick(self, now: datetime) -> datetime | None:
        then = await super().tick(now)
        if then is None and self.planned and "WHEN_DONE" in os.environ:
            os.kill(os.getpid(), signal.SIGTERM)
        return then


async def render(post: Post) -> View:
    """Make a post; every other one has a button, which carries the marker."""
    text = f"{post.slot} by {os.environ.get('NAME', '')}"
    return layout(ui.TextDisplay(text), row(button("details", "7", label="Details"))) if post.id % 2 else note(text)


_create_bot, _plan, _plan_slot, _advance = program.create_bot, Week.plan, SlotStore.plan, slots.advance


async def plan_slot(store: SlotStore, guild_id: int, number: int, now: datetime) -> int:
    """Plan a slot."""
    reach("before it is planned")
    new = await _plan_slot(store, guild_id, number, now)
    reach("planned")
    return new


def advance(*arguments: Any) -> None:
    """Do the last thing that is part of the transaction."""
    _advance(*arguments)
    reach("before it is committed")


def create_bot(*arguments: Any) -> Paperclub:
    """Build the bot with an outbox that dies."""
    bot = _create_bot(*arguments)
    poster: Any = bot.outbox._poster
    bot.outbox = DyingOutbox(Store(bot.database), Poster(bot, poster._clock))
    bot.outbox.on(KIND, render)
    bot._connection.guild_ready_timeout = 0.1
    bot.http.user_agent += f" {os.environ.get('NAME', '')}"

    async def hurry() -> None:
        bot.extensions["cogs.delivery"]._SOON = _SOON
        bot.outbox.wake()

    async def plan(week: Week, now: datetime) -> int:
        new = await _plan(week, now)
        DyingOutbox.planned = True
        bot.outbox.wake()
        return new

    bot.add_listener(hurry, "on_ready")
    Week.plan = plan
    return bot


if __name__ == "__main__":
    program.create_bot = create_bot
    SlotStore.plan, slots.advance = plan_slot, advance
    discord.utils.utcnow = lambda: datetime.now(UTC) + _AHEAD
    delivery.PAUSES = (_SOON,)
    delivery.LEASE = timedelta(seconds=float(os.environ.get("LEASE", "90")))
    program.main()
