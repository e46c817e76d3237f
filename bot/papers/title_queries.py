"""Words of a title -> questions in the language of arXiv's search, which is that of Lucene."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 3_000  # bytes of a question in an address; arXiv refuses a request line above about 4,000
_FIELD = re.compile(r"\A\s*(?:ti|au|abs|co|jr|cat|rn|id|all|title|author)\s*:\s*(?=\S)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[-'\u2019.][^\W_]+)*")  # the rest are operators, quotes, or the marks of a sentence
_OPERATORS = frozenset(["and", "or", "not", "andnot"])


def title_queries(text: str) -> list[str]:
    """Give what to ask for, one after the other until something is found: the words as they stand, then in any order.

    Empty when there are no words.
    """
    words = _fitting(_WORD.findall(_FIELD.sub("", unicodedata.normalize("NFC", text))))
    if not words:
        return []
    # An operator that stands free breaks a question; in lower case it is one of the words that arXiv passes over.
    phrase = " ".join(word.lower() if word.lower() in _OPERATORS else word for word in words)
    telling = [word for word in words if word.lower() not in _OPERATORS]
    each = " AND ".join(f'ti:"{word}"' for word in dict.fromkeys(telling))
    return list(dict.fromkeys(filter(None, [f'ti:"{phrase}"', each])))


def _fitting(words: list[str]) -> list[str]:
    """Give as many words as an address has room for."""
    room = _LONGEST
    for number, word in enumerate(words):
        room -= len(quote(f' AND ti:"{word}"', safe=""))
        if room < 0:
            return words[:number]
    return words
