"""Text as it is compared: without case, accents and width. Pure."""

import re
import unicodedata

_RUN = re.compile(r"[^\W_]+")
_VOICED = "\u3099\u309a"  # the marks that make another letter of a kana


def normalize(text: str) -> str:
    """Fold case, accents and width, so that `Éclair` and `eclair` are one word."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in decomposed if c in _VOICED or not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)  # Hangul and kana whole again


def fold_words(text: str) -> list[str]:
    """Give the words of a text, folded."""
    return _RUN.findall(normalize(text))
