"""Notice what happens in the reviews folder, without asking it every second.

The operating system tells (watchfiles: inotify on Linux, FSEvents on macOS). A thread waits for it, so that the event
loop has nothing to wait for.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from watchfiles import DefaultFilter, watch

_log = logging.getLogger(__name__)

_STEP = 50  # milliseconds without news, after which a change counts as over
_MOST = 400  # milliseconds after which it is told in any case
_LOOK = 1_000  # milliseconds after which the folder itself is looked at
_AGAIN = 5  # seconds until a folder that cannot be watched is tried again
_QUIET = 300  # looks without news after which it is told in any case: network drives give no news


class FolderWatcher:
    """Call a function in the event loop whenever something below a folder may have changed."""

    def __init__(self, root: Path, changed: Callable[[], object]) -> None:
        self._root = root
        self._changed = changed
        self._stop = threading.Event()
        self._warned = False

    def start(self) -> None:
        """Begin to watch; to be called in the event loop."""
        loop = asyncio.get_running_loop()
        # A daemon: the process may end without waiting for it.
        threading.Thread(target=self._run, args=(loop,), name="watch reviews", daemon=True).start()

    def stop(self) -> None:
        """End watching; may be called again. The thread ends by itself within a moment."""
        self._stop.set()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        while not self._stop.is_set():
            try:
                self._watch(loop, _identity(self._root))
                pause = 0
            except (OSError, RuntimeError) as error:  # the folder is not there, or no more watches are to be had
                if not self._warned:
                    _log.warning("%s cannot be watched for changes: %s; it is tried again", self._root, error)
                self._warned, pause = True, _AGAIN
            if self._stop.wait(pause):
                return
            _tell(loop, self._changed)

    def _watch(self, loop: asyncio.AbstractEventLoop, identity: tuple[int, int]) -> None:
        """Watch until another folder stands in the place of this one, as when a link is set anew."""
        quiet = _QUIET - 1  # so that it is told soon: something may have happened before the watch was set
        for news in watch(
            self._root,
            watch_filter=DefaultFilter(),  # not .git, node_modules, or the swap files of editors
            stop_event=self._stop,
            debounce=_MOST,
            step=_STEP,
            rust_timeout=_LOOK,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            self._warned = False
            quiet = 0 if news else (quiet + 1) % _QUIET
            if quiet == 0:
                _tell(loop, self._changed)
            if _identity(self._root) != identity:
                return


def _identity(folder: Path) -> tuple[int, int]:
    info = folder.stat()
    return info.st_dev, info.st_ino


def _tell(loop: asyncio.AbstractEventLoop, changed: Callable[[], object]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
        loop.call_soon_threadsafe(changed)
