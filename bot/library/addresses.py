"""How the reviews of a folder are addressed: their slugs, their keys, and what a `ref` points at. Pure."""

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePosixPath
from urllib.parse import unquote

from bot.library.hugo import fold_term, page_path, ref_candidates
from bot.library.review import Review


def assign_slugs(reviews: Iterable[Review]) -> dict[str, str]:
    """Give each path its slug: the last segment of its address, with the folder before it where two collide."""
    segments = {
        review.path: [part for part in review.url_path.split("/") if part] or [PurePosixPath(review.path).stem]
        for review in reviews
    }
    slugs = {path: parts[-1] for path, parts in segments.items()}
    for length in (2, None):  # the folder first, then the whole address
        holders: defaultdict[str, list[str]] = defaultdict(list)
        for path, slug in slugs.items():
            holders[slug].append(path)
        for paths in holders.values():
            if len(paths) > 1:
                for path in paths:
                    slugs[path] = "/".join(segments[path][-length:] if length else segments[path])
    return slugs


def derive_key(review: Review, taken: Collection[str]) -> str:
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
    return base64.b32encode(hashlib.sha256(seed.encode()).digest())[:12].decode().lower()


class Keys:
    """Give each review a key that it keeps: through edits of its file, and through a rename."""

    def __init__(self, kept: Iterable[Review], gone: Iterable[tuple[Review, str]]) -> None:
        """`kept` are the reviews whose files are there still, `gone` those whose files are not, with their digests."""
        self._taken = {review.key for review in kept}
        self._gone = list(gone)

    def choose(self, review: Review, digest: str, before: Review | None) -> str:
        """Take the key that the file had, else that of a file that is gone and was this review, else a new one."""
        key = before.key if before else self._inherit(review, digest) or derive_key(review, self._taken)
        self._taken.add(key)
        return key

    def _inherit(self, review: Review, digest: str) -> str | None:
        same: tuple[Callable[[Review, str], bool], ...] = (
            lambda _, old_digest: old_digest == digest,
            lambda old, _: bool(set(old.paper_ids) & set(review.paper_ids)),
            lambda old, _: old.url_path in review.aliases,
            lambda old, _: old.name.casefold() == review.name.casefold(),
        )
        for is_same in same:
            for old, old_digest in self._gone:
                if old.key not in self._taken and is_same(old, old_digest):
                    return old.key
        return None


def short_hash(term: str) -> str:
    """Name a tag or an author in eight characters, for a custom_id."""
    return _hash(fold_term(term))[:8]


class Resolver:
    """Find the page that a `ref` means, among the reviews of one folder."""

    def __init__(self, reviews: Mapping[str, Review]) -> None:
        """`reviews` are keyed by path."""
        self._by_page: dict[str, str] = {}
        names: defaultdict[str, set[str]] = defaultdict(set)
        for path, review in reviews.items():
            page = page_path(path)
            self._by_page[page] = path
            for address in (review.url_path, *review.aliases):
                self._by_page.setdefault("/" + unquote(address).strip("/").lower(), path)
            names[page.rpartition("/")[2]].add(path)
        self._by_name = {name: next(iter(paths)) for name, paths in names.items() if len(paths) == 1}

    def resolve(self, target: str, source: str) -> str | None:
        """Give the path of the review that `target` means in the file `source`; None when there is none."""
        last = ""
        for page in ref_candidates(target, source):
            if found := self._by_page.get(page):
                return found
            last = page.rpartition("/")[2]
        return self._by_name.get(last) if re.search(r"\w", last) else None
