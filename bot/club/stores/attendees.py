"""Who takes part in a club's meetings: says that they come to the next one, or came to one of the last.

All of it is part of transactions of others.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from bot.club.gathering import Gathering
from bot.club.ladder import Kind
from bot.club.rsvp import COMING
from bot.club.schedule import Occurrence, next_occurrences, occurrences_between
from bot.club.slot import Slot
from bot.club.stores.gatherings import load_past
from bot.club.stores.slot_rows import load_slots
from bot.database.tables import attendance, rsvp

LAST = 3
"""How many meetings back somebody counts as one who comes."""


def takes_part(connection: Connection, guild_id: int, member_id: int, now: datetime) -> bool:
    """Tell whether a member comes to the next meeting, or to one that is under way, or came to one of the last three.

    An answer counts only for the time that it was given for.
    """
    last = last_gatherings(connection, guild_id, now)
    came = [and_(attendance.c.slot == each.slot, attendance.c.date == each.date) for each in last]
    own = (attendance.c.guild_id == guild_id, attendance.c.member_id == member_id)
    if came and connection.scalar(select(exists().where(*own, or_(*came)))):
        return True
    comes = [_said(each, found) for each, found in _next_meetings(load_slots(connection, guild_id), now)]
    mine = (rsvp.c.guild_id == guild_id, rsvp.c.member_id == member_id, rsvp.c.answer.in_(COMING))
    return bool(comes and connection.scalar(select(exists().where(*mine, or_(*comes)))))


def has_meetings(connection: Connection, guild_id: int, now: datetime) -> bool:
    """Tell whether anybody can take part: the club meets, or has met."""
    slots = load_slots(connection, guild_id)
    return bool(_next_meetings(slots, now) or last_gatherings(connection, guild_id, now))


def last_gatherings(connection: Connection, guild_id: int, now: datetime) -> list[Gathering]:
    """Give the last meetings that have ended, the latest first."""
    return load_past(connection, guild_id, now, LAST)


def _said(found: Slot, occurrence: Occurrence) -> ColumnElement[bool]:
    day = occurrence.original.isoformat()
    return and_(rsvp.c.slot == found.key, rsvp.c.date == day, rsvp.c.at == occurrence.at)


def _next_meetings(slots: list[Slot], now: datetime) -> list[tuple[Slot, Occurrence]]:
    """Give what is under way, and the first meeting after it."""
    under_way, coming = list[tuple[Slot, Occurrence]](), list[tuple[Slot, Occurrence]]()
    for found in slots:
        if found.ladder.kind is Kind.MEETING:
            begun = now - timedelta(minutes=found.ladder.minutes)
            under_way += [(found, each) for each in occurrences_between(found.schedule, begun, now)]
            coming += [(found, each) for each in next_occurrences(found.schedule, now, 1)]
    first = min((each.at for _, each in coming), default=now)
    return [*under_way, *(pair for pair in coming if pair[1].at == first)]
