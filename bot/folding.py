"""Text as it is compared: without case, accents and width. Pure."""

import re
import unicodedata

_RUN = re.compile(r"[^\W_]+")


def normalize(text: str) -> str:
    """Fold case, accents and width, so that `Éclair` and `eclair` are one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def fold_words(text: str) -> list[str]:
    """Give the words of a text, folded."""
    return _RUN.findall(normalize(text))
