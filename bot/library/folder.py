"""Which files of a folder are reviews, and how they are read without trust.

The rule: every `.md` or `.markdown` file is a review, except section pages (`_index.md`), what lies beside the
`index.md` of a leaf bundle, READMEs and their like, archetypes, and hidden files. In a whole Hugo site only
`content/` is read. Whatever is passed over there is reported, with the reason, but for hidden files and the backups
of editors.
"""

import fcntl
import os
import re
import signal
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.library.review import Problem

MAX_FILE = 1024 * 1024

_MAX_DEPTH = 64
_MOMENT_NS = 300_000_000  # within which a program that writes is likely to write again
_MARKDOWN = (".md", ".markdown")
_CONFIGS = {f"{name}.{suffix}" for name in ("hugo", "config") for suffix in ("toml", "yaml", "yml", "json")}
_NOT_REVIEWS = re.compile(
    r"(?:readme|licen[cs]e|contributing|changelog|code_of_conduct|security|sources)(?:\.[a-z-]+)?\.(?:md|markdown)",
    re.IGNORECASE,
)
_IGNORED = re.compile(r"\..*|.*~|#.*#|node_modules", re.DOTALL)


# What tells that a file changed without reading it: its time of change in nanoseconds and its size in bytes.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """The reviews of a folder by their path (relative, forward slashes), and why other files are not reviews."""

    files: dict[str, Stamp]
    skipped: tuple[Problem, ...]


class UnreadableFile(Exception):
    """Say why a file that should be a review cannot be read."""


def scan_folder(root: Path) -> Scan:
    """List the reviews below `root`; raise OSError when the folder itself cannot be listed."""
    files: dict[str, Stamp] = {}
    skipped: list[Problem] = []
    start = "content" if _is_site(root) else ""
    for path, entry, reason in _walk(root, start):
        if reason:
            # What is not UTF-8 in a name cannot be stored or printed as it is.
            shown = os.fsencode(path).decode("utf-8", "backslashreplace")
            skipped.append(Problem(shown, 1, "info", reason))
            continue
        try:
            info = entry.stat(follow_symlinks=False)
        except OSError:
            continue  # removed since it was listed
        files[path] = (info.st_mtime_ns, info.st_size)
    return Scan(files, tuple(skipped))


class BeingWritten(Exception):
    """Say that some program has a file open for writing, so that it may not be whole."""


def read_file(root: Path, path: str) -> bytes:
    """Read one file of a scan, whole; raise BeingWritten when some program is still writing it.

    Raises UnreadableFile for anything but a regular file of a sane size inside `root`.
    """
    try:
        if not (root / path).parent.resolve().is_relative_to(root.resolve()):
            raise UnreadableFile("lies outside of the reviews folder")
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableFile(f"cannot be opened: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFile("is not a regular file")
        _lease(descriptor)
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE:
        raise UnreadableFile(f"is larger than {MAX_FILE // 1024:,} KiB")
    return data


def _lease(descriptor: int) -> None:
    """Keep others from writing to a file until the descriptor is closed; raise BeingWritten when one is at it.

    Linux grants a read lease on a file that nobody has open for writing, and lets whoever opens it wait until the
    lease is given back: https://man7.org/linux/man-pages/man2/F_SETLEASE.2const.html. The notice of that is a signal
    that is ignored unless asked for. Where there are no leases (other systems, network drives, other owners), a file
    that changed in the last moment is taken as still being written.
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        raise BeingWritten from None
    except (OSError, AttributeError):
        if time.time_ns() - os.fstat(descriptor).st_mtime_ns < _MOMENT_NS:
            raise BeingWritten from None


def _is_site(root: Path) -> bool:
    """Tell whether the folder is a whole Hugo site and not a part of its content."""
    return (root / "content").is_dir() and any((root / name).exists() for name in (*_CONFIGS, "config"))


def _walk(root: Path, folder: str, bundle: str = "", depth: int = 0) -> Iterator[tuple[str, os.DirEntry[str], str]]:
    """Yield path, entry and the reason why it is no review (empty when it is one), in the order of the paths.

    `bundle` is the path of the leaf bundle that the folder lies in.
    """
    with os.scandir(root / folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if _IGNORED.fullmatch(entry.name):
            continue
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_dir(follow_symlinks=False):
            if depth >= _MAX_DEPTH:
                yield path + "/", entry, f"lies more than {_MAX_DEPTH} folders deep"
                continue
            inner = bundle or (path if _is_leaf_bundle(root / path) else "")
            try:
                yield from _walk(root, path, inner, depth + 1)
            except OSError as error:
                yield path + "/", entry, f"cannot be listed: {error.strerror}"
            continue
        yield path, entry, _why_not(entry, path, bundle)


def _is_leaf_bundle(folder: Path) -> bool:
    return any((folder / f"index{suffix}").is_file() for suffix in _MARKDOWN)


def _why_not(entry: os.DirEntry[str], path: str, bundle: str) -> str:
    name = entry.name.lower()
    if not path.isascii():
        try:
            path.encode()
        except UnicodeEncodeError:
            return "has a name that is not UTF-8: rename it"
    if not name.endswith(_MARKDOWN):
        return "is not Markdown: the name of a review ends in .md or .markdown"
    if "archetypes" in path.split("/")[:-1]:
        return "is an archetype, the template of new pages"
    if entry.is_symlink():
        return "is a symbolic link, and those are not followed"
    if not entry.is_file(follow_symlinks=False):
        return "is not a regular file"
    if name in ("_index.md", "_index.markdown"):
        return "is the page of a section"
    if bundle and path.rpartition("/")[2].lower() not in ("index.md", "index.markdown"):
        return f"belongs to the page {bundle}/index.md"
    if bundle and path.rpartition("/")[0] != bundle:
        return f"belongs to the page {bundle}/index.md"
    if _NOT_REVIEWS.fullmatch(name):
        return "is about the folder, not about a paper"
    return ""
