"""Keep a library in step with its folder while the bot runs: read it, watch it, pull it."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta

from bot.library.checkout import PullError, pull
from bot.library.library import Library
from bot.library.loader import FAULT_INDEX, LoadReport
from bot.library.watch import FolderWatcher

_log = logging.getLogger(__name__)

_SOON, _LATER = 0.2, 5.0  # seconds until a file that was being written is looked at again, at first and at last
_RETRY = 30.0  # seconds until a reading that failed is tried again


class Keeper:
    """Whoever starts it has a library that is up to date within a second of every change."""

    def __init__(self, library: Library, clock: Callable[[], datetime], pull_every: timedelta | None = None) -> None:
        """`clock` gives the time; with `pull_every` the folder's checkout is brought up to date that often."""
        self.library = library
        self._clock = clock
        self._pull_every = pull_every
        self._watcher = FolderWatcher(library.root, self.look)
        self._tasks: set[asyncio.Task[None]] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._looking = self._again = self._closed = False
        self._wait = _SOON

    async def start(self, patience: float) -> None:
        """Open the library, and go on beside the caller when that takes longer than `patience` seconds.

        Raises what went wrong when that is known by then; later it goes to the log.
        """
        opening = self._begin(self._open())
        await asyncio.wait([opening], timeout=patience)
        if opening.done():
            opening.result()

    async def close(self) -> None:
        """Stop watching and close the library; may be called at any time, and again."""
        self._closed = True
        self._watcher.stop()
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.library.close()

    def look(self) -> None:
        """Look for changes soon; while that is being done, once more afterwards."""
        self._again = True
        if not self._looking and not self._closed:
            self._begin(self._look())

    async def _open(self) -> None:
        self._watcher.start()
        self._looking = True  # what the watch finds is looked at afterwards
        try:
            report = await self.library.open(self._clock())
        finally:
            self._looking = False
        _log.info("%d reviews are loaded, %d files were read anew", report.reviews, report.read)
        for problem in await self.library.problems():
            if problem.severity == "error":
                _log.warning("%s, line %d: %s", problem.path, problem.line, problem.reason)
        self._after(report)
        if self._again:
            self.look()
        if self._pull_every:
            self._begin(self._pull())
        self._begin(self.library.index_texts())

    async def _look(self) -> None:
        self._looking = True
        try:
            while self._again:
                self._again = False
                report = await self.library.refresh(self._clock())
                if report.read or report.gone:
                    _log.info("%d files were read anew, %d are gone", report.read, report.gone)
                for problem in report.problems:
                    if problem.severity == "error":
                        _log.warning("%s, line %d: %s", problem.path, problem.line, problem.reason)
                self._after(report)
                await self.library.index_texts()
        finally:
            self._looking = False

    def _after(self, report: LoadReport) -> None:
        if report.unfinished:
            self._later("look", self._wait, self.look)
            self._wait = min(2 * self._wait, _LATER)
        else:
            self._wait = _SOON
        if FAULT_INDEX in self.library.faults:
            self._later("look", _RETRY, self.look)

    async def _pull(self) -> None:
        try:
            await pull(self.library.root)
        except PullError as error:
            if self.library.faults.get("pull") != f"{error}.":
                _log.warning("%s; it is tried again every %s\n%s", error, self._pull_every, error.details)
            self.library.faults["pull"] = f"{error}."
        else:
            if self.library.faults.pop("pull", None):
                _log.info("git pull works again")
            self.look()
        if self._pull_every:
            self._later("pull", self._pull_every.total_seconds(), lambda: self._begin(self._pull()))

    def _later(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        if not self._closed:
            self._timers[name] = asyncio.get_running_loop().call_later(seconds, call)

    def _begin(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._closed:
            _log.error("reading %s failed; it is tried again when something changes", self.library.root, exc_info=error)
