"""What the abstract of a paper offers to ask about: its own sentences and words, unchanged. Pure.

Only what can stand within quotes in the middle of a message is taken: whole sentences of a bearable length, and terms
that the text itself repeats. What holds formulas, addresses or marks of markdown is passed over.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.library.roles import cites, leans, tells_provenance
from bot.library.sentences import split_sentences
from bot.papers.tex import readable_text

LONGEST = 200  # characters of a sentence that is quoted
_SHORTEST = 40
_READ = 6_000  # characters of a text that are looked through
_TERMS = 4
_TERM_WORDS = 3
_TERM = 6, 40  # characters
_SINGLE = 9, 3  # characters of a term of one word, and how often it comes
_NAME = 24  # characters

_PLAIN = re.compile(r"[^\\{}$^_|<>*`#\[\]~@=\n]+")
_FINDING = re.compile(
    r"\b(?:we|our|the|these|results?|experiments?|simulations?|findings?|evidence|analys[ei]s|data)\b.{0,50}?"
    r"\b(?:shows?|finds?|found|demonstrates?|proves?|argues?|suggests?|reveals?|observes?|establish(?:es)?|concludes?"
    r"|confirms?|indicates?|discover(?:s|ed)?|conjectures?|achieves?|improves?|outperforms?|reduces?)\b",
    re.IGNORECASE,
)
_IDEA = re.compile(
    r"\b(?:we|paper|work|article|authors)\b.{0,30}?"
    r"\b(?:introduce|propose|present|develop|design|build|formulate|articulate|describe|define|construct)s?\b"
    r"|\b(?:key|idea|insight)\b.{0,20}? is\b",
    re.IGNORECASE,
)
# What tells of the paper and not of the world, and what hangs on the sentence before it.
_PLAN = re.compile(
    r"\b(?:discuss|outline|conclude (?:by|with)|future (?:work|research)|review the|survey"
    r"|provide an overview|(?:code|data|models?) (?:is|are|will be) (?:publicly )?(?:available|released)"
    r"|available at|workshop|proceedings)",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"(?:\S+ ){0,4}?(?:also|then|these|this|those|such|first|second|third|finally|next|furthermore|moreover|hence"
    r"|thus)\b(?! (?:paper|work|article|study)\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\b[0-9]+(?:[.,][0-9]+)*\s?(?:%|percent|per cent|×|x\b|times\b|points?\b|fold\b|BLEU|[kMGT]?B\b"
    r"|(?:million|billion|thousand|parameters|GPUs?|languages|tasks|participants|patients)\b)",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"\boutperform|\bsurpass|\bstate[- ]of[- ]the[- ]art|\bcompared? (?:to|with)\b|\bbaselines?\b|\bexceed|\bsuperior\b"
    r"|\b(?:better|faster|slower|larger|smaller|fewer|higher|lower|cheaper|worse|less|more)"
    r" than\b(?! (?:[0-9]|an?\b|one|two|three|four|five|six|seven|eight|nine|ten|half))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
_NAMED = re.compile(r"[^\W\d_][\w+-]*")
_MADE_UP = re.compile(r"[A-Z].*[A-Z]|[A-Za-z].*[0-9]")  # BERT, CheckList, GPT-3
_CAMEL = re.compile(r"[A-Z][a-z]+[A-Z][A-Za-z0-9]*")  # ChatGPT, where it need not stand before a colon

# Words that no term holds: those that bind sentences, and those that every abstract uses.
_COMMON_WORDS = """
a about above across after again against all almost along already also although always am among an and another any are
around as at be became because become been before began being below best better between both but by came can cannot
come could did do does doing done down during each either else enough especially etc even ever every few first five
for four from further gave get give given go goes had has have having he hence her here hers him his how however i if
in indeed instead into is it its itself just last latter least less let like made main make makes making many may me
might more moreover most much must my near need neither never next no nor not now of off often on once one only onto
or other others our ours out over own part per perhaps put quite rather same second see seen seven several she should
since six so some still such take taken ten than that the their them then there therefore these they third this those
though three through thus to together too toward towards two under until up upon us use used uses using usually
various very via was way we well were what when where whereas whether which while who whom whose why will with within
without would yet you your abstract accordingly achieve achieved achieves achieving address addresses aim aims allow
allowing allows analyse analyze apply applied approach approaches argue argued argues article author authors based
begin called case cases certain challenge challenges claim claims compare compared comparable comparing conclude
consider considered considering contain contribute contribution contributions current demonstrate demonstrated
demonstrates demonstrating describe described describes develop developed different difficult discuss due easy effect
effective effectively efficient efficiently enable enables enabling establish evaluate evaluated evaluating evaluation
evidence example examples examine existing experiment experimental experiments explore extensive extent fact find
finding findings finally follow following found framework furthermore future general generally good great greatly help
high higher highly idea identify impact important importantly improve improved improvement improvements improves
improving include includes including increase increased increasing increasingly indicate introduce introduced
introduces introducing investigate issue issues key know known large largely larger lead leading leads level low lower
major mean means measure method methods multiple namely new novel number numerous observe obtain obtained offer open
order outperform outperforming outperforms overall paper papers particular particularly perform performance performing
performs possible potential present presented presenting presents previous previously prior problem problems produce
propose proposed proposes proposing prove provide provided provides providing question questions range recent recently
reduce related relative release report reported represent require required requires research result resulting results
reveal reveals review set sets setting settings show showed showing shown shows significant significantly similar
simple simply small standard state-of-the-art strong study studies studied success successful successfully suggest
suggesting suggests surprisingly survey task tasks technique techniques term terms time today total train trained try
type types typically understand understanding understood useful vast wide widely specific correct usage work works
year years der die das den dem des ein eine einen und oder von mit für auf ist wir le la les un une du de et en dans
pour sur que qui el los las del una por para con
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ENDS = re.compile(r"(?:ly|ed|ive|ous|able|ible|ful|less|ical|ary|ic|al)$")  # hardly ever a noun


@dataclass(frozen=True, slots=True)
class Evidence:
    """What of a paper questions can be asked about; each kind the best first, and possibly empty.

    `claims` (what was found), `ideas` (what was made), `figures` (what was measured, in numbers) and `comparisons` are
    whole sentences; `terms` are what the text speaks of again and again, `names` what the paper calls its own thing.
    `year` is that of its appearance.
    """

    claims: tuple[str, ...] = ()
    ideas: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    comparisons: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    year: int | None = None


def read_evidence(title: str, abstract: str, year: int | None = None) -> Evidence:
    """Read what the title and the abstract of a paper, as a source gave them (TeX and all), offer."""
    title, text = readable_text(title[:1_000]), readable_text(abstract[:_READ])
    sentences = [*_quotable(text)]
    figures = [sentence for sentence in sentences if _FIGURE.search(sentence)]
    comparisons = [sentence for sentence in sentences if _COMPARISON.search(sentence)]
    ideas = [sentence for sentence in sentences if _IDEA.search(sentence)]
    claims = [sentence for sentence in sentences if _FINDING.search(sentence) and sentence not in ideas]
    return Evidence(
        claims=tuple(claims),
        ideas=tuple(ideas),
        figures=tuple(sentence for sentence in figures if sentence in claims or sentence in comparisons),
        comparisons=tuple(comparisons),
        terms=tuple(_terms(title, text)),
        names=tuple(_names(title, text)),
        year=year,
    )


def quotable(sentences: Sequence[str]) -> list[str]:
    """Give those of some sentences that can stand within quotes by themselves."""
    return [fitting for sentence in sentences if (fitting := _fit(sentence))]


def _quotable(text: str) -> Iterator[str]:
    for sentence in split_sentences(text):
        if sentence.kind == "paragraph" and sentence.ended and not sentence.asks and not sentence.masked:
            fitting = _fit(sentence.text)
            if fitting and not _PLAN.search(fitting) and not _HANGING.match(fitting):
                yield fitting


def _fit(text: str) -> str:
    """Give a sentence as it can be quoted, or nothing."""
    text = " ".join(text.split())
    fits = (
        _SHORTEST <= len(text) <= LONGEST
        and (text[0].isupper() or text[0].isdecimal())
        and text[-1] in ".!"
        and text[-2].isalnum()
        and len(text.split()) >= 6
        and _PLAIN.fullmatch(text) is not None
        and text.isprintable()
        and "://" not in text
        and not (leans(text) or cites(text) or tells_provenance(text))
        and text.count("(") == text.count(")")
    )
    return _inner_quotes(text) if fits else ""


def _inner_quotes(text: str) -> str:
    """Turn double quotes into single ones, since others stand around the sentence; nothing where they do not pair."""
    if text.count('"') % 2 or text.count("“") != text.count("”"):
        return ""
    text = re.sub(r'"([^"]*)"', r"‘\1’", text)
    return text.replace("“", "‘").replace("”", "’")


def _names(title: str, text: str) -> Iterator[str]:
    """Give what a title calls a thing by a name that was made up for it, where the text speaks of it too."""
    head, colon, _ = title.partition(":")
    head = head.strip()
    if colon and _NAMED.fullmatch(head) and len(head) <= _NAME and _MADE_UP.search(head):
        yield head
    for word in _WORD.findall(title):
        if _CAMEL.fullmatch(word) and word != head and len(word) <= _NAME and word in text:
            yield word


def _terms(title: str, text: str) -> Iterator[str]:
    """Give the terms of two or three words, or in a title one, that come at least twice: the most frequent first."""
    in_title = {_singular(word.casefold()) for word in _WORD.findall(title)}
    counts: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for run in (*_runs(title), *_runs(text)):
        for length in range(1, _TERM_WORDS + 1):
            for start in range(len(run) - length + 1):
                words = run[start : start + length]
                key = " ".join(_singular(word.casefold()) for word in words)
                counts[key] += 1
                shown.setdefault(key, Counter())[" ".join(words)] += 1
    # Terms of one word come last: they say little, and serve only where there are no others.
    ranked = sorted(counts, key=lambda key: (" " not in key, -_worth(key, counts[key], in_title), key))
    taken: list[str] = []
    for key in ranked:
        words = key.split()
        if len(words) == 1 and (taken or key not in in_title or len(key) < _SINGLE[0] or counts[key] < _SINGLE[1]):
            continue
        if counts[key] < 2 or _ENDS.search(words[-1]) or any({*words} & {*other.split()} for other in taken):
            continue
        term = max(shown[key].items(), key=lambda item: (item[0].islower(), item[1]))[0]
        if _TERM[0] <= len(term) <= _TERM[1]:
            taken.append(key)
            yield term
            if len(taken) == _TERMS:
                return


def _worth(key: str, count: int, in_title: set[str]) -> float:
    words = key.split()
    titled = sum(word in in_title for word in words) / len(words)
    return count * (1 if len(words) < _TERM_WORDS else 1.2) * (1 + titled)


def _runs(text: str) -> Iterator[list[str]]:
    """Give the words of a text in runs that nothing interrupts: no mark, no number, no common word."""
    run: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0]
        if text[end : match.start()] != " ":
            if run:
                yield run
            run = []
        end = match.end()
        if (
            word.casefold() in _COMMON
            or len(word) < 3
            or word.endswith("ly")
            or not all(c.isalpha() or c in "'’-" for c in word)
        ):
            if run:
                yield run
            run = []
        else:
            run.append(word)
    if run:
        yield run


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
