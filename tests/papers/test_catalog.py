"""What is known of papers: kept, asked for once, and given with its age when a source is down."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.papers.cache import PaperCache
from bot.papers.catalog import PaperCatalog
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import SourceFault

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO, DOI = PaperId("arxiv", "2401.00001"), PaperId("arxiv", "2401.00002"), PaperId("doi", "10.1000/x")


class Shelf:
    """A source that describes what it is given, and writes down what it is asked."""

    def __init__(self, name: str, papers: Mapping[PaperId, str], schemes: tuple[str, ...] = ("arxiv",)) -> None:
        self.name = name
        self.papers = dict(papers)
        self.schemes = schemes
        self.asked: list[object] = []
        self.fault: SourceFault | None = None
        self.slow = asyncio.Event()
        self.slow.set()
        self.closed = False

    def knows(self, paper_id: PaperId) -> bool:
        return paper_id.scheme in self.schemes

    async def fetch(self, ids: Sequence[PaperId]) -> Mapping[PaperId, Paper]:
        self.asked.append(tuple(ids))
        await self.slow.wait()
        if self.fault:
            raise self.fault
        return {paper_id: self._paper(paper_id) for paper_id in ids if paper_id in self.papers}

    async def search(self, words: str, limit: int) -> list[Paper]:
        self.asked.append(words)
        await self.slow.wait()
        if self.fault:
            raise self.fault
        return [self._paper(paper_id) for paper_id, title in self.papers.items() if words in title.lower()][:limit]

    async def aclose(self) -> None:
        self.closed = True

    def _paper(self, paper_id: PaperId) -> Paper:
        return Paper(
            paper_id,
            self.papers[paper_id],
            self.name,
            paper_id.url,
            ("Ada B.",),
            "Text.",
            NOW - 9 * DAY,
            NOW,
            ("cs.CL",),
        )


@pytest.fixture
def arxiv() -> Shelf:
    return Shelf("arXiv", {ONE: "The first one", TWO: "The second one"})


@pytest.fixture
def other() -> Shelf:
    return Shelf("Other", {ONE: "The first one, elsewhere", DOI: "A printed one"}, ("arxiv", "doi"))


@pytest.fixture
async def catalog(tmp_path: Path, arxiv: Shelf, other: Shelf) -> AsyncIterator[PaperCatalog]:
    made = PaperCatalog(PaperCache(tmp_path / "papers.db"), [arxiv, other])
    await made.open()
    yield made
    await made.close()


async def test_a_paper_is_asked_for_once_a_day(catalog: PaperCatalog, arxiv: Shelf) -> None:
    first = await catalog.get([ONE], NOW)
    assert first.known[ONE].paper.title == "The first one"
    assert first.known[ONE].paper.authors == ("Ada B.",)
    assert await catalog.get([ONE], NOW + DAY - timedelta(minutes=1)) == first
    assert len(arxiv.asked) == 1
    await catalog.get([ONE], NOW + DAY)
    assert len(arxiv.asked) == 2


async def test_a_version_never_changes(catalog: PaperCatalog, arxiv: Shelf) -> None:
    version = PaperId("arxiv", ONE.value, 2)
    await catalog.get([version], NOW)
    await catalog.get([version], NOW + 900 * DAY)
    assert len(arxiv.asked) == 1
    await catalog.get([ONE], NOW)  # the latest is another question
    assert len(arxiv.asked) == 2


async def test_two_versions_of_a_paper_are_never_taken_for_each_other(catalog: PaperCatalog) -> None:
    first, second = PaperId("arxiv", ONE.value, 1), PaperId("arxiv", ONE.value, 2)
    for _ in range(2):
        answer = await catalog.get([first, second, ONE], NOW)
        assert [(paper_id.version, known.paper.id.version) for paper_id, known in answer.known.items()] == [(1, 1)]
        for version in (first, second, ONE):
            recalled = catalog.recall(version, NOW)
            assert recalled is None or recalled.paper.id.version == version.version
        await catalog.get([second], NOW)
        await catalog.get([ONE], NOW)
    for ids in ([first, second, ONE], [ONE, second], [second, ONE]):
        assert (await catalog.peek(ids))[ONE].paper.id.version == ids[0].version
    assert (await catalog.peek([PaperId("arxiv", ONE.value, 9), second]))[ONE].paper.id.version == 2


async def test_the_latest_version_does_not_stand_for_another_for_ever(
    catalog: PaperCatalog, arxiv: Shelf, other: Shelf
) -> None:
    class Latest(Shelf):
        def _paper(self, paper_id: PaperId) -> Paper:
            return super()._paper(PaperId(paper_id.scheme, paper_id.value, 5))

    other.__class__ = Latest
    arxiv.fault = SourceFault("is not answering")
    first = PaperId("arxiv", ONE.value, 1)
    assert (await catalog.get([first], NOW)).known[ONE].paper.id.version == 5
    arxiv.fault = None
    soon = NOW + timedelta(minutes=10)
    assert catalog.recall(first, soon - timedelta(minutes=1))
    assert catalog.recall(first, soon) is None
    assert (await catalog.get([first], soon)).known[ONE].paper.id.version == 1
    assert catalog.recall(first, NOW + 9 * DAY)


async def test_what_arxiv_says_is_kept_when_a_search_finds_the_paper_elsewhere(
    catalog: PaperCatalog, arxiv: Shelf, other: Shelf
) -> None:
    other.papers[TWO] = "The second one, elsewhere"
    await catalog.get([ONE], NOW)
    found = await catalog.search("elsewhere", NOW)
    assert [known.paper.source for known in found.found] == ["Other", "Other"]
    kept = await catalog.peek([ONE, TWO])
    assert [kept[paper_id].paper.source for paper_id in (ONE, TWO)] == ["arXiv", "Other"]
    assert (await catalog.get([TWO], NOW + timedelta(minutes=10))).known[TWO].paper.source == "arXiv"


async def test_what_nobody_knows_is_asked_for_again_soon(catalog: PaperCatalog, arxiv: Shelf, other: Shelf) -> None:
    unknown = PaperId("arxiv", "2401.99999")
    assert (await catalog.get([unknown], NOW)).known == {}
    await catalog.get([unknown], NOW + timedelta(minutes=9))
    assert len(arxiv.asked) == 1
    assert other.asked == []  # arXiv knows best what there is on arXiv
    await catalog.get([unknown], NOW + timedelta(minutes=11))
    assert len(arxiv.asked) == 2


async def test_fifty_who_ask_at_once_ask_once(catalog: PaperCatalog, arxiv: Shelf) -> None:
    arxiv.slow.clear()
    asking = [asyncio.create_task(catalog.get([ONE], NOW)) for _ in range(50)]
    await asyncio.sleep(0.05)
    asking[0].cancel()  # who does not wait takes nothing from the others
    arxiv.slow.set()
    answers = await asyncio.gather(*asking[1:])
    assert {answer.known[ONE].paper.title for answer in answers} == {"The first one"}
    assert len(arxiv.asked) == 1


async def test_another_source_is_asked_when_one_is_down(catalog: PaperCatalog, arxiv: Shelf) -> None:
    arxiv.fault = SourceFault("is not answering")
    answer = await catalog.get([ONE], NOW)
    assert answer.known[ONE].paper.source == "Other"
    assert answer.faults == ()


async def test_what_was_known_is_given_with_its_age_when_all_are_down(
    catalog: PaperCatalog, arxiv: Shelf, other: Shelf
) -> None:
    await catalog.get([ONE], NOW)
    arxiv.fault = other.fault = SourceFault("is not answering")
    answer = await catalog.get([ONE, TWO], NOW + 3 * DAY)
    assert answer.known[ONE].stale
    assert answer.known[ONE].asked == NOW
    assert TWO not in answer.known
    assert answer.faults == ("arXiv is not answering", "Other is not answering")
    arxiv.fault = None  # that it could not be asked for is not kept
    again = await catalog.get([ONE, TWO], NOW + 3 * DAY)
    assert not again.known[ONE].stale
    assert TWO in again.known


async def test_what_a_rater_knows_is_added_once_a_day(tmp_path: Path, arxiv: Shelf) -> None:
    class Rater(Shelf):
        def _paper(self, paper_id: PaperId) -> Paper:
            return replace(super()._paper(paper_id), tldr="In short.", citations=7)

    rater = Rater("Rater", {ONE: "Rated"})
    catalog = PaperCatalog(PaperCache(tmp_path / "papers.db"), [arxiv], rater)
    await catalog.open()
    known = (await catalog.get([ONE], NOW)).known[ONE]
    for _ in range(2):
        rated = await catalog.rate(ONE, known, NOW)
        assert (rated.paper.title, rated.paper.tldr, rated.paper.citations) == ("The first one", "In short.", 7)
    assert len(rater.asked) == 1
    assert catalog.recall(ONE, NOW) == rated
    assert catalog.recall(ONE, NOW + DAY) is None
    rater.fault = SourceFault("is not answering")
    assert await catalog.rate(ONE, known, NOW + DAY) == known
    assert catalog.complete("rated", 5) == []
    await catalog.close()


async def test_fifty_who_see_a_paper_ask_for_its_rating_once(tmp_path: Path, arxiv: Shelf, other: Shelf) -> None:
    catalog = PaperCatalog(PaperCache(tmp_path / "papers.db"), [arxiv], other)
    await catalog.open()
    known = (await catalog.get([ONE], NOW)).known[ONE]
    other.slow.clear()
    rating = [asyncio.create_task(catalog.rate(ONE, known, NOW)) for _ in range(50)]
    await asyncio.sleep(0.05)
    rating[0].cancel()
    other.slow.set()
    await asyncio.gather(*rating[1:])
    assert other.asked == [(ONE,)]
    other.slow.clear()
    last = asyncio.create_task(catalog.rate(ONE, known, NOW + DAY))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(catalog.close(), 1)
    with pytest.raises(asyncio.CancelledError):
        await last


async def test_each_source_is_asked_for_what_it_knows(catalog: PaperCatalog, arxiv: Shelf) -> None:
    answer = await catalog.get([DOI, ONE], NOW)
    assert list(answer.known) == [DOI, ONE]
    assert arxiv.asked == [(ONE,)]


async def test_titles_are_searched_once_a_day_and_what_was_found_is_known(catalog: PaperCatalog, arxiv: Shelf) -> None:
    found = await catalog.search("The ONE", NOW)
    assert found.found == ()
    found = await catalog.search("Second  ONE", NOW)
    assert [known.paper.id for known in found.found] == [TWO]
    await catalog.search("second one", NOW + DAY / 2)
    assert arxiv.asked == ["the one", "second one"]
    assert (await catalog.get([TWO], NOW)).known[TWO].paper.title == "The second one"
    assert len(arxiv.asked) == 2
    assert (await catalog.search("?!", NOW)).found == ()


async def test_a_search_falls_back_too(catalog: PaperCatalog, arxiv: Shelf, other: Shelf) -> None:
    await catalog.search("second", NOW)
    arxiv.fault = SourceFault("is not answering")
    elsewhere = await catalog.search("printed", NOW)
    assert [known.paper.id for known in elsewhere.found] == [DOI]
    assert elsewhere.faults == ("arXiv is not answering",)
    other.fault = arxiv.fault
    stale = await catalog.search("second", NOW + 2 * DAY)
    assert [known.stale for known in stale.found] == [True]


async def test_what_was_found_while_a_source_was_down_is_searched_for_again(
    catalog: PaperCatalog, arxiv: Shelf, other: Shelf
) -> None:
    arxiv.fault = SourceFault("is not answering")
    await catalog.search("first", NOW)
    arxiv.fault = None
    assert [known.paper.source for known in (await catalog.search("first", NOW)).found] == ["arXiv"]
    await catalog.search("nothing at all", NOW)
    asked = len(arxiv.asked), len(other.asked)
    assert (await catalog.search("nothing at all", NOW + DAY / 2)).found == ()
    assert (len(arxiv.asked), len(other.asked)) == asked


async def test_when_arxiv_is_down_all_others_are_asked(tmp_path: Path, arxiv: Shelf, other: Shelf) -> None:
    arxiv.fault = SourceFault("is not answering")
    third = Shelf("Third", {TWO: "The second one, elsewhere"})
    catalog = PaperCatalog(PaperCache(tmp_path / "papers.db"), [arxiv, other, third])
    await catalog.open()
    assert (await catalog.get([TWO], NOW)).known[TWO].paper.source == "Third"
    await catalog.close()


async def test_memory_holds_only_the_last_papers(catalog: PaperCatalog, arxiv: Shelf) -> None:
    many = [PaperId("arxiv", f"2402.{number:05}") for number in range(1, 301)]
    arxiv.papers |= dict.fromkeys(many, "One of many")
    await catalog.get(many, NOW)
    assert catalog.recall(many[0], NOW) is None
    assert catalog.recall(many[-1], NOW)
    assert sum(catalog.recall(paper_id, NOW) is not None for paper_id in many) == 256
    await catalog.get([many[44]], NOW)  # the next to go, but for that
    await catalog.get([ONE], NOW)
    assert catalog.recall(many[44], NOW)
    assert catalog.recall(many[45], NOW) is None


async def test_titles_are_completed_without_asking_anybody(catalog: PaperCatalog, arxiv: Shelf) -> None:
    assert catalog.complete("first", 5) == []
    await catalog.get([ONE, TWO], NOW)
    asked = len(arxiv.asked)
    assert catalog.complete("fir", 5) == [(str(ONE), "The first one")]
    assert {key for key, _ in catalog.complete("ÓNE the", 5)} == {str(ONE), str(TWO)}
    assert len(catalog.complete("one", 1)) == 1
    assert catalog.complete("", 5) == []
    assert len(arxiv.asked) == asked


async def test_what_is_kept_lasts_and_closing_ends_what_is_asked(tmp_path: Path, arxiv: Shelf) -> None:
    first = PaperCatalog(PaperCache(tmp_path / "papers.db"), [arxiv])
    await first.open()
    before = await first.get([ONE], NOW)
    arxiv.slow.clear()
    waiting = asyncio.create_task(first.get([TWO], NOW))
    await asyncio.sleep(0.05)
    await asyncio.wait_for(first.close(), 1)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert arxiv.closed
    await first.close()
    second = PaperCatalog(PaperCache(tmp_path / "papers.db"), [])
    await second.open()
    assert (await second.get([ONE], NOW)).known == before.known
    assert second.complete("first", 5)
    assert (await second.peek([ONE, TWO])).keys() == {ONE}
    await second.close()


@pytest.mark.parametrize("damage", [b"", b"x" * 5_000, b"SQLite format 3\0" + b"y" * 9_000])
async def test_a_damaged_cache_is_made_anew(tmp_path: Path, arxiv: Shelf, damage: bytes) -> None:
    path = tmp_path / "papers.db"
    path.write_bytes(damage)
    catalog = PaperCatalog(PaperCache(path), [arxiv])
    await catalog.open()
    await catalog.get([ONE], NOW)
    await catalog.get([ONE], NOW)
    assert len(arxiv.asked) == 1
    await catalog.close()


async def test_without_a_cache_papers_are_asked_for_each_time(tmp_path: Path, arxiv: Shelf) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")
    catalog = PaperCatalog(PaperCache(tmp_path / "blocked" / "papers.db"), [arxiv])
    await catalog.open()
    for _ in range(2):
        assert (await catalog.get([ONE], NOW)).known[ONE].paper.title == "The first one"
    assert len(arxiv.asked) == 2
    await catalog.close()
