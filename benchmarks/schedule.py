"""How fast the next time of a weekly slot is found, and what is due among those of many clubs.

    python -m benchmarks.schedule [--slots 2000] [--stored 100000] [--prompts 1000]

Slots are made up: a weekday and a time in any zone, begun ten years ago. The floor is what zoneinfo alone needs for
the same moment, with the zone at hand: the local time, the next such weekday, and its moment in UTC. Both find the
same slots' next times by turns. For what is due, slots of 5,000 clubs are stored in a file, 4,501 of them due, or 901,
or 91; the floor is the bare query of sqlite3 over the index of the same file, and both give the same slots. When few
are due there is no bound for the ratio: a tenth of a millisecond goes to the other thread and back, whatever is found.
The prompts of 1,000 clubs, each in a channel of its own, are posted by the bot as a process over real sockets, to a
Discord that answers 429 to more than 50 requests in any second, as Discord's global limit is; the few posts that
Discord takes in one channel at a time are no matter there. Their lag is counted from the first one. Exits with 1 when
a bound is missed.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import Connection, insert

from benchmarks.table import Row
from bot.club.schedule import Schedule, next_occurrences
from bot.club.stores.slots import SlotStore
from bot.database.sqlite import SqliteDatabase
from bot.database.tables import club, slot
from tests.loopback import loopback_discord
from tests.running import TOKEN, start
from tests.shared import add_clubs

_TIMES = 9  # that all slots are asked
_ZONES = 40
_LOOKS = 201
_DUE = 5_000  # slots of the busiest evening, of which nine tenths have something due
_EARLIER = {0: 2.0, 4_000: 2.0, 4_900: None}  # minutes before it, and how many times the floor it may take
_RATE = 50  # requests a second: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
_DUE_QUERY = "SELECT guild_id, id FROM slot WHERE next_at <= ? ORDER BY next_at LIMIT 5000"


def slots(count: int) -> list[tuple[Schedule, datetime]]:
    """Make slots up, each with the moment after which its next time is asked for."""
    chance = random.Random(7)
    zones = chance.sample(sorted(available_timezones()), _ZONES)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        (
            Schedule(
                (chance.randrange(7),),
                clock(chance.randrange(24), chance.choice((0, 30))),
                chance.choice(zones),
                date(2016, 1, 1),
            ),
            begin + timedelta(minutes=chance.randrange(525_600)),
        )
        for _ in range(count)
    ]


def bare_next(schedule: Schedule, zone: ZoneInfo, after: datetime) -> datetime:
    """Give the next time of a slot of one weekday, every week."""
    day = after.astimezone(zone).date()
    day += timedelta((schedule.days[0] - day.weekday()) % 7)
    at = datetime.combine(day, schedule.time, zone).astimezone(UTC)
    if at > after:
        return at
    return datetime.combine(day + timedelta(7), schedule.time, zone).astimezone(UTC)


def _seconds(work: Callable[[], object]) -> float:
    begun = time.thread_time()  # others who use the machine are not measured
    work()
    return time.thread_time() - begun


def measure(count: int = 2_000) -> list[Row]:
    """Find the next times of slots, beside the floor."""
    asked = slots(count)
    zones = {schedule.zone: ZoneInfo(schedule.zone) for schedule, _ in asked}
    aged = [(replace(schedule, start=date(1926, 1, 1)), after) for schedule, after in asked]
    bare, ours, old = list[float](), list[float](), list[float]()
    for _ in range(_TIMES):
        bare.append(_seconds(lambda: [bare_next(slot, zones[slot.zone], after) for slot, after in asked]))
        ours.append(_seconds(lambda: [next_occurrences(slot, after, 1) for slot, after in asked]))
        old.append(_seconds(lambda: [next_occurrences(slot, after, 1) for slot, after in aged]))
    same = sum(
        next_occurrences(slot, after, 1)[0].at == bare_next(slot, zones[slot.zone], after) for slot, after in asked
    )
    return [
        Row("the next time of a weekly slot / bare `zoneinfo`", _ratio(ours, bare), "times", most=3),
        Row("of a slot that began a hundred years ago / ten years ago", _ratio(old, ours), "times", most=1.2),
        Row("the next time of a weekly slot", 1e6 * statistics.median(ours) / count, "µs"),
        Row(f"next times of {count:,} slots that are those of bare `zoneinfo`", 100 * same / count, "%", least=100),
    ]


def measure_due(stored: int = 100_000) -> list[Row]:
    """Find what is due among many slots, beside the bare indexed query."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_find_due(Path(folder) / "club.db", stored))


async def _find_due(path: Path, stored: int) -> list[Row]:
    database = SqliteDatabase(path)
    await database.open()
    now, clubs = datetime(2026, 1, 1, tzinfo=UTC), max(1, stored // 20)
    row = {
        "days": (3,), "time": "18:00", "zone": "UTC", "start": "2026-01-01", "every": 1, "pause_reason": "",
        "kind": "prompt", "reminders": (), "channel_id": 5, "confirmed_at": now, "planned_until": now,
        "minutes": 90, "asks_after": 0, "has_events": 0, "revision": 0,
    }  # fmt: skip

    def fill(connection: Connection) -> None:
        connection.execute(insert(club), [{"guild_id": n, "zone": "UTC", "quota": 5} for n in range(1, clubs + 1)])
        rows = [
            row | {
                "guild_id": 1 + n % clubs, "name": f"Slot {n}", "folded": f"slot {n}",
                "next_at": now + timedelta(minutes=n - _DUE) if n % 10 else None,
            }
            for n in range(stored)
        ]  # fmt: skip
        connection.execute(insert(slot), rows)

    await database.write(fill)
    rows = [
        row
        for minutes, most in _EARLIER.items()
        for row in await _find_at(database, path, now - timedelta(minutes=minutes), f"among {stored:,} slots", most)
    ]
    await database.close()
    return rows


async def _find_at(database: SqliteDatabase, path: Path, now: datetime, among: str, most: float | None) -> list[Row]:
    store, bound = SlotStore(database), (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    ours, bare = list[float](), list[float]()
    found: Sequence[tuple[int, int]] = ()
    expected: list[tuple[int, int]] = []
    with closing(sqlite3.connect(path)) as floor:
        for _ in range(_LOOKS):
            begun = time.process_time()
            expected = floor.execute(_DUE_QUERY, (bound,)).fetchall()
            bare.append(time.process_time() - begun)
            begun = time.process_time()
            found = await store.waiting(now)
            ours.append(time.process_time() - begun)
        plan = " ".join(str(line) for line in floor.execute(f"EXPLAIN QUERY PLAN {_DUE_QUERY}", (bound,)))
    due = f"{len(expected):,} that are due {among}"
    return [
        Row(f"{due} / the bare indexed query", _ratio(ours, bare), "times", most=most),
        Row(due, 1e3 * statistics.median(ours), "ms"),
        Row(f"{due}: those that the bare query finds, by the index",
            100 * (found == expected and "slot_next" in plan), "%", least=100),
    ]  # fmt: skip


def measure_busy(prompts: int = 1_000) -> list[Row]:
    """Let a whole bot post the prompts of as many clubs, all due in the same minute."""
    with tempfile.TemporaryDirectory() as folder:
        times = asyncio.run(_post(Path(folder), prompts))
    lag, least = times[len(times) * 99 // 100 - 1] - times[0], len(times) * 0.99 / _RATE
    return [
        Row(f"99 of 100 of {prompts:,} prompts due in the same minute", lag, "s"),
        Row("the same / what Discord's limit alone takes", lag / least, "times", most=1.5),
        Row("prompts that came once", 100 * len(times) / prompts, "%", least=100),
    ]


async def _post(folder: Path, prompts: int) -> list[float]:
    """Give when each prompt came, in seconds."""
    (folder / "data").mkdir()
    async with loopback_discord(TOKEN) as discord:
        channels = [int(discord.world.add_channel(f"club-{number}")["id"]) for number in range(prompts)]
        database = SqliteDatabase(folder / "data" / "club.db")
        await database.open()
        await add_clubs(SlotStore(database), channels, datetime.now(UTC))
        await database.close()
        discord.rate = _RATE
        process = await start("run", discord, folder)
        try:
            posted = [discord.world.messages[str(channel)] for channel in channels]
            await discord.news.until(lambda: all(posted), 60 + prompts)
        finally:
            process.terminate()
            await process.communicate()
    messages = [message for channel in posted for message in channel.values()]
    if len(messages) != prompts:
        raise RuntimeError("a prompt came twice")
    return sorted(datetime.fromisoformat(message["timestamp"]).timestamp() for message in messages)


def _ratio(some: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(some, others, strict=True))


def main() -> int:
    """Measure and print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schedule", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--slots", type=int, default=2_000, help="how many slots are made up")
    parser.add_argument("--prompts", type=int, default=1_000, help="how many are due in the same minute")
    parser.add_argument("--stored", type=int, default=100_000, help="how many slots are stored")
    given = parser.parse_args()
    rows = [*measure(given.slots), *measure_due(given.stored), *measure_busy(given.prompts)]
    for row in rows:
        print(row)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
