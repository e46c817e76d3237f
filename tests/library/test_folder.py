"""Which files are reviews, and what is done about those that should not be read."""

import os
from pathlib import Path

import pytest

from bot.library.files import MAX_FILE, UnreadableFile, read_file
from bot.library.folder import scan_folder
from tests.shared import write_reviews


def test_what_is_a_review_and_what_is_not(tmp_path: Path) -> None:
    root = write_reviews(
        tmp_path,
        {
            "a.md": "x",
            "papers/B review.markdown": "x",
            "papers/_index.md": "x",
            "papers/leaf/index.md": "x",
            "papers/leaf/notes.md": "x",
            "papers/leaf/deep/more.md": "x",
            "papers/leaf/figure.png": b"x",
            "README.md": "x",
            "readme.fr.md": "x",
            "archetypes/paper.md": "x",
            "site/archetypes/paper.md": "x",
            "old.txt": "x",
            ".git/HEAD.md": "x",
            ".hidden.md": "x",
            "a.md~": "x",
            "#a.md#": "x",
            ".a.md.swp": "x",
        },
    )
    scan = scan_folder(root)
    assert sorted(scan.files) == ["a.md", "papers/B review.markdown", "papers/leaf/index.md"]
    reasons = {problem.path: problem.reason for problem in scan.skipped}
    assert set(reasons) == {
        "README.md", "archetypes/paper.md", "old.txt", "papers/_index.md", "papers/leaf/deep/more.md",
        "papers/leaf/figure.png", "papers/leaf/notes.md", "readme.fr.md", "site/archetypes/paper.md",
    }  # fmt: skip
    assert all(problem.severity == "info" for problem in scan.skipped)
    assert "belongs to the page papers/leaf" in reasons["papers/leaf/deep/more.md"]


@pytest.mark.parametrize("config", ["hugo.toml", "config.yaml", "config/_default/hugo.toml"])
def test_of_a_whole_site_only_the_content_is_read(tmp_path: Path, config: str) -> None:
    root = write_reviews(tmp_path, {config: "x", "content/papers/a.md": "x", "themes/t/b.md": "x", "notes.md": "x"})
    assert list(scan_folder(root).files) == ["content/papers/a.md"]


def test_the_stamp_of_a_file_tells_that_it_changed(tmp_path: Path) -> None:
    root = write_reviews(tmp_path, {"a.md": "one"})
    before = scan_folder(root).files
    assert scan_folder(root).files == before
    write_reviews(tmp_path, {"a.md": "other"})
    assert scan_folder(root).files != before


def test_a_missing_folder_is_an_error_and_not_an_empty_library(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        scan_folder(tmp_path / "missing")


def test_links_pipes_and_folders_named_like_reviews_are_not_followed(tmp_path: Path) -> None:
    outside = write_reviews(tmp_path / "outside", {"secret.md": "secret"})
    root = write_reviews(tmp_path / "root", {"a.md": "x", "folder.md/inner.md": "x"})
    (root / "link.md").symlink_to(outside / "secret.md")
    (root / "loop").symlink_to(root)
    (root / "elsewhere").symlink_to(outside)
    os.mkfifo(root / "pipe.md")
    scan = scan_folder(root)
    assert sorted(scan.files) == ["a.md", "folder.md/inner.md"]
    assert {"link.md", "pipe.md", "loop", "elsewhere"} <= {problem.path for problem in scan.skipped}


@pytest.mark.parametrize("trick", ["link", "pipe", "folder", "huge", "parent", "gone"])
def test_what_changed_into_something_else_since_the_scan_is_refused(tmp_path: Path, trick: str) -> None:
    root = write_reviews(tmp_path / "root", {"keep.md": "x"})
    outside = write_reviews(tmp_path / "outside", {"secret.md": "secret"})
    path = "a.md"
    if trick == "link":
        (root / path).symlink_to(outside / "secret.md")
    elif trick == "pipe":
        os.mkfifo(root / path)
    elif trick == "folder":
        (root / path).mkdir()
    elif trick == "huge":
        (root / path).write_bytes(b"x" * (MAX_FILE + 1))
    elif trick == "parent":
        (root / "sub").symlink_to(outside)
        path = "sub/secret.md"
    with pytest.raises(UnreadableFile):
        read_file(root, path)


def test_names_of_files_may_hold_anything(tmp_path: Path) -> None:
    (tmp_path / "a\nb.md").write_text("x")
    with open(os.fsencode(tmp_path) + b"/bad\xff.md", "wb") as file:
        file.write(b"x")
    scan = scan_folder(tmp_path)
    assert list(scan.files) == ["a\nb.md"]
    assert [problem.reason for problem in scan.skipped] == ["has a name that is not UTF-8: rename it"]


def test_a_very_deep_folder_is_reported_and_not_followed(tmp_path: Path) -> None:
    deep = tmp_path / "/".join("d" * 200)
    deep.mkdir(parents=True)
    (deep / "a.md").write_text("x")
    scan = scan_folder(tmp_path)
    assert scan.files == {}
    assert "64 folders deep" in scan.skipped[0].reason


def test_the_name_of_a_skipped_file_can_always_be_printed(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "wb") as file:
        file.write(b"x")
    assert scan_folder(tmp_path).skipped[0].path == "caf\\xe9.txt"
