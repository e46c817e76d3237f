"""What names a paper: ids of arXiv, DOIs, ids of the ACL Anthology, of OpenReview and of Semantic Scholar.

Digits are matched as `[0-9]`, since the class of digits also takes full-width ones.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class PaperId:
    """Name one paper in one scheme: ``arxiv``, ``doi``, ``acl``, ``openreview``, ``s2`` or ``corpusid``.

    The last two are Semantic Scholar's: a hash and a number. Two ids are equal when they name the same paper; an arXiv
    version is kept beside them and does not count.
    """

    scheme: str
    value: str
    version: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @property
    def url(self) -> str:
        """The address of the paper's page at its publisher."""
        # Servers, and readers of links, take two slashes for one.
        return _PAGES[self.scheme].format(quote(self.value, safe="/:;()").replace("//", "/%2F"))


_PAGES = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "acl": "https://aclanthology.org/{}/",
    "openreview": "https://openreview.net/forum?id={}",
    "s2": "https://www.semanticscholar.org/paper/{}",
    "corpusid": "https://api.semanticscholar.org/CorpusID:{}",
}

# https://info.arxiv.org/help/arxiv_identifier.html: four digits of sequence from 0704 to 1412, five from 1501; an
# archive and three digits from 9107 to 0703.
_MONTH = r"(?:0[1-9]|1[0-2])"
_ARXIV_NEW = (
    rf"(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4]){_MONTH})\.(?!0000)[0-9]{{4}}"
    rf"|(?:1[5-9]|[2-9][0-9]){_MONTH}\.(?!00000)[0-9]{{5}}"
)
_ARXIV_OLD = (
    r"(?=[a-z.-]{2,24}/[0-9]{7})"  # tells most words apart faster than the list
    r"(?:astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nlin|nucl-ex|nucl-th|physics|quant-ph"
    r"|math|cs|cmp-lg|q-bio|q-fin|stat|eess|econ|alg-geom|dg-ga|solv-int|q-alg|adap-org|chao-dyn|patt-sol"
    r"|comp-gas|chem-ph|acc-phys|ao-sci|atom-ph|bayes-an|funct-an|mtrl-th|plasm-ph|supr-con)"
    r"(?:\.(?:[a-z]{2}|[a-z]{2,5}-[a-z]{2,4}|soft|other|optics))?/"
    rf"(?:91(?:0[7-9]|1[0-2])|(?:9[2-9]|0[0-6]){_MONTH}|070[1-3])(?!000)[0-9]{{3}}"
)
ARXIV = (
    rf"(?:arxiv[\s\u00a0:\uff1a.#/_-]{{0,4}}|(?:abs|pdf)/)?(?P<id>{_ARXIV_NEW}|{_ARXIV_OLD})"
    r"(?:[ \u00a0]?v(?P<version>[1-9][0-9]{0,2}))?(?:\.pdf)?"
)
_ARXIV = re.compile(rf"{ARXIV}(?P<rest>.*)", re.ASCII | re.IGNORECASE | re.DOTALL)
_STRAY = re.compile(r"[^\w.\-/]|_")  # what may follow an id that was pasted with more than itself

# https://www.crossref.org/blog/dois-and-matching-regular-expressions/: what is in nearly all DOIs, and in those with
# a SICI, such as 10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O.
SICI = r"<[0-9]{1,6}:[0-9A-Za-z:._-]{1,24}>"
DOI = (
    r"10\.[1-9][0-9]{3,8}(?:\.[0-9]{1,9}){0,3}/(?!/)"
    rf"(?:[0-9A-Za-z().:_+-]|/(?!/)|;(?=[0-9]-)|&(?=[0-9])|{SICI})+"
)
_DOI = re.compile(rf"(?:doi[\s:/.]{{0,3}})?(?P<doi>{DOI})", re.ASCII | re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = re.compile(r"10\.(?:18653|3115)/v1/(?P<id>.+)")
_PREPRINT_DOI = re.compile(r"(?P<doi>10\.(?:1101|64898)/(?:[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.)?[0-9]{6,8})v[0-9].*")

ACL_OLD = r"[A-Z][0-9]{2}-[0-9]{4}"
ACL_NEW = r"(?:19|20)[0-9]{2}\.[a-z0-9_]{1,40}-[a-z0-9_]{1,40}\.[0-9]{1,4}"
_ACL = re.compile(rf"(?P<id>{ACL_OLD}|{ACL_NEW})(?:v[0-9]{{1,2}})?(?:\.[a-z]{{2,12}}){{0,2}}", re.ASCII | re.IGNORECASE)

_OPENREVIEW = re.compile(r"(?P<id>[A-Za-z0-9_-]{6,20})(?P<rest>[^\w.\-/].*)?", re.DOTALL)
_SHA1 = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_CORPUS = re.compile(r"[1-9][0-9]{0,11}")


def parse_arxiv_id(text: str, *, pasted: bool = False) -> PaperId | None:
    """Read an arXiv id of either style, with or without ``arXiv:``, a version or ``.pdf``; None if it is not one.

    Of what was `pasted` as part of a link there may be more behind it, such as a bracket and another word.
    """
    match = _ARXIV.fullmatch(text.strip())
    if match is None or (match["rest"] and not (pasted and _STRAY.match(match["rest"]))):
        return None
    value, version = match["id"].lower(), match["version"]
    archive, slash, number = value.partition("/")
    # `math.GT/0309136` and `math/0309136` are one paper; arXiv's API finds only the second.
    value = f"{archive.split('.')[0]}/{number}" if slash else value
    return PaperId("arxiv", value, int(version) if version else None)


def parse_doi(text: str) -> PaperId | None:
    """Read a DOI, with or without ``doi:``; those of arXiv and the ACL become ids of arXiv and the ACL.

    What cannot be a part of it may follow, such as a full stop, or a bracket that it never opened.
    """
    match = _DOI.match(text.strip())
    if match is None:
        return None
    doi = until_unmatched_bracket(match["doi"]).rstrip(".,;:_/(+").lower()
    if doi.startswith(_ARXIV_DOI):
        return parse_arxiv_id(doi.removeprefix(_ARXIV_DOI), pasted=True)
    if acl := _ACL_DOI.fullmatch(doi):
        return parse_acl_id(acl["id"]) or PaperId("doi", doi)
    if preprint := _PREPRINT_DOI.fullmatch(doi):  # bioRxiv and medRxiv set a version behind it
        doi = preprint["doi"]
    return PaperId("doi", doi) if _DOI.fullmatch(doi) else None


def until_unmatched_bracket(text: str) -> str:
    """Cut a text where a round bracket closes that was opened before it."""
    depth = 0
    for match in re.finditer("[()]", text):
        depth += 1 if match[0] == "(" else -1
        if depth < 0:
            return text[: match.start()]
    return text


def parse_acl_id(text: str) -> PaperId | None:
    """Read an id of the ACL Anthology, or the name of a file there: ``P19-1001``, ``2020.tacl-1.54.pdf``."""
    match = _ACL.fullmatch(text)
    if match is None:
        return None
    # Old ids have an upper-case letter (P19-1001), new ones are lower-case (2020.tacl-1.54).
    return PaperId("acl", match["id"].upper() if text[0].isalpha() else match["id"].lower())


def parse_openreview_id(text: str, *, pasted: bool = False) -> PaperId | None:
    """Read an id of OpenReview, in which case counts; of what was `pasted`, as that of arXiv."""
    match = _OPENREVIEW.fullmatch(text)
    return PaperId("openreview", match["id"]) if match and (pasted or not match["rest"]) else None


def parse_id_of(scheme: str, text: str) -> PaperId | None:
    """Read a bare id whose scheme is known from elsewhere; None when it has not the form of one."""
    text = text.strip()
    match scheme:
        case "arxiv":
            return parse_arxiv_id(text)
        case "doi":
            return parse_doi(text)
        case "acl":
            return parse_acl_id(text)
        case "openreview":
            return parse_openreview_id(text)
        case "s2":
            return PaperId("s2", text.lower()) if _SHA1.fullmatch(text) else None
        case "corpusid" | "s2cid":
            return PaperId("corpusid", text) if _CORPUS.fullmatch(text) else None
        case _:
            return None
