"""A review in a few of its own sentences, its questions and its opinions."""

import importlib.util
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.gist import gist, opinions, questions
from bot.library.parse import parse_review
from bot.library.plain import plain_text
from bot.library.sentences import split_sentences
from tests.library.test_parse import PIECES
from tests.shared import SAMPLES, SHARED, needs_shared

REVIEW = """\
What would a small model need to know? A teaser says so.

<!--more-->

**Authors**: A. One, B. Two

**Link**: [arXiv](https://arxiv.org/abs/2002.12327)

I found this paper while I was looking for my keys under the sofa on a Sunday.

## Background

Small language models forget the rare words that large language models remember well. However, nobody knows why.

> We conjecture that small language models have no room for the rare words of their texts.

## What they did

This paper measures how small language models forget rare words, and proposes a memory for them. They train nine models:

- on the words of the web, which are many and of every kind that there is;
- on $\\alpha_1 + \\beta_2$ words of the same kind as before, which is about as many as a child has ever heard.

The weather in the city of the conference was pleasant for most of the week. See <https://x.org/a?b=1> for the code.

## My thoughts

I doubt that a memory for rare words helps a larger model at all. Is it worth the trouble? It reads well, though.

### Limitations

The nine models are all of one family, which is a pity.

## References

This paper of Smith and others on small language models and rare words, which is cited above, came first.
"""


# --- the gist -------------------------------------------------------------------------------------


def test_a_gist_is_what_the_paper_is_about_in_order() -> None:
    chosen = gist(REVIEW, "Small Language Models and Rare Words", limit=2, with_teaser=False)
    assert chosen == (
        "Small language models forget the rare words that large language models remember well.",
        "This paper measures how small language models forget rare words, and proposes a memory for them.",
    )


def test_what_leans_asks_quotes_or_cites_is_not_taken() -> None:
    chosen = " ".join(gist(REVIEW, "Small Language Models and Rare Words", limit=5, with_teaser=False))
    for unwanted in (
        "However",
        "They train",
        "Is it worth",
        "conjecture",
        "Smith",
        "alpha",
        "https:",
        "A. One",
        "teaser",
    ):
        assert unwanted not in chosen


PLAIN = "Cats sit upon warm keyboards during long evenings near quiet rivers."
OTHER = "Dogs run along sandy beaches under bright skies beside tall trees."


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (f"## One\n\n{PLAIN}", f"## Two\n\n{OTHER[:-1]} today.", "it comes earlier"),
        (f"## One\n\nWhy? {PLAIN}", f"## Two\n\n{OTHER}", "the other begins its section"),
        (f"## One\n\n{PLAIN}", f"## Summary\n\n{OTHER}", "the other is of the summary"),
        (
            f"## One\n\nNearly every other day {PLAIN.lower()}",
            f"## Two\n\nThis paper measures how {OTHER.lower()}",
            "the other speaks of the paper",
        ),
        (f"## One\n\n{PLAIN}", f"## Two\n\n{OTHER} Which dogs, which beaches?", "the other's words return"),
        ("## One\n\nCats sit upon warm keyboards today.", f"## Two\n\n{OTHER}", "it is short"),
        (f"## One\n\nHowever, {PLAIN.lower()}", f"## Two\n\n{OTHER}", "it leans on what is not there"),
        (f"## One\n\nI saw that {PLAIN.lower()}", f"## Two\n\n{OTHER}", "it is about the writer"),
        (f"## One\n\n{PLAIN[:-1]}, published twice.", f"## Two\n\n{OTHER}", "it is about where the paper appeared"),
        (f"## One\n\n- {PLAIN}", f"## Two\n\n{OTHER}", "it is an item of a list"),
        (
            f"## One\n\n{PLAIN.replace('warm', '`w`').replace('long', '$l$')}",
            f"## Two\n\n{OTHER}",
            "it is full of code",
        ),
        (f"## One\n\n{PLAIN[:-1]} of <https://x.org/a>.", f"## Two\n\nHowever, {OTHER.lower()}", "it holds an address"),
        (
            f"Nearly every other day {PLAIN.lower()}",
            f"## Two\n\nThis paper knows how {OTHER.lower()}",
            "it stands before the sections",
        ),
    ],
)
def test_what_makes_one_sentence_better_than_another(first: str, second: str, reason: str) -> None:
    (chosen,) = gist(f"{first}\n\n{second}\n\n## End\n\nToo short.", limit=1)
    assert ("keyboards" in chosen) == (reason == "it comes earlier"), reason


def test_a_long_sentence_leaves_less_room_for_others() -> None:
    long = " ".join(f"word{n}" for n in range(38))
    body = f"## One\n\nThis paper shows {long}.\n\n## Two\n\nThe authors show {long.replace('word', 'other')}.\n\n## Three\n\nDogs bark at night.\n\n"
    assert [len(sentence.split()) for sentence in gist(body + "All of it rains and pours.", limit=2)] == [41, 6]


def test_the_title_draws_the_choice() -> None:
    body = "Cats like to sit on keyboards in the evening. " + "Dogs like to run along beaches in the morning."
    body += " Birds like to sing on roofs at the break of day."
    assert gist(body, "How dogs run along beaches", limit=1) == ("Dogs like to run along beaches in the morning.",)
    assert gist(body, "Of birds that sing on roofs", limit=1) == ("Birds like to sing on roofs at the break of day.",)


def test_a_teaser_may_be_taken_or_passed_over() -> None:
    body = "Rare words are forgotten by small language models.\n\n<!--more-->\n\n## Notes\n\n" + (
        "The second half is about other things that nobody wanted. " * 3
    )
    assert gist(body, "Rare words", limit=1) == ("Rare words are forgotten by small language models.",)
    assert gist(body, "Rare words", limit=1, with_teaser=False) == (
        "The second half is about other things that nobody wanted.",
    )


def test_what_is_said_twice_is_told_once() -> None:
    body = (
        "This paper shows that large language models remember rare words from the web.\n\n"
        "This paper shows that large language models remember rare words of the web.\n\n"
        "A second experiment with children points to sleep as the reason for forgetting.\n\n"
        "A third one finds nothing at all in spite of many tries with adults.\n"
    )
    chosen = gist(body, "Rare words", limit=2)
    assert len([sentence for sentence in chosen if "This paper" in sentence]) == 1


def test_what_is_said_in_part_before_gives_way_to_what_is_new() -> None:
    again = "Cats sit upon cold keyboards during short evenings beyond quiet rivers."
    body = f"## One\n\n{PLAIN}\n\n## Two\n\n{again}\n\n## Three\n\n{OTHER} Which dogs run beside which tall trees?\n"
    assert gist(body, limit=2) == (PLAIN, OTHER)


def test_a_sentence_that_leans_may_follow_the_one_it_leans_on() -> None:
    start = "## Summary\n\nThe authors propose a memory for the rare words of small language models. "
    end = "It keeps them safe across many nights of restless sleep.\n\n## Weather\n\nNothing else of interest took place then.\n"
    title = "A memory for rare words of language models"
    assert [sentence.split()[0] for sentence in gist(start + end, title, limit=2)] == ["The", "It"]
    assert [sentence.split()[0] for sentence in gist(f"{start}\n\n{end}", title, limit=2)] == ["The", "Nothing"]


def test_a_short_abstract_is_given_whole() -> None:
    abstract = "We study cats. They sleep."
    assert gist(abstract, "Cats") == ("We study cats.", "They sleep.")
    assert gist("Withdrawn", "Cats") == ("Withdrawn",)


def test_notes_without_full_stops_have_a_gist_too() -> None:
    notes = (
        "## Summary\n\n- some of the rare words that are not here:\n- rare words are forgotten by all of the models\n- a memory of one layer helps the small ones\n"
        "- children sleep more than adults and remember better\n- too short\n"
    )
    assert gist(notes, "Rare words") == (
        "rare words are forgotten by all of the models",
        "a memory of one layer helps the small ones",
        "children sleep more than adults and remember better",
    )


@pytest.mark.parametrize(
    "body", ["", " \n\n ", "```\ncode only. Nothing else.\n```", "> Quoted alone by the authors here.", "?"]
)
def test_where_nothing_is_prose_there_is_no_gist(body: str) -> None:
    assert gist(body) == questions(body) == opinions(body) == ()


def test_a_gist_in_other_languages() -> None:
    chinese = "## 摘要\n\n本文提出一种新的记忆方法，让小模型记住罕见的词。天气很好，大家都去了海边散步。会议在一个很大的城市里举行，人很多。"
    assert gist(chinese, "小模型记住罕见的词的记忆方法", limit=1) == (
        "本文提出一种新的记忆方法，让小模型记住罕见的词。",
    )
    german = (
        "## Zusammenfassung\n\nDas Wetter in der Stadt der Konferenz war fast die ganze Woche schön. "
        "Diese Arbeit untersucht, wie kleine Sprachmodelle seltene Wörter vergessen. "
        "Am Abend gab es Suppe für alle Gäste, die noch geblieben waren."
    )
    assert gist(german, "Seltene Wörter in kleinen Sprachmodellen", limit=1)[0].startswith("Diese Arbeit untersucht")


# --- questions ------------------------------------------------------------------------------------


def test_the_questions_of_a_review_in_order_and_once() -> None:
    body = REVIEW + "\n- Who pays for it?\n- Is it worth the trouble?\n\nWhat now?! Why?\n"
    assert questions(body) == (
        "What would a small model need to know?",
        "Is it worth the trouble?",
        "Who pays for it?",
    )


@pytest.mark.parametrize(
    "body",
    [
        "Call `is it so?`",
        "Read https://x.org/what?x=1 now. And https://x.org/what?",
        "See [the notes](https://x.org/is/it/so?) now.",
        "> Is this a question of the authors?",
        'They ask, "what does a model know of the world?"',
        "Here $is it so?$",
        "```\nis it so?\n```",
        "Why " + "so " * 60 + "long?",
        "<!-- Is it so, really? -->",
    ],
)
def test_not_every_question_mark_is_a_question_of_the_review(body: str) -> None:
    assert questions(body) == ()


def test_questions_in_other_languages_and_in_brackets() -> None:
    body = "为什么小模型会忘记？这很好。\n\n왜 모델은 단어를 잊는가? 모른다.\n\n¿Por qué olvida el modelo? (Was it worth the trouble?)"
    assert questions(body) == (
        "为什么小模型会忘记？",
        "왜 모델은 단어를 잊는가?",
        "¿Por qué olvida el modelo?",
        "(Was it worth the trouble?)",
    )


# --- opinions -------------------------------------------------------------------------------------


def test_opinions_stand_below_the_headings_for_them() -> None:
    assert opinions(REVIEW) == (
        "I doubt that a memory for rare words helps a larger model at all.",
        "The nine models are all of one family, which is a pity.",
    )


@pytest.mark.parametrize(
    "heading",
    [
        "My thoughts", "Thoughts, connections, and questions", "Takeaways", "Discussion", "Critique", "Strengths",
        "Weaknesses", "Limitations", "Conclusion", "Where it falls short", "What I liked", "Fazit", "Stärken und Schwächen",
        "Diskussion", "Conclusión", "Limitaciones", "Points forts", "Mon avis", "思考", "总结", "讨论", "考察", "まとめ", "결론",
        "한계",
    ],
)  # fmt: skip
def test_many_headings_promise_an_opinion(heading: str) -> None:
    body = f"## Method\n\nThey train a model on many texts.\n\n## {heading}\n\nThe model is small and the claims are large."
    assert opinions(body) == ("The model is small and the claims are large.",)


@pytest.mark.parametrize(
    "heading", ["Method", "Critical sample ratio", "Results", "References", "Open questions", "实验"]
)
def test_other_headings_promise_none(heading: str) -> None:
    assert opinions(f"## {heading}\n\nThe model is small and the claims are large.") == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "I think the claims are larger than the model.",
        "I'm not sure that it works for larger models.",
        "We really enjoyed the second part of this paper.",
        "In my opinion the claims are too large.",
        "My main concern is the size of the data.",
        "Ich finde, das Modell ist viel zu klein dafür.",
        "À mon avis, le modèle est trop petit.",
        "Creo que el modelo es demasiado pequeño.",
        "我认为这个模型的规模太小，结论并不可靠。",
        "このモデルは小さすぎると思う。実験も足りない。",
    ],
)
def test_without_such_a_heading_the_first_person_tells(sentence: str) -> None:
    body = f"## Method\n\nThey train a model on many texts. {sentence} They think that it is large."
    assert opinions(body)[0] in sentence
    assert len(opinions(body)) == 1


# --- whatever the text ----------------------------------------------------------------------------

TEXT = "This paper model shows words however rare Fig. e.g. 3.5 et al. (see it) data. why? good! 是的。"
WORDS = st.sampled_from(TEXT.split())
INLINE = st.one_of(
    WORDS,
    WORDS.map(lambda word: f"*{word.strip('()')}*"),
    WORDS.map(lambda word: f"[{word}](https://x.org/?q=1)"),
    st.just("`code.`"),
)
PARAGRAPH = st.lists(INLINE, min_size=1, max_size=40).map(" ".join)
BLOCK = st.one_of(
    PARAGRAPH,
    PARAGRAPH.map(lambda text: f"- {text}"),
    PARAGRAPH.map(lambda text: f"> {text}"),
    st.sampled_from(["## Summary", "## My thoughts", "<!--more-->", "```\ncode. Code?\n```", "---"]),
)
BODIES = st.lists(BLOCK, max_size=12).map("\n\n".join)


def letters(text: str) -> str:
    """Give the letters and digits alone: markup, blanks and the form of quotes do not count."""
    return re.sub(r"[\W_]", "", text)


@given(BODIES, st.text(max_size=20))
def test_every_sentence_is_the_reviews_own_word_for_word_and_in_order(body: str, title: str) -> None:
    plain = letters(plain_text(body))
    everything = [sentence.text for sentence in split_sentences(body)]
    for chosen in (gist(body, title, limit=9), questions(body), opinions(body)):
        rest = iter(everything)
        assert all(sentence in rest for sentence in chosen), "in their order"
        assert all(letters(sentence) in plain for sentence in chosen)
    assert len(gist(body, title, limit=9)) <= 5
    assert sum(len(sentence.split()) for sentence in gist(body, title)) <= max(
        72, *(len(sentence.split()) for sentence in everything), 0
    )
    assert gist(body, title) == gist(body, title)


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(), st.text(max_size=20), st.integers(-1, 7))
def test_no_text_raises(body: str, title: str, limit: int) -> None:
    everything = [sentence.text for sentence in split_sentences(body)]
    chosen = gist(body, title, limit=limit)
    assert len(chosen) <= max(0, min(limit, 5))
    assert {*chosen, *questions(body), *opinions(body)} <= set(everything)
    assert all(sentence == " ".join(sentence.split()) != "" for sentence in everything)


HOSTILE = (
    "[", ".", "a", "a ", "a. ", "A. ", "a? ", "a\n", "a.\n\n", "- a\n", "1. a\n", "> ", "# a\n", "[a](", "![", "[[a]", "[^1]",
    "[a]: b\n", "`", "`` ` ", "*a ", "**a", "*a _b ", "_a ", "$", "$a ", "\\", "\\(", "<", "<a ", "<!--", "<!-- a ", "&", "&a",
    "(", "(a. ", '"', '"a. ', "“a. ", "|", "|a|\n|-|\n", "---\n", "{#", "http://a.b?c ", "I also ", "the aaaa ", "(A 1", "[1, ",
    "。", "漢字。", "A model of the world is large. ", "\U000f0000", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("read", [gist, questions, opinions])
def test_a_hostile_megabyte_takes_little_time(unit: str, read: Callable[[str], Any]) -> None:
    body = unit * (1_048_576 // len(unit))
    start = time.process_time()
    read(body)
    assert time.process_time() - start < 0.5  # about 0.05 on an idle machine


# --- other people's reviews -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "folder", [SAMPLES, pytest.param(SHARED / "examples", marks=needs_shared)], ids=["own", "others"]
)
def test_the_sentences_of_real_reviews_are_in_their_plain_text(folder: Path) -> None:
    texts = gists = 0
    for file in sorted(folder.rglob("*.md")):
        parsed = parse_review(file.name, file.read_bytes())
        if parsed.review is None or "$" in parsed.body or "\\(" in parsed.body:
            continue  # math is shown without its marks
        plain = letters(plain_text(parsed.body))
        sentences = split_sentences(parsed.body)
        texts += len(sentences)
        strange = [sentence.text for sentence in sentences if letters(sentence.text) not in plain]
        assert len(strange) <= len(sentences) / 50, strange
        gists += bool(gist(parsed.body, parsed.review.name))
    assert texts > 400
    assert gists > 10


def test_the_gist_is_nearer_to_the_teasers_than_what_others_choose() -> None:
    if importlib.util.find_spec("sumy") is None or importlib.util.find_spec("rouge_score") is None:
        pytest.skip("the extra `bench` is not installed")
    from benchmarks.gist import OTHERS, best_of, compare, default_folders, load_examples

    examples = load_examples(default_folders())
    table = compare(examples)
    own = table["gist"]
    assert own.rouge1 > table["first 3"].rouge1
    assert own.rouge2 > table["first 3"].rouge2
    assert own.rouge_l > table["first 3"].rouge_l
    assert all(mine < ceiling for mine, ceiling in zip(own, table["oracle"], strict=True))
    if len({example.site for example in examples}) > 1:  # the project's own are too few to tell more apart
        for name in OTHERS:
            assert all(mine > other for mine, other in zip(own, best_of(table, name), strict=True)), name
        site = compare([example for example in examples if example.site == "hugo-toml"])
        for name in OTHERS:
            assert all(mine > other for mine, other in zip(site["gist"], best_of(site, name), strict=True)), name
