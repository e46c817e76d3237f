"""The one rule of which files are reviews. Pure.

Every Markdown file is a review, except

- what is no page: hidden files and backups, archetypes, `node_modules`, Jekyll's own folders (`_layouts`, `_site` ...);
- pages that list other pages (`_index.md`; `index.md` at the top; in a site of Jekyll or a book, an `index.md` with
  pages beside it, and GitBook's `SUMMARY.md`), and at the top `about.md`, `404.md` and their like;
- what lies beside the `index.md` of a leaf bundle;
- READMEs, licences and their like;
- pages in a language that the site does not build;
- what the patterns of the setting leave out. A pattern whose last part names a file whole, such as `README.md`,
  brings it in although it is called so.
"""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from pathspec import PathSpec

from bot.library.hugo import as_text
from bot.library.site import Site

SETTING = "PAPERCLUB_REVIEWS_INCLUDE"

_MARKDOWN = (".md", ".markdown", ".mdown")
_UNSEEN = re.compile(r"\..*|.*~|#.*#", re.DOTALL)
# With the language of a translation at most: `readme.zh.md` and `README-zh_CN.md`, but not `readme-generation.md`.
_LANGUAGES = "ar|cn|cs|de|en|es|fa|fr|id|it|ja|jp|ko|kr|nl|pl|pt|ru|sv|tr|tw|uk|vi|zh"
_TRANSLATED = rf"(?:[._-](?:{_LANGUAGES})(?:[_-](?:[a-z]{{2}}|han[st]))?)?"
_ABOUT_THE_FOLDER = re.compile(
    r"(?:readme|licen[cs]e|copying|contributing|contributors|changelog|code_of_conduct|issue_template"
    rf"|pull_request_template){_TRANSLATED}",
    re.IGNORECASE,
)
# Words that are titles too, and so are only meant at the top.
_ABOUT_THE_TOP = re.compile(rf"(?:security|governance|notice|sources){_TRANSLATED}", re.IGNORECASE)
_ABOUT_THE_SITE = frozenset(("404", "about", "archive", "archives", "contact", "index", "search"))
_LISTS_OF_BOOKS = frozenset(("summary", "glossary", "langs"))
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_ -]*\.md").fullmatch
# How the names begin that a rule below may mean, in four letters.
_TELLING = frozenset((
    "404.", "abou", "arch", "chan", "code", "cont", "copy", "glos", "gove", "inde", "issu", "lang", "lice", "noti",
    "pull", "read", "sear", "secu", "sour", "summ",
))  # fmt: skip
_SECTION = re.compile(r"_index(?:\.[a-z-]{2,10})?", re.IGNORECASE)
_WHOLE_NAME = re.compile(r"[^*?\[\]!\\/]+\.(?:md|markdown|mdown)", re.IGNORECASE)


class Patterns:
    """The patterns of the setting, with the meaning of those of a `.gitignore`: the last one that fits decides.

    Upper and lower case do not count. An empty list includes everything, and so does one that only excludes.
    Source: https://git-scm.com/docs/gitignore#_pattern_format.
    """

    def __init__(self, patterns: tuple[str, ...]) -> None:
        lines = [pattern.casefold() for pattern in patterns]
        if lines and all(line.startswith("!") for line in lines):
            lines.insert(0, "*")
        self._spec = PathSpec.from_lines("gitignore", lines)
        self._names = {line.rpartition("/")[2] for line in lines if not line.startswith("!")}
        self._names = {name for name in self._names if _WHOLE_NAME.fullmatch(name)}
        self.everything = not lines

    def admit(self, path: str) -> bool:
        """Tell whether a file is included; `path` is relative to the reviews folder."""
        return self.everything or self._spec.match_file(path.casefold())

    def name(self, path: str) -> bool:
        """Tell whether a file is included by its whole name."""
        return path.rpartition("/")[2].casefold() in self._names and self.admit(path)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file lies. `bundle` is the leaf bundle above it, `alone` whether no other page is in its folder."""

    path: str
    bundle: str = ""
    alone: bool = False


def is_unseen(name: str) -> bool:
    """Tell whether a file or folder is hidden or a backup, which nobody means to publish and nobody is told of."""
    return bool(_UNSEEN.fullmatch(name))


def is_markdown(name: str) -> bool:
    """Tell whether a file is Markdown, by its name."""
    return name.lower().endswith(_MARKDOWN)


def is_ordinary(name: str) -> bool:
    """Tell whether a name alone says that a file is a review: no rule below can mean it.

    The other names are left to `why_not`, which is much slower.
    """
    return _PLAIN(name) is not None and name[:4].lower() not in _TELLING


def is_section(name: str) -> bool:
    """Tell whether a file is the page of a section."""
    return is_markdown(name) and bool(_SECTION.fullmatch(PurePosixPath(name).stem))


def is_leaf(names: list[str], site: Site) -> bool:
    """Tell whether a folder with these files is a leaf bundle: one page with all that belongs to it."""
    return site.kind in ("hugo", "") and any(
        is_markdown(name) and PurePosixPath(site.split(name)[0]).name.lower() == "index" for name in names
    )


def why_not_folder(path: str, site: Site) -> str:
    """Say why nothing in a folder is a review, or give the empty text."""
    name = path.rpartition("/")[2]
    if name == "node_modules":
        return "holds programs, not pages"
    if site.kind == "jekyll" and name.startswith("_") and name not in ("_posts", "_drafts"):
        collections = site.params.get("collections")
        known = collections if isinstance(collections, dict | list) else ()
        if name[1:] not in {as_text(item) for item in known}:
            return "is no collection of the site, but a part of how it is built"
    return ""


def why_not(place: Place, site: Site, patterns: Patterns) -> str:
    """Say why a regular file is not a review, or give the empty text."""
    path = place.path
    if not is_markdown(path):
        return "is not Markdown: the name of a review ends in .md or .markdown"
    page, language, inner = site.split(path)
    reason = _why_no_page(place, inner, page, site)
    if reason and not patterns.name(path):
        return reason
    if language in site.disabled:
        return f"is in a language that the site does not build: {language}"
    content = path.removesuffix(inner)
    if not patterns.admit(path) and not (content and patterns.admit(inner)):
        return f"is left out by {SETTING}"
    return ""


def _why_no_page(place: Place, inner: str, page: str, site: Site) -> str:
    folders, stem = PurePosixPath(inner).parts[:-1], PurePosixPath(page).name.lower()
    if "archetypes" in PurePosixPath(place.path).parts[:-1]:
        return "is an archetype, the template of new pages"
    if is_section(inner):
        return "is the page of a section"
    at_top = not folders and not site.above
    in_bundle = stem == "index" and len(folders) == 1 and not site.above and folders[0].lower() in _ABOUT_THE_SITE
    if (at_top and stem in _ABOUT_THE_SITE) or in_bundle:
        return "is about the site, not about a paper"
    if site.kind in ("jekyll", "book"):
        if stem == "index" and not place.alone:
            return "is the page of a folder"
        if site.kind == "book" and stem in _LISTS_OF_BOOKS:
            return "is a list of the pages of a book"
    elif place.bundle and (stem != "index" or place.path.rpartition("/")[0] != place.bundle):
        return f"belongs to the page {place.bundle}/index.md"
    name = PurePosixPath(inner).stem
    if _ABOUT_THE_FOLDER.fullmatch(name) or (not folders and _ABOUT_THE_TOP.fullmatch(name)):
        return f"is about the folder, not about a paper; name it in {SETTING} if it is a review"
    return ""
