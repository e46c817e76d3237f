"""The files of a reviews folder: which of them are reviews, and when they changed. Nothing is read but the site.

Which files are reviews says `selection`. Whatever is passed over is reported, with the reason, but for hidden files
and the backups of editors. In a whole site only its content is read.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.library.configuration import add_sections, read_site
from bot.library.review import Problem
from bot.library.selection import Patterns, Place, is_leaf, is_markdown, is_section, is_unseen, why_not, why_not_folder
from bot.library.site import Site

_MAX_DEPTH = 64


# What tells that a file changed without reading it: its time of change in nanoseconds and its size in bytes.
Stamp = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scan:
    """The reviews of a folder by their path (relative, forward slashes), and the site that they belong to.

    `skipped` says why other files are not reviews, and what is wrong with the site's configuration.
    """

    files: dict[str, Stamp]
    skipped: tuple[Problem, ...]
    site: Site = field(default_factory=Site)


def scan_folder(root: Path, include: tuple[str, ...] = ()) -> Scan:
    """List the reviews below `root`; raise OSError when the folder itself cannot be listed.

    `include` are patterns like those of a `.gitignore` that limit what is a review, see `selection.Patterns`.
    """
    files: dict[str, Stamp] = {}
    skipped: list[Problem] = []
    sections: list[str] = []
    patterns = Patterns(include)
    site = read_site(root)
    for content, _ in site.contents:
        for path, entry, reason in _walk(root, site, patterns, content.rstrip("/")):
            if reason:
                # What is not UTF-8 in a name cannot be stored or printed as it is.
                shown = os.fsencode(path).decode("utf-8", "backslashreplace")
                skipped.append(Problem(shown, 1, "info", reason))
                if is_section(entry.name) and entry.is_file(follow_symlinks=False):
                    sections.append(path)
                continue
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue  # removed since it was listed
            files[path] = (info.st_mtime_ns, info.st_size)
    site = add_sections(site, root, sections)
    return Scan(files, (*site.problems, *skipped), site)


def _walk(
    root: Path, site: Site, patterns: Patterns, folder: str, bundle: str = "", depth: int = 0
) -> Iterator[tuple[str, os.DirEntry[str], str]]:
    """Yield path, entry and the reason why it is no review (empty when it is one), in the order of the paths.

    `bundle` is the path of the leaf bundle that the folder lies in.
    """
    with os.scandir(root / folder) as listing:
        entries = sorted((entry for entry in listing if not is_unseen(entry.name)), key=lambda entry: entry.name)
    pages = [entry.name for entry in entries if is_markdown(entry.name) and entry.is_file(follow_symlinks=False)]
    if not bundle and depth and is_leaf(pages, site):
        bundle = folder
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        if entry.is_symlink():
            yield path, entry, "is a symbolic link, and those are not followed"
        elif entry.is_dir(follow_symlinks=False):
            if depth >= _MAX_DEPTH:
                yield path + "/", entry, f"lies more than {_MAX_DEPTH} folders deep"
            elif reason := why_not_folder(path, site):
                yield path + "/", entry, reason
            else:
                try:
                    yield from _walk(root, site, patterns, path, bundle, depth + 1)
                except OSError as error:
                    yield path + "/", entry, f"cannot be listed: {error.strerror}"
        elif not entry.is_file(follow_symlinks=False):
            yield path, entry, "is not a regular file"
        elif not _is_utf8(path):
            yield path, entry, "has a name that is not UTF-8: rename it"
        else:
            yield path, entry, why_not(Place(path, bundle, alone=len(pages) == 1), site, patterns)


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
