"""Which paper a text points at."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.identifiers import PaperId, find_paper_ids, parse_arxiv_id, parse_paper_id, parse_url


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2002.12327", "arxiv:2002.12327"),
        ("arXiv:2002.12327v3", "arxiv:2002.12327"),
        ("ARXIV: 0704.0001", "arxiv:0704.0001"),
        ("hep-th/9711200", "arxiv:hep-th/9711200"),
        ("math.GT/0309136", "arxiv:math/0309136"),
        ("https://arxiv.org/abs/1706.03762v7", "arxiv:1706.03762"),
        ("http://www.arxiv.org/pdf/1706.03762v7.pdf#page=3", "arxiv:1706.03762"),
        ("https://export.arxiv.org/abs/hep-th/9711200", "arxiv:hep-th/9711200"),
        ("https://arxiv.org/html/2402.05160", "arxiv:2402.05160"),
        ("https://ar5iv.org/abs/1810.04805", "arxiv:1810.04805"),
        ("https://www.alphaxiv.org/overview/2203.15556", "arxiv:2203.15556"),
        ("https://huggingface.co/papers/2203.15556", "arxiv:2203.15556"),
        ("https://scirate.com/arxiv/2203.15556", "arxiv:2203.15556"),
        ("https://doi.org/10.48550/arXiv.2203.15556", "arxiv:2203.15556"),
        ("10.1145/3442188.3445922", "doi:10.1145/3442188.3445922"),
        ("https://dl.acm.org/doi/pdf/10.1145/3442188.3445922?download=true", "doi:10.1145/3442188.3445922"),
        ("https://dx.doi.org/10.1162/TACL_A_00349", "doi:10.1162/tacl_a_00349"),
        ("doi:10.18653/v1/P19-1355", "acl:P19-1355"),
        ("https://doi.org/10.18653/v1/2020.acl-main.442", "acl:2020.acl-main.442"),
        ("https://aclanthology.org/2020.tacl-1.54.pdf", "acl:2020.tacl-1.54"),
        ("https://www.aclweb.org/anthology/N18-1202/", "acl:N18-1202"),
        ("https://link.springer.com/article/10.1007/s11263-015-0816-y", "doi:10.1007/s11263-015-0816-y"),
        ("https://onlinelibrary.wiley.com/doi/full/10.1002/asi.24017", "doi:10.1002/asi.24017"),
        ("https://www.nature.com/articles/s41586-022-05172-4", "doi:10.1038/s41586-022-05172-4"),
        ("https://www.aclweb.org/anthology/W/W18/W18-5446.pdf", "acl:W18-5446"),
        ("https://openreview.net/pdf?id=ryxWIgBFPS", "openreview:ryxWIgBFPS"),
        ("https://openreview.net/forum?id=rJl-b3RcF7&noteId=x", "openreview:rJl-b3RcF7"),
        ("https://www.arxiv-vanity.com/papers/1706.03762/", "arxiv:1706.03762"),
        ("https://www.semanticscholar.org/arxiv/1706.03762", "arxiv:1706.03762"),
        ("https://www.biorxiv.org/content/10.1101/2020.01.30.927871v2.full", "doi:10.1101/2020.01.30.927871"),
        (
            "https://journals.plos.org/plosone/article?id=10.1371/journal.pone.0000217",
            "doi:10.1371/journal.pone.0000217",
        ),
        ("https://www.frontiersin.org/articles/10.3389/fnins.2020.00001/full", "doi:10.3389/fnins.2020.00001"),
        ("https://papers.ssrn.com/sol3/papers.cfm?abstract_id=2477899", "doi:10.2139/ssrn.2477899"),
        (f"https://www.semanticscholar.org/paper/A-Primer/{'a1' * 20}", f"s2:{'a1' * 20}"),
    ],
)
def test_every_form_of_one_paper_is_recognised(text: str, expected: str) -> None:
    assert str(parse_paper_id(text)) == expected
    assert [str(found) for found in find_paper_ids(f"See ({text}), which is good.")] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "2013.12345",  # there is no month 13
        "1412.12345",  # five digits only from 1501
        "1501.1234",
        "2002.123456",
        "12002.12327",
        "v2002.12327x",
        "2002.12327v0",
        "２００２.１２３２７",
        "hep-th/97112000",
        "https://example.org/abs/2002.12327",
        "https://arxiv.org/list/cs.CL/2002",
        "https://evil.example/?u=https://arxiv.org/abs/2002.12327",
        "javascript:2002.12327//",
        "version 10.1145",
        "https://openreview.net/group?id=ICLR.cc",
        "https://[broken/abs/2002.12327",
        "",
    ],
)
def test_what_is_no_paper_is_not_taken_for_one(text: str) -> None:
    assert parse_paper_id(text) is None


@pytest.mark.parametrize("text", ["10.1145/3313831.3376415", "https://dl.acm.org/doi/10.1145/3287560.1706.03762"])
def test_no_arxiv_id_is_read_out_of_a_doi(text: str) -> None:
    assert [found.scheme for found in find_paper_ids(text)] == ["doi"]


def test_papers_come_in_order_each_once() -> None:
    text = "[a](https://arxiv.org/abs/1810.04805v1), 10.1145/3442188.3445922; arXiv:1810.04805 and hep-th/9711200."
    assert list(map(str, find_paper_ids(text))) == [
        "arxiv:1810.04805",
        "doi:10.1145/3442188.3445922",
        "arxiv:hep-th/9711200",
    ]


def test_the_doi_in_a_markdown_link_ends_where_the_link_ends() -> None:
    text = "[10.1145/3458723](https://doi.org/10.1145/3458723) (10.1000/a(b)c) see 10.1000/xyz."
    assert list(map(str, find_paper_ids(text))) == ["doi:10.1145/3458723", "doi:10.1000/a(b)c", "doi:10.1000/xyz"]


def test_a_version_is_kept_and_does_not_count() -> None:
    with_version = parse_arxiv_id("1706.03762v7")
    assert with_version == PaperId("arxiv", "1706.03762")
    assert with_version is not None
    assert with_version.version == 7


@given(st.sampled_from(["arxiv:1706.03762", "arxiv:hep-th/9711200", "acl:P19-1355", "doi:10.1145/3442188.3445922"]))
def test_the_page_of_a_paper_leads_back_to_it(name: str) -> None:
    paper = PaperId(*name.split(":"))
    assert parse_url(paper.url) == paper


@given(st.integers(7, 99), st.integers(1, 12), st.integers(1, 9999), st.integers(0, 30))
def test_every_new_style_id_survives_a_round_trip(year: int, month: int, number: int, version: int) -> None:
    if (year, month) < (7, 4):
        return
    digits = 4 if year < 15 else 5
    value = f"{year:02}{month:02}.{number:0{digits}}"
    found = parse_arxiv_id(value + (f"v{version}" if version else ""))
    assert found == PaperId("arxiv", value)
    assert found.version == (version or None)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    parse_paper_id(text)
    list(find_paper_ids(text))


@pytest.mark.parametrize(
    "unit", ["[", "10.1145/", "https://", "https://arxiv.org/abs/", "2002.12327 ", "hep-th/", "(" * 3]
)
def test_a_long_text_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        start = time.process_time()
        list(find_paper_ids(text))
        return time.process_time() - start

    seconds(1_000)
    assert seconds(400_000) < 40 * max(seconds(50_000), 1e-3)
