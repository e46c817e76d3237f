"""The addresses of pages, each as Hugo 0.168 gives it."""

import pytest

from bot.library.frontmatter import Value
from bot.library.permalinks import url_path
from bot.library.site import Site


@pytest.mark.parametrize(
    ("path", "metadata", "expected"),
    [
        ("papers/bert.md", {}, "/papers/bert/"),
        ("papers/Mixed Case Über & Co's (v2)+a_b.c.md", {}, "/papers/mixed-case-über--cos-v2+a_b.c/"),
        ("papers/leaf/index.md", {}, "/papers/leaf/"),
        ("papers/leaf/index.md", {"slug": "Ünï Slug"}, "/papers/ünï-slug/"),
        ("papers/bert.md", {"slug": "My Slug"}, "/papers/my-slug/"),
        ("papers/bert.md", {"slug": "x", "url": "/a/Custom/"}, "/a/Custom/"),
        ("papers/bert.md", {"slug": "My Slug & Co."}, "/papers/my-slug-co./"),
        ("papers/bert.en.md", {}, "/papers/bert/"),
        ("papers/bert.fr.md", {}, "/papers/bert.fr/"),
        ("papers/bert.md", {"url": "foo/Bar.html"}, "/foo/Bar.html"),
        ("papers/bert.md", {"url": "https://arxiv.org/abs/1"}, "/papers/bert/"),
        ("index.md", {}, "/"),
    ],
)
def test_the_address_of_a_page(path: str, metadata: dict[str, Value], expected: str) -> None:
    assert url_path(path, metadata, Site())[0] == expected
