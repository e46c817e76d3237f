"""The weeks in which clocks are changed, as commands and as what is posted, on a simulated Discord."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import discord
import pytest

from tests.cogs.test_club import organiser
from tests.cogs.test_schedule import ask, posts, render_prompts, stamp, weekly
from tests.conftest import Club
from tests.shared import LONG

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# The Sundays of 2026 on which the clocks change, with the hours from UTC before and after.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), 1, 2),
    ("America/New_York", date(2026, 11, 1), -4, -5),
    ("Australia/Lord_Howe", date(2026, 4, 5), 11, 10.5),
    ("Africa/Casablanca", date(2026, 3, 22), 0, 1),
    ("Europe/Berlin", date(2026, 10, 25), 2, 1),
    ("America/New_York", date(2026, 3, 8), -5, -4),
    ("Australia/Lord_Howe", date(2026, 10, 4), 10.5, 11),
    ("Africa/Casablanca", date(2026, 2, 15), 1, 0),
]
EVERYDAY = CHANGES[:4]  # each zone, and each direction twice


@pytest.mark.parametrize(("zone", "sunday", "before", "after"), CHANGES if LONG else EVERYDAY)
async def test_posts_come_at_the_same_local_time(
    club: Club, zone: str, sunday: date, before: float, after: float
) -> None:
    olga = organiser(club)

    def utc(day: date, hour: int, offset: float) -> datetime:
        return datetime.combine(day, time(hour), timezone(offset * HOUR)).astimezone(UTC)

    begin = utc(sunday - 4 * DAY, 12, before)  # Wednesday at noon
    club.env.backend.advance_clock((begin - club.env.now()).total_seconds())
    await club.restart()
    render_prompts(club)
    days = {sunday - DAY: before, sunday: after, sunday + DAY: after}
    await weekly(club, olga, name="Daily", day="Sat, Sun, Mon", time="18:00", timezone=zone, kind="prompt")
    await weekly(club, olga, name="Meeting", day="Sun", time="19:00", timezone=zone, kind="meeting")

    preview = await ask(club, club.ada, "preview", slot="Daily")
    for number, (day, offset) in enumerate(days.items(), 1):
        local = f"{number}. **{day:%a} {day.day} {day:%b} {day.year}, 18:00**"
        assert f"{local}\n   {stamp(utc(day, 18, offset))} (" in preview
    meeting = utc(sunday, 19, after)
    shown = await ask(club, club.ada, "preview", slot="Meeting")
    assert f"1. **{sunday:%a} {sunday.day} {sunday:%b} {sunday.year}, 19:00**\n   {stamp(meeting)}" in shown

    while club.env.now() < utc(sunday + DAY, 20, after):
        await club.env.advance_time(DAY.total_seconds() / 2)
    came = {(row.slot, row.date, row.rung): row for row in await posts(club) if row.message_id}
    due = {(slot, day, rung): row.due_at for (slot, day, rung), row in came.items()}
    assert due == {
        **{("slot:1", str(day), "prompt"): utc(day, 18, offset) for day, offset in days.items()},
        ("slot:2", str(sunday + 7 * DAY), "choose"): utc(sunday - 3 * DAY, 19, before),  # ten days on the calendar
        ("slot:2", str(sunday + 7 * DAY), "prompt"): meeting,  # seven of them
        ("slot:2", str(sunday), "reminder:3d"): utc(sunday - 3 * DAY, 19, before),  # and three
        ("slot:2", str(sunday), "reminder:24h"): meeting - DAY,  # hours as they pass
        ("slot:2", str(sunday), "reminder:1h"): meeting - HOUR,
        ("slot:2", str(sunday), "after"): meeting + 1.5 * HOUR,
    }
    for row in came.values():
        assert abs(discord.utils.snowflake_time(row.message_id) - row.due_at) < timedelta(seconds=10)
