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
        before = _unwritten(descriptor)
        data = os.read(descriptor, _USUAL)
        while len(data) <= MAX_FILE and (more := os.read(descriptor, MAX_FILE)):
            data += more
        if _state(os.fstat(descriptor)) != before:
            raise BeingWritten
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
    return Path(os.path.realpath(Path(where).parent)).is_relative_to(os.path.realpath(root))


def _unwritten(descriptor: int) -> tuple[int, int]:
    """Give the state of a file that nobody is writing; raise BeingWritten when somebody is.

    Linux grants a read lease on a file that nobody has open for writing:
    https://man7.org/linux/man-pages/man2/F_SETLEASE.2const.html. It is given back at once, so that nobody who wants to
    write has to wait; what is written while the file is read shows in its state. The signal of a lease is one that is
    ignored unless asked for. Where there are no leases (other systems, network drives, other owners), a file that
    changed in the last moment is taken as still being written.
    """
    info = os.fstat(descriptor)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        raise BeingWritten from None
    except (OSError, AttributeError):
        if 0 <= time.time_ns() - info.st_mtime_ns < _MOMENT_NS:
            raise BeingWritten from None
    return _state(info)


def _state(info: os.stat_result) -> tuple[int, int]:
    return info.st_mtime_ns, info.st_size
