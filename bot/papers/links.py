"""Which paper a link names, by its host and path. A link is taken apart, never followed.

A new kind of link is one new entry in `_HOSTS`, which also stands for the hosts below it: `arxiv.org` for
`export.arxiv.org`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from bot.papers.schemes import PaperId, parse_acl_id, parse_arxiv_id, parse_doi, parse_id_of, parse_openreview_id

# Stricter than RFC 3986: neither a user's name nor letters that look like others, nor what browsers read otherwise.
_PARTS = re.compile(
    r"(?:(?:https?:)?//)?(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)\.?(?::[0-9]{0,5})?"
    r"(?P<path>/[^?#\s\\]*)?(?:\?(?P<query>[^#\s\\]*))?(?:#[^\s\\]*)?",
    re.ASCII | re.IGNORECASE,
)
_LABELS = 4  # of the longest host in `_HOSTS`

# What publishers set behind the DOI in a path.
_BEHIND_DOI = re.compile(
    r"(?:\.pdf|;jsessionid=.*"
    r"|/(?:full|pdf|epdf|abstract|abs|html|meta|summary|figures|references|fulltext\.html|fulltext)(?:/.*)?)$",
    re.DOTALL | re.IGNORECASE,
)
_PREPRINT = re.compile(r"(?P<id>[0-9]{4}\.[0-9]{2}\.[0-9]{2}\.[0-9]{6,8})(?:v[0-9])?(?:\.[a-z+.]+)?")
_NATURE = re.compile(r"(?P<id>(?=[a-z.-]{0,40}[0-9])[a-z][a-z0-9.-]{3,40}?)(?:_reference)?(?:\.(?:pdf|ris))?")
_BIBCODE = re.compile(r"[0-9]{4}arXiv(?P<month>[0-9]{4})\.?(?P<number>[0-9]{4,5})[A-Z]", re.IGNORECASE)
_DBLP = re.compile(r"abs-(?P<month>[0-9]{4})-(?P<number>[0-9]{4,5})(?:\.[a-z]+)?")


@dataclass(frozen=True, slots=True)
class _Url:
    host: str
    path: list[str]  # segments, percent-decoded, without empty ones
    query: str

    def argument(self, *names: str) -> str:
        """Give what the query says of the first of some names that it has; empty without any."""
        given = {key.lower(): value for key, value in reversed(parse_qsl(self.query.replace("&amp;", "&")))}
        return next((given[name] for name in names if name in given), "")


def _arxiv_page(url: _Url) -> PaperId | None:
    """Read a page of one paper, whatever is shown of it: /abs/ID, /pdf/ID.pdf, /html/IDv1/x1.png, /ftp/../ID.pdf."""
    for start, segment in enumerate(url.path):
        whole = "/".join(url.path[start : start + 2])  # hep-th/9711200
        if found := parse_arxiv_id(segment, pasted=True) or parse_arxiv_id(whole, pasted=True):
            return found
    return None


def _papers_page(url: _Url) -> PaperId | None:
    return _arxiv_page(url) if "papers" in url.path else None  # else it may be anybody's model


def _openreview_page(url: _Url) -> PaperId | None:
    if url.path[:1] in (["forum"], ["pdf"], ["attachment"], ["revisions"]):
        return parse_openreview_id(url.argument("id"), pasted=True)
    return None


def _acl_page(url: _Url) -> PaperId | None:
    # The old site has the volume before the paper: /anthology/W/W18/W18-5446.pdf
    return next((found for segment in reversed(url.path) if (found := parse_acl_id(segment))), None)


def _doi_page(url: _Url) -> PaperId | None:
    return parse_doi(_doi_in(url))


def _article_page(url: _Url) -> PaperId | None:
    return parse_doi(_BEHIND_DOI.sub("", _doi_in(url)))


def _doi_in(url: _Url) -> str:
    for start, segment in enumerate(url.path):
        if segment.lower().removeprefix("doi:").startswith("10."):
            return "/".join(url.path[start:])
    return url.argument("doi")


def _numbered_page(url: _Url) -> PaperId | None:
    """Read a page that sets a number and the title behind the DOI: /doi/10.1162/tacl_a_00349/96482/A-Primer."""
    found = _article_page(url)
    return parse_doi(re.sub(r"/[0-9]{5,9}(?:/.*)?$", "", found.value)) if found and found.scheme == "doi" else found


def _acm_page(url: _Url) -> PaperId | None:
    number = url.argument("id")
    if url.path[-1:] == ["citation.cfm"] and re.fullmatch(r"[0-9]+\.[0-9]+", number):
        return parse_doi(f"10.1145/{number}")
    return _article_page(url)


def _nature_page(url: _Url) -> PaperId | None:
    if url.path[:1] == ["articles"] and (match := _NATURE.fullmatch(url.path[1] if len(url.path) > 1 else "")):
        return parse_doi(f"10.1038/{match['id']}")
    return _article_page(url)


def _preprint_page(url: _Url) -> PaperId | None:
    """Read a page of bioRxiv or medRxiv: /content/10.1101/2020.01.30.927871v2.full, /content/early/../ID.full.pdf."""
    if found := _article_page(url):
        return found
    early = _PREPRINT.fullmatch(url.path[-1] if url.path else "")
    return PaperId("doi", f"10.1101/{early['id']}") if early else None


def _plos_page(url: _Url) -> PaperId | None:
    return parse_doi(url.argument("id"))


def _ssrn_page(url: _Url) -> PaperId | None:
    short = url.path[0] if url.path else ""  # ssrn.com/abstract=2477899
    number = short[9:] if short.startswith("abstract=") else url.argument("abstract_id", "abstractid")
    return PaperId("doi", f"10.2139/ssrn.{number}") if re.fullmatch(r"[0-9]{1,9}", number) else None


def _numbers_below(prefix: str, *folders: str) -> Callable[[_Url], PaperId | None]:
    """Read pages that are named by a number, from which the publisher makes the DOI."""

    def page(url: _Url) -> PaperId | None:
        if len(url.path) > 1 and url.path[0] in folders and re.fullmatch(r"[0-9]{3,9}", url.path[1]):
            return PaperId("doi", prefix + url.path[1])
        return _article_page(url)

    return page


def _semantic_scholar_page(url: _Url) -> PaperId | None:
    """Read a page (/paper/Title/HASH, /arxiv/ID, /CorpusID:123), a file (/HASH[:4]/HASH[4:].pdf) or the service's."""
    for start, segment in enumerate(url.path[:6]):
        label, _, rest = segment.partition(":")
        whole = "/".join([rest, *url.path[start + 1 :]]) if label.lower() == "doi" else rest
        if found := parse_id_of("s2", segment) or parse_id_of(label.lower(), whole):
            return found
    if url.path[:1] == ["p"]:
        return parse_id_of("corpusid", "".join(url.path[1:]))
    return _arxiv_page(url) or parse_id_of("s2", "".join(url.path).removesuffix(".pdf"))


def _ads_page(url: _Url) -> PaperId | None:
    for segment in url.path:
        if match := _BIBCODE.fullmatch(segment):
            return parse_arxiv_id(f"{match['month']}.{match['number']}")
    return _arxiv_page(url) or _article_page(url)


def _dblp_page(url: _Url) -> PaperId | None:
    match = _DBLP.fullmatch(url.path[-1] if url.path else "")
    return parse_arxiv_id(f"{match['month']}.{match['number']}") if match else None


def _wrapped_page(url: _Url) -> PaperId | None:
    """Read the link that a service leads through itself."""
    return _read_once(url.argument("url", "q", "u"))


def _archived_page(url: _Url) -> PaperId | None:
    """Read a page that the Wayback Machine keeps: /web/20200101000000/https://arxiv.org/abs/ID."""
    inner = url.path[3:] if url.path[2:3] in (["http:"], ["https:"]) else url.path[2:]
    return _read_once("/".join(inner) + (f"?{url.query}" if url.query else ""))


_HOSTS: dict[str, Callable[[_Url], PaperId | None]] = {
    "arxiv.org": _arxiv_page,
    "xxx.lanl.gov": _arxiv_page,
    "ar5iv.org": _arxiv_page,
    "alphaxiv.org": _arxiv_page,
    "scirate.com": _arxiv_page,
    "arxiv-vanity.com": _arxiv_page,
    "emergentmind.com": _arxiv_page,
    "papers.cool": _arxiv_page,
    "catalyzex.com": _arxiv_page,
    "huggingface.co": _papers_page,
    "hf.co": _papers_page,
    "openreview.net": _openreview_page,
    "aclanthology.org": _acl_page,
    "aclanthology.info": _acl_page,
    "aclweb.org": _acl_page,
    "doi.org": _doi_page,
    "doi.acm.org": _doi_page,
    "api.crossref.org": _doi_page,
    "acm.org": _acm_page,
    "springer.com": _article_page,
    "springeropen.com": _article_page,
    "biomedcentral.com": _article_page,
    "wiley.com": _article_page,
    "sagepub.com": _article_page,
    "frontiersin.org": _article_page,
    "iopscience.iop.org": _article_page,
    "journals.aps.org": _article_page,
    "annualreviews.org": _article_page,
    "jstor.org": _article_page,
    "direct.mit.edu": _numbered_page,
    "academic.oup.com": _numbered_page,
    "nature.com": _nature_page,
    "biorxiv.org": _preprint_page,
    "medrxiv.org": _preprint_page,
    "journals.plos.org": _plos_page,
    "ssrn.com": _ssrn_page,
    "elifesciences.org": _numbers_below("10.7554/elife.", "articles", "reviewed-preprints"),
    "zenodo.org": _numbers_below("10.5281/zenodo.", "record", "records"),
    "semanticscholar.org": _semantic_scholar_page,
    "connectedpapers.com": _semantic_scholar_page,
    "ui.adsabs.harvard.edu": _ads_page,
    "dblp.org": _dblp_page,
    "google.com": _wrapped_page,
    "l.facebook.com": _wrapped_page,
    "slack-redir.net": _wrapped_page,
    "safelinks.protection.outlook.com": _wrapped_page,
    "web.archive.org": _archived_page,
}


def parse_url(url: str) -> PaperId | None:
    """Read the paper that a link names, with or without ``https://``; None for any other link."""
    parts = _split(url)
    if parts is None:
        return None
    reader = _reader_of(parts.host)
    if reader is None and ("doi" in parts.path or "doi=" in parts.query):
        reader = _article_page  # most publishers: /doi/10.1073/..., /doi/full/10.1126/...
    return reader(parts) if reader else None


def _split(url: str) -> _Url | None:
    match = _PARTS.fullmatch(url.strip())
    if match is None:
        return None
    path = [unquote(segment) for segment in (match["path"] or "").split("/") if segment]
    return _Url(match["host"].lower(), path, match["query"] or "")


def _reader_of(host: str) -> Callable[[_Url], PaperId | None] | None:
    labels = host.rsplit(".", _LABELS)[-_LABELS:]
    names = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((reader for name in names if (reader := _HOSTS.get(name))), None)


def _read_once(url: str) -> PaperId | None:
    """Read a link inside a link, but none inside that: so the depth is bounded."""
    parts = _split(url)
    reader = _reader_of(parts.host) if parts else None
    return reader(parts) if parts and reader and reader not in (_wrapped_page, _archived_page) else None
