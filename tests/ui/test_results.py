"""What a search says that it found."""

import pytest

from bot.library.library import Hit, Results
from bot.library.review import Review
from bot.library.searching import Matches
from bot.library.snippets import Snippet
from bot.ui.cards import View
from bot.ui.mentions import Mentions
from bot.ui.results import nothing_found, results_page

REVIEW = Review(key="k", path="a.md", slug="a", url_path="", title="A", name="A")
HIT = Hit(REVIEW, Snippet((("One ", False), ("hit", True))))


def text(view: View) -> str:
    return "\n".join(part.content for part in view.walk_children() if hasattr(part, "content"))


def found(*, unsearched: int = 0, partial: bool = False, more: bool = False, hits: int = 1) -> Results:
    return Results(Matches((), ("a.md",) * hits, partial=partial, more=more), (HIT,) * min(hits, 1), 0, 1, unsearched)


@pytest.mark.parametrize(
    ("results", "heading"),
    [(found(), "### 1 review for “hit”\n"), (found(hits=100, more=True), "### 100+ reviews for “hit”\n")],
)
def test_the_heading_counts_what_was_found(results: Results, heading: str) -> None:
    assert (text(results_page("hit", "hit", results)) + "\n").startswith(heading)


@pytest.mark.parametrize(
    ("unsearched", "said"),
    [(0, ""), (1, "1 review is still to be indexed"), (1_200, "1,200 reviews are still to be indexed")],
)
def test_it_is_said_how_many_reviews_cannot_be_searched_yet(unsearched: int, said: str) -> None:
    for page in (
        results_page("hit", "hit", found(unsearched=unsearched)),
        nothing_found("hit", found(unsearched=unsearched, hits=0), [], Mentions()),
    ):
        assert said in text(page)
        assert bool(said) == ("still to be indexed" in text(page))


def test_only_where_something_was_found_is_it_said_that_it_holds_but_a_part() -> None:
    assert "No review holds all of it" in text(results_page("hit", "hit", found(partial=True)))
    assert "No review holds" not in text(results_page("hit", "hit", found()))
    assert "No review holds all of it" not in text(nothing_found("hit", found(partial=True, hits=0), [], Mentions()))
