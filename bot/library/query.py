"""What a member searches for: words, "phrases", `tag:`, `author:` and `year:`. Pure; no text is an error."""

import re
from dataclasses import dataclass
from itertools import islice

from bot.folding import normalize
from bot.library.words import pieces

MAX_TERMS = 24
MAX_FILTERS = 8  # of a kind; to look through the authors of a large library for one takes a millisecond or two
_LONGEST = 60  # characters of a word; nothing that is longer is one
_MAX_PARTS = 200  # words, phrases and filters that are looked at: to read more would hold the event loop
_MAX_TEXT = 6_000  # characters, as many as Discord lets anybody type

# fmt: off
_STOP = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is", "it", "of", "on", "or", "that",
    "the", "to", "was", "we", "what", "with",
))
# fmt: on
_PART = re.compile(r'(?:(tag|author|year):\s*)?(?:"([^"]*)"|([^\s"]+))', re.IGNORECASE)
_QUOTES = str.maketrans("“”„«»\uff02", '""""""')
_HISSING = ("ss", "us", "is", "ias", "x", "z", "ch", "sh")  # what takes `es`
_HISSED = tuple(f"{end}es" for end in _HISSING)
_YEARS = re.compile(r"([12][0-9]{3})(?:(?:\.\.|[-\u2013])([12][0-9]{3}))?")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, or the words of a phrase in their order; folded."""

    words: tuple[str, ...]
    phrase: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What reviews must hold: every term, every tag, an author like each of `authors`, a year within each of `years`.

    `years` are the first and the last year that fit.
    """

    terms: tuple[Term, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()

    @property
    def filtered(self) -> bool:
        """Tell whether more than words is asked for."""
        return bool(self.tags or self.authors or self.years)


def parse_query(text: str) -> Query:
    """Read what was typed; what cannot be read otherwise is words."""
    terms: dict[Term, None] = {}
    tags: dict[str, None] = {}
    authors: dict[str, None] = {}
    years: dict[tuple[int, int], None] = {}
    for match in islice(_PART.finditer(text[:_MAX_TEXT].translate(_QUOTES)), _MAX_PARTS):
        name, quoted, bare = match.groups()
        value = " ".join((quoted if quoted is not None else bare).split())
        span = _YEARS.fullmatch(value)
        match name.lower() if name else "":
            case "tag" if value.strip("#"):
                tags[value.strip("#")] = None
            case "author" if _WORD.search(value):
                authors[value] = None
            case "year" if span:
                first, last = sorted((int(span[1]), int(span[2] or span[1])))
                years[first, last] = None
            case _:
                for term in _terms(value, phrase=quoted is not None):
                    terms[term] = None
    telling = [term for term in terms if term.phrase or term.words[0] not in _STOP]
    return Query(
        tuple((telling or list(terms))[:MAX_TERMS]),
        tuple(tags)[:MAX_FILTERS],
        tuple(authors)[:MAX_FILTERS],
        tuple(years),
    )


def _terms(text: str, *, phrase: bool) -> list[Term]:
    """Give the terms of a part: a phrase whole, and what a hyphen or full stop joins (`GPT-4`) as a phrase too."""
    words = tuple(word for word in words_in(text) if len(word) <= _LONGEST)[:MAX_TERMS]
    return [Term(words, phrase or len(words) > 1)] if words else []


def words_in(text: str) -> list[str]:
    """Give the words of a text, folded; where CJK begins and ends a word does too."""
    return [piece for word in _WORD.findall(normalize(text)) for piece in pieces(word)]


def forms_of(word: str) -> tuple[str, ...]:
    """Give a word with its plural or singular: who searches for `models` means `model` as well."""
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return (word,)
    if word.endswith("ies"):
        return word, word[:-3] + "y", word[:-1]  # studies, movies
    if word.endswith(_HISSED):
        return word, word[:-2], word[:-1]  # losses, caches
    if word.endswith(_HISSING):
        return word, word + "es"
    if word.endswith("s"):
        return word, word[:-1]
    return (word, word[:-1] + "ies") if word.endswith("y") and word[-2] not in "aeiou" else (word, word + "s")
