"""Asking a service over HTTP without trusting it: bounded in time and size, and never led elsewhere."""

import asyncio
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from bot import __version__
from bot.papers.source import SourceFault

MOST = 5 << 20  # bytes of an answer, unpacked; two hundred abstracts are half a million
_LONGEST_PAUSE = 86_400.0  # seconds; nobody means more


class Unreachable(SourceFault):
    """Say that there was no answer, or only a part of one: another try may help."""


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

    @property
    def retry_after(self) -> float | None:
        """The seconds after which the service wants to be asked again, if it says so.

        It may name seconds or a date (RFC 9110, 10.2.3), which counts from the date of the answer.
        """
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,9}", text):
            return min(float(text), _LONGEST_PAUSE)
        try:
            until = parsedate_to_datetime(text)
            seconds = (until - parsedate_to_datetime(self.headers.get("date", ""))).total_seconds()
        except (ValueError, TypeError, OverflowError):  # one that is no date, or with a zone beside one without
            return None
        return min(max(seconds, 0.0), _LONGEST_PAUSE)


def user_agent(contact: str) -> str:
    """Name the program, its version and whoever runs it, as the services ask for."""
    return f"Paperclub/{__version__}" + (f" ({contact})" if contact else "")


def make_client(user_agent: str) -> httpx.AsyncClient:
    """Make the client of one service: one connection, no redirects, no proxies or cookies of this machine."""
    return httpx.AsyncClient(
        headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
        limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        timeout=httpx.Timeout(None, connect=10.0),  # `get` has one deadline for the whole answer
        follow_redirects=False,
        trust_env=False,
    )


async def get(
    client: httpx.AsyncClient, url: str, params: Mapping[str, str], *, deadline: float, headers: Mapping[str, str] = {}
) -> Reply:
    """Ask for an address; the whole answer must be there within `deadline` seconds.

    A redirect, a 429 and a 5xx come without their body.
    Raises Unreachable when it is not or the service cannot be reached, SourceFault when its answer is too large.
    """
    try:
        async with (
            asyncio.timeout(deadline),
            client.stream("GET", url, params=params, headers=dict(headers)) as response,
        ):
            status = response.status_code
            # What stands beside a refusal or a redirect is for people, and must not hide which of them it is.
            body = b"" if 300 <= status < 400 or status == 429 or status >= 500 else await _read(response)
            return Reply(status, {k.lower(): v for k, v in response.headers.items()}, body)
    except (TimeoutError, httpx.TimeoutException) as error:
        raise Unreachable("does not answer in time") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last: a host name that cannot be one
        raise Unreachable("cannot be reached") from error
    except zlib.error as error:
        raise Unreachable("garbles its answer") from error


async def _read(response: httpx.Response) -> bytes:
    """Read a body and unpack it by hand: httpx unpacks a chunk whole, however large it becomes."""
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip"):
        raise SourceFault("answers in a form that was not asked for")
    unpacker = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    body = bytearray()
    async for chunk in response.aiter_raw():
        if unpacker and unpacker.eof:  # what follows its end would be kept beside it
            raise SourceFault("answers in a form that was not asked for")
        body += unpacker.decompress(chunk, MOST + 1 - len(body)) if unpacker else chunk
        if len(body) > MOST:
            raise SourceFault("gives an answer that is too large")
    if unpacker and not unpacker.eof:
        raise Unreachable("broke off its answer")
    return bytes(body)
