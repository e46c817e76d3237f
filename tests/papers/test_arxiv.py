"""arXiv as a source, over real sockets. The pause between requests is short here, but where it is what is tested."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web

from bot.papers.arxiv import PAUSE, Arxiv
from bot.papers.identifiers import PaperId, parse_arxiv_id
from bot.papers.source import Source, SourceFault
from tests.papers.loopback_arxiv import (
    GHOST,
    Act,
    Entry,
    LoopbackArxiv,
    atom,
    drip,
    entity_bomb,
    error_feed,
    feed,
    giving,
    loopback_arxiv,
    packed,
    reset,
    saying,
)

SHORT = 0.05  # seconds between two requests


def paper_id(text: str) -> PaperId:
    found = parse_arxiv_id(text)
    assert found is not None
    return found


A, B, C = map(paper_id, ("2002.00001", "2002.00002", "hep-th/9711200"))
MANY = [paper_id(f"2002.{number:05}") for number in range(1, 401)]


@pytest.fixture
async def server() -> AsyncIterator[LoopbackArxiv]:
    async with loopback_arxiv(papers=[Entry(entry.value, 2) for entry in (*MANY, C)]) as running:
        yield running
    assert running.most_at_once <= 1
    for before, after in zip(running.log, running.log[1:], strict=False):
        assert after.begin - before.end >= SHORT - 0.02, "asked too soon"  # the client may see the end a little sooner


MakeArxiv = Callable[..., Arxiv]


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


def test_it_is_a_source_of_arxivs_papers(arxiv: Arxiv) -> None:
    source: Source = arxiv
    assert source.name == "arXiv"
    assert source.knows(A)
    assert not source.knows(PaperId("doi", "10.1000/x"))


async def test_papers_are_told_apart_and_unknown_ones_left_out(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    unknown = paper_id("2002.99999")
    found = await arxiv.fetch([A, unknown, C, B, A])
    assert list(found) == [A, C, B]
    assert [found[which].id for which in (A, B, C)] == [A, B, C]
    assert server.log[0].query == {"id_list": "2002.00001,2002.99999,hep-th/9711200,2002.00002", "max_results": "4"}
    assert server.log[0].headers["User-Agent"] == "Paperclub/1.0 (mailto:club@example.org)"


async def test_an_id_with_a_version_asks_for_that_one_and_without_for_the_latest(
    server: LoopbackArxiv, arxiv: Arxiv
) -> None:
    server.papers += [Entry(A.value, 1, title="First"), Entry(A.value, 3, title="Third")]
    first, latest = paper_id(A.value + "v1"), A
    one, other = await asyncio.gather(arxiv.fetch([first]), arxiv.fetch([latest, B]))
    assert (one[first].title, one[first].url) == ("First", "https://arxiv.org/abs/2002.00001v1")
    assert (other[latest].title, other[latest].url) == ("Third", "https://arxiv.org/abs/2002.00001")
    assert other[latest].id.version == 3
    assert [asked.ids for asked in server.log] == [["2002.00001v1", "2002.00002"], ["2002.00001"]]


async def test_a_version_that_does_not_exist_is_unknown(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts += [giving(feed([Entry(A.value, 2)]))]
    assert await arxiv.fetch([paper_id(A.value + "v9")]) == {}


async def test_fifty_members_at_once_need_three_requests_at_most(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    async def member(number: int) -> None:
        await asyncio.sleep(number / 500)
        assert list(await arxiv.fetch([MANY[number]])) == [MANY[number]]

    await asyncio.gather(*(member(number) for number in range(50)))
    assert len(server.log) <= 3


async def test_who_asks_while_a_request_waits_is_served_by_it(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.3)
    await arxiv.fetch([A])

    async def member(number: int) -> None:
        await asyncio.sleep(number / 1_000)
        await arxiv.fetch([MANY[number + 10]])

    await asyncio.gather(*(member(number) for number in range(100)))
    assert [len(asked.ids) for asked in server.log] == [1, 100]


async def test_the_same_question_is_asked_once(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.delay = 0.1
    server.found['ti:"boats"'] = [Entry(A.value)]

    async def late() -> None:
        await asyncio.sleep(0.05)
        assert A in await arxiv.fetch([A])

    await asyncio.gather(*(arxiv.fetch([A]) for _ in range(20)), late())
    assert len(server.log) == 1
    found = await asyncio.gather(*(arxiv.search("boats", 5) for _ in range(20)))
    assert all([paper.id for paper in papers] == [A] for papers in found)
    assert len(server.log) == 2


async def test_large_questions_are_split(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    assert len(await arxiv.fetch(MANY)) == 400
    assert [len(asked.ids) for asked in server.log] == [200, 200]
    old = [paper_id(f"astro-ph/9{number // 1000 + 2}01{number % 1000:03}v1") for number in range(300)]
    await arxiv.fetch(old)
    assert all(len(asked.ids) <= 200 and asked.line < 4_000 for asked in server.log)


async def test_a_malformed_id_is_never_asked_for(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    bad = [
        PaperId("arxiv", text)
        for text in ("abc", "2002.1", "2002.00001v1", "2002.00001,2002.00002", "", "math.GT/0309136")
    ]
    bad += [PaperId("arxiv", A.value, 0), PaperId("arxiv", B.value, -1), PaperId("doi", "10.1000/x")]
    assert await arxiv.fetch(bad) == {}
    assert server.log == []
    assert list(await arxiv.fetch([*bad[:6], C])) == [C]


async def test_an_id_that_arxiv_refuses_does_not_spoil_the_others(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts.append(
        saying(400, error_feed(f"incorrect id format for {B.value}"), Content_Type="application/atom+xml")
    )
    assert list(await arxiv.fetch([A, B, C])) == [A, C]
    assert [asked.ids for asked in server.log][1:] == [[A.value, C.value]]


@pytest.mark.parametrize("body", [error_feed("max_results must be positive"), b"<html>Bad Request</html>", b""])
async def test_any_other_400_is_not_asked_again(server: LoopbackArxiv, arxiv: Arxiv, body: bytes) -> None:
    server.acts.append(saying(400, body, Content_Type="application/atom+xml"))
    with pytest.raises(SourceFault):
        await arxiv.fetch([A, B])
    assert len(server.log) == 1


async def test_an_empty_answer_is_asked_for_once_more(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts.append(giving(feed([], total=0)))
    assert list(await arxiv.fetch([A])) == [A]
    server.acts += [giving(feed([GHOST])), giving(feed([GHOST]))]
    assert await arxiv.fetch([A]) == {}
    assert len(server.log) == 4


@pytest.mark.parametrize(
    "act",
    [saying(500), saying(502), saying(503, Retry_After="0"), saying(503), reset, giving(b""), saying(200, b"x", Content_Encoding="gzip")],
    ids=["500", "502", "503 with 0", "503", "reset", "nothing", "garbled"],
)  # fmt: skip
async def test_what_fails_for_a_moment_is_asked_again_twice_at_most(
    server: LoopbackArxiv, arxiv: Arxiv, act: Act
) -> None:
    server.acts += [act, act]
    assert list(await arxiv.fetch([A])) == [A]
    assert len(server.log) == 3
    server.acts += [act] * 5
    with pytest.raises(SourceFault):
        await arxiv.fetch([A])
    assert len(server.log) == 6
    server.acts.clear()


@pytest.mark.parametrize(
    "act",
    [
        saying(403), saying(404), saying(301, Location="http://127.0.0.1:1/"), saying(302, Location="/api/query?elsewhere=1"),
        giving(feed([]), "text/html"), giving(b"<html><body>Maintenance</body></html>", "text/html"), giving(b"<html></html>"),
        giving(entity_bomb()), giving(feed([Entry(A.value)])[:-30]), giving(b" " * (20 << 20)), packed(b"\0" * (50 << 20)),
    ],
    ids=["403", "404", "301", "302", "type", "html", "html as atom", "entities", "truncated", "20 MB", "gzip bomb"],
)  # fmt: skip
async def test_what_stays_wrong_is_asked_once(server: LoopbackArxiv, arxiv: Arxiv, act: Act) -> None:
    server.acts.append(act)
    with pytest.raises(SourceFault) as caught:
        await arxiv.fetch([A])
    assert caught.value.retry_after is None
    assert len(server.log) == 1
    assert list(await arxiv.fetch([A])) == [A]


async def test_a_host_that_is_not_there_is_a_fault(make: MakeArxiv) -> None:
    for address in ("http://no-such-host.invalid/api/query", "http://127.0.0.1:1/api/query"):
        with pytest.raises(SourceFault, match="cannot be reached"):
            await make(address=address, pause=0.001).fetch([A])


@pytest.mark.parametrize(("header", "seconds"), [({}, 60), ({"Retry_After": "5"}, 60), ({"Retry_After": "900"}, 900)])
async def test_after_a_429_nothing_is_asked_for_a_while(
    server: LoopbackArxiv, make: MakeArxiv, header: dict[str, str], seconds: int
) -> None:
    now = [0.0]

    async def sleep(rest: float) -> None:
        await asyncio.sleep(rest)
        now[0] += rest

    server.clock = lambda: now[0]
    arxiv = make(clock=server.clock, sleep=sleep)
    server.acts.append(saying(429, b"Rate exceeded.", **header))
    refused = await asyncio.gather(arxiv.fetch([A]), arxiv.search("boats", 1), arxiv.fetch([B]), return_exceptions=True)
    assert [getattr(fault, "retry_after", None) for fault in refused] == [pytest.approx(seconds)] * 3
    now[0] += seconds - 1
    with pytest.raises(SourceFault) as caught:
        await arxiv.fetch([A])
    assert caught.value.retry_after == pytest.approx(1)
    assert len(server.log) == 1
    now[0] += 1
    assert list(await arxiv.fetch([A])) == [A]
    assert len(server.log) == 2


async def test_a_429_after_a_stall_is_heard_though_nobody_waits(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(deadline=0.1)
    server.acts.append(saying(429, b"Rate exceeded.", stall=0.3))
    with pytest.raises(SourceFault, match="in time"):
        await arxiv.fetch([A])
    await asyncio.sleep(0.3)
    with pytest.raises(SourceFault) as caught:
        await arxiv.fetch([A])
    assert caught.value.retry_after == pytest.approx(60, abs=1)
    assert len(server.log) == 1


async def test_a_503_that_names_a_time_is_left_alone_for_it(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts.append(saying(503, Retry_After="30"))
    for _ in range(2):
        with pytest.raises(SourceFault) as caught:
            await arxiv.fetch([A])
        assert caught.value.retry_after == pytest.approx(30, abs=1)
    assert len(server.log) == 1


async def test_three_seconds_lie_between_requests_from_end_to_beginning(server: LoopbackArxiv, make: MakeArxiv) -> None:
    now = [0.0]

    async def sleep(rest: float) -> None:
        await asyncio.sleep(SHORT)
        now[0] += rest

    async def slow(request: web.Request) -> web.StreamResponse:
        now[0] += 7.0
        return atom(feed([Entry(A.value)]))

    server.clock = lambda: now[0]
    server.acts += [slow, saying(500), None, slow]
    arxiv = make(clock=server.clock, sleep=sleep, pause=PAUSE)
    await arxiv.fetch([A])
    await asyncio.gather(*(arxiv.fetch([each]) for each in MANY[5:8]), arxiv.search("paper boats", 1))
    gaps = [after.begin - before.end for before, after in zip(server.log, server.log[1:], strict=False)]
    assert PAUSE == 3.0
    assert gaps == [3.0] * 4


async def test_a_member_waits_no_longer_than_the_deadline(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(deadline=0.2)
    server.acts.append(drip)
    begin = time.monotonic()
    with pytest.raises(SourceFault, match="does not answer in time"):
        await arxiv.fetch([A])
    assert time.monotonic() - begin < 1


async def test_who_leaves_does_not_end_the_request_of_others(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.delay = 0.2
    one, other = asyncio.create_task(arxiv.fetch([A])), asyncio.create_task(arxiv.fetch([A, B]))
    await asyncio.sleep(0.1)
    one.cancel()
    assert set(await other) == {A, B}
    assert one.cancelled()
    assert len(server.log) == 1


async def test_what_nobody_waits_for_any_more_is_not_asked(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.3)
    await arxiv.fetch([A])
    leaving = [asyncio.create_task(arxiv.fetch([B, C])), asyncio.create_task(arxiv.search("boats", 1))]
    staying = asyncio.create_task(arxiv.fetch([MANY[9]]))
    await asyncio.sleep(0.05)
    for task in leaving:
        task.cancel()
    await staying
    await asyncio.sleep(0.5)
    assert [asked.query.get("id_list") for asked in server.log] == [A.value, MANY[9].value]
    assert set(await arxiv.fetch([B])) == {B}


async def test_nobody_is_told_unknown_for_what_was_not_asked(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.2)
    await arxiv.fetch([A])
    leaving, staying = asyncio.create_task(arxiv.fetch([B])), asyncio.create_task(arxiv.fetch([C]))
    await asyncio.sleep(0.05)
    leaving.cancel()
    server.delay = 0.3
    await asyncio.sleep(0.3)  # C is being asked for, without B
    assert set(await arxiv.fetch([B])) == {B}
    assert set(await staying) == {C}


async def test_a_title_is_searched_as_a_phrase_and_then_by_its_words(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.found['ti:"paper boats"'] = [Entry(A.value), Entry(B.value)]
    assert [paper.id for paper in await arxiv.search("paper boats", 1)] == [A]
    assert len(server.log) == 1
    server.found['ti:"boats" AND ti:"folded"'] = [Entry(B.value)]
    assert [paper.id for paper in await arxiv.search("boats and folded", 5)] == [B]
    assert [asked.query["search_query"] for asked in server.log][1:] == [
        'ti:"boats and folded"',
        'ti:"boats" AND ti:"folded"',
    ]
    assert {asked.query["max_results"] for asked in server.log} == {"10"}


async def test_a_search_gives_ten_at_most_and_nothing_for_nothing(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.found['ti:"boats"'] = [Entry(each.value) for each in MANY[:30]]
    assert len(await arxiv.search("boats", 100)) == 10
    assert await arxiv.search(' "(*)" ', 5) == []
    assert await arxiv.search("boats", 0) == []
    assert await arxiv.search("submarines", 5) == []
    assert len(server.log) == 2


async def test_a_search_that_fails_is_a_fault(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts += [saying(404)]
    with pytest.raises(SourceFault, match="refuses"):
        await arxiv.search("boats", 5)
    assert await arxiv.search("boats", 5) == []


@pytest.mark.parametrize("act", [drip, saying(200, stall=20), None], ids=["drip", "stall", "waiting"])
async def test_closing_takes_less_than_a_second_and_tells_those_who_wait(
    server: LoopbackArxiv, make: MakeArxiv, act: Act | None
) -> None:
    arxiv = make(pause=20.0)
    if act is None:
        await arxiv.fetch([A])
    else:
        server.acts.append(act)
    waiting = [asyncio.create_task(arxiv.fetch([B])), asyncio.create_task(arxiv.search("boats", 1))]
    await asyncio.sleep(0.1)
    waiting.append(asyncio.create_task(arxiv.fetch([C])))
    await asyncio.sleep(0)
    begin = time.monotonic()
    await arxiv.aclose()
    ends = await asyncio.gather(*waiting, return_exceptions=True)
    assert time.monotonic() - begin < 1
    assert all(isinstance(end, SourceFault) for end in ends)
    with pytest.raises(SourceFault):
        await arxiv.fetch([A])


async def test_a_defect_reaches_those_who_wait(arxiv: Arxiv, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(body: bytes) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.papers.arxiv.parse_feed", broken)
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context.get("exception")))
    for asked in (arxiv.fetch([A]), arxiv.search("boats", 1)):
        with pytest.raises(ZeroDivisionError):
            await asked
