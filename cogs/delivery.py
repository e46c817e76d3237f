"""Posts by itself what is due: a thin shell around `Outbox.tick`."""

import logging
from datetime import timedelta

import discord
from discord.ext import commands

from bot.client import Paperclub
from bot.club.delivery import Outbox
from bot.errors import ClubError
from bot.pulse import Pulse
from bot.ui.poster import Content

_log = logging.getLogger(__name__)

_MORE = timedelta(milliseconds=50)  # between passes while more is due than one of them takes up
_SOON = timedelta(seconds=5)  # after a pass that failed
_RARELY = timedelta(minutes=15)  # when nothing is due; who plans something wakes the outbox
_SHARED = timedelta(seconds=30)  # where another process may have ended before it posted what it had planned
_SILENCE = timedelta(minutes=5)  # after the time of the next pass


class DeliveryCog(commands.Cog):
    """Run the outbox while the bot is connected."""

    def __init__(self, bot: Paperclub) -> None:
        self._bot = bot
        self._outbox: Outbox[Content] = bot.outbox
        self._rarely = _SHARED if bot.database.shared else _RARELY
        self._told = False
        self._deliver = Pulse(self._make_pass)
        self._watch = Pulse(self._look)

    async def cog_load(self) -> None:
        """Begin; what an earlier run was doing is taken up with the first pass."""
        await self._outbox.start()
        self._outbox.waker = self._deliver.wake
        self._deliver.start()
        self._watch.start()

    async def cog_unload(self) -> None:
        """End. A post that is just being sent is looked for at the next start."""
        self._outbox.waker = None
        self._deliver.stop()
        self._watch.stop()

    async def _make_pass(self) -> timedelta:
        """Make one pass, and give the pause after it."""
        if not self._bot.is_ready():
            return _SOON
        try:
            next_at = await self._outbox.tick(discord.utils.utcnow())
        except ClubError as error:  # the log of the database says more
            _log.error("nothing can be posted: %s", error)
            return _SOON
        except Exception:
            _log.exception("a pass of the outbox failed")
            return _SOON
        return self._rarely if next_at is None else min(max(next_at - discord.utils.utcnow(), _MORE), self._rarely)

    async def _look(self) -> timedelta:
        """Notice when a pass does not come, or does not end."""
        silence = self._deliver.silence
        if silence > _SILENCE and not self._told:
            _log.error("the outbox is silent: nothing has been posted for %s", silence)
        self._told = silence > _SILENCE
        self._deliver.start()
        return _RARELY


async def setup(bot: Paperclub) -> None:
    """Give the cog what it needs."""
    await bot.add_cog(DeliveryCog(bot))
