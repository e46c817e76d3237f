"""What is asked for when a member types a title."""

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.title_queries import title_queries


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("Paper Boats", ['ti:"Paper Boats"', 'ti:"Paper" AND ti:"Boats"']),
        ("Boats: a primer?", ['ti:"Boats a primer"', 'ti:"Boats" AND ti:"a" AND ti:"primer"']),
        ("boats", ['ti:"boats"']),
        ("ti:boats", ['ti:"boats"']),
        ('all: "boats"', ['ti:"boats"']),
        ("BERT: boats", ['ti:"BERT boats"', 'ti:"BERT" AND ti:"boats"']),
        ("boats AND NOT water", ['ti:"boats and not water"', 'ti:"boats" AND ti:"water"']),
        ("To Be OR", ['ti:"To Be or"', 'ti:"To" AND ti:"Be"']),
        ("AND", ['ti:"and"']),
        ('boats") OR (ti:x\\*', ['ti:"boats or ti x"', 'ti:"boats" AND ti:"ti" AND ti:"x"']),
        ("pre-training isn't $k$-means", ['ti:"pre-training isn\'t k means"', 'ti:"pre-training" AND ti:"isn\'t" AND ti:"k" AND ti:"means"']),
        ("boats boats", ['ti:"boats boats"', 'ti:"boats"']),
        ("Mo\u0308we", ['ti:"M\u00f6we"']),
        ("紙の船", ['ti:"紙の船"']),
        ('"" ( ) * ?', []),
        ("", []),
    ],
)  # fmt: skip
def test_words_become_questions(text: str, queries: list[str]) -> None:
    assert title_queries(text) == queries


@given(st.text() | st.text('aé漢 -"(:ANDORT', max_size=5_000))
def test_no_words_break_a_question_or_make_it_too_long(text: str) -> None:
    for query in title_queries(text):
        assert len(quote_plus(query)) < 3_500
        assert not set("()\\*?[]{}^~!|&+<>") & set(query)
        assert query.count('"') == 2 * query.count('ti:"')
        for part in query.split(" AND "):
            assert part.startswith('ti:"')
            assert part.endswith('"')
