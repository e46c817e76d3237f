"""Which paper a review is about, as sites write it down."""

import pytest

from bot.library.parse import parse_review
from bot.library.review import Review
from tests.shared import review_file

A = "https://arxiv.org/abs/1706.03762"
C = "https://arxiv.org/abs/1810.04805"
PAPER = "arxiv:1706.03762"
TAIL = "\n\n## Body\n\nUnlike 1810.04805 and [BERT](https://arxiv.org/abs/2002.12327).\n"

NAMING = [
    f"**Link**: [arXiv]({A})",
    f"**[Link]({A})**",
    f"[**Paper**]({A})",
    f"[[paper]]({A})",
    f"[[pdf]]({A}) [[code]](https://github.com/x/y)",
    f"[Paper]({A}) | [Code](https://github.com/x)",
    f"| Title | X |\n|---|---|\n| Link | [arXiv]({A}) |\n| Code | https://github.com/x |",
    f"| | |\n|-|-|\n| **Paper** | {A} |\n| **Authors** | A, B |",
    f"| Paper | Code |\n|---|---|\n| [arXiv]({A}) | [gh](https://github.com) |",
    f'Paper: <a href="{A}">Attention</a>',
    f'<a href="{A}">Paper</a>',
    f"<p><b>Link:</b> <a href='{A}'>arXiv</a></p>",
    f"**Paper**: [arXiv][1]\n\nText.\n\n[1]: {A}",
    f"Link: [arXiv]\n\n[arXiv]: {A}",
    f"Paper: [Attention Is All You Need]({A})",
    f"论文地址：{A}",
    f"论文地址：[arXiv]({A})",
    f"**论文链接**: {A}",
    f"原文链接：<{A}>",
    f"原文：{A}",
    f"论文：[{A}]({A})",
    f"论文リンク: {A}",
    f"論文: [link]({A})",
    f"論文リンク：{A}",
    f"- 論文URL: {A}",
    f"Artikel: {A}",
    f"Papier : {A}",
    f"Article : {A}",
    f"Lien: {A}",
    f"Enlace: {A}",
    f"Artículo: {A}",
    f"Статья: {A}",
    f"Ссылка: {A}",
    f"논문: {A}",
    f"논문 링크: {A}",
    f"* 论文: [Attention]({A})",
    f"> Paper: {A}",
    f"> **Link**: [x]({A})\n> **Code**: [y](https://github.com/x)",
    f"### Link\n\n{A}{TAIL}",
    f"## Paper\n\n[Attention]({A})",
    f"## Links\n\n- [Paper]({A})\n- [Code](https://github.com/x)",
    f"**Paper:**\n{A}",
    f"Paper -- {A}",
    f"Paper - [x]({A})",
    f"Paper ({A})",
    f"Source: {A}",
    "arXiv:1706.03762",
    f"[arXiv:1706.03762]({A})",
    "arXiv: 1706.03762v5 [cs.CL]",
    f'{{{{< button href="{A}" >}}}}Paper{{{{< /button >}}}}',
    f'{{{{< figure src="a.png" link="x" >}}}}\n\n**Link**: {A}',
    f"![teaser](a.png)\n\n[Paper]({A})",
    f"**Title**: X\n**Link**: {A}\n**Year**: 2017",
    f"- **Title**: X\n- **Link**: {A}\n- **Authors**: B",
    f"- title: x\n- url: {A}",
    f"Read the paper [here]({A}).",
    f"The paper can be found [here]({A}).",
    f"[Link to paper]({A})",
    f"[Link to the paper]({A}).",
    f"[论文链接]({A})",
    f"[原文]({A})",
    "[PDF](https://arxiv.org/pdf/1706.03762.pdf), [code](https://github.com/a)",
    f"**Link(s)**: {A}",
    f"__Link__: {A}",
    f"***Link***: {A}",
    f"**Link** : {A}",
    f"**LINK:** {A}",
    f"Link to paper: {A}",
    f"Link to the original paper: {A}",
    f"Original paper: {A}",
    f"Paper under review: {A}",
    f"📄 [Paper]({A})",
    f"🔗 {A}",
    f"Full text: {A}",
    f"Preprint: {A}",
    f"Paper link (arXiv): {A}",
    f"[Paper Link]({A})  [Code Link](https://github.com/x)",
    f"Paper [arXiv]({A})",
    f"**Reference**: Vaswani et al., [Attention]({A}), NeurIPS 2017",
    f"Publication: [NeurIPS](https://papers.nips.cc/paper/7181-attention-is-all-you-need), [arXiv]({A})",
    f"Paper: **Attention Is All You Need** ([arXiv]({A}))",
    f"# [Attention Is All You Need]({A})\n\nText",
    f"## [Attention Is All You Need]({A})\n\nText",
    f"*Paper*: [1706.03762]({A}), *Code*: [x](https://y.z)",
    f"<{A}>",
]
CITING = [
    f"We use [x]({A}).",
    f"Related work: {A}",
    f"Code: {A}",
    f"Previous paper: {A}",
    f"Follow-up: {A}",
    f"See also: {A}",
    f"This paper extends {A}",
    f"相关论文: {A}",
    f"参考文献: {A}",
    f"代码: {A}",
    f"関連論文: {A}",
    f"Dataset paper: {A}",
    f"![fig from {A}](x.png)",
    f"## References\n\n1. {A}",
    f"## Related papers\n\n- [x]({A})",
    f"## Links\n\n- [x]({A})\n- [y]({C})",
    f"- [x]({A})\n- [y]({C})",
    f"## Further reading\n\n[Paper]({A})",
    f"[previous paper]({A})",
    f"Image source: {A}",
    f"Background paper: {A}",
    f"[1]: {A}",
    f"Figure 1 in paper: {A}",
    f"Inspired by: {A}",
]
FIELDS: dict[str, str | None] = {
    "arxiv: 1706.03762": PAPER,
    "arxiv: 'arXiv:1706.03762v2'": PAPER,
    "arxiv: 1706.0376": None,
    "paper:\n  arxiv: '1706.03762'": PAPER,
    "paper:\n  title: x\n  url: " + A: PAPER,
    "paper:\n  link: " + A: PAPER,
    "links:\n  - name: paper\n    url: " + A + "\n  - name: code\n    url: https://github.com/x": PAPER,
    "links:\n  - text: code\n    url: https://github.com/x": None,
    "links:\n  - name: BERT\n    url: " + C + "\n  - name: paper\n    url: " + A: PAPER,
    "links:\n  paper: " + A + "\n  code: https://github.com/x": PAPER,
    "links:\n  - paper: " + A: PAPER,
    "url_pdf: " + A: PAPER,
    "url: " + A: PAPER,
    "link: " + A: PAPER,
    "paperurl: " + A: PAPER,
    "paper-url: " + A: PAPER,
    "paperURL: " + A: PAPER,
    "externalLink: " + A: PAPER,
    "external_link: " + A: PAPER,
    "source: " + A: PAPER,
    "source_url: " + A: PAPER,
    "canonicalURL: " + A: PAPER,
    "ShowToc: true": None,
    "editPost:\n  URL: https://github.com/x\n  Text: y": None,
    "editPost:\n  URL: " + A + "\n  Text: Journal": PAPER,
    "params:\n  arxiv: '1706.03762'": PAPER,
    "doi: 10.48550/arXiv.1706.03762": PAPER,
    "doi: https://doi.org/10.1145/3442188.3445922": "doi:10.1145/3442188.3445922",
    "doi: 10.1145/3442188.3445922\narxiv: '1706.03762'": PAPER,
    "paper: Attention Is All You Need": None,
    "paper: 'Attention (" + A + ")'": PAPER,
    "paper: '[Attention](" + A + ")'": PAPER,
    "references:\n  - " + A: None,
    "related:\n  - " + A: None,
    "cover:\n  image: " + A: None,
    "tags: ['1706.03762']": None,
    "acl: 2020.acl-main.442": "acl:2020.acl-main.442",
    "openreview: Sy8gdB9xx": "openreview:Sy8gdB9xx",
    "openreview_id: Sy8gdB9xx": "openreview:Sy8gdB9xx",
    "acl_id: P19-1355": "acl:P19-1355",
    "pdf: https://arxiv.org/pdf/1706.03762.pdf": PAPER,
    "paper_id: 1706.03762": PAPER,
    "eprint: 1706.03762": PAPER,
    "html: x": None,
    "buttons:\n  - label: Paper\n    url: " + A: PAPER,
    "redirect: " + A: PAPER,
    "ref: " + A: PAPER,
    "website: " + A: PAPER,
    "s2id: " + "a" * 40: "s2:" + "a" * 40,
}


def read(body: str, front_matter: str = "title: T") -> Review:
    review = parse_review("papers/a.md", f"---\n{front_matter}\n---\n{body}".encode()).review
    assert review is not None
    return review


@pytest.mark.parametrize("body", NAMING)
def test_what_names_the_paper(body: str) -> None:
    review = read(body + TAIL)
    assert list(map(str, review.paper_ids)) == [PAPER]
    assert review.links


@pytest.mark.parametrize("body", CITING)
def test_what_only_cites_a_paper(body: str) -> None:
    assert read(body + TAIL).paper_ids == ()


@pytest.mark.parametrize("field", FIELDS)
def test_the_fields_that_name_the_paper(field: str) -> None:
    expected = FIELDS[field]
    found = list(map(str, read("Text" + TAIL, f"title: T\n{field}").paper_ids))
    assert found[:1] == ([expected] if expected else [])


def test_of_several_links_in_a_field_only_the_paper_is_the_paper_and_all_are_shown() -> None:
    field = f"links:\n- {{name: BERT, url: '{C}'}}\n- {{name: paper, url: '{A}'}}"
    review = read("Text" + TAIL, f"title: T\n{field}")
    assert list(map(str, review.paper_ids)) == [PAPER]
    assert [(link.text, link.url) for link in review.links] == [("BERT", C), ("paper", A)]


def test_a_link_whose_words_are_the_title_names_the_paper() -> None:
    body = f"We read [attention is  all you need]({A}), which follows [BERT]({C})." + TAIL
    assert list(map(str, read(body, "title: '[Paper] Attention Is All You Need'").paper_ids)) == [PAPER]
    assert read(body, "title: Something else").paper_ids == ()


def test_a_link_line_beats_the_fields_and_these_a_lone_link() -> None:
    field = "title: T\narxiv: '1810.04805'"
    assert list(map(str, read(f"**Link**: {A}{TAIL}", field).paper_ids)) == [PAPER]
    assert list(map(str, read(f"{A}{TAIL}", field).paper_ids)) == ["arxiv:1810.04805"]


@pytest.mark.parametrize("row", ["| Link | Code |\n|-|-|\n", "| Paper |\n", "|\n|\n", "| a | b | c |\n| d |\n"])
def test_a_broken_table_breaks_nothing(row: str) -> None:
    assert read(row + TAIL).paper_ids == ()


@pytest.mark.parametrize("unit", ["<a ", '<a href="https://a.b/', "[a][", "| ", "[[", "Paper ", "[x]: https://a.b/ "])
def test_any_length_of_it_takes_little_time(unit: str) -> None:
    assert read(unit * (400_000 // len(unit)) + "\n[x]: https://a.b/\n" + TAIL)


def test_authors_in_other_scripts() -> None:
    assert read("作者\uff1a张三、李四\n\n## S\n\nx").authors == ("张三", "李四")
    assert read("Autoren: A. Eins, B. Zwei\n\n## S\n\nx").authors == ("A. Eins", "B. Zwei")
    assert read("x", review_file("T", authors="A; B").split("---\n")[1].strip()).authors == ("A", "B")
