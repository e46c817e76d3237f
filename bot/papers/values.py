"""Values out of JSON that nobody vouches for: what has the wrong type counts as missing, what is too long is cut."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import cast

from bot.papers.identifiers import parse_doi

LONGEST_LINE = 1_000  # characters of a title, a name
LONGEST_TEXT = 20_000  # characters of an abstract
MOST_ENTRIES = 10_000  # of a list; the longest lists of authors have some five thousand


def record(value: object) -> Mapping[str, object]:
    """Read an object; any other value is an empty one."""
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    """Read a list; any other value is an empty one."""
    return cast("list[object]", value)[:MOST_ENTRIES] if isinstance(value, list) else []


def records(value: object) -> list[Mapping[str, object]]:
    """Read a list of objects, without what is none."""
    return [entry for entry in map(record, entries(value)) if entry]


def text(value: object, longest: int = LONGEST_TEXT) -> str:
    """Read a text as it is, cut; any other value is an empty one."""
    return value[:longest] if isinstance(value, str) else ""


def line(value: object) -> str:
    """Read a text as one line, its blanks collapsed."""
    return " ".join(text(value, LONGEST_LINE).split())


def paragraphs(value: object) -> str:
    """Read a text whose paragraphs are parted by empty lines, the blanks within them collapsed."""
    parts = text(value).replace("\r\n", "\n").split("\n\n")
    return "\n\n".join(part for part in (" ".join(part.split()) for part in parts) if part)


def number(value: object) -> int | None:
    """Read a whole number from 0 on, below a thousand million."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def moment(value: object) -> datetime | None:
    """Read a date or a time of ISO 8601; what names no zone is in UTC."""
    try:
        found = datetime.fromisoformat(text(value, 40))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def day(parts: Sequence[object]) -> datetime | None:
    """Read a year, perhaps with its month, perhaps with its day, as the beginning of that time in UTC."""
    year, month, date = [*(number(part) for part in parts[:3]), None, None, None][:3]
    try:
        return datetime(year, month or 1, date or 1, tzinfo=UTC) if year else None
    except (ValueError, OverflowError):
        return None


def publisher_dois(*values: object) -> tuple[str, ...]:
    """Read the DOIs that are not arXiv's own, in lower case, each once."""
    found: dict[str, None] = {}
    for value in values:
        doi = parse_doi(line(value))
        if doi and doi.scheme != "arxiv":
            # The ACL's are read as ids of the ACL, but are DOIs of a publisher.
            found[doi.value if doi.scheme == "doi" else line(value).lower()] = None
    return tuple(found)
