"""Choosing what to read, with the bot as a process on a Discord of real sockets."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.sqlite import SqliteDatabase
from tests.loopback import Answer, LoopbackDiscord, loopback_discord
from tests.test_client import TOKEN
from tests.test_loopback import Runner

TITLE = "A talk of our own"


@pytest.fixture
async def loopback(sent_requests: list[dict[str, Any]]) -> AsyncIterator[LoopbackDiscord]:
    async with loopback_discord(TOKEN) as loopback:
        yield loopback
    sent_requests.extend(loopback.records())


@pytest.fixture
async def bot(loopback: LoopbackDiscord, tmp_path: Path) -> AsyncIterator[Runner]:
    """Run the bot in a club in which somebody has suggested a talk, which no source need be asked for."""
    (tmp_path / "data").mkdir()
    database = SqliteDatabase(club_file(tmp_path))
    await database.open()
    proposal = propose_title(TITLE)
    await SuggestionStore(database).propose(int(loopback.world.guild["id"]), 1, proposal, "", datetime.now(UTC))
    await database.close()
    runner = Runner(loopback, tmp_path)
    await runner.start()
    yield runner
    if runner.process:
        assert "Traceback" not in await runner.end()


def club_file(folder: Path) -> Path:
    return folder / "data" / "club.db"


def voices(folder: Path) -> list[int]:
    """Give who wants to read the talk, as another program reads it from the file."""
    with closing(sqlite3.connect(club_file(folder))) as connection:
        return sorted(row[0] for row in connection.execute("SELECT member_id FROM support"))


async def test_two_hundred_members_who_click_at_once_count_once_each(
    bot: Runner, loopback: LoopbackDiscord, tmp_path: Path
) -> None:
    card = await loopback.slash("suggest", paper=TITLE)
    members = [loopback.world.add_member(f"member{n}") for n in range(200)]
    clicks = [*members, *members[:60]]
    answers: list[Answer] = await asyncio.gather(
        *(loopback.click(card.message, "I want to read it", by=member) for member in clicks)
    )
    assert {answer.callback["type"] for answer in answers} == {7}, "each click changed the card"
    ids = {int(person["user"]["id"]) for person in [*members, loopback.ada]}
    assert voices(tmp_path) == sorted({1, *ids})
    await loopback.news.until(lambda: "**202 members want to read it**" in card.text, 10)
    taken: list[Answer] = await asyncio.gather(
        *(loopback.click(card.message, "Not any more", by=member) for member in members)
    )
    assert len(taken) == 200
    await loopback.news.until(lambda: "**2 members want to read it**" in card.text, 10)
    assert voices(tmp_path) == sorted({1, int(loopback.ada["user"]["id"])})
