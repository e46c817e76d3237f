"""How fast the next time of a weekly slot is found.

    python -m benchmarks.schedule [--slots 2000]

Slots are made up: a weekday and a time in any zone, begun ten years ago. The floor is what zoneinfo alone needs for the
same moment, with the zone at hand: the local time, the next such weekday, and its moment in UTC. Both find the same
slots' next times by turns. Exits with 1 when a bound is missed.
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from zoneinfo import ZoneInfo, available_timezones

from benchmarks.table import Row
from bot.club.schedule import Schedule, next_occurrences

_TIMES = 9  # that all slots are asked
_ZONES = 40


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


def _ratio(some: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(some, others, strict=True))


def main() -> int:
    """Measure and print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.schedule", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--slots", type=int, default=2_000, help="how many slots are made up")
    rows = measure(parser.parse_args().slots)
    for row in rows:
        print(row)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
