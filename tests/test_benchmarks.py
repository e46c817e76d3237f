"""The benchmarks run, and their page tells what they measure."""

import subprocess
import sys
from pathlib import Path

from benchmarks import choosing, command, lookup, papers, reading, schedule
from benchmarks.corpus import Corpus
from benchmarks.table import Row
from bot.library.parse import parse_review
from tests.shared import LONG

ROOT = Path(__file__).parent.parent


def test_the_corpus_is_the_same_for_the_same_seed_and_is_read_without_a_problem() -> None:
    for number in range(40 if LONG else 10):
        text = Corpus().review(number, 40)
        assert text == Corpus().review(number, 40)
        assert text != Corpus(seed=2).review(number, 40)
        parsed = parse_review(Corpus.path(number), text.encode())
        assert parsed.problems == ()
        assert parsed.review
        assert parsed.review.paper_ids
        assert len(parsed.review.sections) == 5


def test_the_benchmark_of_reading_measures_every_row() -> None:
    command = (sys.executable, "-m", "benchmarks.reading", "--reviews", "60", "--runs", "1")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert "Traceback" not in done.stderr, done.stderr
    for row in reading.ROWS:
        (line,) = [line for line in done.stdout.splitlines() if line.endswith(row.title)]
        assert float(line.split()[0]) > 0


def test_the_benchmark_of_finding_measures_every_row() -> None:
    rows, kinds = lookup.measure([ROOT / "reviews"], 300, 1)
    assert len(rows) == 10
    assert set(kinds) == {*lookup.KINDS, "all"}
    bounds = {row.title: row for row in rows if row.unit != "ms"}  # milliseconds are for a quiet machine
    assert all(row.met for row in bounds.values() if "/ rapidfuzz" not in row.title)


def test_the_benchmark_of_papers_finds_those_that_its_messages_name() -> None:
    rows = papers.measure(600)
    assert all(row.met for row in rows if row.unit != "times")  # how long it takes is for a quiet machine


def test_the_benchmark_of_the_week_finds_the_same_times_as_its_floor() -> None:
    rows = [*schedule.measure(300), *schedule.measure_due(6_000), *schedule.measure_busy(60)]
    assert len(rows) == 16
    assert all(row.met for row in rows if row.unit == "%")
    # Far above the bound, which is for a quiet machine; counting through the weeks since the start takes tens of times.
    assert all(row.figure < 6 for row in rows if row.unit == "times" and row.most)


def test_the_benchmark_of_choosing_stays_near_its_floors() -> None:
    rows = choosing.measure(250)
    # Far from the bounds, which are for a quiet machine: votes that were counted one by one take hundreds of times.
    assert all(row.figure > row.least / 4 for row in rows if row.least)
    assert all(row.figure < 4 * row.most for row in rows if row.most)


def test_the_benchmark_of_commands_asks_both_bots_for_the_same_messages() -> None:
    rows = command.measure(reviews=30, times=40)
    assert [row.bound for row in rows] == [1.5, None, 1.5, None]
    assert [len(row.club) for row in rows] == [len(row.bare) for row in rows] == [40, 15, 40, 29]
    # Far above the bound, which is for a machine with nothing else to do; a card that is made anew takes tens of times.
    assert all(row.ratio < 5 for row in rows if row.bound)


def test_the_page_holds_the_answers_to_commands_and_their_aim() -> None:
    page = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    for name in ("sample library", "2,000 reviews"):
        (line,) = [line for line in page.splitlines() if line.startswith(f"| {name}, a card that was shown before |")]
        assert "| 1.5 times" in line


def test_the_page_holds_every_row_and_its_aim() -> None:
    page = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    for row in reading.ROWS:
        lines = [line for line in page.splitlines() if line.startswith(f"| {row.title} |")]
        (line,) = [line for line in lines if line.count("|") == 4]
        assert row.bound is None or f"{row.bound:g} {row.unit}" in line
    assert (ROOT / "benchmarks" / "reading.png").is_file()


def test_a_row_of_a_table_says_what_it_is_held_to() -> None:
    assert Row("speed", 1.234, "times").markdown == "| speed | 1.23 times |  |"
    assert Row("speed", 1.234, "times", most=2).markdown == "| speed | 1.23 times | at most 2 times |"
    assert Row("share", 96.0, "%", least=97).markdown == "| share | 96.00 % | at least 97 %: missed |"
    assert "MISSED" in str(Row("share", 96.0, "%", least=97))
