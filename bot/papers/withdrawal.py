"""Whether a paper was withdrawn, which arXiv only says in words.

Its comment, its abstract or both hold a sentence such as "This paper has been withdrawn by the authors". Papers about
withdrawn drugs or water, those that replace a withdrawn one, and those withdrawn from a conference hold the word too.
"""

import re

_WORK = r"(?:e-?print|pre-?print|paper|article|submission|manuscript|work|version|document|report|note|thesis|chapter)"
_THIS = (
    r"(?:(?:this|the (?:current|present|latest)) version of )?"
    rf"(?:this|the|our|my) (?:current |present |above |whole |entire |arxiv )?{_WORK}"
)
_BEEN = r"(?:(?:has|have|had) (?:now )?been|(?:has|have|had) to be|is|was)(?: (?:being|hereby|now|[a-z]+ly))?"
_HERE = r"(?! from (?!(?:the )?(?:arxiv|archive|e-?print|pre-?print)))"  # and not from a conference
_BY = r"by (?:the |its |our )?(?:[a-z]+ )?(?:authors?|submitters?|arxiv)\b"

_SENTENCE = re.compile(
    # "a version of this paper was withdrawn", "the claims in this paper ..." are about something else
    rf"(?<!of )(?<!in )(?<!from )(?<!until )(?<!if )\b{_THIS} {_BEEN} withdrawn\b{_HERE}"
    rf"|\b(?:authors?|i|we) (?:have |has |had |am |are |wish to |would like to )?(?:decided to )?"
    rf"(?:hereby |now |[a-z]+ly )?(?:withdraws?|withdrew|withdrawn|withdrawing) (?:{_THIS}|{_WORK})\b{_HERE}",
    re.IGNORECASE,
)
# A comment is a note of the authors on their paper, which needs no subject.
_COMMENT = re.compile(
    rf"(?:^|[.,;:(\[] ?)(?:{_WORK} )?(?:{_BEEN} )?(?:[a-z]+ly )?withdrawn"
    r"(?= ?(?:$|[.,;:!)\]])| (?:by|due|because|for|since|until|as|pending|owing|and|after|to|on)\b)",
    re.IGNORECASE,
)
_FAULT = r"(?:due to|because of|owing to) (?:[a-z]+ ){0,3}(?:errors?|mistakes?|gaps?|flaws?|bugs?)\b"
_ABSTRACT = re.compile(rf"[\[(]?(?:{_WORK} )?(?:{_BEEN} )?withdrawn(?: {_BY}| {_FAULT}| ?[.!]?$|[:\])])", re.IGNORECASE)


def is_withdrawn(abstract: str, comment: str) -> bool:
    """Tell whether the authors or arXiv say that the paper was withdrawn; blanks must be collapsed."""
    return (_mentions(comment) and bool(_SENTENCE.search(comment) or _COMMENT.search(comment))) or (
        _mentions(abstract) and bool(_SENTENCE.search(abstract) or _ABSTRACT.match(abstract))
    )


def _mentions(text: str) -> bool:
    return "ithdr" in text or "ITHDR" in text
