"""Where a review holds what was searched for: a piece of its text, cut between words. Pure."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.folding import normalize
from bot.library.words import CJK

Forms = tuple[str, ...]
"""The forms of a word of which one will do, the one that was typed first; folded."""

_LENGTH = 180  # characters of a snippet
_LEAD = 50  # of these before the first hit
_AROUND = 300  # characters of markdown on both sides, from which the piece is cut
_MOST_HITS = 200  # of a term in one body
PREFIX = 3  # letters, from which on a word may go on

_TARGET = re.compile(r'!?\[([^\[\]]{0,500})\]\([^()\s]{0,1000}(?:\s+"[^"]{0,300}")?\)')
_TORN = re.compile(r"^[^\s\[\]()]{0,1000}\)|!?\[[^\[\]]{0,500}\]\([^()\s]{0,1000}$")  # links that the cut went through
_HEADING = re.compile(r"^#{1,6}[ \t]+([^\n]{1,300}?)[ \t#]*$", re.MULTILINE)
_GONE = re.compile(
    r"<!--(?:[^-]|-(?!->)){0,2000}-->|</?[A-Za-z][^<>]{0,300}>|https?://[^\s<>)\]]{1,1000}|\[\^[^\]\s]{1,60}\]:?"
    r"|^[ \t]*(?:```|~~~)[^\n]*|^[ \t]*\|?[ \t:|-]{3,}$|^[ \t]{0,3}(?:>+|[-*+]|[0-9]{1,9}[.)])[ \t]",
    re.MULTILINE,
)
_MARKS = re.compile(r"(?<!\w)[*_~`$]+|[*_~`$]+(?!\w)|\\(?=[!-/:-@\[-`{-~])|\|")
_BLANKS = re.compile(r"\s+")
_BETWEEN = re.compile(r"[\W_]{1,9}")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text: its parts in order, each with whether it is a hit. Empty when nothing was hit."""

    parts: tuple[tuple[str, bool], ...] = ()


class _Folding(dict[int, str]):
    """Folds case and accents a character at a time, so that places in a text stay where they are."""

    def __missing__(self, code: int) -> str:
        folded = normalize(chr(code))
        self[code] = folded if len(folded) == 1 else chr(code)
        return self[code]


_FOLDING = _Folding()
_Hit = tuple[int, int, int]  # where it begins and ends, and which term it is


def make_snippet(body: str, terms: Sequence[Sequence[Forms]], *, beginnings: bool = False) -> Snippet:
    """Cut the piece of a body (markdown) that holds most of the terms, as plain text.

    A term is words in a row, each in any of its forms; with `beginnings` the words may go on.
    """
    body = unicodedata.normalize("NFC", body)  # an accent that stands beside its letter is folded with it
    hits = _hits(body, terms, beginnings=beginnings)
    if not hits:
        return Snippet()
    around, from_start, to_end = _around(body, _best_start(hits))
    text = strip_marks(around)
    hits = _hits(text, terms, beginnings=beginnings)  # fewer, when some stood in the address of a link
    if not hits:
        return Snippet()
    begin, end = _cut(text, _best_start(hits))
    parts: list[tuple[str, bool]] = [("" if from_start and not begin else "… ", False)]
    place = begin
    for hit_start, hit_end, _ in hits:
        if place <= hit_start and hit_end <= end:
            parts += [(text[place:hit_start], False), (text[hit_start:hit_end], True)]
            place = hit_end
    parts += [(text[place:end], False), ("" if to_end and end == len(text) else " …", False)]
    return Snippet(tuple(part for part in parts if part[0]))


def opening(markdown: str) -> Snippet:
    """Give how a text begins, where nothing of it was hit."""
    text = strip_marks(markdown[: 2 * _AROUND])
    begin, end = _cut(text, 0)
    whole = end == len(text) and len(markdown) <= 2 * _AROUND
    return Snippet(((text[begin:end] + ("" if whole else " …"), False),)) if text else Snippet()


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def _hits(text: str, terms: Iterable[Sequence[Forms]], *, beginnings: bool) -> list[_Hit]:
    """Find every term in a text, in the order of their places."""
    folded = _fold(text)
    return sorted(
        (start, end, number)
        for number, term in enumerate(terms)
        for start, end in _places(folded, term, beginnings=beginnings)
    )


def _places(text: str, term: Sequence[Forms], *, beginnings: bool) -> Iterator[tuple[int, int]]:
    count = 0
    for form in term[0]:
        start = text.find(form)
        while start >= 0 and count < _MOST_HITS:
            end: int | None = _end_of_word(text, start, form, beginnings=beginnings)
            for forms in term[1:]:
                end = _end_of_next(text, end, forms) if end is not None else None
            if end is not None:
                count += 1
                yield start, end
            start = text.find(form, start + len(form))


def _end_of_word(text: str, start: int, form: str, *, beginnings: bool) -> int | None:
    """Give where the word ends that begins so, None when it is another word."""
    end = start + len(form)
    if CJK.match(form):
        return end
    if start and _is_letter(text[start - 1]):
        return None
    while end < len(text) and _is_letter(text[end]):
        if not beginnings or len(form) < PREFIX:
            return None
        end += 1
    return end


def _is_letter(character: str) -> bool:
    """Tell whether a character goes on with a word that is beside it; one of CJK is a word of its own."""
    return character.isalnum() and not CJK.match(character)


def _end_of_next(text: str, place: int, forms: Forms) -> int | None:
    between = _BETWEEN.match(text, place)
    start = between.end() if between else place
    ends = (_end_of_word(text, start, form, beginnings=False) for form in forms if text.startswith(form, start))
    return next((end for end in ends if end is not None), None)


def _around(body: str, hit: int) -> tuple[str, bool, bool]:
    """Give the markdown around a hit, cut at lines where there are some, and whether it has the start and the end."""
    start, end = max(0, hit - _AROUND), min(len(body), hit + _AROUND)
    line = body.find("\n", start, hit) if start else -1
    start = line + 1 if line >= 0 else start
    line = body.rfind("\n", hit + _LENGTH, end) if end < len(body) else -1
    end = line if line >= 0 else end
    return body[start:end], start == 0, end == len(body)


def strip_marks(markdown: str) -> str:
    """Take marks and addresses out of markdown: quick, and good enough for a line of text."""
    text = _TORN.sub(" ", _TARGET.sub(r"\1", _HEADING.sub(r"\1 ·", markdown)))
    return _BLANKS.sub(" ", _MARKS.sub("", html.unescape(_GONE.sub(" ", text)))).strip()


def _best_start(hits: Sequence[_Hit]) -> int:
    """Find the hit from which on a piece holds the most different terms; the first of these."""
    best, most, last = hits[0][0], 0, 0
    held: dict[int, int] = {}  # how often each term stands in the piece
    for start, _, number in hits:
        while last < len(hits) and hits[last][1] <= start + _LENGTH - _LEAD:
            held[hits[last][2]] = held.get(hits[last][2], 0) + 1
            last += 1
        if len(held) > most:
            best, most = start, len(held)
        if number in held:
            held[number] -= 1
            if not held[number]:
                del held[number]
    return best


def _cut(text: str, hit: int) -> tuple[int, int]:
    """Give the bounds of the piece around a hit: between words, at the start of its sentence where that is near."""
    begin = max(0, hit - _LEAD)
    if begin:
        sentence = max(text.rfind(mark, begin, hit) for mark in (". ", "? ", "! ", "· ", "。"))
        blank = text.find(" ", begin, hit)
        begin = sentence + 1 if sentence >= 0 else blank if blank >= 0 else begin
    begin += text[begin : begin + 1] == " "
    end = min(len(text), begin + _LENGTH)
    if end < len(text):
        blank = text.rfind(" ", hit, end)
        end = blank if blank > hit else end
    end -= 2 * text.endswith(" ·", hit, end)  # a heading without its section
    return begin, end
