"""What the benchmarks run on: real reviews, and a folder of made-up ones, the same for the same seed.

Each made-up review is like those of real clubs in what it holds: about 5 KB, front matter in YAML or TOML by turns, a
teaser before the divider, a link line, five sections, references to other reviews, emphasis, lists, links, a little
code and mathematics. The words are made up too, as often as words are (Zipf's law), so that a vocabulary grows as it
does in a library.
"""

import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

_VOCABULARY = 40_000
_PER_FOLDER = 1_000
_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "ol")]
_SECTIONS = ("Background", "What they did", "What they found", "Our thoughts", "Questions for the club")
_FIRST = ("Ada", "Grace", "Alan", "Barbara", "Edsger", "Mary", "John", "Radia", "Donald", "Frances", "Ken", "Lynn")


ROOT = Path(__file__).parent.parent


def default_folders() -> list[Path]:
    """Give the project's own reviews and, where they are present, other people's."""
    examples = ROOT.parent / "shared" / "examples"
    return [ROOT / "reviews", *sorted(path for path in examples.glob("*") if path.is_dir())]


class Corpus:
    """Reviews by number."""

    def __init__(self, seed: int = 1) -> None:
        shuffled = random.Random(seed)
        words: dict[str, None] = {}
        while len(words) < _VOCABULARY:
            words["".join(shuffled.choices(_SYLLABLES, k=shuffled.choice((1, 2, 2, 3, 3, 4))))] = None
        self._words = list(words)
        self._weights = list(itertools.accumulate(1 / rank for rank in range(3, _VOCABULARY + 3)))
        self._seed = seed

    def write(self, folder: Path, count: int) -> None:
        """Write reviews 0 to `count` - 1 below a folder, a thousand in each folder of it."""
        for number in range(count):
            path = folder / self.path(number)
            if number % _PER_FOLDER == 0:
                path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.review(number, count), "utf-8")

    @staticmethod
    def path(number: int) -> str:
        """Give the path of a review below the folder."""
        return f"{number // _PER_FOLDER:03}/review_{number:06}.md"

    def review(self, number: int, count: int, edition: int = 0) -> str:
        """Give the text of a review of a library of `count`; another edition says something else."""
        chance = random.Random(f"{self._seed} {number} {edition}")
        return "".join(self._parts(chance, number, count))

    def title(self, number: int) -> str:
        """Give the title of a review."""
        return self._phrase(random.Random(f"{self._seed} {number} title"), 4, 10).title()

    def _parts(self, chance: random.Random, number: int, count: int) -> Iterator[str]:
        day = date(2008, 1, 1) + timedelta(days=number % 6_500)
        title = f"[Paper] {self.title(number)}"
        tags = ["reading club", *(f"topic {chance.randrange(120)}" for _ in range(chance.randrange(4)))]
        authors = [
            f"{chance.choice(_FIRST)} {self._words[chance.randrange(2_000)].title()}"
            for _ in range(chance.randrange(1, 8))
        ]
        if number % 2:
            yield f'+++\ntitle = "{title}"\ndate = {day}\ndraft = false\ncategories = ["papers"]\n'
            yield f"tags = {_list(tags)}\nauthors = {_list(authors)}\n+++\n\n"
        else:
            yield f'---\ntitle: "{title}"\ndate: {day}\ndraft: false\ncategories: ["papers"]\n'
            yield f"tags: {_list(tags)}\nauthors:\n"
            yield "".join(f'  - "{author}"\n' for author in authors)
            yield "---\n\n"
        yield f"{self._paragraph(chance, 3)}\n\n<!--more-->\n\n"
        paper = f"{15 + number % 10}{1 + number % 12:02}.{1 + number % 99_999:05}"
        yield f"**Link**: [arXiv](https://arxiv.org/abs/{paper})\n"
        for section in _SECTIONS:
            yield f"\n## {section}\n\n{self._paragraph(chance, 4)}\n"
            match chance.randrange(6):
                case 0:
                    yield "".join(f"\n- {self._sentence(chance)}" for _ in range(3)) + "\n"
                case 1:
                    ref = f'{{{{< ref "{self.path(chance.randrange(count))}" >}}}}'
                    yield f"\nSee [{self._phrase(chance, 2, 5)}]({ref}), *{self._sentence(chance)}*\n"
                case 2:
                    yield f"\n```python\nprint({chance.randrange(999)})\n```\n"
                case 3:
                    yield f"\nThe loss is $\\sum_i (x_i - {chance.randrange(9)})^2$. {self._sentence(chance)[:-1]}?\n"
                case _:
                    yield f"\n{self._paragraph(chance, 3)}\n"

    def _paragraph(self, chance: random.Random, sentences: int) -> str:
        return " ".join(self._sentence(chance) for _ in range(sentences))

    def _sentence(self, chance: random.Random) -> str:
        return self._phrase(chance, 12, 26).capitalize() + "."

    def _phrase(self, chance: random.Random, least: int, most: int) -> str:
        return " ".join(chance.choices(self._words, cum_weights=self._weights, k=chance.randint(least, most)))


def _list(texts: list[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
