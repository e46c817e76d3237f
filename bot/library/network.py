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

    `reviews` counts those of the whole library, `loose` those of them that neither refer to another nor are referred
    to.
    """

    nodes: tuple[Node, ...] = ()
    references: tuple[tuple[int, int], ...] = ()
    reviews: int = 0
    loose: int = 0


def choose_paths(
    paths: Sequence[str], references: Sequence[Reference], most: int, most_loose: int
) -> list[tuple[str, int]]:
    """Choose the reviews to show, each with how many refer to it: the most connected ones, and then the newest others.

    `paths` are all of them, the newest first. Whoever refers only to what is not shown is not shown either.
    """
    cited, degree = Counter[str](), Counter[str]()
    for source, target in references:
        cited[target] += 1
        degree.update((source, target))
    places = {path: place for place, path in enumerate(paths)}
    ranked = sorted(places.keys() & degree.keys(), key=lambda path: (-cited[path], -degree[path], places[path]))[:most]
    shown = set(ranked)
    held = {path for pair in references if shown.issuperset(pair) for path in pair}
    loose = [path for path in paths if path not in degree][:most_loose]
    return [(path, cited[path]) for path in [*(path for path in ranked if path in held), *loose]]


def connect(nodes: Sequence[Node], references: Sequence[Reference], reviews: int) -> Network:
    """Put the network together from the reviews that were chosen."""
    places = {node.review.path: place for place, node in enumerate(nodes)}
    pairs = {(places[source], places[target]) for source, target in references if source in places and target in places}
    connected = {path for reference in references for path in reference}
    return Network(tuple(nodes), tuple(sorted(pairs)), reviews, reviews - len(connected))
