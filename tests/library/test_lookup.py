"""Names that people type."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.library.lookup import Found, NotFound, Several
from bot.library.parse import parse_review
from bot.library.review import Review
from bot.library.shelf import Shelf
from bot.library.vocabulary import Vocabulary
from bot.library.words import split_words
from bot.papers.identifiers import PaperId
from tests.shared import review_file

PAPERS = {"lottery_frankle": (PaperId("arxiv", "1803.03635"),)}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TITLES = {
    "primer_rogers": ("A Primer in BERTology: What We Know About How BERT Works", ["Anna Rogers"], "2020-05-01"),
    "bert_devlin": ("BERT: Pre-training of Deep Bidirectional Transformers", ["Jacob Devlin"], "2019-01-01"),
    "attention_vaswani": ("Attention Is All You Need", ["Ashish Vaswani"], "2018-01-01"),
    "attention_jain": ("Attention is not Explanation", ["Sarthak Jain"], "2021-01-01"),
    "clair_lane": ("Éclair: Language Models That Listen", ["Zoë Müller-Lane"], "2022-01-01"),
    "zhuyi": ("注意力机制综述", ["王伟"], "2023-01-01"),
}
MORE = {
    "hardware_hooker": ("The Hardware Lottery", ["Sara Hooker"], "2021-02-01"),
    "lottery_frankle": ("The Lottery Ticket Hypothesis: Finding Sparse Networks", ["Jonathan Frankle"], "2020-02-01"),
    "palm": ("PaLM", ["Aakanksha Chowdhery"], "2022-05-01"),
    "nmt": ("Google's Neural Machine Translation System", ["Yonghui Wu"], "2017-02-01"),
    "multilingual": ("Google's Multilingual Neural Machine Translation System", ["Melvin Johnson"], "2018-02-01"),
    "continual_t0": ("Continual-T0: Instructing Fifty Tasks", ["Thomas Scialom"], "2022-09-01"),
    "alphatensor": ("AlphaTensor: Faster Multiplication", ["Alhussein Fawzi"], "2023-02-01"),
    "show_dodge": ("Show Your Work", ["Jesse Dodge", "Dallas Card"], "2020-03-01"),
    "laws_kaplan": ("Scaling Laws for Language Models", ["Jared Kaplan"], "2020-07-01"),
    "laws_transfer": ("Scaling Laws for Transfer", ["Danny Hernandez"], "2021-07-01"),
    "beyond": ("Beyond a Neural Scaling Law", ["Ben Sorscher"], "2023-07-01"),
}


def review(slug: str, title: str, authors: list[str], day: str) -> Review:
    found = parse_review(f"{slug}.md", review_file(title, "Text.", authors=authors, date=day).encode()).review
    assert found is not None
    return replace(found, slug=slug, key=f"key{slug}")


@pytest.fixture
def index() -> Shelf:
    made = Shelf()
    for slug, (title, authors, day) in TITLES.items():
        made.put(review(slug, title, authors, day))
    made.turn_to(NOW)
    return made


@pytest.fixture
def library(index: Shelf) -> Shelf:
    for slug, (title, authors, day) in MORE.items():
        index.put(replace(review(slug, title, authors, day), paper_ids=PAPERS.get(slug, ())))
    index.turn_to(NOW)
    return index


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("the lottery", "lottery_frankle"),  # begins so, though it is the longer title
        ("lottery t", "lottery_frankle"),
        ("google's n", "nmt"),
        ("googles neural machine translation syste", "nmt"),
        ("attention is n", "attention_jain"),
        ("scaling laws for tr", "laws_transfer"),
        ("LTH", "lottery_frankle"),  # of the part before the colon
        ("TLTH", "lottery_frankle"),
        ("gnmt", "nmt"),
        ("aiay", "attention_vaswani"),
        ("ct0", "continual_t0"),
        ("apha tensor", "alphatensor"),
        ("the bert paper", "bert_devlin"),
        ("vaswani2018attention", "attention_vaswani"),
        ("arxiv.org/abs/1803.03635", "lottery_frankle"),
        ("https://arxiv.org/pdf/1803.03635v2", "lottery_frankle"),
        ("[1803.03635]", "lottery_frankle"),
        ("arXiv:1803.03635v1 [cs.LG]", "lottery_frankle"),
        ("the one in 1803.03635v5.pdf", "lottery_frankle"),
        ("https://doi.org/10.48550/arXiv.1803.03635 (Frankle)", "lottery_frankle"),
    ],
)
def test_what_begins_so_or_is_called_so_comes_first(library: Shelf, typed: str, slug: str) -> None:
    assert library.suggest(typed, 25)[0].slug == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Devlin et al., 2019", "bert_devlin"),
        ("[1803.03635] The Lottery Ticket Hypothesis", "lottery_frankle"),
        ("Google's Neural Machine Translation System - ACL Anthology", "nmt"),
        ("https://club.example.org/papers/laws_kaplan/", "laws_kaplan"),
        ("attention is n", "attention_jain"),
        ("the lottery tick", "lottery_frankle"),
    ],
)
def test_a_name_that_was_pasted_finds_its_review(library: Shelf, name: str, slug: str) -> None:
    match = library.find(name)
    assert isinstance(match, Found)
    assert match.review.slug == slug


@pytest.mark.parametrize("name", ["DALL-E", "palm 2", "memory", "https://example.org/lottery", "sho"])
def test_another_paper_of_a_name_like_it_is_asked_about(library: Shelf, name: str) -> None:
    assert isinstance(library.find(name), NotFound)


def test_singular_and_plural_are_as_good(library: Shelf) -> None:
    match = library.find("scaling law")
    assert isinstance(match, Several)
    assert {found.slug for found in match.reviews} == {"laws_kaplan", "laws_transfer", "beyond"}


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
def test_a_name_finds_its_review(index: Shelf, name: str, slug: str) -> None:
    match = index.find(name)
    assert isinstance(match, Found)
    assert match.review.slug == slug


@pytest.mark.parametrize("name", ["attention", "atention"])
def test_a_name_of_two_offers_both(index: Shelf, name: str) -> None:
    match = index.find(name)
    assert isinstance(match, Several)
    assert {found.slug for found in match.reviews} == {"attention_vaswani", "attention_jain"}


@pytest.mark.parametrize(
    "name", ["quantum gravity", "bert for quantum gravity on mars", "2106.09685", "zzz", "", " ", "?", "the of a"]
)
def test_what_is_not_there_is_never_answered_with_confidence(index: Shelf, name: str) -> None:
    assert not isinstance(index.find(name), Found)


def test_a_poor_name_offers_the_nearest(index: Shelf) -> None:
    match = index.find("bertology of fishes")
    assert isinstance(match, NotFound)
    assert match.nearest[0].slug == "primer_rogers"


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("languagemod", "clair_lane"),  # joined, and not finished
        ("attentionisall", "attention_vaswani"),
        ("pretraining bert", "bert_devlin"),  # the title has a hyphen
        ("bert ology", "primer_rogers"),  # torn
        ("bidirecitonal transfo", "bert_devlin"),
        ("explnat", "attention_jain"),  # a typo in what is not finished
        ("attention explanation of the", "attention_jain"),
        ("the primer paper about bert", "primer_rogers"),
        ("ÁTTÉNTION éxplanation", "attention_jain"),
        ("注意力机", "zhuyi"),
        ("wwktm", ""),
        ("apibwwkahbw", "primer_rogers"),
        ("devln 2019", "bert_devlin"),
    ],
)
def test_a_name_is_completed_however_it_is_typed(index: Shelf, typed: str, slug: str) -> None:
    assert [title.slug for title in index.suggest(typed, 25)][:1] == ([slug] if slug else [])


@pytest.mark.parametrize("name", ["attention is all you want from gravity", "bert for vision", "protention"])
def test_a_name_with_a_word_that_is_not_there_is_asked_about(index: Shelf, name: str) -> None:
    assert not isinstance(index.find(name), Found)


def test_what_is_typed_is_completed_from_the_first_letter(index: Shelf) -> None:
    assert index.suggest("e", 25)[0].slug == "clair_lane"
    assert index.suggest("bert", 25)[0].slug == "bert_devlin"
    assert [found.slug for found in index.suggest("", 25)][:2] == ["zhuyi", "clair_lane"]
    assert len(index.suggest("", 3)) == 3


def test_a_removed_review_leaves_nothing_behind(index: Shelf) -> None:
    for slug in TITLES:
        index.drop(f"{slug}.md")
    index.drop("unknown.md")
    index.turn_to(NOW)
    assert len(index) == 0
    for postings in (
        index._names._holders,
        index._names._names,
        index._names._papers,
        index._facets._authors,
        index._facets._tags,
    ):
        assert len(postings) == 0
    assert index._names._vocabulary.beginning_with("", 9) == []
    assert index.find("bert") == NotFound(())
    assert index.suggest("", 25) == []


def test_putting_a_review_again_replaces_it(index: Shelf) -> None:
    old = review("bert_devlin", *TITLES["bert_devlin"])
    index.put(replace(old, name="Renamed thing"))
    index.turn_to(NOW)
    assert len(index) == len(TITLES)
    match = index.find("renamed")
    assert isinstance(match, Found)


def test_reviews_come_and_go_in_any_order_and_the_rest_is_found_as_if_put_there_at_once() -> None:
    chance = random.Random(3)
    reviews = [review(slug, *rest) for slug, rest in TITLES.items()]
    made, there = Shelf(), set[str]()
    for _ in range(60):
        page = chance.choice(reviews)
        if chance.random() < 0.4:
            made.drop(page.path)
            there.discard(page.path)
        else:
            made.put(page)
            there.add(page.path)
        if chance.random() < 0.5:
            made.turn_to(NOW)
    made.turn_to(NOW)
    again = Shelf()
    for page in reviews:
        if page.path in there:
            again.put(page)
    again.turn_to(NOW)
    assert 0 < len(again) < len(TITLES)
    for text in ["", "a", "bert", "atention", "2019", "lane", "意"]:
        assert made.suggest(text, 25) == again.suggest(text, 25)
    assert made.authors("", 25) == again.authors("", 25)


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    made = Shelf()
    made.put(review("bert_devlin", *TITLES["bert_devlin"]))
    made.turn_to(NOW)
    made.find(text)
    made.suggest(text, 25)


@given(st.text("abcd", min_size=4, max_size=9), st.integers(0, 8), st.sampled_from("abcdx"), st.integers(0, 3))
def test_every_word_one_edit_away_is_found(word: str, place: int, letter: str, kind: int) -> None:
    place %= len(word)
    swapped = word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
    typo = [
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place + 1 :],
        swapped,
    ][kind]
    vocabulary = Vocabulary()
    for known in {word, "zzzz", "abcdabcdabcd"}:
        vocabulary.add(known)
    if len(typo) >= 4 and typo != word:
        assert word in vocabulary.one_edit_from(typo)


def test_words() -> None:
    assert split_words("Éclair's GPT-4, ２０２０") == ["eclair", "s", "gpt", "4", "2020"]
    assert split_words("BERT注意力") == ["bert", "注", "意", "力", "注意", "意力"]


def test_nineteen_of_twenty_mistyped_titles_are_found_first(index: Shelf) -> None:
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


@pytest.mark.parametrize(
    ("name", "title", "authors"),
    [
        (
            "Datasheets for Datasets",
            "Generative Models for Decentralized Datasets",
            ["Sean Augenstein"],
        ),  # one word, not two
        ("Zhang understanding", "Pre-training for Language Understanding", ["Ming-Wei Chang"]),
        ("sentence classification", "Connectionist Temporal Classification: Sequence Data", ["Alex Graves"]),
    ],
)
def test_words_that_a_typo_may_mean_do_not_decide_alone(
    index: Shelf, name: str, title: str, authors: list[str]
) -> None:
    index.put(review("other", title, authors, "2020-01-01"))
    index.turn_to(NOW)
    match = index.find(name)
    assert isinstance(match, NotFound)
    assert "other" in {near.slug for near in match.nearest}
