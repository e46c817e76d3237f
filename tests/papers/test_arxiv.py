"""arXiv as a source, over real sockets: what is asked, and how little of it. The pauses are short here."""

import asyncio

from bot.papers.arxiv import Arxiv
from bot.papers.identifiers import PaperId
from bot.papers.source import Source
from tests.papers.loopback_arxiv import MANY, A, B, C, Entry, LoopbackArxiv, MakeArxiv, feed, giving, paper_id


def test_it_is_a_source_of_arxivs_papers(arxiv: Arxiv) -> None:
    source: Source = arxiv
    assert source.name == "arXiv"
    assert source.knows(A)
    assert not source.knows(PaperId("doi", "10.1000/x"))


async def test_papers_are_told_apart_and_unknown_ones_left_out(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    unknown = paper_id("2002.99999")
    found = await arxiv.fetch([A, unknown, C, B, A])
    assert list(found) == [A, C, B]
    assert [found[which].id for which in (A, B, C)] == [A, B, C]
    assert server.log[0].query == {"id_list": "2002.00001,2002.99999,hep-th/9711200,2002.00002", "max_results": "4"}
    assert server.log[0].headers["User-Agent"] == "Paperclub/1.0 (mailto:club@example.org)"


async def test_an_id_with_a_version_asks_for_that_one_and_without_for_the_latest(
    server: LoopbackArxiv, arxiv: Arxiv
) -> None:
    server.papers += [Entry(A.value, 1, title="First"), Entry(A.value, 3, title="Third")]
    first, latest = paper_id(A.value + "v1"), A
    one, other = await asyncio.gather(arxiv.fetch([first]), arxiv.fetch([latest, B]))
    assert (one[first].title, one[first].url) == ("First", "https://arxiv.org/abs/2002.00001v1")
    assert (other[latest].title, other[latest].url) == ("Third", "https://arxiv.org/abs/2002.00001")
    assert other[latest].id.version == 3
    assert [asked.ids for asked in server.log] == [["2002.00001v1", "2002.00002"], ["2002.00001"]]


async def test_of_several_versions_in_an_answer_the_latest_counts(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    for versions in ((1, 3, 2), (3, 1), (1, 3)):
        server.acts.append(giving(feed([Entry(A.value, version) for version in versions])))
        assert (await arxiv.fetch([A]))[A].id.version == 3


async def test_a_version_that_does_not_exist_is_unknown(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.acts += [giving(feed([Entry(A.value, 2)]))]
    assert await arxiv.fetch([paper_id(A.value + "v9")]) == {}


async def test_fifty_members_at_once_need_three_requests_at_most(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    async def member(number: int) -> None:
        await asyncio.sleep(number / 500)
        assert list(await arxiv.fetch([MANY[number]])) == [MANY[number]]

    await asyncio.gather(*(member(number) for number in range(50)))
    assert len(server.log) <= 3


async def test_who_asks_while_a_request_waits_is_served_by_it(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.3)
    await arxiv.fetch([A])

    async def member(number: int) -> None:
        await asyncio.sleep(number / 1_000)
        await arxiv.fetch([MANY[number + 10]])

    await asyncio.gather(*(member(number) for number in range(100)))
    assert [len(asked.ids) for asked in server.log] == [1, 100]


async def test_the_same_question_is_asked_once(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.delay = 0.1
    server.found['ti:"boats"'] = [Entry(A.value)]

    async def late() -> None:
        await asyncio.sleep(0.05)
        assert A in await arxiv.fetch([A])

    await asyncio.gather(*(arxiv.fetch([A]) for _ in range(20)), late())
    assert len(server.log) == 1
    found = await asyncio.gather(*(arxiv.search("boats", 5) for _ in range(20)))
    assert all([paper.id for paper in papers] == [A] for papers in found)
    assert len(server.log) == 2


async def test_large_questions_are_split(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    assert len(await arxiv.fetch(MANY)) == 400
    assert [len(asked.ids) for asked in server.log] == [200, 200]
    old = [paper_id(f"astro-ph/9{number // 1000 + 2}01{number % 1000:03}v1") for number in range(1, 301)]
    await arxiv.fetch(old)
    assert all(len(asked.ids) <= 200 and asked.line < 4_000 for asked in server.log)


async def test_a_malformed_id_is_never_asked_for(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    bad = [
        PaperId("arxiv", text)
        for text in ("abc", "2002.1", "2002.00001v1", "2002.00001,2002.00002", "", "math.GT/0309136")
    ]
    bad += [PaperId("arxiv", A.value, 0), PaperId("arxiv", B.value, -1), PaperId("doi", "10.1000/x")]
    assert await arxiv.fetch(bad) == {}
    assert server.log == []
    assert list(await arxiv.fetch([*bad[:6], C])) == [C]


async def test_who_leaves_does_not_end_the_request_of_others(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.delay = 0.2
    one, other = asyncio.create_task(arxiv.fetch([A])), asyncio.create_task(arxiv.fetch([A, B]))
    await asyncio.sleep(0.1)
    one.cancel()
    assert set(await other) == {A, B}
    assert one.cancelled()
    assert len(server.log) == 1


async def test_what_nobody_waits_for_any_more_is_not_asked(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.3)
    await arxiv.fetch([A])
    leaving = [asyncio.create_task(arxiv.fetch([B, C])), asyncio.create_task(arxiv.search("boats", 1))]
    staying = asyncio.create_task(arxiv.fetch([MANY[9]]))
    await asyncio.sleep(0.05)
    for task in leaving:
        task.cancel()
    await staying
    await asyncio.sleep(0.5)
    assert [asked.query.get("id_list") for asked in server.log] == [A.value, MANY[9].value]
    assert set(await arxiv.fetch([B])) == {B}


async def test_nobody_is_told_unknown_for_what_was_not_asked(server: LoopbackArxiv, make: MakeArxiv) -> None:
    arxiv = make(pause=0.2)
    await arxiv.fetch([A])
    leaving, staying = asyncio.create_task(arxiv.fetch([B])), asyncio.create_task(arxiv.fetch([C]))
    await asyncio.sleep(0.05)
    leaving.cancel()
    server.delay = 0.3
    await asyncio.sleep(0.3)  # C is being asked for, without B
    assert set(await arxiv.fetch([B])) == {B}
    assert set(await staying) == {C}


async def test_a_title_is_searched_as_a_phrase_and_then_by_its_words(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.found['ti:"paper boats"'] = [Entry(A.value), Entry(B.value)]
    assert [paper.id for paper in await arxiv.search("paper boats", 1)] == [A]
    assert len(server.log) == 1
    server.found['ti:"boats" AND ti:"folded"'] = [Entry(B.value)]
    assert [paper.id for paper in await arxiv.search("boats and folded", 5)] == [B]
    assert [asked.query["search_query"] for asked in server.log][1:] == [
        'ti:"boats and folded"',
        'ti:"boats" AND ti:"folded"',
    ]
    assert {asked.query["max_results"] for asked in server.log} == {"10"}


async def test_a_search_gives_ten_at_most_and_nothing_for_nothing(server: LoopbackArxiv, arxiv: Arxiv) -> None:
    server.found['ti:"boats"'] = [Entry(each.value) for each in MANY[:30]]
    assert len(await arxiv.search("boats", 100)) == 10
    assert await arxiv.search(' "(*)" ', 5) == []
    assert await arxiv.search("boats", 0) == []
    assert await arxiv.search("submarines", 5) == []
    assert len(server.log) == 2
