"""Which papers are said to be withdrawn."""

import time

import pytest

from bot.papers.withdrawal import is_withdrawn


@pytest.mark.parametrize(
    "notice",
    [
        "This paper has been withdrawn",
        "This paper has been withdrawn by the author due to an error in Lemma 2.",
        "The paper has been temporarily withdrawn by the authors.",
        "This article is withdrawn because of a mistake",
        "THIS SUBMISSION HAS BEEN WITHDRAWN BY ARXIV ADMINISTRATORS",
        "12 pages. This manuscript was withdrawn by its author",
        "This arXiv preprint has been withdrawn from arXiv",
        "The authors have withdrawn this paper",
        "We withdraw this paper, since its main claim is wrong.",
        "I have withdrawn my article.",
        "The author hereby withdraws the present manuscript",
        "The current version of this paper has been withdrawn by the author.",
        "Author withdrew paper due to an error in proof",
        "We have decided to withdraw this paper",
        "Unfortunately, the paper had to be withdrawn.",
    ],
)
def test_a_notice_stands_in_the_comment_or_the_abstract(notice: str) -> None:
    assert is_withdrawn("We fold boats.", notice)
    assert is_withdrawn(notice, "")
    assert is_withdrawn(f"We fold boats. {notice}", "12 pages")


@pytest.mark.parametrize(
    "comment",
    ["Withdrawn", "withdrawn by the author", "Paper withdrawn due to an error", "10 pages; withdrawn.",
     "24 pages, withdrawn",
     "Withdrawn: see the new version", "(withdrawn)", "arXiv admin note: submission has been withdrawn by arXiv administrators"],
)  # fmt: skip
def test_a_comment_may_be_short(comment: str) -> None:
    assert is_withdrawn("We fold boats.", comment)


def test_an_abstract_may_be_nothing_but_the_word() -> None:
    assert is_withdrawn("Withdrawn.", "")
    assert is_withdrawn("Withdrawn by the authors.", "")
    assert is_withdrawn("Paper withdrawn by arXiv", "")
    assert is_withdrawn("Withdrawn due to a crucial error in Theorem 1", "")
    assert is_withdrawn("WITHDRAWN: see the comments", "")
    assert is_withdrawn("[Withdrawn] We fold boats.", "")


@pytest.mark.parametrize(
    "abstract",
    [
        "Withdrawn drugs are a test of models of toxicity.",
        "Withdrawn due to its toxicity, the drug is still studied.",
        "Withdrawn by its maker in 2004, the drug is still studied.",
        "We study papers that were withdrawn by their authors.",
        "Water is withdrawn from rivers. This paper measures how much.",
        "This paper studies what happens when consent has been withdrawn.",
        "We show that the earlier claim has been withdrawn.",
        "This paper models how cash is withdrawn by customers.",
        "A version of this paper was withdrawn from a workshop.",
    ],
)
def test_the_word_in_an_abstract_may_be_about_something_else(abstract: str) -> None:
    assert not is_withdrawn(abstract, "12 pages")


@pytest.mark.parametrize(
    "comment",
    [
        "12 pages, 3 figures",
        "Withdrawn from BoatConf 2020 to be extended",
        "This paper was withdrawn from BoatConf 2020",
        "Supersedes arXiv:2002.12327, which has been withdrawn",
        "Replaces a paper that we have withdrawn",
        "An earlier version of this paper was withdrawn",
        "Theorem 3 of the previous version has been withdrawn",
        "A list of withdrawn drugs is attached",
        "Not withdrawn",
        "Accepted, but withdrawn from BoatConf",
        "The code of this paper was withdrawn",
    ],
)
def test_the_word_in_a_comment_may_be_about_something_else(comment: str) -> None:
    assert not is_withdrawn("We fold boats.", comment)


def test_long_texts_take_no_long_time() -> None:
    begin = time.perf_counter()
    for piece in ("this paper has been ", "withdrawn ", "paper ", "(a ", "the authors have withdrawn this "):
        is_withdrawn(piece * 20_000 + "withdrawn", piece * 20_000 + "withdrawn")
    assert time.perf_counter() - begin < 2
