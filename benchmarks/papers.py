"""How fast papers are read: out of what members write, and out of what arXiv answers.

    python -m benchmarks.papers [--messages 10000]

Messages are made up: talk, numbers, addresses of other pages, and in every third of them one to three papers in the
forms that people paste. The bare pattern is `re.finditer` with the form of an arXiv id of today; both read the same
messages, by turns. A feed is read beside a bare walk of ElementTree. Exits with 1 when a bound is missed.
"""

import argparse
import asyncio
import itertools
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import fromstring

import discord

from benchmarks import command
from benchmarks.corpus import Corpus
from benchmarks.table import Row
from bot.client import create_bot
from bot.papers.atom import parse_feed
from bot.papers.identifiers import PaperId, find_paper_ids
from bot.papers.paper import Paper
from bot.settings import Settings

_TIMES = 5  # that all messages are read
_BARE = re.compile(r"\b[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?\b")

_TALK = (
    "I think the results in section 4.2 hold up but not at 7B scale, and for me that is all there is to say: see the"
    " appendix? We meet at 18:30 on 2024-03-12 and/or online; has anyone read what they did with 1,024 tokens, e.g."
    " for $1,234.56 or v2.10.1 of it. It's good!"
)
_ELSEWHERE = ("https://github.com/example/model/tree/v1.2", "https://en.wikipedia.org/wiki/Attention", "10.0.0.1:8080")
# What people paste, with `{}` for an id of arXiv, and what names the paper where it is not that id.
_FORMS = (
    ("https://arxiv.org/abs/{}", ""),
    ("https://arxiv.org/pdf/{}v2.pdf", ""),
    ("<https://arxiv.org/abs/{}?context=cs>", ""),
    ("[the paper](https://www.arxiv.org/abs/{})", ""),
    ("arxiv.org/abs/{}", ""),
    ("arXiv:{}v1 [cs.CL]", ""),
    ("[{}]", ""),
    ("https://huggingface.co/papers/{}", ""),
    ("https://doi.org/10.48550/arXiv.{}", ""),
    ("https://openreview.net/forum?id=rJl-b3RcF7&noteId=x", "openreview:rJl-b3RcF7"),
    ("https://aclanthology.org/2020.acl-main.442.pdf", "acl:2020.acl-main.442"),
    ("https://dl.acm.org/doi/pdf/10.1145/3442188.3445922", "doi:10.1145/3442188.3445922"),
    ("hep-th/9711200", "arxiv:hep-th/9711200"),
)


def messages(count: int) -> list[tuple[str, set[str]]]:
    """Make messages up, each with the papers that it names."""
    chance, talk = random.Random(3), _TALK.split()
    made = list[tuple[str, set[str]]]()
    for number in range(count):
        words = [chance.choice(talk) for _ in range(chance.choice((4, 10, 25, 60)))]
        papers = set[str]()
        if chance.random() < 0.1:
            words.insert(chance.randrange(len(words)), chance.choice(_ELSEWHERE))
        for _ in range(chance.randint(1, 3) if number % 3 == 0 else 0):
            form, paper = chance.choice(_FORMS)
            arxiv_id = f"{chance.randint(15, 25)}{chance.randint(1, 12):02}.{chance.randint(1, 19_999):05}"
            words.insert(chance.randrange(len(words)), form.format(arxiv_id))
            papers.add(paper or f"arxiv:{arxiv_id}")
        made.append((" ".join(words), papers))
    return made


def _seconds(read: Callable[[str], object], texts: Sequence[str]) -> float:
    begun = time.thread_time()  # others who use the machine are not measured
    for text in texts:
        read(text)
    return time.thread_time() - begun


def identifiers(count: int) -> list[Row]:
    """Find the papers of messages."""
    made = messages(count)
    texts = [text for text, _ in made]
    ours, bare = list[float](), list[float]()
    for _ in range(_TIMES):
        ours.append(_seconds(lambda text: list(find_paper_ids(text)), texts))
        bare.append(_seconds(lambda text: list(_BARE.finditer(text)), texts))
    named = sum(len(papers) for _, papers in made)
    right = sum(len(papers & {str(paper) for paper in find_paper_ids(text)}) for text, papers in made)
    wrong = sum(len({str(paper) for paper in find_paper_ids(text)} - papers) for text, papers in made)
    title = f"Identifiers from {count:,} messages"
    ratio = statistics.median(a / b for a, b in zip(ours, bare, strict=True))
    return [
        Row(f"{title} / bare `re.finditer` of plain arXiv ids", ratio, "times", most=10),
        Row("one message", 1e6 * statistics.median(ours) / count, "µs"),
        Row("one message, bare", 1e6 * statistics.median(bare) / count, "µs"),
        Row(f"papers found of the {named:,} that are named", 100 * right / named, "%", least=100),
        Row("papers found that are not named", wrong, "", most=0),
    ]


_AUTHORS = "".join(f"\n    <author>\n      <name>Ada {letter}. Muster</name>\n    </author>" for letter in "ABCD")


def feed(count: int) -> bytes:
    """Write a feed of made-up papers, as arXiv does."""
    corpus = Corpus()
    entries = [
        f"""
  <entry>
    <id>http://arxiv.org/abs/2401.{number + 1:05}v1</id>
    <title>{corpus.title(number)}</title>
    <updated>2024-01-03T18:46:42Z</updated>
    <link href="https://arxiv.org/abs/2401.{number + 1:05}v1" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2401.{number + 1:05}v1" rel="related" type="application/pdf" title="pdf"/>
    <summary>{" ".join(corpus.title(other) for other in range(number, number + 22))}</summary>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <published>2024-01-02T18:46:42Z</published>
    <arxiv:comment>12 pages, 4 figures</arxiv:comment>
    <arxiv:primary_category term="cs.CL"/>{_AUTHORS}
  </entry>"""
        for number in range(count)
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:arxiv="http://arxiv.org/schemas/atom">' + "".join(entries) + "</feed>"
    ).encode()


def atom(count: int) -> list[Row]:
    """Read a feed, beside a bare walk that looks at every element and its text."""
    body = feed(count)

    def walk() -> int:
        return sum(len(element.text or "") for element in fromstring(body).iter())

    ours, bare = list[float](), list[float]()
    for _ in range(200):
        begun = time.perf_counter()
        papers = parse_feed(body).papers
        ours.append(time.perf_counter() - begun)
        assert len(papers) == count
        begun = time.perf_counter()
        walk()
        bare.append(time.perf_counter() - begun)
    ratio = statistics.median(ours) / statistics.median(bare)
    return [Row(f"a feed of {count} papers / a bare walk of ElementTree", ratio, "times", most=2)]


class Made:
    """A source that knows one paper."""

    name = "arXiv"

    def knows(self, paper_id: PaperId) -> bool:
        """Know everything."""
        return True

    async def fetch(self, ids: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        """Give the one paper."""
        (paper,) = parse_feed(feed(1)).papers
        return {ids[0]: paper}

    async def search(self, words: str, limit: int) -> list[Paper]:
        """Find nothing."""
        return []

    async def aclose(self) -> None:
        """Close nothing."""


async def _answer(times: int, folder: Path) -> list[Row]:
    wire = command.Wire()
    command.async_context.set(wire)
    bot = create_bot(Settings(token="a.b.c", reviews=command.SAMPLES, data=folder), [Made()])
    await command.enter(bot)
    events = {"paper": ("bertology", "name"), "arxiv": ("2401.00001", "paper")}
    taken: dict[str, list[float]] = {name: [] for name in events}
    numbers = itertools.count()
    await bot.catalog.get([PaperId("arxiv", "2401.00001")], discord.utils.utcnow())
    for asked in range(times + 1):
        for name, (value, option) in events.items():
            event = command.command_event(value, next(numbers), name, option)
            elapsed = await wire.ask(bot, event)
            if asked:  # the first time the cards are made
                taken[name].append(elapsed)
    await bot.close()
    arxiv, paper = (statistics.median(taken[name]) for name in ("arxiv", "paper"))
    return [
        Row("`/arxiv` of a paper that was shown before / `/paper` so", arxiv / paper, "times", most=1.5),
        Row("that `/arxiv`", 1e6 * arxiv, "µs"),
    ]


def cached(times: int) -> list[Row]:
    """Ask for a paper and for a review that were both shown before, by turns."""
    with tempfile.TemporaryDirectory(prefix="paperclub-") as folder:
        return asyncio.run(_answer(times, Path(folder)))


def measure(count: int = 10_000) -> list[Row]:
    """Measure every part."""
    return [*identifiers(count), *atom(10), *cached(500)]


def main() -> int:
    """Measure and print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.papers", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--messages", type=int, default=10_000, help="how many messages are made up")
    rows = measure(parser.parse_args().messages)
    for row in rows:
        print(row)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
