"""What the services that answer in JSON have in common: how they are asked, and what they can do wrong."""

import asyncio
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.papers.crossref import Crossref
from bot.papers.datacite import DataCite
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.semantic_scholar import SemanticScholar
from bot.papers.source import SourceFault
from tests.papers import test_crossref, test_datacite, test_semantic_scholar
from tests.papers.loopback_services import Answer, Hours, LoopbackService, loopback_service


@dataclass(frozen=True)
class Kind:
    """One of the sources, a paper that it knows, and what it is asked for it and for titles."""

    source: type[Crossref | DataCite | SemanticScholar]
    paper_id: PaperId
    path: str
    answer: Any
    search_path: str
    found: Any

    def make(self, service: LoopbackService, hours: Hours, **options: Any) -> Crossref | DataCite | SemanticScholar:
        return self.source("Paperclub/1", base_url=service.url, clock=hours.clock, sleep=hours.sleep, **options)


KINDS = [
    Kind(
        Crossref, test_crossref.DOI, test_crossref.PATH, {"message": test_crossref.WORK},
        "/works", {"message": {"items": [test_crossref.WORK]}},
    ),
    Kind(
        SemanticScholar, PaperId("arxiv", "2101.00042"), "/graph/v1/paper/ARXIV:2101.00042", test_semantic_scholar.PAPER,
        "/graph/v1/paper/search/match", {"data": [test_semantic_scholar.PAPER]},
    ),
    Kind(
        DataCite, test_datacite.ASKED, test_datacite.PATH, {"data": {"attributes": test_datacite.RECORD}},
        "/dois", {"data": [{"attributes": test_datacite.RECORD}]},
    ),
]  # fmt: skip


@pytest.fixture(params=KINDS, ids=lambda kind: kind.source.name)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture
async def source(kind: Kind, service: LoopbackService, hours: Hours) -> Any:
    made = kind.make(service, hours)
    yield made
    await made.aclose()


async def fault_of(source: Any, kind: Kind) -> SourceFault:
    with pytest.raises(SourceFault) as fault:
        await source.fetch([kind.paper_id])
    return fault.value


async def test_a_refusal_is_a_pause(kind: Kind, source: Any, service: LoopbackService, hours: Hours) -> None:
    service.answer(kind.path, Answer(status=429, body=b"Too many"), Answer(status=429), Answer(kind.answer))
    assert (await fault_of(source, kind)).retry_after == 30.0
    hours.now += 10
    assert (await fault_of(source, kind)).retry_after == 20.0
    assert len(service.asked) == 1  # nothing is asked during the pause
    hours.now += 20
    assert (await fault_of(source, kind)).retry_after == 60.0
    hours.now += 60
    assert await source.fetch([kind.paper_id])
    service.answer(kind.path, Answer(status=429))
    assert (await fault_of(source, kind)).retry_after == 30.0


async def test_pauses_have_a_longest(kind: Kind, source: Any, service: LoopbackService, hours: Hours) -> None:
    service.answer(kind.path, Answer(status=429))
    for _ in range(12):
        pause = (await fault_of(source, kind)).retry_after
        assert pause
        hours.now += pause
    assert pause == 600.0


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "999999999"}, 86_400.0),
        ({"Retry-After": "Fri, 01 Jan 2021 00:02:00 GMT", "Date": "Fri, 01 Jan 2021 00:00:00 GMT"}, 120.0),
    ],
)
async def test_the_pause_is_what_the_service_says(
    kind: Kind, source: Any, service: LoopbackService, status: int, headers: Mapping[str, str], pause: float
) -> None:
    service.answer(kind.path, Answer(status=status, headers=headers))
    fault = await fault_of(source, kind)
    assert (fault.reason, fault.retry_after) == ("asks for a pause", pause)
    await fault_of(source, kind)
    assert len(service.asked) == 1


@pytest.mark.parametrize("value", ["0", "-5", "soon", "9" * 40, "Fri, 01 Jan 2021", "٣"])
async def test_a_pause_that_says_nothing_is_not_believed(
    kind: Kind, source: Any, service: LoopbackService, value: str
) -> None:
    service.answer(kind.path, Answer(status=429, headers={"Retry-After": value}))
    assert (await fault_of(source, kind)).retry_after == 30.0


@pytest.mark.parametrize("passing", [Answer(status=500), Answer(status=503), Answer(reset=True)])
async def test_a_passing_fault_is_asked_again_once(
    kind: Kind, source: Any, service: LoopbackService, hours: Hours, passing: Answer
) -> None:
    service.answer(kind.path, passing, Answer(kind.answer))
    assert kind.paper_id in await source.fetch([kind.paper_id])
    assert len(service.asked) == 2
    assert len(hours.slept) == 1  # at the pace of any question
    service.answer(kind.path, passing)
    fault = await fault_of(source, kind)
    assert fault.reason in ("is out of order", "cannot be reached")
    assert fault.retry_after is None
    assert len(service.asked) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=400), "refuses to answer"),
        (Answer(status=403, body=b'{"message": "Forbidden"}'), "refuses to answer"),
        (Answer(status=301, headers={"Location": "/elsewhere"}), "answers in an unexpected way"),
        (Answer(status=204), "answers in an unexpected way"),
        (Answer(body=b""), "gives an answer that cannot be read"),
        (Answer(body=b"<!doctype html><title>Hello</title>"), "gives an answer that cannot be read"),
        (Answer(body=b'{"data": '), "gives an answer that cannot be read"),
        (Answer(body=b'{"data": NaN}'), "gives an answer that cannot be read"),
        (Answer(body=b'{"data": "\xff"}'), "gives an answer that cannot be read"),
        (Answer(body=b"[" * 100_000 + b"]" * 100_000), "gives an answer that cannot be read"),
        (Answer([]), "gives an answer that cannot be read"),
        (Answer("text"), "gives an answer that cannot be read"),
        (Answer({}), "gives an answer that cannot be read"),
        (Answer(body=b" " * (6 << 20)), "gives an answer that is too large"),
        (Answer(body=gzip.compress(b" " * (60 << 20), 1), headers={"Content-Encoding": "gzip"}), "gives an answer that is too large"),
    ],
    ids=lambda value: None if isinstance(value, Answer) else value,
)  # fmt: skip
async def test_a_wrong_answer_is_a_fault(
    kind: Kind, source: Any, service: LoopbackService, answer: Answer, reason: str
) -> None:
    service.answer(kind.path, answer)
    assert (await fault_of(source, kind)).reason == reason
    assert len(service.asked) == 1


async def test_a_slow_answer_is_a_fault(kind: Kind, service: LoopbackService, hours: Hours) -> None:
    service.answer(kind.path, Answer(kind.answer, delay=5))
    source = kind.make(service, hours, deadline=0.05)
    assert (await fault_of(source, kind)).reason == "does not answer in time"
    await source.aclose()
    assert len(service.asked) == 1


async def test_nobody_at_home_is_a_fault(kind: Kind, hours: Hours) -> None:
    async with loopback_service() as gone:
        source = kind.make(gone, hours)
    assert (await fault_of(source, kind)).reason == "cannot be reached"
    await source.aclose()


async def test_one_question_at_a_time(kind: Kind, source: Any, service: LoopbackService, hours: Hours) -> None:
    service.answer(kind.path, Answer(kind.answer, delay=0.01))
    await asyncio.gather(*(source.fetch([kind.paper_id]) for _ in range(4)))
    assert service.busiest == 1
    assert len(hours.slept) == 3


async def test_who_waits_hears_of_the_pause(kind: Kind, source: Any, service: LoopbackService) -> None:
    service.answer(kind.path, Answer(status=429, delay=0.01))
    faults = await asyncio.gather(*(fault_of(source, kind) for _ in range(4)))
    assert [fault.retry_after for fault in faults] == [30.0] * 4
    assert len(service.asked) == 1


async def test_a_text_of_megabytes_is_cut(kind: Kind, source: Any, service: LoopbackService) -> None:
    body = json.dumps(kind.answer).replace("teapot", "teapot " + "<sub>x " * 600_000, 1).encode()
    assert 4 << 20 < len(body) < 5 << 20
    service.answer(kind.path, Answer(body=body))
    paper = (await source.fetch([kind.paper_id]))[kind.paper_id]
    assert len(paper.title) < 2_100


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["10.5555/a", "2101.00042", "<p>", "v1", "2021-01-01", "9999-12-31T23:59:59-23:59", 2021]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


def broken(value: Any) -> st.SearchStrategy[Any]:
    """Put anything in the place of any part of an answer, or give anything at all."""
    put = st.builds(replaced, st.just(value), st.sampled_from(list(places(value))), ANYTHING)
    return put | put | ANYTHING


def test_any_json_is_an_answer_or_a_fault(kind: Kind) -> None:
    hours = Hours()
    with asyncio.Runner() as runner:
        serving = loopback_service()
        service = runner.run(serving.__aenter__())
        source = kind.make(service, hours)

        @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
        @given(broken(kind.answer), broken(kind.found))
        def ask(answer: Any, found: Any) -> None:
            service.answer(kind.path, Answer(answer))
            service.answer(kind.search_path, Answer(found))
            for question in (source.fetch([kind.paper_id]), source.search("utah teapot", 3)):
                try:
                    papers = runner.run(question)
                except SourceFault:
                    continue
                for paper in papers.values() if isinstance(papers, dict) else papers:
                    check(paper)

        try:
            ask()
        finally:
            runner.run(source.aclose())
            runner.run(serving.__aexit__(None, None, None))


def check(paper: Paper) -> None:
    texts = [paper.title, paper.url, paper.abstract, paper.comment, paper.venue, paper.tldr]
    texts += [*paper.authors, *paper.categories, *paper.dois]
    assert all(isinstance(text, str) and text.encode() is not None for text in texts)
    assert paper.title
    assert all(date is None or date.tzinfo for date in (paper.published, paper.updated))
    assert hash(paper)
