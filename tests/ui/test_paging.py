"""Pages hold everything, in order, and each of them can be read alone."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ui.markdown import render_blocks
from bot.ui.paging import paginate
from bot.ui.text import length
from tests.ui.documents import PING, Document, documents


def pages_of(markdown: str, limit: int = 1_900) -> list[str]:
    return paginate(render_blocks(markdown, lambda target: ("", "")), limit)


@settings(max_examples=150, deadline=None)
@given(documents(), st.sampled_from([300, 600, 1_900]))
def test_any_document_is_whole_on_its_pages_and_harmless(document: Document, limit: int) -> None:
    pages = pages_of(document.text, limit)
    assert all(0 < length(page) <= limit for page in pages)
    whole = "\n".join(pages)
    seen = list(dict.fromkeys(re.findall(r"w\d+x", whole)))  # the head of a table is repeated
    assert seen == document.words
    assert sorted(set(re.findall(r"n\d+x", whole))) == sorted(document.notes)
    for target in document.targets:
        assert target in whole
    for page in pages:
        assert page.count("```") % 2 == 0
        bare = re.sub(r"```.*?```", "", page, flags=re.DOTALL)
        assert not re.search(PING, bare)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)


def test_a_heading_stays_with_what_it_heads() -> None:
    pages = pages_of("word " * 35 + "\n\n### Heading\n\n" + "text " * 30, 250)
    assert pages[1].startswith("### Heading\ntext")


def test_a_list_that_goes_on_is_opened_again() -> None:
    nested = "".join(f"   - point {n} of the second\n" for n in range(40))
    pages = pages_of(f"1. First\n2. Second\n{nested}3. Third\n", 300)
    assert len(pages) > 2
    assert all(page.startswith("2. …\n   - point ") for page in pages[1:])
    assert pages[-1].endswith("\n3. Third")
    pages = pages_of("- a\n- " + "A sentence of an item. " * 30, 300)
    assert all(page.startswith("- … A sentence") for page in pages[1:])


def test_code_in_a_list_and_in_a_quote_is_closed_and_opened_as_it_was() -> None:
    code = "\n".join(f"   x{n} = {n}" for n in range(60))
    pages = pages_of(f"1. item\n   ```python\n{code}\n   ```\n", 300)
    assert all(page.startswith("1. …\n   ```python\n   x") for page in pages[1:])
    assert all(page.endswith("\n   ```") for page in pages)
    quoted = "\n".join(f"> x{n} = {n}" for n in range(60))
    pages = pages_of(f"> ```python\n{quoted}\n> ```", 300)
    assert all(page.startswith("> ```python\n> x") and page.endswith("\n> ```") for page in pages)


def test_a_long_table_shows_its_head_on_each_page() -> None:
    rows = "".join(f"| row {n} | {n} |\n" for n in range(200))
    pages = pages_of(f"| name | size |\n|---|---|\n{rows}")
    assert len(pages) > 1
    assert all(page.startswith("```\nname     size\n") for page in pages)


def test_emphasis_that_is_cut_goes_on() -> None:
    pages = pages_of("**" + "Strong words that go on. " * 40 + "end**", 300)
    assert all(page.startswith("**Strong") and page.endswith("**") for page in pages)


def test_the_last_page_is_no_leftover() -> None:
    pages = pages_of("\n\n".join(["word " * 50] * 5 + ["Two words."]), 1_270)
    assert length(pages[-1]) > 200
