"""What the world knows of a paper, as plain values."""

from dataclasses import dataclass
from datetime import datetime

from bot.papers.identifiers import PaperId


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as one source describes it.

    `id` carries the version that is described, where the source knows versions. `title`, `abstract` and `comment` are
    text with TeX in it, as the source gave them, blanks collapsed (paragraphs of an abstract are parted by an empty
    line). `published` is when its first version appeared, `updated` when this one did, both aware. `categories` are
    arXiv's, the primary one first. `venue` is where it appeared in print. `dois` are those of its publisher, not of
    arXiv. `source` is the name to attribute it to, and `url` its page there. `tldr` and `citations` are Semantic
    Scholar's.
    """

    id: PaperId
    title: str
    source: str
    url: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    comment: str = ""
    venue: str = ""
    dois: tuple[str, ...] = ()
    withdrawn: bool = False
    tldr: str = ""
    citations: int | None = None
