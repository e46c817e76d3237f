"""How fast a club chooses: votes that are confirmed, clicks of many members at once, the queue in order.

    python -m benchmarks.choosing [--votes 2000]

Votes go through `BallotStore.cast`, one after the other and 64 at a time, beside bare sqlite3 that commits one row
after the other with the same durability into the same table, by turns. The clicks come from 200 members at once over
the gateway of a Discord on this machine to the bot in a process of its own; a confirmation counts from the sending of
the click to the arrival of the answer. The queue of 10,000 suggestions with 100,000 voices is ranked beside the bare
query, by turns. Exits with 1 when a bound is missed.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert

from benchmarks.table import Row
from bot.club.ballot import Option
from bot.club.stores.ballots import BallotStore
from bot.club.stores.clubs import lock_club
from bot.club.stores.suggestions import SuggestionStore
from bot.club.suggestion import propose_title
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import suggestion, support
from tests.loopback import loopback_discord
from tests.running import TOKEN, start

_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_GUILD = 1
_TOGETHER = 64
_TURNS = 5
_MEMBERS = 200
_SUGGESTIONS, _VOICES, _PAGE = 10_000, 100_000, 5
_TITLE = "A talk of our own"
_CLICKED = 1 << 62  # later than any deadline

_VOTE = (
    "INSERT INTO vote VALUES (?, ?, ?, ?) ON CONFLICT (ballot_id, member_id) DO UPDATE SET choices = excluded.choices"
)
_RANK = """
SELECT id FROM suggestion WHERE guild_id = 1 AND state = 'open'
ORDER BY place IS NULL, place, (SELECT count(*) FROM support WHERE suggestion_id = suggestion.id) DESC, made_at, id
LIMIT 5
"""


def measure(votes: int = 2_000) -> list[Row]:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        alone, together = asyncio.run(_vote(Path(folder), votes))
    with tempfile.TemporaryDirectory() as folder:
        ranking = asyncio.run(_rank(Path(folder)))
    with tempfile.TemporaryDirectory() as folder:
        slowest = asyncio.run(_click(Path(folder)))
    return [
        Row("confirmed votes, one after the other, of bare sqlite3's", alone, "times", least=0.1),
        Row(f"confirmed votes, {_TOGETHER} at a time, of bare sqlite3's", together, "times", least=0.1),
        Row(f"99 of 100 confirmations, of {_MEMBERS} clicks at once", 1_000 * slowest, "ms", most=500),
        Row("a page of 10,000 suggestions with 100,000 voices, of the bare query", ranking, "times", most=2),
    ]


async def _vote(folder: Path, votes: int) -> tuple[float, float]:
    """Give the rate of confirmed votes, alone and together, as shares of that of bare commits."""
    path = folder / "club.db"
    database = SqliteDatabase(path)
    await database.open()
    store = BallotStore(database)
    options = [Option(f"Paper {number}", _NOW) for number in range(5)]
    ballot = await store.open_ballot(_GUILD, 1, options, 1, _NOW)
    each = votes // _TURNS
    rates: list[tuple[float, float, float]] = []
    for turn in range(_TURNS):
        members = range(turn * each, (turn + 1) * each)
        bare = _commit(path, ballot.id, [10**9 + member for member in members])
        begun = time.perf_counter()
        for member in members:
            await store.cast(_GUILD, ballot.id, 2 * 10**9 + member, (member % 5,), _CLICKED)
        alone = time.perf_counter() - begun
        begun = time.perf_counter()
        waiting = iter(members)

        async def cast(waiting: object = waiting) -> None:
            for member in waiting:  # type: ignore[attr-defined]
                await store.cast(_GUILD, ballot.id, 3 * 10**9 + member, (member % 5,), _CLICKED)

        await asyncio.gather(*(cast() for _ in range(_TOGETHER)))
        rates.append((bare, alone, time.perf_counter() - begun))
    await database.close()
    return statistics.median(bare / own for bare, own, _ in rates), statistics.median(
        bare / own for bare, _, own in rates
    )


def _commit(path: Path, ballot_id: int, members: list[int]) -> float:
    """Give the seconds that bare sqlite3 takes for as many votes."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = FULL")
        begun = time.perf_counter()
        for member in members:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_VOTE, (ballot_id, member, "[1]", 1))
            connection.execute("COMMIT")
        return time.perf_counter() - begun


async def _rank(folder: Path) -> float:
    """Give how long a page of the queue takes, as a multiple of the bare query for its order."""
    path, chance = folder / "club.db", random.Random(1)
    database = SqliteDatabase(path)
    await database.open()

    def fill(connection: Connection) -> None:
        lock_club(connection, _GUILD)
        made = [(number, _at(chance.randrange(10**9))) for number in range(1, _SUGGESTIONS + 1)]
        known = {"guild_id": _GUILD, "authors": ("Ada Lovelace",), "described": 1, "state": "open", "remark": ""}
        rows = [{"id": number, "title": f"Paper {number}", "made_at": at, **known} for number, at in made]
        connection.execute(insert(suggestion), rows)
        voices: set[tuple[int, int]] = set()
        while len(voices) < _VOICES:  # the older ones are better known
            number = min(chance.randint(1, _SUGGESTIONS), chance.randint(1, _SUGGESTIONS))
            voices.add((number, chance.randrange(5_000)))
        rows = [{"suggestion_id": n, "member_id": m, "reason": "", "made_at": _NOW} for n, m in sorted(voices)]
        connection.execute(insert(support), rows)

    await database.write(fill)
    store, ratios = SuggestionStore(database), list[float]()
    with closing(sqlite3.connect(path)) as bare:
        for _ in range(3 * _TURNS):
            begun = time.perf_counter()
            expected = [row[0] for row in bare.execute(_RANK)]
            between = time.perf_counter()
            page = await store.page(_GUILD, 0, _PAGE)
            ratios.append((time.perf_counter() - between) / (between - begun))
            if [each.id for each in page.suggestions] != expected:
                raise RuntimeError("the two orders differ")
    await database.close()
    return statistics.median(ratios)


def _at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


async def _click(folder: Path) -> float:
    """Give the seconds within which 99 of 100 members read that their click counts, of 200 who click at once."""
    (folder / "data").mkdir()
    async with loopback_discord(TOKEN) as discord:
        database = SqliteDatabase(folder / "data" / "club.db")
        await database.open()
        guild_id = int(discord.world.guild["id"])
        await SuggestionStore(database).propose(guild_id, 1, propose_title(_TITLE), "", datetime.now(UTC))
        await database.close()
        process = await start("run", discord, folder)
        await discord.connected()
        card = await discord.slash("suggest", paper=_TITLE)
        taken: list[float] = []
        for _ in range(_TURNS):
            members = [discord.world.add_member(f"member{number}") for number in range(_MEMBERS)]
            clicks = (discord.click(card.message, "I want to read it", by=member) for member in members)
            answers = await asyncio.gather(*clicks)
            seconds = sorted(answer.steps[0].after for answer in answers)
            taken.append(seconds[len(seconds) * 99 // 100 - 1])
        process.terminate()
        await process.communicate()
    return statistics.median(taken)


def main() -> int:
    """Measure, print, and tell whether all bounds are kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.choosing", description=__doc__)
    parser.add_argument("--votes", type=int, default=2_000)
    rows = measure(parser.parse_args().votes)
    print(*rows, sep="\n")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
