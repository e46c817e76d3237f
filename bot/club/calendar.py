"""A meeting, or all of a slot, as a file for calendars: iCalendar, RFC 5545. Pure.

The series is written as a rule with exceptions, so that a calendar has it without an end, and the same local time
whatever the clocks do. What stands in it is exactly what `bot.club.schedule` says takes place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar, Event

from bot.club.schedule import Occurrence, Schedule, has_date, occurrence_of
from bot.club.slot import Slot
from bot.club.timezones import make_timezone
from bot.club.zones import load_zone

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST_PAUSE = timedelta(days=800)  # one that is longer seems to be without an end, rather than to fill the file
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Words:
    """What a calendar says of a meeting beside its name and time.

    `link` leads to the channel; `about` are lines of plain text, such as the paper.
    """

    link: str = ""
    about: tuple[str, ...] = ()


def meeting_file(slot: Slot, day: date, now: datetime, words: Words) -> bytes:
    """Write one meeting, named by its original date; as cancelled, where it does not take place.

    Raises ValueError for a day that is not in the rhythm.
    """
    if not has_date(slot.schedule, day):
        raise ValueError(f"not a date of the slot: {day}")
    found = occurrence_of(slot.schedule, day)
    start = _local(slot.schedule, day) if found is None or not found.moved else slot.schedule.moved[day]
    event = _event(slot, start, now, words, f"{_uid(slot)}-{day}")
    event.add("status", "CONFIRMED" if found else "CANCELLED")
    return _file(slot, [event], now)


def series_file(slot: Slot, now: datetime, words: Words) -> bytes:
    """Write all meetings of a slot; as cancelled, where there is none at all."""
    schedule = _without_far_end(slot.schedule, now)
    first = next(_dates(schedule, schedule.start, schedule.start + timedelta(7 * schedule.every + 7)), schedule.start)
    master = _event(slot, _local(schedule, first), now, words, _uid(slot))
    last, endless = _last(schedule)
    if last is None:
        master.add("status", "CANCELLED")
        return _file(slot, [master], now)
    master.add("status", "CONFIRMED")
    rule: dict[str, Any] = {"FREQ": "WEEKLY", "INTERVAL": schedule.every, "WKST": "MO"}
    rule["BYDAY"] = [_DAYS[day] for day in schedule.days]
    if not endless:
        rule["UNTIL"] = _aware(schedule, _local(schedule, last)).astimezone(UTC)
    master.add("rrule", rule)
    others: list[Any] = []
    for day in _unusual(schedule, last):
        found = occurrence_of(schedule, day)
        if found is None:
            master.add("exdate", _aware(schedule, _local(schedule, day)))
        elif found.moved:
            others.append(_override(slot, found, now, words))
    return _file(slot, [master, *others], now)


def _override(slot: Slot, found: Occurrence, now: datetime, words: Words) -> Any:
    event = _event(slot, slot.schedule.moved[found.original], now, words, _uid(slot))
    event.add("recurrence-id", _aware(slot.schedule, _local(slot.schedule, found.original)))
    event.add("status", "CONFIRMED")
    return event


# --- dates ----------------------------------------------------------------------------------------


def _last(schedule: Schedule) -> tuple[date | None, bool]:
    """Give the last original date that takes place, and whether there is none because it goes on without an end.

    Without any date, None; for one without an end, a day behind all that is unusual.
    """
    since = schedule.paused_since if schedule.paused_until is None else None
    if since is None and schedule.end is None:
        special = (*schedule.skipped, *schedule.moved, *(to.date() for to in schedule.moved.values()))
        return max((schedule.start, schedule.paused_until or schedule.start, *special)) + _DAY, True
    zone = load_zone(schedule.zone)
    ends = [each for each in (schedule.end, since and since.astimezone(zone).date() + _DAY) if each]
    moved = [day for day in schedule.moved if (found := occurrence_of(schedule, day)) and found.moved]
    day = min(ends)
    while day >= schedule.start and not (has_date(schedule, day) and occurrence_of(schedule, day)):
        day -= _DAY
    return max([*moved, *([day] if day >= schedule.start else [])], default=None), False


def _without_far_end(schedule: Schedule, now: datetime) -> Schedule:
    """Give a schedule whose pause has no end, if that is so far away that it is as good as none."""
    until = schedule.paused_until
    far = until is not None and until > now.date() + _LONGEST_PAUSE
    return replace(schedule, paused_until=None) if far else schedule


def _unusual(schedule: Schedule, last: date) -> list[date]:
    """Give the dates of the rhythm, up to the last one, that may not be as the rule says."""
    special = {*schedule.skipped, *schedule.moved, *(to.date() for to in schedule.moved.values())}
    since, until = schedule.paused_since, schedule.paused_until
    if since is not None:
        end = last + _DAY if until is None else min(until, last + _DAY)
        special |= {*_dates(schedule, since.astimezone(load_zone(schedule.zone)).date() - _DAY, end)}
    return sorted(day for day in special if day <= last and has_date(schedule, day))


def _dates(schedule: Schedule, first: date, end: date) -> Iterator[date]:
    """Give the dates of the rhythm from a day on, before another one."""
    first = max(first, schedule.start)
    days = (first + timedelta(number) for number in range((end - first).days))
    return (day for day in days if has_date(schedule, day))


def _local(schedule: Schedule, day: date) -> datetime:
    return datetime.combine(day, schedule.time)


def _aware(schedule: Schedule, local: datetime) -> datetime:
    return local.replace(tzinfo=load_zone(schedule.zone), fold=0)


# --- words ----------------------------------------------------------------------------------------


def _uid(slot: Slot) -> str:
    return f"{slot.guild_id}-slot-{slot.id}@paperclub"


def _event(slot: Slot, local: datetime, now: datetime, words: Words, uid: str) -> Any:
    event: Any = Event()  # not all of the library's types are known
    event.add("uid", uid)
    event.add("sequence", max(slot.revision, 0))
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", _plain(slot.name))
    start, lasts = _aware(slot.schedule, local), timedelta(minutes=slot.ladder.minutes)
    end = (start.astimezone(UTC) + lasts).astimezone(start.tzinfo)
    event.add("dtstart", start)
    if end.fold:  # the second of two that the clocks show alike would be read as the first
        event.add("duration", lasts)
    else:
        event.add("dtend", end)
    if about := [line for each in words.about if (line := _plain(each))]:
        event.add("description", "\n".join(about))
    if words.link:
        event.add("location", words.link)
        event.add("url", words.link)
    return event


def _plain(text: str) -> str:
    """Leave out what breaks lines and what is not shown, but for the joiners of emoji and scripts."""
    return "".join(sign if sign.isprintable() or sign in "\u200c\u200d" else " " for sign in text).strip()


def _file(slot: Slot, events: Sequence[Any], now: datetime) -> bytes:
    calendar: Any = Calendar()
    calendar.add("prodid", "-//Paperclub//Paperclub//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if zone := make_timezone(slot.schedule.zone, min(slot.schedule.start.year, now.year)):
        calendar.add_component(zone)
    for event in events:
        calendar.add_component(event)
    return calendar.to_ical()
