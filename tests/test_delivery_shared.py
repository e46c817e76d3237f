"""Two bots on one PostgreSQL share what is to be posted, and one of them is killed: real processes and sockets."""

import asyncio
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.club.post import Planned, State
from bot.club.stores.posts import PostStore
from bot.database.postgres import PostgresDatabase
from tests.club.stores.test_posts import get, plan
from tests.dying_bot import KIND
from tests.loopback import LoopbackDiscord, loopback_discord
from tests.running import TOKEN, output, start

MESSAGES = "POST /channels/.*/messages"
NAMES = ("one", "two")
POSTS = 200


def words(message: dict[str, Any]) -> tuple[str, str]:
    """Give the slot of a post, and the name of the bot that wrote it."""
    found = re.search(r"(slot:\d+) by (\w+)", json.dumps(message))
    assert found
    return found[1], found[2]


def waiting(loopback: LoopbackDiscord) -> dict[str, set[str]]:
    """Give the slots whose posting is under way, by the names of the bots."""
    asked = [words(request.json) for request in loopback.sent(MESSAGES) if not request.status]
    return {name: {slot for slot, by in asked if by == name} for name in NAMES}


@pytest.mark.parametrize(("without", "once"), [("", True), ("marker nonce", False)])
async def test_what_a_killed_bot_had_begun_is_ended_by_the_other_once(
    tmp_path: Path, postgres_url: str, sent_requests: list[dict[str, Any]], without: str, once: bool
) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    async with loopback_discord(TOKEN) as loopback:
        world, gate = loopback.world, asyncio.Event()
        loopback.fail(MESSAGES, gate=gate, times=10 * POSTS)
        channels = [int(world.add_channel(f"room-{n}")["id"]) for n in range(5)]
        guild, now = int(world.guild["id"]), datetime.now(UTC)
        posts = [Planned(guild, f"slot:{n}", "", KIND, channels[n % 5], now) for n in range(POSTS)]
        await plan(database, posts)
        bots: dict[str, asyncio.subprocess.Process] = {}
        for name in NAMES:
            (tmp_path / name).mkdir()
            bots[name] = await start(
                "run", loopback, tmp_path / name, module="tests.dying_bot", NAME=name, WITHOUT=without, LEASE="2",
                WHEN_DONE="1", PAPERCLUB_DATABASE_URL=postgres_url,
            )  # fmt: skip
        await loopback.news.until(lambda: all(waiting(loopback).values()), 60)
        gate.set()
        await loopback.request(MESSAGES, POSTS // 4, seconds=60)
        gate.clear()
        await loopback.news.until(lambda: all(waiting(loopback).values()), 60)
        begun = waiting(loopback)["one"]
        bots["one"].kill()
        await bots["one"].communicate()
        gate.set()  # what the dead one had sent arrives
        log = await output(bots["two"])
        assert bots["two"].returncode == 0, log
        assert "Traceback" not in log
        messages = [message for channel in world.messages.values() for message in channel.values()]
    if once:
        sent_requests.extend(loopback.records())
    written = Counter(words(message)[0] for message in messages)
    assert written.keys() == {post.slot for post in posts}
    assert (set(written.values()) == {1}) is once
    assert {words(message)[1] for message in messages} == set(NAMES)
    kept = [await get(PostStore(database), post) for post in posts]
    assert {post.state for post in kept} <= {State.SENT, State.LATE}
    assert {post.message_id for post in kept} <= {int(message["id"]) for message in messages}
    assert begun
    assert all(post.tries > 1 for post in kept if post.slot in begun)
    await database.close()
