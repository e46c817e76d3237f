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
        ("https://openreview.net/forum?noteId=x&amp;id=rJl-b3RcF7", "openreview:rJl-b3RcF7"),
        ("https://openreview.net/forum?id=rJl-b3RcF7&id=ryxWIgBFPS", "openreview:rJl-b3RcF7"),
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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arXiv:2203.15556v1 [cs.CL] 29 Mar 2022", ["arxiv:2203.15556"]),  # the margin of a PDF
        ("arXiv:math.GT/0309136 v1 8 Sep 2003", ["arxiv:math/0309136"]),
        ("[1706.03762] Attention Is All You Need", ["arxiv:1706.03762"]),
        ("||1706.03762|| `1810.04805` _2203.15556_", ["arxiv:1706.03762", "arxiv:1810.04805", "arxiv:2203.15556"]),
        ("\u201c1706.03762\u201d,'1810.04805'", ["arxiv:1706.03762", "arxiv:1810.04805"]),
        ("<https://arxiv.org/abs/1706.03762|Attention> and <@80351110224678912>", ["arxiv:1706.03762"]),
        ("__https://arxiv.org/abs/1706.03762__", ["arxiv:1706.03762"]),
        ("_https://openreview.net/forum?id=rJl-b3RcF7_", ["openreview:rJl-b3RcF7"]),
        ("(https://arxiv.org/abs/1706.03762)and", ["arxiv:1706.03762"]),
        ("https://arxiv.org/abs/1706.03762https://arxiv.org/abs/1810.04805", ["arxiv:1706.03762", "arxiv:1810.04805"]),
        ("https://arxiv.org/abs/1706.03762,https://doi.org/10.1145/3", ["arxiv:1706.03762", "doi:10.1145/3"]),
        (
            "\u89c1https://arxiv.org/abs/1706.03762\uff0carxiv.org/abs/1810.04805\u3002",
            ["arxiv:1706.03762", "arxiv:1810.04805"],
        ),
        ("\u8bba\u65871706.03762\u5f88\u597d", ["arxiv:1706.03762"]),
        ("1706.03762v2.pdf, C:\\papers\\1810.04805.pdf", ["arxiv:1706.03762", "arxiv:1810.04805"]),
        (
            "abs/1706.03762 arxiv.1810.04805 arXiv\uff1a2203.15556",
            ["arxiv:1706.03762", "arxiv:1810.04805", "arxiv:2203.15556"],
        ),
        (
            "1706.\u200b03762 \u20681810.04805\u2069 hep\u2011th/9711200",
            ["arxiv:1706.03762", "arxiv:1810.04805", "arxiv:hep-th/9711200"],
        ),
        (
            "https:\\/\\/arxiv.org\\/abs\\/1706.03762 10.1162/tacl\\_a\\_00349",
            ["arxiv:1706.03762", "doi:10.1162/tacl_a_00349"],
        ),
        ("doi 10.1145/1,10.1145/2;DOI:10.1145/3! info:doi/10.1145/4", [f"doi:10.1145/{n}" for n in "1234"]),
        (
            "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O.",
            ["doi:10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"],
        ),
        ("10.1101/2020.01.30.927871v2", ["doi:10.1101/2020.01.30.927871"]),
        ("CorpusID:123, Corpus ID: 45 and S2CID 13756489", ["corpusid:123", "corpusid:45", "corpusid:13756489"]),
        (f"s2:{'a1' * 20}", [f"s2:{'a1' * 20}"]),
        (
            "ACL Anthology P19-1355, acl:2020.tacl-1.54; 2020.acl-main.442.",
            ["acl:P19-1355", "acl:2020.tacl-1.54", "acl:2020.acl-main.442"],
        ),
        (
            "for 5 $ arXiv:1706.03762 % a comment\nor 5 \u20ac 10.1145/3, $5 1810.04805",
            ["arxiv:1706.03762", "doi:10.1145/3", "arxiv:1810.04805"],
        ),
        ("two lines\n1706.03762\nv2 is out", ["arxiv:1706.03762"]),
    ],
)
def test_the_papers_of_a_message_are_found(text: str, expected: list[str]) -> None:
    assert [str(found) for found in find_paper_ids(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "on 2021.12345 or 1234.56789, and 0000.0000, 1706.00000, 0703.1234, 0801.0000, math/0309000",
        "it costs $1204.5678, 1204.5678\u20ac, +1204.5678 or 1204.5678%",
        "it costs $ 1204.5678, \u20ac 1204.5678, \u00a5\u00a01204.5678, 1204.5678 \u20ac or 1204.5678\u00b0",
        "at 192.168.1203.1234 and 10.1203.1234.5, net 10.0.0.0/8",
        "room A12-3456, build 2021.dev-main.12, part P19-1001",
        "22203.15556 2203.155567 x2203.15556 2203.15556x 12-2203.15556 2203.15556-7 2203.15556@example.org",
        "\uff12\uff12\uff10\uff13.\uff11\uff15\uff15\uff15\uff16 \u0662\u0662\u0660\u0663.15556 2203.1555\u0666 \uff122203.15556",
        "2203.\u202e65551",
        "10.10/foo 10.1145 10.0123/x 110.1145/x and/or math/0704001 math/9013001 foo/0309136",
        "a hash such as " + "a1" * 20,
    ],
)
def test_what_only_looks_like_an_id_is_left(text: str) -> None:
    assert list(find_paper_ids(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P19-1355", "acl:P19-1355"),
        (" [1706.03762]\n", "arxiv:1706.03762"),
        ("arXiv:1706.03762v7 [cs.CL]", "arxiv:1706.03762"),
        ("arXiv:hep-th/9711200 [cond-mat.stat-mech]", "arxiv:hep-th/9711200"),
        ("`openreview:rJl-b3RcF7`", "openreview:rJl-b3RcF7"),
        ("[Attention](https://arxiv.org/abs/1706.03762)", "arxiv:1706.03762"),
        ("<https://arxiv.org/abs/1706.03762|Attention>", "arxiv:1706.03762"),
        ("openreview:B1QRgziT_", "openreview:B1QRgziT_"),
        ("10.1000/a(b)", "doi:10.1000/a(b)"),
    ],
)
def test_an_id_alone_may_be_in_brackets_or_quotes(text: str, expected: str) -> None:
    assert str(parse_paper_id(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "1706.03762 and more",
        "1706.03762 [see below]",
        "1706.03762 1810.04805",
        "[1706.03762](https://evil.example)",
        "BERT: 1810",
        "openreview:accepted it",
    ],
)
def test_more_than_one_paper_is_no_id(text: str) -> None:
    assert parse_paper_id(text) is None


def test_the_first_mention_of_a_paper_says_its_version() -> None:
    found = list(find_paper_ids("arXiv:1706.03762V2, https://arxiv.org/abs/1706.03762v5, 1810.04805 and 1810.04805v2"))
    assert [(str(paper), paper.version) for paper in found] == [("arxiv:1706.03762", 2), ("arxiv:1810.04805", None)]


def _new(month: tuple[int, int], number: int) -> PaperId:
    digits = 4 if month < (15, 1) else 5
    return PaperId("arxiv", f"{month[0]:02}{month[1]:02}.{1 + number % (10**digits - 1):0{digits}}")


MONTHS = st.tuples(st.integers(8, 99), st.integers(1, 12))
NEW = st.builds(_new, MONTHS, st.integers(0))
OLD = st.builds(
    lambda archive, year, number: PaperId("arxiv", f"{archive}/{year:02}01{number:03}"),
    st.sampled_from(["hep-th", "math", "cs", "q-bio", "cond-mat"]),
    st.sampled_from([92, 99, 0, 6]),
    st.integers(1, 999),
)
SUFFIX = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,12}[a-z0-9])?(\([0-9]{1,3}\)[a-z0-9]{1,4})?", fullmatch=True)
DOIS = st.builds(lambda prefix, suffix: PaperId("doi", f"10.{prefix}/{suffix}"), st.integers(2000, 9999), SUFFIX)
ACL = st.from_regex(r"[A-Z][0-9]{2}-[0-9]{4}|20[0-9]{2}\.(acl|emnlp)-(main|long)\.[1-9][0-9]{0,2}", fullmatch=True)
OPENREVIEW = st.from_regex(r"[A-Za-z0-9_-]{9}[A-Za-z0-9]", fullmatch=True)
OTHERS = st.one_of(
    st.builds(PaperId, st.just("acl"), ACL),
    st.builds(PaperId, st.just("openreview"), OPENREVIEW),
    st.builds(PaperId, st.just("s2"), st.from_regex(r"[0-9a-f]{40}", fullmatch=True)),
    st.builds(PaperId, st.just("corpusid"), st.integers(1, 10**10).map(str)),
)
PAPERS = st.one_of(NEW, OLD, DOIS, OTHERS)
FORMS = {
    "arxiv": (
        "{}", "arXiv:{}", "ARXIV: {}v2", "[{}]", "{}v3.pdf", "https://arxiv.org/abs/{}", "arxiv.org/pdf/{}v1.pdf",
        "http://export.arxiv.org/abs/{}?x=1#y", "https://ar5iv.org/html/{}", "https://hf.co/papers/{}",
        "https://scirate.com/arxiv/{}", "10.48550/arXiv.{}", "https://doi.org/10.48550/arXiv.{}",
    ),
    "doi": ("{}", "doi:{}", "DOI: {}", "https://doi.org/{}", "dx.doi.org/{}", "https://dl.acm.org/doi/abs/{}?x=1"),
    "acl": ("acl:{}", "https://aclanthology.org/{}/", "aclanthology.org/{}.pdf", "10.18653/v1/{}"),
    "openreview": ("https://openreview.net/forum?id={}", "openreview.net/pdf?id={}#x", "openreview.net/forum?x=1&id={}"),
    "s2": ("s2:{}", "https://www.semanticscholar.org/paper/A-Title/{}", "semanticscholar.org/paper/{}?p2df"),
    "corpusid": ("CorpusID:{}", "Corpus ID: {}", "https://api.semanticscholar.org/CorpusID:{}"),
}  # fmt: skip
FRAMES = (
    "{}",
    "({})",
    "<{}>",
    "**{}**",
    "`{}`",
    "||{}||",
    '"{}"',
    "[x]({})",
    "{},",
    "{}.",
    "\u300c{}\u300d",
    "see:{}!",
)
PROSE = st.text(st.characters(exclude_categories=("Nd", "No", "Nl", "Cs", "Cf"), exclude_characters="/\\"), max_size=90)


@given(PAPERS, st.data(), PROSE, PROSE)
def test_every_paper_is_found_in_every_form_amid_prose(
    paper: PaperId, data: st.DataObject, left: str, right: str
) -> None:
    form, frame = data.draw(st.sampled_from(FORMS[paper.scheme])), data.draw(st.sampled_from(FRAMES))
    text = frame.format(form.format(paper.value))
    assert list(find_paper_ids(f"{left} {text} {right}")) == [paper]
    assert parse_paper_id(text.removeprefix("see:")) == paper


@given(PAPERS)
def test_the_name_and_the_page_of_a_paper_lead_back_to_it(paper: PaperId) -> None:
    assert parse_paper_id(str(paper)) == paper
    assert parse_url(paper.url) == paper


@given(
    st.text("10.4/()<>:;aAv_-%&,é \\", max_size=60),
    st.sampled_from(["10.1145/", "https://doi.org/10.1145/", "1706.03762"]),
)
def test_whatever_is_found_is_found_again_by_its_name_and_page(text: str, start: str) -> None:
    for paper in find_paper_ids(start + text):
        assert parse_paper_id(str(paper)) == paper
        assert parse_url(paper.url) == paper


@given(
    NEW,
    st.sampled_from("0123456789abcXYZ\u0660\uff11\u00e9\u0430"),
    st.sampled_from(["{0}{1}", "{1}{0}", "{1}.{0}", "{0}.{1}"]),
)
def test_an_id_in_a_longer_word_or_number_is_none(paper: PaperId, letter: str, form: str) -> None:
    text = form.format(paper.value, letter)
    if not (form == "{0}.{1}" and not letter.isascii()):
        assert list(find_paper_ids(f"see {text} now")) == []


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99999), st.sampled_from([4, 5]))
def test_no_month_but_those_that_had_papers_is_taken(year: int, month: int, number: int, digits: int) -> None:
    right = 1 <= month <= 12 and (year, month) >= (7, 4) and digits == (4 if year < 15 else 5)
    number %= 10**digits
    text = f"{year:02}{month:02}.{number:0{digits}}"
    assert bool(list(find_paper_ids(text))) == (right and number > 0)


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
    "start",
    [
        "",
        "https://doi.org/10.1145/",
        "https://arxiv.org/",
        "https://direct.mit.edu/10.1145/a",
        "https://nature.com/articles/",
    ],
)
@pytest.mark.parametrize(
    "unit",
    [
        "[", "10.1145/", "https://", "https://arxiv.org/abs/", "2002.12327 ", "hep-th/", "(((", "2203.", "1", "a.", "a--b.",
        "10.1145/a(", ")(", "/doi:", "/full", "/11111", "\u200b", "\\_", "&id=", "https://google.com/url?q=", "s2cid ",
    ],
)  # fmt: skip
def test_a_long_text_takes_linear_time(start: str, unit: str) -> None:
    def seconds(size: int) -> float:
        text = start + unit * (size // len(unit))
        begun = time.process_time()
        list(find_paper_ids(text))
        parse_paper_id(text)
        return time.process_time() - begun

    seconds(1_000)
    assert seconds(160_000) < 40 * max(seconds(20_000), 1e-3)
