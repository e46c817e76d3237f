"""What the two databases have in common: work is done in transactions, whole or not at all."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, ClassVar, TypeVar

from sqlalchemy import Connection

_log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Connection], T]
"""What is done in one transaction. It may run more than once before it is committed, so it changes nothing else."""


class Database(ABC):
    """The club's own data: suggestions, votes, what was posted.

    Work raises StorageFault when the database cannot be used; it is a ClubError that says so.
    """

    shared: ClassVar[bool]  # whether other processes may use it at the same time

    def __init__(self) -> None:
        self._working: set[asyncio.Task[Any]] = set()

    @abstractmethod
    async def open(self) -> None:
        """Open it and bring its tables to this version; raise SettingsError when that cannot be done."""

    async def close(self) -> None:
        """Let what has begun end, and close; may be called at any time, and again."""
        while self._working:
            await asyncio.wait(self._working)
        await self._close()

    async def read(self, work: Work[T]) -> T:
        """Do work that only reads, and sees one state of the data."""
        return await self._read(work)

    async def write(self, work: Work[T]) -> T:
        """Do work in one transaction, and return once it is on disk.

        A caller that is cancelled meanwhile leaves a whole transaction behind, most often a committed one: what is
        confirmed to members can be done again without harm.
        """
        return await self._whole(self._write(work))

    async def _whole(self, transaction: Coroutine[Any, Any, T]) -> T:
        """Run a transaction to its end, whatever happens to the caller."""
        task = asyncio.ensure_future(transaction)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                try:
                    await asyncio.wait([task])
                except asyncio.CancelledError:  # more than once
                    continue
            if not task.cancelled() and (error := task.exception()):
                _log.warning("a transaction that nobody waits for any more failed: %s", error)
            raise

    @abstractmethod
    async def _read(self, work: Work[T]) -> T: ...

    @abstractmethod
    async def _write(self, work: Work[T]) -> T: ...

    @abstractmethod
    async def _close(self) -> None: ...
