"""The files of a reviews folder: which of them are reviews, and when they changed. Nothing is read but the site.

Which files are reviews says `selection`. Whatever is passed over is reported, with the reason, but for hidden files
and the backups of editors. In a whole site only its content is read.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from errno import ENOENT, ENOTDIR
from operator import attrgetter
from pathlib import Path
from stat import S_ISREG

from bot.library.configuration import add_sections, read_site
from bot.library.review import Problem
from bot.library.selection import (
    Patterns,
    Place,
    is_leaf,
    is_markdown,
    is_ordinary,
    is_section,
    is_unseen,
    why_not,
    why_not_folder,
)
from bot.library.site import Site

_MAX_DEPTH = 64

# What tells that a file changed without reading it: its time of change in nanoseconds and its size in bytes.
Stamp = tuple[int, int]
_NAME = attrgetter("name")


@dataclass(frozen=True, slots=True)
class Scan:
    """The reviews of a folder by their path (relative, forward slashes), and the site that they belong to.

    `skipped` says why other files are not reviews, and what is wrong with the site's configuration.
    """

    files: dict[str, Stamp]
    skipped: tuple[Problem, ...]
    site: Site = field(default_factory=Site)


@dataclass(slots=True)
class _Listing:
    """What was decided about the names of one folder: the stamps of reviews, the folders, the kinds of the rest."""

    base: str  # what the names of the folder follow in a path
    bundle: str
    stamps: dict[str, Stamp]
    folders: dict[str, str]  # name and path
    others: dict[str, tuple[bool, bool]]
    skipped: list[Problem]
    sections: list[str]
    changed: bool = True  # since the last scan


def scan_folder(root: Path, include: tuple[str, ...] = ()) -> Scan:
    """List the reviews below `root`, once; see Scanner."""
    return Scanner(root, include).scan()


class Scanner:
    """Lists the reviews of a folder, again and again; what was decided about a name is not decided anew."""

    def __init__(self, root: Path, include: tuple[str, ...] = ()) -> None:
        """`include` are patterns like those of a `.gitignore` that limit what is a review, see `selection.Patterns`."""
        self._root = root
        self._patterns = Patterns(include)
        self._site = Site()
        self._listings: dict[tuple[str, str], _Listing] = {}  # by folder and bundle
        self._last: Scan | None = None
        self._seen = 0  # folders

    def scan(self) -> Scan:
        """List the reviews: when nothing changed the same Scan as before.

        Raises OSError when the folder itself cannot be listed, and BeingWritten when the site's configuration is not
        whole just now.
        """
        site = read_site(self._root)
        if site != self._site:
            self._site = site
            self._listings.clear()
        seen: list[_Listing] = []
        unlisted: list[Problem] = []
        for content, _ in site.contents:
            self._walk(content.rstrip("/"), "", 0, seen, unlisted)
        site = add_sections(site, self._root, [path for listing in seen for path in listing.sections])
        skipped = sorted([*unlisted, *(problem for each in seen for problem in each.skipped)], key=_path)
        last, self._last = self._last, Scan({}, (*site.problems, *skipped), site)
        same = last is not None and last.site == site and last.skipped == self._last.skipped
        if last is not None and same and not any(listing.changed for listing in seen) and self._seen == len(seen):
            self._last = last
            return last
        self._seen = len(seen)
        for listing in seen:
            listing.changed = False
            self._last.files.update(
                zip(map(listing.base.__add__, listing.stamps), listing.stamps.values(), strict=True)
            )
        return self._last

    def _walk(self, folder: str, bundle: str, depth: int, seen: list[_Listing], unlisted: list[Problem]) -> None:
        """Look at a folder and what lies below it; `bundle` is the leaf bundle that it lies in."""
        where = f"{self._root}/{folder}"
        listing = self._listings.get((folder, bundle))
        if listing is not None:
            with os.scandir(where) as entries:
                if not _look(entries, listing):
                    listing = None
        if listing is None:
            listing = self._listings[folder, bundle] = self._decide(where, folder, bundle, depth)
        seen.append(listing)
        for path in listing.folders.values():
            try:
                self._walk(path, listing.bundle, depth + 1, seen, unlisted)
            except OSError as error:
                if error.errno in (ENOENT, ENOTDIR):
                    continue  # removed since it was listed
                if any(folder == path for folder, _ in self._listings):
                    raise  # what was read there is not gone for that
                unlisted.append(replace(_info(f"{path}/", f"cannot be listed: {error.strerror}"), severity="warning"))

    def _decide(self, where: str, folder: str, bundle: str, depth: int) -> _Listing:
        site, patterns, base = self._site, self._patterns, f"{folder}/" if folder else ""
        ordinary: dict[str, Stamp] = {}
        with os.scandir(where) as entries:
            rest = sorted(_stamp(entries, ordinary), key=_NAME)
        shown = [entry for entry in rest if not is_unseen(entry.name)]
        pages = [entry.name for entry in shown if is_markdown(entry.name) and entry.is_file(follow_symlinks=False)]
        if not bundle and depth and is_leaf(pages, site):
            bundle = folder
        if not patterns.everything or bundle or "archetypes" in folder.split("/"):
            with os.scandir(where) as entries:
                shown += (entry for entry in entries if entry.name in ordinary)
            ordinary, others = {}, len(ordinary)
        else:
            others = len(ordinary)
        listing = _Listing(base, bundle, ordinary, {}, {}, [], [])
        for entry in shown:
            name = entry.name
            path = base + name
            if entry.is_symlink():
                reason = "is a symbolic link, and those are not followed"
            elif entry.is_dir(follow_symlinks=False):
                if not _is_utf8(name):
                    reason = "has a name that is not UTF-8: rename it"
                elif depth >= _MAX_DEPTH:
                    reason = f"lies more than {_MAX_DEPTH} folders deep"
                else:
                    reason = why_not_folder(path, site)
                if not reason:
                    listing.folders[name] = path
                    continue
                path += "/"
            elif not entry.is_file(follow_symlinks=False):
                reason = "is not a regular file"
            elif not _is_utf8(path):
                reason = "has a name that is not UTF-8: rename it"
            else:
                reason = why_not(Place(path, bundle, alone=len(pages) + others == 1), site, patterns)
                if not reason:
                    with suppress(OSError):  # removed since it was listed
                        info = entry.stat(follow_symlinks=False)
                        listing.stamps[name] = (info.st_mtime_ns, info.st_size)
                    continue
                if is_section(name):
                    listing.sections.append(path)
            listing.skipped.append(_info(path, reason))
        for entry in {*rest, *shown}:
            if entry.name not in listing.stamps and entry.name not in listing.folders:
                listing.others[entry.name] = _kind(entry)
        return listing


def _stamp(entries: Iterable[os.DirEntry[str]], stamps: dict[str, Stamp]) -> Iterator[os.DirEntry[str]]:
    """Add the stamps of the files whose names alone say that they are reviews; yield the rest.

    In the order of the listing: when it is gone through again, memory is read from front to back.
    """
    for entry in entries:
        if is_ordinary(entry.name):
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # removed since it was listed
            if S_ISREG(info.st_mode):
                stamps[entry.name] = (info.st_mtime_ns, info.st_size)
                continue
        yield entry


def _look(entries: Iterable[os.DirEntry[str]], listing: _Listing) -> bool:
    """Bring the stamps of a folder up to date; tell whether its names are those that were decided about."""
    stamps, folders, others = listing.stamps, listing.folders, listing.others
    count = 0
    for entry in entries:
        count += 1
        known = stamps.get(entry.name)
        if known is None:
            if entry.name in folders:
                if not entry.is_dir(follow_symlinks=False):
                    return False
            elif others.get(entry.name) != _kind(entry):
                return False
            continue
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            return False  # removed since it was listed
        if info.st_mtime_ns != known[0] or info.st_size != known[1]:
            if not S_ISREG(info.st_mode):
                return False
            stamps[entry.name] = (info.st_mtime_ns, info.st_size)
            listing.changed = True
    return count == len(stamps) + len(folders) + len(others)


def _path(problem: Problem) -> str:
    return problem.path


def _kind(entry: os.DirEntry[str]) -> tuple[bool, bool]:
    return entry.is_dir(follow_symlinks=False), entry.is_file(follow_symlinks=False)


def _info(path: str, reason: str) -> Problem:
    # What is not UTF-8 in a name cannot be stored or printed as it is.
    return Problem(os.fsencode(path).decode("utf-8", "backslashreplace"), 1, "info", reason)


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
