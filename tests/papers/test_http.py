"""Asking a service that may do anything."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.papers.http import MOST, Reply, Unreachable, get, make_client
from bot.papers.source import SourceFault
from tests.papers.loopback_arxiv import (
    Act,
    LoopbackArxiv,
    drip,
    feed,
    giving,
    loopback_arxiv,
    packed,
    reset,
    saying,
)

IDS = {"id_list": "2002.12327"}


@pytest.fixture
async def server() -> AsyncIterator[LoopbackArxiv]:
    async with loopback_arxiv() as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with make_client("Paperclub/1.0 (mailto:club@example.org)") as made:
        yield made


async def test_an_answer_with_its_status_headers_and_body(server: LoopbackArxiv, client: httpx.AsyncClient) -> None:
    server.acts.append(saying(200, b"hello", Content_Type="Application/Atom+XML; charset=utf-8"))
    reply = await get(client, server.address, IDS, deadline=5)
    assert (reply.status, reply.body, reply.content_type) == (200, b"hello", "application/atom+xml")
    assert server.log[0].headers["User-Agent"] == "Paperclub/1.0 (mailto:club@example.org)"
    assert server.log[0].headers["Accept-Encoding"] == "gzip"


async def test_a_packed_answer_is_unpacked(server: LoopbackArxiv, client: httpx.AsyncClient) -> None:
    server.acts.append(packed(feed([]) * 2_000))
    assert (await get(client, server.address, IDS, deadline=5)).body == feed([]) * 2_000


@pytest.mark.parametrize(
    ("act", "kind", "reason"),
    [
        (reset, Unreachable, "cannot be reached"),
        (drip, Unreachable, "does not answer in time"),
        (saying(200, stall=9), Unreachable, "does not answer in time"),
        (packed(b"\0" * (200 << 20)), SourceFault, "too large"),
        (giving(b" " * (20 << 20)), SourceFault, "too large"),
        (packed(b"hello", tail=b"x" * (20 << 20)), SourceFault, "not asked for"),
        (saying(200, b"no gzip", Content_Encoding="gzip"), Unreachable, "garbles"),
        (saying(200, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH", Content_Encoding="gzip"), Unreachable, "broke off"),
        (saying(200, b"hello", Content_Encoding="br"), SourceFault, "not asked for"),
    ],
    ids=["reset", "drip", "stall", "gzip bomb", "20 MB", "behind the end", "no gzip", "half", "brotli"],
)  # fmt: skip
async def test_a_bad_answer_is_a_fault_in_time(
    server: LoopbackArxiv, client: httpx.AsyncClient, act: Act, kind: type[SourceFault], reason: str
) -> None:
    server.acts.append(act)
    begin = time.monotonic()
    with pytest.raises(SourceFault, match=reason) as caught:
        await get(client, server.address, IDS, deadline=0.5)
    assert type(caught.value) is kind
    assert time.monotonic() - begin < 2
    # The connection is free again for the next question.
    assert (await get(client, server.address, IDS, deadline=5)).status == 200


@pytest.mark.parametrize(
    "address", ["http://no-such-host.invalid/", "http://127.0.0.1:1/", "http://a..b/", "http://[::1/"]
)
async def test_a_host_that_is_not_there(client: httpx.AsyncClient, address: str) -> None:
    with pytest.raises(Unreachable, match="cannot be reached"):
        await get(client, address, {}, deadline=5)


async def test_a_redirect_is_not_followed(server: LoopbackArxiv, client: httpx.AsyncClient) -> None:
    server.acts.append(saying(301, Location=server.address + "?elsewhere=1"))
    assert (await get(client, server.address, IDS, deadline=5)).status == 301
    assert len(server.log) == 1


@pytest.mark.parametrize("status", [302, 429, 503])
async def test_a_refusal_is_heard_whatever_stands_beside_it(
    server: LoopbackArxiv, client: httpx.AsyncClient, status: int
) -> None:
    server.acts.append(saying(status, b"no gzip", Content_Encoding="gzip"))
    reply = await get(client, server.address, IDS, deadline=5)
    assert (reply.status, reply.body) == (status, b"")


async def test_whoever_is_cancelled_frees_the_connection(server: LoopbackArxiv, client: httpx.AsyncClient) -> None:
    server.acts.append(drip)
    task = asyncio.create_task(get(client, server.address, IDS, deadline=5))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await get(client, server.address, IDS, deadline=5)).status == 200


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        (" 120 ", 120.0),
        ("999999999", 86_400.0),
        ("Wed, 21 Oct 2026 07:30:00 GMT", 120.0),
        ("Wed, 21 Oct 2026 07:00:00 GMT", 0.0),
        ("Wed, 21 Oct 2026 07:30:00", None),
        ("-5", None),
        ("1e9", None),
        ("\u0665", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_to_come_again(text: str, seconds: float | None) -> None:
    headers = {"retry-after": text, "date": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert Reply(503, headers, b"").retry_after == seconds


def test_a_date_to_come_again_without_the_date_of_the_answer_says_nothing() -> None:
    assert Reply(503, {"retry-after": "Wed, 21 Oct 2026 07:30:00 GMT"}, b"").retry_after is None


def test_the_most_that_is_read_holds_two_hundred_abstracts() -> None:
    assert MOST > 200 * 10_000
