"""What ties reviews to each other: references, tags, and words that tell."""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bot.library.index import IndexFault
from bot.library.network import Network, Node, Reference, choose_paths, connect
from bot.library.review import Review
from bot.library.searching import Searcher
from bot.library.shelf import Shelf

_log = logging.getLogger(__name__)

_SLICE = 25  # reviews that are read at one go


@dataclass(frozen=True, slots=True)
class Related:
    """A review near to another one, and why."""

    review: Review
    reason: str


async def find_related(shelf: Shelf, searcher: Searcher, review: Review, limit: int) -> list[Related]:
    """Give the reviews nearest to one, each with the reason.

    First those that it refers to and those that refer to it, then those that share tags and telling words with it.
    """
    await asyncio.to_thread(shelf.tie)
    ties = [Related(other, "cited here") for other in shelf.cited(review)]
    ties += [Related(other, "cites this") for other in shelf.citing(review)]
    tags = {other.path: tags for other, tags in shelf.sharing_tags(review, limit + len(ties))}
    try:
        words = await searcher.alike(review.path, shelf.passing(), len(shelf), shelf.hidden)
    except IndexFault as error:  # which the organisers hear of
        _log.warning("words could not be compared: %s", error)
        words = {}
    near = {tie.review.path: tie for tie in reversed(ties)}
    first = list(dict.fromkeys(tie.review.path for tie in ties))
    # Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009.
    scores = Counter[str]()
    for ranking in (tags, words):
        scores.update({path: 1 / (60 + rank) for rank, path in enumerate(ranking)})
    for path, _ in scores.most_common():
        if path not in near and (other := shelf.at(path)):
            near[path] = Related(other, _shared(tags.get(path, ()), words.get(path, ())))
    return [near[path] for path in dict.fromkeys([*first, *(path for path, _ in scores.most_common())])][:limit]


async def find_near(shelf: Shelf, searcher: Searcher, text: str, limit: int) -> list[Review]:
    """Give the reviews nearest to a text, by its words."""
    try:
        paths = await searcher.near(text, shelf.passing(), len(shelf), shelf.hidden)
    except IndexFault as error:
        _log.warning("words could not be compared: %s", error)
        return []
    return [review for path in islice(paths, limit) if (review := shelf.at(path))]


async def make_network(shelf: Shelf, most: int, most_loose: int) -> Network:
    """Give which reviews refer to which: `most` of these, the most connected first, and the newest others."""
    paths = shelf.paths()

    def choose() -> tuple[list[Reference], list[tuple[str, int]]]:
        shelf.tie()
        references = shelf.references()
        return references, choose_paths(paths, references, most, most_loose)

    references, chosen = await asyncio.to_thread(choose)
    nodes: list[Node] = []
    for place, (path, cited) in enumerate(chosen):
        if place % _SLICE == 0:
            await asyncio.sleep(0)
        if review := shelf.at(path):  # else it is gone by now
            nodes.append(Node(review, cited))
    return await asyncio.to_thread(connect, nodes, references, len(paths))


def _shared(tags: Sequence[str], words: Sequence[str]) -> str:
    """Say what two reviews share."""
    parts = [f"the tag{'s' if len(tags) > 1 else ''} {' and '.join(tags[:2])}"] if tags else []
    parts += [f"the words {', '.join(words[:3])}"] if words else []
    return f"shares {', '.join(parts)}"
