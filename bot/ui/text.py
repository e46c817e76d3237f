"""Text for Discord: cleaned, escaped, measured and cut. Everything that a file or a member wrote passes here."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from bot.library.review import Review

# Marks that Discord reads. `<` begins mentions, custom emoji and timestamps, `[` a masked link.
_MARKS = re.compile(r"([\\*_~|`<\[\]])")
_LINE_MARKS = re.compile(r"^([ \t]*)([#>+-]|[0-9]+(?=[.)]))", re.MULTILINE)
_PING = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(https?|discord|steam)(?=:/)", re.IGNORECASE)
ZERO_WIDTH = "\u200b"


def clean(text: str) -> str:
    """Drop what cannot be seen but changes how text is read: control and bidirectional characters, lone surrogates.

    The zero-width joiners of emoji and scripts stay, and so do line ends and tabs.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in "\n\t\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def escape(text: str) -> str:
    """Make text appear as it is written: no formatting, no mention, no heading or list."""
    text = _MARKS.sub(r"\\\1", clean(text))
    text = _LINE_MARKS.sub(_escape_line_mark, text)
    return no_pings(text)


def _escape_line_mark(match: re.Match[str]) -> str:
    indent, mark = match.groups()
    # `1.` begins a list unless its full stop is escaped; the other marks are escaped themselves.
    return f"{indent}{mark}\\" if mark[0].isdigit() else f"{indent}\\{mark}"


def no_pings(text: str) -> str:
    """Break up what would ping everybody, also where it was put together from pieces that were harmless."""
    return _PING.sub("@" + ZERO_WIDTH, text)


def no_links(text: str) -> str:
    """Keep addresses in a text from becoming links."""
    return _SCHEME.sub(rf"\1{ZERO_WIDTH}", text)


def length(text: str) -> int:
    """Count as Discord's clients do, in UTF-16 units; the API counts the same or less."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def columns(text: str) -> int:
    """Count the columns that a text fills in a fixed-width font; CJK characters fill two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def fitting(text: str, limit: int) -> int:
    """Tell how many characters from the beginning of a text fill at most `limit` units."""
    used = 0
    for count, character in enumerate(text):
        used += 1 + (character > "\uffff")
        if used > limit:
            return count
    return len(text)


def truncate(text: str, limit: int) -> str:
    """Cut a text to at most `limit` units, at the end of a word where there is one, and mark the cut."""
    if length(text) <= limit:
        return text
    end = fitting(text, limit - 1)  # less the ellipsis
    head = text[:end]
    boundary = max(head.rfind(" "), head.rfind("\n"))
    if boundary > end * 0.6:
        head = head[:boundary]
    # An escape that lost its character, or a joined emoji that was cut in two, goes whole.
    return head.rstrip(" \n\\\u200d,;:") + "…"


def label(text: str, limit: int) -> str:
    """Make one clean line for where Discord formats nothing: choices, options and buttons. Never empty."""
    return truncate(" ".join(clean(text).split()), limit) or "…"


def quoted(text: str) -> str:
    """Give what a member typed on one line, not too long, and in quotes if it holds none."""
    typed = one_line(text, 100)
    return typed if any(quote in typed for quote in '"“”') else f"“{typed}”"


def one_line(text: str, limit: int) -> str:
    """Make one escaped line of at most `limit` units, in which no address is a link: for titles and what was typed."""
    return truncate(no_links(escape(" ".join(text.split()))), limit)


def calendar_date(moment: datetime) -> str:
    """Write a day as text. As a timestamp it would be the day before in America."""
    return f"{moment.day} {moment:%B} {moment.year}"


def author_list(authors: Sequence[str], limit: int = 4) -> str:
    """Name the first authors and count the rest, which are never one; escaped."""
    limit += len(authors) == limit + 1
    shown = [escape(truncate(" ".join(name.split()), 80)) for name in authors[:limit]]
    rest = len(authors) - len(shown)
    return ", ".join(shown) + (f" +{rest} more" if rest else "")


def byline(review: Review, authors: int = 4) -> str:
    """Say in one line who wrote the paper and when the club read it; empty when neither is known."""
    parts = [author_list(review.authors, authors), f"read {calendar_date(review.date)}" if review.date else ""]
    return " · ".join(part for part in parts if part)
