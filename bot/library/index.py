"""The SQLite index of the reviews: what was read, so that a second start reads only what changed.

Everything here can be deleted at any time and is rebuilt from the folder. The only SQL of the library.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiosqlite

from bot.library.folder import Stamp
from bot.library.reader import Reading
from bot.library.review import Problem
from bot.library.words import searchable

_log = logging.getLogger(__name__)

# Another number means: delete the file and read the folder anew. Raise it when a table, or what the parser
# makes of a file, changes.
SCHEMA_VERSION = 7

_SCHEMA = """
CREATE TABLE file (
    id       INTEGER PRIMARY KEY,
    path     TEXT NOT NULL,
    mtime_ns INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    key      TEXT NOT NULL,     -- empty until all files of a scan were read
    review   BLOB NOT NULL,     -- packed; empty when the file gave none
    problems TEXT NOT NULL      -- JSON
) STRICT;
CREATE UNIQUE INDEX file_path ON file (path, mtime_ns, size, id);  -- the manifest is read from it alone
CREATE UNIQUE INDEX file_unique ON file (path);
CREATE INDEX file_keyless ON file (id) WHERE key = '';

-- What the reading depended on beside the files: `site` and `include`.
CREATE TABLE fact (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a search looks through, by the id of the file. `searched` tells that it stands in the full-text index.
CREATE TABLE text (
    id       INTEGER PRIMARY KEY,
    title    TEXT NOT NULL,
    authors  TEXT NOT NULL,
    tags     TEXT NOT NULL,
    body     TEXT NOT NULL,
    searched INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX text_unsearched ON text (id) WHERE NOT searched;
CREATE VIRTUAL TABLE search USING fts5 (
    title, authors, tags, body, content = 'text', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 0'
);
"""

# The best ids first, and only their paths: `rank` is worked out for every match. A word in the title says more about a
# review than one in its text. These weights are not stored in the index: once one connection has written its settings,
# another that reads a stored `rank` anew cannot search any more (SQLite 3.40: "SQL logic error").
_SEARCH = """
SELECT path FROM (
    SELECT rowid AS id, rank FROM search
    WHERE search MATCH ? AND rank MATCH 'bm25(10.0, 4.0, 4.0, 1.0)' ORDER BY rank LIMIT ?
)
JOIN file USING (id) ORDER BY rank
"""
_BODIES = "SELECT path, body FROM file JOIN text USING (id) WHERE path IN (SELECT value FROM json_each(?))"
_HOLDERS = "SELECT term, doc FROM temp.word WHERE term IN (SELECT value FROM json_each(?))"
_WORDS = "SELECT term, doc FROM temp.word WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?"

_RECORDS = "SELECT path, key, digest, review FROM file WHERE length(review) > 0 AND key <> '' ORDER BY path"
_RECORDS_OF = """
SELECT path, key, digest, review FROM file
WHERE length(review) > 0 AND key <> '' AND path IN (SELECT value FROM json_each(?)) ORDER BY path
"""
_PUT_FILE = """
INSERT INTO file (path, mtime_ns, size, digest, key, review, problems) VALUES (?, ?, ?, ?, '', ?, ?)
ON CONFLICT (path) DO UPDATE SET mtime_ns = excluded.mtime_ns, size = excluded.size,
    digest = excluded.digest, review = excluded.review, problems = excluded.problems
"""
_PUT_TEXT = "INSERT INTO text (id, title, authors, tags, body) SELECT id, ?, ?, ?, ? FROM file WHERE path = ?"
_DELETE_TEXT = "DELETE FROM text WHERE id IN (SELECT id FROM file WHERE path = ?)"
# It holds the texts folded, which SQLite would do for European letters only. A full-text index beside its table must be
# told what it forgets, just as it was told before.
_FORGET_TEXT = """
INSERT INTO search (search, rowid, title, authors, tags, body)
SELECT 'delete', id, searchable(title), searchable(authors), searchable(tags), searchable(body)
FROM file JOIN text USING (id) WHERE path = ? AND searched
"""
_INDEX_TEXT = """
INSERT INTO search (rowid, title, authors, tags, body)
SELECT id, searchable(title), searchable(authors), searchable(tags), searchable(body)
FROM text WHERE NOT searched ORDER BY id LIMIT ?
"""
_MARK_TEXT = """
UPDATE text SET searched = 1 WHERE id IN (SELECT id FROM text WHERE NOT searched ORDER BY id LIMIT ?)
"""

_MANY = 500  # texts, from which on the full-text index is built in large strokes
_LARGE, _USUAL = 16 << 20, 1 << 20  # bytes of memory that FTS5 collects its hash in


class IndexFault(Exception):
    """Say why the index cannot be read or written, such as a full disk. What it holds stays."""


class IndexDamaged(IndexFault):
    """Say that the file is no index, or a damaged one, and must be made anew."""


@dataclass(frozen=True, slots=True)
class Record:
    """What the index holds of one file that gave a review: its key, the digest of its bytes, the packed review."""

    path: str
    key: str
    digest: str
    packed: bytes


class Index:
    """The index of one reviews folder, in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: aiosqlite.Connection | None = None
        self._reader: aiosqlite.Connection | None = None  # so that a long write keeps nobody waiting
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Open the file, or make it; one of another version, or a damaged one, is made anew.

        Raises IndexFault when that is not possible.
        """
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            await self._connect()
        except OSError as error:
            raise IndexFault(f"{error.strerror}") from error
        except sqlite3.Error as error:
            fault = _fault(error)
            if not isinstance(fault, IndexDamaged):
                await self.close()
                raise fault from error
            await self.rebuild(str(error))

    async def rebuild(self, reason: str) -> None:
        """Throw the file away and make an empty one."""
        _log.warning("%s cannot be used (%s); it is made anew from the reviews folder", self._path, reason)
        await self.close()
        try:
            _remove(self._path)
            await self._connect()
        except (OSError, sqlite3.Error) as error:
            await self.close()
            raise IndexFault(str(error)) from error

    async def _connect(self) -> None:
        self._writer = connection = await _open(self._path)
        await connection.create_function("searchable", 1, searchable, deterministic=True)  # pyright: ignore[reportUnknownMemberType]
        # Losing the last writes costs one more reading of a file, so nothing waits for the disk.
        await connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
        ((version,),) = await connection.execute_fetchall("PRAGMA user_version")
        if version not in (0, SCHEMA_VERSION):
            raise sqlite3.DatabaseError(f"it has version {version}, and {SCHEMA_VERSION} is needed")
        if version == 0:
            await connection.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        tables = await connection.execute_fetchall("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not {"file", "fact", "text", "search"} <= {name for (name,) in tables}:
            raise sqlite3.DatabaseError("a table is missing")
        # What got no key, because its reading was cut short, is read again.
        await connection.execute_fetchall("UPDATE file SET mtime_ns = -1 WHERE key = '' AND length(review) > 0")
        self._reader = await _open(self._path)
        await self._reader.execute_fetchall("CREATE VIRTUAL TABLE temp.word USING fts5vocab (main, search, row)")
        await self._reader.execute_fetchall("PRAGMA query_only = ON")

    @property
    def is_open(self) -> bool:
        """Tell whether `open` was successful."""
        return self._reader is not None

    async def close(self) -> None:
        """Close the file; may be called at any time, and again."""
        writer, reader, self._writer, self._reader = self._writer, self._reader, None, None
        for connection in (reader, writer):
            if connection is not None:
                await connection.close()

    # --- what was read ----------------------------------------------------------------------------

    async def get_manifest(self) -> dict[str, Stamp]:
        """Give the path and stamp of everything that was read so far."""
        rows = await self._read("SELECT path, mtime_ns, size FROM file INDEXED BY file_path")
        return await asyncio.to_thread(lambda: {path: (mtime_ns, size) for path, mtime_ns, size in rows})

    async def get_records(self, paths: Sequence[str] | None = None) -> list[Record]:
        """Give what was read of some files, or of all, as far as it is a review, in the order of the paths."""
        if paths is None:
            rows = await self._read(_RECORDS)
        else:
            rows = await self._read(_RECORDS_OF, json.dumps(list(paths)))
        return await asyncio.to_thread(lambda: [Record(*row) for row in rows])  # some milliseconds for thousands

    async def get_problems(self) -> list[Problem]:
        """Give the problems of the files, in the order of the paths."""
        rows = await self._read("SELECT problems FROM file WHERE problems <> '[]' ORDER BY path")
        return [Problem(*problem) for (problems,) in rows for problem in json.loads(problems)]

    async def get_fact(self, name: str) -> str:
        """Give what `put_fact` noted; empty when nothing was."""
        rows = await self._read("SELECT value FROM fact WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    async def get_body(self, path: str) -> str | None:
        """Give the markdown of a review, shortcodes rendered; None when the file is not known."""
        rows = await self._read("SELECT body FROM file JOIN text USING (id) WHERE path = ?", path)
        return str(rows[0][0]) if rows else None

    async def _read(self, query: str, *values: object) -> list[Any]:
        if self._reader is None:
            raise IndexFault("it is closed")
        try:
            return list(await self._reader.execute_fetchall(query, values))
        except sqlite3.Error as error:
            raise _fault(error) from error

    # --- writing ----------------------------------------------------------------------------------

    async def put(self, readings: Sequence[tuple[Reading, Stamp]], known: Container[str] = ()) -> None:
        """Store what files gave, in one transaction; their keys follow with `put_keys`.

        Those whose paths are `known` are replaced, the others are new.
        """
        old = [(reading.path,) for reading, _ in readings if reading.path in known]
        files = [
            (reading.path, *stamp, reading.digest, reading.packed, _dump(reading.problems))
            for reading, stamp in readings
        ]
        texts = [
            (reading.title, reading.authors, reading.tags, reading.body, reading.path)
            for reading, _ in readings
            if reading.packed
        ]
        await self._write(
            (_FORGET_TEXT, old),
            (_DELETE_TEXT, old),
            (_PUT_FILE, files),
            (_PUT_TEXT, texts),
        )

    async def put_keys(self, keys: Mapping[str, str]) -> None:
        """Store the keys of reviews, by path."""
        await self._write(("UPDATE file SET key = ? WHERE path = ?", [(key, path) for path, key in keys.items()]))

    async def put_fact(self, name: str, value: str) -> None:
        """Note something that the whole reading depended on."""
        await self._write(("INSERT OR REPLACE INTO fact VALUES (?, ?)", [(name, value)]))

    async def put_problems(self, path: str, stamp: Stamp, problems: Iterable[Problem]) -> None:
        """Note that a file broke: its new stamp and problems, beside the last good version of the review."""
        await self._write(
            (
                "UPDATE file SET mtime_ns = ?, size = ?, problems = ? WHERE path = ?",
                [(*stamp, _dump(problems), path)],
            )
        )

    async def delete(self, paths: Iterable[str]) -> None:
        """Forget files that are gone."""
        gone = [(path,) for path in paths]
        await self._write(
            (_FORGET_TEXT, gone),
            (_DELETE_TEXT, gone),
            ("DELETE FROM file WHERE path = ?", gone),
        )

    async def _write(self, *statements: tuple[str, list[tuple[Any, ...]]]) -> None:
        """Run statements in one transaction, whole or not at all, also when the caller is cancelled meanwhile."""
        transaction = asyncio.ensure_future(self._transact(statements))
        try:
            await asyncio.shield(transaction)
        except asyncio.CancelledError:
            # SQLite goes on with what it was told; a transaction left open would wedge the next one.
            await asyncio.wait([transaction])
            transaction.exception()
            raise

    async def _transact(self, statements: Iterable[tuple[str, list[tuple[Any, ...]]]]) -> None:
        async with self._writing:
            if self._writer is None:
                raise IndexFault("it is closed")
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                try:
                    for statement, rows in statements:
                        if rows:
                            await self._writer.executemany(statement, rows)
                    await self._writer.commit()
                except BaseException:
                    await self._writer.rollback()
                    raise
            except sqlite3.Error as error:
                raise _fault(error) from error

    # --- searching --------------------------------------------------------------------------------

    async def count_unsearched(self) -> int:
        """Count the texts that do not yet stand in the full-text index."""
        return int((await self._read("SELECT count(*) FROM text WHERE NOT searched"))[0][0])

    async def index_texts(self, limit: int) -> None:
        """Put at most `limit` texts into the full-text index, in one transaction."""
        await self._write(
            ("INSERT INTO search (search, rank) VALUES ('hashsize', ?)", [(_LARGE if limit >= _MANY else _USUAL,)]),
            (_INDEX_TEXT, [(limit,)]),
            (_MARK_TEXT, [(limit,)]),
        )

    async def search_paths(self, terms: Sequence[Sequence[str]], limit: int, *, all_of_them: bool = True) -> list[str]:
        """Give the paths of the reviews that hold the terms, all or any of them, the best first.

        A term is phrases of which one will do, of words parted by blanks; one that ends with `*` may go on. The words
        are folded as `searchable` does.
        """
        match = (" AND " if all_of_them else " OR ").join(map(_either, terms))
        return [path for (path,) in await self._read(_SEARCH, match, limit)]

    async def words_like(self, start: str, least: int, most: int) -> dict[str, int]:
        """Give the indexed words that begin so, of a length in characters, and how many reviews hold each."""
        return dict(await self._read(_WORDS, start, start + "\U0010ffff", least, most))

    async def count_holders(self, words: Sequence[str]) -> dict[str, int]:
        """Count the reviews that hold each of some words; those that none holds are left out."""
        return dict(await self._read(_HOLDERS, json.dumps(list(words))))

    async def get_bodies(self, paths: Sequence[str]) -> dict[str, str]:
        """Give the markdown of reviews, by path."""
        return dict(await self._read(_BODIES, json.dumps(list(paths))))


def _either(phrases: Sequence[str]) -> str:
    """Write phrases of which one will do in FTS5's language. Source: https://sqlite.org/fts5.html, section 3."""
    quoted = [f'"{phrase.rstrip("*")}"' + ("*" if phrase.endswith("*") else "") for phrase in phrases]
    return f"({' OR '.join(quoted)})"


def _fault(error: sqlite3.Error) -> IndexFault:
    """Tell damage, after which the file must go, from what passes: a full disk, a lock, a missing permission."""
    damage = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    return (IndexDamaged if code in damage else IndexFault)(str(error))


async def _open(path: Path) -> aiosqlite.Connection:
    opening = aiosqlite.connect(path, isolation_level=None)
    # What is here can be rebuilt, so a process that ends without `close` must not wait for its thread for ever.
    opening._thread.daemon = True  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return await opening


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _dump(problems: Iterable[Problem]) -> str:
    return json.dumps([[p.path, p.line, p.severity, p.reason] for p in problems])
