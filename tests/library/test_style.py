"""The style of a library, learned from its files."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.library.check import check_folder
from bot.library.keys import FieldStyle
from bot.library.manner import DateForm, LinkForm, RefForm, read_date_form, write_date
from bot.library.style import Style, learn_style, load_style
from tests.shared import SAMPLES, write_reviews


def learn(root: Path, files: Mapping[str, str | bytes]) -> Style:
    """Learn the style of a folder with these files."""
    write_reviews(root, files)
    return load_style(root, check_folder(root).reviews)


def toml(title: str, date: str = "2024-01-02", rest: str = "", body: str = "Teaser.\n\n<!--more-->\n") -> str:
    return f'+++\ntitle = "{title}"\ndate = {date}\n{rest}draft = false\n+++\n\n{body}'


def roles(style: Style) -> list[tuple[str, str]]:
    return [(field.key, field.role) for field in style.fields]


def test_without_a_review_it_is_the_style_of_the_sample_library() -> None:
    assert learn_style([]) == Style()
    assert load_style(SAMPLES, check_folder(SAMPLES).reviews) == Style()


def test_the_newest_reviews_weigh_more_than_a_larger_past(tmp_path: Path) -> None:
    old = {f"old{n}.md": f"---\ntitle: Old {n}\ndate: 201{n % 10}-01-01\n---\nText.\n" for n in range(10)}
    old |= {f"older{n}.md": f"---\ntitle: Older {n}\ndate: 200{n % 10}-01-01\n---\nText.\n" for n in range(10)}
    new = {f"new{n}.md": toml(f"New {n}", f"2024-01-1{n}") for n in range(9)}
    assert learn(tmp_path / "a", old).form == "yaml"
    assert learn(tmp_path / "b", old | new).form == "toml"


def test_drafts_and_broken_files_say_nothing(tmp_path: Path) -> None:
    broken = "---\ntitle: [x\n---\n"
    drafts = {f"d{n}.md": f"---\ntitle: D{n}\ndraft: true\n---\nText.\n" for n in range(4)}
    root = write_reviews(tmp_path, {"a.md": toml("A"), **drafts})
    reviews = check_folder(root).reviews
    (root / "b.md").write_text(broken, "utf-8")
    assert load_style(root, reviews).form == "toml"
    (root / "a.md").unlink()
    assert load_style(root, reviews) == Style()


def test_keys_are_those_of_most_in_their_usual_order(tmp_path: Path) -> None:
    style = learn(
        tmp_path,
        {
            "a.md": toml("[Paper] A", rest='tags = ["club", "x"]\nimage = "a.png"\nlayout = "paper"\n'),
            "b.md": toml("[Paper] B", rest='tags = ["y", "Club"]\nimage = "b.png"\nlayout = "paper"\n'),
            "c.md": toml("C", rest='odd = "z"\ntags = ["club"]\nlayout = "paper"\n'),
        },
    )
    expected = [("title", "title"), ("date", "date"), ("tags", "terms"), ("image", "empty"), ("layout", "constant")]
    assert roles(style) == [*expected, ("draft", "draft")]
    assert style.fields[2].terms == ("club",)
    assert style.fields[4].text == '"paper"'
    assert style.prefix == "[Paper] "


def test_a_key_for_the_paper_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    ids = {f"{n}.md": toml(str(n), rest=f'arxiv = "2401.0000{n}"\n') for n in range(1, 4)}
    assert ("arxiv", "id") in roles(learn(tmp_path / "a", ids))
    links = {f"{n}.md": toml(str(n), rest=f'paper = "https://arxiv.org/abs/2401.0000{n}"\n') for n in range(1, 4)}
    assert ("paper", "link") in roles(learn(tmp_path / "b", links))


def test_the_name_that_all_bear_is_a_constant_and_several_names_are_the_authors(tmp_path: Path) -> None:
    bloggers = {f"{n}.md": toml(str(n), rest='author = "Kim"\n') for n in range(3)}
    assert ("author", "constant") in roles(learn(tmp_path / "a", bloggers))
    papers = {f"{n}.md": toml(str(n), rest=f'author = "Kim {n}, Lee {n}"\n') for n in range(3)}
    assert ("author", "authors") in roles(learn(tmp_path / "b", papers))


def test_a_key_that_only_stands_where_formulas_are_comes_with_formulas(tmp_path: Path) -> None:
    math = {
        f"m{n}.md": toml(f"M{n}", "2020-01-01", "mathjax = true\ntoc = true\n", "Let $x^2$ be.\n") for n in range(3)
    }
    plain = {f"p{n}.md": toml(f"P{n}", "2024-01-01") for n in range(5)}
    old = {f"o{n}.md": toml(f"O{n}", "2019-01-01", "toc = true\n") for n in range(2)}
    style = learn(tmp_path, math | plain | old)
    assert style.math == "$"
    assert style.math_fields == (FieldStyle("mathjax", "constant", "", text="true"),)


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ("2024-01-02", DateForm()),
        ('"2024-01-02"', DateForm(quote='"')),
        ("2024-01-02T10:00:00", DateForm("%Y-%m-%dT%H:%M:%S")),
        ("2024-01-02T10:00:00Z", DateForm("%Y-%m-%dT%H:%M:%S", "Z")),
        ("2024-01-02T10:00:00.123+02:00", DateForm("%Y-%m-%dT%H:%M:%S", ":")),
        ("2024-01-02 10:00:00 +0200", DateForm("%Y-%m-%d %H:%M:%S ", "+")),
        ("2 Oct 2023", DateForm("%d %b %Y")),
        ("yesterday", None),
    ],
)
def test_dates_are_written_as_they_were_read(raw: str, form: DateForm | None) -> None:
    assert read_date_form(raw) == form
    if form and "Z" not in form.zone and "%b" not in form.pattern:
        moment = datetime(2024, 1, 2, 10, tzinfo=timezone(timedelta(hours=2)))
        assert write_date(moment, form) == raw.replace(".123", "")


def test_lists_quotes_and_spreads_are_read(tmp_path: Path) -> None:
    head = "---\ntitle: 'A'\ntags:\n- x\nauthors:\n  - \"B\"\ncategories: [p]\n---\nText.\n"
    style = learn(tmp_path, {"a.md": head})
    found = {field.key: (field.quote, field.spread) for field in style.fields}
    assert found == {"title": ("'", None), "tags": ("", "- "), "authors": ('"', "  - "), "categories": ("", None)}


BODY = (
    "Teaser.\n\n<!--more-->\n\n*Authors:* {authors}\n*Papers:* {links}\n\n\n### {about}\nSee [b]({{{{% relref /papers/b %}}}})."
    "\n\n\n### {opinion}\n* one\n\n\n### Odd {about} {opinion} {links}\nx\n"
)


def test_the_body_is_read_line_by_line(tmp_path: Path) -> None:
    one, two = (
        "[x](https://arxiv.org/abs/2401.00001)",
        "[x](https://arxiv.org/abs/2401.00001) | [10.1/a](https://doi.org/10.1/a)",
    )
    files = {
        "papers/a.md": BODY.format(authors="A, B, and C", links=two, about="Summary", opinion="My view"),
        "papers/b.md": BODY.format(authors="A, B, and C", links=one, about="Summary", opinion="Discussion"),
        "papers/c.md": BODY.format(authors="A, B, and C", links=two, about="Context", opinion="My view"),
    }
    style = learn(tmp_path, {path: toml(path, body=body) for path, body in files.items()})
    assert style.order == ("text", "more", "authors", "links")
    assert style.tight
    assert style.links == LinkForm("*Papers:*", " | ")
    assert dict(style.words)["arxiv"] == "x"
    assert (style.authors_lead, style.authors_last) == ("*Authors:*", ", and ")
    assert (style.level, style.gaps, style.bullet) == (3, (2, 0), "* ")
    assert style.headings == ("Summary", "My view")
    assert style.ref == RefForm("relref", "%", "", "root", extension=False)
    assert style.name.folder == "papers"


def test_headings_that_few_reviews_have_are_not_usual(tmp_path: Path) -> None:
    files = {f"{n}.md": toml(str(n), body="Text.\n") for n in range(4)}
    assert learn(tmp_path, files | {"x.md": toml("x", body="T.\n\n## summary\n\nx\n")}).headings == ()


def test_names_of_files_are_read(tmp_path: Path) -> None:
    fields = 'authors = ["Ann Ash", "Bo Birch"]\n'
    style = learn(
        tmp_path,
        {
            "papers/2024/2024-01-02-the-first-paper-ash/index.md": toml("x", rest=fields),
            "papers/2023/2023-01-02-second-paper-ash/index.md": toml("y", "2023-01-02", fields),
        },
    )
    name = style.name
    assert (name.folder, name.bundle, name.dated, name.separator, name.author) == (
        "papers/{year}",
        True,
        "-",
        "-",
        "first",
    )
    assert style.name_words == 2


def test_line_ends_and_widths_are_read(tmp_path: Path) -> None:
    line = "words of a paragraph that is broken at about seventy columns each time\n"
    wide = toml("a", body=line * 6)
    style = learn(tmp_path, {"a.md": wide.replace("\n", "\r\n").encode(), "b.md": wide.replace("\n", "\r\n").encode()})
    assert style.crlf
    assert style.width == 72


def test_a_file_may_end_without_a_line_end(tmp_path: Path) -> None:
    assert learn(tmp_path, {"a.md": toml("a", body="Text.")}).end == ""


def test_posts_of_jekyll_refer_to_each_other_in_its_way(tmp_path: Path) -> None:
    post = "---\nlayout: post\ntitle: A\n---\nText.\n"
    assert learn(tmp_path / "a", {"_posts/2024-01-02-a.md": post}).ref == RefForm(
        "post_url", "", "", "", extension=False
    )
    linked = post + "\n[a]({% link _posts/2024-01-02-a.md %})\n"
    assert learn(tmp_path / "b", {"_posts/2024-01-02-a.md": linked}).ref == RefForm("link", "", "", "folder")


def test_json_is_read_too(tmp_path: Path) -> None:
    head = '{\n\t"title": "A",\n\t"date": "2024-01-02T00:00:00Z",\n\t"tags": ["x"]\n}\n\nText.\n'
    style = learn(tmp_path, {"a.md": head})
    assert (style.form, style.indent) == ("json", "\t")
    assert style.date == DateForm("%Y-%m-%dT%H:%M:%S", "Z", '"')
    assert roles(style) == [("title", "title"), ("date", "date"), ("tags", "terms")]


def test_dates_without_a_zone_are_in_that_of_the_site() -> None:
    zone = timezone(timedelta(hours=9))
    assert learn_style([], zone).zone == zone
    assert learn_style([]).zone == UTC
