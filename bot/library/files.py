"""Reading one file without trust: no links, no pipes, nothing huge, nothing outside of its folder."""

import fcntl
import os
import signal
import stat
import time
from pathlib import Path

MAX_FILE = 1024 * 1024

_USUAL = 64 * 1024  # bytes that hold nearly every review
_MOMENT_NS = 300_000_000  # within which a program that writes is likely to write again


class UnreadableFile(Exception):
    """Say why a file cannot be read."""


class BeingWritten(Exception):
    """Say that some program has a file open for writing, so that it may not be whole."""


def read_file(root: Path, path: str) -> bytes:
    """Read one file, whole; raise BeingWritten when some program is still writing it.

    Raises UnreadableFile for anything but a regular file of a sane size inside `root`.
    """
    where = f"{root}/{path}"
    try:
        descriptor = os.open(where, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableFile(f"cannot be opened: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFile("is not a regular file")
        if not _is_at(descriptor, where) and not _is_below(where, root):
            raise UnreadableFile("lies outside of the reviews folder")
        _lease(descriptor)
        data = os.read(descriptor, _USUAL)
        while len(data) <= MAX_FILE and (more := os.read(descriptor, MAX_FILE)):
            data += more
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE:
        raise UnreadableFile(f"is larger than {MAX_FILE // 1024:,} KiB")
    return data


def _is_at(descriptor: int, where: str) -> bool:
    """Tell whether a path leads to an open file without any link; false where the system does not say."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}") == where  # noqa: PTH115  a Path would cost as much again
    except OSError:
        return False


def _is_below(where: str, root: Path) -> bool:
    return Path(where).parent.resolve().is_relative_to(root.resolve())


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
