"""Reads the agenda of a club from what is stored."""

import asyncio
from datetime import datetime

from bot.club.agenda import Entry, make_agenda
from bot.club.stores.meetings import MeetingStore
from bot.club.stores.prompts import PromptStore
from bot.club.stores.slots import SlotStore
from bot.database.database import Database


class Diary:
    """Tells what a club does next."""

    def __init__(self, database: Database) -> None:
        self._slots = SlotStore(database)
        self._meetings = MeetingStore(database)
        self._prompts = PromptStore(database)

    async def read(self, guild_id: int, now: datetime) -> list[Entry]:
        """List the meetings of a club that are not over with their papers, and then the papers that have no date."""
        slots, coming, prompted = await asyncio.gather(
            self._slots.list_all(guild_id), self._meetings.list_coming(guild_id), self._prompts.prompted(guild_id, now)
        )
        return make_agenda(slots, coming, prompted, now)
