"""Asking a service over HTTP without trusting it: bounded in time and size, and never led elsewhere."""

import asyncio
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from bot.papers.source import SourceFault

MOST = 5 << 20  # bytes of an answer, unpacked; two hundred abstracts are half a million


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its headers (names in lower case), and its body, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The type of the body without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


def make_client(user_agent: str) -> httpx.AsyncClient:
    """Make the client of one service: one connection, no redirects, no proxies or cookies of this machine."""
    return httpx.AsyncClient(
        headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        timeout=httpx.Timeout(10.0, pool=60.0),
        follow_redirects=False,
        trust_env=False,
    )


async def get(
    client: httpx.AsyncClient, url: str, params: Mapping[str, str], *, deadline: float, headers: Mapping[str, str] = {}
) -> Reply:
    """Ask for an address; the whole answer must be there within `deadline` seconds.

    Raises SourceFault when it is not, when the service cannot be reached, and when its answer is too large.
    """
    try:
        async with (
            asyncio.timeout(deadline),
            client.stream("GET", url, params=params, headers=dict(headers)) as response,
        ):
            body = await _read(response)
            return Reply(response.status_code, {k.lower(): v for k, v in response.headers.items()}, body)
    except TimeoutError as error:
        raise SourceFault("does not answer in time") from error
    except httpx.TimeoutException as error:
        raise SourceFault("does not answer in time") from error
    except (httpx.HTTPError, httpx.InvalidURL, zlib.error, UnicodeError) as error:
        raise SourceFault("cannot be reached") from error


async def _read(response: httpx.Response) -> bytes:
    """Read a body and unpack it by hand: httpx unpacks a chunk whole, however large it becomes."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip"):
        raise SourceFault("answers in a form that was not asked for")
    unpacker = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += unpacker.decompress(chunk, MOST + 1 - len(body)) if unpacker else chunk
        if len(body) > MOST:
            raise SourceFault("gives an answer that is too large")
    if unpacker and not unpacker.eof:
        raise SourceFault("broke off its answer")
    return bytes(body)
