"""What organisers choose for the club's week while they type, and how it is read."""

import asyncio
from datetime import date, datetime, time

from discord import app_commands

from bot.club.dates import parse_date
from bot.club.slot import Slot
from bot.club.zones import about_zone, find_zones, load_zone
from bot.errors import ClubError
from bot.ui.text import clean, label

MOST_CHOICES = 25


def zone_choice(zone: str, now: datetime) -> app_commands.Choice[str]:
    """Offer a time zone with the time there."""
    there = f"{zone} · {now.astimezone(load_zone(zone)):%H:%M}"
    about = about_zone(zone)
    return app_commands.Choice(name=label(f"{there} · {about}" if about else there, 100), value=zone)


def date_choices(named: dict[str, str], current: str) -> list[app_commands.Choice[str]]:
    """Offer those dates whose name, or number, holds what is typed."""
    typed = current.strip().lower()
    fitting = [(value, name) for value, name in named.items() if typed in name.lower() or typed in value]
    return [app_commands.Choice(name=label(name, 100), value=value) for value, name in fitting[:MOST_CHOICES]]


async def read_zone(text: str, now: datetime) -> str:
    """Read a time zone; raise ClubError where it is not clear or not known."""
    found = await asyncio.to_thread(find_zones, text, now)
    if found.sure:
        return found.zones[0]
    if found.zones:
        raise ClubError(
            f"{_quote(text)} may be {_either(found.zones)}. Choose one of those that appear while you type."
        )
    raise ClubError(
        f"No time zone is called {_quote(text)}. Type the largest city near you that has the same time, the country, "
        "or the difference such as UTC+2, and choose one of those that appear."
    )


def _either(names: tuple[str, ...]) -> str:
    return " or ".join((", ".join(names[:4]), "another") if len(names) > 4 else names)


def read_date(slot: Slot, text: str, now: datetime) -> date:
    """Read one of the dates of a slot; the original one of what was moved may be past."""
    day = read_iso(text)
    return day if day and day in slot.schedule.moved else parse_date(text, today_of(slot, now))


def read_iso(text: str) -> date | None:
    """Read a date as a choice or a menu gives it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_clock(text: str) -> time:
    """Read a time as the question whether a slot is to be replaced writes it."""
    return time(int(text[:2]), int(text[2:]))


def today_of(slot: Slot, now: datetime) -> date:
    """Give the day that it is where a slot takes place."""
    return now.astimezone(load_zone(slot.schedule.zone)).date()


def _quote(text: str) -> str:
    return f"“{label(clean(text), 40)}”"
