"""The rule of which files are reviews, on the sites that there are, and the setting that narrows it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.errors import SettingsError
from bot.library.check import check_folder
from bot.library.folder import scan_folder
from bot.library.parse import parse_review
from bot.settings import load_settings
from tests.shared import review_file, write_reviews


def reasons(root: Path, *include: str) -> dict[str, str]:
    return {problem.path: problem.reason for problem in scan_folder(root, include).skipped}


FILES = ["a.md", "papers/b.md", "papers/old/c.md", "Books/d.md", "books/e.markdown", "x/papers/f.md"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        ("", FILES),
        ("papers/**", ["papers/b.md", "papers/old/c.md"]),
        ("/papers", ["papers/b.md", "papers/old/c.md"]),
        ("papers", ["papers/b.md", "papers/old/c.md", "x/papers/f.md"]),
        ("papers/", ["papers/b.md", "papers/old/c.md", "x/papers/f.md"]),
        ("PAPERS/**", ["papers/b.md", "papers/old/c.md"]),
        ("papers/*.md", ["papers/b.md"]),
        ("/*.md", ["a.md"]),
        ("*.markdown", ["books/e.markdown"]),
        ("!books", ["a.md", "papers/b.md", "papers/old/c.md", "x/papers/f.md"]),
        ("papers,!papers/old", ["papers/b.md", "x/papers/f.md"]),
        ("!papers papers", ["papers/b.md", "papers/old/c.md", "x/papers/f.md"]),
        ("papers !papers/old papers/old/c.md", ["papers/b.md", "papers/old/c.md", "x/papers/f.md"]),
        ("nothing", []),
    ],
)
def test_the_patterns_of_the_setting(tmp_path: Path, patterns: str, expected: list[str]) -> None:
    root = write_reviews(tmp_path, dict.fromkeys(FILES, "x"))
    include = load_settings(reviews=root, reviews_include=patterns).reviews_include
    scan = scan_folder(root, include)
    assert sorted(scan.files) == sorted(expected)
    left_out = {problem.path: problem.reason for problem in scan.skipped}
    assert sorted(left_out) == sorted(set(FILES) - set(expected))
    assert set(left_out.values()) <= {"is left out by PAPERCLUB_REVIEWS_INCLUDE"}


@pytest.mark.parametrize("patterns", ["!", "papers/**,../secret", "a/../b", "#x"])
def test_a_pattern_that_makes_no_sense_is_refused(tmp_path: Path, patterns: str) -> None:
    with pytest.raises(SettingsError, match=r"PAPERCLUB_REVIEWS_INCLUDE: .*such as"):
        load_settings(reviews=tmp_path, reviews_include=patterns)


def test_in_a_whole_site_patterns_count_from_the_content_too(tmp_path: Path) -> None:
    root = write_reviews(tmp_path, {"hugo.toml": "", "content/papers/a.md": "x", "content/posts/b.md": "x"})
    for pattern in ("papers/**", "content/papers/**", "papers"):
        assert list(scan_folder(root, (pattern,)).files) == ["content/papers/a.md"]


def test_a_readme_that_is_named_is_a_review(tmp_path: Path) -> None:
    root = write_reviews(tmp_path, {"bert/README.md": "# BERT", "gpt/readme.md": "# GPT", "gpt/notes.md": "x"})
    assert list(scan_folder(root).files) == ["gpt/notes.md"]
    assert list(scan_folder(root, ("README.md",)).files) == ["bert/README.md", "gpt/readme.md"]
    assert list(scan_folder(root, ("bert",)).files) == []


def test_check_honours_the_setting_and_takes_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write_reviews(tmp_path, {"papers/a.md": "x", "books/b.md": "x"})
    assert [review.path for review in check_folder(root, include=("papers",)).reviews] == ["papers/a.md"]
    monkeypatch.setenv("PAPERCLUB_REVIEWS_INCLUDE", "books")
    assert (
        '"path": "books/b.md",\n      "slug"'
        in CliRunner().invoke(app, ["check", str(root), "--format", "json"]).output
    )
    output = CliRunner().invoke(app, ["check", str(root), "--include", "papers/**", "-v"]).output
    assert "books/b.md:1: info: is left out" in output


def test_what_is_no_review_in_a_hugo_site(tmp_path: Path) -> None:
    content = dict.fromkeys(("_index.md", "_index.fr.md", "about.md", "404.md", "search.md", "papers/_index.md", "papers/about.md", "papers/leaf/index.md", "papers/leaf/notes.md", "papers/CONTRIBUTING.md", "papers/b.mdown"), "x")  # fmt: skip
    root = write_reviews(tmp_path / "site" / "content", content).parent
    write_reviews(root, {"hugo.toml": "", "README.md": "x", "themes/t/x.md": "x", "public/y.md": "x"})
    assert list(scan_folder(root).files) == [
        "content/papers/about.md", "content/papers/b.mdown", "content/papers/leaf/index.md",
    ]  # fmt: skip
    assert "belongs to the page content/papers/leaf" in reasons(root)["content/papers/leaf/notes.md"]


def test_what_is_no_review_in_a_jekyll_site(tmp_path: Path) -> None:
    names = (
        "_posts/2020-01-02-a.md", "_posts/ml/2020-01-03-b.markdown", "_drafts/c.md", "_papers/d.md", "notes/e.md",
        "_site/x.md", "_layouts/x.md", "_includes/x.md", "about.md", "index.md", "nlp/index.md", "nlp/f.md",
        "node_modules/m/x.md", "README.md", "CODE_OF_CONDUCT.md",
    )  # fmt: skip
    root = write_reviews(
        tmp_path, dict.fromkeys(names, "x") | {"_config.yml": "collections:\n  papers: {output: true}\n"}
    )
    assert list(scan_folder(root).files) == [
        "_drafts/c.md", "_papers/d.md", "_posts/2020-01-02-a.md", "_posts/ml/2020-01-03-b.markdown", "nlp/f.md", "notes/e.md",
    ]  # fmt: skip
    assert {"_site/", "_layouts/", "_includes/", "node_modules/", "about.md", "index.md", "nlp/index.md"} <= reasons(
        root
    ).keys()


def test_what_is_no_review_in_a_book(tmp_path: Path) -> None:
    names = (
        "SUMMARY.md",
        "README.md",
        "GLOSSARY.md",
        "book.json",
        "nlp/README.md",
        "nlp/a.md",
        "nlp/index.md",
        "cv/index.md",
    )
    root = write_reviews(tmp_path, dict.fromkeys(names, "x"))
    # The only page of a folder is what the folder is about.
    assert list(scan_folder(root).files) == ["cv/index.md", "nlp/a.md"]
    assert len(reasons(root)) == 6


def test_a_translation_of_a_bundle_is_a_review_of_its_own(tmp_path: Path) -> None:
    files = {"hugo.toml": "[languages.en]\n[languages.fr]\n", "content/l/index.md": "x", "content/l/index.fr.md": "x"}
    scan = scan_folder(write_reviews(tmp_path, files | {"content/l/more.fr.md": "x"}))
    assert list(scan.files) == ["content/l/index.fr.md", "content/l/index.md"]


@pytest.mark.parametrize(
    ("name", "is_review"),
    [
        ("papers/copying-mechanism.md", True),
        ("papers/license-plate-recognition.md", True),
        ("security-of-llms.md", True),
        ("papers/security.md", True),
        ("readme-generation.md", True),
        ("security.md", False),
        ("papers/readme.md", False),
        ("README.zh.md", False),
        ("README-zh_CN.md", False),
        ("about/index.md", False),
        ("papers/about/index.md", True),
    ],
)
def test_a_title_that_begins_like_a_readme_is_a_review(tmp_path: Path, name: str, is_review: bool) -> None:
    write_reviews(tmp_path, {name: review_file("T")})
    assert (name in scan_folder(tmp_path).files) is is_review


def test_the_blocks_of_a_gitbook_give_their_text(tmp_path: Path) -> None:
    page = '# A paper\n\n{% hint style="info" %}\nThe hint.\n{% endhint %}\n\nText.\n'
    write_reviews(tmp_path, {"SUMMARY.md": "# Summary\n\n* [A](a.md)\n", "a.md": page})
    scan = scan_folder(tmp_path)
    review = parse_review("a.md", page.encode(), scan.site).review
    assert review
    assert "The hint." in review.teaser
    assert "{%" not in review.teaser
