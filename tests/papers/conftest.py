"""Sources of papers on this machine, which look at the pace, and a clock."""

from collections.abc import AsyncIterator

import pytest

from bot.papers.arxiv import Arxiv
from tests.papers.loopback_arxiv import MANY, SHORT, C, Entry, LoopbackArxiv, MakeArxiv, loopback_arxiv
from tests.papers.loopback_services import Hours, LoopbackService, loopback_service


@pytest.fixture
async def service() -> AsyncIterator[LoopbackService]:
    async with loopback_service() as served:
        yield served


@pytest.fixture
def hours() -> Hours:
    return Hours()


@pytest.fixture
async def server() -> AsyncIterator[LoopbackArxiv]:
    async with loopback_arxiv(papers=[Entry(entry.value, 2) for entry in (*MANY, C)]) as running:
        yield running
    assert running.most_at_once <= 1
    for before, after in zip(running.log, running.log[1:], strict=False):
        assert after.begin - before.end >= SHORT - 0.02, "asked too soon"  # the client may see the end a little sooner


@pytest.fixture
async def make(server: LoopbackArxiv) -> AsyncIterator[MakeArxiv]:
    made: list[Arxiv] = []

    def make_arxiv(**given: object) -> Arxiv:
        settings = {"address": server.address, "pause": SHORT, "deadline": 10.0} | given
        made.append(Arxiv("Paperclub/1.0 (mailto:club@example.org)", **settings))  # pyright: ignore[reportArgumentType]
        return made[-1]

    yield make_arxiv
    for arxiv in made:
        await arxiv.aclose()


@pytest.fixture
def arxiv(make: MakeArxiv) -> Arxiv:
    return make()
