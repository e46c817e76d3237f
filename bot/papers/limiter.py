"""Asking one host as slowly as it wishes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.papers.source import SourceFault


class Unasked(SourceFault):
    """Say in a turn that no request is needed any more, so that the turn does not count."""

    def __init__(self) -> None:
        super().__init__("is not asked any more")


class Limiter:
    """Lets one request at a time through to a host, each some time after the last, and none during a cooldown.

    `clock` gives seconds that only grow, and `sleep` waits for some of them. `pause` counts from the end of a request
    to the beginning of the next. A cooldown takes `cooldown` seconds, and each that follows without a success between
    them twice as long as the last, up to `longest`.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        *,
        pause: float,
        cooldown: float = 60.0,
        longest: float = 600.0,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._pause = pause
        self._first = self._next = cooldown
        self._longest = longest
        self._lock = asyncio.Lock()  # hands out the turns in the order in which they were asked for
        self._ready_at = self._cool_at = clock()

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait until a request may begin; it ends with the context.

        Raises SourceFault during a cooldown, at once, also to those who were waiting when it began.
        """
        self._refuse_while_cooling()
        async with self._lock:
            self._refuse_while_cooling()
            while (rest := self._ready_at - self._clock()) > 0:  # a sleep may end a little early
                await self._sleep(rest)
            asked = True
            try:
                yield
            except Unasked:
                asked = False
                raise
            finally:
                if asked:
                    self._ready_at = self._clock() + self._pause

    def cool_down(self, least: float = 0.0) -> SourceFault:
        """Begin a cooldown of at least `least` seconds; give the fault that says so."""
        fault = self.hold(max(self._next, least))
        self._next = min(self._next * 2, self._longest)
        return fault

    def hold(self, seconds: float) -> SourceFault:
        """Let nothing through for some time that the host asked for; give the fault that says so."""
        self._cool_at = max(self._cool_at, self._clock() + seconds)
        return SourceFault("asks not to be asked for a while", retry_after=self._cool_at - self._clock())

    def succeeded(self) -> None:
        """Let the next cooldown be a short one again."""
        self._next = self._first

    def _refuse_while_cooling(self) -> None:
        rest = self._cool_at - self._clock()
        if rest > 0:
            raise SourceFault("asks not to be asked for a while", retry_after=rest)
