"""Which papers a piece of text points at: any link, DOI or id, alone or in a sentence -> PaperId.

Everything here is pure and linear in the length of the text. Two modules say what counts: `schemes` what ids look like,
and `links` which sites have pages of papers.
"""

import re
from collections.abc import Callable, Iterator

from bot.papers.links import parse_url
from bot.papers.schemes import (
    ACL_NEW,
    ACL_OLD,
    ARXIV,
    DOI,
    SICI,
    PaperId,
    parse_acl_id,
    parse_arxiv_id,
    parse_doi,
    parse_id_of,
    until_unmatched_bracket,
)

__all__ = ["PaperId", "find_paper_ids", "parse_arxiv_id", "parse_doi", "parse_id_of", "parse_paper_id", "parse_url"]

# Letters and digits, but for those of scripts that set no blanks between words.
_LETTER = r"[^\W_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_CURRENCY = r"$\u20ac\u00a3\u00a5"
# Where an id may begin and end: not in a word, a number, a price, an address or another id.
_BEGIN = (
    r"(?<![0-9A-Za-z])(?=[0-9]|[a-z][a-z0-9-]{0,62}[./]|arxiv|doi|acl|corpus|s2)"  # tells most words apart
    rf"(?<!{_LETTER})(?<![./@+{_CURRENCY}])(?!(?<=[{_CURRENCY}][ \u00a0])[0-9]{{4}}\.[0-9])(?<!{_LETTER}-)"
)
_END = rf"(?!{_LETTER}|[./@-][0-9A-Za-z]|[%\u20ac\u00a3\u00a5\u00b0]|[ \u00a0][\u20ac\u00a3\u00a5])"

# What links consist of; every other character may end one in prose or markdown.
_LINK = r"[!#-;=?-Z_a-z~\u00c0-\u1fff]"
_TAIL = rf"{_LINK}*(?:{SICI}{_LINK}*)?"
_HOST = r"(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}\.?(?::[0-9]{1,5})?"
# `P19-1001` is a part number too, and `2021.dev-main.12` a version.
_VENUES = "acl|cl|tacl|emnlp|naacl|eacl|aacl|ijcnlp|findings|coling|lrec|conll|semeval|starsem|wmt|iwslt|inlg|sigdial"

_CANDIDATE = re.compile(
    rf"(?P<url>https?://[^\s/?#<>\"`|\\^{{}}\[\]]+(?:[/?#]{_TAIL})?)"
    rf"|{_BEGIN}(?:"
    rf"(?P<arxiv>{ARXIV}){_END}"
    rf"|(?P<doi>(?:doi[\s:/.]{{0,3}})?{DOI})"
    rf"|acl(?:[\s-]anthology)?(?:\sid)?[\s:#]{{1,3}}(?P<acl>{ACL_OLD}|{ACL_NEW}){_END}"
    rf"|(?P<volume>20[0-9]{{2}}\.(?:{_VENUES})-[a-z0-9_]{{1,40}}\.[0-9]{{1,4}})(?:\.pdf)?{_END}"
    rf"|(?:(?:corpus\s?id|s2cid)\s?:\s?|s2cid\s(?=[0-9]{{4}}))(?P<corpusid>[0-9]{{1,12}}){_END}"
    rf"|s2:\s?(?P<s2>[0-9a-f]{{40}}){_END}"
    rf"|(?P<bare>{_HOST}[/?]{_TAIL})"
    r")",
    re.IGNORECASE,
)
# Only here a text is looked at closely: one of these is in every candidate, at most so many characters behind its
# beginning, and what is left of it is in the same word and the next, behind which the sign of a currency may stand.
_HINT = re.compile(r"(?:/|[0-9]{4}|:\s?[0-9]|2:)(?=(?P<rest>(?P<word>\S*)(?:\s\S*)?(?:\s[^\w\s])?))")
_BEFORE = 64
_GLUED = re.compile(r"(?<=[^/=])(?=https?://)", re.IGNORECASE)  # but not where one link holds another
_WORDED = re.compile(r"\[[^\[\]]*\]\(|\|[^|<>]*>")  # what is around a link with words, of markdown and of Slack
_SUBJECT = re.compile(r"\[[a-z-]{2,9}(?:\.[A-Za-z-]{2,9})?\]")  # `arXiv:1706.03762 [cs.CL]` is how to cite it
_AROUND = " \t\r\n<>()[]{}\"'`*_|~.,;:!?\u2018\u2019\u201c\u201d\u00ab\u00bb"

# Soft hyphens, zero-width and bidirectional marks; not the overrides, which show another order than there is.
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202c\u2060-\u2064\u2066-\u2069\ufeff]")
_HYPHENS = re.compile(r"[\u2010\u2011]")
_ESCAPED = re.compile(r"\\([_*~.()\[\]/-])")


def find_paper_ids(text: str) -> Iterator[PaperId]:
    """Yield the papers that a text names, in order, each once. Ids inside other links or DOIs don't count."""
    seen: set[PaperId] = set()
    for match in _candidates(_clean(text)):
        for found in _read(match):
            if found is not None and found not in seen:
                seen.add(found)
                yield found


def parse_paper_id(text: str) -> PaperId | None:
    """Read a text that is nothing but one link, DOI or id, maybe in brackets or quotes; None when it is anything else.

    Takes ids that mean something else in a sentence: ``P19-1001``, and every ``scheme:value``.
    """
    text = _clean(text)
    if named := {found for match in _candidates(text) for found in _read(match)}:
        more = len(named) > 1 or re.search(r"[^\W_]", _SUBJECT.sub("", _WORDED.sub("", _CANDIDATE.sub("", text))))
        return None if more else named.pop()
    for bare in (text.strip(), text.strip(_AROUND)):  # ids of OpenReview may end with an underscore
        scheme, _, value = bare.partition(":")
        if found := parse_acl_id(bare) or parse_id_of(scheme.lower(), value):
            return found
    return None


def _candidates(text: str) -> Iterator[re.Match[str]]:
    place, done = 0, 0
    while hint := _HINT.search(text, place):
        for match in _CANDIDATE.finditer(text, max(done, hint.start() - _BEFORE), hint.end("rest")):
            done = match.end()
            yield match
        place = max(hint.end("word"), done)


def _clean(text: str) -> str:
    """Drop what nobody sees or only markdown and JSON need."""
    if not text.isascii():
        text = _HYPHENS.sub("-", _INVISIBLE.sub("", text))
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


_READERS: dict[str, Callable[[str], PaperId | None]] = {
    "arxiv": parse_arxiv_id,
    "doi": parse_doi,
    "acl": parse_acl_id,
    "volume": parse_acl_id,
    "corpusid": lambda text: parse_id_of("corpusid", text),
    "s2": lambda text: parse_id_of("s2", text),
}


def _read(match: re.Match[str]) -> Iterator[PaperId | None]:
    kind = match.lastgroup or ""
    if reader := _READERS.get(kind):
        yield reader(match[kind])
        return
    before = match.string[max(0, match.start() - 3) : match.start()]
    for link in _GLUED.split(match[kind]):
        yield parse_url(_trim_link(link, before))


def _trim_link(link: str, before: str) -> str:
    """Drop the punctuation of the sentence around a link, as GitHub's autolinks do.

    An underscore is dropped only with one right `before` the link: ids of OpenReview may end with it.
    """
    return until_unmatched_bracket(link).rstrip(".,:;!?'*~(" + ("_" if "_" in before else ""))
