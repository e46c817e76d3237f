"""What callers wait for together."""

import asyncio
import gc

import pytest

from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from bot.papers.wishes import Batch, Wish, is_valid, spell


async def test_a_wish_is_answered_once() -> None:
    granted, failed = Wish[int](), Wish[int]()
    granted.grant(1)
    granted.grant(2)
    granted.fail(SourceFault("is not answering"))
    assert await granted.answer == 1
    failed.fail(SourceFault("is not answering"))
    failed.grant(1)
    with pytest.raises(SourceFault):
        await failed.answer


async def test_a_wish_that_fails_when_nobody_waits_is_no_cause_for_a_warning() -> None:
    warnings: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: warnings.append(context))
    Wish[int]().fail(SourceFault("is not answering"))
    gc.collect()
    await asyncio.sleep(0)
    assert warnings == []


async def test_a_batch_takes_one_version_of_a_paper_and_two_hundred_papers() -> None:
    batch = Batch()
    papers = [PaperId("arxiv", f"2401.{number:05}") for number in range(1, 202)]
    assert batch.add(papers[0], Wish[Paper | None]())
    assert not batch.add(PaperId("arxiv", papers[0].value, 2), Wish[Paper | None]())
    assert [batch.add(paper, Wish[Paper | None]()) for paper in papers[1:]] == [True] * 199 + [False]


@pytest.mark.parametrize(
    ("paper_id", "valid"),
    [
        (PaperId("arxiv", "2401.00001"), True),
        (PaperId("arxiv", "2401.00001", 999), True),
        (PaperId("arxiv", "2401.00001", 1000), False),
        (PaperId("arxiv", "2401.00001v2"), False),
        (PaperId("arxiv", "arXiv:2401.00001"), False),
        (PaperId("arxiv", "2401.00001.pdf"), False),
        (PaperId("doi", "2401.00001"), False),
    ],
)
def test_only_what_arxiv_understands_is_valid(paper_id: PaperId, valid: bool) -> None:
    assert is_valid(paper_id) == valid


def test_a_version_is_spelled() -> None:
    assert [spell(PaperId("arxiv", "hep-th/9711200", version)) for version in (None, 3)] == [
        "hep-th/9711200",
        "hep-th/9711200v3",
    ]
