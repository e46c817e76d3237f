"""Which paper a member names: by its id, its address, or what a review of it is called."""

from datetime import datetime

from bot.errors import LibraryLoading, LibraryNotConnected
from bot.folding import fold_words
from bot.library.library import Libraries
from bot.library.lookup import Found
from bot.library.review import Review
from bot.papers.identifiers import PaperId, find_paper_ids, parse_id_of, parse_paper_id


def named_paper(libraries: Libraries, guild_id: int | None, text: str, now: datetime) -> PaperId | None:
    """Give the paper that a text names: by its id, or by the key or name of a review of it."""
    if found := read_id(text) or parse_paper_id(text) or next(find_paper_ids(text), None):
        return found
    review = review_called(libraries, guild_id, text, now)
    return next(iter(review.paper_ids), None) if review else None


def review_called(libraries: Libraries, guild_id: int | None, text: str, now: datetime) -> Review | None:
    """Give the review of which a text is the key or the name; None also while the reviews cannot be read."""
    try:
        match = libraries.for_guild(guild_id).find(text, now)
    except (LibraryLoading, LibraryNotConnected):  # the papers of the world need no library
        return None
    # Words of a title may be meant for any paper of the world; only a name means the club's.
    return match.review if isinstance(match, Found) and _is_called(match.review, text) else None


def review_of(libraries: Libraries, guild_id: int | None, paper_id: PaperId, now: datetime) -> Review | None:
    """Give the club's newest review of a paper; None also while the reviews cannot be read."""
    try:
        return libraries.for_guild(guild_id).review_of(paper_id, now)
    except (LibraryLoading, LibraryNotConnected):
        return None


def read_id(text: str) -> PaperId | None:
    """Read `scheme:value` as autocomplete and menus send it."""
    scheme, colon, value = text.strip().partition(":")
    return parse_id_of(scheme, value) if colon else None


def _is_called(review: Review, text: str) -> bool:
    """Tell whether a text is what a review is called, or the beginning of it in two words or more."""
    if text.strip() in (review.key, review.slug):
        return True
    words, name, head = (fold_words(part) for part in (text, review.name, review.name.partition(":")[0]))
    return words == head or (len(words) > 1 and name[: len(words)] == words)
