"""Run every benchmark, and write what it gives into benchmarks/README.md and its picture.

python -m benchmarks [--reviews 10000] [--runs 3]
"""

import argparse
import platform
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from benchmarks import choosing, command, gist, lookup, papers, reading, schedule, search
from benchmarks.corpus import default_folders
from benchmarks.table import Row, tabulate

HERE = Path(__file__).parent


def main() -> int:
    """Measure, write, and exit with 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run every benchmark.")
    parser.add_argument("--reviews", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--into", type=Path, default=HERE, help="the folder of the README and the picture")
    given = parser.parse_args()
    measured = reading.measure([given.reviews, given.reviews // 10, given.reviews * 10], given.runs)
    table = reading.tabulate(measured[given.reviews])
    answers = command.measure(reviews=2_000, times=2_000)
    found, kinds = lookup.measure(default_folders(), given.reviews, 2)
    searched = search.measure(given.reviews)
    named = papers.measure()
    chosen = choosing.measure()
    timed = [*schedule.measure(), *schedule.measure_due(), *schedule.measure_busy()]
    parts = [
        _introduction(),
        _reading(table, measured, given.reviews, given.runs),
        _command(answers),
        _lookup(found, kinds),
        _search(searched),
        _papers(named),
        _choosing(chosen),
        _schedule(timed),
        _gist(),
    ]
    text = "\n".join(line for part in parts for line in part)
    (given.into / "README.md").write_text(text + "\n", "utf-8")
    draw(measured, given.into / "reading.png")
    print(text)
    missed = any(row.bound is not None and figure > row.bound for row, figure in table)
    missed |= any(row.missed for row in answers) or not all(
        row.met for row in [*found, *searched, *named, *chosen, *timed]
    )
    return 1 if missed else 0


def _introduction() -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "`make bench` measures everything and writes this page. Every figure is a ratio against a floor or a peer"
    yield "that is measured in the same run, because machines differ and are busy; the tables hold medians."
    yield ""
    yield f"Measured with Python {platform.python_version()} on {platform.system()}."
    yield ""


def _reading(
    table: Sequence[tuple[reading.Row, float]],
    measured: Mapping[int, Sequence[reading.Times]],
    size: int,
    runs: int,
) -> Iterator[str]:
    yield "## Reading a folder"
    yield ""
    yield f"`python -m benchmarks.reading --growth`: {size:,} made-up reviews of 5 KB (`corpus.py`), half of them with"
    yield f"front matter in YAML and half in TOML; runs: {runs}. Hugo builds the same pages with the smallest templates"
    yield "there can be. A bare listing is `os.scandir` and `stat` of every file. All hardening is on."
    yield ""
    yield "| what | figure | aim |"
    yield "|---|---|---|"
    for row, figure in table:
        aim = "" if row.bound is None else f"{row.bound:g} {row.unit}" + ("" if figure <= row.bound else ": missed")
        yield f"| {row.title} | {figure:.2f} {row.unit} | {aim} |"
    yield ""
    yield f"From {min(measured):,} to {max(measured):,} reviews, by what factor each of them costs more:"
    yield ""
    yield "| what | factor for each review |"
    yield "|---|---|"
    for name, factor in reading.growth(measured).items():
        yield f"| {reading.GROWTH[name]} | {factor:.2f} |"
    yield ""
    yield "![Times for each review, by the size of the library](reading.png)"
    yield ""


def _search(rows: Sequence[Row]) -> Iterator[str]:
    yield "## Searching"
    yield ""
    yield "`python -m benchmarks.search`: words are taken from the reviews, one to three in a search. The bare query"
    yield "gives ids alone, a search visible reviews with snippets."
    yield ""
    yield from tabulate(rows)
    yield ""


def _papers(rows: Sequence[Row]) -> Iterator[str]:
    yield "## Papers"
    yield ""
    yield "`python -m benchmarks.papers`: made-up messages, a third of them with papers in the forms that people paste."
    yield "The bare pattern sees only plain ids of arXiv. The times are those of the processor."
    yield ""
    yield from tabulate(rows)
    yield ""


def _choosing(rows: Sequence[Row]) -> Iterator[str]:
    yield "## Choosing what to read"
    yield ""
    yield "`python -m benchmarks.choosing`: votes that are confirmed, beside bare `sqlite3` that commits one row after"
    yield "the other with the same durability; what waits at the same time is committed together. The clicks are those"
    yield "of 200 members at once, over real sockets, through the whole bot; Discord lets a bot answer 50 a second."
    yield ""
    yield from tabulate(rows)
    yield ""


def _schedule(rows: Sequence[Row]) -> Iterator[str]:
    yield "## The club's week"
    yield ""
    yield "`python -m benchmarks.schedule`: made-up weekly slots in forty zones. The floor is the bare computation"
    yield "with `zoneinfo`, the zone at hand: the local time, the next such weekday, and its moment in UTC. It knows"
    yield "nothing of pauses, skipped and moved dates. The times are those of the processor. What is due is looked"
    yield "for in a database of slots, beside the bare query of `sqlite3` over the same index; when few are due, most"
    yield "of it is the way to another thread and back, the same whatever is found. Prompts that are due in the"
    yield "same minute are posted by the bot as a process over real sockets, each club's in a channel of its own, where"
    yield "more than 50 requests in any second are refused, which is Discord's global limit."
    yield ""
    yield from tabulate(rows)
    yield ""


def _lookup(rows: Sequence[Row], kinds: Mapping[str, Sequence[lookup.Accuracy]]) -> Iterator[str]:
    yield "## Finding by name"
    yield ""
    yield "`python -m benchmarks.lookup`: names are made from reviews as people type them, none that fits two reviews."
    yield "The times are those of the processor."
    yield ""
    yield from tabulate(rows)
    yield ""
    yield "The review that is meant comes first / is among the first five / is among the 25 choices:"
    yield ""
    yield "| kind of name | Paperclub | rapidfuzz's WRatio | partial_ratio |"
    yield "|---|---|---|---|"
    for kind, found in kinds.items():
        shares = (" / ".join(f"{100 * share:.0f}" for share in (a.first, a.five, a.choices)) for a in found)
        yield f"| {kind} | " + " | ".join(shares) + " |"
    yield ""


def _command(rows: Sequence[command.Row]) -> Iterator[str]:
    yield "## Answering a command"
    yield ""
    yield "`python -m benchmarks.command`: `/paper` in the process, from the text that the gateway sends to the request"
    yield "that is ready for the network, beside a bare discord.py bot that makes the same message, byte for byte, of"
    yield "constants. The two are asked in turn. For a first card its sentences are chosen, beside the event loop."
    yield ""
    yield from command.tabulate(rows)
    yield ""


def _gist() -> Iterator[str]:
    examples = gist.load_examples(default_folders())
    table = gist.compare(examples)
    methods = {name.rpartition(" ")[0] for name in table if " " in name}
    yield "## Gists"
    yield ""
    yield f"`python -m benchmarks.gist`: the teasers of {len(examples)} reviews are hidden, and the gist of the rest is"
    yield "compared with them (F1 of ROUGE with Porter's stemmer), beside the first sentences and the summarizers of"
    yield "sumy at their best of three to five sentences. The ceiling chooses by the teaser itself."
    yield ""
    yield "| method | ROUGE-1 | ROUGE-2 | ROUGE-L |"
    yield "|---|---|---|---|"
    rows = {"**gist**": table["gist"]}
    rows |= {name: gist.best_of(table, name) for name in sorted(methods)}
    rows["ceiling"] = table["oracle"]
    for name, score in rows.items():
        yield f"| {name} | " + " | ".join(f"{part:.3f}" for part in score) + " |"


def draw(measured: Mapping[int, Sequence[reading.Times]], path: Path) -> None:
    """Draw the time for each review against the size of the library; a flat line is linear growth."""
    figure, axes = plt.subplots(figsize=(8, 4.5), dpi=120, layout="constrained")
    sizes = sorted(measured)
    for name, title in reading.GROWTH.items():
        if name != "memory":
            times = [reading.median_of(measured, size, name) * 1e6 for size in sizes]
            axes.plot(sizes, times, marker="o", label=title.replace("`", ""))
    axes.set(xscale="log", yscale="log", xlabel="reviews in the library", ylabel="microseconds for each review")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.grid(visible=True, which="major", alpha=0.3)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path)
    plt.close(figure)


if __name__ == "__main__":
    sys.exit(main())
