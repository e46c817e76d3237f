"""What a feed of arXiv says."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.atom import Feed, Refused, parse_feed
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.papers.source import SourceFault
from tests.papers.loopback_arxiv import GHOST, Entry, entity_bomb, error_feed, feed
from tests.shared import SHARED, needs_shared


def parse_one(entry: Entry | str) -> Paper:
    (paper,) = parse_feed(feed([entry])).papers
    return paper


def test_every_fact_of_a_paper() -> None:
    paper = parse_one(
        Entry(
            id="2002.12327",
            version=3,
            title="Boats & Paper: $x < y$",
            authors=(" Ada Muster", "Bo  Beispiel ", "The Boat Collaboration"),
            summary="  We fold boats.\nThey float.\n  A second paragraph,\nlong.\n\nA third.\n",
            categories=("cs.CL", "cond-mat.mes-hall"),
            comment="12 pages,\n  to appear",
            journal_ref="J. Boats 3 (2021) 1-9",
            dois=("10.1000/ABC.1", "10.1000/abc.1, 10.1000/def;"),
        )
    )
    assert paper == Paper(
        id=PaperId("arxiv", "2002.12327"),
        title="Boats & Paper: $x < y$",
        source="arXiv",
        url="https://arxiv.org/abs/2002.12327",
        authors=("Ada Muster", "Bo Beispiel", "The Boat Collaboration"),
        abstract="We fold boats. They float.\n\nA second paragraph, long.\n\nA third.",
        published=datetime(2020, 2, 27, 18, 46, 42, tzinfo=UTC),
        updated=datetime(2020, 2, 28, 18, 46, 42, tzinfo=UTC),
        categories=("cs.CL", "cond-mat.mes-hall"),
        comment="12 pages, to appear",
        venue="J. Boats 3 (2021) 1-9",
        dois=("10.1000/abc.1", "10.1000/def"),
    )
    assert paper.id.version == 3


def test_an_id_of_the_old_style() -> None:
    paper = parse_one(Entry(id="hep-th/9711200", version=12))
    assert (paper.id, paper.id.version) == (PaperId("arxiv", "hep-th/9711200"), 12)


def test_a_title_may_be_nothing_but_a_zero() -> None:
    assert parse_one(Entry(id="2002.12327", title="0")).title == "0"


def test_a_paper_may_be_called_error() -> None:
    assert parse_one(Entry(id="2002.12327", title="Error")).title == "Error"


def test_five_hundred_authors() -> None:
    names = tuple(f"Ada Muster {number}" for number in range(500))
    assert parse_one(Entry(id="2002.12327", authors=names)).authors == names


def test_the_primary_category_comes_first_and_classes_of_others_are_left_out() -> None:
    entry = Entry(id="2002.12327", categories=("35", "cs.LG", "I.2.7", "68T50", "stat.ML")).xml()
    paper = parse_one(entry.replace('primary_category term="35"', 'primary_category term="stat.ML"'))
    assert paper.categories == ("stat.ML", "cs.LG")


def test_a_date_of_another_zone_and_dates_that_are_none() -> None:
    entry = Entry(id="2002.12327", published="2025-08-24T00:00:00-04:00", updated="2025-08-24T00:00:00")
    assert parse_one(entry).published == datetime(2025, 8, 24, 4, tzinfo=UTC)
    assert parse_one(entry).updated == datetime(2025, 8, 24, tzinfo=UTC)
    assert parse_one(replace(entry, published="soon")).published is None


def test_a_paper_with_nothing_but_an_id_and_a_title() -> None:
    paper = parse_one("<entry><id>http://arxiv.org/abs/2002.12327</id><title>T</title></entry>")
    assert paper == Paper(PaperId("arxiv", "2002.12327"), "T", "arXiv", "https://arxiv.org/abs/2002.12327")
    assert paper.id.version is None


def test_entries_that_are_no_papers_are_passed_over() -> None:
    no_title = Entry(id="2002.12328", title=" ").xml()
    no_id = "<entry><id>http://arxiv.org/help</id><title>T</title></entry>"
    found = parse_feed(feed([GHOST, no_title, Entry(id="2002.12327"), no_id], total=4))
    assert [paper.id.value for paper in found.papers] == ["2002.12327"]
    assert found.total == 4


def test_elements_of_others_are_passed_over() -> None:
    entry = Entry(id="2002.12327").xml()
    other = '<title xmlns="urn:other">Other</title><x:id xmlns:x="urn:x">http://arxiv.org/abs/2002.99999v1</x:id>'
    assert parse_one(entry.replace("<entry>", f"<entry><!-- a -->{other}<arxiv:new>1</arxiv:new>")).title.startswith(
        "On"
    )


def test_no_entries_and_a_total_that_is_none() -> None:
    assert parse_feed(feed([])) == Feed([], 0)
    body = feed([Entry(id="2002.12327")]).replace(b"totalResults>1<", b"totalResults>many<")
    assert parse_feed(body).total == 1


def test_the_feed_of_an_error_is_a_fault_that_says_which() -> None:
    with pytest.raises(Refused) as caught:
        parse_feed(error_feed("incorrect id format for abc"))
    assert caught.value.detail == "incorrect id format for abc"
    with pytest.raises(Refused):
        parse_feed(error_feed("x").replace(b"/api/errors#", b"/"))
    with pytest.raises(Refused):
        parse_feed(error_feed("x").replace(b"arXiv api core", b""))


HOSTILE = {
    "empty": b"",
    "blank": b"  \n",
    "text": b"Rate exceeded.",
    "html": b"<!DOCTYPE html><html><body>Bad <feed></body></html>",
    "another root": b"<html><feed/></html>",
    "another feed": b'<feed xmlns="urn:other"/>',
    "truncated": feed([Entry(id="2002.12327")])[:-40],
    "two roots": feed([]) + feed([]).split(b"\n", 1)[1],
    "entity bomb": entity_bomb(),
    "a file": b'<!DOCTYPE feed [<!ENTITY f SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom">&f;</feed>',
    "another document type": b'<!--<feed--><!DOCTYPE feed SYSTEM "http://127.0.0.1/x.dtd">' + feed([]).split(b"\n", 1)[1],
    "a bomb in UTF-16": b"\xff\xfe" + "<!--\u663c\u6565d-->".encode("utf-16-le") + b"<feed" + entity_bomb().decode().encode("utf-16"),
    "a bomb in UTF-16 that is said to be UTF-8": entity_bomb().decode().encode("utf-16-be") + b"<feed",
    "an entity that is not declared": feed([]).replace(b"</feed>", b"&boom;</feed>"),
    "bytes that are no text": feed([]).replace(b"arXiv Query", b"\xff\xfe\x00"),
}  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_feed_is_a_fault(body: bytes) -> None:
    with pytest.raises(SourceFault):
        parse_feed(body)


def test_what_the_document_says_of_its_encoding_does_not_count() -> None:
    body = feed([Entry(id="2002.12327", authors=("José",))])
    for encoding in (b"ISO-8859-1", b"utf-16", b"utf-7", b"no-such"):
        assert parse_feed(body.replace(b"UTF-8", encoding)).papers[0].authors == ("José",)


def test_a_feed_as_deep_as_it_is_long_is_read_or_refused() -> None:
    deep = b"<a>" * 200_000 + b"</a>" * 200_000
    assert parse_feed(feed([]).replace(b"</feed>", deep + b"</feed>")).papers == []


@given(st.binary())
def test_whatever_comes_is_read_or_a_fault(body: bytes) -> None:
    for wrapped in (body, b"<feed" + body, feed([]).replace(b"</feed>", body + b"</feed>")):
        try:
            parse_feed(wrapped)
        except SourceFault:
            pass


@given(st.randoms(use_true_random=False))
def test_a_broken_feed_is_read_or_a_fault(chance: random.Random) -> None:
    body = bytearray(feed([Entry(id="2002.12327", dois=("10.1/x",), comment="c"), Entry(id="hep-th/9711200")]))
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(body))
        match chance.randrange(3):
            case 0:
                body[at] = chance.randrange(256)
            case 1:
                del body[at : at + chance.randrange(40)]
            case _:
                body[at:at] = body[chance.randrange(len(body)) :][: chance.randrange(40)]
    try:
        parse_feed(bytes(body))
    except SourceFault:
        pass


TEXT = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)
LINE = st.lists(TEXT, min_size=1, max_size=5).map(" ".join)
DATE = st.integers(680_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ID = st.one_of(
    st.from_regex(r"(?:1[5-9]|2[0-9])(?:0[1-9]|1[0-2])\.[0-9]{4}[1-9]", fullmatch=True),
    st.from_regex(r"(?:hep-th|math|astro-ph)/9[2-9](?:0[1-9]|1[0-2])[0-9]{2}[1-9]", fullmatch=True),
)


@given(ID, st.integers(1, 999), LINE, st.lists(LINE), st.lists(LINE, min_size=1).map("\n\n".join), DATE, LINE, LINE)
def test_what_is_composed_is_read_again(
    number: str, version: int, title: str, names: list[str], summary: str, date: datetime, comment: str, venue: str
) -> None:
    when = f"{date:%Y-%m-%dT%H:%M:%SZ}"
    entry = Entry(number, version, title, tuple(names), summary, when, when, ("cs.CL",), comment, venue, ("10.1/x",))
    paper = parse_one(entry)
    read = (paper.id.value, paper.id.version, paper.title, paper.authors, paper.abstract, paper.comment, paper.venue)
    assert read == (number, version, title, tuple(names), summary, comment, venue)
    assert paper.published == paper.updated == date


def best_of(rounds: int, work: object) -> float:
    assert callable(work)
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(10):
            work()
        best = min(best, time.process_time() - begin)
    return best


def test_reading_takes_at_most_twice_a_bare_walk() -> None:
    summary = "We fold boats of paper and let them float on the pond behind the library." * 20
    body = feed(
        Entry(
            f"2002.{number:05}",
            title="On the Folding of Paper Boats, and on What Makes Them Float",
            authors=("Ada Muster", "Bo Beispiel", "Cy Sample", "Di Esempio"),
            summary=summary,
            comment="12 pages, 3 figures, to appear in the Proceedings of the Conference on Boats",
            categories=("cs.CL", "cs.LG"),
        )
        for number in range(10)
    )

    def walk() -> None:
        for element in ElementTree.fromstring(body).iter():
            assert element.tag is not element.text

    # The best of some rounds on each side, and again if the machine was busy just then.
    assert any(best_of(10, lambda: parse_feed(body)) <= 2 * best_of(10, walk) for _ in range(5))


@needs_shared
@pytest.mark.parametrize("file", sorted((SHARED / "arxiv").glob("*.xml")), ids=lambda file: file.name)
def test_real_answers(file: Path) -> None:
    if "error" in file.name:
        with pytest.raises(Refused):
            parse_feed(file.read_bytes())
        return
    found = parse_feed(file.read_bytes())
    expected = {"rec_search_10_testing.xml": 10, "rec_search_zero_results.xml": 0, "rec_unknown_id_0000.0000.xml": 0}
    assert len(found.papers) == expected.get(file.name, 1)
    for paper in found.papers:
        assert paper.authors
        assert paper.abstract == paper.abstract.strip()
        assert "  " not in paper.title
        assert paper.categories
        assert paper.id.version
        assert paper.published is not None
        assert paper.updated is not None
        assert paper.published <= paper.updated
        assert paper.published.utcoffset() == timedelta(0)
        assert paper.withdrawn == ("withdrawn" in file.name)


@needs_shared
@pytest.mark.parametrize("name", ["rec_429_rate_exceeded.txt", "cmp_400_request_line_too_large.html"])
def test_real_refusals_are_no_feeds(name: str) -> None:
    with pytest.raises(SourceFault):
        parse_feed((SHARED / "arxiv" / name).read_bytes())
