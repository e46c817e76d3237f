"""Which paper a link names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.papers.identifiers import find_paper_ids, parse_paper_id
from bot.papers.links import parse_url

HASH = "a1" * 20
SICI = "doi:10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o"


@pytest.mark.parametrize("start", ["https://", "http://www.", "HTTPS://", "www.", ""])
@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("arxiv.org/abs/1706.03762v7", "arxiv:1706.03762"),
        ("ARXIV.ORG/PDF/1706.03762V7.PDF", "arxiv:1706.03762"),
        ("arxiv.org/pdf/1706.03762v7.pdf?download=1#page=3", "arxiv:1706.03762"),
        ("arxiv.org/abs/1706.03762&fbclid=x", "arxiv:1706.03762"),
        ("arxiv.org/abs/arXiv:1706.03762", "arxiv:1706.03762"),
        ("arxiv.org/pdf/hep-th/9711200.pdf", "arxiv:hep-th/9711200"),
        ("arxiv.org/abs/cond-mat.mtrl-sci/0309136", "arxiv:cond-mat/0309136"),
        ("arxiv.org/abs/1706%2E03762", "arxiv:1706.03762"),
        ("arxiv.org:443/abs/1706.03762", "arxiv:1706.03762"),
        ("arxiv.org./abs/1706.03762", "arxiv:1706.03762"),
        ("arxiv.org//abs//1706.03762/", "arxiv:1706.03762"),
        ("arxiv.org/1706.03762", "arxiv:1706.03762"),
        ("arxiv.org/html/1706.03762v7/x1.png", "arxiv:1706.03762"),
        ("arxiv.org/src/1706.03762v7/anc/data.csv", "arxiv:1706.03762"),
        ("arxiv.org/ftp/arxiv/papers/1706/1706.03762.pdf", "arxiv:1706.03762"),
        ("export.arxiv.org/e-print/1706.03762", "arxiv:1706.03762"),
        ("browse.arxiv.org/html/1706.03762#S3", "arxiv:1706.03762"),
        ("cn.arxiv.org/format/1706.03762", "arxiv:1706.03762"),
        ("m.arxiv.org/ps/1706.03762", "arxiv:1706.03762"),
        ("ar5iv.labs.arxiv.org/html/1706.03762", "arxiv:1706.03762"),
        ("alphaxiv.org/pdf/1706.03762", "arxiv:1706.03762"),
        ("hf.co/papers/1706.03762", "arxiv:1706.03762"),
        ("dblp.org/rec/journals/corr/abs-1706-03762.html", "arxiv:1706.03762"),
        ("ui.adsabs.harvard.edu/abs/2017arXiv170603762V/abstract", "arxiv:1706.03762"),
        ("openreview.net/forum/?noteId=x&id=rJl-b3RcF7", "openreview:rJl-b3RcF7"),
        ("openreview.net/attachment?id=rJl-b3RcF7&amp;name=pdf", "openreview:rJl-b3RcF7"),
        ("openreview.net/forum?id=B1QRgziT_", "openreview:B1QRgziT_"),
        ("aclanthology.org/P19-1355v2.pdf", "acl:P19-1355"),
        ("aclanthology.org/2020.tacl-1.54.bib", "acl:2020.tacl-1.54"),
        ("aclweb.org/anthology/papers/N/N18/N18-1202/", "acl:N18-1202"),
        ("semanticscholar.org/paper/A-Primer/" + HASH + "/figure/3", "s2:" + HASH),
        ("semanticscholar.org/arxiv/1706.03762", "arxiv:1706.03762"),
        ("api.semanticscholar.org/CorpusID:13756489", "corpusid:13756489"),
        ("api.semanticscholar.org/graph/v1/paper/DOI:10.1145/3458723?fields=title", "doi:10.1145/3458723"),
        ("pdfs.semanticscholar.org/a1a1/" + HASH[4:] + ".pdf", "s2:" + HASH),
        ("connectedpapers.com/main/" + HASH + "/A-Primer/graph", "s2:" + HASH),
        ("doi.org/10.1145%2F3458723", "doi:10.1145/3458723"),
        ("doi.org/doi:10.1145/3458723", "doi:10.1145/3458723"),
        ("doi.org/10.48550/ARXIV.1706.03762", "arxiv:1706.03762"),
        ("doi.org/10.18653/v1/P19-1355", "acl:P19-1355"),
        ("doi.org/10.1016/S0140-6736(20)30183-5", "doi:10.1016/s0140-6736(20)30183-5"),
        ("doi.org/10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O", SICI),
        ("doi.org/10.1002/%28SICI%291097-4571%28199806%2949:8%3C693::AID-ASI4%3E3.0.CO;2-O", SICI),
        ("dl.acm.org/doi/fullHtml/10.1145/3458723", "doi:10.1145/3458723"),
        ("dl.acm.org/citation.cfm?id=2939672.2939785&CFID=1", "doi:10.1145/2939672.2939785"),
        ("science.org/doi/10.1126/science.aaa8415", "doi:10.1126/science.aaa8415"),
        ("emerald.com/insight/content/doi/10.1108/JD-03-2020/full/html", "doi:10.1108/jd-03-2020"),
        ("example.edu/reader?doi=10.1145/3458723", "doi:10.1145/3458723"),
        ("direct.mit.edu/tacl/article/doi/10.1162/tacl_a_00349/96482/A-Primer", "doi:10.1162/tacl_a_00349"),
        ("link.springer.com/content/pdf/10.1007/978-3-319-24574-4_28.pdf", "doi:10.1007/978-3-319-24574-4_28"),
        ("nature.com/articles/s41586-022-05172-4_reference.pdf", "doi:10.1038/s41586-022-05172-4"),
        ("biorxiv.org/content/early/2020/01/30/2020.01.30.927871.full.pdf", "doi:10.1101/2020.01.30.927871"),
        ("ssrn.com/abstract=2477899", "doi:10.2139/ssrn.2477899"),
        ("elifesciences.org/articles/47994", "doi:10.7554/elife.47994"),
        ("zenodo.org/records/1234567", "doi:10.5281/zenodo.1234567"),
        ("google.com/url?q=https://arxiv.org/abs/1706.03762&sa=D", "arxiv:1706.03762"),
        ("eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Farxiv.org%2Fabs%2F1706.03762", "arxiv:1706.03762"),
        ("web.archive.org/web/2020/https://arxiv.org/abs/1706.03762", "arxiv:1706.03762"),
        ("web.archive.org/web/2020/https://openreview.net/forum?id=rJl-b3RcF7", "openreview:rJl-b3RcF7"),
    ],
)
def test_a_page_of_a_paper_names_it_however_its_address_is_written(start: str, link: str, expected: str) -> None:
    if "<" not in link:  # which is for sentences alone
        assert str(parse_url(start + link)) == expected
    assert str(parse_paper_id(f"<{start}{link}>")) == expected
    assert [str(found) for found in find_paper_ids(f"see [this]({start}{link}), ok")] == [expected]


@pytest.mark.parametrize(
    "link",
    [
        "https://example.org/abs/1706.03762",
        "https://arxiv.org.evil.example/abs/1706.03762",
        "arxiv.org.evil.example/abs/1706.03762",
        "https://notarxiv.org/abs/1706.03762",
        "notarxiv.org/abs/1706.03762",
        "https://arxiv.org-evil.example/abs/1706.03762",
        "https://arxiv.org@evil.example/abs/1706.03762",
        "https://evil.example@arxiv.org/abs/1706.03762",
        "https://user:secret@arxiv.org/abs/1706.03762",
        "arxiv.org@evil.example/abs/1706.03762",
        "https://evil.example\\@arxiv.org/abs/1706.03762",
        "https://\u0430rxiv.org/abs/1706.03762",  # a Cyrillic letter
        "\u0430rxiv.org/abs/1706.03762",
        "https://arx\u0131v.org/abs/1706.03762",  # without a dot
        "https://arxiv.\u043erg/?id=1706.03762",
        "https://\uff41rxiv.org/abs/1706.03762",
        "https://xn--rxiv-53d.org/abs/1706.03762",
        "ftp://arxiv.org/abs/1706.03762",
        "https://arxiv.org/list/cs.CL/1706",
        "https://arxiv.org/abs/1713.03762",
        "https://arxiv.org/abs/1706.037621",
        "https://arxiv.org/abs/\uff11706.03762",
        "https://huggingface.co/someone/1706.03762",
        "https://openreview.net/group?id=ICLR.cc",
        "https://openreview.net/forum?id=ICLR.cc/2020/Conference",
        "https://aclanthology.org/volumes/2020.acl-main/",
        "https://doi.org/gh3xyz",
        "https://nature.com/articles/",
        "https://example.org/?u=https://arxiv.org/abs/1706.03762",
        "https://google.com/url?q=https://google.com/url?q=https://arxiv.org/abs/1706.03762",
        "https://web.archive.org/web/2020/https://google.com/url?q=https://arxiv.org/abs/1706.03762",
        "https://[broken/abs/1706.03762",
        "https://",
        "",
    ],
)
def test_a_link_elsewhere_names_none(link: str) -> None:
    assert parse_url(link) is None
    assert parse_paper_id(link) is None
    assert list(find_paper_ids(f"see {link} now")) == []


@given(st.text("abc./:?#%[]@=&10-<>\\ é"), st.sampled_from(["", "https://", "https://arxiv.org/", "doi.org/10.1/"]))
def test_no_link_raises(text: str, start: str) -> None:
    parse_url(start + text)
