"""Two bots on one PostgreSQL share the slots of many clubs, and one of them is killed: real processes and sockets."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.club.post import State
from bot.club.stores.slots import SlotStore
from bot.database.postgres import PostgresDatabase
from bot.database.tables import post, slot
from tests.loopback import LoopbackDiscord, loopback_discord
from tests.running import TOKEN, start
from tests.shared import LONG, add_clubs

MESSAGES = "POST /channels/.*/messages"
NAMES = ("one", "two")
CLUBS = 1_000 if LONG else 120


def asking(loopback: LoopbackDiscord) -> Counter[str]:
    """Count the posts that are under way, by the names of the bots."""
    return Counter(request.agent.split()[-1] for request in loopback.sent(MESSAGES) if not request.status)


async def test_what_two_bots_plan_and_post_comes_once_though_one_is_killed(
    tmp_path: Path, postgres_url: str, sent_requests: list[dict[str, Any]]
) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    async with loopback_discord(TOKEN) as loopback:
        gate = asyncio.Event()
        loopback.fail(MESSAGES, gate=gate, times=10 * CLUBS)
        channels = [int(loopback.world.add_channel(f"club-{number}")["id"]) for number in range(CLUBS)]
        begun = datetime.now(UTC)
        await add_clubs(SlotStore(database), channels, begun)
        bots: dict[str, asyncio.subprocess.Process] = {}
        for name in NAMES:
            (tmp_path / name).mkdir()
            bots[name] = await start(
                "run", loopback, tmp_path / name, module="tests.dying_bot", NAME=name, LEASE="5", WHEN_DONE="1",
                PAPERCLUB_DATABASE_URL=postgres_url,
            )  # fmt: skip
        await loopback.news.until(lambda: len(asking(loopback)) == 2, 60)
        lost = asking(loopback)["one"]
        bots["one"].kill()
        await bots["one"].communicate()
        gate.set()  # what the dead one had sent arrives
        out, _ = await asyncio.wait_for(bots["two"].communicate(), 240)
        log = out.decode()
        assert bots["two"].returncode == 0, log
        assert "Traceback" not in log
        messages = {int(channel): [*loopback.world.messages[str(channel)].values()] for channel in channels}
        agents = {request.agent.split()[-1] for request in loopback.sent(MESSAGES)}
    sent_requests.extend(loopback.records())
    assert lost
    assert agents == set(NAMES)
    assert [len(each) for each in messages.values()] == [1] * CLUBS
    rows = await database.read(lambda connection: connection.execute(select(post)).all())
    planned = await database.read(lambda connection: connection.execute(select(slot.c.planned_until)).scalars().all())
    await database.close()
    assert Counter(row.channel_id for row in rows) == Counter(channels)
    assert {State(row.state) for row in rows} <= {State.SENT, State.LATE}
    assert all(row.message_id == int(messages[row.channel_id][0]["id"]) for row in rows)
    assert min(planned) > begun
