"""What the bot does again and again by itself."""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import discord
from discord.ext import tasks

_log = logging.getLogger(__name__)

_AGAIN = timedelta(seconds=5)  # after a pass that failed
_JUMP = timedelta(minutes=1)  # by which a loop may be off


class Pulse:
    """Makes one pass after the other, never two at a time; each gives the pause before the next.

    A pause is as long as it is, whatever happens to the clock. A loop of discord.py reckons by the clock: when that is
    put back by hours, it sleeps for as long, and when it is put forward, it makes up for each pass. So it is begun anew
    then.
    """

    def __init__(self, make_pass: Callable[[], Awaitable[timedelta]]) -> None:
        self._make_pass = make_pass
        self._loop = tasks.loop(seconds=_AGAIN.total_seconds())(self._run)
        self._on = self._busy = self._woken = self._renewing = False
        self._due = time.monotonic()

    @property
    def running(self) -> bool:
        """Whether there will be another pass."""
        return self._on and (self._renewing or self._loop.is_running())

    @property
    def silence(self) -> timedelta:
        """For how long the next pass is overdue, or the present one has taken."""
        return timedelta(seconds=max(0.0, time.monotonic() - self._due))

    def start(self) -> None:
        """Begin with a pass; nothing happens where it has begun, and has not ended by itself."""
        self._on = True
        # Between the end of a loop and its new beginning it seems to be at rest.
        if not self._renewing and not self._loop.is_running():
            self._loop.start()

    def stop(self) -> None:
        """End, and break off a pass."""
        self._on = False
        self._loop.cancel()

    def wake(self) -> None:
        """Make a pass at once, or when the present one has ended."""
        self._woken = True
        if not self._busy:
            self._renew()  # it sleeps, so nothing is broken off

    def _renew(self) -> None:
        if self._on and not self._renewing and self._loop.is_running():
            self._renewing = True
            self._loop.restart()

    async def _run(self) -> None:
        self._renewing = self._woken = False
        if not self._on:  # it was stopped while it was begun anew
            self._loop.stop()
            return
        self._busy, pause = True, _AGAIN
        try:
            pause = await self._make_pass()
        except Exception:
            _log.exception("what the bot does by itself failed")
        finally:
            self._busy = False
        pause = timedelta() if self._woken else pause
        self._due = time.monotonic() + pause.total_seconds()
        self._loop.change_interval(seconds=pause.total_seconds())
        planned = self._loop.next_iteration
        if planned and abs(planned - discord.utils.utcnow() - pause) > _JUMP:
            self._renew()
