"""The SQLite index of the reviews: what was read, so that a second start reads only what changed.

Everything here can be deleted at any time and is rebuilt from the folder. The only SQL of the library.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import aiosqlite

from bot.library.folder import Stamp
from bot.library.review import Link, Problem, Ref, Review, Section
from bot.papers.identifiers import PaperId

_log = logging.getLogger(__name__)

# Another number means: delete the file and read the folder anew. Raise it when a table, or what the parser
# makes of a file, changes.
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE file (
    path     TEXT PRIMARY KEY,
    mtime_ns INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    key      TEXT,              -- given when all files of a scan were read
    review   TEXT,              -- JSON; NULL when the file gave none
    body     TEXT NOT NULL,
    problems TEXT NOT NULL      -- JSON
) STRICT, WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What the index holds of one file. `digest` is the SHA-256 of its bytes."""

    path: str
    stamp: Stamp
    digest: str
    review: Review | None
    problems: tuple[Problem, ...]


class Index:
    """The index of one reviews folder, in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None

    async def open(self) -> None:
        """Open the file, or make it; one of another version, or a damaged one, is made anew."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            await self._connect()
        except sqlite3.DatabaseError as error:
            _log.warning("%s cannot be used (%s); it is made anew from the reviews folder", self._path, error)
            await self.close()
            _remove(self._path)
            await self._connect()

    async def _connect(self) -> None:
        opening = aiosqlite.connect(self._path, isolation_level=None)
        # What is here can be rebuilt, so a process that ends without `close` must not wait for its thread for ever.
        opening._thread.daemon = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        self._connection = connection = await opening
        # Losing the last writes costs one more reading of a file, so nothing waits for the disk.
        await connection.execute_fetchall("PRAGMA journal_mode = WAL")
        await connection.execute_fetchall("PRAGMA synchronous = OFF")
        ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
        if version not in (0, SCHEMA_VERSION):
            raise sqlite3.DatabaseError(f"it has version {version}, and {SCHEMA_VERSION} is needed")
        if version == 0:
            await connection.executescript(_SCHEMA + f"PRAGMA user_version = {SCHEMA_VERSION};")

    async def close(self) -> None:
        """Close the file; may be called at any time, and again."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    @property
    def _db(self) -> aiosqlite.Connection:
        if self._connection is None:
            raise RuntimeError("the index is not open")
        return self._connection

    async def get_records(self) -> list[Record]:
        """Give everything that was read so far, without the bodies, in the order of the paths."""
        rows = await self._db.execute_fetchall(
            "SELECT path, mtime_ns, size, digest, key, review, problems FROM file ORDER BY path"
        )
        return await asyncio.to_thread(_load_records, rows)

    async def put(self, records: Iterable[tuple[Record, str]]) -> None:
        """Store records and their bodies, in one transaction; their keys follow with `put_keys`."""
        rows = [
            (
                record.path,
                record.stamp.mtime_ns,
                record.stamp.size,
                record.digest,
                _dump_review(record.review) if record.review else None,
                body,
                json.dumps([[p.path, p.line, p.severity, p.reason] for p in record.problems]),
            )
            for record, body in records
        ]
        await self._write("INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, NULL, ?, ?, ?)", rows)

    async def put_keys(self, keys: Mapping[str, str]) -> None:
        """Store the keys of reviews, by path."""
        await self._write("UPDATE file SET key = ? WHERE path = ?", [(key, path) for path, key in keys.items()])

    async def put_problems(self, record: Record) -> None:
        """Note that a file broke: its new stamp and problems, beside the last good version of the review."""
        problems = json.dumps([[p.path, p.line, p.severity, p.reason] for p in record.problems])
        await self._write(
            "UPDATE file SET mtime_ns = ?, size = ?, problems = ? WHERE path = ?",
            [(record.stamp.mtime_ns, record.stamp.size, problems, record.path)],
        )

    async def delete(self, paths: Iterable[str]) -> None:
        """Forget files that are gone."""
        await self._write("DELETE FROM file WHERE path = ?", [(path,) for path in paths])

    async def _write(self, statement: str, rows: list[tuple[Any, ...]]) -> None:
        if not rows:
            return
        await self._db.execute("BEGIN IMMEDIATE")
        try:
            await self._db.executemany(statement, rows)
        except BaseException:
            await self._db.rollback()
            raise
        await self._db.commit()

    async def get_body(self, path: str) -> str | None:
        """Give the markdown of a review, shortcodes rendered; None when the file is not known."""
        rows = list(await self._db.execute_fetchall("SELECT body FROM file WHERE path = ?", (path,)))
        return str(rows[0][0]) if rows else None


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _dump_review(review: Review) -> str:
    def moment(value: datetime | None) -> str | None:
        return value.isoformat() if value else None

    return json.dumps(
        [
            review.path,
            review.slug,
            review.url_path,
            review.title,
            review.name,
            review.authors,
            moment(review.date),
            moment(review.publish_date),
            moment(review.expiry_date),
            review.draft,
            review.unclear_date,
            review.own_url,
            review.tags,
            review.categories,
            review.aliases,
            review.teaser,
            [[link.text, link.url] for link in review.links],
            [[paper.scheme, paper.value, paper.version] for paper in review.paper_ids],
            [[ref.target, ref.line] for ref in review.refs],
            [[part.title, part.anchor, part.start, part.end] for part in review.sections],
        ]
    )


def _load_records(rows: Iterable[sqlite3.Row]) -> list[Record]:
    return [
        Record(path, Stamp(mtime, size), digest, _load_review(key or "", review), _load_problems(problems))
        for path, mtime, size, digest, key, review, problems in rows
    ]


def _load_review(key: str, text: str | None) -> Review | None:
    if text is None:
        return None

    def moment(value: str | None) -> datetime | None:
        return datetime.fromisoformat(value) if value else None

    row = json.loads(text)
    return Review(
        key,
        *row[:5],
        authors=tuple(row[5]),
        date=moment(row[6]),
        publish_date=moment(row[7]),
        expiry_date=moment(row[8]),
        draft=row[9],
        unclear_date=row[10],
        own_url=row[11],
        tags=tuple(row[12]),
        categories=tuple(row[13]),
        aliases=tuple(row[14]),
        teaser=row[15],
        links=tuple(Link(*link) for link in row[16]),
        paper_ids=tuple(PaperId(*paper) for paper in row[17]),
        refs=tuple(Ref(*ref) for ref in row[18]),
        sections=tuple(Section(*part) for part in row[19]),
    )


def _load_problems(text: str) -> tuple[Problem, ...]:
    return tuple(Problem(*problem) for problem in json.loads(text))
