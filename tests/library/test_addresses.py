"""Slugs, keys and references."""

from datetime import UTC, datetime

import pytest

from bot.library.addresses import Resolver, assign_slugs, derive_key
from bot.library.parse import parse_review
from bot.library.review import Review
from tests.shared import review_file


def review(path: str, title: str = "T", **fields: object) -> Review:
    found = parse_review(path, review_file(title, **fields).encode()).review
    assert found is not None
    return found


def test_a_slug_is_the_last_segment_and_longer_only_where_two_collide() -> None:
    reviews = [
        review("papers/bert.md"),
        review("2020/gpt.md"),
        review("2021/gpt.md"),
        review("a/b/same.md"),
        review("c/b/same.md"),
        review("x.md", slug="Own Slug"),
        review("y/index.md"),
    ]
    assert list(assign_slugs(reviews).values()) == [
        "bert",
        "2020/gpt",
        "2021/gpt",
        "a/b/same",
        "c/b/same",
        "own-slug",
        "y",
    ]


def test_a_key_follows_the_paper_else_the_title_and_never_the_files_name() -> None:
    by_paper = {
        derive_key(review(path, title, arxiv="1706.03762"), ()) for path, title in [("a.md", "X"), ("b/c.md", "Y")]
    }
    by_title = {derive_key(review(path, "Same title"), ()) for path in ("a.md", "b/c.md")}
    assert len(by_paper) == len(by_title) == 1
    assert by_paper != by_title
    assert all(key.isalnum() and len(key) == 12 for key in by_paper | by_title)


def test_two_reviews_of_one_paper_have_keys_of_their_own() -> None:
    first = derive_key(review("a.md", arxiv="1706.03762"), ())
    assert derive_key(review("b.md", arxiv="1706.03762"), {first}) != first


@pytest.mark.parametrize(
    ("target", "source", "expected"),
    [
        ("papers/bert.md", "papers/x.md", "papers/bert.md"),
        ("bert", "papers/x.md", "papers/bert.md"),
        ("BERT.md#part", "posts/x.md", "papers/bert.md"),
        ("/papers/bert", "posts/x.md", "papers/bert.md"),
        ("../papers/bert.md", "posts/x.md", "papers/bert.md"),
        ("content/old/bert.md", "x.md", "papers/bert.md"),
        ("leaf", "posts/x.md", "papers/leaf/index.md"),
        ("papers/leaf/index.md", "x.md", "papers/leaf/index.md"),
        ("/old-address", "x.md", "papers/leaf/index.md"),
        ("same", "papers/x.md", "papers/same.md"),
        ("same", "other/x.md", None),
        ("nothing", "papers/x.md", None),
        ("", "papers/x.md", None),
        ("../../../..", "papers/x.md", None),
    ],
)
def test_a_reference_is_resolved_as_hugo_does_and_for_old_content_by_a_unique_name(
    target: str, source: str, expected: str | None
) -> None:
    pages = [
        review("papers/bert.md"),
        review("papers/leaf/index.md", aliases=["/Old-Address/"]),
        review("papers/same.md"),
        review("posts/same.md"),
    ]
    assert Resolver({page.path: page for page in pages}).resolve(target, source) == expected


def test_a_review_is_published_between_its_dates() -> None:
    page = review("a.md", date="2020-01-02", expiryDate="2021-01-01")
    moments = [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)]
    assert [page.is_published(moment) for moment in moments] == [False, True, False]
