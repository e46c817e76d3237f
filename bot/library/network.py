"""Which reviews refer to which: the part of a library that a picture of it has room for. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.library.review import Review

Reference = tuple[str, str]
"""The path of a review, and that of one that it refers to."""


@dataclass(frozen=True, slots=True)
class Node:
    """A review, and how many others refer to it, be they part of the network or not."""

    review: Review
    cited: int


@dataclass(frozen=True, slots=True)
class Network:
    """Reviews, those that others refer to most first, and their references as pairs of places: from and to.

    `reviews` counts those of the whole library, `connected` those of them that refer to one or are referred to.
    """

    nodes: tuple[Node, ...] = ()
    references: tuple[tuple[int, int], ...] = ()
    reviews: int = 0
    connected: int = 0


def choose_paths(paths: Sequence[str], references: Sequence[Reference], most: int) -> list[tuple[str, int]]:
    """Choose the reviews to show, each with how many refer to it: the most connected ones, and then the newest.

    `paths` are all of them, the newest first.
    """
    cited, degree = Counter[str](), Counter[str]()
    for source, target in references:
        cited[target] += 1
        degree[source] += 1
        degree[target] += 1
    places = {path: place for place, path in enumerate(paths)}
    ranked = sorted(paths, key=lambda path: (-cited[path], -degree[path], places[path]))
    return [(path, cited[path]) for path in ranked[:most]]


def connect(nodes: Sequence[Node], references: Sequence[Reference], reviews: int) -> Network:
    """Put the network together from the reviews that were chosen."""
    places = {node.review.path: place for place, node in enumerate(nodes)}
    pairs = {(places[source], places[target]) for source, target in references if source in places and target in places}
    connected = len({path for reference in references for path in reference})
    return Network(tuple(nodes), tuple(sorted(pairs)), reviews, connected)
