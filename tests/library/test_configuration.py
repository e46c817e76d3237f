"""The configuration of a site: where it is found, what is believed of it, and that nothing in it breaks anything."""

from datetime import UTC
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.cascade import Cascade, apply_cascades
from bot.library.configuration import read_site
from bot.library.folder import scan_folder
from bot.library.frontmatter import MAX_BLOCK
from bot.library.parse import parse_review
from bot.library.site import Site
from tests.shared import review_file, write_reviews

BERLIN = 'baseURL = "/"\ntimeZone = "Europe/Berlin"\n'


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hugo.toml", BERLIN),
        ("config.toml", BERLIN),
        ("hugo.yaml", "TimeZone: Europe/Berlin\n"),
        ("config.json", '{"timezone": "Europe/Berlin"}'),
        ("config/_default/hugo.toml", BERLIN),
        ("config/production/config.yml", "timeZone: Europe/Berlin\n"),
    ],
)
@pytest.mark.parametrize("folder", ["", "content", "content/papers", "content/papers/deep/deeper"])
def test_the_configuration_is_found_in_the_folder_and_above_it(
    tmp_path: Path, name: str, text: str, folder: str
) -> None:
    root = write_reviews(tmp_path, {name: text, "content/papers/deep/deeper/a.md": review_file(date="2020-07-01")})
    scan = scan_folder(root / folder)
    assert str(scan.site.zone) == "Europe/Berlin"
    (path,) = scan.files
    review = parse_review(path, (root / folder / path).read_bytes(), scan.site).review
    assert review is not None
    assert review.date is not None
    assert review.date.isoformat() == "2020-07-01T00:00:00+02:00"


def test_a_configuration_whose_content_is_elsewhere_is_not_the_reviews_own(tmp_path: Path) -> None:
    write_reviews(tmp_path, {"hugo.toml": BERLIN, "content/a.md": "x", "notes/b.md": "x", "config.toml": BERLIN})
    assert read_site(tmp_path / "notes") == Site()


def test_what_lies_above_a_repository_does_not_count(tmp_path: Path) -> None:
    write_reviews(tmp_path, {"hugo.toml": BERLIN, "content/blog/.git/HEAD": "x", "content/blog/papers/a.md": "x"})
    assert read_site(tmp_path / "content" / "blog" / "papers").zone is UTC


def test_the_later_of_two_files_wins_and_tables_have_files_of_their_own(tmp_path: Path) -> None:
    files = {
        "config/_default/hugo.toml": 'contentDir = "src/pages"\nsummaryLength = 9\n',
        "config/production/hugo.toml": "summaryLength = 11\n",
        "config/_default/frontmatter.yaml": "date: [':filename']\n",
        "config/_default/languages.toml": "[en]\n[fr]\ndisabled = true\n",
        "src/pages/a.md": "x",
        "src/pages/b.fr.md": "x",
        "content/c.md": "x",
    }
    scan = scan_folder(write_reviews(tmp_path, files))
    assert list(scan.files) == ["src/pages/a.md"]
    assert scan.site.summary_words == 11
    assert scan.site.dates["date"] == (":filename",)
    assert [problem.reason for problem in scan.skipped] == ["is in a language that the site does not build: fr"]


def test_each_language_may_have_a_content_of_its_own(tmp_path: Path) -> None:
    config = '[languages.en]\ncontentDir = "content/en"\n[languages.fr]\ncontentDir = "content/fr"\n'
    root = write_reviews(tmp_path, {"hugo.toml": config, "content/en/p/a.md": "x", "content/fr/p/a.md": "x"})
    scan = scan_folder(root)
    pages = [parse_review(path, b"x", scan.site).review for path in scan.files]
    assert [page.url_path for page in pages if page] == ["/p/a/", "/fr/p/a/"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("hugo.toml", "title = [", "TOML cannot be read"),
        ("hugo.yaml", "a: &x 1\nb: *x\n", "anchors"),
        ("hugo.yaml", "a: [", "YAML cannot be read"),
        ("hugo.json", '{"a": }', "JSON"),
        ("hugo.toml", "x = 1\n" * 2, "TOML"),
        ("hugo.toml", "#" * (MAX_BLOCK + 1), "longer than"),
        ("hugo.toml", 'timeZone = "../../etc/passwd"', "not a time zone"),
        ("hugo.toml", 'timeZone = "Mars/Base"', "not a time zone"),
    ],
)
def test_a_broken_configuration_is_a_problem_and_counts_as_empty(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    root = write_reviews(tmp_path, {name: text, "content/p/a.md": "x"})
    scan = scan_folder(root / "content" / "p")
    (problem,) = scan.skipped
    assert reason in problem.reason
    assert (problem.severity, problem.path) == ("warning", f"../../{name}")
    assert scan.site.zone is UTC
    assert list(scan.files) == ["a.md"]


def test_a_configuration_that_is_a_link_or_a_folder_is_not_followed(tmp_path: Path) -> None:
    write_reviews(tmp_path, {"secret": BERLIN, "site/content/a.md": "x"})
    (tmp_path / "site" / "hugo.toml").symlink_to(tmp_path / "secret")
    scan = scan_folder(tmp_path / "site")
    assert scan.site.zone is UTC
    assert "cannot be opened" in scan.skipped[0].reason
    (tmp_path / "site" / "hugo.toml").unlink()
    (tmp_path / "site" / "hugo.toml").mkdir()
    assert scan_folder(tmp_path / "site").site == Site()


@given(st.binary(max_size=300), st.sampled_from(["hugo.toml", "hugo.yaml", "hugo.json", "_config.yml"]))
def test_no_configuration_raises(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str) -> None:
    root = write_reviews(tmp_path_factory.mktemp("site"), {name: data, "content/a.md": b"x"})
    assert scan_folder(root).files


ODD_VALUES = ["1", "[]", "[[1]]", "{a = 1}", "[{a = 1}]", "'x'", "true", "1979-05-27"]
KEYS = [
    "timeZone", "languages", "defaultContentLanguage", "disableLanguages", "contentDir", "permalinks", "summaryLength",
    "hasCJKLanguage", "frontmatter", "markup", "uglyURLs", "cascade", "params", "enableEmoji", "markup.goldmark.extensions",
    "markup.goldmark.extensions.passthrough", "markup.goldmark.extensions.passthrough.delimiters", "frontmatter.date",
    "languages.en", "languages.en.contentDir", "permalinks.page", "cascade.target",
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ODD_VALUES)
def test_a_value_of_another_kind_breaks_nothing(tmp_path: Path, key: str, value: str) -> None:
    root = write_reviews(tmp_path, {"hugo.toml": f"{key} = {value}\n", "content/p/a.md": review_file()})
    scan = scan_folder(root)
    assert all(parse_review(path, (root / path).read_bytes(), scan.site).review for path in scan.files)


def test_the_digest_changes_with_whatever_all_reviews_depend_on(tmp_path: Path) -> None:
    root = write_reviews(tmp_path, {"hugo.toml": "", "content/p/a.md": "x", "content/_index.md": "x"})
    seen = {scan_folder(root).site.digest}
    assert seen == {scan_folder(root).site.digest}
    write_reviews(root, {"content/p/b.md": "x"})
    assert seen == {scan_folder(root).site.digest}
    for name in ("hugo.toml", "content/_index.md", "content/p/_index.md", "config/_default/params.toml"):
        write_reviews(root, {name: "draft = true\n"})
        digest = scan_folder(root).site.digest
        assert digest not in seen, name
        seen.add(digest)


def test_a_cascade_from_above_the_folder_and_a_broken_section_page(tmp_path: Path) -> None:
    files = {
        "hugo.toml": "",
        "content/_index.md": "---\ncascade: {tags: [above]}\n---\n",
        "content/p/_index.md": "---\ncascade: [\n---\n",
        "content/p/q/_index.md": "+++\n[cascade]\ndraft = true\n+++\n",
        "content/p/q/a.md": "x",
    }
    root = write_reviews(tmp_path, files) / "content" / "p"
    scan = scan_folder(root)
    review = parse_review("q/a.md", b"x", scan.site).review
    assert review is not None
    assert (review.draft, review.tags) == (True, ("above",))
    assert ("_index.md", "warning") in [(problem.path, problem.severity) for problem in scan.skipped]


@pytest.mark.parametrize("path", ["*" * 150, "{" * 90, "}", "{a,b", "[", "**/" * 8 + "x", "(a+)+$", "x" * 300])
def test_a_strange_target_of_a_cascade_fits_nothing_and_takes_no_time(path: str) -> None:
    rules: tuple[dict[str, object], ...] = ({"draft": True, "target": {"path": path}},)
    cascade = Cascade("", rules)  # type: ignore[arg-type]
    assert apply_cascades({}, (cascade,), "p/" + "a" * 2_000) == {}


@pytest.mark.parametrize(
    "field", ["headless: true", "build: {list: never}", "build:\n  list: false", "_build: {list: never}"]
)
def test_what_a_site_lists_nowhere_is_a_draft(field: str) -> None:
    result = parse_review("a.md", f"---\ntitle: T\n{field}\n---\nx".encode())
    assert result.review is not None
    assert result.review.draft
    assert [(problem.line, problem.severity) for problem in result.problems] == [(3, "info")]


@pytest.mark.parametrize("folder", ["../secret", "/etc", "a/../../secret"])
def test_a_content_outside_of_the_site_is_not_read(tmp_path: Path, folder: str) -> None:
    write_reviews(tmp_path, {"secret/a.md": "x", "site/hugo.toml": f'contentDir = "{folder}"\n', "site/b.md": "x"})
    assert list(scan_folder(tmp_path / "site").files) == ["b.md"]
