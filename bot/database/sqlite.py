"""The club's data in an SQLite file: the rule, on one machine.

One thread writes, one transaction after the other; what waits at the same time is committed together, since it is the
disk that takes the time. SQLAlchemy's own way with aiosqlite hands every statement to another thread and back, which
takes three times as long, and holds the event loop while it makes statements.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from bot.database.backup import copy_database
from bot.database.database import Database, Work
from bot.database.faults import CLOSED, in_words
from bot.database.migrate import apply_script, find_version, pending, read_scripts
from bot.errors import SettingsError, StorageFault

T = TypeVar("T")

_READERS = 2
_TOGETHER = 100  # transactions that are committed with one wait for the disk
_BUSY = 5_000  # milliseconds; only a backup tool of the operator can hold the file

Job = tuple[Work[Any], Future[Any]]


class SqliteDatabase(Database):
    """Keep the data in a file; make it where it does not exist."""

    shared = False

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._waiting: deque[Job] = deque()
        self._writer: ThreadPoolExecutor | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._writing: Engine | None = None
        self._reading: Engine | None = None

    async def open(self) -> None:
        """Open the file, after a backup where its tables have to change; raise SettingsError where that fails."""
        self._writer = ThreadPoolExecutor(1, "club-writer")
        self._readers = ThreadPoolExecutor(_READERS, "club-reader")
        try:
            await asyncio.get_running_loop().run_in_executor(self._writer, self._prepare)
        except (OSError, DBAPIError) as error:
            cause = getattr(error, "orig", None) or error
            raise SettingsError(
                f"{self._path} cannot be used as the club's database: {cause}. Nothing of it was changed. If it is "
                "damaged, move it away and put a copy in its place: what was made before an update lies beside it."
            ) from error
        self._writing = _engine(self._path, "BEGIN IMMEDIATE", "PRAGMA synchronous = FULL")
        self._reading = _engine(self._path, "BEGIN", "PRAGMA query_only = ON", size=_READERS)

    def _prepare(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # Rows go with the table that they refer to when a script makes it anew, unless foreign keys are off meanwhile.
        engine = _engine(self._path, "BEGIN IMMEDIATE", "PRAGMA synchronous = FULL", foreign_keys=False, size=0)
        try:
            scripts = read_scripts()
            with engine.connect() as connection:
                version = find_version(connection)
            wanted = pending(version, scripts)
            if wanted and version:
                copy_database(self._path, self._path.with_name(f"club-before-{wanted[-1]:04}.db"))
            for number in wanted:
                with engine.begin() as connection:
                    apply_script(connection, number, scripts[number])
                    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone():
                        raise SettingsError(f"Script {number} would leave {broken} without what they refer to.")
        finally:
            engine.dispose()

    async def _close(self) -> None:
        for executor in (self._writer, self._readers):
            if executor is not None:
                await asyncio.to_thread(executor.shutdown)
        for engine in (self._writing, self._reading):
            if engine is not None:
                engine.dispose()
        self._writing = self._reading = self._writer = self._readers = None

    async def _read(self, work: Work[T]) -> T:
        engine, readers = self._reading, self._readers
        if engine is None or readers is None:
            raise StorageFault(CLOSED)
        return await asyncio.get_running_loop().run_in_executor(readers, _run, engine, work)

    async def _write(self, work: Work[T]) -> T:
        if self._writing is None or self._writer is None:
            raise StorageFault(CLOSED)
        done: Future[T] = Future()
        self._waiting.append((work, done))
        self._writer.submit(self._write_waiting, self._writing)
        return await asyncio.wrap_future(done)

    def _write_waiting(self, engine: Engine) -> None:
        """Commit what waits, in one transaction; if any of it fails, each in one of its own."""
        waiting = [self._waiting.popleft() for _ in range(min(len(self._waiting), _TOGETHER))]
        jobs = [(work, done) for work, done in waiting if done.set_running_or_notify_cancel()]
        if len(jobs) > 1:
            try:
                results = _run(engine, lambda connection: [work(connection) for work, _ in jobs])
            except Exception:  # noqa: S110  each is told its own failure below
                pass
            else:
                for (_, done), result in zip(jobs, results, strict=True):
                    done.set_result(result)
                return
        for work, done in jobs:
            try:
                done.set_result(_run(engine, work))
            except BaseException as error:  # the one who waits hears of it
                done.set_exception(error)


def _run(engine: Engine, work: Callable[[Connection], T]) -> T:
    with in_words(), engine.begin() as connection:
        return work(connection)


def _engine(path: Path, begin: str, *pragmas: str, foreign_keys: bool = True, size: int = 1) -> Engine:
    """Make an engine whose transactions begin as they are told; of size 0 it keeps no connection."""
    pool: dict[str, Any] = {"pool_size": size, "max_overflow": 0} if size else {"poolclass": NullPool}
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,  # errors are logged, and votes are secret
        connect_args={"check_same_thread": False, "timeout": _BUSY / 1000},
        **pool,
    )

    def connect(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # `begin` below begins transactions, and not the driver
        for pragma in (
            "PRAGMA journal_mode = WAL",
            f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            *pragmas,
        ):
            connection.execute(pragma).close()

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", start)
    return engine
