"""A meeting for the calendars of members: two files, and what to do with them."""

import io
from datetime import date, datetime
from typing import NamedTuple

import discord
from discord import ui

from bot.club.calendar import Words, meeting_file, series_file
from bot.club.schedule import occurrence_of
from bot.club.slot import Slot
from bot.club.subject import Subject
from bot.ui.cards import View, layout
from bot.ui.links import channel_url
from bot.ui.slot_posts import say_minutes
from bot.ui.text import one_line
from bot.ui.week import say_date

_SERIES = "every-meeting.ics"
_HINT = (
    "-# Open one of the two to put it into your calendar. When the club changes a date, press *Calendar* again and "
    "open the new file: it takes the place of the one before"
)


class CalendarFiles(NamedTuple):
    """The two files, by their names."""

    meeting: tuple[str, bytes]
    series: tuple[str, bytes]


def make_files(slot: Slot, day: date, now: datetime, channel_id: int | None, subject: Subject | None) -> CalendarFiles:
    """Write the file of one meeting, and that of all of its slot. To describe a time zone takes some milliseconds."""
    link = channel_url(slot.guild_id, channel_id)
    meeting = meeting_file(slot, day, now, Words(link, subject.lines if subject else ()))
    return CalendarFiles((f"meeting-{day}.ics", meeting), (_SERIES, series_file(slot, now, Words(link))))


def calendar_message(slot: Slot, day: date, files: CalendarFiles) -> tuple[View, list[discord.File]]:
    """Give the message that brings the files, and the files."""
    found = occurrence_of(slot.schedule, day)
    name = one_line(slot.name, 100)
    if found is None:
        said = f"### 📅 {name}\n❌ **Called off:** it does not take place on {say_date(day)}"
        first = "**To take it out of your calendar**, open this one:"
    else:
        at = f"{discord.utils.format_dt(found.at, 'F')} · {say_minutes(slot.ladder.minutes)}"
        said = f"### 📅 {name}\n{at}"
        first = "**Only this meeting**"
    items: list[ui.Item[View]] = [
        ui.TextDisplay(said),
        ui.Separator(visible=False),
        ui.TextDisplay(first),
        ui.File(f"attachment://{files.meeting[0]}"),
        ui.TextDisplay("**Every meeting**, without those that are skipped"),
        ui.File(f"attachment://{files.series[0]}"),
        ui.TextDisplay(_HINT),
    ]
    return layout(*items), [discord.File(io.BytesIO(file), called) for called, file in files]
