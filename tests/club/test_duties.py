"""The roles that members take for a date, on both databases."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.club.duty import over_at
from bot.club.ladder import Kind
from bot.club.questions import Role
from bot.club.schedule import next_occurrences
from bot.club.slot import Slot
from bot.club.stores.duties import DutyStore
from bot.club.stores.slots import SlotStore
from bot.database.database import Database
from bot.errors import ClubError
from tests.attending import weekly

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = date(2026, 3, 8)
ADA, GRACE, ALAN = 1, 2, 3


@pytest.fixture
def duties(database: Database) -> DutyStore:
    return DutyStore(database)


@pytest.fixture
async def slot(database: Database) -> Slot:
    return await weekly(database, 7, NOW)


async def holders(duties: DutyStore, slot: Slot, day: date = DAY) -> dict[Role, int]:
    return await duties.list_holders(7, slot.key, day.isoformat())


async def test_a_member_has_one_role_and_gives_it_back(duties: DutyStore, slot: Slot) -> None:
    for _ in range(2):
        taken = await duties.take(7, slot.id, DAY, Role.SCEPTIC, ADA, NOW)
        assert taken.holders == {Role.SCEPTIC: ADA} == await holders(duties, slot)
    taken = await duties.take(7, slot.id, DAY, Role.AUTHOR, ADA, NOW)
    assert taken.holders == {Role.AUTHOR: ADA}, "another one gives the first back"
    await duties.take(7, slot.id, DAY, Role.SCEPTIC, GRACE, NOW)
    for _ in range(2):
        left = await duties.give_back(7, slot.id, DAY, Role.SCEPTIC, ADA, NOW)
        assert left.holders == {Role.AUTHOR: ADA, Role.SCEPTIC: GRACE}, "only one's own"
    for _ in range(2):
        left = await duties.give_back(7, slot.id, DAY, Role.AUTHOR, ADA, NOW)
        assert left.holders == {Role.SCEPTIC: GRACE}
    assert (await duties.get(7, slot.id, DAY, NOW)).holders == left.holders
    other = await duties.take(7, slot.id, DAY + timedelta(7), Role.SCEPTIC, ADA, NOW)
    assert other.holders == {Role.SCEPTIC: ADA}, "each date has its own"


async def test_of_many_who_take_a_role_at_once_one_has_it(duties: DutyStore, slot: Slot) -> None:
    done = await asyncio.gather(*(duties.take(7, slot.id, DAY, Role.AUTHOR, member, NOW) for member in range(1, 21)))
    (winner,) = {each.holders[Role.AUTHOR] for each in done}
    assert await holders(duties, slot) == {Role.AUTHOR: winner}


async def test_one_who_takes_all_roles_at_once_has_one(duties: DutyStore, slot: Slot) -> None:
    await asyncio.gather(*(duties.take(7, slot.id, DAY, role, ADA, NOW) for role in [*Role] * 5))
    assert [*(await holders(duties, slot)).values()] == [ADA]


async def test_who_is_slower_keeps_what_they_had_and_who_has_left_makes_room(duties: DutyStore, slot: Slot) -> None:
    await duties.take(7, slot.id, DAY, Role.AUTHOR, ADA, NOW)
    await duties.take(7, slot.id, DAY, Role.SCEPTIC, GRACE, NOW)
    lost = await duties.take(7, slot.id, DAY, Role.AUTHOR, GRACE, NOW, gone=ALAN)
    assert lost.holders == {Role.AUTHOR: ADA, Role.SCEPTIC: GRACE}
    won = await duties.take(7, slot.id, DAY, Role.AUTHOR, GRACE, NOW, gone=ADA)
    assert won.holders == {Role.AUTHOR: GRACE}


@pytest.mark.parametrize("kind", Kind)
async def test_roles_are_for_dates_that_are_not_over(duties: DutyStore, database: Database, kind: Kind) -> None:
    slot = await weekly(database, 7, NOW, kind=kind)
    occurrence = next_occurrences(slot.schedule, NOW, 1)[0]
    end = over_at(slot, occurrence)
    assert end - occurrence.at == (timedelta(minutes=90) if kind is Kind.MEETING else timedelta(7))
    moment = timedelta(microseconds=1)
    await duties.take(7, slot.id, DAY, Role.AUTHOR, ADA, end - moment)
    for act in (duties.take, duties.give_back):
        with pytest.raises(ClubError, match="That is over"):
            await act(7, slot.id, DAY, Role.AUTHOR, ADA, end)
    assert await holders(duties, slot) == {Role.AUTHOR: ADA}


async def test_roles_are_for_dates_of_the_slot_and_the_club(duties: DutyStore, database: Database, slot: Slot) -> None:
    theirs = await weekly(database, 8, NOW)
    await SlotStore(database).skip(7, slot.id, 9, NOW, DAY + timedelta(7))
    for number, day in ((slot.id, DAY + timedelta(1)), (slot.id, DAY + timedelta(7)), (theirs.id, DAY), (999, DAY)):
        with pytest.raises(ClubError, match="not in the club's week"):
            await duties.take(7, number, day, Role.AUTHOR, ADA, NOW)
        with pytest.raises(ClubError, match="not in the club's week"):
            await duties.get(7, number, day, NOW)


async def test_a_moved_meeting_keeps_its_roles(duties: DutyStore, database: Database, slot: Slot) -> None:
    await duties.take(7, slot.id, DAY, Role.AUTHOR, ADA, NOW)
    await SlotStore(database).move(7, slot.id, 9, NOW, DAY, datetime(2026, 3, 9, 20))  # noqa: DTZ001
    found = await duties.get(7, slot.id, DAY, datetime(2026, 3, 9, 19, tzinfo=UTC))
    assert found.holders == {Role.AUTHOR: ADA}
