"""Posts by itself what is due: a thin shell around `Outbox.tick`."""

import logging
from datetime import datetime, timedelta

import discord
from discord.ext import commands, tasks

from bot.client import Paperclub
from bot.club.delivery import Outbox
from bot.errors import ClubError
from bot.ui.poster import Content

_log = logging.getLogger(__name__)

_SOON = timedelta(seconds=5)  # between passes when something is due, or a pass failed
_RARELY = timedelta(minutes=15)  # when nothing is due; who plans something wakes the outbox
_SHARED = timedelta(seconds=30)  # where another process may have ended before it posted what it had planned
_SILENCE = timedelta(minutes=5)  # after the time of the next pass


class DeliveryCog(commands.Cog):
    """Run the outbox while the bot is connected."""

    def __init__(self, bot: Paperclub) -> None:
        self._bot = bot
        self._outbox: Outbox[Content] = bot.outbox
        self._rarely = _SHARED if bot.database.shared else _RARELY
        self._busy = self._woken = self._told = False
        self._next = discord.utils.utcnow()

    async def cog_load(self) -> None:
        """Begin; what an earlier run was doing is taken up with the first pass."""
        await self._outbox.start()
        self._outbox.waker = self._wake
        self._deliver.start()
        self._watch.start()

    async def cog_unload(self) -> None:
        """End. A post that is just being sent is looked for at the next start."""
        self._outbox.waker = None
        self._deliver.cancel()
        self._watch.cancel()

    def _wake(self) -> None:
        if not self._woken and not self._busy:
            self._deliver.restart()  # it sleeps, so nothing is broken off
        self._woken = True

    @tasks.loop(seconds=_SOON.total_seconds())
    async def _deliver(self) -> None:
        self._busy, self._woken = True, False
        now = discord.utils.utcnow()
        try:
            pause = await self._pass(now)
        finally:
            self._busy = False
        pause = timedelta() if self._woken else pause  # it was woken meanwhile
        self._next = now + pause
        self._deliver.change_interval(seconds=pause.total_seconds())

    async def _pass(self, now: datetime) -> timedelta:
        """Make one pass, and give the time from its beginning to that of the next one."""
        if not self._bot.is_ready():
            return _SOON
        try:
            next_at = await self._outbox.tick(now)
        except ClubError as error:  # the log of the database says more
            _log.error("nothing can be posted: %s", error)
            return _SOON
        except Exception:
            _log.exception("a pass of the outbox failed")
            return _SOON
        return self._rarely if next_at is None else min(max(next_at - now, _SOON), self._rarely)

    @tasks.loop(seconds=_RARELY.total_seconds())
    async def _watch(self) -> None:
        """Notice when a pass does not come, or does not end; a loop that ended is begun again."""
        silent = discord.utils.utcnow() - self._next > _SILENCE
        if silent and not self._told:
            _log.error("the outbox is silent: nothing has been posted since %s", self._next)
        self._told = silent
        if not self._deliver.is_running():
            self._deliver.start()


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(DeliveryCog(bot))
