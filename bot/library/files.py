"""Reading one file without trust: no links, no pipes, nothing huge, nothing outside of its folder."""

import os
import stat
from pathlib import Path

MAX_FILE = 1024 * 1024


class UnreadableFile(Exception):
    """Say why a file cannot be read."""


def read_file(root: Path, path: str) -> bytes:
    """Read one file; raise UnreadableFile for anything but a regular file of a sane size inside `root`."""
    try:
        if not (root / path).parent.resolve().is_relative_to(root.resolve()):
            raise UnreadableFile("lies outside of the reviews folder")
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise UnreadableFile(f"cannot be opened: {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise UnreadableFile("is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_FILE + 1)
    finally:
        os.close(descriptor)
    if len(data) > MAX_FILE:
        raise UnreadableFile(f"is larger than {MAX_FILE // 1024:,} KiB")
    return data
