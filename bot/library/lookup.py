"""Find reviews by what a member types: slugs, words of the title, authors, years, acronyms, with typos. In memory.

An inverted index of words. Each word of the query is matched to words of the index exactly, as a beginning, or with
typos; matches are weighted by how rare the word is, so that `the` decides nothing and `bertology` everything.
"""

import heapq
import math
import re
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain, pairwise
from operator import itemgetter

from bot.folding import normalize
from bot.library.postings import Postings
from bot.library.ranking import NEAR, Held, Word, equals, is_sure, score_reviews
from bot.library.review import Review
from bot.library.vocabulary import Beginnings, Vocabulary
from bot.library.words import CJK, split_words
from bot.papers.identifiers import PaperId, find_paper_ids, parse_paper_id

# fmt: off
_STOP = frozenset((
    "a", "about", "al", "an", "and", "are", "as", "at", "by", "et", "for", "from", "how", "in", "is", "it", "of", "on",
    "or",
    "paper", "papers", "review", "that", "the", "their", "to", "via", "we", "what", "with",
))
# Left out of acronyms beside these, by some.
_SMALL = _STOP | {"all", "be", "can", "do", "does", "its", "not", "our", "when", "why", "you", "your"}
# fmt: on
_ET_AL = re.compile(r"\bet\.? al\b\.?", re.IGNORECASE)
_KEY = re.compile(r"\b([^\W\d_]+)((?:19|20)\d\d)([^\W\d_]*)\b")  # of BibTeX: vaswani2017attention
_POSSESSIVE = re.compile(r"['\u2019]s\b")
_ADDRESS = re.compile(r"https?://\S+?/([^\s/?#]+?)/?(?:[?#]\S*)?")
_MARK = re.compile(r"^\s*\[[^\[\]]{1,20}\]")  # `[Paper]`, as some clubs begin their titles
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WORD = re.compile(r"[^\W_]+")

_YEARS = 1e12  # seconds, more than any date is away from 1970
_MAX_INDEXED = 300  # characters of a name that are looked up
_MOST = 25  # reviews that Discord offers
_BEGUN = 6  # letters, from which on the beginning of a single name is as good as the name
_REST = 5  # letters of the last of some joined words, where fewer would make words of anything
_WHOLE = 18  # letters of a title, from which on it is meant wherever it stands
_PLURAL = 0.97  # how well a word fits that is typed in the singular or plural
_MAX_NAME = 1_000  # characters that are looked at
_MAX_QUERY_WORDS = 24
_MAX_WORD = 150  # letters of a word; whole titles are typed as one
_GOOD = 0.8  # how well a word must fit to be taken as it is typed, and not for two words in one
_TYPO = 0.6  # how well a word fits that is two typos away; in a short one two make another word
_MAX_JOINED = 4  # words typed as one


@dataclass(frozen=True, slots=True)
class Found:
    """One review is clearly meant."""

    review: Review


@dataclass(frozen=True, slots=True)
class Several:
    """The name fits each of these reviews, best first."""

    reviews: tuple[Review, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """No review is called that; these come nearest, best first, and may be none."""

    nearest: tuple[Review, ...]


Match = Found | Several | NotFound


def _squeeze(text: str) -> str:
    return "".join(_WORD.findall(normalize(text)))


def _short_names(review: Review) -> set[str]:
    """Give the names that mean this review and nothing else, if no other review has them too, squeezed."""
    name = review.name[:_MAX_INDEXED]
    head, colon, _ = name.partition(":")
    segment = review.slug.rpartition("/")[2]
    titles = [review.slug, segment, name, *([head] if colon else [])]
    names = {_squeeze(title) for title in titles}
    if not any(map(str.isdigit, segment)):  # else it is a number, and says nothing
        names.add(_initials(_WORD.findall(normalize(segment).replace("_", " ")), frozenset()))
    for text in (name, *([head] if colon else [])):
        words = _WORD.findall(normalize(_POSSESSIVE.sub("", text)))
        names |= {_initials(words, small) for small in (frozenset[str](), _STOP, _SMALL)}
        while words and words[0] in _STOP:  # `Lottery Ticket` for `The Lottery Ticket`
            words = words[1:]
            names |= {"".join(words), _initials(words, frozenset())}
    return names - {""}


def _initials(words: Iterable[str], small: Set[str]) -> str:
    """Give the acronym of some words, those that are small left out; a word with a digit (`T0`) stands whole."""
    letters = [word if any(map(str.isdigit, word)) else word[0] for word in words if word not in small]
    acronym = "".join(letters)
    return acronym if len(acronym) >= 3 and len(letters) > 1 else ""


def _words_of(review: Review) -> dict[str, None]:
    """Give the words that a review is found by, each once."""
    year = f" {review.year}" if review.year else ""
    texts = (review.name, review.slug, *review.authors[:20])
    return dict.fromkeys(split_words(" ".join(text[:_MAX_INDEXED] for text in texts) + year))


def _says_enough(name: str) -> bool:
    """Tell whether a name that is not exact may decide anything: not for a letter or two, nor for `the`."""
    return any(CJK.match(word) or (len(word) >= 3 and word not in _STOP) for word in split_words(name))


class NameIndex:
    """The names of the reviews that are visible; reviews are added and removed one at a time, by their numbers."""

    def __init__(self, review_of: Callable[[int], Review]) -> None:
        """`review_of` gives the review of a number."""
        self._review_of = review_of
        self._numbers: dict[str, int] = {}  # of each slug
        self._holders = Postings()  # of each word
        self._names = Postings()  # of each short name
        self._starts = Beginnings()  # of the short names
        self._papers = Postings()  # of each paper's id
        self._vocabulary = Vocabulary()
        # By number: how old the review is, and what decides between equal scores.
        self._ages = array("d")
        self._ties = array("d")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, review: Review) -> None:
        """Add a review under a number that is free."""
        if number >= len(self._ages):
            more = number + 1 - len(self._ages)
            self._ages.extend([math.inf] * more)
            self._ties.extend([math.inf] * more)
        words = _words_of(review)
        self._ages[number] = newest_first(review)[0]
        self._ties[number] = _YEARS * len(words) + min(self._ages[number], _YEARS / 2)
        self._numbers[review.slug] = number
        for word in words:
            if self._holders.add(word, number):
                self._vocabulary.add(word)
        for name in _short_names(review):
            if self._names.add(name, number):
                self._starts.add(name)
        for paper in {str(paper) for paper in review.paper_ids}:
            self._papers.add(paper, number)
        self._count += 1

    def remove(self, number: int, review: Review) -> None:
        """Remove a review that was added under a number; it must be the same as then."""
        if self._numbers.get(review.slug) == number:
            del self._numbers[review.slug]
        for word in _words_of(review):
            if self._holders.remove(word, number):
                self._vocabulary.remove(word)
        for name in _short_names(review):
            if self._names.remove(name, number):
                self._starts.remove(name)
        for paper in {str(paper) for paper in review.paper_ids}:
            self._papers.remove(paper, number)
        self._ages[number] = math.inf
        self._count -= 1

    def settle(self) -> None:
        """Sort what was added at once; the first question does it otherwise."""
        self._vocabulary.settle()
        self._starts.sorted()

    def find(self, name: str) -> Match:
        """Answer a name that was typed or chosen, of any length; never a wrong review with confidence."""
        name = name.strip()[:_MAX_NAME]
        if (number := self._numbers.get(name)) is not None:  # what autocomplete sent
            return Found(self._review_of(number))
        if (address := _ADDRESS.fullmatch(name)) and (number := self._numbers.get(address[1])) is not None:
            return Found(self._review_of(number))  # the page of the review
        numbers, certain = self._named(name)
        if numbers or certain:
            reviews = sorted(map(self._review_of, self._newest(numbers, _MOST)), key=newest_first)
            return Found(reviews[0]) if len(reviews) == 1 else Several(tuple(reviews)) if reviews else NotFound(())
        words = self._read(name, finished=True)
        scores = score_reviews(words, self._ties)
        ranked = self._rank(scores, _MOST)
        started = self._started(name)
        if len(started) == 1 and len(_squeeze(name)) >= _BEGUN:
            return Found(self._review_of(*started))
        for number in ranked[:3]:  # the whole title, and more behind or before it
            if len(title := _squeeze(self._review_of(number).name)) >= _WHOLE and title in _squeeze(name):
                return Found(self._review_of(number))
        if not ranked or not _says_enough(name) or not is_sure(ranked, scores, words):
            nearest = [number for number in ranked[:5] if scores[number] >= NEAR]
            return NotFound(tuple(map(self._review_of, nearest)))
        equal = equals(ranked, scores)
        return Found(self._review_of(equal[0])) if len(equal) == 1 else Several(tuple(map(self._review_of, equal)))

    def suggest(self, text: str, limit: int = _MOST) -> list[int]:
        """Complete what is being typed: the numbers of reviews, best first, none for a text that says nothing.

        First what is called so, then what begins so, then what holds the words.
        """
        numbers, certain = self._named(text)
        chosen = self._newest(numbers, limit)
        if certain:
            return chosen
        scores = score_reviews(self._read(text), self._ties)
        started = self._started(text)
        begun = {number: 1 + scores.get(number, 0.0) for number in started}
        ranked = self._rank(begun, limit + len(chosen)) + self._rank(scores, limit + len(chosen) + len(begun))
        for number in ranked:
            if len(chosen) < limit and number not in chosen and (number in begun or scores[number] >= NEAR):
                chosen.append(number)
        return chosen

    def _named(self, name: str) -> tuple[Collection[int], bool]:
        """Give the reviews that are called exactly so, and whether a name can mean no others: it is a paper's id."""
        if paper := parse_paper_id(name):
            return self._papers.get(str(paper)), True
        if exact := self._names.get(_squeeze(name)) or self._names.get(_squeeze(_MARK.sub("", name))):
            return exact, False
        for paper in find_paper_ids(name):
            if numbers := self._papers.get(str(paper)):
                return numbers, True
        return self._names.get("".join(word for word in split_words(name) if word not in _STOP)), False

    def _started(self, text: str) -> set[int]:
        """Give the reviews with a name that begins with what was typed, blanks and marks aside."""
        start = _squeeze(text[:_MAX_INDEXED])
        names = self._starts.beginning_with(start, 400) if start else ()
        return set(chain.from_iterable(map(self._names.get, names)))

    def about(self, paper_id: PaperId) -> list[int]:
        """Give the reviews of a paper, newest first."""
        return self._newest(self._papers.get(str(paper_id)), _MOST)

    def _newest(self, numbers: Iterable[int], count: int) -> list[int]:
        return heapq.nsmallest(count, numbers, key=self._ages.__getitem__)

    def _rank(self, scores: Mapping[int, float], count: int) -> list[int]:
        """Give the best by score; among equals those of which the query says more, then the newest."""
        least = heapq.nlargest(count, scores.values())[-1] - 0.001 if len(scores) > count else 0.0
        ties = self._ties
        best = [(-round(score, 3), ties[number], number) for number, score in scores.items() if score >= least]
        return [number for _, _, number in heapq.nsmallest(count, best)]

    def _read(self, text: str, *, finished: bool = False) -> list[Word]:
        """Look up the words of what was typed; those that say most come first. What is `finished` was sent off."""
        words = split_words(_KEY.sub(r"\1 \2 \3", _ET_AL.sub(" ", text[:_MAX_NAME])))
        query = list(dict.fromkeys(word[:_MAX_WORD] for word in words))[:_MAX_QUERY_WORDS]
        return sorted(self._weigh(query, finished=finished), key=itemgetter(0), reverse=True)

    def _weigh(self, query: Sequence[str], *, finished: bool) -> Iterator[Word]:
        torn = self._match_torn(query)
        for position, word in enumerate(query):
            last = position == len(query) - 1 and not finished
            matches: list[Held] = [
                (self._holders.get(found), quality)
                for found, quality in self._match_word(word, last=last)
                if quality > _TYPO or found not in query  # `Datasheets for Datasets` means two words
            ]
            if position in torn:
                matches.append((torn[position], 0.95))
            poor = not matches or matches[-1][1] < _GOOD
            if poor and (joined := self._match_joined(word, _MAX_JOINED, finished=finished)):
                matches.append((joined, 0.9))
            # What may mean many reviews says little, be they those of one word or of all that begin so.
            holders = sum(len(numbers) for numbers, _ in matches)
            weight = math.log1p(self._count / holders) if holders else self._unknown_rarity(word)
            if word in _STOP:
                weight *= 0.1
            elif _YEAR.fullmatch(word):
                weight *= 0.12  # people give the paper's year or the club's, and only one of them is known
            yield weight, matches

    def _unknown_rarity(self, word: str) -> float:
        # A short word that nothing holds is more likely a slip than what the name is about.
        return math.log1p(self._count) * (
            0.3 if word in _STOP or (len(word) <= 3 and word.isascii() and word.isalpha()) else 1.0
        )

    def _match_torn(self, query: Sequence[str]) -> dict[int, Collection[int]]:
        """Give the reviews that have two typed words as one (`pre training`), by the places of both words."""
        torn: dict[int, Collection[int]] = {}
        for place, (first, second) in enumerate(pairwise(query)):
            if first.isdigit() or CJK.match(first):
                continue
            joined = first + second
            words: Collection[str] = self._beginning(joined)
            halves = min(len(first), len(second)) >= 3 and not (first in self._holders and second in self._holders)
            if not words and len(joined) >= 7 and halves:
                words = self._vocabulary.one_edit_from(joined)
            if words:
                torn[place] = torn[place + 1] = self._union(words)
        return torn

    def _match_joined(self, word: str, most: int, *, finished: bool) -> set[int]:
        """Give the reviews that have what is typed as one word as two words, or as up to `most` (`languagemod`)."""
        found: set[int] = set()
        for place in range(2, len(word) - 1) if most > 1 else ():
            first, rest = word[:place], word[place:]
            if first in self._holders and len(rest) >= (_REST if first in _STOP or finished else 3):
                words = self._beginning(rest)
                numbers = self._union(words) if words else self._match_joined(rest, most - 1, finished=finished)
                found |= numbers if first in _STOP else numbers.intersection(self._holders.get(first))
        return found

    def _beginning(self, start: str) -> list[str]:
        return self._vocabulary.beginning_with(start, 400)

    def _union(self, words: Iterable[str]) -> set[int]:
        return set(chain.from_iterable(map(self._holders.get, words)))

    def _match_word(self, word: str, *, last: bool) -> list[tuple[str, float]]:
        """Give the words of the index that a typed word may mean, and how well each fits, from 0 to 1, the best last.

        The last word may be unfinished, so its beginnings count for more.
        """
        found: dict[str, float] = {word: 1.0} if word in self._holders else {}
        if len(word) >= 2 or last:
            # What is sent off with so few letters is rarely the word that it begins.
            least, most = (0.8 if last and len(word) >= 3 else 0.0), (0.75 if len(word) < 5 and not last else 1.0)
            for longer in self._vocabulary.beginning_with(word, 400 if last or not found else 40):
                if longer != word:
                    plural = longer == f"{word}s" and len(word) > 2
                    found[longer] = _PLURAL if plural else max(min(0.55 + 0.4 * len(word) / len(longer), most), least)
            if word[-1] == "s" and len(word) > 3 and word[:-1] in self._holders:
                found[word[:-1]] = _PLURAL
        if len(found) < 3 and len(word) >= 4 and not word.isdigit():
            for near in self._vocabulary.one_edit_from(word):
                # One letter makes many short words of each other: `care` is not `card`.
                quality = 0.85 if len(word) >= 6 else 0.65
                found.setdefault(near, quality if near[0] == word[0] else quality - 0.15)
            if not found:
                unfinished = self._vocabulary.nearly_beginning_with(word, 100) if last or len(word) >= 6 else ()
                further = self._vocabulary.two_edits_from(word) if len(word) >= 7 else ()
                found = dict.fromkeys(further, _TYPO if len(word) >= 9 else 0.5) | dict.fromkeys(
                    unfinished, 0.7 if last else 0.6
                )
        return sorted(found.items(), key=itemgetter(1))


def newest_first(review: Review) -> tuple[float, str]:
    """Order reviews by date, newest first, those without a date last, then by name."""
    return (-review.date.timestamp() if review.date else math.inf, review.name.casefold())
