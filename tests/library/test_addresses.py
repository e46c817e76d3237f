"""Slugs, keys and references."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.library.addresses import Resolver, assign_keys, assign_slugs
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
    assert list(assign_slugs({page.path: page.url_path for page in reviews}).values()) == [
        "bert",
        "2020/gpt",
        "2021/gpt",
        "a/b/same",
        "c/b/same",
        "own-slug",
        "y",
    ]


def keys(*reviews: Review) -> list[str]:
    return list(assign_keys([(page, page.path) for page in reviews], [], []).values())


def test_a_key_follows_the_paper_else_the_title_and_never_the_files_name() -> None:
    by_paper = {*keys(review("a.md", "X", arxiv="1706.03762")), *keys(review("b/c.md", "Y", arxiv="1706.03762"))}
    by_title = {*keys(review("a.md", "Same title")), *keys(review("b/c.md", "Same title"))}
    assert len(by_paper) == len(by_title) == 1
    assert by_paper != by_title
    assert all(key.isalnum() and len(key) == 12 for key in by_paper | by_title)


def test_of_two_reviews_of_one_paper_the_older_has_its_key_whatever_they_are_called() -> None:
    older = {"arxiv": "1706.03762", "date": "2020-01-01"}
    newer = {"arxiv": "1706.03762", "date": "2021-01-01"}
    assert (
        keys(review("m.md", "Old", **older))[0]
        == assign_keys([(review("a.md", "New", **newer), "1"), (review("m.md", "Old", **older), "2")], [], [])["m.md"]
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (review("a.md", "Same content"), review("b.md", "Same content")),
        (review("a.md", "One title", arxiv="1706.03762"), review("b.md", "Another", arxiv="1706.03762v2")),
        (review("old.md", "One title"), review("new.md", "Another", aliases=["/old/"])),
        (review("a.md", "One title", tags=["x"]), review("b.md", "one title", arxiv="1706.03762")),
        (review("a.md", "One title"), review("a.md", "Another")),
    ],
    ids=["content", "paper", "alias", "name", "path"],
)
def test_a_review_keeps_its_key(before: Review, after: Review) -> None:
    old = replace(before, key="kept")
    digest = "same" if before.name == after.name and not after.paper_ids else "other"
    assert assign_keys([(after, digest)], [(old, "same")], []) == {after.path: "kept"}


def test_reviews_whose_files_swapped_their_names_keep_their_keys() -> None:
    first, second = replace(review("a.md", "First"), key="1"), replace(review("b.md", "Second"), key="2")
    swapped = [(replace(first, path="b.md", key=""), "digest 1"), (replace(second, path="a.md", key=""), "digest 2")]
    assert assign_keys(swapped, [(first, "digest 1"), (second, "digest 2")], []) == {"b.md": "1", "a.md": "2"}


def test_a_new_review_under_an_old_name_is_another_one() -> None:
    first = replace(review("next.md", "First"), key="1")
    found = assign_keys(
        [(review("first.md", "First"), "edited"), (review("next.md", "Second"), "new")], [(first, "x")], []
    )
    assert found["first.md"] == "1"
    assert found["next.md"] != "1"


def resolve(pages: list[Review], target: str, source: str) -> str | None:
    resolver = Resolver()
    for number, page in enumerate(pages):
        resolver.add(number, page)
    found = resolver.resolve(target, source)
    return None if found is None else pages[found].path


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
    assert resolve(pages, target, source) == expected


def test_a_review_is_published_between_its_dates() -> None:
    page = review("a.md", date="2020-01-02", expiryDate="2021-01-01")
    moments = [datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 2, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)]
    assert [page.is_published(moment) for moment in moments] == [False, True, False]


def test_a_reference_from_the_root_of_a_content_that_lies_above_the_folder() -> None:
    pages = [review("2020/a.md", "A"), review("2021/a.md", "B"), review("x.md", "C")]
    assert resolve(pages, "/papers/2021/a.md", "x.md") == "2021/a.md"
    assert resolve(pages, "content/papers/2020/a", "x.md") == "2020/a.md"
    assert resolve(pages, "/papers/2022/a.md", "x.md") is None
