"""The club's week: its slots, and what of them is planned to be posted.

Every change of a slot settles its posts in the same transaction: what is not due any more and certainly not posted is
withdrawn, what becomes due is planned, and who wanted to come to a meeting that has changed is told. A post keeps its
name (guild, slot, original date, rung) through all of that, so that nothing is posted twice; what was posted, or is
being posted, stays.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.club.club import Club
from bot.club.ladder import Ladder, Quiet
from bot.club.schedule import has_date
from bot.club.slot import HORIZON, MOST, NewSlot, Slot
from bot.club.stores.audit import take_note
from bot.club.stores.clubs import lock_club
from bot.club.stores.gatherings import drop_gatherings
from bot.club.stores.plans import advance, plan, planned_until, questions_of_begun, settle, were_refused, withdraw
from bot.club.stores.rsvps import plan_telling
from bot.club.stores.slot_rows import fold_name, ladder_values, load_slot, load_slots, slot_values
from bot.database.database import Database
from bot.database.tables import slot, slot_change
from bot.errors import ClubError

_BATCH = 5_000
_DIGITS = 18  # of a number that a database can hold
# Made once: making a statement takes longer than running it.
_WAITING = (
    select(slot.c.guild_id, slot.c.id).where(slot.c.next_at <= bindparam("now")).order_by(slot.c.next_at).limit(_BATCH)
)


Change = Callable[[Connection, Slot], tuple[str, str] | None]
"""Changes a slot, and gives what the audit says of it; None when there is nothing to change."""


class SlotStore:
    """Keep slots. Whoever calls a change has checked that an organiser makes it, and wakes the outbox after it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, guild_id: int, number: int) -> Slot | None:
        """Give a slot of a club."""
        return await self._database.read(lambda connection: load_slot(connection, guild_id, number))

    async def list_all(self, guild_id: int) -> list[Slot]:
        """Give the slots of a club, by their names."""
        return await self._database.read(lambda connection: load_slots(connection, guild_id))

    async def find(self, guild_id: int, name: str) -> Slot | None:
        """Give the slot that has a name, however it is written."""
        folded = fold_name(name)
        return next((each for each in await self.list_all(guild_id) if fold_name(each.name) == folded), None)

    async def list_refused(self, guild_id: int) -> list[Slot]:
        """Give the slots of a club that the bot paused by itself."""
        return [each for each in await self.list_all(guild_id) if each.pause_reason]

    async def choose(self, guild_id: int, named: str) -> Slot:
        """Give the slot whose number was chosen, or whose name was typed; raise ClubError where there is none."""
        number = int(named) if named.isascii() and named.isdigit() and len(named) <= _DIGITS else None
        found = await self.get(guild_id, number) if number else None
        found = found or await self.find(guild_id, named)
        if found is None:
            raise ClubError(
                "No slot of the club is called so. Choose one of those that appear while you type; "
                "/schedule show lists them."
            )
        return found

    async def add(self, guild_id: int, actor_id: int, now: datetime, new: NewSlot, *, replace: bool = False) -> Slot:
        """Add a slot, or let it take the place of the one that has its name, if that is wanted.

        The one before keeps its number, what of it was posted, its skipped and moved dates, and the posts that were
        set for its kind; a pause ends. Raises ClubError for a name that is taken, and for more slots than there may be.
        """

        def work(connection: Connection) -> Slot:
            club, before = lock_club(connection, guild_id), load_slots(connection, guild_id)
            same = next((each for each in before if fold_name(each.name) == fold_name(new.name)), None)
            if same and not replace:
                raise ClubError(f"There is a slot called {same.name} already. Nothing was changed.")
            if same is None and len(before) >= MOST:
                raise ClubError(f"A club has at most {MOST} slots. Remove one first with /schedule remove.")
            if same:
                plan(connection, same, club, planned_until(connection, same), now)
                connection.execute(update(slot).where(slot.c.id == same.id).values(slot_values(new, same)))
                number = same.id
            else:
                fresh = {**slot_values(new), "guild_id": guild_id, "confirmed_at": now, "planned_until": now}
                fresh |= {"has_events": 0, "revision": -1}  # it is settled below, which counts as a change
                number = connection.execute(insert(slot).values(fresh).returning(slot.c.id)).scalar_one()
            found = _settle(connection, guild_id, number, club, now, "An organiser changed the slot.")
            if same:
                plan_telling(connection, same, found, club, now)
            take_note(connection, guild_id, now, actor_id, "changed the slot" if same else "added the slot", found.name)
            return found

        return await self._database.write(work)

    async def set_posts(
        self, guild_id: int, number: int, actor_id: int, now: datetime, ladder: Ladder, quiet: Quiet | None,
        *, has_events: bool | None = None,
    ) -> Slot:  # fmt: skip
        """Set what is posted around a slot, and when not, and whether its meetings are events; None: as before."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            events = found.has_events if has_events is None else has_events
            if (found.ladder, found.quiet, found.has_events) == (ladder, quiet, events):
                return None
            values = ladder_values(ladder, quiet) | {"has_events": int(events)}
            connection.execute(update(slot).where(slot.c.id == number).values(values))
            return "changed the posts of", found.name

        return await self._change(guild_id, number, actor_id, now, change, "An organiser changed its time.")

    async def skip(self, guild_id: int, number: int, actor_id: int, now: datetime, day: date) -> Slot:
        """Let a date not take place."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            if day in found.schedule.skipped:
                return None
            _check_date(found, day)
            _put_change(connection, number, day, None)
            return "skipped", f"{found.name} on {day}"

        return await self._change(guild_id, number, actor_id, now, change, "An organiser skipped this date.")

    async def unskip(self, guild_id: int, number: int, actor_id: int, now: datetime, day: date) -> Slot:
        """Let a date take place as the others do, that was skipped or moved."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            if day not in found.schedule.skipped and day not in found.schedule.moved:
                return None
            _take_change(connection, number, day)
            return "put back", f"{found.name} on {day}"

        return await self._change(guild_id, number, actor_id, now, change, "An organiser put the date back.")

    async def move(self, guild_id: int, number: int, actor_id: int, now: datetime, day: date, to: datetime) -> Slot:
        """Let a date take place at another local time; raise ClubError where that cannot be."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            if found.schedule.moved.get(day) == to and day not in found.schedule.skipped:
                return None
            _check_date(found, day)
            _check_free(found, day, to.date())
            _put_change(connection, number, day, to)
            return "moved", f"{found.name} of {day} to {to:%Y-%m-%d %H:%M}"

        return await self._change(guild_id, number, actor_id, now, change, "An organiser moved this date.")

    async def pause(self, guild_id: int, number: int, actor_id: int, now: datetime, until: date | None) -> Slot:
        """Let nothing take place from now on, up to a date, or until it is resumed."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            if found.is_paused(now) and found.schedule.paused_until == until and not found.pause_reason:
                return None
            _put_pause(connection, number, now, until, "")
            return "paused", found.name + (f" until {until}" if until else "")

        return await self._change(guild_id, number, actor_id, now, change, "An organiser paused the slot.")

    async def resume(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Slot:
        """End a pause."""

        def change(connection: Connection, found: Slot) -> tuple[str, str] | None:
            if found.schedule.paused_since is None:
                return None
            _put_pause(connection, number, None, None, "")
            return "resumed", found.name

        return await self._change(guild_id, number, actor_id, now, change, "An organiser changed the slot.")

    async def remove(self, guild_id: int, number: int, actor_id: int, now: datetime) -> Slot | None:
        """Remove a slot, and give what it was; None when it is gone already. What was posted stays known."""

        def work(connection: Connection) -> Slot | None:
            club, found = lock_club(connection, guild_id), load_slot(connection, guild_id, number)
            if found is None:
                return None
            plan(connection, found, club, planned_until(connection, found), now)
            drop_gatherings(connection, found, now)
            asked = questions_of_begun(connection, found, now, removed=True)
            withdraw(connection, found, asked, now, "An organiser removed the slot.")
            plan_telling(connection, found, None, club, now)
            connection.execute(delete(slot_change).where(slot_change.c.slot_id == number))
            connection.execute(delete(slot).where(slot.c.id == number))
            take_note(connection, guild_id, now, actor_id, "removed the slot", found.name)
            return found

        return await self._database.write(work)

    async def pause_refused(self, guild_id: int, number: int, now: datetime, reason: str) -> Slot | None:
        """Pause a slot whose last three posts Discord has refused, and give it; None when they were not."""

        def work(connection: Connection) -> Slot | None:
            club, found = lock_club(connection, guild_id), load_slot(connection, guild_id, number)
            if found is None or found.is_paused(now) or not were_refused(connection, found):
                return None
            plan(connection, found, club, planned_until(connection, found), now)
            _put_pause(connection, number, now, None, reason)
            take_note(connection, guild_id, now, None, "paused", f"{found.name}: Discord refused three posts of it")
            after = _settle(connection, guild_id, number, club, now, "Paperclub paused the slot.")
            plan_telling(connection, found, after, club, now)
            return after

        return await self._database.write(work)

    async def waiting(self, now: datetime) -> Sequence[tuple[int, int]]:
        """Give guild and number of up to 5,000 slots of which there is something to plan."""

        def work(connection: Connection) -> Sequence[tuple[int, int]]:
            result = connection.execute(_WAITING, {"now": now})
            # As the driver gives them: to make rows of thousands takes as long as to find them.
            return list(map(tuple, result.cursor.fetchall() if result.cursor else ()))

        return await self._database.read(work)

    async def plan(self, guild_id: int, number: int, now: datetime) -> int:
        """Plan what of a slot becomes due within the horizon; give how many posts are new.

        Nothing happens when another process has planned it meanwhile.
        """

        def work(connection: Connection) -> int:
            club = lock_club(connection, guild_id)
            still = select(slot.c.planned_until).where(slot.c.id == number, slot.c.next_at <= now)
            after = connection.scalar(still)
            found = load_slot(connection, guild_id, number) if after else None
            if after is None or found is None:
                return 0
            until = max(now + HORIZON, after)
            new = plan(connection, found, club, after, until)
            advance(connection, found, club, now, until)
            return new

        return await self._database.write(work)

    async def _change(
        self, guild_id: int, number: int, actor_id: int, now: datetime, change: Change, reason: str
    ) -> Slot:
        """Change a slot and settle its posts; `reason` is why those are cancelled that were due, and are not now."""

        def work(connection: Connection) -> Slot:
            club, found = lock_club(connection, guild_id), load_slot(connection, guild_id, number)
            if found is None:
                raise ClubError("That slot is not there any more. /schedule show lists those that are.")
            # What should have been posted before the change is not forgotten by it.
            plan(connection, found, club, planned_until(connection, found), now)
            noted = change(connection, found)
            if noted is None:
                return found
            take_note(connection, guild_id, now, actor_id, *noted)
            after = _settle(connection, guild_id, number, club, now, reason)
            plan_telling(connection, found, after, club, now)
            return after

        return await self._database.write(work)


def _settle(connection: Connection, guild_id: int, number: int, club: Club, now: datetime, reason: str) -> Slot:
    """Settle the posts of a slot that was changed, and give it."""
    changed = {"confirmed_at": now, "planned_until": now, "revision": slot.c.revision + 1}
    connection.execute(update(slot).where(slot.c.id == number).values(changed))
    found = load_slot(connection, guild_id, number)
    if found is None:
        raise LookupError(number)
    settle(connection, found, club, now, reason)
    return found


# --- dates ----------------------------------------------------------------------------------------


def _check_date(found: Slot, day: date) -> None:
    if not has_date(found.schedule, day):
        raise ClubError(f"{found.name} does not take place on {day}. Choose one of its dates.")


def _check_free(found: Slot, day: date, to: date) -> None:
    """Refuse a day on which a slot takes place anyway: one of both would be lost."""
    schedule = found.schedule
    takes_place = has_date(schedule, to) and to not in schedule.skipped and to not in schedule.moved
    moved_there: Iterable[date] = (each for each, at in schedule.moved.items() if at.date() == to and each != day)
    if (takes_place and to != day) or any(each not in schedule.skipped for each in moved_there):
        raise ClubError(f"{found.name} takes place on {to} already. Choose another day, or skip that one first.")


def _put_change(connection: Connection, number: int, day: date, to: datetime | None) -> None:
    _take_change(connection, number, day)
    moved_to = to.isoformat(timespec="minutes") if to else None
    connection.execute(insert(slot_change).values(slot_id=number, date=day.isoformat(), moved_to=moved_to))


def _take_change(connection: Connection, number: int, day: date) -> None:
    own = (slot_change.c.slot_id == number, slot_change.c.date == day.isoformat())
    connection.execute(delete(slot_change).where(*own))


def _put_pause(connection: Connection, number: int, since: datetime | None, until: date | None, reason: str) -> None:
    values = {
        "paused_since": since,
        "paused_until": until.isoformat() if until else None,
        "pause_reason": reason,
    }
    connection.execute(update(slot).where(slot.c.id == number).values(values))
