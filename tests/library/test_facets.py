from bot.library.facets import Facets, Filter
from bot.library.review import Review


def review(number: int, *authors: str) -> Review:
    return Review(key="", path=f"{number}.md", slug="", url_path="", title="", name="", authors=authors)


def test_authors_come_by_the_number_of_their_reviews_and_then_by_name() -> None:
    facets = Facets()
    reviews = [review(0, "Zoé", "Ada"), review(1, "Zoé", "Bob"), review(2, "Zoé", "Bob"), review(3, "Cid")]
    for number, one in enumerate(reviews):
        facets.add(number, one)
    assert facets.authors("", 10) == ["Zoé", "Bob", "Ada", "Cid"]
    assert facets.authors("", 3) == ["Zoé", "Bob", "Ada"]
    assert facets.authors("zoe", 10) == ["Zoé"]
    facets.remove(1, reviews[1])
    facets.remove(2, reviews[2])
    assert facets.authors("", 10) == ["Ada", "Cid", "Zoé"]


def test_a_filter_by_author_admits_every_review_of_whoever_fits() -> None:
    facets = Facets()
    for number, one in enumerate([review(0, "Zoé", "Ada"), review(1, "Zoé"), review(2, "Bob"), review(3, "Ada B")]):
        facets.add(number, one)
    assert facets.select(Filter(author="zoe")) == {0, 1}
    assert facets.select(Filter(author="b")) == {2, 3}
    assert facets.select(Filter(author="nobody")) == set()
