"""A small arXiv on this machine, over real sockets: strict in what it takes, and able to fail in every way."""

import asyncio
import gzip
import time
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from aiohttp import web

from bot.papers.arxiv import Arxiv
from bot.papers.identifiers import PaperId, parse_arxiv_id

SHORT = 0.05  # seconds between two requests

ATOM = "application/atom+xml; charset=utf-8"

MakeArxiv = Callable[..., Arxiv]


def paper_id(text: str) -> PaperId:
    found = parse_arxiv_id(text)
    assert found is not None
    return found


A, B, C = map(paper_id, ("2002.00001", "2002.00002", "hep-th/9711200"))
MANY = [paper_id(f"2002.{number:05}") for number in range(1, 401)]


@dataclass(frozen=True)
class Entry:
    """A paper as the server knows it: one that was made up for these tests."""

    id: str
    version: int = 1
    title: str = "On the Folding of Paper Boats"
    authors: tuple[str, ...] = ("Ada Muster",)
    summary: str = "We fold boats."
    published: str = "2020-02-27T18:46:42Z"
    updated: str = "2020-02-28T18:46:42Z"
    categories: tuple[str, ...] = ("cs.CL",)
    comment: str = ""
    journal_ref: str = ""
    dois: tuple[str, ...] = ()

    def xml(self) -> str:
        lines = [
            f"<id>http://arxiv.org/abs/{self.id}v{self.version}</id>",
            f"<title>{escape(self.title)}</title>",
            f"<updated>{self.updated}</updated>",
            f'<link href="https://arxiv.org/abs/{self.id}v{self.version}" rel="alternate" type="text/html"/>',
            f'<link href="https://arxiv.org/pdf/{self.id}v{self.version}" rel="related" type="application/pdf" title="pdf"/>',
            f"<summary>{escape(self.summary)}</summary>",
            *[f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in self.categories],
            f"<published>{self.published}</published>",
            *[f"<arxiv:comment>{escape(self.comment)}</arxiv:comment>"] * bool(self.comment),
            *[f'<arxiv:primary_category term="{term}"/>' for term in self.categories[:1]],
            *[f"<arxiv:journal_ref>{escape(self.journal_ref)}</arxiv:journal_ref>"] * bool(self.journal_ref),
            *[f"<author>\n      <name>{escape(name)}</name>\n    </author>" for name in self.authors],
            *[f"<arxiv:doi>{escape(doi)}</arxiv:doi>" for doi in self.dois],
        ]
        return "  <entry>" + "".join(f"\n    {line}" for line in lines) + "\n  </entry>\n"


GHOST = '<entry><arxiv:primary_category term=""/><category term=""/></entry>'


def feed(entries: Iterable[Entry | str], total: int | None = None) -> bytes:
    """Compose a feed; an entry may be given as XML."""
    parts = [entry if isinstance(entry, str) else entry.xml() for entry in entries]
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><title>arXiv Query</title>'
        f"<opensearch:totalResults>{len(parts) if total is None else total}</opensearch:totalResults>"
        + "".join(parts)
        + "</feed>"
    ).encode()


def error_feed(detail: str) -> bytes:
    """Compose the feed that says what is wrong with a question."""
    address = f"https://arxiv.org/api/errors#{detail.replace(' ', '_')}"
    what = f"<id>{address}</id><title>Error</title><summary>{detail}</summary>"
    return feed([f"<entry>{what}<author><name>arXiv api core</name></author></entry>"])


@dataclass
class Asked:
    """A request: its question, what it came with, and when it began and ended."""

    query: dict[str, str]
    headers: dict[str, str]
    line: int  # bytes of the path with its query
    begin: float
    end: float = 0.0

    @property
    def ids(self) -> list[str]:
        return self.query["id_list"].split(",")


Act = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class LoopbackArxiv:
    """Answers from `papers`, unless an act is due; `log` has every request."""

    papers: list[Entry] = field(default_factory=list[Entry])
    found: dict[str, list[Entry]] = field(default_factory=dict[str, list[Entry]])  # by the whole search_query
    acts: deque[Act | None] = field(default_factory=deque[Act | None])
    log: list[Asked] = field(default_factory=list[Asked])
    unknown: list[str] = field(default_factory=list[str])
    most_at_once: int = 0
    delay: float = 0.0
    clock: Callable[[], float] = time.monotonic
    address: str = ""
    _open: int = 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if (request.method, request.path) != ("GET", "/api/query"):
            self.unknown.append(f"{request.method} {request.path}")
            return web.Response(status=404)
        query = {name: values[-1] for name, values in parse_qs(request.query_string, keep_blank_values=True).items()}
        asked = Asked(query, dict(request.headers), len(request.raw_path), self.clock())
        self.log.append(asked)
        self._open += 1
        self.most_at_once = max(self.most_at_once, self._open)
        try:
            act = self.acts.popleft() if self.acts else None
            if act is not None:
                return await act(request)
            if self.delay:
                await asyncio.sleep(self.delay)
            return self._answer(asked)
        finally:
            self._open -= 1
            asked.end = self.clock()

    def _answer(self, asked: Asked) -> web.Response:
        if asked.line > 4_000:
            return web.Response(status=400, text="<html>Request Line is too large</html>", content_type="text/html")
        if "search_query" in asked.query:
            found = self.found.get(asked.query["search_query"], [])
            return atom(feed(found[: int(asked.query["max_results"])], len(found)))
        entries: list[Entry] = []
        for text in asked.ids:
            base, _, version = text.partition("v")
            if not base.replace("/", "").replace(".", "").replace("-", "").isalnum():
                return atom(error_feed(f"incorrect id format for {text}"), 400)
            of_paper = [paper for paper in self.papers if paper.id == base]
            entries += [paper for paper in of_paper if version == str(paper.version)]
            if of_paper and not version:
                entries.append(max(of_paper, key=lambda paper: paper.version))
        return atom(feed(reversed(entries[: int(asked.query.get("max_results", "10"))])))


def atom(body: bytes, status: int = 200) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": ATOM})


def saying(status: int, body: bytes = b"", stall: float = 0.0, **headers: str) -> Act:
    """Answer with a status, after a while; underscores in names of headers stand for hyphens."""

    async def act(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(stall)
        return web.Response(
            status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return act


def giving(body: bytes, content_type: str = ATOM) -> Act:
    return saying(200, body, Content_Type=content_type)


async def reset(request: web.Request) -> web.StreamResponse:
    """Break off half way."""
    response = web.StreamResponse(headers={"Content-Type": ATOM, "Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b"<feed")
    assert request.transport is not None
    request.transport.abort()
    return response


async def drip(request: web.Request) -> web.StreamResponse:
    """Give a byte now and then, for ever."""
    response = web.StreamResponse(headers={"Content-Type": ATOM})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.02)


def packed(body: bytes, tail: bytes = b"") -> Act:
    """Answer gzipped, with something behind it."""
    return saying(200, gzip.compress(body) + tail, Content_Type=ATOM, Content_Encoding="gzip")


def entity_bomb() -> bytes:
    names = [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    declared = '<!ENTITY e0 "boom">' + "".join(names)
    return (
        f'<?xml version="1.0"?><!DOCTYPE feed [{declared}]><feed xmlns="http://www.w3.org/2005/Atom">&e9;</feed>'
    ).encode()


@asynccontextmanager
async def loopback_arxiv(**given: object) -> AsyncGenerator[LoopbackArxiv]:
    """Serve it on a free port of 127.0.0.1."""
    arxiv = LoopbackArxiv(**given)  # pyright: ignore[reportArgumentType]
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", arxiv.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    arxiv.address = f"http://127.0.0.1:{runner.addresses[0][1]}/api/query"
    try:
        yield arxiv
    finally:
        await runner.cleanup()
    assert arxiv.unknown == []
