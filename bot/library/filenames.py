"""What the files of reviews are called, and what a new one will be. Pure."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from bot.folding import fold_words
from bot.library.review import Review
from bot.library.selection import Patterns, Place, why_not
from bot.library.site import Site

_MAX_WORDS = 40  # of a title that are looked at
_MAX_NAME = 100  # bytes of a title or a surname
_DATED_NAME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([-_])(?=.)")
_FILLERS = frozenset(
    ("a", "an", "the", "on", "in", "of", "for", "to", "and", "with", "is", "are", "do", "does", "can", "how")
)


@dataclass(frozen=True, slots=True)
class NameForm:
    """How a file is called: words of the title, maybe behind a date, maybe before the name of an author.

    `folder` is where it lies, with ``{year}`` and ``{month}`` in it; `author` is ``first``, ``last`` or empty.
    """

    folder: str = ""
    bundle: bool = False
    dated: str = ""
    separator: str = "_"
    author: str = "first"
    extension: str = ".md"

    @property
    def is_jekylls(self) -> bool:
        """Tell whether the files are posts of Jekyll."""
        return "_posts" in self.folder.split("/")


def read_name(review: Review) -> tuple[NameForm, int]:
    """Give how the file is called, and how many words of the title are in it."""
    path = PurePosixPath(review.path)
    bundle = path.stem.lower() == "index"
    folder, stem = (path.parent.parent, path.parent.name) if bundle else (path.parent, path.stem)
    dated = _DATED_NAME.match(stem)
    stem = stem[dated.end() :] if dated else stem
    separator = "_" if "_" in stem else "-" if "-" in stem else ""
    words = stem.split(separator) if separator else [stem]
    surnames = [fold_words(author)[-1] for author in review.authors if fold_words(author)]
    author = ""
    if len(words) > 1 and words[-1].lower() in surnames:
        author = "first" if words[-1].lower() == surnames[0] else "last"
    form = NameForm(
        folder=_with_dates(folder.as_posix(), review.date),
        bundle=bundle,
        dated=dated[1] if dated else "",
        separator=separator,
        author=author,
        extension=path.suffix,
    )
    return form, len(telling(words[:-1] if author else words))


def telling(words: Sequence[str]) -> list[str]:
    """Give those words of a title that say something."""
    return [word for word in words if word.lower() not in _FILLERS]


def _with_dates(folder: str, date: datetime | None) -> str:
    if folder == ".":
        return ""
    parts = folder.split("/")
    if date:
        parts = ["{year}" if part == f"{date:%Y}" else part for part in parts]
        if "{year}" in parts:
            parts = ["{month}" if part == f"{date:%m}" else part for part in parts]
    return "/".join(parts)


def name_file(
    form: NameForm, told: int, title: str, authors: Sequence[str], moment: datetime, taken: Collection[str]
) -> str:
    """Call a new file as the others are called, with so many words of the title that tell something; give its path.

    `authors` are those of the paper, `taken` the paths that exist: a number behind the name tells them apart.
    """
    before, _, _ = title.partition(":")
    words = _plain_words(before if len(telling(_plain_words(before))) > 1 else title)[:_MAX_WORDS]
    kept = telling(words)[: max(1, told)]
    if kept:  # from the first word that says something to the last one that is wished for
        start = words.index(kept[0])
        ends = [place for place in range(start, len(words)) if telling(words[start : place + 1]) == kept]
        words = words[start : ends[0] + 1]
    words = words or ["review"]
    stem = _cut(form.separator.join(words))
    if form.author and authors:
        surname = _plain_words(authors[0 if form.author == "first" else -1])[-1:]
        stem = form.separator.join([stem, *map(_cut, surname)])
    if form.dated:
        stem = f"{moment:%Y-%m-%d}{form.dated}{stem}"
    folder = form.folder.replace("{year}", f"{moment:%Y}").replace("{month}", f"{moment:%m}")
    number = 1
    while True:
        name = stem if number == 1 else f"{stem}{form.separator}{number}"
        path = f"{name}/index{form.extension}" if form.bundle else f"{name}{form.extension}"
        path = f"{folder}/{path}" if folder else path
        means_other = why_not(Place(path, path.rpartition("/")[0] * form.bundle), Site(), Patterns(()))
        if means_other and not stem.startswith("review"):
            stem = f"review{form.separator}{stem}"  # `index`, `readme`: these mean something else
        elif path not in taken:
            return path
        else:
            number += 1


def _cut(text: str) -> str:
    return text.encode()[:_MAX_NAME].decode(errors="ignore")


def _plain_words(text: str) -> list[str]:
    """Give the words of a text in letters of ASCII where they have such, and in their own where not."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ø", "o"))
    return fold_words(plain.replace("'", "").replace("\u2019", ""))
