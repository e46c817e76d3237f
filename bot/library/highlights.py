"""What the card of a review shows of its sentences. Pure."""

from dataclasses import dataclass

from bot.library.gist import gist, opinions
from bot.library.outline import DIVIDER
from bot.library.plain import plain_text
from bot.library.review import Review
from bot.library.words import split_words

_WORTH_CHOOSING = 1_200  # characters of a body from which sentences are chosen for its card
_OPINIONS = 2  # sentences
_TELLING = 40  # characters of a teaser that tell whether it was taken from the body


@dataclass(frozen=True, slots=True)
class Highlights:
    """Sentences of a review, as plain text: what it says beyond its teaser, and what it thinks of the paper."""

    gist: tuple[str, ...] = ()
    opinions: tuple[str, ...] = ()


def choose_highlights(review: Review, body: str) -> Highlights:
    """Choose what the card shows: of a review with a teaser of its own only its opinion, of a short one nothing."""
    if len(body) < _WORTH_CHOOSING:
        return Highlights()
    teaser = _spoken(plain_text(review.teaser))
    thoughts = tuple(sentence for sentence in opinions(body) if _spoken(sentence) not in teaser)[:_OPINIONS]
    is_own = DIVIDER in body or review.teaser[:_TELLING] not in body
    found = () if is_own else gist(body, review.name)
    points = tuple(point for point in found if point not in thoughts and _spoken(point) not in teaser)
    return Highlights(points, thoughts)


def _spoken(text: str) -> str:
    """Give the words of a text alone: quotes, dashes and math are set in different ways."""
    return " ".join(split_words(text))
