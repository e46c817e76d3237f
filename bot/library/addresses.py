"""How the reviews of a folder are addressed: their slugs, their keys, and what a `ref` points at. Pure."""

import base64
import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import unquote

from bot.library.hugo import fold_term, page_path, ref_candidates
from bot.library.postings import Postings
from bot.library.review import Review


def last_segment(url_path: str, path: str) -> str:
    """Give the last segment of an address, or the name of the file when the address is that of the site."""
    return url_path.removesuffix(".html").rstrip("/").rpartition("/")[2] or PurePosixPath(path).stem


def assign_slugs(addresses: Mapping[str, str]) -> dict[str, str]:
    """Give each path its slug: the last segment of its address, with the folder before it where two collide.

    `addresses` are the addresses within the site, by path. Only those with the same last segment can collide.
    """
    slugs = {path: last_segment(address, path) for path, address in addresses.items()}
    for length in (2, None):  # the folder first, then the whole address
        holders: defaultdict[str, list[str]] = defaultdict(list)
        for path, slug in slugs.items():
            holders[slug].append(path)
        for paths in holders.values():
            if len(paths) > 1:
                for path in paths:
                    address = addresses[path].removesuffix(".html")
                    parts = [part for part in address.split("/") if part] or [slugs[path]]
                    slugs[path] = "/".join(parts[-length:] if length else parts)
    return slugs


def assign_keys(
    new: Collection[tuple[Review, str]], old: Iterable[tuple[Review, str]], taken: Iterable[str]
) -> dict[str, str]:
    """Give each new or changed review, by path, the key that it keeps through edits, renames and swaps of names.

    `new` are the reviews as they were read now, `old` those that stood in changed or vanished files before, each with
    the digest of its file; `taken` are the keys of the files that did not change. A review is the old one that has
    the same content, else the same path and paper or name, else the same paper, an alias of its address, the same
    name, or at last only the same path. What is none of them gets a key of its own.
    """
    taken, old = set(taken), list(old)
    keys: dict[str, str] = {}
    for marks in _MARKS:
        candidates: defaultdict[str, list[str]] = defaultdict(list)
        for review, digest in old:
            for mark in marks(review, digest):
                candidates[mark].append(review.key)
        for review, digest in new:
            if review.path not in keys:
                found = (
                    key for mark in marks(review, digest, new=True) for key in candidates[mark] if key not in taken
                )
                if key := next(found, ""):
                    keys[review.path] = key
                    taken.add(key)
    # Of two reviews of one paper the older one has its key, whatever their files are called.
    rest = sorted((review for review, _ in new if review.path not in keys), key=_seniority)
    for review in rest:
        keys[review.path] = _derive_key(review, taken)
        taken.add(keys[review.path])
    return keys


class _Marks(Protocol):
    def __call__(self, review: Review, digest: str, *, new: bool = False) -> list[str]: ...


def _content(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [digest]


def _path_and_subject(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [f"{review.path}\n{subject}" for subject in [*map(str, review.paper_ids), fold_term(review.name)]]


def _paper(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [str(paper) for paper in review.paper_ids]


def _alias(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [alias.strip("/").lower() for alias in (review.aliases if new else (review.url_path,))]


def _name(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [fold_term(review.name)]


def _path(review: Review, digest: str, *, new: bool = False) -> list[str]:
    return [review.path]


_MARKS: tuple[_Marks, ...] = (_content, _path_and_subject, _paper, _alias, _name, _path)


def _seniority(review: Review) -> tuple[float, str, str]:
    return (review.date.timestamp() if review.date else math.inf, review.name, review.path)


def _derive_key(review: Review, taken: Collection[str]) -> str:
    """Make a short name for a review from its paper, or its title when that is not known.

    The same review gets the same key on every machine, whatever its file is called: twelve characters of
    [a-z2-7], which is 60 bits. A second review of the same paper gets a key of its own.
    """
    seed = str(review.paper_ids[0]) if review.paper_ids else f"title:{fold_term(review.name)}"
    key = _hash(seed)
    attempt = 0
    while key in taken:
        attempt += 1
        key = _hash(f"{seed}\n{review.url_path}\n{attempt}")
    return key


def _hash(seed: str) -> str:
    return base64.b32encode(hashlib.sha256(seed.encode()).digest()[:10])[:12].decode().lower()


def short_hash(term: str) -> str:
    """Name a tag or an author in eight characters, for a custom_id."""
    return _hash(fold_term(term))[:8]


class Resolver:
    """Find the page that a `ref` means, among the reviews of one folder, which have numbers."""

    def __init__(self) -> None:
        self._paths: dict[int, str] = {}
        self._pages = Postings()  # of each logical path
        self._addresses = Postings()  # of each other address: `url`, `slug` and aliases
        self._names = Postings()  # of each last segment of a logical path

    def add(self, number: int, review: Review) -> None:
        """Add a review under a number that is free."""
        self._paths[number] = review.path
        page, others = _addresses(review)
        self._pages.add(page, number)
        self._names.add(page.rpartition("/")[2], number)
        for address in others:
            self._addresses.add(address, number)

    def remove(self, number: int, review: Review) -> None:
        """Remove a review that was added under a number; it must be the same as then."""
        del self._paths[number]
        page, others = _addresses(review)
        self._pages.remove(page, number)
        self._names.remove(page.rpartition("/")[2], number)
        for address in others:
            self._addresses.remove(address, number)

    def resolve(self, target: str, source: str) -> int | None:
        """Give the number of the review that `target` means in the file `source`; None when there is none."""
        last, candidates = "", list(ref_candidates(target, source))
        for page in candidates:
            if found := self._pages.get(page) or self._addresses.get(page):
                return min(found, key=self._paths.__getitem__)
            last = page.rpartition("/")[2]
        # The root of the content may lie above the folder that is read.
        parts = candidates[-1].strip("/").split("/")
        for start in range(1, min(len(parts) - 1, 9)):
            if found := self._pages.get("/" + "/".join(parts[start:])):
                return min(found, key=self._paths.__getitem__)
        found = self._names.get(last) if re.search(r"\w", last) else ()
        return found[0] if len(found) == 1 else None


def _addresses(review: Review) -> tuple[str, set[str]]:
    """Give the logical path of a review, and the other addresses that it has."""
    page = page_path(review.path)
    others = {"/" + unquote(address).strip("/").lower() for address in (review.url_path, *review.aliases)}
    return page, others - {page}
