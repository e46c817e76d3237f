"""The cards of papers, where a detail of their look matters."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.papers.catalog import Known
from bot.papers.identifiers import PaperId
from bot.papers.paper import Paper
from bot.ui.papers import choose_paper, gist_page, paper_card, papers_found, unknown
from bot.ui.text import length

NOW = datetime(2024, 6, 7, tzinfo=UTC)
ID = PaperId("arxiv", "2401.00001", 1)


def paper(**fields: Any) -> Paper:
    return Paper(**({"id": ID, "title": "On Teapots", "source": "arXiv", "url": ID.url} | fields))


def texts(view: Any) -> list[str]:
    def inside(component: dict[str, Any]) -> Iterator[str]:
        if component["type"] == 10:
            yield component["content"]
        for inner in component.get("components", ()):
            yield from inside(inner)

    return [text for component in view.to_components() for text in inside(component)]


def card(**fields: Any) -> str:
    return "\n".join(texts(paper_card(Known(paper(**fields), NOW), None, NOW)))


def test_the_most_awkward_paper_has_room_in_a_message() -> None:
    marks = "*" * 2_000
    fields: dict[str, Any] = {
        "title": marks, "authors": (marks,) * 600, "abstract": marks, "comment": marks, "venue": marks, "tldr": marks
    }  # fmt: skip
    known = Known(paper(**fields, categories=(marks,) * 3), NOW)
    view = paper_card(known, None, NOW, ["arXiv does not answer in time", "DataCite is out of order"])
    assert sum(map(length, texts(view))) <= 4_000
    assert sum(map(length, texts(choose_paper(marks, [known] * 10, [])))) <= 4_000
    assert sum(map(length, texts(papers_found([(ID, known, None)] * 5, [])))) <= 4_000


def test_addresses_of_an_abstract_lead_where_they_say_and_those_of_names_are_no_links() -> None:
    said = card(
        title="https://a.example/x",
        authors=("https://b.example/x",),
        abstract="Code: https://github.com/a_b/c_d_e, *really*.",
        comment="See https://github.com/is_ok/.",
        venue="https://c.example/x",
    )
    assert "Code: https://github.com/a_b/c_d_e, \\*really\\*." in said
    assert "See https://github.com/is_ok/." in said
    for host in "abc":
        assert f"https\u200b://{host}.example/x" in said


@pytest.mark.parametrize(
    ("tldr", "citations", "said"),
    [
        ("It pours.", 1_975, "**Semantic Scholar's summary:** It pours. Cited 1,975 times."),
        ("It pours $x^2$.", None, "**Semantic Scholar's summary:** It pours x²."),
        ("", 1, "**Semantic Scholar:** Cited once."),
        ("", 0, "**Semantic Scholar:** Cited not yet."),
    ],
)
def test_what_semantic_scholar_adds_reads_well(tldr: str, citations: int | None, said: str) -> None:
    assert card(tldr=tldr, citations=citations).endswith(f"-# {said}")


def test_a_menu_says_how_many_papers_are_not_listed_above_it() -> None:
    view = choose_paper("teapots", [Known(paper(title=f"Teapot {n}"), NOW) for n in range(7)], [])
    shown = texts(view)
    assert "**Teapot 4**" in shown
    assert not any("Teapot 5" in text for text in shown)
    assert shown[-1] == "-# … and 2 more in the menu"


def test_a_list_tells_a_withdrawn_paper_from_one_that_is_not_known_or_still_awaited() -> None:
    other = PaperId("arxiv", "2401.00002")
    lines = [(ID, Known(paper(withdrawn=True, authors=("Ada",)), NOW), None), (other, None, None)]
    assert texts(papers_found(lines, []))[1:] == [
        "**On Teapots**\n-# Ada\n-# ⚠️ Withdrawn",
        "**arxiv:2401.00002**\n-# Not known",
    ]
    assert "-# Nothing could be learned about it" in texts(papers_found(lines, ["arXiv is out of order"]))[2]
    assert "-# ⏳ Still being looked for" in texts(papers_found(lines, [], asking=True))[2]


def test_a_search_that_could_not_be_made_does_not_say_that_there_is_nothing() -> None:
    said = "\n".join(texts(unknown(None, "teapots", ["arXiv is out of order"], None)))
    assert "could not be looked for everywhere" in said
    assert "-# ⚠️ arXiv is out of order." in said


def test_where_a_gist_comes_from_is_no_part_of_its_last_point() -> None:
    assert texts(gist_page(paper(), ["We pour.", "It spills."])) == [
        "-# On Teapots\n### In brief\n- We pour.\n- It spills.",
        "-# Sentences of the abstract, chosen by Paperclub",
    ]
