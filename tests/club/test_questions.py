"""Questions that are made from the words of a paper, or of the club's own review."""

import re
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.club.evidence import LONGEST as LONGEST_QUOTE
from bot.club.evidence import Evidence, read_evidence
from bot.club.questions import LEAST, LONGEST, MOST, Question, Role, ask, ask_again, role_of
from bot.papers.tex import readable_text
from bot.ui.text import escape

TITLE = "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks"
ABSTRACT = (
    "Neural network pruning techniques can reduce the parameter counts of trained networks by over 90%. We find that a "
    "standard pruning technique naturally uncovers subnetworks whose initializations made them capable of training. "
    'We articulate the "lottery ticket hypothesis": dense networks contain subnetworks that reach test accuracy. The '
    "winning tickets learn faster than the original network and reach higher test accuracy by 2.5 points. Our code is "
    "available at https://example.org. We propose $\\mathcal{O}(n^2)$ \\textbf{winning} tickets_of a *kind* for all of us."
)

pieces = st.sampled_from([
    "We show that the decision trees of $x_1^2$ grow", "by 30% over the baseline", "“quoted”", '"half', "the \\emph{new}",
    "\\begin{equation} a", "**bold**", "@everyone", "<@1>", "https://evil.example", "(open", "[x](y)", "# heading", "`code`",
    "decision trees", "Decision Trees", "e.g.", "et al.", "We propose CheckList,", "a model, and", "它", "\u202e", "\n\n", ".",
    ". ", "? ", "! ", ": ", "- item", "| a | b |", "We find that decision trees outperform the best forests", "10.", "{", "}",
])  # fmt: skip
texts = st.one_of(st.text(max_size=400), st.lists(pieces, max_size=30).map(" ".join))


def well_formed(question: Question) -> None:
    text = question.text
    assert text == text.strip()
    assert 10 <= len(text) <= LONGEST
    assert text[-1] in "?”."
    assert "?" in text
    assert text.isprintable()
    assert "“”" not in text
    assert "{}" not in text
    assert text.count("“") == text.count("”") <= 1
    assert not re.search(r"[\\{}$^_|<>*`#\[\]~]", text), "nothing of TeX or markdown"
    assert "://" not in text
    assert escape(text) == text, "it appears as it is written"
    quote = re.search("“(.*)”", text)
    if quote and quote[1][-1] in ".!":
        assert len(quote[1]) <= LONGEST_QUOTE
        assert quote[1][0].isupper() or quote[1][0].isdecimal(), "a sentence is whole"


@given(
    title=texts, abstract=texts, role=st.sampled_from(Role), year=st.none() | st.integers(1900, 2030), data=st.data()
)
def test_any_abstract_gives_well_formed_questions(
    title: str, abstract: str, role: Role, year: int | None, data: st.DataObject
) -> None:
    used = data.draw(st.dictionaries(st.sampled_from([f"{role}:{n}" for n in range(7)]), st.integers(1, 5)))
    asked = ask(read_evidence(title, abstract, year), role, used)
    assert 2 <= len(asked) <= 4
    for question in asked:
        well_formed(question)
    assert len({question.key for question in asked}) == len({question.text for question in asked}) == len(asked)


@given(title=texts, abstract=texts)
def test_what_is_quoted_are_the_words_of_the_paper(title: str, abstract: str) -> None:
    found = read_evidence(title, abstract)

    def plain(text: str) -> str:
        return re.sub(r"[\s\"“”‘’*_`\\]", "", readable_text(text))

    whole = plain(title) + plain(abstract)
    for piece in (*found.claims, *found.ideas, *found.figures, *found.comparisons, *found.terms, *found.names):
        assert plain(piece) in whole


def test_the_evidence_of_an_abstract_is_sorted_by_what_it_says() -> None:
    found = read_evidence(TITLE, ABSTRACT)
    assert found.claims == (
        "We find that a standard pruning technique naturally uncovers subnetworks whose initializations made them capable of training.",
    )
    assert found.comparisons == (
        "The winning tickets learn faster than the original network and reach higher test accuracy by 2.5 points.",
    )
    assert found.figures == found.comparisons
    assert found.ideas == (
        "We articulate the ‘lottery ticket hypothesis’: dense networks contain subnetworks that reach test accuracy.",
    )
    assert "lottery ticket hypothesis" in found.terms
    assert read_evidence("BERT: Pre-training", "").names == ("BERT",)
    assert read_evidence("What ChatGPT does", "We ask ChatGPT.").names == ("ChatGPT",)
    assert read_evidence("Attention: a survey", "").names == ()


def test_questions_ask_about_the_words_of_the_abstract() -> None:
    told = [question.text for question in ask(read_evidence(TITLE, ABSTRACT), Role.SCEPTIC, {})]
    assert told == [
        "“We find that a standard pruning technique naturally uncovers subnetworks whose initializations made them capable of training.” What would you have to see to believe the opposite?",
        "“The winning tickets learn faster than the original network and reach higher test accuracy by 2.5 points.” How much of that would be left if somebody else did it again, with other data?",
        "What exactly does “lottery ticket hypothesis” mean here, and does all of it hold if it means something slightly different?",
    ]


@given(st.sampled_from(Role), st.lists(st.sampled_from([Evidence(), read_evidence(TITLE, ABSTRACT)]), min_size=9))
def test_no_question_comes_again_before_all_were_used(role: Role, papers: list[Evidence]) -> None:
    used: Counter[str] = Counter()
    for paper in papers:
        used.update(question.key for question in ask(paper, role, used))
        assert max(used.values()) - min(used[f"{role}:{number}"] for number in range(7)) <= 1
    assert len(used) == 7


OWN = [f"Does part {number} of it hold?" for number in range(5)]
OPINIONS = ["We doubt that the comparison with the older parsers is a fair one."]


def test_a_review_is_asked_about_by_its_own_questions_each_before_any_again() -> None:
    used: Counter[str] = Counter()
    told: list[str] = []
    for _ in range(2):
        asked = ask_again(OWN, OPINIONS, "k1", used)
        told += [question.text for question in asked]
        used.update(question.key for question in asked)
    assert told == [*OWN, OWN[0]]
    assert not {question.key for question in ask_again(OWN, (), "k2", {})} & {*used}, "those of another review"


@pytest.mark.parametrize("own", [[], OWN[:1]])
def test_a_review_that_asks_little_is_asked_about_by_its_opinions(own: list[str]) -> None:
    asked = ask_again(own, OPINIONS, "k1", {})
    assert LEAST <= len(asked) <= MOST
    assert [question.text for question in asked][: len(own)] == own
    assert f"Our review says: “{OPINIONS[0]}” Do you still think so?" in [question.text for question in asked]
    assert len(ask_again(own, (), "k1", {})) >= LEAST


@given(st.dates(), st.integers(1, 52))
def test_roles_take_turns_whatever_the_rhythm(day: date, every: int) -> None:
    day = min(max(day, date(100, 1, 1)), date(9000, 1, 1))
    turns = [role_of(day + timedelta(weeks=every * turn), every) for turn in range(8)]
    assert {*turns[:4]} == {*Role}
    assert turns[:4] == turns[4:]
