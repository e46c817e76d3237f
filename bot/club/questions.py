"""Questions to discuss a paper by: the review's own, or the paper's own words in one of four roles. Pure.

The roles are those of Jacobson & Raffel's role-playing seminars (https://colinraffel.com/blog/role-playing-seminar.html).
Each has a few ways to ask. Every way can be used for any paper: with a sentence or a term of the abstract where it
offers one, else without. So a club can go through all of them before one comes again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from bot.club.evidence import Evidence, quotable

LONGEST = 360  # characters of a question
MOST = 3  # questions of a prompt
_QUOTED = 260  # characters of whole sentences in them, beyond which no other one is quoted
LEAST = 2
_OWN = 8, 300  # characters of a question of a review


class Role(StrEnum):
    """From where a club looks at a paper. The values stand in keys that are stored."""

    AUTHOR = "author"
    SCEPTIC = "sceptic"
    ARCHAEOLOGIST = "archaeologist"
    PRACTITIONER = "practitioner"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as text; `key` names the way in which it is asked, so that it does not come again too soon."""

    key: str
    text: str


class _Way(NamedTuple):
    """A way to ask: about evidence of a kind, `{}` in its place, or else without any."""

    kind: str
    about: str
    plain: str


_WAYS: dict[Role, tuple[_Way, ...]] = {
    Role.AUTHOR: (
        _Way(
            "claims",
            "You wrote: “{}” Somebody in the first row shakes her head. What do you show her?",
            "You present this paper, and somebody in the first row shakes her head. What do you show her?",
        ),
        _Way(
            "terms",
            "Explain “{}” to a friend from another field in two sentences. What do you leave out?",
            "Explain the idea to a friend from another field in two sentences. What do you leave out?",
        ),
        _Way(
            "figures",
            "You wrote: “{}” Why did you choose to measure just that?",
            "Which line of the paper would you put on your first slide, and why that one?",
        ),
        _Way("", "", "You may add one thing to the paper before the deadline. What is it, and why is it not in there?"),
        _Way(
            "terms",
            "Your next paper goes further with “{}”. What does its first figure show?",
            "What is your next paper after this one, and what does its first figure show?",
        ),
        _Way(
            "claims",
            "Half of the abstract has to go. Does this sentence stay? “{}”",
            "All of the abstract has to go but one sentence. Which one stays?",
        ),
        _Way(
            "ideas",
            "You wrote: “{}” What did you try before that, and why did it not do?",
            "What gave you the idea for this paper, and what nearly made you give it up?",
        ),
    ),
    Role.SCEPTIC: (
        _Way(
            "claims",
            "“{}” What would you have to see to believe the opposite?",
            "Which claim of the paper do you believe least, and what would change your mind?",
        ),
        _Way(
            "figures",
            "“{}” How much of that would be left if somebody else did it again, with other data?",
            "How much of the main result would be left if somebody else did it again, with other data?",
        ),
        _Way(
            "comparisons",
            "“{}” Is that a fair comparison, and what is missing from it?",
            "What is the work not compared with, and why might that be?",
        ),
        _Way(
            "terms",
            "What exactly does “{}” mean here, and does all of it hold if it means something slightly different?",
            "Which word of the title promises more than the paper shows?",
        ),
        _Way(
            "claims",
            "“{}” What is the dullest explanation for that?",
            "What is the dullest explanation of the results, and does the paper rule it out?",
        ),
        _Way(
            "terms",
            "Take “{}” out of the abstract. What is left of the claim?",
            "You want to see this fail. What do you try first?",
        ),
        _Way(
            "ideas",
            "“{}” What is the simplest thing that would do as well?",
            "What did you look for in the paper in vain?",
        ),
    ),
    Role.ARCHAEOLOGIST: (
        _Way(
            "terms",
            "Who wrote about “{}” before, perhaps under another name?",
            "Which older idea is this, under another name?",
        ),
        _Way(
            "year",
            "The paper is from {}. What did people believe then that it spoke against, and who was right?",
            "What do people believe that this paper speaks against?",
        ),
        _Way(
            "ideas",
            "“{}” Who came closest to that before?",
            "Who came closest to this before, and what was missing?",
        ),
        _Way(
            "terms",
            "Follow “{}” back through the references: where does the trail end?",
            "Which of its references would you read next, and what do you expect there?",
        ),
        _Way(
            "names",
            "Who has built on {} since, and who has put something else in its place?",
            "Who builds on this work, or will, and who would rather put something else in its place?",
        ),
        _Way(
            "claims",
            "Will people still say this in ten years? “{}”",
            "Which page of the paper will still be read in ten years?",
        ),
        _Way("", "", "Which paper that the club has read stands next to this one on the shelf, and do the two agree?"),
    ),
    Role.PRACTITIONER: (
        _Way(
            "claims",
            "“{}” Does that change anything that you do? If not, what is missing?",
            "Does this change anything that you do? If not, what is missing?",
        ),
        _Way(
            "figures",
            "“{}” What would that be worth to you, in time, money or trouble?",
            "What would the result be worth to you, in time, money or trouble?",
        ),
        _Way(
            "ideas",
            "“{}” Where would you try that first?",
            "You want to repeat the work with what is published. What is the first thing you have to guess?",
        ),
        _Way(
            "names",
            "Would you take {} for something of your own tomorrow? What decides it?",
            "Would you use this for something of your own tomorrow? What decides it?",
        ),
        _Way(
            "comparisons",
            "“{}” What does that cost, and who pays for it?",
            "What does it cost to use this, and who pays for it?",
        ),
        _Way(
            "terms",
            "Where have you met “{}” outside of papers, and did it look like this?",
            "A colleague wants to leave out half of it. Which half, and what breaks?",
        ),
        _Way("", "", "Who gains when everybody uses this, and who could be worse off?"),
    ),
}
# When the club reads a paper again, about what its own review says.
_AGAIN = (
    _Way("said", "Our review says: “{}” Do you still think so?", "What would our review say today that it does not?"),
    _Way("said", "Our review says: “{}” What has happened since?", "What has happened since the club read it?"),
    _Way("", "", "Which sentence of our review would you strike out today?"),
    _Way("", "", "What do you see in the paper now that nobody saw then?"),
)


def role_of(day: date, every: int = 1) -> Role:
    """Give the role of the week of a day, in turn; for a slot of every so many weeks also."""
    return [*Role][(day.toordinal() - 1) // 7 // every % len(Role)]


def ask(evidence: Evidence, role: Role, used: Mapping[str, int], most: int = MOST) -> tuple[Question, ...]:
    """Ask about a paper in a role; `used` says how often a club was asked in which way.

    No way of a role comes again before all of them were used. Of those the ones come first that have something of the
    paper to ask about, and nothing of it is asked about twice.
    """
    keyed = [(f"{role}:{number}", way) for number, way in enumerate(_WAYS[role])]
    return tuple(_choose(keyed, evidence, (), used, most))


def ask_again(
    own: Sequence[str], opinions: Sequence[str], review_key: str, used: Mapping[str, int], most: int = MOST
) -> tuple[Question, ...]:
    """Ask about a paper that the club has read: what its review asks, then what it makes of its opinions now.

    No question of the review comes again before all of them did.
    """
    told = {_key(review_key, text): text for text in map(_tidy, own) if _OWN[0] <= len(text) <= _OWN[1]}
    fresh = sorted(told, key=lambda key: used.get(key, 0))  # stable: in their order in the review
    found = [Question(key, told[key]) for key in fresh[:most]]
    if len(found) < LEAST:
        keyed = [(f"again:{number}", way) for number, way in enumerate(_AGAIN)]
        found += _choose(keyed, Evidence(), quotable(opinions), used, most - len(found))
    return tuple(found)


def _choose(
    keyed: Sequence[tuple[str, _Way]], evidence: Evidence, said: Sequence[str], used: Mapping[str, int], most: int
) -> Iterator[Question]:
    """Choose the ways that were used least, and of those the ones that have something to ask about."""
    left, taken = list(keyed), set[str]()
    for _ in range(min(most, len(left))):
        fewest = min(used.get(key, 0) for key, _ in left)
        fresh = [(key, way) for key, way in left if used.get(key, 0) == fewest]
        room = _QUOTED - sum(map(len, taken))
        filled = [(key, way, _fill(way, evidence, said, taken, room)) for key, way in fresh]
        key, way, piece = max(filled, key=lambda each: bool(each[2]))  # the first of the best
        taken |= {piece} - {""}
        left.remove((key, way))
        yield Question(key, way.about.format(piece) if piece else way.plain)


def _fill(way: _Way, evidence: Evidence, said: Sequence[str], taken: set[str], room: int) -> str:
    """Give what a way can ask about, that nothing asks about yet and has room; nothing where the paper offers none."""
    if way.kind == "year":
        return str(evidence.year or "")
    pieces: Sequence[str] = said if way.kind == "said" else getattr(evidence, way.kind) if way.kind else ()
    return next((piece for piece in pieces if piece not in taken and len(piece) <= room), "")


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _key(review_key: str, text: str) -> str:
    return f"own:{review_key}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
