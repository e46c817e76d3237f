"""What ties the reviews on the shelf together, while they come and go."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.library.parse import parse_review
from bot.library.review import Review
from bot.library.shelf import Shelf
from tests.shared import review_file

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def review(path: str, *refs: str) -> Review:
    body = "T.\n\n<!--more-->\n\n" + " ".join(f'[x]({{{{< ref "{ref}" >}}}})' for ref in refs)
    found = parse_review(path, review_file(path, body).encode()).review
    assert found is not None
    return replace(found, key=f"key-{path}")


@pytest.fixture
def shelf() -> Shelf:
    made = Shelf()
    for page in (review("a.md", "b.md"), review("b.md", "c.md"), review("c.md", "b.md")):
        made.put(page)
    made.turn_to(NOW)
    return made


def citing(shelf: Shelf) -> list[str]:
    return [found.path for found in shelf.citing(review("b.md"))]


def test_who_refers_to_a_review_is_known_once_the_shelf_is_tied(shelf: Shelf) -> None:
    assert citing(shelf) == []
    shelf.tie()
    assert citing(shelf) == ["a.md", "c.md"]
    shelf.drop("a.md")
    assert citing(shelf) == []
    shelf.tie()
    assert citing(shelf) == ["c.md"]


def test_a_review_that_goes_while_the_shelf_is_tied_is_nowhere_afterwards(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = shelf._resolver.resolve

    def drop_meanwhile(target: str, source: str) -> int | None:
        found = resolve(target, source)
        shelf.drop("c.md")  # as the event loop does while a thread ties
        return found

    with monkeypatch.context() as patched:
        patched.setattr(shelf._resolver, "resolve", drop_meanwhile)
        shelf.tie()
    assert citing(shelf) == []  # not what was true before
    shelf.tie()
    assert citing(shelf) == ["a.md"]
    assert [problem.path for problem in shelf.broken_refs()] == ["b.md"]
