"""Words of titles and names: folded, split, and compared with typos. Pure."""

import re
import unicodedata
from collections.abc import Iterator

CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def normalize(text: str) -> str:
    """Fold case, accents and width, so that `Éclair` and `eclair` are one word."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def split_words(text: str) -> list[str]:
    """Give the words of a text, normalized; CJK text gives its single characters and their pairs."""
    words: list[str] = []
    for match in re.finditer(r"[^\W_]+", normalize(text)):
        for piece in _pieces(match[0]):
            if CJK.match(piece):
                words += piece
                words += (piece[i : i + 2] for i in range(len(piece) - 1))
            else:
                words.append(piece)
    return words


def _pieces(word: str) -> Iterator[str]:
    """Cut a run of letters where CJK begins and ends."""
    start = 0
    for i in range(1, len(word) + 1):
        if i == len(word) or bool(CJK.match(word[i])) != bool(CJK.match(word[start])):
            yield word[start:i]
            start = i


def edit_distance(a: str, b: str, limit: int) -> int:
    """Count insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).

    Stops at `limit`: whatever is further gives `limit + 1`.
    """
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)
