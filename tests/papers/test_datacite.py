from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.papers.datacite import DataCite, parse_doi_record
from bot.papers.identifiers import PaperId
from bot.papers.source import Source
from tests.papers.loopback_services import Answer, Hours, LoopbackService

ASKED = PaperId("arxiv", "2101.00042", 1)
PATH = "/dois/10.48550/arXiv.2101.00042"
RECORD = {
    "doi": "10.48550/arxiv.2101.00042",
    "titles": [{"title": ""}, {"title": "On the Utah\n  teapot of $O(n)$"}],
    "creators": [
        {"name": "Ng, Ada", "nameType": "Personal", "givenName": "Ada", "familyName": "Ng"},
        {"name": "The Teapot Collaboration", "nameType": "Organizational"},
    ],
    "descriptions": [
        {"description": "We pour\n  tea.\n\nIt spills.", "descriptionType": "Abstract"},
        {"description": "12 pages,\n 3 figures", "descriptionType": "Other"},
    ],
    "dates": [
        {"date": "2021-01-01T18:00:29Z", "dateType": "Submitted", "dateInformation": "v1"},
        {"date": "2021-01-03T00:02:07Z", "dateType": "Updated", "dateInformation": "v1"},
        {"date": "2022-05-07T20:39:58Z", "dateType": "Submitted", "dateInformation": "v10"},
        {"date": "2021-05-07T20:39:58Z", "dateType": "Submitted", "dateInformation": "v9"},
        {"date": "2021-01", "dateType": "Available", "dateInformation": "v1"},
        {"date": "2021", "dateType": "Issued"},
    ],
    "subjects": [
        {"subject": "Graphics (cs.GR)", "subjectScheme": "arXiv"},
        {"subject": "High Energy Physics - Theory (hep-th)", "subjectScheme": "arXiv"},
        {"subject": "FOS: Computer and information sciences", "subjectScheme": "Fields of Science and Technology (FOS)"},
        {"subject": "14J60 (secondary)"},
    ],
    "relatedIdentifiers": [
        {"relationType": "IsVersionOf", "relatedIdentifier": "10.5555/TEAPOTS.7", "relatedIdentifierType": "DOI"},
        {"relationType": "Cites", "relatedIdentifier": "10.5555/other", "relatedIdentifierType": "DOI"},
    ],
}  # fmt: skip


@pytest.fixture
async def datacite(service: LoopbackService, hours: Hours) -> AsyncIterator[DataCite]:
    source = DataCite("Paperclub/1", "club@example.org", base_url=service.url, clock=hours.clock, sleep=hours.sleep)
    yield source
    await source.aclose()


async def test_an_arxiv_id_is_described(service: LoopbackService, datacite: DataCite) -> None:
    service.answer(PATH, Answer({"data": {"id": RECORD["doi"], "type": "dois", "attributes": RECORD}}))
    source: Source = datacite
    paper = (await source.fetch([ASKED]))[ASKED]
    assert paper.id == ASKED
    assert paper.id.version == 10  # the latest is described, whatever was asked for
    assert paper.title == "On the Utah teapot of $O(n)$"
    assert paper.source == "DataCite"
    assert paper.url == "https://arxiv.org/abs/2101.00042"
    assert paper.authors == ("Ada Ng", "The Teapot Collaboration")
    assert paper.abstract == "We pour tea.\n\nIt spills."
    assert paper.comment == "12 pages, 3 figures"
    assert paper.published == datetime(2021, 1, 1, 18, 0, 29, tzinfo=UTC)
    assert paper.updated == datetime(2022, 5, 7, 20, 39, 58, tzinfo=UTC)
    assert paper.categories == ("cs.GR", "hep-th")
    assert paper.dois == ("10.5555/teapots.7",)
    assert not paper.withdrawn
    assert service.asked[0].params == {"mailto": "club@example.org"}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("hep-th/9901001", "/dois/10.48550/arXiv.hep-th%2F9901001"),
        ("x/../../../admin?a#b", "/dois/10.48550/arXiv.x%2F..%2F..%2F..%2Fadmin%3Fa%23b"),
    ],
)
async def test_an_id_is_one_part_of_the_path(
    service: LoopbackService, datacite: DataCite, value: str, path: str
) -> None:
    service.answer(path, Answer({"errors": [{"status": "404", "title": "not found"}]}, status=404))
    assert await datacite.fetch([PaperId("arxiv", value)]) == {}
    assert len(service.asked) == 1


async def test_only_arxivs_papers_are_known(datacite: DataCite) -> None:
    assert await datacite.fetch([PaperId("doi", "10.5555/a"), PaperId("acl", "P19-1001")]) == {}


async def test_titles_are_searched(service: LoopbackService, datacite: DataCite) -> None:
    other = RECORD | {"doi": "10.5555/not-arxiv"}
    service.answer("/dois", Answer({"data": [{"attributes": other}, {"attributes": RECORD}, {"attributes": 3}, None]}))
    [paper] = await datacite.search('titles.title:"Utah" AND (Teapot) OR *', 5)
    assert paper.id == PaperId("arxiv", "2101.00042")
    assert service.asked[0].params == {
        "query": "titles.title:(titles AND title AND utah AND and AND teapot AND or)",
        "client-id": "arxiv.content",
        "page[size]": "5",
        "sort": "relevance",
        "mailto": "club@example.org",
    }
    assert await datacite.search("?!", 5) == []
    assert await datacite.search("utah", 0) == []


def record_of(**fields: Any) -> dict[str, Any]:
    return {"doi": RECORD["doi"], "titles": [{"title": "T"}], **fields}


@pytest.mark.parametrize(
    ("kind", "description", "withdrawn"),
    [
        ("Abstract", "This paper has been withdrawn by its author.", True),
        ("Abstract", "We study how a medicine is withdrawn.", False),
        ("Other", "Withdrawn: an error in section 3", True),
        ("Other", "12 pages. Withdrawn from BoatConf 2020", False),
    ],
)
def test_a_notice_says_that_a_paper_is_withdrawn(kind: str, description: str, withdrawn: bool) -> None:
    paper = parse_doi_record(record_of(descriptions=[{"description": description, "descriptionType": kind}]))
    assert paper
    assert paper.withdrawn == withdrawn


def test_without_dates_no_version_is_known() -> None:
    paper = parse_doi_record(record_of(dates=[{"date": "2021", "dateType": "Submitted", "dateInformation": "v1"}, 3]))
    assert paper
    assert (paper.id.version, paper.published, paper.updated) == (None, None, None)


def test_a_date_of_an_update_is_better_than_none() -> None:
    dates = [{"date": "2021-05-07", "dateType": "Updated", "dateInformation": "v2"}]
    paper = parse_doi_record(record_of(dates=dates))
    assert paper
    assert (paper.id.version, paper.updated) == (2, datetime(2021, 5, 7, tzinfo=UTC))
    dates.append({"date": "2020-05-07", "dateType": "Submitted", "dateInformation": "v1"})
    paper = parse_doi_record(record_of(dates=dates))
    assert paper
    assert (paper.id.version, paper.published, paper.updated) == (
        2,
        datetime(2020, 5, 7, tzinfo=UTC),
        datetime(2021, 5, 7, tzinfo=UTC),
    )
