"""How fast a search is, beside the bare query of SQLite's FTS5 that gives the same reviews.

    python -m benchmarks.search [--reviews 10000]

Words of every frequency are taken from the reviews themselves, one to three in a search. The bare query gives the ids
of the first ten matches and nothing else: no paths, no visibility, no snippets. Both run on the same index, by turns.
Exits with 1 when a bound is missed.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.corpus import Corpus
from benchmarks.table import Row
from bot.library.index import Index
from bot.library.library import Library
from bot.library.query import forms_of
from bot.library.words import split_words

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_BARE = """
SELECT rowid FROM search WHERE search MATCH ? AND rank MATCH 'bm25(10.0, 4.0, 4.0, 1.0)' ORDER BY rank LIMIT 10
"""
_TIMES = 5  # that each search is run


def searches(corpus: Corpus, size: int, count: int) -> list[tuple[str, ...]]:
    """Take the words of searches out of the texts of reviews."""
    chance = random.Random(2)
    made: dict[tuple[str, ...], None] = {}
    while len(made) < count:
        words = [word for word in split_words(corpus.review(chance.randrange(size), size)) if word.isalpha()]
        telling = sorted({word for word in words if len(word) > 3})
        made[tuple(chance.sample(telling, chance.randint(1, 3)))] = None
    return list(made)


def bare_query(words: Sequence[str]) -> str:
    """Write the query that asks FTS5 for what `/search` looks for."""
    return " AND ".join("(" + " OR ".join(f'"{form}"' for form in forms_of(word)) + ")" for word in words)


async def run(root: Path, data: Path, size: int, count: int) -> list[Row]:
    """Load a library and search it."""
    Corpus().write(root, size)
    index = Index(data / "index.db")
    library = Library(root, index)
    await library.open(NOW)
    await library.index_texts()
    ours, bare = list[float](), list[float]()
    for words in searches(Corpus(), size, count):
        mine, theirs = list[float](), list[float]()
        for _ in range(_TIMES):
            begun = time.perf_counter()
            results = await library.search(" ".join(words), NOW)
            mine.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await index._read(_BARE, bare_query(words))  # pyright: ignore[reportPrivateUsage]
            theirs.append(time.perf_counter() - begun)
        if not results.matches.beginnings:  # what was found as it was typed took one query
            ours.append(statistics.median(mine))
            bare.append(statistics.median(theirs))
    await library.close()
    each = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [
        Row(
            f"{len(ours)} searches of {size:,} reviews, all of them / bare FTS5", sum(ours) / sum(bare), "times", most=2
        ),
        Row("one of them / bare FTS5, median", each, "times"),
        Row("one of them, median", 1e3 * statistics.median(ours), "ms"),
        Row("one of them, p99", 1e3 * sorted(ours)[int(len(ours) * 0.99)], "ms"),
    ]


def measure(size: int, count: int = 150) -> list[Row]:
    """Measure on a made-up library of a size, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="paperclub-") as folder:
        return asyncio.run(run(Path(folder) / "reviews", Path(folder), size, count))


def main() -> int:
    """Measure and print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--reviews", type=int, default=10_000, help="the size of the made-up library")
    rows = measure(parser.parse_args().reviews)
    for row in rows:
        print(row)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
