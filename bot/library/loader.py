"""Keep index and shelf in step with the folder: what changed is read, what cannot be read stays as it was.

Nothing here is asked by a member; `library` answers from the shelf that stands here.
"""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, cast

from bot.library.addresses import assign_keys
from bot.library.files import BeingWritten
from bot.library.folder import Scan, Scanner, Stamp
from bot.library.index import Index, IndexDamaged, IndexFault, Record
from bot.library.packing import unpack_review
from bot.library.reader import BEING_WRITTEN, Reader, Reading, read_files
from bot.library.review import Problem, Review
from bot.library.shelf import Shelf
from bot.library.site import Site

_log = logging.getLogger(__name__)

FAULT_INDEX = "index"  # a fault that is tried again by itself

_SLICE = 32  # files that are read and parsed in one go, away from the event loop
_MANY = 300  # changed files, from which on they are read by processes of their own
_SHARE = 0.5  # of the known files; a scan that finds fewer is a fault
_BREATH = 8  # reviews that are put on the shelf before others have their turn
_TEXTS = 500  # that are put into the full-text index in one go

_Fresh = tuple[Review, bytes, str]  # what was read: the review, also packed, and the digest of its file
_Store = Callable[[list[Reading]], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one reading of the folder gave.

    `reviews` are all there are, drafts and the like included, `read` how many files were read anew, `gone` how many
    are no longer there; `problems` are those of the files that were read. `unfinished` tells that some files were
    being written and are to be read a little later.
    """

    reviews: int
    read: int
    gone: int = 0
    problems: tuple[Problem, ...] = ()
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """What a scan says against the manifest."""

    changed: list[str]
    gone: list[str]


class Loader:
    """Brings the reviews of one folder into its index and onto a shelf."""

    def __init__(self, root: Path, index: Index, include: tuple[str, ...] = (), *, drafts: bool = False) -> None:
        """`include` are patterns that limit which files are reviews; see `selection.Patterns`.

        With `drafts` every review is visible, published or not.
        """
        self.root = root
        self.shelf: Shelf | None = None  # until the first reading is done
        self.faults: dict[str, str] = {}  # sentences for the organisers, by what failed
        self.read_at: datetime | None = None  # when the folder was last read without a fault
        self.manifest: dict[str, Stamp] = {}  # of the files that were read
        self.left = 0  # files that the last scan found
        self.progress = (0, 0)  # files read, and files to read
        self.zone: tzinfo = UTC  # where dates are meant to be that say nothing of it
        self.unsearched = 0  # reviews that the full-text index is still to take in
        self._index = index
        self._include = include
        self._drafts = drafts
        self._scanner = Scanner(root, include)
        self._settled: Scan | None = None  # the last one that left nothing to be read
        self._basis = ("", "")  # of what was read: the site's digest, the patterns
        self._skipped: tuple[Problem, ...] = ()
        self._unread: tuple[Problem, ...] = ()
        self._blank = True  # nothing was stored yet
        self._damaged = False  # the index is to be made anew
        self._refreshing = asyncio.Lock()

    async def open(self, now: datetime) -> LoadReport:
        """Open the index and bring it up to date with the folder."""
        try:
            await self._index.open()
            try:
                await self._remember(now)
            except (IndexDamaged, ValueError, TypeError, LookupError) as error:  # what stands in it makes no sense
                await self._index.rebuild(str(error))
                await self._remember(now)
        except IndexFault as error:
            return self._fault(FAULT_INDEX, f"The index cannot be used: {error}.")
        return await self.refresh(now)

    @property
    def taken(self) -> frozenset[str]:
        """The paths of what the last scan found, reviews or not."""
        return frozenset(self.manifest) | {problem.path for problem in self._skipped}

    async def _remember(self, now: datetime) -> None:
        """Put what was read before on the shelf."""
        self.manifest = await self._index.get_manifest()
        self._blank = not self.manifest
        self._basis = (await self._index.get_fact("site"), await self._index.get_fact("include"))
        if records := await self._index.get_records():
            shelf = Shelf(drafts=self._drafts)
            await asyncio.to_thread(_fill, shelf, records, now)
            self.shelf = shelf

    async def refresh(self, now: datetime, *, accept: int | None = None) -> LoadReport:
        """Read what changed in the folder since it was last read.

        A file that can no longer be read keeps its last good version, and is reported. A folder that cannot be listed,
        or has lost more than half of its files, is a fault: everything stays as it was, unless
        the loss is accepted: `accept` is the number of files that are left.
        What takes long is done beside the event loop, and what was loaded before answers meanwhile.
        """
        if self._damaged:
            self._damaged, self._settled = False, None
            await self._index.rebuild(self.faults.get(FAULT_INDEX, ""))
            await self._index.close()
            return await self.open(now)
        if not self._index.is_open:
            return await self.open(now)  # which was not possible before
        async with self._refreshing:
            try:
                scan = await asyncio.to_thread(self._scanner.scan)
            except OSError as error:
                return self._fault("folder", f"The folder of the reviews cannot be read: {error.strerror}.")
            except BeingWritten:
                return LoadReport(len(self.shelf or ()), 0, unfinished=True)
            self.faults.pop("folder", None)
            if scan is self._settled:
                self.read_at = now
                return LoadReport(len(self.shelf or ()), 0)
            basis = (scan.site.digest, ",".join(self._include))
            chosen_anew = self._basis[1] != basis[1]  # then fewer files are what is wanted
            self.left = len(scan.files)
            if self.left < len(self.manifest) * _SHARE and accept != self.left and not chosen_anew:
                known = len(self.manifest)
                return self._fault(
                    "loss",
                    f"The folder of the reviews holds {self.left} of the {known} files that it held before.",
                )
            self.faults.pop("loss", None)
            self._skipped, self.zone = scan.skipped, scan.site.zone
            another_site = self._basis[0] != basis[0]
            changes = await asyncio.to_thread(compare, scan, self.manifest, everything=another_site)
            before = dict(self.manifest)
            try:
                report = await self._take(scan, changes, now)
                if self._basis != basis:
                    await self._index.put_fact("site", basis[0])
                    await self._index.put_fact("include", basis[1])
                    self._basis = basis
            except BaseException as error:
                # Some of it may be stored and not on the shelf: all of it is read again.
                self.manifest = {path: before[path] for path in before.keys() - set(changes.changed)}
                self._settled, self._blank = None, False
                if failure := _index_fault(error):
                    return self._fault(FAULT_INDEX, f"What changed cannot be stored: {failure}.")
                raise
            self.faults.pop(FAULT_INDEX, None)
            self._blank = False
            if not self._unread:
                self._settled, self.manifest = scan, scan.files
            self.read_at = now
            return report

    def note_fault(self, error: IndexFault) -> None:
        """Tell the organisers that the index cannot be read; a damaged one is made anew when the folder is read."""
        self._damaged = isinstance(error, IndexDamaged)
        self._fault(FAULT_INDEX, f"The index cannot be read: {error}.")

    def _fault(self, kind: str, sentence: str) -> LoadReport:
        if self.faults.get(kind) != sentence:
            _log.error("%s What was read before stays. (%s)", sentence, self.root)
        self.faults[kind] = sentence
        if self.shelf is None:
            self.shelf = Shelf(drafts=self._drafts)
        return LoadReport(len(self.shelf), 0)

    async def _take(self, scan: Scan, changes: Changes, now: datetime) -> LoadReport:
        """Read the changed files into the index and onto the shelf."""
        if not changes.changed and not changes.gone and self.shelf is not None:
            self._unread = ()
            return LoadReport(len(self.shelf), 0)
        few = self.shelf is not None and len(changes.changed) + len(changes.gone) < _MANY
        touched = [] if self._blank else [*changes.changed, *changes.gone]
        old = {record.path: record for record in await self._index.get_records(touched)}
        shelf = Shelf(drafts=self._drafts)
        if self.shelf is not None and not few:
            kept = [record for record in await self._index.get_records() if record.path not in old]
            await asyncio.to_thread(_fill, shelf, kept, now)
        problems: list[Problem] = []
        unread: list[Problem] = []
        fresh: list[_Fresh] = []
        self.progress = (0, len(changes.changed))

        async def store(readings: list[Reading]) -> None:
            good: list[tuple[Reading, Stamp]] = []
            for number, reading in enumerate(readings):
                if number % _BREATH == 0:
                    if not few:
                        shelf.turn_to(now, more=True)
                    await asyncio.sleep(0)  # other members' questions come between
                stamp = scan.files[reading.path]
                problems.extend(reading.problems)
                last_good = None if reading.packed else old.pop(reading.path, None)
                if last_good and not few:
                    shelf.put(unpack_review(last_good.packed, last_good.key), last_good.packed)
                if not reading.digest:  # it could not be opened, or is not whole: it is tried again
                    unread.extend(reading.problems)
                elif last_good:
                    await self._index.put_problems(reading.path, stamp, reading.problems)
                    self.manifest[reading.path] = stamp
                else:
                    good.append((reading, stamp))
                    self.manifest[reading.path] = stamp
                    if reading.packed:
                        review = unpack_review(reading.packed)
                        fresh.append((review, reading.packed, reading.digest))
                        if not few:
                            shelf.put(review, reading.packed)
            if not few:
                shelf.turn_to(now, more=True)
            await self._index.put(good, () if self._blank else scan.files)
            self.progress = (self.progress[0] + len(readings), self.progress[1])

        await self._read_all(changes.changed, scan.site, store)
        self._unread = tuple(unread)
        for path in changes.gone:
            del self.manifest[path]
        await self._index.delete(changes.gone)
        before = await asyncio.to_thread(_unpack, old.values())
        taken = set[str]() if self.shelf is None else self.shelf.keys()
        keys = await asyncio.to_thread(_assign_keys, fresh, before, taken)
        if few and self.shelf is not None:
            await self._index.put_keys(keys)
            shelf = self.shelf
            for start in range(0, len(fresh), _BREATH):
                for review, packed, _ in fresh[start : start + _BREATH]:
                    shelf.put(replace(review, key=keys[review.path]), packed)
                shelf.turn_to(now)
                await asyncio.sleep(0)
            for path in {*changes.gone, *old} - keys.keys():
                shelf.drop(path)
        else:
            shelf.give_keys(keys)
            await asyncio.to_thread(shelf.turn_to, now)
            self.shelf = shelf
            await self._index.put_keys(keys)
        while fresh or before:  # to free them all at once holds the loop
            del fresh[-_SLICE:], before[-_SLICE:]
            await asyncio.sleep(0)
        unfinished = any(problem.reason == BEING_WRITTEN for problem in unread)
        return LoadReport(len(shelf), len(changes.changed), len(changes.gone), tuple(problems), unfinished)

    async def _read_all(self, paths: list[str], site: Site, store: _Store) -> None:
        """Read files and store what they give, the next ones while the last are stored."""
        slices = [paths[start : start + _SLICE] for start in reversed(range(0, len(paths), _SLICE))]

        async def work(read: Callable[[list[str]], Awaitable[list[Reading]]]) -> None:
            storing: asyncio.Task[None] | None = None
            try:
                while slices:
                    readings = await read(slices.pop())
                    if storing:
                        await storing
                    storing = asyncio.create_task(store(readings))
                if storing:
                    await storing
            finally:
                if storing:
                    storing.cancel()
                    await asyncio.gather(storing, return_exceptions=True)

        if len(paths) < _MANY:
            await work(lambda some: asyncio.to_thread(read_files, self.root, some, site))
            return
        async with AsyncExitStack() as stack:
            count = min(4, os.cpu_count() or 1, len(paths) // _MANY + 1)
            readers = [await stack.enter_async_context(Reader(self.root, site)) for _ in range(count)]
            async with asyncio.TaskGroup() as group:
                for reader in readers:
                    group.create_task(work(reader.read))

    async def index_texts(self) -> None:
        """Put what is not yet there into the full-text index, a part at a time; what was loaded answers meanwhile."""
        if not self._index.is_open:
            return  # a fault that is told already
        try:
            while left := await self._index.count_unsearched():
                self.unsearched = left
                await self._index.index_texts(_TEXTS)
            self.unsearched = 0
        except IndexFault as error:
            self._fault(FAULT_INDEX, f"What changed cannot be stored: {error}.")

    async def problems(self) -> list[Problem]:
        """Give everything that organisers should know about their files, references that lead nowhere included."""
        shelf = self.shelf
        broken = [] if shelf is None else await asyncio.to_thread(lambda: list(shelf.broken_refs()))
        try:
            known = await self._index.get_problems()
        except IndexFault:  # which is a fault of its own, and told as one
            known = []
        return [*known, *broken, *self._unread, *self._skipped]


def compare(scan: Scan, manifest: Mapping[str, Stamp], *, everything: bool = False) -> Changes:
    """Find what a scan says against the manifest; with `everything`, each file counts as changed."""
    if scan.files == manifest and not everything:
        return Changes([], [])
    changed = sorted(path for path, stamp in scan.files.items() if everything or manifest.get(path) != stamp)
    gone = [path for path in manifest if path not in scan.files]
    return Changes(changed, gone)


def _index_fault(error: BaseException) -> IndexFault | None:
    """Give the fault of the index that an error is, or that a group of tasks ended with."""
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        return next((fault for inner in group.exceptions if (fault := _index_fault(inner))), None)
    return error if isinstance(error, IndexFault) else None


def _fill(shelf: Shelf, records: Iterable[Record], now: datetime) -> None:
    for number, record in enumerate(records):
        shelf.put(unpack_review(record.packed, record.key), record.packed)
        if number % _BREATH == 0:
            time.sleep(0)  # the event loop waits for the interpreter too
    shelf.turn_to(now)


def _assign_keys(fresh: list[_Fresh], before: list[tuple[Review, str]], taken: set[str]) -> dict[str, str]:
    taken.difference_update(review.key for review, _ in before)
    return assign_keys([(review, digest) for review, _, digest in fresh], before, taken)


def _unpack(records: Iterable[Record]) -> list[tuple[Review, str]]:
    reviews: list[tuple[Review, str]] = []
    for number, record in enumerate(records):
        reviews.append((unpack_review(record.packed, record.key), record.digest))
        if number % _BREATH == 0:
            time.sleep(0)
    return reviews
