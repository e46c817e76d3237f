"""What a site's configuration says about every review. Pure; `configuration` reads it."""

from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Literal

from bot.library.cascade import Cascade
from bot.library.frontmatter import Metadata, Value
from bot.library.plain import SUMMARY_WORDS, Rendering
from bot.library.review import Problem

Kind = Literal["hugo", "jekyll", "book", ""]

# The fields that hold each date, best first; https://gohugo.io/configuration/front-matter/#dates.
DATES: dict[str, tuple[str, ...]] = {
    "date": ("date", "publishdate", "pubdate", "published", "lastmod", "modified"),
    "publishdate": ("publishdate", "pubdate", "published"),
    "expirydate": ("expirydate", "unpublishdate"),
}


@dataclass(frozen=True, slots=True)
class Site:
    """What the site says about every review; the defaults are Hugo's, for a folder whose site is not known.

    `contents` are the folders with content below the reviews folder (with a slash at the end; the empty text is the
    folder itself), each with its language. `above` is where the reviews folder lies in the content, such as
    ``papers/``. Keys of `dates` are ``date``, ``publishdate`` and ``expirydate``; their values name fields in lower
    case, or ``:filename``. `digest` changes whenever something changes that all reviews depend on.
    """

    kind: Kind = ""
    contents: tuple[tuple[str, str], ...] = (("", ""),)
    above: str = ""
    zone: tzinfo = UTC
    language: str = "en"
    languages: frozenset[str] = frozenset(("en",))
    disabled: frozenset[str] = frozenset()
    language_folder: bool = False
    dates: dict[str, tuple[str, ...]] = field(default_factory=lambda: DATES | {"date": (*DATES["date"], ":filename")})
    permalinks: dict[str, str] = field(default_factory=dict[str, str])
    ugly_urls: frozenset[str] = frozenset()  # sections, or `*`
    keep_case: bool = False
    keep_accents: bool = True
    cjk: bool = False
    summary_words: int = SUMMARY_WORDS
    excerpt_separator: str = ""
    rendering: Rendering = field(default_factory=Rendering)
    params: Metadata = field(default_factory=dict[str, Value])
    cascades: tuple[Cascade, ...] = ()
    problems: tuple[Problem, ...] = ()
    digest: str = ""

    def split(self, path: str) -> tuple[str, str, str]:
        """Take a file's path apart: within the content, without extension and language; its language; its content."""
        inner, language = path, self.language
        for folder, name in self.contents:
            if folder and path.startswith(folder):
                inner, language = path[len(folder) :], name or language
                break
        folder, slash, name = inner.rpartition("/")
        whole = name.rpartition(".")[0] or name
        stem, _, suffix = whole.rpartition(".")
        if stem and suffix.lower() in self.languages | self.disabled:
            return folder + slash + stem, suffix.lower(), inner
        return folder + slash + whole, language, inner
