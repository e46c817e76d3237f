"""arXiv as a source, over real sockets, when something fails, or when it wants to be left alone."""

import asyncio
import time

import pytest
from aiohttp import web

from bot.papers.arxiv import PAUSE, Arxiv
from bot.papers.source import SourceFault
from tests.papers.loopback_arxiv import (
    GHOST,
    MANY,
    SHORT,
    A,
    Act,
    B,
    C,
    Entry,
    LoopbackArxiv,
    MakeArxiv,
    atom,
    drip,
    entity_bomb,
    error_feed,
    feed,
    giving,
    packed,
    reset,
    saying,
)


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


@pytest.mark.parametrize(
    "first",
    [giving(feed([])), saying(400, error_feed(f"incorrect id format for {B.value}"), Content_Type="application/atom+xml")],
    ids=["empty", "refused id"],
)  # fmt: skip
async def test_a_second_question_that_fails_is_the_last(server: LoopbackArxiv, arxiv: Arxiv, first: Act) -> None:
    server.acts += [first, saying(500)]
    with pytest.raises(SourceFault):
        await arxiv.fetch([A, B])
    assert len(server.log) == 2


async def test_a_cooldown_is_short_again_once_arxiv_has_answered(server: LoopbackArxiv, make: MakeArxiv) -> None:
    now = [0.0]

    async def sleep(rest: float) -> None:
        await asyncio.sleep(rest)
        now[0] += rest

    server.clock = lambda: now[0]
    arxiv = make(clock=server.clock, sleep=sleep)
    for _ in range(2):
        for seconds in (60, 120):
            server.acts.append(saying(429))
            with pytest.raises(SourceFault) as caught:
                await arxiv.fetch([A])
            assert caught.value.retry_after == pytest.approx(seconds)
            now[0] += seconds
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
