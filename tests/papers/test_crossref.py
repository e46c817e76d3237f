from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.papers.crossref import Crossref, parse_work
from bot.papers.identifiers import PaperId, parse_doi
from bot.papers.source import Source, SourceFault
from tests.papers.loopback_services import Answer, Hours, LoopbackService
from tests.shared import SHARED, needs_shared

DOI = PaperId("doi", "10.5555/teapots.7")
PATH = "/works/10.5555%2Fteapots.7"
WORK = {
    "DOI": "10.5555/TEAPOTS.7",
    "title": ["On the <i>Utah</i>\n teapot &amp; CO<sub>2</sub>"],
    "subtitle": ["A retrospective"],
    "author": [
        {"given": "Ada", "family": "Ng &amp; Sons", "sequence": "first"},
        {"family": "Mononym"},
        {"name": "The Teapot Collaboration"},
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>We  pour.</jats:p>\n<jats:p>It <jats:italic>spills</jats:italic>.</jats:p>",
    "published": {"date-parts": [[2021, 3, 9]]},
    "issued": {"date-parts": [[2020]]},
    "container-title": ["Journal of Pottery &amp; Rendering"],
}


def envelope(work: Any) -> Answer:
    return Answer({"status": "ok", "message-type": "work", "message": work})


@pytest.fixture
async def crossref(service: LoopbackService, hours: Hours) -> AsyncIterator[Crossref]:
    source = Crossref(
        "Paperclub/1 (+https://club.example.org)",
        "club@example.org",
        base_url=service.url,
        clock=hours.clock,
        sleep=hours.sleep,
    )
    yield source
    await source.aclose()


async def test_a_doi_is_described(service: LoopbackService, crossref: Crossref) -> None:
    service.answer(PATH, envelope(WORK))
    source: Source = crossref
    papers = await source.fetch([DOI])
    paper = papers[DOI]
    assert list(papers) == [DOI]
    assert paper.id == DOI
    assert paper.title == "On the Utah teapot & CO₂: A retrospective"
    assert paper.source == "Crossref"
    assert paper.url == "https://doi.org/10.5555/teapots.7"
    assert paper.authors == ("Ada Ng & Sons", "Mononym", "The Teapot Collaboration")
    assert paper.abstract == "We pour.\n\nIt spills."
    assert paper.published == datetime(2021, 3, 9, tzinfo=UTC)
    assert paper.venue == "Journal of Pottery & Rendering"
    assert paper.dois == ("10.5555/teapots.7",)
    assert not paper.withdrawn


async def test_who_asks_says_so(service: LoopbackService, crossref: Crossref) -> None:
    service.answer(PATH, envelope(WORK))
    await crossref.fetch([DOI])
    [asked] = service.asked
    assert asked.params == {"mailto": "club@example.org"}
    assert asked.headers["user-agent"] == "Paperclub/1 (+https://club.example.org)"


async def test_without_a_contact_none_is_sent(service: LoopbackService) -> None:
    service.answer(PATH, envelope(WORK))
    crossref = Crossref("Paperclub/1", base_url=service.url + "/")
    await crossref.fetch([DOI])
    await crossref.aclose()
    assert service.asked[0].params == {}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("10.5555/../../members", "/works/10.5555%2F..%2F..%2Fmembers"),
        ("10.5555/a?mailto=x&b#c", "/works/10.5555%2Fa%3Fmailto%3Dx%26b%23c"),
        ("10.5555/%2e%2e/a", "/works/10.5555%2F%252e%252e%2Fa"),
        ("10.1002/(sici)1097-4571(199009)41:6<391::aid-asi1>3.0.co;2-9", "/works/10.1002%2F%28sici%291097-4571%28199009%2941%3A6%3C391%3A%3Aaid-asi1%3E3.0.co%3B2-9"),
        ("10.5555/naïve", "/works/10.5555%2Fna%C3%AFve"),
        ("10.5555//evil.example.org/", "/works/10.5555%2F%2Fevil.example.org%2F"),
    ],
)  # fmt: skip
async def test_a_doi_is_one_part_of_the_path(
    service: LoopbackService, crossref: Crossref, value: str, path: str
) -> None:
    service.answer(path, envelope(WORK))
    assert await crossref.fetch([PaperId("doi", value)])


async def test_what_is_not_registered_is_left_out(service: LoopbackService, crossref: Crossref) -> None:
    service.answer(PATH, envelope(WORK))
    service.answer("/works/10.5555%2Fnone", Answer(body=b"Resource not found.", status=404))
    assert list(await crossref.fetch([PaperId("doi", "10.5555/none"), DOI, DOI])) == [DOI]
    assert len(service.asked) == 2


async def test_what_others_know_is_not_asked(crossref: Crossref) -> None:
    strangers = [
        PaperId("arxiv", "1706.03762"),
        PaperId("doi", "10.48550/arxiv.1706.03762"),
        PaperId("doi", ".."),
        PaperId("acl", "P19-1001"),
        PaperId("s2", "1" * 40),
        PaperId("openreview", "abcdefgh"),
    ]
    assert not any(map(crossref.knows, strangers))
    assert await crossref.fetch(strangers) == {}


async def test_a_question_has_a_bound(crossref: Crossref) -> None:
    with pytest.raises(SourceFault, match="at most 20"):
        await crossref.fetch([PaperId("doi", f"10.5555/{number}") for number in range(21)])


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        ({"published": {"date-parts": [[2021, 3]]}}, datetime(2021, 3, 1, tzinfo=UTC)),
        ({"published": {"date-parts": [[2021]]}}, datetime(2021, 1, 1, tzinfo=UTC)),
        ({"published": {"date-parts": [[None]]}, "issued": {"date-parts": [[1999, 12, 31]]}}, datetime(1999, 12, 31, tzinfo=UTC)),
        ({"published": {"date-parts": [[2021, 2, 31]]}, "issued": {"date-parts": [["2020", 1]]}}, None),
        ({"published": {"date-parts": [[2**70, 1, 1]]}, "issued": {"date-parts": []}}, None),
        ({"published": {"date-parts": [2021, 1]}, "issued": "2021"}, None),
        ({"published": {"date-parts": [[True, 1]]}}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_dates_have_one_to_three_parts(dates: dict[str, Any], published: datetime | None) -> None:
    paper = parse_work({"DOI": "10.5555/a", "title": ["T"], **dates})
    assert paper
    assert paper.published == published


@pytest.mark.parametrize(
    ("fields", "withdrawn"),
    [
        ({"updated-by": [{"type": "correction", "DOI": "10.5555/c"}, {"type": "retraction", "DOI": "10.5555/r"}]}, True),
        ({"updated-by": [{"type": "withdrawal"}]}, True),
        ({"updated-by": [{"type": "erratum"}]}, False),
        ({"update-to": [{"type": "retraction", "DOI": "10.5555/other"}]}, False),  # it is the notice
        ({"update-to": [{"type": "withdrawal", "DOI": "10.5555/A"}]}, True),
        ({"title": ["RETRACTED: On teapots"]}, True),
        ({"title": ["RETRACTED ARTICLE: On teapots"]}, True),
        ({"title": ["[Retracted] On teapots"]}, True),
        ({"title": ["WITHDRAWN: On teapots"]}, True),
        ({"title": ["Withdrawn users of teapots"]}, False),
        ({"title": ["Retraction: On teapots"]}, False),
        ({"updated-by": {"type": "retraction"}, "update-to": [3, None]}, False),
    ],
)  # fmt: skip
def test_a_retracted_paper_is_withdrawn(fields: dict[str, Any], withdrawn: bool) -> None:
    paper = parse_work({"DOI": "10.5555/a", "title": ["T"], **fields})
    assert paper
    assert paper.withdrawn == withdrawn


def test_a_preprint_appeared_where_it_was_posted() -> None:
    paper = parse_work(
        {"DOI": "10.1101/x", "title": ["T"], "container-title": [], "institution": [{"name": "bioRxiv"}]}
    )
    assert paper
    assert paper.venue == "bioRxiv"


@pytest.mark.parametrize("title", [[], [""], "T", None, [None], [" <i> </i>"], {"0": "T"}])
def test_what_has_no_title_is_no_paper(title: Any) -> None:
    assert parse_work({"DOI": "10.5555/a", "title": title}) is None


def test_what_has_no_doi_is_no_paper() -> None:
    assert parse_work({"DOI": "evil", "title": ["T"]}) is None


async def test_titles_are_searched(service: LoopbackService, crossref: Crossref) -> None:
    others = {"DOI": "10.5555/b", "title": ["Of other things"], "author": [{"family": "Teapot"}]}
    acl = {"DOI": "10.18653/v1/2020.acl-main.1", "title": ["Teapot models of Utah"]}
    service.answer("/works", envelope({"items": [others, WORK, None, acl, WORK]}))
    papers = await crossref.search("  the utah\nteapot ", 2)
    assert [paper.id for paper in papers] == [DOI, PaperId("acl", "2020.acl-main.1")]
    assert papers[1].dois == ("10.18653/v1/2020.acl-main.1",)
    [asked] = service.asked
    assert asked.params == {
        "query.bibliographic": "the utah teapot",
        "rows": "4",
        "select": "DOI,title,subtitle,author,abstract,published,issued,container-title,update-to,updated-by",
        "mailto": "club@example.org",
    }


async def test_nothing_is_not_searched(crossref: Crossref) -> None:
    assert await crossref.search(" \n", 5) == []
    assert await crossref.search("teapots", 0) == []


async def test_the_pace_is_what_crossref_grants(service: LoopbackService, crossref: Crossref, hours: Hours) -> None:
    headers = {"X-Rate-Limit-Limit": "2", "X-Rate-Limit-Interval": "4s"}
    service.answer(PATH, Answer(envelope(WORK).json, headers=headers))
    await crossref.fetch([DOI])
    await crossref.fetch([DOI])
    assert hours.slept == [2.0]


async def test_a_pace_too_slow_to_wait_for_is_a_pause(service: LoopbackService, crossref: Crossref) -> None:
    headers = {"X-Rate-Limit-Limit": "1", "X-Rate-Limit-Interval": "60s"}
    service.answer(PATH, Answer(envelope(WORK).json, headers=headers))
    await crossref.fetch([DOI])
    with pytest.raises(SourceFault) as fault:
        await crossref.fetch([DOI])
    assert fault.value.retry_after == 60.0


@needs_shared
def test_a_real_work_is_read() -> None:
    answer = orjson.loads((SHARED / "arxiv/json/crossref_work.json").read_bytes())
    paper = parse_work(answer["message"])
    assert paper
    assert paper.id == parse_doi(answer["message"]["DOI"])
    assert paper.title == answer["message"]["title"][0]
    assert len(paper.authors) == len(answer["message"]["author"])
    assert paper.published == datetime(2025, 4, 1, tzinfo=UTC)
    assert paper.venue == "Cell Genomics"


@needs_shared
async def test_a_real_miss_is_read(service: LoopbackService, crossref: Crossref) -> None:
    body = (SHARED / "arxiv/json/crossref_404_arxiv_doi.txt").read_bytes()
    service.answer(PATH, Answer(body=body, status=404, headers={"Content-Type": "text/plain"}))
    assert await crossref.fetch([DOI]) == {}
