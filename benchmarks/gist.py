"""How near a gist comes to the teaser that a person wrote: `python -m benchmarks.gist [DIR...]`.

Of every review with text before its divider that text is taken away, and what each method makes of the rest is
compared with it: ROUGE-1, -2 and -L F1 of rouge-score, with its Porter stemmer on, averaged over the reviews.
Beside the gist stand the first sentences of the rest and sumy's TextRank, LexRank and LSA, which read the same
sentences, and the oracle: the up to five sentences that ROUGE-1 and -2 themselves choose, greedily, by the teaser.

With `--cross-validate` it also asks whether the weights fit more than the reviews they were chosen on: random weights
are drawn, the best tenth of them on one half of the reviews are averaged, and the average is tried on the other half;
the same with each site left out in turn.
"""

import argparse
import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from rouge_score import rouge_scorer
from sumy.models.dom import ObjectDocumentModel, Paragraph
from sumy.models.dom import Sentence as SumySentence
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.lsa import LsaSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from sumy.utils import get_stop_words

from benchmarks.corpus import default_folders
from bot.library.gist import MAX_SENTENCES, WEIGHTS, Weights, gist
from bot.library.outline import DIVIDER
from bot.library.parse import parse_review
from bot.library.sentences import split_sentences

COUNTS = (3, 4, 5)  # sentences that the other methods may choose
_LEAST_TEASER = 8  # words; what is shorter is a caption

_scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
_pair_scorer = rouge_scorer.RougeScorer(["rouge1", "rouge2"], use_stemmer=True)


class Score(NamedTuple):
    """F1 of ROUGE-1, -2 and -L, from 0 to 1."""

    rouge1: float
    rouge2: float
    rouge_l: float


@dataclass(frozen=True, slots=True)
class Example:
    """A review whose teaser is hidden: the name of its site, its title, the teaser as text, the rest as markdown."""

    site: str
    title: str
    teaser: str
    rest: str


def load_examples(folders: Iterable[Path]) -> list[Example]:
    """Read the reviews below folders, those that have a teaser."""
    examples: list[Example] = []
    for folder in folders:
        for file in sorted(folder.rglob("*.md")):
            parsed = parse_review(file.relative_to(folder).as_posix(), file.read_bytes())
            before, _, rest = parsed.body.partition(DIVIDER)
            teaser = " ".join(sentence.text for sentence in split_sentences(before))
            if parsed.review and rest.strip() and len(teaser.split()) >= _LEAST_TEASER:
                examples.append(Example(folder.name, parsed.review.name, teaser, rest))
    return examples


def compare(examples: Sequence[Example]) -> dict[str, Score]:
    """Score every method on the examples; those that choose by number under a name for each number."""
    table: dict[str, Score] = {"gist": _mean(_score(example, gist_of(example)) for example in examples)}
    for name, choose in _METHODS.items():
        for count in COUNTS:
            table[f"{name} {count}"] = _mean(_score(example, choose(example, count)) for example in examples)
    table["oracle"] = _mean(_score(example, oracle_of(example)) for example in examples)
    return table


def best_of(table: dict[str, Score], name: str) -> Score:
    """Give the best of a method over its numbers of sentences, each measure by itself."""
    return Score(*map(max, zip(*(table[f"{name} {count}"] for count in COUNTS), strict=True)))


# --- methods --------------------------------------------------------------------------------------


def gist_of(example: Example, weights: Weights = WEIGHTS) -> Sequence[str]:
    """Make the gist of the rest."""
    return gist(example.rest, example.title, weights=weights)


def first_of(example: Example, count: int) -> Sequence[str]:
    """Take the first sentences of the rest."""
    return [sentence.text for sentence in split_sentences(example.rest)[:count]]


class _Tokenizer:
    """sumy's own needs data of nltk that has to be downloaded."""

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\W_]+", text.lower()))


def _sumy(summarizer_class: type) -> Callable[[Example, int], Sequence[str]]:
    summarizer = summarizer_class()
    summarizer.stop_words = get_stop_words("english")

    @cache
    def document(example: Example) -> ObjectDocumentModel:
        paragraphs: dict[int, list[SumySentence]] = {}
        for sentence in split_sentences(example.rest):
            paragraphs.setdefault(sentence.block, []).append(SumySentence(sentence.text, _Tokenizer()))
        return ObjectDocumentModel([Paragraph(sentences) for sentences in paragraphs.values()])

    return lambda example, count: [str(sentence) for sentence in summarizer(document(example), count)]


_METHODS: dict[str, Callable[[Example, int], Sequence[str]]] = {
    "first": first_of,
    "TextRank": _sumy(TextRankSummarizer),
    "LexRank": _sumy(LexRankSummarizer),
    "LSA": _sumy(LsaSummarizer),
}
OTHERS = tuple(_METHODS)


def oracle_of(example: Example) -> Sequence[str]:
    """Choose the sentences by the teaser itself, as long as another one helps."""
    sentences = [sentence.text for sentence in split_sentences(example.rest)]
    chosen: list[int] = []
    best = 0.0
    while len(chosen) < MAX_SENTENCES:
        gains = {
            index: sum(part.fmeasure for part in _pair_scorer.score(example.teaser, _join(sentences, wanted)).values())
            for index in range(len(sentences))
            if index not in chosen and (wanted := [*chosen, index])
        }
        index = max(gains, key=lambda index: gains[index], default=-1)
        if index < 0 or gains[index] <= best:
            break
        chosen.append(index)
        best = gains[index]
    return [sentences[index] for index in sorted(chosen)]


def _join(sentences: Sequence[str], chosen: Iterable[int]) -> str:
    return " ".join(sentences[index] for index in sorted(chosen))


def _score(example: Example, summary: Sequence[str]) -> Score:
    parts = _scorer.score(example.teaser, " ".join(summary))
    return Score(*(parts[name].fmeasure for name in ("rouge1", "rouge2", "rougeL")))


def _mean(scores: Iterable[Score]) -> Score:
    columns = list(zip(*scores, strict=True))
    return Score(*map(fmean, columns)) if columns else Score(0, 0, 0)


# --- cross-validation -----------------------------------------------------------------------------


def cross_validate(
    examples: Sequence[Example], *, draws: int = 100, splits: int = 10, seed: int = 1
) -> dict[str, Score]:
    """Score weights on reviews that they were not chosen on: on halves, and on each site by the others."""
    chance = random.Random(seed)
    drawn = [
        Weights(**{name: weight * chance.uniform(0, 2) for name, weight in asdict(WEIGHTS).items()})
        for _ in range(draws)
    ]
    scores = [[_score(example, gist_of(example, weights)) for example in examples] for weights in drawn]

    def tried(train: Sequence[int], held_out: Sequence[int]) -> Score:
        merit = [sum(sum(row[index]) + row[index].rouge2 for index in train) for row in scores]
        best = sorted(range(draws), key=lambda draw: -merit[draw])[: max(1, draws // 10)]
        names = asdict(WEIGHTS)
        average = Weights(**{name: fmean(getattr(drawn[draw], name) for draw in best) for name in names})
        return _mean(_score(examples[index], gist_of(examples[index], average)) for index in held_out)

    halves: list[Score] = []
    for _ in range(splits):
        order = chance.sample(range(len(examples)), len(examples))
        middle = len(order) // 2
        halves += [tried(order[:middle], order[middle:]), tried(order[middle:], order[:middle])]
    table = {"random weights": _mean(score for row in scores for score in row), "held-out half": _mean(halves)}
    sites = sorted({example.site for example in examples})
    for site in sites if len(sites) > 1 else ():
        inside = [index for index, example in enumerate(examples) if example.site == site]
        table[f"{site}, by the others"] = tried([i for i in range(len(examples)) if i not in inside], inside)
    return table


# --- the table ------------------------------------------------------------------------------------


def _print(table: dict[str, Score]) -> None:
    for name, score in table.items():
        print(f"  {name:24}" + "".join(f"{value:10.3f}" for value in score))


def main() -> None:
    """Print a table for each folder and one for all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gist", description="Compare gists with teasers.")
    parser.add_argument("folders", nargs="*", type=Path, help="folders of reviews; else the project's and ../shared's")
    parser.add_argument("--cross-validate", action="store_true", help="also try weights on reviews they do not know")
    parser.add_argument("--show", action="store_true", help="also print each teaser and the gist of the rest")
    arguments = parser.parse_args()
    examples = load_examples(arguments.folders or default_folders())
    sites = sorted({example.site for example in examples})
    groups = {site: [example for example in examples if example.site == site] for site in sites}
    for name, group in groups.items() if len(sites) == 1 else [*groups.items(), ("all", examples)]:
        print(f"{name}: {len(group)} reviews".ljust(26) + "".join(f"{part:>10}" for part in ("ROUGE-1", "-2", "-L")))
        _print(compare(group))
    if arguments.cross_validate:
        print("cross-validation")
        _print(cross_validate(examples))
    for example in examples if arguments.show else ():
        print(f"\n{example.title}\n  teaser: {example.teaser}\n  gist:   {' '.join(gist_of(example))}")


if __name__ == "__main__":
    main()
