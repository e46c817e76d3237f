"""Markdown as plain text; that it is Hugo's own is shown in test_check.py."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.plain import plain_inline, plain_text, summary_end
from tests.library.test_parse import PIECES


@given(
    st.lists(PIECES | st.sampled_from(["'", '"', "--", "...", "<<", "[^1]: - "]), max_size=40).map("".join) | st.text()
)
def test_no_text_raises_and_a_summary_ends_within_it(markdown: str) -> None:
    assert "\n" not in plain_text(markdown)
    plain_inline(markdown)
    assert 0 <= summary_end(markdown) <= len(markdown)


@pytest.mark.parametrize("unit", ['"', "'", "-", ".", "<", "<a '", '<"', "http://x", "[", "{#", "# a {#b} "])
def test_a_teaser_of_nothing_but_marks_takes_little_time(unit: str) -> None:
    start = time.process_time()
    plain_text(unit * (8_000 // len(unit)))
    summary_end(unit * (100_000 // len(unit)))
    assert time.process_time() - start < 2


def test_a_long_text_is_summarised_by_its_beginning() -> None:
    text = "word " * 80 + "\n\n" + "more " * 100_000
    assert text[: summary_end(text)] == "word " * 80
    assert summary_end("word " * 100_000) == len("word " * 100_000)
