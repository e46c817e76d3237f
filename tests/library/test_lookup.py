"""Names that people type."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.lookup import Found, NameIndex, NotFound, Several
from bot.library.parse import parse_review
from bot.library.review import Review
from bot.library.words import edit_distance, split_words
from tests.shared import review_file

TITLES = {
    "primer_rogers": ("A Primer in BERTology: What We Know About How BERT Works", ["Anna Rogers"], "2020-05-01"),
    "bert_devlin": ("BERT: Pre-training of Deep Bidirectional Transformers", ["Jacob Devlin"], "2019-01-01"),
    "attention_vaswani": ("Attention Is All You Need", ["Ashish Vaswani"], "2018-01-01"),
    "attention_jain": ("Attention is not Explanation", ["Sarthak Jain"], "2021-01-01"),
    "clair_lane": ("Éclair: Language Models That Listen", ["Zoë Müller-Lane"], "2022-01-01"),
    "zhuyi": ("注意力机制综述", ["王伟"], "2023-01-01"),
}


def review(slug: str, title: str, authors: list[str], day: str) -> Review:
    found = parse_review(f"{slug}.md", review_file(title, "Text.", authors=authors, date=day).encode()).review
    assert found is not None
    return replace(found, slug=slug, key=f"key{slug}")


@pytest.fixture
def index() -> NameIndex:
    made = NameIndex()
    for slug, (title, authors, day) in TITLES.items():
        made.add(review(slug, title, authors, day))
    return made


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("bert_devlin", "bert_devlin"),
        ("bert", "bert_devlin"),
        ("bertology", "primer_rogers"),
        ("BERTology primer", "primer_rogers"),
        ("rogers 2020", "primer_rogers"),
        ("primr bertolgy", "primer_rogers"),
        ("AIAYN", "attention_vaswani"),
        ("all you need", "attention_vaswani"),
        ("attention jain", "attention_jain"),
        ("eclair", "clair_lane"),
        ("muller", "clair_lane"),
        ("注意力", "zhuyi"),
        ("[Paper] Attention Is All You Need", "attention_vaswani"),
    ],
)
def test_a_name_finds_its_review(index: NameIndex, name: str, slug: str) -> None:
    match = index.find(name)
    assert isinstance(match, Found)
    assert match.review.slug == slug


@pytest.mark.parametrize("name", ["attention", "atention"])
def test_a_name_of_two_offers_both(index: NameIndex, name: str) -> None:
    match = index.find(name)
    assert isinstance(match, Several)
    assert {found.slug for found in match.reviews} == {"attention_vaswani", "attention_jain"}


@pytest.mark.parametrize(
    "name", ["quantum gravity", "bert for quantum gravity on mars", "2106.09685", "zzz", "", " ", "?", "the of a"]
)
def test_what_is_not_there_is_never_answered_with_confidence(index: NameIndex, name: str) -> None:
    assert not isinstance(index.find(name), Found)


def test_a_poor_name_offers_the_nearest(index: NameIndex) -> None:
    match = index.find("bertology of fishes")
    assert isinstance(match, NotFound)
    assert match.nearest[0].slug == "primer_rogers"


def test_what_is_typed_is_completed_from_the_first_letter(index: NameIndex) -> None:
    assert index.suggest("e")[0].slug == "clair_lane"
    assert index.suggest("bert")[0].slug == "bert_devlin"
    assert [found.slug for found in index.suggest("")][:2] == ["zhuyi", "clair_lane"]
    assert len(index.suggest("", limit=3)) == 3


def test_a_removed_review_leaves_nothing_behind(index: NameIndex) -> None:
    for slug, (title, authors, day) in TITLES.items():
        index.remove(review(slug, title, authors, day).key)
    index.remove("unknown")
    assert len(index) == 0
    assert not index._holders
    assert not index._names
    assert not index._deletes
    assert index.find("bert") == NotFound(())
    assert index.suggest("") == []


def test_adding_a_review_again_replaces_it(index: NameIndex) -> None:
    old = review("bert_devlin", *TITLES["bert_devlin"])
    index.add(replace(old, name="Renamed thing"))
    assert len(index) == len(TITLES)
    match = index.find("renamed")
    assert isinstance(match, Found)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    made = NameIndex()
    made.add(review("bert_devlin", *TITLES["bert_devlin"]))
    made.find(text)
    made.suggest(text)


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_the_distance_is_that_of_optimal_string_alignment(a: str, b: str) -> None:
    distance = edit_distance(a, b, 8)
    assert distance == edit_distance(b, a, 8)
    assert (distance == 0) == (a == b)
    assert distance <= max(len(a), len(b))
    assert edit_distance(a, b, 1) == min(distance, 2)


def test_a_swap_is_one_edit() -> None:
    assert edit_distance("lwas", "laws", 2) == 1
    assert edit_distance("kitten", "sitting", 5) == 3


def test_words() -> None:
    assert split_words("Éclair's GPT-4, ２０２０") == ["eclair", "s", "gpt", "4", "2020"]
    assert split_words("BERT注意力") == ["bert", "注", "意", "力", "注意", "意力"]


def test_nineteen_of_twenty_mistyped_titles_are_found_first(index: NameIndex) -> None:
    rng = random.Random(7)
    names = [title for title, *_ in TITLES.values() if title.isascii()]
    right = 0
    for number in range(200):
        title = names[number % len(names)]
        place = rng.randrange(1, len(title) - 1)
        typo = rng.choice([title[:place] + title[place + 1 :], title[:place] + "x" + title[place:]])
        match = index.find(typo)
        right += isinstance(match, Found) and match.review.name == title
    assert right >= 190
