"""What members type into /search, read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.query import MAX_TERMS, Query, Term, forms_of, parse_query


def words(*texts: str) -> tuple[Term, ...]:
    return tuple(Term(tuple(text.split()), " " in text) for text in texts)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("attention heads", Query(words("attention", "heads"))),
        ("Attention ATTENTION", Query(words("attention"))),
        ('"language models" bert', Query(words("language models", "bert"))),
        ("“language models”", Query(words("language models"))),
        ("GPT-4", Query(words("gpt 4"))),
        ("tag:nlp", Query(tags=("nlp",))),
        ("TAG:#nlp words", Query(words("words"), tags=("nlp",))),
        ('tag:"reading club" author:rogers', Query(tags=("reading club",), authors=("rogers",))),
        ('author:"Anna Rogers"', Query(authors=("Anna Rogers",))),
        ("year:2020", Query(years=((2020, 2020),))),
        ("year:2021-2019 year: 2018..2020", Query(years=((2019, 2021), (2018, 2020)))),
        ("éclair", Query(words("eclair"))),
        ("the attention of a model", Query(words("attention", "model"))),
        ("the of", Query(words("the", "of"))),
        # What is no filter after all is words.
        ("year:soon", Query(words("soon"))),
        ("tag:", Query(words("tag"))),
        ("author:?!", Query()),
        ("ratio:3", Query(words("ratio 3"))),
        ('an "open quote', Query(words("open", "quote"))),
        ("a AND b OR NOT NEAR(c)", Query(words("b", "not", "near c"))),
        ('* " "" ( ) ^ - 🦜', Query()),
        ("注意力", Query(words("注意力"))),
        ("", Query()),
    ],
)
def test_each_way_of_asking(text: str, query: Query) -> None:
    assert parse_query(text) == query


@given(st.text(max_size=400) | st.text('"*():^-~taguhoryein 2019 ', max_size=400))
def test_no_text_is_an_error_and_no_term_holds_what_fts5_reads(text: str) -> None:
    query = parse_query(text)
    assert len(query.terms) <= MAX_TERMS
    for term in query.terms:
        assert term.words
        assert all(word.isalnum() for word in term.words)


def test_as_much_as_discord_lets_anybody_type_is_read_at_once() -> None:
    start = time.process_time()
    for text in ("word " * 1_200, '"' * 6_000, "x" * 6_000, "tag:" * 1_500, "year:2020-" * 600):
        parse_query(text)
    assert time.process_time() - start < 0.2


def test_a_word_means_its_plural_and_its_singular() -> None:
    assert set(forms_of("models")) == {"models", "model"}
    assert set(forms_of("model")) == {"model", "models"}
    assert set(forms_of("study")) == {"study", "studies"}
    assert set(forms_of("studies")) >= {"studies", "study"}
    assert set(forms_of("movies")) >= {"movies", "movie"}
    for one, many in [
        ("loss", "losses"),
        ("class", "classes"),
        ("index", "indexes"),
        ("bias", "biases"),
        ("search", "searches"),
    ]:
        assert many in forms_of(one)
        assert one in forms_of(many)
    assert forms_of("gpt") == ("gpt",)
    assert forms_of("注意力机制") == ("注意力机制",)
