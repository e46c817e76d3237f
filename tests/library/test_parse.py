"""One file -> one review."""

import json
import random
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.parse import parse_review
from bot.library.plain import Rendering, plain_text
from bot.library.review import Review
from bot.library.site import Site
from tests.shared import SAMPLES, SHARED, needs_shared, review_file


def parsed(text: str | bytes, path: str = "papers/a.md") -> Review:
    review = parse_review(path, text.encode() if isinstance(text, str) else text).review
    assert review is not None
    return review


def body_review(body: str, **fields: object) -> Review:
    return parsed(review_file("T", body, **fields))


def test_a_review_as_the_club_writes_it() -> None:
    text = """+++
title = "[Paper] Looking Hard at Things"
date = 2024-05-16T19:00:00+02:00
draft = false
categories = ["papers"]
tags = ["reading club", "vision"]
authors = ["Ada Lovelace", "Grace Hopper"]
+++

What is seen when one *looks*.

<!--more-->

**Authors**: Somebody Else

**Links**: [arXiv](https://arxiv.org/abs/1706.03762v2), [code](https://example.org/code)

## Background

As in [BERT]({{< ref "papers/bert.md" >}}), and in arXiv:1810.04805.

## Our thoughts

Good?
"""
    review = parsed(text, "papers/looking.md")
    assert review.title == "[Paper] Looking Hard at Things"
    assert review.name == "Looking Hard at Things"
    assert review.url_path == "/papers/looking/"
    assert review.authors == ("Ada Lovelace", "Grace Hopper")
    assert review.date is not None
    assert review.date.isoformat() == "2024-05-16T19:00:00+02:00"
    assert (review.tags, review.categories, review.draft) == (("reading club", "vision"), ("papers",), False)
    assert review.teaser == "What is seen when one *looks*."
    assert [(link.text, link.url) for link in review.links] == [
        ("arXiv", "https://arxiv.org/abs/1706.03762v2"),
        ("code", "https://example.org/code"),
    ]
    assert list(map(str, review.paper_ids)) == ["arxiv:1706.03762"]
    assert [(ref.target, ref.line) for ref in review.refs] == [("papers/bert.md", 20)]
    assert [section.title for section in review.sections] == ["Background", "Our thoughts"]


@pytest.mark.parametrize(
    "line",
    [
        "**Link**: [arXiv](https://arxiv.org/abs/1706.03762)",
        "**Link:** https://arxiv.org/abs/1706.03762",
        "Link: <https://arxiv.org/abs/1706.03762>",
        "*Paper*: [here](https://arxiv.org/pdf/1706.03762.pdf)",
        "- **Paper link**: https://arxiv.org/abs/1706.03762",
        "**arXiv**: 1706.03762",
        "> Links: [a](https://arxiv.org/abs/1706.03762), [b](https://b.example)",
        "https://arxiv.org/abs/1706.03762",
        "[The paper](https://arxiv.org/abs/1706.03762)",
        "**Link**:[arXiv](https://arxiv.org/abs/1706.03762)",
        "**Paper** [arXiv](https://arxiv.org/abs/1706.03762)",
        "**Paper (arXiv)**: https://arxiv.org/abs/1706.03762",
        "**Paper/PDF**: https://arxiv.org/pdf/1706.03762",
        "**arXiv ID**: 1706.03762",
        "📄 Paper：https://arxiv.org/abs/1706.03762",
        "1. Paper: https://arxiv.org/abs/1706.03762",
        "**Links**:\n\n- [arXiv](https://arxiv.org/abs/1706.03762)\n- [code](https://example.org)",
        "**Link**: [it](https://arxiv.org/abs/1706.03762) (see also [BERT](https://arxiv.org/abs/1810.04805))",
    ],
)
def test_the_link_line_names_the_paper(line: str) -> None:
    review = body_review(
        f"Teaser.\n\n<!--more-->\n\n{line}\n\n## S\n\nUnlike 1810.04805, [x](https://arxiv.org/abs/2002.12327).\n"
    )
    assert list(map(str, review.paper_ids)) == ["arxiv:1706.03762"]


def test_an_acm_link_line() -> None:
    line = "**ACM DL link**: [10.1145/3442188.3445922](https://doi.org/10.1145/3442188.3445922)"
    assert list(map(str, body_review(line).paper_ids)) == ["doi:10.1145/3442188.3445922"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"link": "https://arxiv.org/abs/1810.04805"}, ["arxiv:1810.04805"]),
        ({"arxiv": "1810.04805v2"}, ["arxiv:1810.04805"]),
        ({"doi": "10.1145/3442188.3445922"}, ["doi:10.1145/3442188.3445922"]),
        ({"params": {"paper": "https://openreview.net/forum?id=Sy8gdB9xx"}}, ["openreview:Sy8gdB9xx"]),
        ({"link": "https://example.org/paper.pdf"}, []),
        ({"paper_link": "https://arxiv.org/abs/1810.04805"}, ["arxiv:1810.04805"]),
        ({"paper": {"url": "https://arxiv.org/abs/1810.04805"}}, ["arxiv:1810.04805"]),
        ({"links": [{"name": "arXiv", "url": "https://arxiv.org/abs/1810.04805"}]}, ["arxiv:1810.04805"]),
        ({"url": "/papers/1810.04805/"}, []),
    ],
)
def test_front_matter_names_the_paper_when_no_line_does(fields: dict[str, object], expected: list[str]) -> None:
    review = body_review("We also liked [another](https://arxiv.org/abs/2002.12327).\n\n## S\n\n2002.12327\n", **fields)
    assert list(map(str, review.paper_ids)) == expected


@pytest.mark.parametrize(
    "body",
    [
        "It follows https://arxiv.org/abs/2002.12327 closely.\n\n## S\n\nText.\n",
        "Text.\n\n## References\n\n**Link**: https://arxiv.org/abs/2002.12327\n",
        "```\n**Link**: https://arxiv.org/abs/2002.12327\n```\n",
        "<!--\n**Link**: https://arxiv.org/abs/2002.12327\n-->\n\nText.\n",
        "**Related paper**: https://arxiv.org/abs/2002.12327\n\nText.\n",
        "**Previous paper**: https://arxiv.org/abs/2002.12327\n\nText.\n",
        "Figure source: https://arxiv.org/abs/2002.12327\n\nText.\n",
        "This builds on another paper: https://arxiv.org/abs/2002.12327\n\nText.\n",
        "https://arxiv.org/abs/2002.12327\n\nhttps://arxiv.org/abs/1810.04805\n\nText.\n",
    ],
)
def test_a_cited_paper_is_never_taken_for_the_reviewed_one(body: str) -> None:
    assert body_review(body).paper_ids == ()


@pytest.mark.parametrize(
    ("text", "path", "title"),
    [
        ("---\ndate: 2020-01-01\n---\n# First *heading* here\n\nText\n", "a.md", "First heading here"),
        ("Under\n=====\n\nText\n", "a.md", "Under"),
        ("Only text\n", "on_the-road.md", "On the road"),
        ("Only text\n", "2017-04-27-Some-Title.md", "Some Title"),
        ("Only text\n", "papers/leaf-name/index.md", "Leaf name"),
        ("---\ntitle: 1984\n---\nx\n", "a.md", "1984"),
    ],
)
def test_a_review_without_a_title_is_named_by_its_heading_or_file(text: str, path: str, title: str) -> None:
    assert parsed(text, path).title == title


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("[Paper] X", "X"),
        ("[papers]: X", "X"),
        ("[Paper Review] X", "X"),
        ("[Paper]", "[Paper]"),
        ("X [Paper]", "X [Paper]"),
        ("[Paperclip] X", "[Paperclip] X"),
    ],
)
def test_the_name_goes_without_the_prefix(title: str, name: str) -> None:
    assert parsed(review_file(title)).name == name


@pytest.mark.parametrize(
    ("value", "authors"),
    [
        (["A. One", {"name": "B. Two"}], ("A. One", "B. Two")),
        ("A. One, B. Two and C. Three", ("A. One", "B. Two", "C. Three")),
        ("One, A.; Two, B.", ("One, A.", "Two, B.")),
        ([], ("From The Line",)),
    ],
)
def test_authors(value: object, authors: tuple[str, ...]) -> None:
    assert body_review("**Authors**: From The Line\n\n## S\n\nText\n", authors=value).authors == authors


@pytest.mark.parametrize(
    ("body", "fields", "teaser"),
    [
        ("Before. <!--more--> After.", {}, "Before."),
        ("Body.\n\nMore.", {"summary": "Front *matter*."}, "Front *matter*."),
        ("Before.\n\n<!--more-->\n\nAfter", {"summary": "Not this."}, "Before."),
        ("<!-- more -->\n\nShort.\n\nAll of it.", {}, "<!-- more -->\n\nShort.\n\nAll of it."),
        (
            "word " * 50 + "\n\n" + "word " * 30 + "\n\nRest.",
            {},
            ("word " * 50).strip() + "\n\n" + ("word " * 30).strip(),
        ),
        ("# Head\n\n" + "- item word word word\n" * 30 + "\nEnd para.\n\nRest.", {}, None),
    ],
)
def test_the_teaser_is_hugos_summary(body: str, fields: dict[str, object], teaser: str | None) -> None:
    found = body_review(body, **fields).teaser
    if teaser is None:
        assert found.endswith("End para.")
    else:
        assert found.replace(" \n", "\n") == teaser


def test_sections_have_the_ids_that_hugo_gives_and_keep_code_whole() -> None:
    body = (
        "Intro text.\n\n## What *they* did?\n\nOne.\n\n### Deeper\n\nTwo.\n\n```\n## not a heading\n```\n\n"
        "## Same\n\nThree.\n\n## Same\n\nFour.\n\nNamed {#here}\n-----\n\nFive.\n\n## Empty\n"
    )
    review = body_review(body)
    assert [(section.title, section.anchor) for section in review.sections] == [
        ("", ""),
        ("What they did?", "what-they-did"),
        ("Same", "same"),
        ("Same", "same-1"),
        ("Named", "here"),
    ]


def test_the_sections_hold_every_word_of_the_body_but_the_headings() -> None:
    body = "Intro.\n\n## A\n\nOne.\n\n### B\n\nTwo.\n\n## C\n\nThree.\n"
    result = parse_review("a.md", review_file("T", body).encode())
    assert result.review is not None
    texts = [result.body[section.start : section.end].strip() for section in result.review.sections]
    assert texts == ["Intro.", "One.\n\n### B\n\nTwo.", "Three."]


@pytest.mark.parametrize(
    "hidden",
    [
        "1. An item:\n\n   ## no section\n   text",
        "- An item\n  continued\n\n  - and another\n\n  # no section\n",
        "10. Install it:\n\n    ```bash\n    # no section\n    ```",
        "<!-- an older text\n\n## no section\n\n-->",
        "<pre>\n# no section\n</pre>",
    ],
)
def test_what_looks_like_a_heading_in_a_list_or_in_html_begins_no_section(hidden: str) -> None:
    body = f"## A\n\n{hidden}\n\n   ## B\n\ntext\n\n<!-- one line -->\n## C\n\ntext\n"
    titles = [section.title for section in body_review(body).sections]
    assert titles == (["A", "C"] if hidden.startswith(("1. ", "- ")) else ["A", "B", "C"])


def test_only_deep_headings_make_sections_too() -> None:
    assert [section.title for section in body_review("#### A\n\nx\n\n#### B\n\ny\n").sections] == ["A", "B"]


@pytest.mark.parametrize(
    ("fields", "draft"),
    [
        ({"draft": True}, True),
        ({"draft": "true"}, True),
        ({"draft": "false"}, False),
        ({"published": False}, True),
        ({}, False),
    ],
)
def test_drafts(fields: dict[str, object], draft: bool) -> None:
    assert body_review("x", **fields).draft is draft


def test_a_date_may_come_from_other_fields_or_the_files_name() -> None:
    assert body_review("x", lastmod="2020-05-05").date == datetime(2020, 5, 5, tzinfo=UTC)
    assert body_review("x", publishDate="2020-05-05").date == datetime(2020, 5, 5, tzinfo=UTC)
    assert parsed("text", "_posts/2017-04-27-x.md").date == datetime(2017, 4, 27, tzinfo=UTC)
    assert parsed("text", "2017-99-27-x.md").date is None


def test_problems_name_line_and_severity() -> None:
    result = parse_review("a.md", b"---\ntitle: T\ndate: 2020-02-30\nexpiryDate: 2 Oct 2099\n---\ncaf\xe9 au lait\n")
    assert result.review is not None
    assert [(problem.line, problem.severity) for problem in result.problems] == [
        (1, "warning"),
        (3, "error"),
        (4, "warning"),
    ]


@pytest.mark.parametrize("data", [b"", b"  \n", b"\xef\xbb\xbf", b"---\n---\n"])
def test_an_empty_file_is_a_problem_and_no_review(data: bytes) -> None:
    result = parse_review("a.md", data)
    assert result.review is None
    assert result.problems[0].reason == "is empty"


@given(st.binary())
def test_no_bytes_raise(data: bytes) -> None:
    for head in (b"", b"---\ntitle: x\n---\n", b"+++\n", b"{"):
        parse_review("a.md", head + data)


PIECES = st.sampled_from(
    ["# ", "## x\n", "```", "~~~\n", "\n", "\n\n", "- ", "> ", "**Link**: ", "[a](https://arxiv.org/abs/1706.03762)", "<!--more-->",
     "{{< ref \"x\" >}}", "|a|b|\n|-|-|\n", "$x$", "word ", "===\n", "---\n", "[^1]", "[^1]: n\n", "\t", "<b>", "é", "注意", "\u202e"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60))
def test_any_markdown_gives_sections_that_lie_within_the_body(pieces: list[str]) -> None:
    result = parse_review("a.md", ("---\ntitle: t\n---\n" + "".join(pieces)).encode())
    if result.review:
        ends = [(section.start, section.end) for section in result.review.sections]
        assert all(0 <= start <= end <= len(result.body) for start, end in ends)
        assert ends == sorted(ends)


@pytest.mark.parametrize(
    "body",
    [
        "x" * 1_000_000,
        "x\n" * 500_000,
        "[" * 500_000,
        "*a " * 300_000,
        "> " * 300_000,
        "- " * 300_000,
        "`" * 500_000,
        "<a " * 300_000,
        "# h\n" * 200_000,
        "[a](" * 200_000,
        "{{< x >}}" * 10_000,
        "![" * 400_000,
        "&amp;" * 200_000,
        "**Link**: " + "https://a.b/(" * 60_000,
        "**Link**: https://a.b/" + ")" * 900_000,
        "**Link**: 10.1000/" + ")" * 900_000,
        "**Link**: " + "[a](https://a.b/) " * 40_000,
        "**Authors**: a" + " " * 300_000 + "b",
        "# a" + " " * 300_000 + "b",
        "# a" + " #" * 300_000 + "b",
        "# " + "![" * 200_000,
        "{{< ref x >}}" * 40_000,
        "{{<" * 300_000,
        "a\n" * 30_000 + "[" * 30_000,
        "\"'" * 200_000,
    ],
    ids=lambda body: body[:12].encode("unicode_escape").decode(),
)
def test_a_hostile_body_takes_little_time(body: str) -> None:
    start = time.process_time()
    parse_review("a.md", b"---\ntitle: t\n---\n" + body.encode())
    assert time.process_time() - start < 1


@needs_shared
def test_every_shared_file_is_loaded_or_reported() -> None:
    files = [*(SHARED / "seed").glob("*.txt"), *(SHARED / "examples").rglob("*.md")]
    assert len(files) > 60
    for file in files:
        result = parse_review(f"papers/{file.stem}.md", file.read_bytes())
        assert result.review or result.problems
        assert result.review or "archetypes" in file.parts, file


@needs_shared
def test_the_seed_is_read_as_the_club_means_it() -> None:
    (seed,) = (SHARED / "seed").glob("*.txt")
    review = parsed(seed.read_bytes())
    assert review.name.startswith("A Primer in BERTology")
    assert len(review.authors) == 3
    assert review.authors[0] == "Anna Rogers"
    assert review.date == datetime(2021, 3, 25, tzinfo=UTC)
    assert list(map(str, review.paper_ids)) == ["arxiv:2002.12327"]
    assert [ref.target for ref in review.refs] == ["papers/stochastic_parrots_bender.md"]
    assert [section.title for section in review.sections][-1] == "My thoughts"


def test_a_number_in_toml_keeps_its_digits() -> None:
    assert list(map(str, parsed("+++\ntitle = 'x'\narxiv = 1706.03760\n+++\nText.\n").paper_ids)) == [
        "arxiv:1706.03760"
    ]


def test_the_teaser_brings_the_definitions_that_it_uses() -> None:
    body = "A [link][l] and a note[^n].\n\n<!--more-->\n\nText.\n\n[l]: https://e.example/\n[^n]: The note.\n"
    assert body_review(body).teaser == "A [link][l] and a note[^n].\n\n[l]: https://e.example/\n\n[^n]: The note."


SITES = (Site(), Site(kind="jekyll"), Site(kind="hugo", rendering=Rendering(raw_html=False, verbatim=(("$", "$"),))))


def test_no_mutation_of_a_real_review_raises() -> None:
    rng = random.Random(8)
    shared = list((SHARED / "examples").rglob("*.md")) if SHARED.is_dir() else []
    samples = [file.read_bytes() for file in (*SAMPLES.rglob("*.md"), *shared)]
    pieces = [b"---\n", b"+++\n", b"\xff", b"\x00", b"\r", "\u2028".encode(), b"{{< ", b" >}}", b"{% raw %}", b"<!--more-->", b"|",
              b"[", b"](", b"\t", b"```\n", b"\xf0\x9f\x98", b"&", b"<a href='", b": ", b"- ", b"=\n"]  # fmt: skip
    for _ in range(600):
        data = bytearray(rng.choice(samples))
        for _ in range(rng.randrange(1, 12)):
            place = rng.randrange(len(data) + 1)
            match rng.randrange(3):
                case 0:
                    data[place:place] = rng.choice(pieces)
                case 1:
                    del data[place : place + rng.randrange(40)]
                case _:
                    data[place:place] = rng.choice(samples)[: rng.randrange(200)]
        result = parse_review(rng.choice(["papers/a.md", "_posts/2020-01-02-a.md"]), bytes(data), rng.choice(SITES))
        assert result.review or result.problems
        if result.review:
            plain_text(result.review.teaser)
            json.dumps([result.review.title, result.review.teaser, result.body]).encode()
            assert all(0 <= part.start <= part.end <= len(result.body) for part in result.review.sections)
