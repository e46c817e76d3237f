"""One process for each data folder."""

import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from bot.errors import SettingsError


class FolderLock(AbstractContextManager[None]):
    """Hold a data folder while the bot runs; the system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "paperclub.lock"
        self._file: int | None = None

    def __enter__(self) -> None:
        """Take the folder; raise SettingsError when another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise SettingsError(
                f"Another Paperclub is running with the data folder {self._path.parent}: end that one, or give this "
                "one a folder of its own in PAPERCLUB_DATA."
            ) from None
        self._file = file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the folder; may be called again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
