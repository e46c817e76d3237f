"""Which paper a piece of text points at: any link, DOI or id -> PaperId.

Everything here is pure and linear in the length of the text. A URL is taken apart, never fetched.
Digits are matched as `[0-9]`, since the class of digits also takes full-width ones.

A new kind of link is one new entry in `_HOSTS`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class PaperId:
    """Name one paper in one scheme: ``arxiv``, ``doi``, ``acl``, ``openreview`` or ``s2``.

    Two ids are equal when they name the same paper; an arXiv version is kept beside them and does not count.
    """

    scheme: str
    value: str
    version: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @property
    def url(self) -> str:
        """The address of the paper's page at its publisher."""
        return _PAGES[self.scheme].format(self.value)


_PAGES = {
    "arxiv": "https://arxiv.org/abs/{}",
    "doi": "https://doi.org/{}",
    "acl": "https://aclanthology.org/{}/",
    "openreview": "https://openreview.net/forum?id={}",
    "s2": "https://www.semanticscholar.org/paper/{}",
}

# https://info.arxiv.org/help/arxiv_identifier.html: four digits of sequence from 0704 to 1412, five from 1501.
_ARXIV_NEW = r"(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.[0-9]{4}|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.[0-9]{5}"
_ARXIV_OLD = (
    r"(?:astro-ph|cond-mat|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|nlin|nucl-ex|nucl-th|physics|quant-ph"
    r"|math|cs|cmp-lg|q-bio|q-fin|stat|eess|econ|alg-geom|dg-ga|solv-int|q-alg|adap-org|chao-dyn|patt-sol"
    r"|comp-gas|chem-ph|acc-phys|ao-sci|atom-ph|bayes-an|funct-an|mtrl-th|plasm-ph|supr-con)"
    r"(?:\.[A-Z]{2})?/(?:9[1-9]|0[0-7])(?:0[1-9]|1[0-2])[0-9]{3}"
)
_ARXIV = re.compile(rf"(?P<id>{_ARXIV_NEW}|{_ARXIV_OLD})(?:v(?P<version>[1-9][0-9]{{0,2}}))?", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]+")
_DOI_IN_PROSE = r"10\.[0-9]{4,9}/[!#-;=?-Z^-z~]+"  # quotes, brackets and bars end it there
_ACL = re.compile(r"[0-9]{4}\.[a-z0-9]+-[a-z0-9]+\.[0-9]+|[A-Z][0-9]{2}-[0-9]{4}", re.IGNORECASE)
_OPENREVIEW = re.compile(r"[A-Za-z0-9_-]{6,20}")
_SHA1 = re.compile(r"[0-9a-f]{40}")

_ARXIV_DOI = "10.48550/arxiv."
_ACL_DOI = re.compile(r"10\.18653/v1/(?P<id>.+)", re.IGNORECASE)


def parse_arxiv_id(text: str) -> PaperId | None:
    """Read an arXiv id of either style, with or without ``arXiv:``, a version or ``.pdf``; None if it is not one."""
    text = text.strip()
    if text[:6].lower() == "arxiv:":
        text = text[6:].lstrip()
    if text[-4:].lower() == ".pdf":
        text = text[:-4]
    match = _ARXIV.fullmatch(text)
    if match is None:
        return None
    value, version = match["id"].lower(), match["version"]
    archive, slash, number = value.partition("/")
    # `math.GT/0309136` and `math/0309136` are one paper; arXiv's API finds only the second.
    value = f"{archive.split('.')[0]}/{number}" if slash else value
    return PaperId("arxiv", value, int(version) if version else None)


def parse_doi(text: str) -> PaperId | None:
    """Read a DOI, with or without ``doi:``; those of arXiv and the ACL become ids of arXiv and the ACL."""
    text = text.strip()
    if text[:4].lower() == "doi:":
        text = text[4:].lstrip()
    match = _DOI.match(text)
    if match is None:
        return None
    doi = _trim_doi(match[0]).lower()
    if doi.startswith(_ARXIV_DOI):
        return parse_arxiv_id(doi.removeprefix(_ARXIV_DOI))
    if acl := _ACL_DOI.fullmatch(doi):
        return _acl(acl["id"]) or PaperId("doi", doi)
    return PaperId("doi", doi)


def _trim_doi(doi: str) -> str:
    """Drop what follows a DOI in prose: a full stop, a closing bracket that it never opened."""
    surplus = {close: doi.count(close) - doi.count(open_) for open_, close in ("()", "[]", "{}")}
    end = len(doi)
    while end:
        last = doi[end - 1]
        if surplus.get(last, 0) > 0:
            surplus[last] -= 1
        elif last not in ".,;:!?'\"*_":
            break
        end -= 1
    return doi[:end]


def _acl(text: str) -> PaperId | None:
    text = text.strip("/").removesuffix(".pdf").removesuffix(".bib")
    if not _ACL.fullmatch(text):
        return None
    # Old ids have an upper-case letter (P19-1001), new ones are lower-case (2020.tacl-1.54).
    return PaperId("acl", text.upper() if text[0].isalpha() else text.lower())


@dataclass(frozen=True, slots=True)
class _Url:
    host: str
    path: list[str]  # segments, percent-decoded, without empty ones
    query: dict[str, list[str]]


def _arxiv_page(url: _Url) -> PaperId | None:
    kinds = {"abs", "pdf", "html", "format", "src", "e-print", "ps", "overview", "papers", "arxiv"}
    if len(url.path) >= 2 and url.path[0].lower() in kinds:
        return parse_arxiv_id("/".join(url.path[1:]))
    return None


def _openreview_page(url: _Url) -> PaperId | None:
    value = next(iter(url.query.get("id", ())), "")
    if url.path[:1] in (["forum"], ["pdf"]) and _OPENREVIEW.fullmatch(value):
        return PaperId("openreview", value)
    return None


def _acl_page(url: _Url) -> PaperId | None:
    # The old site has the volume before the paper: /anthology/W/W18/W18-5446.pdf
    return next((found for segment in reversed(url.path) if (found := _acl(segment))), None)


def _doi_page(url: _Url) -> PaperId | None:
    for start, segment in enumerate(url.path):
        if segment.startswith("10."):
            doi = "/".join(url.path[start:])
            return parse_doi(re.sub(r"(?:\.pdf|/(?:full|pdf|abstract|epdf))$", "", doi))
    return None


def _nature_page(url: _Url) -> PaperId | None:
    if len(url.path) == 2 and url.path[0] == "articles":
        return parse_doi(f"10.1038/{url.path[1].removesuffix('.pdf')}")
    return None


def _preprint_page(url: _Url) -> PaperId | None:
    """Read a page of bioRxiv or medRxiv: /content/10.1101/2020.01.30.927871v2.full."""
    found = _doi_page(url)
    return PaperId("doi", re.sub(r"v[0-9]{1,3}(?:\.[a-z+.]+)?$", "", found.value)) if found else None


def _plos_page(url: _Url) -> PaperId | None:
    return parse_doi(next(iter(url.query.get("id", ())), ""))


def _ssrn_page(url: _Url) -> PaperId | None:
    number = next(iter(url.query.get("abstract_id", url.query.get("abstractid", ()))), "")
    return PaperId("doi", f"10.2139/ssrn.{number}") if re.fullmatch(r"[0-9]{1,9}", number) else None


def _semantic_scholar_page(url: _Url) -> PaperId | None:
    if url.path[:1] == ["arxiv"]:
        return parse_arxiv_id("/".join(url.path[1:]))
    if url.path[:1] in (["paper"], ["reader"]) and _SHA1.fullmatch(url.path[-1]):
        return PaperId("s2", url.path[-1])
    return None


_HOSTS: dict[str, Callable[[_Url], PaperId | None]] = {
    "arxiv.org": _arxiv_page,
    "ar5iv.org": _arxiv_page,
    "ar5iv.labs.arxiv.org": _arxiv_page,
    "alphaxiv.org": _arxiv_page,
    "huggingface.co": _arxiv_page,
    "hf.co": _arxiv_page,
    "scirate.com": _arxiv_page,
    "arxiv-vanity.com": _arxiv_page,
    "openreview.net": _openreview_page,
    "aclanthology.org": _acl_page,
    "aclweb.org": _acl_page,
    "doi.org": _doi_page,
    "dx.doi.org": _doi_page,
    "dl.acm.org": _doi_page,
    "link.springer.com": _doi_page,
    "onlinelibrary.wiley.com": _doi_page,
    "journals.sagepub.com": _doi_page,
    "frontiersin.org": _doi_page,
    "nature.com": _nature_page,
    "biorxiv.org": _preprint_page,
    "medrxiv.org": _preprint_page,
    "journals.plos.org": _plos_page,
    "papers.ssrn.com": _ssrn_page,
    "semanticscholar.org": _semantic_scholar_page,
}


def parse_url(url: str) -> PaperId | None:
    """Read the paper that a link names, by its host and path; None for any other link."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower().removeprefix("www.")
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https"):
        return None
    url_ = _Url(host, [segment for segment in unquote(parts.path).split("/") if segment], parse_qs(parts.query))
    reader = _HOSTS.get(host) or (_arxiv_page if host.endswith(".arxiv.org") else None)
    if reader is None and "doi" in url_.path:  # most publishers: /doi/10.1073/..., /doi/full/10.1126/...
        reader = _doi_page
    return reader(url_) if reader else None


def parse_id_of(scheme: str, text: str) -> PaperId | None:
    """Read a bare id whose scheme is known from elsewhere; None when it has not the form of one."""
    match scheme:
        case "arxiv":
            return parse_arxiv_id(text)
        case "doi":
            return parse_doi(text)
        case "acl":
            return _acl(text)
        case "openreview":
            return PaperId("openreview", text) if _OPENREVIEW.fullmatch(text) else None
        case "s2":
            return PaperId("s2", text) if _SHA1.fullmatch(text) else None
        case _:
            return None


# Every other character may end a link in prose or markdown.
_URL = re.compile(r"https?://[^\s<>\"`|\\^{}\[\]]+", re.IGNORECASE)
_CANDIDATE = re.compile(
    rf"(?P<url>{_URL.pattern})"
    rf"|(?P<doi>\bdoi:\s?{_DOI_IN_PROSE}|(?<![0-9A-Za-z./]){_DOI_IN_PROSE})"
    rf"|(?<![0-9A-Za-z./-])(?P<arxiv>(?:arxiv:\s?)?(?:{_ARXIV_NEW}|{_ARXIV_OLD})(?:v[1-9][0-9]{{0,2}})?)(?![0-9A-Za-z]|[./-][0-9A-Za-z])",
    re.IGNORECASE,
)


def _trim_url(url: str) -> str:
    """Drop the punctuation of the sentence around a link, as GitHub's autolinks do."""
    surplus = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~" or (url[end - 1] == ")" and surplus > 0)):
        surplus -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def find_paper_ids(text: str) -> Iterator[PaperId]:
    """Yield the papers that a text names, in order, each once. Ids inside other links or DOIs don't count."""
    seen: set[PaperId] = set()
    for match in _CANDIDATE.finditer(text):
        if match["url"]:
            found = parse_url(_trim_url(match["url"]))
        elif match["doi"]:
            found = parse_doi(match["doi"])
        else:
            found = parse_arxiv_id(match["arxiv"])
        if found is not None and found not in seen:
            seen.add(found)
            yield found


def parse_paper_id(text: str) -> PaperId | None:
    """Read a text that is nothing but one link, DOI or id; None when it is anything else."""
    text = text.strip().strip("<>")
    if _URL.fullmatch(text):
        return parse_url(text)
    return parse_arxiv_id(text) or (parse_doi(text) if _DOI.search(text) else None)
