"""What is asked of arXiv together: the papers that callers wait for, in batches of one request."""

import asyncio
from typing import Generic, TypeVar
from urllib.parse import quote

from bot.papers.identifiers import PaperId, parse_arxiv_id
from bot.papers.paper import Paper

_MOST = 200  # papers in a request
_ROOM = 3_500  # bytes of ids in a request line, which arXiv refuses above about 4,000

T = TypeVar("T")


class Wish(Generic[T]):
    """What some callers wait for: the answer, and how many of them are still there."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.waiting = 0

    def grant(self, answer: T) -> None:
        """Give the answer, unless there is one."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Let it fail, unless there is an answer."""
        if not self.answer.done():
            self.answer.set_exception(error)
            self.answer.exception()  # it may be that nobody waits any more, which is no cause for a warning


class Batch:
    """The papers of one request, each in one version, since an answer may hold but one of them."""

    def __init__(self) -> None:
        self.wishes: dict[PaperId, Wish[Paper | None]] = {}
        self._room = _ROOM

    def add(self, paper_id: PaperId, wish: Wish[Paper | None]) -> bool:
        """Take one more, if there is room for it."""
        room = self._room - len(quote(spell(paper_id) + ",", safe=""))
        if paper_id in self.wishes or len(self.wishes) == _MOST or room < 0:
            return False
        self.wishes[paper_id], self._room = wish, room
        return True


def is_valid(paper_id: PaperId) -> bool:
    """Tell whether an id has the form of arXiv's; one that has not would spoil the question for all others."""
    read = parse_arxiv_id(paper_id.value)
    return read is not None and read == paper_id and (paper_id.version is None or 0 < paper_id.version < 1_000)


def spell(paper_id: PaperId) -> str:
    """Write an id as arXiv's `id_list` has it."""
    return f"{paper_id.value}v{paper_id.version}" if paper_id.version else paper_id.value
