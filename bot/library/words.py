"""Words of titles and names: folded, split and compared. Pure."""

import re
from collections.abc import Iterator, Sequence

from rapidfuzz.distance import OSA

from bot.folding import normalize

CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_RUN = re.compile(r"[^\W_]+")
_FOLDED = re.compile(r"[^\x00-\x7f\u4e00-\u9fff]+")  # what folding may change, beside the case of ASCII


def has_cjk(text: str) -> bool:
    """Tell whether a text holds Chinese, Japanese or Korean, where no blanks part the words."""
    return not text.isascii() and CJK.search(text) is not None


def split_words(text: str) -> list[str]:
    """Give the words of a text, normalized; CJK text gives its single characters and their pairs."""
    folded = normalize(text)
    runs = _RUN.findall(folded)
    if folded.isascii():
        return runs
    words: list[str] = []
    for run in runs:
        for piece in pieces(run):
            if CJK.match(piece):
                words += piece
                words += (piece[i : i + 2] for i in range(len(piece) - 1))
            else:
                words.append(piece)
    return words


def searchable(text: str) -> str:
    """Fold a text for the full-text index, whose tokenizer folds ASCII and parts words at blanks and marks alone.

    Each CJK character becomes a word, so that words of them are phrases.
    """
    if text.isascii():
        return text
    return CJK.sub(r" \g<0> ", _FOLDED.sub(lambda match: normalize(match[0]), text))


def pieces(word: str) -> Iterator[str]:
    """Cut a run of letters where CJK begins and ends."""
    start = 0
    for i in range(1, len(word) + 1):
        if i == len(word) or bool(CJK.match(word[i])) != bool(CJK.match(word[start])):
            yield word[start:i]
            start = i


def likeness(typed: Sequence[str], name: Sequence[str]) -> float:
    """Tell how much of some typed words stands in a name, from 0 to 1, each compared with the word it is most like."""
    letters = sum(map(len, typed))
    found = sum(
        len(word) * max((OSA.normalized_similarity(word, other) for other in name), default=0.0) for word in typed
    )
    return found / letters if letters else 0.0
