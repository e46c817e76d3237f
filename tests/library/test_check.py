"""The report on a folder, and Hugo as its referee."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

from bot.library.check import check_folder
from tests.library.hugo_site import differences, hugo_pages
from tests.shared import SAMPLES, SHARED, needs_shared, review_file, write_reviews


def report(root: Path) -> dict[str, Any]:
    return json.loads(check_folder(root).to_json())


def test_the_report_has_the_documented_fields(tmp_path: Path) -> None:
    body = (
        'It is "good" -- *really*...\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/1706.03762v1)\n\n'
        '## One\n\nSee [b]({{< ref "b.md" >}}), [again]({{< ref "b.md#x" >}}), [none]({{< ref "c" >}}).\n\n## Two\n\nx\n'
    )
    fields = {
        "date": "2020-01-02T03:04:05+02:00",
        "authors": ["A"],
        "tags": ["t"],
        "categories": ["papers"],
        "draft": True,
    }
    root = write_reviews(tmp_path, {"p/a.md": review_file("[Paper] A", body, **fields), "p/b.md": review_file("B")})
    found = report(root)
    assert found["reviews"][0] == {
        "path": "p/a.md",
        "slug": "a",
        "title": "[Paper] A",
        "date": "2020-01-02T03:04:05+02:00",
        "draft": True,
        "authors": ["A"],
        "tags": ["t"],
        "categories": ["papers"],
        "teaser": "It is “good” – really…",
        "paper_ids": ["arxiv:1706.03762"],
        "links": ["https://arxiv.org/abs/1706.03762v1"],
        "refs": ["b"],
        "sections": ["One", "Two"],
    }
    assert found["problems"] == [
        {
            "path": "p/a.md",
            "line": 18,
            "severity": "warning",
            "reason": "the reference `c` leads to no review in this folder",
        }
    ]
    assert check_folder(root).ok


def test_a_review_without_a_date_has_none_and_an_error_makes_the_report_fail(tmp_path: Path) -> None:
    root = write_reviews(tmp_path, {"a.md": "Text.\n", "b.md": "---\ntitle: [x\n---\n"})
    found = report(root)
    assert [row["date"] for row in found["reviews"]] == [None]
    assert [(problem["path"], problem["severity"]) for problem in found["problems"]] == [("b.md", "error")]
    assert not check_folder(root).ok


def test_a_whole_site_is_read_from_its_content_and_refs_count_from_there(tmp_path: Path) -> None:
    body = 'T.\n\n<!--more-->\n\n## S\n\n[b]({{< ref "/papers/b" >}}) [b]({{< relref "../posts/c.md" >}})\n'
    files = {"hugo.toml": "", "content/papers/a.md": review_file("A", body), "content/papers/b.md": review_file("B")}
    found = report(write_reviews(tmp_path, files | {"content/posts/c.md": review_file("C"), "themes/t/x.md": "x"}))
    assert [(row["path"], row["slug"], row["refs"]) for row in found["reviews"]] == [
        ("content/papers/a.md", "a", ["b", "c"]),
        ("content/papers/b.md", "b", []),
        ("content/posts/c.md", "c", []),
    ]
    assert found["problems"] == []


def test_the_sample_library_is_what_hugo_says_it_is(tmp_path: Path) -> None:
    pages = hugo_pages(tmp_path, SAMPLES)
    rows = report(SAMPLES)["reviews"]
    assert len(rows) >= 14
    assert {row["path"]: differences(row, pages[row["path"]]) for row in rows} == {row["path"]: {} for row in rows}


ODD = {
    "list_first.md": review_file(
        "L", "- a " + "word " * 60 + "\n- b\n\n> quoted words here\n\nA paragraph.\n\nAnother.\n"
    ),
    "heading_first.md": review_file("H", "# One\n\n## Two\n\nShort.\n\n" + "word " * 80 + "\n\nRest.\n"),
    "links.md": review_file("K", ('[a b](http://x.example/y) and *some* `code "x"` ') * 12 + "\n\nMore.\n"),
    "inline.md": review_file("I", "Some before <!--more--> and after.\n"),
    "Odd Name & Co's (v2)+a_b.c.md": review_file("N", 'Don\'t -- "ever"... <b>bold</b> &amp; x < y\n'),
    "summary.md": review_file("S", "Body.\n", summary="Own *summary*"),
    "table.md": review_file(
        "T", "| a | b |\n|---|---|\n| 1 | 2 |\n\nfoot[^1]\n\n[^1]: note\n\n~~old~~\n\n<!--more-->\nx\n"
    ),
    "leaf/index.md": review_file("B", "Bundle.\n", date="2020-01-02 03:04:05 +0530", slug="Other Name"),
    "toml.md": "+++\ntitle = 'x'\ndate = 2020-01-02\ntags = ['B b', 'b-b']\n+++\nText.\n",
    "json.md": '{"title": "j", "date": "2020-01-02T00:00:00+02:00", "draft": true}\nText.\n',
    "quotes.md": review_file(
        "Q",
        "(c) <<x>> the '90s rock 'n' roll, `x`'s \"Unclosed a ---- b --\"dash\"-- what.... https://x.org/a--b...c it's\n",
    ),
    "loose.md": review_file("O", "> " + "word " * 75 + "\n>\n> more of it\n\nRest.\n"),
    "raw.md": review_file("R", "<p>Raw " + "word " * 72 + "</p>\n\nRest.\n\nMore.\n"),
    "heads.md": review_file("E", "## A head {#id .class}\n\n" + "word " * 67 + "\n\nmore words here\n\nrest\n"),
    "definitions.md": review_file(
        "D", "See [it][l], a claim[^1]; [x] ^[in].\n\n<!--more-->\n\n[l]: http://x.example\n\n[^1]: Note.\n"
    ),
    "tasks.md": review_file(
        "A", '- [x] done\n- [ ] open\n\nline one<br>line two\n\n<script>var a = "b"</script>\n\n<!--more-->\n'
    ),
    "figure.md": review_file("F", '{{< figure src="a.png" caption="A caption" >}}\n\nText.\n\n<!--more-->\n'),
    "cjk.md": review_file("C", "注意力机制。" * 30 + "\n\n第二段。\n\n" + "word " * 80 + "\n\nrest\n"),
    "cjk_site.md": review_file("J", "注意力机制。" * 30 + "\n\n第二段。\n", isCJKLanguage=True),
    "params.md": "---\ntitle: own\nparams:\n  title: not this\n  draft: true\n---\nText.\n",
    "string_tag.md": "---\ntitle: 1984\nlastmod: 2021-05-05\n---\nCJK 注意力机制就是你所需要的。\n",
}


def test_odd_pages_are_what_hugo_says_they_are(tmp_path: Path) -> None:
    content = write_reviews(tmp_path / "content", ODD)
    pages = hugo_pages(tmp_path, content)
    rows = report(content)["reviews"]
    assert len(rows) == len(ODD)
    assert {row["path"]: differences(row, pages[row["path"]]) for row in rows} == {row["path"]: {} for row in rows}


def test_quotes_and_dashes_are_set_as_hugo_sets_them(tmp_path: Path) -> None:
    rng = random.Random(11)
    pieces = [
        '"',
        "'",
        "-",
        "--",
        "...",
        ".",
        "a",
        "it",
        "s",
        "word",
        "90s",
        "5",
        " ",
        " ",
        " ",
        "(",
        ")",
        ",",
        "*",
        "`c`",
        "é",
        "“",
        "re",
        "t",
        ";",
        "[x](y)",
        "!",
        "?",
        ":",
    ]
    lines = {
        f"{number}.md": "z " + "".join(rng.choices(pieces, k=rng.randrange(4, 16))) + "\n" for number in range(400)
    }
    content = write_reviews(tmp_path / "content", {name: review_file("T", line) for name, line in lines.items()})
    pages = hugo_pages(tmp_path, content)
    wrong = [lines[row["path"]] for row in report(content)["reviews"] if differences(row, pages[row["path"]])]
    assert len(wrong) <= 0.03 * len(lines), wrong


EXPLAINED = {
    # The author forgot the parentheses of a link, so that the address itself is text; only a site knows its addresses.
    "hugo-yaml/paper/semi-supervised-for-asr.md": {"teaser"},
}


@needs_shared
def test_real_sites_are_what_hugo_says_they_are(tmp_path: Path) -> None:
    content = tmp_path / "content"
    shutil.copytree(SHARED / "examples", content, ignore=shutil.ignore_patterns("archetypes", "SOURCES.md", "*.toml"))
    pages = hugo_pages(tmp_path, content)
    rows = report(content)["reviews"]
    assert len(rows) == 67
    found = {row["path"]: differences(row, pages[row["path"]]) for row in rows}
    assert {path: set(fields) for path, fields in found.items() if fields} == EXPLAINED
