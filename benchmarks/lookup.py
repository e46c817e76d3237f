"""How well and how fast a review is found by what members type, beside rapidfuzz over the same titles.

    python -m benchmarks.lookup [--reviews 10000] [--each 2] [DIR...]

Names are made from the reviews of the folders as people type them: cut short, mistyped, joined, in another order, by
author and year, as an acronym. A name that fits another review as well is left out. Accuracy is counted on the real
reviews, and speed, with the share of the names whose review is among the 25 choices, on a large made-up library, a
key at a time. Exits with 1 when a bound is missed.
"""

import argparse
import gc
import random
import statistics
import sys
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz, process, utils

from benchmarks.corpus import Corpus, default_folders
from benchmarks.table import Row
from bot.folding import normalize
from bot.library.folder import scan_folder
from bot.library.lookup import Found
from bot.library.parse import parse_review
from bot.library.review import Review
from bot.library.shelf import Shelf
from bot.library.words import split_words

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CHOICES = 25  # that Discord shows while one types
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
# fmt: off
_SMALL = frozenset((
    "a", "all", "an", "and", "are", "as", "at", "by", "do", "for", "from", "how", "in", "is", "it", "its", "not", "of",
    "on", "or", "our", "that", "the", "their", "to", "via", "we", "what", "when", "why", "with", "you", "your",
))
# fmt: on


class Name(NamedTuple):
    """What somebody types, in what manner, and the review that is meant, by its key."""

    kind: str
    text: str
    key: str


Finder = Callable[[str], Sequence[str]]
"""Gives the keys of the reviews that a text may mean, the best first, at most 25."""


# --- what people type -----------------------------------------------------------------------------


def mistype(reviews: Iterable[Review], library: Iterable[Review], each: int, seed: int = 1) -> Iterator[Name]:
    """Make names of every kind for reviews, at most `each` of a kind, none that fits another review of the library."""
    words = Words(library)
    for review in reviews:
        chance = random.Random(f"{seed} {review.slug}")
        for kind, make in KINDS.items():
            made = dict[str, None]()
            for _ in range(each):
                text, meant = make(review, chance)
                if meant and words.fit(meant) <= {review.key}:
                    made[text] = None
            yield from (Name(kind, text, review.key) for text in made)


class Words:
    """The words that the names of a library hold, to tell which reviews a name without typos fits."""

    def __init__(self, library: Iterable[Review]) -> None:
        self._keys = dict[str, set[str]]()
        for review in library:
            text = f"{review.name} {review.slug} {' '.join(review.authors)} {review.year or ''}"
            for word in (*split_words(text), _initials(review)):
                self._keys.setdefault(word, set()).add(review.key)
        self._sorted = sorted(self._keys)

    def fit(self, words: Iterable[str]) -> set[str]:
        """Give the keys of the reviews that have a word that begins so for every word."""
        return set[str].intersection(*map(self._beginning, words))

    def _beginning(self, start: str) -> set[str]:
        places = (bisect_left(self._sorted, start), bisect_left(self._sorted, start + "\U0010ffff"))
        return set[str]().union(*(self._keys[word] for word in self._sorted[slice(*places)]))


def _telling(review: Review) -> list[str]:
    return [word for word in split_words(review.name) if word not in _SMALL and len(word) > 2]


def _some(review: Review, chance: random.Random, most: int = 3) -> list[str]:
    words = [*dict.fromkeys(_telling(review))]
    return chance.sample(words, min(len(words), chance.randint(2, most))) if words else []


def typo(word: str, chance: random.Random) -> str:
    """Give a word with one slip of the finger: a letter less, twice, swapped, or another key."""
    if len(word) < 2:
        return word
    place = chance.randrange(1, len(word))
    match chance.randrange(5):
        case 0:
            return word[:place] + word[place + 1 :]
        case 1:
            return word[:place] + word[place - 1] + word[place:]
        case 2:
            return word[: place - 1] + word[place] + word[place - 1] + word[place + 1 :]
        case 3:
            return word[:place] + _neighbour(word[place], chance) + word[place:]
        case _:
            return word[:place] + _neighbour(word[place], chance) + word[place + 1 :]


def _neighbour(letter: str, chance: random.Random) -> str:
    for row in _ROWS:
        if (place := row.find(letter)) >= 0:
            return row[max(0, place - 1)] if chance.random() < 0.5 else row[min(len(row) - 1, place + 1)]
    return chance.choice(_ROWS[0])


Made = tuple[str, Sequence[str]]  # the text, and the words that are meant; none when no such name can be made


def _slug(review: Review, chance: random.Random) -> Made:
    return review.slug, split_words(review.slug)


def _words(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance)
    return " ".join(words), words


def _beginning(review: Review, chance: random.Random) -> Made:
    text = review.name[: chance.randint(6, max(6, min(len(review.name), 40)))]
    return text, split_words(text)


def _beginnings(review: Review, chance: random.Random) -> Made:
    words = [word[: chance.randint(3, max(3, len(word)))] for word in _some(review, chance)]
    return " ".join(words), words


def _acronym(review: Review, chance: random.Random) -> Made:
    letters = _initials(review)
    return (letters, (letters,)) if len(letters) >= 4 else ("", ())


def _initials(review: Review) -> str:
    name = review.name.replace("'s ", " ").replace("\u2019s ", " ")
    return "".join(word[0] for word in split_words(name) if word not in _SMALL)


def _author(review: Review, chance: random.Random) -> Made:
    if not review.authors or not review.year:
        return "", ()
    last = split_words(chance.choice(review.authors[:3]))[-1:]
    return f"{last[0]} {review.year}" if last else "", (*last, str(review.year)) if last else ()


def _author_and_word(review: Review, chance: random.Random) -> Made:
    words = [*(split_words(review.authors[0])[-1:] if review.authors else ()), *_some(review, chance)[:1]]
    return " ".join(words), words if len(words) == 2 else ()


def _one_typo(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance)
    wrong = chance.randrange(len(words)) if words else 0
    return " ".join(typo(word, chance) if i == wrong else word for i, word in enumerate(words)), words


def _typos(review: Review, chance: random.Random) -> Made:
    words = [word for word in _some(review, chance) if len(word) > 3]
    return " ".join(typo(word, chance) for word in words), words if len(words) > 1 else ()


def _two_typos(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance)
    longest = max(words, key=len, default="")
    wrong = typo(typo(longest, chance), chance)
    return " ".join(wrong if word == longest else word for word in words), words if len(longest) >= 7 else ()


def _whole_with_typos(review: Review, chance: random.Random) -> Made:
    text = normalize(review.name)
    for _ in range(min(3, 1 + len(text) // 12)):
        text = typo(text, chance)
    return text, split_words(review.name)


def _typo_unfinished(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance, most=2)
    if not words or len(words[-1]) < 7:
        return "", ()
    last = words[-1][: chance.randint(5, len(words[-1]) - 1)]
    return " ".join([*words[:-1], typo(last, chance)]), [*words[:-1], last]


def _joined(review: Review, chance: random.Random) -> Made:
    words = split_words(review.name)
    pairs = [(a, b) for a, b in pairwise(words) if min(len(a), len(b)) > 2]
    if not pairs:
        return "", ()
    first, second = chance.choice(pairs)
    cut = second[: chance.randint(3, len(second))]
    other = [word for word in _telling(review) if word not in (first, second)]
    more = chance.sample(other, 1) if other and chance.random() < 0.5 else []
    return " ".join([*more, first + cut]), (first, cut, *more)


def _torn(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance)
    longest = max(words, key=len, default="")
    if len(longest) < 8:
        return "", ()
    place = chance.randint(3, len(longest) - 3)
    torn = f"{longest[:place]} {longest[place:]}"
    return " ".join(torn if word == longest else word for word in words), words


def _trailing(review: Review, chance: random.Random) -> Made:
    words = _some(review, chance, most=2)
    return " ".join([*words, chance.choice(("of", "the", "for", "in", "and", "of the", "with a", "paper"))]), words


def _accents(review: Review, chance: random.Random) -> Made:
    text = review.name.translate(str.maketrans("aeioucn", "áéîöüçñ"))
    return text, split_words(review.name)


KINDS: Mapping[str, Callable[[Review, random.Random], Made]] = {
    "slug": _slug,
    "words in any order": _words,
    "beginning of the title": _beginning,
    "beginnings of words": _beginnings,
    "acronym": _acronym,
    "author and year": _author,
    "author and word": _author_and_word,
    "a typo": _one_typo,
    "a typo in every word": _typos,
    "two typos in a word": _two_typos,
    "title with three typos": _whole_with_typos,
    "typo in an unfinished word": _typo_unfinished,
    "words joined": _joined,
    "word torn": _torn,
    "trailing stop words": _trailing,
    "accents": _accents,
}


# --- who finds ------------------------------------------------------------------------------------


def shelf_of(reviews: Iterable[Review]) -> Shelf:
    """Put reviews on a shelf."""
    shelf = Shelf(drafts=True)
    for review in reviews:
        shelf.put(review)
    shelf.turn_to(NOW)
    return shelf


def our_finder(shelf: Shelf) -> Finder:
    """Find as autocomplete does."""
    return lambda text: [review.key for review in shelf.suggest(text, CHOICES)]


def rapidfuzz_finder(reviews: Sequence[Review], scorer: Callable[..., float]) -> Finder:
    """Find by a scorer of rapidfuzz over all titles."""
    titles = [utils.default_process(review.name) for review in reviews]
    keys = [review.key for review in reviews]

    def find(text: str) -> Sequence[str]:
        found = process.extract(utils.default_process(text), titles, scorer=scorer, limit=CHOICES)
        return [keys[place] for _, _, place in found]

    return find


# --- what is measured -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How often a review came first, among the first five, among the 25 choices: shares of the names, from 0 to 1."""

    first: float
    five: float
    choices: float


def accuracy(find: Finder, names: Sequence[Name]) -> Accuracy:
    """Let a finder find names."""
    places = list[int]()
    for name in names:
        keys = find(name.text)
        places.append(keys.index(name.key) if name.key in keys else CHOICES)
    return Accuracy(*(sum(place < most for place in places) / len(places) for most in (1, 5, CHOICES)))


def answers(reviews: Sequence[Review], names: Sequence[Name]) -> tuple[float, float]:
    """Tell how often `/paper` answers with the review that is meant, and how often with one although it is not there.

    For the second the reviews of the same title are taken out of the library.
    """
    shelf = shelf_of(reviews)
    meant = sum(isinstance(match := shelf.find(text), Found) and match.review.key == key for _, text, key in names)
    titles = {review.key: normalize(review.name) for review in reviews}
    wrong = 0
    for key, group in groupby(sorted(names, key=lambda name: name.key), key=lambda name: name.key):
        shelf = shelf_of(review for review in reviews if titles[review.key] != titles[key])
        wrong += sum(isinstance(shelf.find(name.text), Found) for name in group)
    return meant / len(names), wrong / len(names)


def time_keystrokes(find: Finder, texts: Iterable[str]) -> tuple[float, float]:
    """Give the median and the 99th percentile of the seconds of the processor that a finder needs for a text."""
    times = list[float]()
    for text in texts:
        begun = time.thread_time()  # others who use the machine are not measured
        find(text)
        times.append(time.thread_time() - begun)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.99)]


def keystrokes(names: Iterable[Name], count: int) -> list[str]:
    """Give some of the texts that autocomplete is asked for while names are typed, a key at a time."""
    texts = [name.text[:end] for name in names for end in range(1, len(name.text) + 1)]
    return random.Random(1).sample(texts, min(count, len(texts)))


def load_reviews(folders: Iterable[Path]) -> list[Review]:
    """Read the reviews of folders, drafts too."""
    reviews: list[Review] = []
    for folder in folders:
        for path in sorted(scan_folder(folder).files):
            review = parse_review(path, (folder / path).read_bytes()).review
            if review:
                slug = path.removesuffix("/index.md").removesuffix(".md").rpartition("/")[2]
                reviews.append(replace(review, key=f"key{len(reviews):05}", slug=slug, path=f"{folder.name}/{path}"))
    return reviews


def make_reviews(count: int) -> list[Review]:
    """Make the reviews of a large library up."""
    corpus, reviews = Corpus(), list[Review]()
    for number in range(count):
        review = parse_review(corpus.path(number), corpus.review(number, count).encode()).review
        assert review is not None
        reviews.append(replace(review, key=f"key{number:05}", slug=f"review_{number:06}"))
    return reviews


def measure(folders: Sequence[Path], size: int, each: int) -> tuple[list[Row], dict[str, list[Accuracy]]]:
    """Measure everything; give the table, and for each kind of name how well ours, WRatio and partial_ratio find it."""
    reviews = load_reviews(folders)
    names = [*mistype(reviews, reviews, each)]
    finders = [
        our_finder(shelf_of(reviews)),
        rapidfuzz_finder(reviews, fuzz.WRatio),
        rapidfuzz_finder(reviews, fuzz.partial_ratio),
    ]
    kinds = {
        kind: [accuracy(find, [name for name in names if name.kind == kind]) for find in finders]
        for kind in dict.fromkeys(name.kind for name in names)
    }
    kinds["all"] = [accuracy(find, names) for find in finders]
    answered, wrong = answers(reviews, names)
    real = f"{len(names):,} names of {len(reviews)} real reviews"

    many = make_reviews(size)
    typed = [*mistype(random.Random(5).sample(many, min(60, size)), many, 1)]
    ours, theirs = our_finder(shelf_of(many)), rapidfuzz_finder(many, fuzz.partial_ratio)
    texts = keystrokes(typed, 4_000)
    gc.collect()
    gc.freeze()  # the bot keeps its reviews packed, so its garbage collector has no such heap to look through
    p50, p99 = time_keystrokes(ours, texts)
    their_p50, their_p99 = time_keystrokes(theirs, texts[:200])
    shown = [accuracy(find, typed).choices for find in (ours, theirs)]
    large = f"{size:,} reviews"
    return [
        Row(f"{real}, shown first", 100 * kinds["all"][0].first, "%", least=97),
        Row(f"{real}, among the first five", 100 * kinds["all"][0].five, "%"),
        Row(f"{real}, among the 25 choices", 100 * kinds["all"][0].choices, "%"),
        Row("`/paper` answers with that review at once", 100 * answered, "%"),
        Row("`/paper` answers with another one when that review is not there", 100 * wrong, "%"),
        Row(f"autocomplete, a keystroke at {large}, median", 1e3 * p50, "ms"),
        Row(f"autocomplete, a keystroke at {large}, p99", 1e3 * p99, "ms", most=2),
        Row("that median / rapidfuzz's partial_ratio over the same titles", p50 / their_p50, "times", most=0.125),
        Row("that p99 / rapidfuzz's partial_ratio over the same titles", p99 / their_p99, "times", most=0.125),
        Row(
            f"{len(typed)} names at {large} among the 25 choices / among those of partial_ratio",
            shown[0] / shown[1],
            "times",
            least=1,
        ),
    ], kinds


def main() -> int:
    """Measure and print; 1 when a bound is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="where real reviews are")
    parser.add_argument("--reviews", type=int, default=10_000, help="the size of the made-up library")
    parser.add_argument("--each", type=int, default=2, help="names of each kind for each real review")
    given = parser.parse_args()
    rows, kinds = measure(given.folders or default_folders(), given.reviews, given.each)
    for row in rows:
        print(row)
    print("\nfirst / among five / among 25 choices: Paperclub, WRatio, partial_ratio")
    for kind, found in kinds.items():
        print(f"{kind:28}" + "   ".join(f"{a.first:.3f} {a.five:.3f} {a.choices:.3f}" for a in found))
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
