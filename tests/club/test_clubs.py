"""What clubs have set, and who decided it, on both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.club.club import Club
from bot.club.stores.audit import AuditLine
from bot.club.stores.clubs import ClubStore
from bot.database.database import Database
from bot.database.tables import club

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GRACE = 11, 12


async def test_a_club_that_has_set_nothing_has_the_first_values(database: Database) -> None:
    assert await ClubStore(database).get(1) == Club(1)
    assert await database.read(lambda connection: connection.execute(select(club)).all()) == [], "reading adds nothing"


async def test_what_is_set_is_kept_for_this_club_alone(database: Database) -> None:
    clubs = ClubStore(database)
    changed = await clubs.change(1, ADA, NOW, channel_id=2**63 - 1, zone="Europe/Berlin")
    assert changed == await clubs.get(1) == Club(1, channel_id=2**63 - 1, zone="Europe/Berlin")
    assert await clubs.get(2) == Club(2)
    assert await clubs.read_audit(2, 0, 10) == ([], 0)
    await clubs.change(1, ADA, NOW, channel_id=None)
    assert await clubs.get(1) == Club(1, zone="Europe/Berlin")


async def test_changes_at_the_same_time_are_all_kept(database: Database) -> None:
    clubs = ClubStore(database)
    await asyncio.gather(
        clubs.change(1, ADA, NOW, channel_id=5),
        clubs.change(1, GRACE, NOW, organiser_role_id=6),
        clubs.change(1, ADA, NOW, zone="Asia/Tokyo"),
        clubs.change(1, GRACE, NOW, quota=1),
    )
    assert await clubs.get(1) == Club(1, 5, 6, "Asia/Tokyo", 1)
    lines, total = await clubs.read_audit(1, 0, 10)
    assert total == 4
    assert sorted((line.actor_id, line.action, line.subject) for line in lines) == [
        (ADA, "set", "channel 5"),
        (ADA, "set", "zone Asia/Tokyo"),
        (GRACE, "set", "organisers 6"),
        (GRACE, "set", "quota 1"),
    ]


async def test_what_was_set_already_leaves_no_line(database: Database) -> None:
    clubs = ClubStore(database)
    await clubs.change(1, ADA, NOW, zone="UTC", quota=5)
    await clubs.change(1, ADA, NOW, quota=6)
    await clubs.change(1, GRACE, NOW, quota=6)
    await clubs.change(1, ADA, NOW, organiser_role_id=None)
    assert await clubs.read_audit(1, 0, 10) == ([AuditLine(NOW, ADA, "set", "quota 6")], 1)


async def test_the_newest_decisions_come_first_page_by_page(database: Database) -> None:
    clubs = ClubStore(database)
    for number in range(1, 8):
        await clubs.change(1, ADA, NOW + timedelta(minutes=number // 2), quota=number + 10)
    await clubs.change(1, ADA, NOW + timedelta(hours=1), channel_id=1)
    await clubs.change(1, ADA, NOW + timedelta(hours=2), channel_id=None)
    pages = [await clubs.read_audit(1, start, 3) for start in (0, 3, 6, 9)]
    assert [total for _, total in pages] == [9] * 4
    assert [[line.subject for line in lines] for lines, _ in pages] == [
        ["channel none", "channel 1", "quota 17"],
        ["quota 16", "quota 15", "quota 14"],
        ["quota 13", "quota 12", "quota 11"],
        [],
    ]
