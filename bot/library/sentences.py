"""Sentences of markdown prose, as plain text that a person would read. Pure.

A full stop ends a sentence where it is followed by a blank and by what can begin one, and is not that of an
abbreviation, an initial or a number; the sets below follow the usual lists (Kiss & Strunk 2006, section 2, name the
cases). Brackets and quotes that are open are kept whole, as far as they close soon. `。！？` end one by themselves.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.library.prose import MASKED, Block, Kind, read_prose

_MAX_SENTENCES = 600
_MAX_ENCLOSED = 240  # characters of a bracket or a quote that is kept whole

_PAIRS = ("()", "“”", "«»", "「」", "（）", '""')

_END = re.compile(r"(?:(?P<wide>[。！？｡]+)[」』”’）》\"]*|(?P<mark>[.!?…‽]+)[\"'”’»)\]*_]*(?=\s|$))\s*")
_LAST_WORD = re.compile(r"[^\s(\[\"'“‘«/]{1,24}\Z")
_WORD = re.compile(r"[^\W_]+")
_INITIAL = re.compile(r"[^\W\d_]\.")
_INITIALS = re.compile(r"(?:[A-Z]\.)*[A-Z]")

# Never the last word of a sentence: something always follows.
_LEADING_WORDS = """
e.g i.e cf vs viz fig figs eq eqs eqn sec secs sect tab thm def prop ref refs app vol vols pp ed eds dr mr mrs ms prof
st resp approx ca w.r.t wrt i.i.d s.t est dept univ mt gen
z.b d.h u.a bzw vgl bspw sog evtl ggf abb kap abschn gl hrsg o.ä i.d.r
p.ex p.ej ej chap éd pág págs cap sra dra aprox núm mme mlle
"""
# Only before a number: `No. 5`, but `No. It is not.`
_NUMBERED_WORDS = "no nos nr p s art ch n l col table figure §"
# These may end a sentence, and do when a word follows that begins one.
_EITHER_WORDS = "al etc inc corp ltd co jr sr u.s u.k e.u ph.d m.sc a.k.a a.m p.m usw u.s.w u.v.m bros d.c b.c a.d"
_BEGINNING_WORDS = """
the a an this that these those it its they their we our he she his her i my you in on at for from with by to as if when
while where what how why who which there here but and or so yet however moreover furthermore finally first second then
thus hence also although though since because after before both each some many most all one two not no another other
instead der die das ein eine sie es er wir ich aber und im für mit auch le la les un une il elle ils nous mais et dans
pour cette ce el los las una se pero y en para esta este
"""
_MONTH_WORDS = "januar februar märz april mai juni juli august september oktober november dezember"  # `am 3. Mai`
_LEADING, _NUMBERED, _EITHER, _BEGINNERS, _MONTHS = (
    frozenset(words.split())
    for words in (_LEADING_WORDS, _NUMBERED_WORDS, _EITHER_WORDS, _BEGINNING_WORDS, _MONTH_WORDS)
)
_QUOTING = ("と", "って", "という")  # Japanese goes on behind a quoted sentence


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as a reader sees it, and where it stands.

    `headings` are the titles above it, the outermost first; `block` counts the blocks of the text and `place` the
    sentences of its block, both from 0. `kind` tells a paragraph, an `item` of a list and a `quote` apart. `asks` is
    true for one that ends in a question mark of its own, not one within code, math or an address; `masked` counts
    such pieces. `ended` tells whether a mark ends it.
    """

    text: str
    headings: tuple[str, ...]
    kind: Kind
    block: int
    place: int
    in_teaser: bool
    asks: bool
    ended: bool
    masked: int


def split_sentences(markdown: str) -> tuple[Sentence, ...]:
    """Split the prose of a markdown text into sentences, in their order; at most 600.

    Of a text longer than 40,000 characters the beginning and the end are read.
    """
    found: list[Sentence] = []
    for number, block in enumerate(read_prose(markdown)):
        for place, masked in enumerate(_split(block.text)):
            if any(character.isalnum() for character in masked):
                found.append(_sentence(block, masked, number, place))
            if len(found) >= _MAX_SENTENCES:
                return tuple(found)
    return tuple(found)


def _sentence(block: Block, masked: str, number: int, place: int) -> Sentence:
    bare = masked.rstrip("\"'”’»)]」』）*_")
    return Sentence(
        text=block.unmask(masked),
        headings=block.headings,
        kind=block.kind,
        block=number,
        place=place,
        in_teaser=block.in_teaser,
        asks=bare.endswith(("?", "？", "?!", "！？", "？！", "‽", "؟")),
        ended=bare.endswith((".", "!", "?", "…", "。", "！", "？", "｡", "‽", "؟")),
        masked=len(MASKED.findall(masked)),
    )


def _split(text: str) -> Iterator[str]:
    start = 0
    enclosure = _Enclosure(text)
    for end in _END.finditer(text):
        if end.end() >= len(text):
            break
        enclosure.read(end.end())
        if enclosure.closes_soon() or not _ends(text, end):
            continue
        yield text[start : end.end()].strip()
        start = end.end()
        enclosure.clear()
    if rest := text[start:].strip():
        yield rest


class _Enclosure:
    """The brackets and double quotes that are open in the sentence being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._open = {pair: 0 for pair in _PAIRS if pair[0] in text}

    def read(self, end: int) -> None:
        for pair, depth in self._open.items():
            opening, closing = pair
            opened = self._text.count(opening, self._position, end)
            if opening == closing:
                self._open[pair] = (depth + opened) % 2
            else:
                self._open[pair] = max(0, depth + opened - self._text.count(closing, self._position, end))
        self._position = end

    def closes_soon(self) -> bool:
        limit = self._position + _MAX_ENCLOSED
        return any(depth and self._text.find(pair[1], self._position, limit) >= 0 for pair, depth in self._open.items())

    def clear(self) -> None:
        self._open = dict.fromkeys(self._open, 0)


def _ends(text: str, end: re.Match[str]) -> bool:
    """Tell whether a mark ends a sentence, by the word before it and what follows."""
    rest = text[end.end() : end.end() + 40]
    if end["wide"]:
        return not (end[0][-1] in '」』”’）》"' and rest.startswith(_QUOTING))
    following = rest.lstrip("\"'“‘«([*_")
    if following[:1].islower() and end[0].rstrip()[-1:] not in "」』":
        return False
    if end["mark"] not in (".", "..", "...", "…"):
        return True
    before = text[max(0, end.start() - 25) : end.start()]
    if end["mark"] != ".":
        return bool(before) and not before[-1].isspace()  # dots by themselves, ` ... `, stand for words
    found = _LAST_WORD.search(before)
    word = found[0] if found else ""
    folded = word.casefold()
    next_found = _WORD.match(following)
    next_word = next_found[0].casefold() if next_found else ""
    if folded in _LEADING or (len(word) == 1 and _INITIAL.match(following)):  # `z. B.`, `J. R. R.`
        return False
    if folded in _NUMBERED and following[:1].isdigit():
        return False
    if folded in _EITHER or _INITIALS.fullmatch(word):
        return next_word in _BEGINNERS and (word != "I" or next_word != "the")
    if word.isdecimal() and len(word) <= 3:
        return bool(before[: -len(word)].strip()) and next_word not in _MONTHS
    return True
