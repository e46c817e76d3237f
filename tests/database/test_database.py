"""Transactions, on both databases: whole or not at all, whatever happens to those who wait for them."""

import asyncio
import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from bot.club.stores.clubs import lock_club
from bot.database.database import Database, Work
from bot.database.tables import audit, club, metadata
from bot.errors import ClubError
from tests.conftest import MakeDatabase

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def note(subject: str, times: int = 2) -> Work[None]:
    """Make work that writes lines which belong together."""

    def work(connection: Connection) -> None:
        lock_club(connection, 1)
        for _ in range(times):
            connection.execute(insert(audit).values(guild_id=1, at=NOW, action="test", subject=subject))

    return work


def subjects(connection: Connection) -> list[str]:
    return list(connection.scalars(select(audit.c.subject).order_by(audit.c.id)))


async def test_what_was_written_is_there_after_opening_anew(make_database: MakeDatabase) -> None:
    first = make_database()
    await first.open()
    await first.write(note("kept"))
    await first.close()
    again = make_database()
    await again.open()
    assert await again.read(subjects) == ["kept", "kept"]
    await again.close()


async def test_the_tables_are_those_that_statements_name(database: Database) -> None:
    def work(connection: Connection) -> None:
        inspector = inspect(connection)
        made = set(inspector.get_table_names()) - {"migration", "sqlite_sequence"}
        assert made == set(metadata.tables)
        for name, table in metadata.tables.items():
            columns = {column["name"]: column for column in inspector.get_columns(name)}
            assert list(columns) == [column.name for column in table.columns], name
            for column in table.columns:
                there = columns[column.name]
                assert column.primary_key or there["nullable"] == column.nullable, (name, column.name)
                assert str(there["type"]) == column.type.compile(connection.dialect), (name, column.name)
            key = inspector.get_pk_constraint(name)["constrained_columns"]
            assert set(key) == {column.name for column in table.primary_key}, name

    await database.read(work)


async def test_work_that_fails_leaves_nothing(database: Database) -> None:
    def work(connection: Connection) -> None:
        note("half")(connection)
        raise ClubError("No.")

    with pytest.raises(ClubError, match=r"^No\.$"):
        await database.write(work)
    assert await database.read(subjects) == []


async def test_one_that_fails_takes_nobody_with_it(database: Database) -> None:
    def twice(connection: Connection) -> None:
        note("bad")(connection)
        connection.execute(insert(club).values(guild_id=1, zone="UTC", quota=5))

    outcomes = await asyncio.gather(
        *(database.write(twice if n % 3 == 0 else note(str(n))) for n in range(20)), return_exceptions=True
    )
    failed = [isinstance(outcome, IntegrityError) for outcome in outcomes]
    assert failed == [n % 3 == 0 for n in range(20)]
    kept = await database.read(subjects)
    assert sorted(kept) == sorted(2 * [str(n) for n in range(20) if n % 3])


async def test_cancelling_at_any_moment_leaves_whole_transactions_and_a_database_that_works(database: Database) -> None:
    chance = random.Random(7)
    for turn in range(60):
        tasks = [asyncio.ensure_future(database.write(note(f"{turn}.{n}", 3))) for n in range(4)]
        tasks.append(asyncio.ensure_future(database.read(subjects)))
        await asyncio.sleep(chance.random() * 0.004)
        for task in chance.sample(tasks, 3):
            task.cancel()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(not isinstance(o, Exception) for o in outcomes), outcomes
        await asyncio.wait_for(database.write(note(f"{turn}.after", 3)), 5)
    kept = await asyncio.wait_for(database.read(subjects), 5)
    assert {kept.count(subject) for subject in kept} == {3}
    assert {f"{turn}.after" for turn in range(60)} <= set(kept)


async def test_closing_lets_what_has_begun_end(make_database: MakeDatabase) -> None:
    database = make_database()
    await database.open()
    tasks = [asyncio.ensure_future(database.write(note(str(n)))) for n in range(30)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.gather(*tasks)
    again = make_database()
    await again.open()
    assert len(await again.read(subjects)) == 60
    await again.close()


async def test_changes_of_one_club_count_what_others_did_before(database: Database) -> None:
    def at_most_three(connection: Connection) -> bool:
        lock_club(connection, 1)
        count = connection.scalar(text("SELECT COUNT(*) FROM audit"))
        if count < 3:
            connection.execute(insert(audit).values(guild_id=1, at=NOW, action="test", subject="x"))
        return count < 3

    assert sum(await asyncio.gather(*(database.write(at_most_three) for _ in range(25)))) == 3
    assert len(await database.read(subjects)) == 3
