"""Posts by itself what is due: a thin shell around `Outbox.tick`."""

import logging
from datetime import datetime, timedelta

import discord
from discord.ext import commands, tasks

from bot.client import Paperclub
from bot.club.delivery import Outbox
from bot.errors import ClubError
from bot.ui.cards import View

_log = logging.getLogger(__name__)

_RARELY = timedelta(minutes=1)  # between passes when nothing is due; another process may have left something
_SOON = timedelta(seconds=5)  # between passes when something is due, or a pass failed
_SILENCE = timedelta(minutes=5)


class DeliveryCog(commands.Cog):
    """Run the outbox while the bot is connected."""

    def __init__(self, bot: Paperclub) -> None:
        self._bot = bot
        self._outbox: Outbox[View] = bot.outbox
        self._woken = False
        self._seen = discord.utils.utcnow()
        self._told = False

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
        self._woken = True
        self._deliver.change_interval(seconds=0)

    @tasks.loop(seconds=_SOON.total_seconds())
    async def _deliver(self) -> None:
        now = discord.utils.utcnow()
        self._woken = False
        pause = await self._pass(now)
        if self._woken:  # meanwhile
            pause = timedelta()
        self._deliver.change_interval(seconds=pause.total_seconds())

    async def _pass(self, now: datetime) -> timedelta:
        """Make one pass, and give the pause after it."""
        if not self._bot.is_ready():
            return _SOON
        try:
            next_at = await self._outbox.tick(now)
        except ClubError as error:  # the database says more in the log
            _log.error("nothing can be posted: %s", error)
            return _SOON
        except Exception:
            _log.exception("a pass of the outbox failed")
            return _SOON
        self._seen = now
        return _RARELY if next_at is None else min(max(next_at - now, _SOON), _RARELY)

    @tasks.loop(seconds=_SILENCE.total_seconds())
    async def _watch(self) -> None:
        """Notice when no pass has come to its end for long; a loop that ended is begun again."""
        silent = discord.utils.utcnow() - self._seen > _SILENCE
        if silent and not self._told and self._bot.is_ready():
            _log.error("the outbox has been silent since %s: nothing is posted", self._seen)
        self._told = silent
        if not self._deliver.is_running():
            self._deliver.start()


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(DeliveryCog(bot))
