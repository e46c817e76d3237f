"""Words that say what a link is: the paper itself, something beside it, or another paper. Pure.

Labels are read in the languages in which reading clubs write; what is not known is no label.
"""

import re
from functools import lru_cache

_PAPER = frozenset((
    "link", "links", "paper", "papers", "pdf", "arxiv", "doi", "url", "preprint", "publication", "id", "article",
    "artikel", "aufsatz", "veröffentlichung", "papier", "lien", "liens", "enlace", "artículo", "articulo", "artigo",
    "articolo", "статья", "ссылка", "논문", "링크",
))  # fmt: skip
_ALONE = frozenset(
    ("source", "reference", "quelle", "fulltext", "原文", "논문링크")
)  # mean the paper only by themselves
_FILLERS = frozenset((
    "the", "to", "of", "for", "and", "a", "s", "original", "full", "text", "official", "published", "version",
    "under", "review", "reviewed", "main", "conference", "journal", "proceedings", "zum", "zur", "der", "vers", "al",
    "acm", "dl", "acl", "anthology", "openreview", "ieee", "neurips", "nips", "icml", "iclr", "pmlr", "jmlr", "html",
    "page", "website", "web", "online", "원문",
))  # fmt: skip
# Words of a label that make it another paper, or none.
_OTHER = frozenset((
    "related", "previous", "prior", "follow", "another", "other", "image", "figure", "code", "dataset", "data", "see",
    "from", "this", "similar", "blog", "slides", "video", "project", "demo", "cited", "earlier", "original",
    "background", "baseline", "inspired", "extends", "next", "companion", "github", "poster", "references",
))  # fmt: skip
# Chinese and Japanese have no blanks: 论文地址, 原文链接, 論文リンク.
_HAN = re.compile(
    r"(?:本|原|元)?(?:论文|論文|原文|文章|文献)?(?:原文|标题|題目)?(?:的)?(?:地址|链接|连接|連結|鏈接|网址|網址|リンク|url|link|pdf|arxiv|下载)?"
    r"(?:先|地址)?",
    re.IGNORECASE,
)
_AUTHORS = frozenset(("author", "authors", "autor", "autoren", "autores", "auteur", "auteurs", "作者", "著者", "저자"))

ASIDE = re.compile(r"\b(?:see also|also see|cf\.|compare|builds on|based on)", re.IGNORECASE)  # what follows is cited


def _words(label: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", label.lower()[:60])


def is_authors_label(label: str) -> bool:
    """Tell whether a label stands before the names of authors."""
    return not _AUTHORS.isdisjoint(_words(label)[-1:])


@lru_cache(maxsize=1024)  # the headings of a library are much the same
def is_link_label(label: str, *, strict: bool = False) -> bool:
    """Tell whether a label stands before the links of the paper; a `strict` one holds no word that is not known."""
    words = _words(label)
    if not words:
        return False
    if len(words) == 1 and (words[0] in _ALONE or _HAN.fullmatch(words[0])):
        return True
    if "".join(words) in _ALONE:
        return True
    if not _PAPER.isdisjoint(words) and all(word in _PAPER or word in _FILLERS for word in words):
        return True
    if strict or len(words) > 4 or not _OTHER.isdisjoint(words):
        return False
    return not _PAPER.isdisjoint(words[-2:])


def is_other_label(label: str) -> bool:
    """Tell whether the words of a link say that it is not the paper itself."""
    words = _words(label)
    return len(words) <= 4 and not _OTHER.isdisjoint(words) and not is_link_label(label, strict=True)
