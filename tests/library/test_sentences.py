"""Markdown prose, sentence by sentence, as a person would read it."""

import pytest

from bot.library.sentences import split_sentences


def texts(markdown: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(markdown)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Bender et al. argue that size has a price.",
        "Many tasks, e.g. translation, i.e. what it was made for, gain.",
        "As Fig. 3 and Sec. 4.2 show, BERT vs. GPT is no contest.",
        "See Eq. 4 and pp. 3 of vol. 2.",
        "Aidan N. Gomez and J. R. R. Tolkien never met.",
        "The loss fell from 3.14 to 2.7 in version 2.0.1 of v1.5.",
        "Clicks are a proxy for ... oh, engagement too.",
        "Metrics are a (hopefully well-accepted?) proxy.",
        'They call it "unfair!" and move on.',
        "It is a test (Is it? We think so.) of knowledge.",
        'He writes "It works. It always did." and stops.',
        "Yahoo! is no longer asked.",
        "No. 5 on the list is the best.",
        "Das Treffen am 3. Mai war z. B. gut, d.h. lang.",
        "Vgl. Abb. 2 und Kap. 3 bzw. Nr. 4.",
        "Comme le dit M. Dupont, cf. la p. 3, c'est bien.",
        "The U.S. Senate and the Ph.D. students agree.",
    ],
)
def test_a_full_stop_within_a_sentence_does_not_end_it(sentence: str) -> None:
    assert texts(sentence) == [sentence]
    assert texts(f"It began well. {sentence} Then it ended.") == ["It began well.", sentence, "Then it ended."]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One works. Two does not.", ["One works.", "Two does not."]),
        ("Really?! Yes! Why? Because.", ["Really?!", "Yes!", "Why?", "Because."]),
        ('They say "it works." Nobody does.', ['They say "it works."', "Nobody does."]),
        ("It uses words, images, etc. The rest is noise.", ["It uses words, images, etc.", "The rest is noise."]),
        ("So say Vaswani et al. However, they guess.", ["So say Vaswani et al.", "However, they guess."]),
        ("No. It is not.", ["No.", "It is not."]),
        ("It came in 2019. BERT was new.", ["It came in 2019.", "BERT was new."]),
        ("It was plan A. The rest failed.", ["It was plan A.", "The rest failed."]),
        ("It got better... Then worse.", ["It got better...", "Then worse."]),
        ("(It works.) (It does.)", ["(It works.)", "(It does.)"]),
        ("Es geht. Ändern wir es. Über alles.", ["Es geht.", "Ändern wir es.", "Über alles."]),
        ("¿Funciona? ¡Sí! Claro.", ["¿Funciona?", "¡Sí!", "Claro."]),
        ("它有效。为什么？因为它简单！好", ["它有效。", "为什么？", "因为它简单！", "好"]),
        ("これは良い。しかし「本当か？」と聞く。", ["これは良い。", "しかし「本当か？」と聞く。"]),
        ("좋은 논문이다. 왜 그런가? 모른다.", ["좋은 논문이다.", "왜 그런가?", "모른다."]),
    ],
)
def test_sentences_end_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It is **very** *good*, ~~or~~ ***so*** it __seems__.", ["It is very good, or so it seems."]),
        ("A snake_case name and 2 * 3 * 4.", ["A snake_case name and 2 * 3 * 4."]),
        ("See [the paper](https://x.org/a_(b)?x=1 \"t\") and [this][1].\n\n[1]: https://y.org", ["See the paper and this."]),
        ("See [[1]](https://x.org) and [not a link].", ["See [1] and [not a link]."]),
        ("It is known[^1] now.\n\n[^1]: By few. Not all.\n    More of it.\n", ["It is known now."]),
        ("The loss $L = a. B$ falls, `f(x). Y` rises.", ["The loss L = a. B falls, f(x). Y rises."]),
        (r"At `\(p=0.5\)` and \(q=1\) it costs \$5.", ["At p=0.5 and q=1 it costs $5."]),
        ("It costs $5 and then $6 more.", ["It costs $5 and then $6 more."]),
        ("Read https://x.org/a?b. Then <https://y.org/?q=1>.", ["Read https://x.org/a?b.", "Then https://y.org/?q=1."]),
        ("A<br>B <span class=\"a\">is</span> C &amp; D.<!-- Not. This. -->", ["A B is C & D."]),
        ("Before.\n\n```python\nx = 1. Not(this)\n```\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\n~~~\nno. No.\n\n# Not this\n~~~\nAfter.", ["Before.", "After."]),
        ("Before.\n\n    code. Here.\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\n| a | b |\n|---|---|\n| One. | Two. |\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\na | b\n--|--\nOne. | Two.\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\n$$\nx = y. Z\n$$\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\n<script>\nlet a = 1. B\n\nc\n</script>\n\nAfter.", ["Before.", "After."]),
        ("Before.\n\n<!--\nNot this.\n\nNor this.\n-->\n\nAfter.", ["Before.", "After."]),
        ("![Alt text.](a.png)\n\n*Figure 1: a caption.*\n\nAfter.", ["After."]),
        ("[![Alt.](a.png)](https://x.org) After.", ["After."]),
        ("# Title\n\nText.\n\nUnder\n-----\n\nMore.", ["Text.", "More."]),
        ("**Authors**: A. One, B. Two\n\n**Link**: [arXiv](https://arxiv.org/abs/2002.12327)\n\nText.", ["Text."]),
        ("- One is it. Two too.\n- [x] Done\n  and dusted\n\n1. First\n2) Second.", ["One is it.", "Two too.", "Done and dusted", "First", "Second."]),
        ("A line\nthat goes\non. And\non.", ["A line that goes on.", "And on."]),
        ("It was good---very good--once.", ["It was good—very good–once."]),
        (r"Not \*emphasis\*. Not \`code. Here\`.", ["Not *emphasis*.", "Not `code.", "Here`."]),
    ],
)  # fmt: skip
def test_markup_is_left_out_and_its_words_stay(markdown: str, expected: list[str]) -> None:
    assert texts(markdown) == expected


def test_a_sentence_knows_where_it_stands() -> None:
    body = "A teaser.\n\n<!--more-->\n\n## Thoughts\n\nOne. Is `a` it?\n\n### Deep *down*\n\n- An item\n\n> Quoted.\n> Too.\n"
    found = split_sentences(body)
    assert [(s.text, s.headings, s.kind, s.block, s.place) for s in found] == [
        ("A teaser.", (), "paragraph", 0, 0),
        ("One.", ("Thoughts",), "paragraph", 1, 0),
        ("Is a it?", ("Thoughts",), "paragraph", 1, 1),
        ("An item", ("Thoughts", "Deep down"), "item", 2, 0),
        ("Quoted.", ("Thoughts", "Deep down"), "quote", 3, 0),
        ("Too.", ("Thoughts", "Deep down"), "quote", 3, 1),
    ]
    assert [s.text for s in found if s.in_teaser] == ["A teaser."]
    assert [s.text for s in found if s.asks] == ["Is a it?"]
    assert [s.text for s in found if not s.ended] == ["An item"]
    assert [s.masked for s in found] == [0, 0, 1, 0, 0, 0]


def test_of_a_very_long_text_the_beginning_and_the_end_are_read() -> None:
    body = "The first one.\n\n" + "Filling line.\n" * 20_000 + "\n## Conclusion\n\nThe last one."
    found = split_sentences(body)
    assert found[0].text == "The first one."
    assert len(found) <= 600
    short = "The first one.\n\n" + ("word " * 50 + ".\n\n") * 400 + "## Conclusion\n\nThe last one."
    assert (split_sentences(short)[-1].text, split_sentences(short)[-1].headings) == ("The last one.", ("Conclusion",))
