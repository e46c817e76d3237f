"""Pages hold everything, in order, and each of them can be read alone."""

import re
import time

import pytest
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
