"""The draft of the next review: it loads again as it was meant, and looks like those that the club has."""

import json
import re
import shutil
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.club.recap import Draft, Facts, draft, guess_tags
from bot.library.check import Report, check_folder
from bot.library.frontmatter import parse_document
from bot.library.hugo import fold_term
from bot.library.keys import FieldStyle
from bot.library.manner import DateForm, LinkForm, Manner, RefForm, read_manner
from bot.library.outline import find_headings
from bot.library.parse import parse_review, without_prefix
from bot.library.review import Link, Review
from bot.library.style import Style, learn_style, load_style, newest
from bot.library.writing import one_line
from bot.papers.identifiers import PaperId
from tests.library.hugo_site import differences, hugo_pages
from tests.nasty import nasty_texts
from tests.shared import SAMPLES, SHARED, needs_shared, write_reviews

NOW = datetime(2026, 3, 5, 19, 30, tzinfo=timezone(timedelta(hours=1)))
TOML, YAML = SHARED / "examples" / "hugo-toml" / "papers", SHARED / "examples" / "hugo-yaml" / "paper"
LIBRARIES = [
    pytest.param(SAMPLES, id="samples"),
    pytest.param(TOML, id="hugo-toml", marks=needs_shared),
    pytest.param(YAML, id="hugo-yaml", marks=needs_shared),
]
ARXIV, DOI = PaperId("arxiv", "2108.07258"), PaperId("doi", "10.1145/3442188.3445922")
ACL, OPENREVIEW = PaperId("acl", "2020.tacl-1.54"), PaperId("openreview", "nZeVKeeFYf9")
FACTS = Facts(
    "On the Opportunities and Risks of Foundation Models",
    ("Rishi Bommasani", "Drew A. Hudson", "Percy Liang"),
    (ARXIV,),
    held_at=NOW,
    abstract="AI is undergoing a paradigm shift. We call these models foundation models. " + "This goes on. " * 50,
    questions=("Who decides what a foundation is?", "What is *it* good for?"),
    lines=("It reads like a manifesto.",),
)


@cache
def report_of(root: Path) -> Report:
    return check_folder(root)


@cache
def style_of(root: Path) -> Style:
    return load_style(root, report_of(root).reviews)


def facts_about(review: Review) -> Facts:
    """Give what the club knew of the paper of a review before it was written."""
    known = {paper.url for paper in review.paper_ids}
    links = tuple(link for link in review.links if link.url not in known)
    return Facts(review.name, review.authors, review.paper_ids, links, review.date, "We do it.", review.tags)


def read(written: Draft) -> Review:
    """Load a draft with the library's own parser, which must find nothing wrong with it."""
    parsed = parse_review(written.path, written.text.encode())
    assert parsed.problems == ()
    assert parsed.review
    return parsed.review


# --- what it says ---------------------------------------------------------------------------------

STYLES = [
    Style(),
    replace(Style(), form="yaml", crlf=True, tight=True, order=("text", "more", "authors", "links"), authors_last=", and "),
    replace(
        Style(),
        form="yaml",
        fields=tuple(replace(field, quote="", spread="  - ") for field in Style().fields),
        prefix="",
        date=DateForm("%Y-%m-%d %H:%M:%S ", "+"),
        width=72,
        math="",
    ),
    replace(
        Style(),
        form="json",
        date=DateForm("%Y-%m-%dT%H:%M:%S", "Z"),
        order=("text",),
        headings=(),
        lower=True,
        math=r"`\(",
        fields=(*Style().fields, FieldStyle("paper", "link"), FieldStyle("arxiv", "id", scheme="arxiv")),
    ),
    replace(Style(), fields=tuple(replace(field, quote="'") for field in Style().fields), order=("links", "text")),
    replace(Style(), link=LinkForm("Paper:", " ", bare=True), links=LinkForm("Paper:", " ", bare=True), bullet=" * "),
]  # fmt: skip
TEXTS = st.lists(nasty_texts(), max_size=3).map(tuple)


@settings(max_examples=200)
@given(
    st.sampled_from(STYLES),
    st.builds(
        Facts,
        nasty_texts(),
        TEXTS,
        st.lists(st.sampled_from([ARXIV, DOI, ACL, OPENREVIEW]), min_size=1, unique=True).map(tuple),
        held_at=st.none() | st.integers(0, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        abstract=nasty_texts(),
        tags=TEXTS,
        questions=TEXTS,
        lines=TEXTS,
    ),
)
@example(Style(), Facts("", (), (ARXIV,)))
@example(STYLES[2], Facts("A", (), (ARXIV,), abstract="Authors: " * 400))
@example(STYLES[2], Facts("A", (), (ARXIV,), questions=("long question " * 20, " ", "-")))
def test_whatever_it_is_told_it_loads_again_as_it_was_given(style: Style, facts: Facts) -> None:
    written = draft(style, facts, NOW)
    review, body = read(written), parse_document(written.text.replace("\r\n", "\n")).body
    title = (style.prefix + (one_line(facts.title) or str(facts.ids[0]))).strip()
    assert review.title == title[:1_000]
    assert parse_document(written.text.replace("\r\n", "\n")).metadata["title"] == title
    assert review.draft
    assert review.authors == tuple(filter(None, map(one_line, facts.authors)))
    tags = ["reading club", *filter(None, map(one_line, facts.tags))]
    assert list(review.tags) == [tag for n, tag in enumerate(tags) if fold_term(tag) not in map(fold_term, tags[:n])]
    assert review.categories == ("papers",)
    moment = (facts.held_at or NOW).replace(microsecond=0)
    assert review.date == (moment if "%H" in style.date.pattern else datetime(*moment.timetuple()[:3], tzinfo=UTC))
    named = {ARXIV} & set(facts.ids) if style.form == "json" else set(facts.ids)  # one field names one paper
    assert review.paper_ids
    assert named <= set(review.paper_ids) <= set(facts.ids)
    assert body.count("<!--more-->") == ("more" in style.order)
    expected = list(style.headings)
    if not expected:
        expected = ["our thoughts"] * any(map(one_line, facts.lines))
        expected += ["questions"] * any(map(one_line, facts.questions))
    assert [heading.title for heading in find_headings(body)] == expected
    assert [section.title for section in review.sections if section.title] == expected
    assert review.refs == ()
    assert not re.search(r"\{\{[<%]|\{%", body)
    assert not re.search(r"<(?!!--(?:more-->| [A-Z][^<>]* -->))", body.replace("\\<", ""))
    assert ("\r\n" in written.text) == style.crlf


def test_it_names_what_was_asked_and_said_and_leads_to_related_reviews() -> None:
    related = report_of(SAMPLES).reviews[:2]
    written = draft(Style(), replace(FACTS, related=related), NOW)
    assert written.path == "opportunities_and_risks_bommasani.md"
    assert written.text == (
        '+++\ntitle = "[Paper] On the Opportunities and Risks of Foundation Models"\ncategories = ["papers"]\n'
        'tags = ["reading club"]\ndate = 2026-03-05\ndraft = true\n'
        'authors = ["Rishi Bommasani", "Drew A. Hudson", "Percy Liang"]\n+++\n\n'
        "<!-- Say in your own words what the paper is about. -->\n\n"
        "From the abstract: AI is undergoing a paradigm shift. We call these models foundation models."
        + " This goes on."
        * 30
        + "\n\n<!--more-->\n\n**Link**: [arXiv](https://arxiv.org/abs/2108.07258)\n\n"
        "## Background\n\n<!-- What is the paper about, and why did we read it? -->\n\n"
        'See also [Attention Is All You Need]({{< ref "attention_is_all_you_need_vaswani.md" >}}) and '
        '[Attention is not Explanation]({{< ref "attention_is_not_explanation_jain.md" >}}).\n\n'
        "## What they did\n\n<!-- To be written. -->\n\n## What they found\n\n<!-- To be written. -->\n\n"
        "## Our thoughts\n\n<!-- Said by members who may be quoted. -->\n\n> It reads like a manifesto.\n\n"
        "## Questions for the club\n\n- Who decides what a foundation is?\n- What is \\*it\\* good for?\n"
    )


def test_without_a_meeting_it_bears_the_date_of_today_and_nothing_is_made_up() -> None:
    written = draft(Style(), Facts("A study", ids=(ARXIV, OPENREVIEW)), NOW)
    review = read(written)
    assert review.date == datetime(2026, 3, 5, tzinfo=UTC)
    assert review.authors == ()
    assert "From the abstract" not in written.text
    assert [link.text for link in review.links] == ["arXiv", "OpenReview"]
    assert "**Links**: [arXiv]" in written.text


def test_what_is_still_to_be_written_is_shown_by_no_page() -> None:
    body = parse_document(draft(Style(), Facts("A study", ids=(ARXIV,)), NOW).text).body
    shown = re.sub(r"<!-- [^<>]* -->", "", body)
    assert [line for line in shown.split("\n") if line] == [
        "<!--more-->",
        "**Link**: [arXiv](https://arxiv.org/abs/2108.07258)",
        *(f"## {title}" for title in Style().headings),
    ]


def test_tags_are_those_that_related_reviews_share() -> None:
    about = [replace(review, tags=tags) for review, tags in zip(report_of(SAMPLES).reviews, (
        ("reading club", "Ethics", "odd"), ("Reading Club", "ethics", "scaling"), ("scaling", "ethics")), strict=False)]  # fmt: skip
    assert guess_tags(about, ["reading-club"]) == ("Ethics", "scaling")
    assert read(draft(Style(), replace(FACTS, related=tuple(about)), NOW)).tags == ("reading club", "Ethics", "scaling")
    assert read(draft(Style(), replace(FACTS, related=tuple(about), tags=("own",)), NOW)).tags == (
        "reading club",
        "own",
    )


def test_formulas_bring_the_keys_that_the_club_sets_for_them() -> None:
    style = replace(Style(), math_fields=(FieldStyle("math", "constant", text="true"),))
    assert "\nmath = true\n" in draft(style, replace(FACTS, abstract="Let $x^2$ be."), NOW).text
    assert "math = " not in draft(style, replace(FACTS, abstract="Let it be."), NOW).text


@pytest.mark.parametrize(
    ("ref", "expected"),
    [
        (RefForm(), '{{< ref "b.md" >}}'),
        (RefForm("relref", extension=False), '{{< relref "b" >}}'),
        (RefForm(place="folder"), '{{< ref "papers/b.md" >}}'),
        (RefForm("ref", "%", "", "root", extension=False), "{{% ref /papers/b %}}"),
    ],
)
def test_references_are_written_as_the_club_writes_them_and_lead_there(
    tmp_path: Path, ref: RefForm, expected: str
) -> None:
    write_reviews(
        tmp_path, {"papers/b.md": "+++\ntitle = 'B'\n+++\nB.\n", "papers/c/index.md": "+++\ntitle = 'C'\n+++\nC.\n"}
    )
    style = replace(Style(), ref=ref, name=replace(Style().name, folder="papers"))
    written = draft(style, replace(FACTS, related=check_folder(tmp_path).reviews), NOW)
    assert f"[B]({expected})" in written.text
    write_reviews(tmp_path, {written.path: written.text})
    report = check_folder(tmp_path)
    assert report.problems == ()
    assert sum(len(review.refs) for review in report.reviews) == 2


@pytest.mark.parametrize(
    ("title", "authors", "changes", "expected"),
    [
        ("BERT: Pre-training of Deep Transformers", ("Jacob Devlin",), {}, "bert_pre_devlin.md"),
        ("Model Cards: a study", ("Hal Daumé III",), {}, "model_cards_iii.md"),
        ("The Łódź Übung", ("Łukasz O'Neil-Großmann",), {}, "lodz_ubung_grossmann.md"),
        ("注意力机制", ("李",), {}, "注意力机制_李.md"),
        ("???", (), {}, "review.md"),
        ("Search", (), {"author": ""}, "review_search.md"),
        ("A study", ("A B", "C D"), {"author": "last", "dated": "-", "separator": "-"}, "2026-03-05-study-d.md"),
        ("A study", ("A B",), {"bundle": True, "folder": "papers/{year}/{month}"}, "papers/2026/03/study_b/index.md"),
        ("../../etc/passwd", ("x/y",), {}, "etc_passwd_y.md"),
        ("Taken already", ("A B",), {}, "taken_already_b_2.md"),
    ],
)  # fmt: skip
def test_the_file_is_called_as_the_others_are(
    title: str, authors: tuple[str, ...], changes: dict[str, Any], expected: str
) -> None:
    style = replace(Style(), name=replace(Style().name, **changes))
    taken = frozenset(["taken_already_b.md"])
    assert draft(style, Facts(title, authors, (ARXIV,), taken=taken), NOW).path == expected


@given(nasty_texts(), nasty_texts())
def test_every_title_gives_a_name_that_a_folder_takes(title: str, author: str) -> None:
    path = draft(Style(), Facts(title, (author,), (ARXIV,)), NOW).path
    assert re.fullmatch(r"[^\W_]\w*\.md", path)
    assert len(path.encode()) < 255


# --- how it looks ---------------------------------------------------------------------------------


def without_draft(written: Draft) -> str:
    text, count = re.subn(r"(?m)^draft ?[=:] true\n", "", written.text)
    assert count == 1
    return text


def rows_of(report: Report) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in json.loads(report.to_json())["reviews"]}


@pytest.mark.parametrize("root", LIBRARIES)
def test_put_into_the_folder_without_its_mark_the_check_finds_what_it_should(root: Path, tmp_path: Path) -> None:
    style, before = style_of(root), report_of(root)
    facts = replace(FACTS, related=before.reviews[:3], taken=frozenset(review.path for review in before.reviews))
    written = draft(style, facts, NOW)
    folder = tmp_path / "reviews"
    shutil.copytree(root, folder)
    write_reviews(folder, {written.path: without_draft(written)})
    after = check_folder(folder)
    assert after.problems == before.problems
    row = rows_of(after)[written.path]
    assert row["title"] == style.prefix + FACTS.title
    assert row["paper_ids"] == ["arxiv:2108.07258"]
    assert row["refs"] == [review.slug for review in before.reviews[:3]]
    assert set(style.headings) <= set(row["sections"])
    assert not row["draft"]
    assert row["teaser"].startswith("From the abstract: AI is undergoing a paradigm shift.")


@pytest.mark.parametrize("root", LIBRARIES)
def test_hugo_says_the_same_of_it(root: Path, tmp_path: Path) -> None:
    hostile = "{{< x >}} <b>b</b> <!--more--> +++ --- ![i](j) $a<b$ `c` | # 1. &amp; {{% y %}}"
    facts = replace(FACTS, title=f"A {hostile}", abstract=f"We {hostile}.", questions=(hostile,), lines=(hostile,))
    reviews = report_of(root).reviews
    drafts = [draft(style_of(root), replace(some, related=reviews[:2]), NOW) for some in (FACTS, facts)]
    folder = tmp_path / "content"
    shutil.copytree(root, folder)
    write_reviews(folder, {written.path: written.text for written in drafts})
    pages, rows = hugo_pages(tmp_path, folder), rows_of(check_folder(folder))
    for written in drafts:
        assert differences(rows[written.path], pages[written.path]) == {}, written.text


ASPECTS = ("format", "keys", "order", "dates", "prefix", "quotes", "link line", "place of the links")


def compare(real: Manner, drafted: Manner) -> dict[str, tuple[Any, Any]]:
    """Give for each aspect how a review is written, and how its draft is."""
    both = {field.key for field in real.fields if field.value} & {field.key for field in drafted.fields if field.value}

    def seen(manner: Manner) -> dict[str, Any]:
        links = manner.links
        return {
            "format": manner.form,
            "keys": sorted(field.key for field in manner.fields),
            "order": [field.key for field in manner.fields if field.key in both],
            "dates": manner.date,
            "prefix": manner.review.title.removesuffix(without_prefix(manner.review.title)),
            "quotes": {field.key: (field.quote, field.spread) for field in manner.fields if field.key in both},
            "link line": links and (links.lead, links.bare, links.between if len(manner.worded) > 1 else ""),
            "place of the links": [block for block in manner.order if block in ("more", "links")],
        }

    theirs, ours = seen(real), seen(drafted)
    return {aspect: (theirs[aspect], ours[aspect]) for aspect in ASPECTS}


@pytest.mark.parametrize("root", LIBRARIES[1:])
def test_a_draft_of_a_held_out_review_is_written_as_the_review_is(root: Path) -> None:
    reviews = newest(report_of(root).reviews)
    manners = {review.path: read_manner(review, (root / review.path).read_bytes()) for review in reviews}
    agreed, wrong = Counter[str](), list[str]()
    held_out = reviews[:20]
    for review in held_out:
        style = learn_style([manners[other.path] for other in reviews if other is not review])
        written = draft(style, facts_about(review), NOW)
        pairs = compare(manners[review.path], read_manner(read(written), written.text.encode()))
        agreed.update(aspect for aspect, (real, drafted) in pairs.items() if real == drafted)
        wrong += [f"{review.path}: {aspect}: {pair}" for aspect, pair in pairs.items() if pair[0] != pair[1]]
    told = "\n".join([*wrong, *(f"{aspect}: {agreed[aspect]} of {len(held_out)}" for aspect in ASPECTS)])
    assert agreed.total() >= 0.9 * len(ASPECTS) * len(held_out), told
    # Which keys and which order: a page has a picture, or its author had another template.
    assert all(agreed[aspect] >= 0.9 * len(held_out) for aspect in ASPECTS if aspect not in ("keys", "order")), told


def test_no_value_of_a_style_is_forgotten() -> None:
    """Each part of a style changes a draft: what is learned is also used."""
    facts = replace(
        FACTS, ids=(ARXIV, OPENREVIEW), related=report_of(SAMPLES).reviews[:1], abstract="Let $x^2$ be " + "long " * 30
    )
    changes: dict[str, Any] = {
        "form": "yaml", "fields": Style().fields[:-1], "math_fields": (FieldStyle("math", "constant", text="true"),),
        "prefix": "", "date": DateForm("%d %b %Y"), "fence_gap": 2, "order": ("text",), "links": LinkForm("Paper:"),
        "words": (("arxiv", "x"),), "authors_lead": "By:", "authors_last": " and ", "level": 3, "headings": ("One",),
        "gaps": (2, 0), "ref": RefForm("relref"), "bullet": "* ", "math": "", "width": 72, "name_words": 5,
        "name": replace(Style().name, separator="-"), "end": "", "crlf": True,
    }  # fmt: skip
    base = replace(Style(), order=("text", "more", "links", "authors"))
    plain = draft(base, facts, NOW)
    assert [name for name, value in changes.items() if draft(replace(base, **{name: value}), facts, NOW) == plain] == []
    bare = replace(base, headings=())
    assert draft(replace(bare, lower=True), facts, NOW) != draft(bare, facts, NOW)
    tight = replace(base, tight=True)
    assert draft(tight, facts, NOW) != plain
    one = replace(facts, ids=(ARXIV,))
    assert draft(replace(base, link=LinkForm("Paper:")), one, NOW) != draft(base, one, NOW)
    as_json = replace(base, form="json")
    assert draft(replace(as_json, indent="\t"), facts, NOW) != draft(as_json, facts, NOW)
    naive = replace(base, date=DateForm("%Y-%m-%dT%H:%M:%S"))
    assert draft(replace(naive, zone=NOW.tzinfo), facts, NOW) != draft(naive, facts, NOW)
    assert {field.name for field in fields(Style)} == {*changes, "lower", "tight", "link", "indent", "zone"}


def test_further_links_are_safe_and_named_once() -> None:
    links = (Link("code", "https://x.example/a b)(c"), Link("", "javascript:alert(1)"), Link("arXiv", ARXIV.url))
    written = draft(Style(), replace(FACTS, links=links), NOW)
    assert "javascript" not in written.text
    review = read(written)
    assert [(link.text, link.url) for link in review.links] == [
        ("arXiv", "https://arxiv.org/abs/2108.07258"),
        ("code", "https://x.example/a%20b%29%28c"),
    ]


def test_brackets_of_an_id_do_not_end_its_link() -> None:
    odd = PaperId("doi", "10.1000/a(b)c(d")
    review = read(draft(Style(), replace(FACTS, ids=(odd,)), NOW))
    assert review.paper_ids == (odd,)


def test_a_post_of_jekyll_is_kept_back_and_refers_as_jekyll_does(tmp_path: Path) -> None:
    post = "---\nlayout: post\ntitle: {}\ntags: [club]\n---\nText.\n"
    write_reviews(tmp_path, {f"_posts/2024-01-0{n}-some-paper.md": post.format(f"Paper {n}") for n in (1, 2, 3)})
    reviews = check_folder(tmp_path).reviews
    written = draft(load_style(tmp_path, reviews), replace(FACTS, related=reviews[:1]), NOW)
    assert written.path == "_posts/2026-03-05-opportunities-and-risks.md"
    assert written.text.startswith(
        "---\nlayout: post\ntitle: On the Opportunities and Risks of Foundation Models\ntags: [club]\npublished: false\n---"
    )
    assert "[Paper 1]({% post_url 2024-01-01-some-paper %})" in written.text
    write_reviews(tmp_path, {written.path: written.text})
    report = check_folder(tmp_path)
    assert report.problems == ()
    (row,) = [row for row in rows_of(report).values() if row["draft"]]
    assert (row["path"], row["refs"], row["date"]) == (written.path, [reviews[0].slug], "2026-03-05T00:00:00Z")
