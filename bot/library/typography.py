"""Typographic quotes, dashes and dots as Hugo's renderer sets them, as a plugin of markdown-it.

goldmark decides differently from markdown-it's own `smartquotes` and `replacements`: an opening quote needs no
closing one, addresses are left alone, and `(c)` stays `(c)`. The rules here were found by comparing with Hugo 0.168;
`tests/library/test_check.py` holds them to it.
"""

import re
import unicodedata
from collections import Counter
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

# What markdown-it may read at one go: up to a character that begins something, quotes and dots included.
_PLAIN = re.compile(r"[^\n!#$%&*+\-:<=>@\[\\\]^_`{}~'\".]+")
_SIGNS = {"---": "—", "--": "–", "...": "…", "<<": "«", ">>": "»"}
SIGNS = "“”‘’–—…«»"  # all that is set here
_ADDRESS = re.compile(r"[*_~(]*(?:(?:https?|ftp)://|www\.)", re.IGNORECASE)
_LONGEST_ADDRESS = 400
_AHEAD = 200  # characters behind a quote that are looked at

_DECADE = re.compile(r"[0-9]{2}s(?!\w)")
_CONTRACTION = re.compile(r"(?:[smtd]|ve|ll|re)(?!\w)")


def typography_plugin(markdown: MarkdownIt) -> None:
    """Set quotes, dashes and dots in the text of paragraphs and headings; code is left alone."""
    markdown.inline.ruler.at("text", _read_text)
    markdown.inline.ruler.push("typography", _set_sign)


def _read_text(state: StateInline, silent: bool) -> bool:
    match = _PLAIN.match(state.src, state.pos, state.posMax)
    if match is None:
        return False
    return _put(state, silent, len(match[0]), match[0])


def _put(state: StateInline, silent: bool, length: int, text: str) -> bool:
    if not silent:
        state.pending += text
    state.pos += length
    return True


def _set_sign(state: StateInline, silent: bool) -> bool:
    character = state.src[state.pos]
    if character not in "'\"-.<>" or _in_address(state):
        return False
    if character in "'\"":
        sign = _quote(state, character)
        return bool(sign) and _put(state, silent, 1, sign)
    for plain, sign in _SIGNS.items():
        if state.src.startswith(plain, state.pos):
            return _put(state, silent, len(plain), sign)
    return False


def _in_address(state: StateInline) -> bool:
    begin = max(0, state.pos - _LONGEST_ADDRESS)
    word = re.split(r"\s", state.src[begin : state.pos])[-1]
    return bool(_ADDRESS.match(word))


def _quote(state: StateInline, mark: str) -> str:
    """Give the sign for a straight quote, or nothing when it stays as it is."""
    before = state.src[state.pos - 1] if state.pos else "\n"
    rest = state.src[state.pos + 1 : min(state.posMax, state.pos + _AHEAD)]
    run = len(rest) - len(rest.lstrip(mark))
    after = rest[run : run + 1] or "\n"
    # https://spec.commonmark.org/0.31.2/#left-flanking-delimiter-run
    left = not after.isspace() and (not _is_punctuation(after) or before.isspace() or _is_punctuation(before))
    right = not before.isspace() and (not _is_punctuation(before) or after.isspace() or _is_punctuation(after))
    opened = _opened(state)
    if mark == "'":
        if _is_apostrophe(before, rest, opens=left and not right):
            return "’"
        if left and not right:
            opened[mark] += 1
            return "‘"
        if len(rest.partition("\n")[0]) >= 1 and not rest[:1].isdigit():
            return "’"
    elif left and not right:
        opened[mark] += 1
        return "“"
    following = rest[:1]
    enclosed = right and left and _is_punctuation(following or " ") and not (rest[1:2] or " ").isalnum()
    if not opened[mark] or not ((right and not left) or enclosed):
        return ""
    if mark == '"' and following == '"' and before.isdigit():
        return ""  # inches
    opened[mark] -= 1
    return "’" if mark == "'" else "”"


def _is_apostrophe(before: str, rest: str, *, opens: bool) -> bool:
    """Tell whether a single quote stands for letters left out: `it's`, `'90s`, `'tis`, `'em`, `rock 'n' roll`."""
    if opens and (_DECADE.match(rest) or _CONTRACTION.match(rest)):
        return True
    if (before.isspace() or unicodedata.category(before).startswith("P")) and rest[:1] in ("t", "e", "n", "l"):
        return True
    return before.isalnum() and rest[:1].isalpha()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _opened(state: StateInline) -> Counter[str]:
    """Count the quotes that are open in this paragraph or heading."""
    env: dict[str, Any] = state.env  # pyright: ignore[reportAssignmentType]
    tokens, counter = env.get("typography", (None, None))
    if tokens is not state.tokens or counter is None:
        counter = Counter[str]()
        env["typography"] = (state.tokens, counter)
    return counter
