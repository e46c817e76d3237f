"""What keeps counts exact when many act at once; and that they are not exact where a guard is taken away."""

import asyncio
import contextlib
import sys
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, bindparam, select, text

from bot.club.stores.clubs import ClubStore
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.database import Database
from bot.database.postgres import PostgresDatabase
from bot.database.tables import club
from bot.errors import ClubError
from tests.club.clicker import MEMBERS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GUILD, ADA = 1, 7


async def suggest(database: Database, title: str = "A talk") -> int:
    receipt = await SuggestionStore(database).propose(GUILD, ADA, propose_title(title), "", NOW)
    return receipt.suggestion.id


async def click(database: Database, number: int) -> int:
    """Let 200 members click at the same time, each fourth of them twice; give how many count."""
    store, members = SuggestionStore(database), range(100, 300)
    clicks = [*members, *members[::4]]
    await asyncio.gather(*(store.add_voice(GUILD, number, member, NOW) for member in clicks))
    found = await store.get(GUILD, number)
    assert found
    return found.votes


async def test_who_clicks_twice_counts_once(database: Database) -> None:
    assert await click(database, await suggest(database)) == 201


async def test_without_the_key_of_voices_some_count_twice(database: Database) -> None:
    def unlock(connection: Connection) -> None:
        connection.execute(text("DROP TABLE support"))
        columns = "suggestion_id BIGINT, member_id BIGINT, reason TEXT, made_at BIGINT"
        connection.execute(text(f"CREATE TABLE support ({columns})"))

    await database.write(unlock)
    assert await click(database, await suggest(database)) == 251


async def propose_many(database: Database) -> int:
    """Let a member suggest twenty talks at the same time, of whom three may be open; give how many are."""
    await ClubStore(database).change(GUILD, ADA, NOW, quota=3)
    with contextlib.suppress(ClubError):
        await suggest(database, "The first talk")

    async def propose(number: int) -> None:
        with contextlib.suppress(ClubError):
            await suggest(database, f"Talk number {number}")

    await asyncio.gather(*(propose(number) for number in range(20)))
    return len(await SuggestionStore(database).queue(GUILD))


async def test_the_quota_holds_whoever_is_fast(database: Database) -> None:
    assert await propose_many(database) == 3


async def test_without_the_lock_of_the_club_a_quota_is_passed(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    unlocked = select(club).where(club.c.guild_id == bindparam("guild_id"))
    monkeypatch.setattr("bot.club.stores.clubs._LOCK", unlocked)
    assert await propose_many(database) > 3
    await database.close()


async def test_two_processes_on_one_database_count_each_member_once(postgres_url: str) -> None:
    database = PostgresDatabase(postgres_url)
    await database.open()
    number = await suggest(database)
    arguments = ["-m", "tests.club.clicker", postgres_url, str(GUILD), str(number)]
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"open\n"
    await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    found = await SuggestionStore(database).get(GUILD, number)
    assert found
    assert {*found.voices} == {ADA, *MEMBERS}
    assert found.votes == len(MEMBERS) + 1
    await database.close()
