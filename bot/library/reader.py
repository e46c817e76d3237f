"""Read and parse files, in a process of its own where there is much to read.

The process keeps the bot's one free to answer, uses a second core, and takes the blow when a file manages to crash or
hang a parser: it is ended, and the file reported. It speaks over its pipes: each message is four bytes of length and
a value in `marshal`'s form, which both ends understand because they are the same Python; the first is the site.
"""

import asyncio
import hashlib
import logging
import marshal
import os
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from bot.library.files import BeingWritten, UnreadableFile, read_file
from bot.library.packing import pack_review
from bot.library.parse import Parsed, parse_review
from bot.library.review import Problem
from bot.library.site import Site

_log = logging.getLogger(__name__)

BEING_WRITTEN = "is just being written: it is read as soon as it is whole"

_PATIENCE = 30  # seconds for one message of files
_STREAM = 1 << 22  # bytes that wait in the pipe's buffer


# A Reading as plain values, which is what passes between the processes.
_Row = tuple[str, str, bytes, str, str, str, str, list[tuple[str, int, str, str]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave. `digest` is the SHA-256 of its bytes in hexadecimal, empty when it could not be read.

    `packed` is the review without its key and slug, empty when there is none; `title`, `authors`, `tags` and `body`
    are what a search looks through.
    """

    path: str
    digest: str
    packed: bytes
    title: str
    authors: str
    tags: str
    body: str
    problems: tuple[Problem, ...]


def read_review(root: Path, path: str, site: Site) -> tuple[Parsed, str]:
    """Read and parse one file of a folder; the second value is the SHA-256 of its bytes. Never raises."""
    try:
        data = read_file(root, path)
    except BeingWritten:
        return Parsed(None, "", (Problem(path, 1, "warning", BEING_WRITTEN),)), ""
    except (UnreadableFile, OSError) as error:
        return Parsed(None, "", (Problem(path, 1, "error", str(error)),)), ""
    return parse_review(path, data, site), hashlib.sha256(data).hexdigest()


def read_files(root: Path, paths: Sequence[str], site: Site) -> list[Reading]:
    """Read and parse files of a folder, in this process."""
    return [_reading(row) for row in _rows(root, paths, site)]


def _reading(row: _Row) -> Reading:
    path, digest, packed, title, authors, tags, body, problems = row
    return Reading(path, digest, packed, title, authors, tags, body, tuple(Problem(*problem) for problem in problems))


def _rows(root: Path, paths: Sequence[str], site: Site) -> list[_Row]:
    root = Path(os.path.realpath(root))  # so that no file's path need be resolved
    rows: list[_Row] = []
    for path in paths:
        try:
            parsed, digest = read_review(root, path, site)
        except Exception as error:  # a defect; the other files are read all the same
            _log.exception("reading %r failed", path)
            parsed, digest = Parsed(None, "", (Problem(path, 1, "error", f"cannot be read: {error!r}"),)), ""
        problems = [(problem.path, problem.line, problem.severity, problem.reason) for problem in parsed.problems]
        if review := parsed.review:
            names, tags = "\n".join(review.authors), "\n".join(review.tags)
            rows.append((path, digest, pack_review(review), review.title, names, tags, parsed.body, problems))
        else:
            rows.append((path, digest, b"", "", "", "", "", problems))
    return rows


class Reader:
    """A process that reads files of one folder."""

    def __init__(self, root: Path, site: Site) -> None:
        self._root = root
        self._site = site
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._end()

    async def read(self, paths: Sequence[str]) -> list[Reading]:
        """Read and parse files; one that ends the process, or keeps it longer than 30 seconds, is reported."""
        try:
            return await asyncio.wait_for(self._ask(paths), _PATIENCE)
        except (OSError, EOFError, TimeoutError) as error:
            await self._end()
            if len(paths) > 1:  # which of them was it?
                return [reading for path in paths for reading in await self.read([path])]
            _log.error("reading %s ended its process: %r", paths[0], error)
            return [_unread(paths[0], "ended the process that read it, or kept it too long: is it a review?")]

    async def _ask(self, paths: Sequence[str]) -> list[Reading]:
        if self._process is None:
            # The same modules as here are found, and none beside them in the working folder.
            code = f"import sys; sys.path[:] = {sys.path!r}; from bot.library.reader import main; main()"
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-c", code, str(self._root),
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_STREAM,
            )  # fmt: skip
            assert self._process.stdin  # noqa: S101
            self._process.stdin.write(_frame(pickle.dumps(self._site)))
        assert self._process.stdin  # noqa: S101  both are pipes
        assert self._process.stdout  # noqa: S101
        self._process.stdin.write(_frame(marshal.dumps(list(paths))))
        await self._process.stdin.drain()
        size = int.from_bytes(await self._process.stdout.readexactly(4))
        rows = marshal.loads(await self._process.stdout.readexactly(size))  # noqa: S302  from our own process
        return [_reading(row) for row in rows]

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()
        # Its pipes are closed in the next round of the loop.
        await asyncio.sleep(0)


def _unread(path: str, reason: str) -> Reading:
    return Reading(path, "", b"", "", "", "", "", (Problem(path, 1, "error", reason),))


def main() -> None:
    """Answer messages until the pipe is closed."""
    os.nice(5)  # answering members comes first
    root, incoming, outgoing = Path(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer
    site: Site = pickle.loads(_receive(incoming))  # noqa: S301  from the process that started this one
    with suppress(BrokenPipeError):  # the bot was killed
        while message := _receive(incoming):
            paths: list[str] = marshal.loads(message)  # noqa: S302
            outgoing.write(_frame(marshal.dumps(_rows(root, paths, site))))
            outgoing.flush()


def _frame(message: bytes) -> bytes:
    return len(message).to_bytes(4) + message


def _receive(stream: BinaryIO) -> bytes:
    """Give the next message; empty when the pipe is closed."""
    return stream.read(int.from_bytes(stream.read(4)))
