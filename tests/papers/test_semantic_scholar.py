from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.papers.identifiers import PaperId
from bot.papers.semantic_scholar import SemanticScholar, parse_paper
from bot.papers.source import Source, SourceFault
from tests.papers.loopback_services import Answer, Hours, LoopbackService
from tests.shared import SHARED, needs_shared

SHA = "0123456789abcdef" * 2 + "01234567"
FIELDS = "title,abstract,authors,year,externalIds,tldr,citationCount,url,venue,publicationDate"
PAPER = {
    "paperId": SHA,
    "externalIds": {"ArXiv": "2101.00042", "DOI": "10.5555/TEAPOTS.7", "CorpusId": 42},
    "url": "https://evil.example.org/",
    "title": "On the  Utah teapot",
    "abstract": "We pour.\n\nIt\nspills.",
    "venue": "Conference on Pottery",
    "year": 2021,
    "publicationDate": "2021-03-09",
    "citationCount": 1975,
    "tldr": {"model": "tldr@v2.0.0", "text": "Teapots\nare round."},
    "authors": [{"authorId": "1", "name": "Ada Ng"}, {"authorId": None, "name": "Bo Li"}, {"name": None}],
}


@pytest.fixture
async def scholar(service: LoopbackService, hours: Hours) -> AsyncIterator[SemanticScholar]:
    source = SemanticScholar("Paperclub/1", "secret", base_url=service.url, clock=hours.clock, sleep=hours.sleep)
    yield source
    await source.aclose()


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (PaperId("arxiv", "2101.00042", 3), "ARXIV:2101.00042"),
        (PaperId("arxiv", "hep-th/9901001"), "ARXIV:hep-th%2F9901001"),
        (PaperId("doi", "10.5555/teapots.7"), "DOI:10.5555%2Fteapots.7"),
        (PaperId("doi", "10.5555/../a?b#c"), "DOI:10.5555%2F..%2Fa%3Fb%23c"),
        (PaperId("acl", "P19-1001"), "ACL:P19-1001"),
    ],
)
async def test_an_id_is_described(
    service: LoopbackService, scholar: SemanticScholar, asked: PaperId, path: str
) -> None:
    service.answer(f"/graph/v1/paper/{path}", Answer(PAPER))
    source: Source = scholar
    paper = (await source.fetch([asked]))[asked]
    assert paper.id == asked
    assert paper.id.version is None
    assert paper.title == "On the Utah teapot"
    assert paper.abstract == "We pour.\n\nIt spills."
    assert paper.source == "Semantic Scholar"
    assert paper.url == f"https://www.semanticscholar.org/paper/{SHA}"
    assert paper.authors == ("Ada Ng", "Bo Li")
    assert paper.published == datetime(2021, 3, 9, tzinfo=UTC)
    assert paper.venue == "Conference on Pottery"
    assert paper.dois == ("10.5555/teapots.7",)
    assert paper.tldr == "Teapots are round."
    assert paper.citations == 1975
    [question] = service.asked
    assert question.params == {"fields": FIELDS}
    assert question.headers["x-api-key"] == "secret"


@pytest.mark.parametrize(
    ("asked", "path"), [(PaperId("s2", SHA), SHA), (PaperId("corpusid", "42"), "CorpusId:42")]
)  # fmt: skip
@pytest.mark.parametrize(
    ("others", "found"),
    [
        ({"ArXiv": "2101.00042", "ACL": "P19-1001"}, PaperId("arxiv", "2101.00042")),
        ({"ACL": "P19-1001", "DOI": "10.5555/a"}, PaperId("acl", "P19-1001")),
        ({"DOI": "10.5555/A"}, PaperId("doi", "10.5555/a")),
        ({"DOI": "10.48550/arXiv.2101.00042"}, PaperId("arxiv", "2101.00042")),
        ({"ArXiv": 2101.00042, "DOI": ["10.5555/a"]}, PaperId("s2", SHA)),
        (None, PaperId("s2", SHA)),
    ],
)
async def test_its_own_id_becomes_the_id_that_is_better_known(
    service: LoopbackService, scholar: SemanticScholar, asked: PaperId, path: str, others: Any, found: PaperId
) -> None:
    service.answer(f"/graph/v1/paper/{path}", Answer(PAPER | {"externalIds": others}))
    papers = await scholar.fetch([asked])
    assert papers[asked].id == found


async def test_without_a_key_none_is_sent(service: LoopbackService) -> None:
    service.answer("/graph/v1/paper/search/match", Answer({"data": []}))
    scholar = SemanticScholar("Paperclub/1", base_url=service.url)
    assert await scholar.search("teapots", 3) == []
    await scholar.aclose()
    assert "x-api-key" not in service.asked[0].headers


async def test_a_miss_has_two_forms(service: LoopbackService, scholar: SemanticScholar) -> None:
    missing, empty, known = (PaperId("arxiv", f"2101.0000{number}") for number in (1, 2, 3))
    service.answer("/graph/v1/paper/ARXIV:2101.00001", Answer({"error": "Paper with id ... not found"}, status=404))
    service.answer("/graph/v1/paper/ARXIV:2101.00002", Answer({"data": []}))
    service.answer("/graph/v1/paper/ARXIV:2101.00003", Answer(PAPER))
    assert list(await scholar.fetch([missing, empty, known])) == [known]


async def test_the_closest_title_is_found(service: LoopbackService, scholar: SemanticScholar) -> None:
    service.answer("/graph/v1/paper/search/match", Answer({"data": [PAPER | {"matchScore": 174.2}]}))
    [paper] = await scholar.search(" utah\n teapot?", 5)
    assert paper.id == PaperId("arxiv", "2101.00042")
    assert service.asked[0].params == {"query": "utah teapot?", "fields": FIELDS}
    service.answer("/graph/v1/paper/search/match", Answer({"error": "Title match not found"}, status=404))
    assert await scholar.search("utah teapot", 5) == []
    assert await scholar.search(" ", 5) == []
    assert await scholar.search("utah", 0) == []


async def test_openreview_is_not_known(scholar: SemanticScholar) -> None:
    strangers = [PaperId("openreview", "abcdefgh"), PaperId("s2", ".."), PaperId("corpusid", "search/match")]
    assert not any(map(scholar.knows, strangers))
    assert await scholar.fetch(strangers) == {}


@pytest.mark.parametrize(
    ("fields", "published"),
    [
        ({"publicationDate": None}, datetime(2021, 1, 1, tzinfo=UTC)),
        ({"publicationDate": "soon", "year": 1950}, datetime(1950, 1, 1, tzinfo=UTC)),
        ({"publicationDate": "0001-01-01T00:00+14:00", "year": -3}, None),
        ({"publicationDate": None, "year": 20210}, None),
        ({"publicationDate": 3, "year": "2021"}, None),
    ],
)
def test_a_year_may_be_all_that_is_known(fields: dict[str, Any], published: datetime | None) -> None:
    paper = parse_paper(PAPER | fields)
    assert paper
    assert paper.published == published


@pytest.mark.parametrize("count", [None, -1, True, "7", 7.5, 10**30, [7]])
def test_a_count_that_is_none_is_not_shown(count: Any) -> None:
    paper = parse_paper(PAPER | {"citationCount": count, "tldr": count})
    assert paper
    assert (paper.citations, paper.tldr) == (None, "")


async def test_a_question_waits_for_the_pace(service: LoopbackService, scholar: SemanticScholar, hours: Hours) -> None:
    for number in range(3):
        service.answer(f"/graph/v1/paper/ARXIV:2101.0000{number}", Answer(PAPER))
    await scholar.fetch([PaperId("arxiv", f"2101.0000{number}") for number in range(3)])
    assert hours.slept == pytest.approx([1.1, 1.1])


@needs_shared
async def test_real_answers_are_read(service: LoopbackService, scholar: SemanticScholar, hours: Hours) -> None:
    folder = SHARED / "arxiv/json"
    match, asked = "/graph/v1/paper/search/match", PaperId("s2", SHA)
    service.answer(match, Answer(body=(folder / "s2_match_attention.json").read_bytes()))
    [paper] = await scholar.search("attention is all you need", 1)
    assert paper.id == PaperId("arxiv", "1706.03762")
    assert paper.authors[0] == "Ashish Vaswani"
    service.answer(match, Answer(body=(folder / "s2_match_empty.json").read_bytes()))
    assert await scholar.search("attention", 1) == []
    service.answer(match, Answer(body=(folder / "s2_match_404.json").read_bytes(), status=404))
    assert await scholar.search("attention", 1) == []
    full = (folder / "s2_paper_full_tldr.json").read_bytes()
    service.answer(f"/graph/v1/paper/{SHA}", Answer(body=full))
    paper = (await scholar.fetch([asked]))[asked]
    assert paper.id == PaperId("doi", "10.1093/mind/lix.236.433")
    assert paper.tldr == orjson.loads(full)["tldr"]["text"]
    assert paper.citations == 10059
    service.answer(f"/graph/v1/paper/{SHA}", Answer(body=(folder / "s2_paper_404.json").read_bytes(), status=404))
    assert await scholar.fetch([asked]) == {}
    service.answer(match, Answer(body=(folder / "s2_429.json").read_bytes(), status=429))
    with pytest.raises(SourceFault, match="asks for a pause"):
        await scholar.search("attention", 1)
