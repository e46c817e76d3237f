"""The reviews that ship with the bot are what a club would write, and true to the format."""

import re

import pytest

from bot.demo import sample_reviews
from bot.library.check import check_folder
from bot.library.parse import parse_review
from tests.shared import SAMPLES, SHARED, needs_shared

REPORT = check_folder(SAMPLES)
FILES = [SAMPLES / review.path for review in REPORT.reviews]


def test_there_are_enough_and_nothing_is_wrong_with_them() -> None:
    assert len(REPORT.reviews) >= 14
    assert REPORT.problems == ()
    slugs = {review.slug for review in REPORT.reviews}
    assert {"primer_in_bertology_rogers", "stochastic_parrots_bender"} <= slugs


def test_they_come_in_the_shapes_that_clubs_use() -> None:
    heads = [file.read_text("utf-8")[:3] for file in FILES]
    assert heads.count("+++") > heads.count("---") >= 3
    assert any(review.path.endswith("/index.md") for review in REPORT.reviews)


@pytest.mark.parametrize("review", REPORT.reviews, ids=lambda review: review.slug)
def test_each_is_whole(review) -> None:  # type: ignore[no-untyped-def]
    text = (SAMPLES / review.path).read_text("utf-8")
    assert not review.draft
    assert review.date is not None
    assert review.authors
    assert review.tags
    assert review.categories == ("papers",)
    assert review.paper_ids, "the paper is known"
    assert review.links
    assert "<!--more-->" in text
    assert 30 <= len(review.teaser.split()) <= 90
    assert len(review.sections) >= 3
    assert text.count("?") >= 3, "it asks questions"


def test_most_link_to_others() -> None:
    linking = [review for review in REPORT.reviews if review.refs]
    assert len(linking) >= 12
    tags = [tag for review in REPORT.reviews for tag in review.tags]
    assert max(map(tags.count, tags)) >= 10


def test_the_demo_finds_them() -> None:
    assert sample_reviews() == SAMPLES


def _runs(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", re.sub(r"\(\S+\)|\{\{.*?\}\}", " ", text.lower()))
    return {tuple(words[i : i + length]) for i in range(len(words) - length)}


@needs_shared
def test_no_sentence_is_copied_from_other_peoples_reviews() -> None:
    others = [*(SHARED / "seed").glob("*.txt"), *(SHARED / "examples").rglob("*.md")]
    theirs = {
        run for file in others if (parsed := parse_review(file.name, file.read_bytes())) for run in _runs(parsed.body)
    }
    ours = {run for file in FILES for run in _runs(parse_review(file.name, file.read_bytes()).body)}
    authors = {run for review in REPORT.reviews for run in _runs(" ".join(review.authors))}
    assert not (ours & theirs) - authors
