"""No commands: keeps the events of servers in line with the club's meetings, a thin shell around `EventKeeper`."""

import logging
from datetime import datetime, timedelta

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.diary import Diary
from bot.club.event_keeper import EventKeeper
from bot.club.stores.events import EventStore
from bot.club.stores.slots import SlotStore
from bot.club.subject import Subjects
from bot.errors import ClubError
from bot.pulse import Pulse
from bot.ui.events import DiscordEvents

_log = logging.getLogger(__name__)

_SOON = timedelta(seconds=5)  # while the bot is not connected
_EVERY = timedelta(minutes=5)  # papers are chosen in many ways
_RARELY = timedelta(hours=1)  # where no club wishes events; who does is heard of at once


class EventsCog(commands.Cog):
    """Keep events while the bot is connected. A change of a slot is dispatched as `slot_change`."""

    def __init__(self, bot: Paperclub, keeper: EventKeeper) -> None:
        self._bot = bot
        self._keeper = keeper
        self._pulse = Pulse(self._make_pass)

    async def cog_load(self) -> None:
        """Begin."""
        self._pulse.start()

    async def cog_unload(self) -> None:
        """End."""
        self._pulse.stop()

    @commands.Cog.listener()
    async def on_slot_change(self, guild_id: int) -> None:
        """Look at once when an organiser has changed a slot."""
        self._keeper.hurry(guild_id)
        self._pulse.wake()

    async def tick(self, now: datetime) -> timedelta:
        """Look at each server, and give the pause before the next time; one that fails does not concern the others."""
        try:
            guilds = await self._keeper.list_guilds()
        except ClubError as error:  # the log of the database says more
            _log.error("the events cannot be kept: %s", error)
            return _EVERY
        for guild_id in guilds:
            try:
                await self._keeper.keep(guild_id, now)
            except ClubError as error:
                _log.error("the events of guild %s cannot be kept: %s", guild_id, error)
            except Exception:
                _log.exception("the events of guild %s cannot be kept", guild_id)
        return _EVERY if guilds else _RARELY

    async def _make_pass(self) -> timedelta:
        return await self.tick(discord.utils.utcnow()) if self._bot.is_ready() else _SOON


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    database = bot.database
    subjects = Subjects(Diary(database))
    keeper = EventKeeper(bot.clubs, SlotStore(database), EventStore(database), subjects, DiscordEvents(bot))
    await bot.add_cog(EventsCog(bot, keeper))
