"""No commands: gives members the club's meetings as files for their calendars."""

import asyncio

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.diary import Diary
from bot.club.ladder import Kind
from bot.club.schedule import has_date
from bot.club.standing import find_standings
from bot.club.stores.clubs import ClubStore
from bot.club.stores.slots import SlotStore
from bot.club.subject import Subjects
from bot.errors import ClubError
from bot.ui.calendar import calendar_message, make_files
from bot.ui.controls import DATE, ROW_NUMBER, Controls, Interaction
from bot.ui.organisers import require_club
from bot.ui.week_choices import read_iso


class CalendarCog(commands.Cog):
    """Answer the button *Calendar*, for everybody."""

    def __init__(self, clubs: ClubStore, slots: SlotStore, subjects: Subjects, controls: Controls) -> None:
        self._clubs = clubs
        self._slots = slots
        self._subjects = subjects
        controls.on("calendar", self.give_files, ROW_NUMBER, DATE)

    async def give_files(self, interaction: Interaction, arguments: list[str], values: list[str]) -> None:
        """Give a member the files of a meeting and of its slot."""
        guild_id, now = require_club(interaction), discord.utils.utcnow()
        slot, day = await self._slots.get(guild_id, int(arguments[0])), read_iso(arguments[1])
        if slot is None:
            raise ClubError(
                "That slot is not there any more, so nothing of it takes place. /schedule show lists those that are."
            )
        if slot.ladder.kind is not Kind.MEETING:
            raise ClubError("That is no meeting any more, so there is nothing for a calendar.")
        if day is None or not has_date(slot.schedule, day):
            raise ClubError("The club does not meet on that date any more. /schedule preview shows when it does.")
        if not find_standings(slot, slot, {day}, now):
            raise ClubError("That meeting has begun, or is over. /schedule preview shows the next ones.")
        club = await self._clubs.get(guild_id)
        subject = (await self._subjects.find(slot, now)).get(day)
        files = await asyncio.to_thread(make_files, slot, day, now, slot.channel_id or club.channel_id, subject)
        view, attached = calendar_message(slot, day, files)
        await interaction.response.send_message(view=view, files=attached, ephemeral=True)


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    subjects = Subjects(Diary(bot.database))
    await bot.add_cog(CalendarCog(bot.clubs, SlotStore(bot.database), subjects, bot.controls))
