"""A review in a few of its own sentences; the questions it asks and the opinions it holds. Pure, and without a model.

The features are those of extractive summarisation since Edmundson (1969, "New methods in automatic extracting"):
cue phrases, words of the title, the heading above, the place in the text. Centrality is the nearness to the centroid
of the text (Radev et al. 2004), and maximal marginal relevance keeps repetition down (Carbonell & Goldstein 1998).
`python -m benchmarks.gist` compares the choice with teasers that people wrote; no weight is critical there, so they
are round numbers from the middle of what does well.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.library.roles import (
    cites,
    is_personal,
    judges,
    leans,
    makes_claim,
    names_paper,
    section_role,
    tells_provenance,
)
from bot.library.sentences import Sentence, split_sentences
from bot.library.words import CJK, split_words

MAX_SENTENCES = 5

_WORDS_A_SENTENCE = 24  # of the words that a gist may have
_SHORTEST, _LONGEST = 6, 60  # words of a sentence that a gist may take
_COMFORTABLE = 22, 40  # words: shorter ones say little, longer ones are hard to read
_SHORT = 4  # added to the norm of a sentence, so that the shortest are not the nearest
_REACH = 10  # sentences in which the advantage of a beginning falls to a third
_TITLE_WORDS = 4  # of the title; a sentence with as many is wholly about it

_SAME = 0.8  # of the words of the shorter sentence, beyond which both say one thing
_MAX_CHARACTERS = 800  # of what may be called a sentence
_QUESTION_WORDS = 3, 50
_QUOTED_WORDS = 3  # within quotes, beyond which a question is someone else's


@dataclass(frozen=True, slots=True)
class Weights:
    """What each feature counts; a feature lies between 0 and 1."""

    lead: float = 1.5
    opening: float = 0.2
    title: float = 1.0
    central: float = 1.4
    cue: float = 0.7
    about: float = 0.5
    length: float = 1.0
    leaning: float = -1.0
    listed: float = -0.5
    aside: float = -0.6
    cluttered: float = -0.5
    repetition: float = -1.5


WEIGHTS = Weights()


def gist(
    body: str, title: str = "", *, limit: int = 3, with_teaser: bool = True, weights: Weights = WEIGHTS
) -> tuple[str, ...]:
    """Choose the sentences that tell what a review (markdown) or an abstract (plain text) is about, in their order.

    Gives at most `limit` (up to 5) of about 24 words each, three being nearest in length to the teasers that people
    write, and an abstract of one or two sentences whole. Without `with_teaser`, what stands before the divider is
    passed over, for a page that shows it anyway. Quoted blocks, questions and sections of references are never
    chosen; nothing is when nothing is prose.
    """
    sentences = [sentence for sentence in split_sentences(body) if with_teaser or not sentence.in_teaser]
    limit = min(limit, MAX_SENTENCES)
    own = [sentence for sentence in sentences if _is_own(sentence)]
    if len(own) <= min(limit, 2) and len(own) == len(sentences):
        return tuple(sentence.text for sentence in own)
    candidates = [sentence for sentence in own if sentence.ended and _is_readable(sentence)]
    if len(candidates) < limit:
        candidates = [sentence for sentence in own if _is_readable(sentence)]
    rated = _rate(candidates or own, sentences, title, weights)
    return tuple(rated[index].sentence.text for index in sorted(_choose(rated, limit, weights)))


def questions(body: str, *, limit: int = 20) -> tuple[str, ...]:
    """Give the questions that a review asks, of 3 to 50 words, in their order and each once.

    Those of quoted blocks and of quotes within a sentence are other people's and left out.
    """
    least, most = _QUESTION_WORDS
    found: dict[tuple[str, ...], str] = {}
    for sentence in split_sentences(body):
        if sentence.asks and _is_own(sentence, questions=True) and least <= count_words(sentence.text) <= most:
            found.setdefault(tuple(split_words(sentence.text)), sentence.text)
    return tuple(found.values())[:limit]


def opinions(body: str, *, limit: int = 40) -> tuple[str, ...]:
    """Give the sentences that hold the review's opinion, in their order: those of sections for it.

    Where no heading promises any (My thoughts, Takeaways, Limitations, ... in several languages), those in which the
    writer judges in the first person.
    """
    own = [sentence for sentence in split_sentences(body) if _is_own(sentence) and _is_readable(sentence)]
    meant = [sentence for sentence in own if section_role(sentence.headings) == "opinion"]
    found = meant or [sentence for sentence in own if judges(sentence.text)]
    return tuple(sentence.text for sentence in found[:limit])


# --- which sentences may be taken -----------------------------------------------------------------


def _is_own(sentence: Sentence, *, questions: bool = False) -> bool:
    """Tell whether the review itself says (or, with `questions`, asks) this."""
    if sentence.kind == "quote" or len(sentence.text) > _MAX_CHARACTERS:
        return False
    if questions:
        return not _asks_in_quotes(sentence.text)
    return not sentence.asks and section_role(sentence.headings) != "aside"


def _asks_in_quotes(text: str) -> bool:
    if text[-1] not in '"”»」』':
        return False
    opening = {"”": "“", "»": "«", "」": "「", "』": "『"}.get(text[-1], text[-1])
    return count_words(text[:-1].rpartition(opening)[2]) > _QUOTED_WORDS


def _is_readable(sentence: Sentence) -> bool:
    """Tell whether a sentence can stand by itself: no formula, no address, no announcement of a list."""
    text = sentence.text
    return (
        _SHORTEST <= count_words(text) <= _LONGEST
        and not text.endswith((":", "："))
        and not any(mark in text for mark in ("\\", "://", "{", "|"))
    )


def count_words(text: str) -> float:
    """Count words; of CJK text two characters are about one."""
    return len(text.split()) + len(CJK.findall(text)) / 2


# --- how good each is -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rated:
    sentence: Sentence
    words: float
    stems: frozenset[str]
    leaning: bool
    score: float


def _rate(candidates: Sequence[Sentence], sentences: Sequence[Sentence], title: str, weights: Weights) -> list[_Rated]:
    nearness = _Nearness(_stems(sentence.text) for sentence in sentences)
    stems = [_stems(sentence.text) for sentence in candidates]
    near = [nearness.of(held) for held in stems]
    nearest = max(near, default=0) or 1
    title_stems = _stems(title)
    fullest = max(1, min(len(title_stems), _TITLE_WORDS))
    divided = any(sentence.headings for sentence in sentences)  # what stands before the first heading is then aside
    rated: list[_Rated] = []
    headings: tuple[str, ...] | None = None
    for number, sentence in enumerate(candidates):
        text, role = sentence.text, section_role(sentence.headings)
        words, leaning = count_words(text), leans(text)
        features: dict[str, float] = {
            "lead": math.exp(-number / _REACH),
            "opening": 0 if sentence.place else 0.4 if sentence.headings == headings else 1,
            "title": min(1, len(stems[number] & title_stems) / fullest),
            "central": near[number] / nearest,
            "cue": 0.6 * names_paper(text) + 0.4 * makes_claim(text),
            "about": role == "about" or (role == "intro" and (sentence.in_teaser or not divided)),
            "length": min(1, words / _COMFORTABLE[0]) - max(0, words - _COMFORTABLE[1]) / (_LONGEST - _COMFORTABLE[1]),
            "leaning": leaning,
            "listed": sentence.kind == "item",
            "aside": is_personal(text) or tells_provenance(text),
            "cluttered": min(1, sentence.masked / 2 + cites(text) / 2),
        }
        headings = sentence.headings
        score = sum(getattr(weights, name) * value for name, value in features.items())
        rated.append(_Rated(sentence, words, stems[number], leaning, score))
    return rated


class _Nearness:
    """How near a sentence is to the sum of the others: rare words count more, and short sentences less."""

    def __init__(self, sentences: Iterable[frozenset[str]]) -> None:
        held = list(sentences)
        self._spread = Counter(stem for stems in held for stem in stems)
        self._weight = {stem: math.log(1 + len(held) / count) for stem, count in self._spread.items()}

    def of(self, stems: frozenset[str]) -> float:
        ordered = sorted(stems)  # sums of floats depend on the order, and that of a set on the process
        shared = math.fsum((self._spread[stem] - 1) * self._weight[stem] ** 2 for stem in ordered)
        return shared / (math.hypot(*(self._weight[stem] for stem in ordered)) + _SHORT)


def _choose(rated: Sequence[_Rated], limit: int, weights: Weights) -> list[int]:
    """Take the best sentence again and again, minding what it repeats and how many words are left."""
    chosen: list[int] = []
    words_left = float(_WORDS_A_SENTENCE * limit)
    while len(chosen) < limit:
        best, best_score = -1, -math.inf
        for index, one in enumerate(rated):
            if index in chosen or (chosen and one.words > words_left):
                continue
            overlap = max((_overlap(one, rated[other]) for other in chosen), default=0)
            if overlap > _SAME:
                continue
            score = one.score + weights.repetition * overlap
            if one.leaning and any(_follows(one, rated[other]) for other in chosen):
                score -= weights.leaning  # what it leans on is there
            if score > best_score:
                best, best_score = index, score
        if best < 0:
            break
        chosen.append(best)
        words_left -= rated[best].words
    return chosen


def _overlap(one: _Rated, other: _Rated) -> float:
    return len(one.stems & other.stems) / (min(len(one.stems), len(other.stems)) or 1)


def _follows(one: _Rated, other: _Rated) -> bool:
    return one.sentence.block == other.sentence.block and one.sentence.place == other.sentence.place + 1


# --- words ----------------------------------------------------------------------------------------

_STEM = 6  # letters; cutting words off is a stemmer for any language (McNamee & Mayfield 2004)
# Of four letters and more, since shorter words are never counted: those that say nothing about a paper's subject.
_FUNCTION_WORD_LIST = """
about above after again also another around authors because been before being between both cannot could does doing down
each even every from further have having here into itself just less like made make many more most much must need only
other over paper same should since some such than that their them then there these they thing this those through under
until upon used uses using very want well were what when where which while whose will with within without work would
your aber alle auch dass denen dies diese dieser durch eine einem einen einer eines haben ihre kann nicht noch oder sich
sind uber werden wenn wird avec cette dans elle leur mais nous plus pour sans sont como esta este para pero porque sobre
tambien
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORD_LIST.split())


def _stems(text: str) -> frozenset[str]:
    """Give the words of a text that carry meaning, cut to their beginnings; of CJK text the pairs of characters."""
    return frozenset(
        word[:_STEM]
        for word in split_words(text[:1_000])
        if (len(word) == 2 if CJK.match(word) else len(word) > 3 and word not in _FUNCTION_WORDS)
        or (len(word) > 1 and not word.isdecimal() and not word.isalpha())
    )
