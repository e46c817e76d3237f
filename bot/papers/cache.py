"""What the sources said, in an SQLite file of its own: everything in it can be deleted at any time.

The only SQL of papers. A cache that cannot be opened or written costs requests, never an answer.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosqlite
import orjson

from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper

_log = logging.getLogger(__name__)

# Another number means: delete the file. Raise it when a table or `Paper` changes.
_VERSION = 1

_SCHEMA = """
CREATE TABLE paper (
    key     TEXT PRIMARY KEY,       -- the id, with its version where one was asked for
    at      INTEGER NOT NULL,       -- when the source was asked: seconds since 1970
    body    TEXT NOT NULL           -- JSON; empty when no source knows the paper
) STRICT, WITHOUT ROWID;
CREATE INDEX paper_at ON paper (at);
CREATE TABLE search (
    words   TEXT PRIMARY KEY,
    at      INTEGER NOT NULL,
    keys    TEXT NOT NULL           -- JSON: the papers that were found, the best first
) STRICT, WITHOUT ROWID;
"""
_TITLES = "SELECT key, body ->> '$.title' FROM paper WHERE body <> '' AND key NOT LIKE '% %' ORDER BY at DESC LIMIT ?"
_OFFERED = 1_000  # titles that autocomplete looks through
_KEPT = 20_000  # papers, some 2 KB each
_PRUNE = "DELETE FROM paper WHERE key IN (SELECT key FROM paper ORDER BY at DESC LIMIT -1 OFFSET ?)"


@dataclass(frozen=True, slots=True)
class Cached:
    """What a source said and when (aware); `paper` is None when no source knew it."""

    paper: Paper | None
    at: datetime


class PaperCache:
    """Papers by id, and searches by words, each with the time at which they were asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._titles: dict[str, str] = {}  # of the papers that were asked for last, by key; for autocomplete

    async def open(self) -> None:
        """Open the file, or make it; one that is damaged or of another version is made anew."""
        for attempt in (1, 2):
            try:
                await self._connect()
                return
            except (OSError, sqlite3.Error, ValueError) as error:
                _log.warning("%s cannot be used (%s)%s", self._path, error, "; it is made anew" if attempt == 1 else "")
                await self.close()
                if attempt == 1:
                    await asyncio.to_thread(_remove, self._path)

    async def _connect(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        opening = aiosqlite.connect(self._path, isolation_level=None)
        # What is here can be asked for again, so a process that ends without `close` must not wait for its thread.
        opening._thread.daemon = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self._connection = connection = await opening
        await connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
        ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
        if version not in (0, _VERSION):
            raise ValueError(f"it has version {version}, and {_VERSION} is needed")
        if version == 0:
            await connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        await connection.execute(_PRUNE, (_KEPT,))
        rows = await connection.execute_fetchall(_TITLES, (_OFFERED,))
        self._titles = {key: title for key, title in reversed(list(rows)) if title}

    async def close(self) -> None:
        """Close the file; may be called at any time, and again."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    def titles(self) -> Mapping[str, str]:
        """Give the titles of the papers that were asked for last, by key, the latest last."""
        return self._titles

    async def get(self, keys: Sequence[str]) -> dict[str, Cached]:
        """Give what is known of papers, however old, by key."""
        query = "SELECT key, at, body FROM paper WHERE key IN (SELECT value FROM json_each(?))"
        rows = await self._read(query, orjson.dumps(list(keys)).decode())
        return {key: Cached(_unpack(body) if body else None, _moment(at)) for key, at, body in rows}

    async def get_search(self, words: str) -> tuple[list[str], datetime] | None:
        """Give the keys of the papers that a search found, and when it was made; None when it never was."""
        rows = await self._read("SELECT keys, at FROM search WHERE words = ?", words)
        return (orjson.loads(rows[0][0]), _moment(rows[0][1])) if rows else None

    async def put(self, papers: Mapping[str, Paper | None], now: datetime) -> None:
        """Keep what sources said, by key; None for a paper that they do not know."""
        at = int(now.timestamp())
        await self._write(
            "INSERT OR REPLACE INTO paper VALUES (?, ?, ?)",
            [(key, at, _pack(paper) if paper else "") for key, paper in papers.items()],
        )
        for key, paper in papers.items():
            self._titles.pop(key, None)
            if paper and " " not in key:
                self._titles[key] = paper.title
            if len(self._titles) > _OFFERED:
                del self._titles[next(iter(self._titles))]

    async def put_search(self, words: str, keys: Iterable[str], now: datetime) -> None:
        """Keep what a search found."""
        row = (words, int(now.timestamp()), orjson.dumps(list(keys)).decode())
        await self._write("INSERT OR REPLACE INTO search VALUES (?, ?, ?)", [row])

    async def _read(self, query: str, *values: object) -> list[Any]:
        if self._connection is None:
            return []
        try:
            return list(await self._connection.execute_fetchall(query, values))
        except sqlite3.Error as error:
            _log.warning("%s cannot be read: %s", self._path, error)
            return []

    async def _write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._connection is None:
            return
        try:
            await asyncio.shield(self._connection.executemany(statement, rows))
        except sqlite3.Error as error:
            _log.warning("%s cannot be written: %s", self._path, error)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        try:
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s%s cannot be removed: %s", path, suffix, error.strerror)


def _pack(paper: Paper) -> str:
    return orjson.dumps(paper).decode()


def _unpack(data: str) -> Paper:
    fields = orjson.loads(data)
    for name in ("published", "updated"):
        fields[name] = datetime.fromisoformat(fields[name]) if fields[name] else None
    for name in ("authors", "categories", "dois"):
        fields[name] = tuple(fields[name])
    return Paper(**fields | {"id": PaperId(**fields["id"])})
