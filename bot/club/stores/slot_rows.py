"""Slots as the tables hold them, and as the rest of the club's code knows them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, select

from bot.club.ladder import Kind, Ladder, Quiet
from bot.club.schedule import Schedule
from bot.club.slot import NewSlot, Slot
from bot.database.tables import slot, slot_change
from bot.folding import fold_words, normalize


def fold_name(name: str) -> str:
    """Give the name of a slot as it is compared: its words, or its signs where it has none."""
    return " ".join(fold_words(name)) or normalize("".join(name.split()))


def load_slot(connection: Connection, guild_id: int, number: int) -> Slot | None:
    """Give a slot of a club."""
    rows = connection.execute(select(slot).where(slot.c.id == number, slot.c.guild_id == guild_id)).all()
    return next(iter(_slots(connection, rows)), None)


def load_slots(connection: Connection, guild_id: int) -> list[Slot]:
    """Give the slots of a club, by their names."""
    rows = connection.execute(select(slot).where(slot.c.guild_id == guild_id).order_by(slot.c.folded)).all()
    return _slots(connection, rows)


def slot_values(new: NewSlot, before: Slot | None = None) -> dict[str, Any]:
    """Write a slot as it is wished; one of the same kind before it leaves its posts and quiet hours."""
    ladder = before.ladder if before and before.ladder.kind is new.kind else Ladder(new.kind)
    ladder = replace(ladder, minutes=new.minutes) if new.minutes else ladder
    schedule = new.schedule
    return {
        "name": new.name,
        "folded": fold_name(new.name),
        "days": schedule.days,
        "time": schedule.time.isoformat("minutes"),
        "zone": schedule.zone,
        "start": schedule.start.isoformat(),
        "every": schedule.every,
        "paused_since": None,
        "paused_until": None,
        "pause_reason": "",
        "kind": new.kind,
        "channel_id": new.channel_id,
        **ladder_values(ladder, before.quiet if before else None),
    }


def ladder_values(ladder: Ladder, quiet: Quiet | None) -> dict[str, Any]:
    """Write what is posted around a slot."""
    return {
        "choose_days": ladder.choose,
        "prompt_days": ladder.prompt,
        "reminders": ladder.reminders,
        "minutes": ladder.minutes,
        "asks_after": int(ladder.after),
        "quiet_begin": quiet.begin.isoformat("minutes") if quiet else None,
        "quiet_end": quiet.end.isoformat("minutes") if quiet else None,
    }


def _slots(connection: Connection, rows: Sequence[Row[Any]]) -> list[Slot]:
    changes: dict[int, list[Row[Any]]] = {}
    if rows:
        wanted = select(slot_change).where(slot_change.c.slot_id.in_([row.id for row in rows]))
        for change in connection.execute(wanted):
            changes.setdefault(change.slot_id, []).append(change)
    return [_slot(row, changes.get(row.id, ())) for row in rows]


def _slot(row: Row[Any], changes: Sequence[Row[Any]]) -> Slot:
    schedule = Schedule(
        days=row.days,
        time=time.fromisoformat(row.time),
        zone=row.zone,
        start=date.fromisoformat(row.start),
        every=row.every,
        skipped=frozenset(date.fromisoformat(each.date) for each in changes if each.moved_to is None),
        moved={
            date.fromisoformat(each.date): datetime.fromisoformat(each.moved_to) for each in changes if each.moved_to
        },
        paused_since=row.paused_since,
        paused_until=date.fromisoformat(row.paused_until) if row.paused_until else None,
    )
    quiet = Quiet(time.fromisoformat(row.quiet_begin), time.fromisoformat(row.quiet_end)) if row.quiet_begin else None
    return Slot(
        id=row.id,
        guild_id=row.guild_id,
        name=row.name,
        schedule=schedule,
        ladder=Ladder(
            Kind(row.kind), row.choose_days, row.prompt_days, row.reminders, row.minutes, bool(row.asks_after)
        ),
        quiet=quiet,
        channel_id=row.channel_id,
        confirmed_at=row.confirmed_at,
        pause_reason=row.pause_reason,
        has_events=bool(row.has_events),
        revision=row.revision,
    )
