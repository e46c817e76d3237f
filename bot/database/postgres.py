"""The club's data in PostgreSQL: for several processes, on one machine or on many."""

from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.database.database import Database, Work
from bot.database.faults import CLOSED, in_words
from bot.database.migrate import apply_script, find_version, pending, read_scripts
from bot.errors import SettingsError, StorageFault

T = TypeVar("T")

_CONNECTIONS = 8
_PATIENCE = 10  # seconds that work waits for a connection
_MIGRATING = 7_270_433  # any number that nobody else locks


class PostgresDatabase(Database):
    """Keep the data in a database that exists already."""

    shared = True

    def __init__(self, url: str) -> None:
        """Take a URL such as ``postgresql://user:password@host/name``."""
        super().__init__()
        self._url = "postgresql+asyncpg://" + url.partition("://")[2]
        self._engine: AsyncEngine | None = None

    async def open(self) -> None:
        """Connect and bring the tables to this version; one process does so, others wait for it."""
        try:
            self._engine = create_async_engine(
                self._url,
                pool_size=_CONNECTIONS,
                max_overflow=0,
                pool_timeout=_PATIENCE,
                pool_pre_ping=True,
                hide_parameters=True,  # errors are logged, and votes are secret
            )
            for number, script in read_scripts().items():
                async with self._engine.begin() as connection:
                    await self._migrate(connection, number, script)
        except ModuleNotFoundError as error:
            raise SettingsError(f"PostgreSQL needs {error.name}: pip install 'paperclub[postgres]'.") from None
        except (OSError, DBAPIError) as error:
            await self.close()
            cause = getattr(error, "orig", None) or error
            raise SettingsError(f"PAPERCLUB_DATABASE_URL: the database cannot be used: {cause}") from None

    async def _migrate(self, connection: AsyncConnection, number: int, script: str) -> None:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATING})
        version = await connection.run_sync(find_version)
        if number in pending(version, read_scripts()):
            await connection.run_sync(apply_script, number, script)

    async def _close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose()

    async def _read(self, work: Work[T]) -> T:
        # Also what reads is run whole: a cancelled query would leave a connection of the pool unusable.
        return await self._whole(self._write(work))

    async def _write(self, work: Work[T]) -> T:
        if self._engine is None:
            raise StorageFault(CLOSED)
        with in_words():
            async with self._engine.begin() as connection:
                return await connection.run_sync(work)
