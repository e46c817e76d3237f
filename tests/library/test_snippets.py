"""The piece of a review that a search shows."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.library.query import forms_of, parse_query
from bot.library.snippets import Snippet, make_snippet, opening


def snippet(body: str, words: str, *, beginnings: bool = False) -> str:
    terms = [[(word,) if term.phrase else forms_of(word) for word in term.words] for term in parse_query(words).terms]
    return shown(make_snippet(body, terms, beginnings=beginnings))


def shown(found: Snippet) -> str:
    return "".join(f"[{text}]" if hit else text for text, hit in found.parts)


LONG = "Nothing of it stands here at all. " * 20


@pytest.mark.parametrize(
    ("body", "words", "expected"),
    [
        ("The attention of heads.", "attention", "The [attention] of heads."),
        ("Two models, one Model.", "model", "Two [models], one [Model]."),
        ("Models of the language models.", '"language models"', "Models of the [language models]."),
        ("Models of the language-models.", '"language models"', "Models of the [language-models]."),
        ("Éclair is ÉCLAIR.", "eclair", "[Éclair] is [ÉCLAIR]."),
        ("A transformer.", "transform", ""),
        ("我们研究注意力机制。", "注意力", "我们研究[注意力]机制。"),
        ("**Bold** [words](https://e.example/words) `code`", "words", "Bold [words] code"),
        ("## The title\n\nText of it.", "text", "The title · [Text] of it."),
        ("- one\n- two\n\n> three", "two", "one [two] three"),
        ("See [here](https://attention.example/).", "attention", ""),
        ("x <b>bold</b> &amp; <!-- attention --> y", "bold", "x [bold] & y"),
        ("Weights, not a snake_case.", "case", "Weights, not a snake_[case]."),
    ],
)
def test_the_hits_are_marked_in_plain_text(body: str, words: str, expected: str) -> None:
    assert snippet(body, words) == expected


def test_a_word_may_go_on_when_that_is_asked_for() -> None:
    assert snippet("A transformer.", "transform", beginnings=True) == "A [transformer]."
    assert snippet("Chance of c.", "c", beginnings=True) == "Chance of [c]."


def test_the_piece_is_where_most_of_the_words_are_and_begins_with_its_sentence() -> None:
    body = f"Only heads here. {LONG}\n\nOf all that stands in it we liked what comes at its very end. Attention has heads and keys. {LONG}"
    found = snippet(body, "attention heads keys")
    assert found.startswith("… [Attention] has [heads] and [keys]. Nothing")
    assert found.endswith(" …")
    assert len(found) < 220


def test_where_nothing_is_hit_the_text_is_opened() -> None:
    assert shown(opening("**We** read [this](https://e.example).")) == "We read this."
    assert opening("").parts == ()


@settings(max_examples=300)
@given(
    st.text(alphabet="ab é注*[]()`<>|#\n&;.🦜", max_size=500), st.sampled_from(["a", "b", "ab", "注"]), st.booleans()
)
def test_any_body_gives_words_of_it_uncut(body: str, word: str, beginnings: bool) -> None:
    found = make_snippet(body, [[(word,)]], beginnings=beginnings)
    for text, hit in found.parts:
        assert not hit or text.lower().startswith(word)
    assert not found.parts or any(hit for _, hit in found.parts)
    assert sum(len(text) for text, _ in found.parts) < 200


@pytest.mark.parametrize(
    "unit", ["a", "a ", "[", "](", "<", "<!--", "a|", "`", "*", "&", "\n", "\\", "![a](", "http://"]
)
def test_a_hostile_body_takes_little_time(unit: str) -> None:
    body = "a " + unit * (200_000 // len(unit)) + " a"
    start = time.process_time()
    make_snippet(body, [[("a",)], [("b", "c")]])
    assert time.process_time() - start < 0.5


@given(st.lists(st.integers(0, 999), max_size=200), st.integers(0, 200), st.booleans())
def test_a_piece_is_whole_words_of_the_text_and_says_where_it_was_cut(
    numbers: list[int], place: int, lines: bool
) -> None:
    words = [f"word{number}" for number in numbers]
    words.insert(place, "hit")
    body = ("\n" if lines else " ").join(words)
    found = "".join(text for text, _ in make_snippet(body, [[("hit",)]]).parts)
    piece = found.removeprefix("… ").removesuffix(" …").split()
    start = next(n for n in range(len(words)) if words[n : n + len(piece)] == piece)
    assert "hit" in piece
    assert found.startswith("… ") == (start > 0)
    assert found.endswith(" …") == (start + len(piece) < len(words))


@pytest.mark.parametrize(
    ("form", "text"), [("bert", "用BERT模型"), ("bert", "xbert"), ("bert", "berts"), ("模型", "用BERT模型")]
)
def test_a_word_ends_where_another_script_begins(form: str, text: str) -> None:
    hits = [part for part, hit in make_snippet(text, [[(form,)]]).parts if hit]
    assert [hit.lower() for hit in hits] == ([form] if text == "用BERT模型" else [])
