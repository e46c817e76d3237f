"""Hugo as the referee: pages of every kind, whole sites and their configuration, field by field."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.library.check import check_folder
from tests.library.hugo_site import differences, hugo_pages
from tests.shared import write_reviews

W = "word " * 75
LONG = W + "\n\nrest\n"

BODIES = {
    "list": "- a\n- b\n  - c\n\n    para\n- d\n\n" + LONG,
    "olist": "1. a\n2. b\n\n10) c\n\n" + LONG,
    "table": "| a | b |\n|:--|--:|\n| `1|` | *2* |\n| x |\n\n" + LONG,
    "table_long": "| a | b |\n|:--|--:|\n" + "| one two | three four |\n" * 30 + "\nafter\n\nrest\n",
    "math": "We have $x_1 + x_2 = \\alpha$ and\n\n$$\n\\sum_{i=1}^n x_i * y_i * z_i\n$$\n\nmore $a < b > c$ & \\(x_1\\) \\[y_2\\].\n\n"
    + LONG,
    "math2": "$$ \\begin{aligned} a &= b \\\\ c &= d \\end{aligned} $$\n\n<!--more-->\nx",
    "image": '![alt *text*](a.png "title")\n\n<img src=x alt="a > b">\n\n' + LONG,
    "footnote": "Text[^1] and[^note].\n\n[^1]: First.\n[^note]: Second\n    more.\n\n" + LONG,
    "heading_first": "# Title\n\n## Sub *x* `y` [z](w)\n\n" + LONG,
    "setext": "Title\n=====\n\nSub\n---\n\n" + LONG,
    "html": '<div class="x">\n\nInner *em*\n\n</div>\n\n' + LONG,
    "html2": "<div>raw *not em*\nmore</div>\n\n<details><summary>Sum</summary>\nX\n</details>\n\n" + LONG,
    "emoji": "Nice :smile: and :+1: 🎉\n\n" + LONG,
    "cjk": "注意力机制，就是你所需要的。\n第二行\n\n" + "这是一个很长的段落。" * 20 + "\n\n结尾\n",
    "cjk2": ("这是 一个 很长的 段落。 " * 30) + "\n\n结尾\n\n完\n",
    "rtl": "مرحبا بالعالم " * 40 + "\n\nrest\n",
    "entities": "&copy; &amp; &lt;x&gt; &nbsp;y &#8212; &unknown; &#x27; AT&T\n\n" + LONG,
    "hard": "line one  \nline two\\\nline three\n\n" + LONG,
    "quote": "> quote one\n> > nested\n>\n> - list\n\n" + LONG,
    "alert": "> [!NOTE]\n> Useful info.\n\n> [!WARNING] Title\n> Text\n\n" + LONG,
    "code": '```python\nx = \'a\' -- "b"\nprint("hello")\n```\n\n    indented code here\n\n' + LONG,
    "code70": "```\n" + W + "\n```\n\npara\n\nrest\n",
    "links": "[a](http://x.y \"T\") [b](<u v> 'w') [c][r] [r] [d][] <http://auto.link> <me@x.y> http://bare.com www.bare.org me@bare.de\n\n[r]: http://r.r 'title'\n[d]: x\n\n"
    + LONG,
    "strike": "~~gone~~ ~one~ ~~~x\n\n" + LONG,
    "deflist": "Term\n: Definition one\n: two\n\nOther\n:   para\n\n    second\n\n" + LONG,
    "tasks": "- [ ] a\n- [x] b\n- [X] c\n- [] d\n\n" + LONG,
    "more_code": "Text\n\n```\n<!--more-->\n```\n\nmore text\n",
    "more_icode": "Text `<!--more-->` inline\n\nmore text\n",
    "more_sp": "Text\n\n<!-- more -->\n\nmore text\n",
    "more_up": "Text\n\n<!--MORE-->\n\nmore text\n",
    "more_first": "<!--more-->\n\nAll the text\n",
    "more_list": "- a\n- b\n<!--more-->\n- c\n",
    "more_quote": "> a\n<!--more-->\n> c\n",
    "more_two": "a\n\n<!--more-->\n\nb\n\n<!--more-->\n\nc\n",
    "more_inword": "abc<!--more-->def ghi\n",
    "more_emph": "*abc <!--more--> def*\n",
    "more_div": "<div>\nabc\n<!--more-->\n</div>\n\ndef\n",
    "more_comment": "<!-- x <!--more--> y -->\n\ndef\n",
    "comment": "<!-- hidden words -->\n\nVisible <!-- inline --> text.\n\n" + LONG,
    "hr": "one\n\n---\n\ntwo\n\n***\n\n" + LONG,
    "attrs": "para\n{.class #id}\n\n> quote\n{.c}\n\n## Head {.x}\n\n" + LONG,
    "short_para": "\n\n".join(["few words here now"] * 40),
    "short_para2": "\n\n".join(["few *words* [here](x) `now`"] * 40),
    "para69": "w " * 69 + "\n\nnext para is here\n\nrest\n",
    "para70": "w " * 70 + "\n\nnext para is here\n\nrest\n",
    "para71": "w " * 71 + "\n\nnext para is here\n\nrest\n",
    "headings_many": "".join(f"## Head {i}\n\npara {i} with text\n\n" for i in range(30)),
    "list_only": "".join(f"- item {i} of the list\n" for i in range(40)),
    "list_loose": "".join(f"- item {i} of the list\n\n" for i in range(40)),
    "list_loose_then": "".join(f"- item {i} of the list\n\n" for i in range(40)) + "end\n\nrest\n",
    "list_only_then": "".join(f"- item {i} of the list\n" for i in range(40)) + "\nend\n\nrest\n",
    "nested_loose": "".join(f"- item {i}\n\n  para of item\n\n  - nested\n\n    deep\n\n" for i in range(40)),
    "quote_long": "".join(f"> para {i} of quote\n>\n" for i in range(40)) + "\nend\n\nrest\n",
    "table_then": "text\n\n|a|b|\n|-|-|\n|c|d|\nnot a row\n\nrest\n",
    "nested_em": "***bold em*** **a*b*c** __x__ _y_ a_b_c * not\n\n" + LONG,
    "escapes": "\\*not\\* \\# \\[x\\] \\\\ \\$ \\` 1\\. \n\n" + LONG,
    "tabs": "a\tb\n\n\tcode\n\n-\ttab item\n\n" + LONG,
    "shorts": '{{< figure src="a.png" alt="A" caption="Cap *x*" title="T" >}}\n\n{{< highlight go "linenos=table" >}}\nx := 1\n{{< /highlight >}}\n\n'
    + LONG,
    "shorts2": '{{% details summary="See" %}}\nInside **b**\n{{% /details %}}\n\n' + LONG,
    "shorts3": "text {{< sidenote >}}in *note*{{< /sidenote >}} more {{% sidenote %}}pct *note*{{% /sidenote %}}.\n\n<!--more-->\nx",
    "shorts_yt": '{{< youtube abc123 >}}\n\ntext\n\n{{< youtube id="x" title="Y" >}}\n\n<!--more-->\nx',
    "shorts_qr": "{{</* figure */>}} and `{{%/* x */%}}`\n\n<!--more-->\nx",
    "short_param": "---\ntitle: x\nfoo: bar\n---\nv {{< param foo >}} w\n\n<!--more-->\nx",
    "short_comment": "a {{% comment %}} hidden {{% /comment %}} b {{/* x */}}\n\n<!--more-->\nx",
    "crlf": "line\r\n\r\n<!--more-->\r\n\r\nrest\r\n",
    "longurl": "See https://en.wikipedia.org/wiki/Foo_(bar)_baz--x...y 'q' and (https://x.y/z).\n\n<!--more-->\nx",
    "quotes": '"Hello," she said. \'Single\' it\'s dogs\' "nested \'q\' x" 5\'10" `"code"` "[link](x)" *"em"*\n\n<!--more-->\nx',
    "dashes": "a--b a---b a -- b --- ... .... 1--2 -->x <-- << >> \n\n<!--more-->\nx",
    "sup": "H~2~O x^2^ ==mark== ++ins++\n\n<!--more-->\nx",
    "abbr": "*[HTML]: Hyper\n\nHTML x\n\n<!--more-->\nx",
    "ref_undef": "[undefined] [x][undefined] ![img][nope]\n\n<!--more-->\nx",
    "linebreak_html": "a<br>b<br/>c<hr>d<p>e</p>f\n\n<!--more-->\nx",
    "video": '<video controls><source src=x></video>\n<iframe src="y"></iframe>\n\ntext\n\n<!--more-->\nx',
    "svg": "<svg><text>in svg</text></svg>\n\ntext\n\n<!--more-->\nx",
    "style": "<style>\n.a{b:c}\n</style>\n\ntext\n\n<!--more-->\nx",
    "badhtml": "a < b > c <not closed and a<b and x<y> <3 <- <=\n\n<!--more-->\nx",
    "badhtml2": "if a<b then c>d\n\n<!--more-->\nx",
    "toc": "[TOC]\n\n{{toc}}\n\ntext\n\n<!--more-->\nx",
    "u2028": "a\u2028b\u2029c\x0cd\x0be\u0085f\n\n<!--more-->\nx",
    "nbsp": "a\u00a0b\u3000c\u200bd\n\n<!--more-->\nx",
    "bom_mid": "a\ufeffb\n\n<!--more-->\nx",
    "empty_more": "\n\n<!--more-->\n",
    "only_head": "# Just\n",
    "blankstart": "\n\n\n   indented start\n\n<!--more-->\nx",
    "codestart": "    code start\n\n<!--more-->\nx",
    "lazy": "> lazy\ncontinues\n- item\nlazy item\n\n<!--more-->\nx",
    "numstart": "2023. It was a year.\n1) x\n\n<!--more-->\nx",
    "fn_only": "See[^a][^b].[^a]\n\n<!--more-->\n\n[^a]: A note.\n[^b]: B\n",
    "fn_inline": "See^[inline note].\n\n<!--more-->\nx",
    "nested_links": "[![badge](b.svg)](http://x) [a [b] c](d)\n\n<!--more-->\nx",
    "paren_link": "[a](http://x/(y)z) [b](http://x/\\)y)\n\n<!--more-->\nx",
    "url_colon": "https://x.org: text http://a.b, (http://c.d). http://e.f! ftp://g.h mailto:a@b.c\n\n<!--more-->\nx",
    "under_fence": "~~~\ncode ~~~ x\n~~~~\n\ntext\n\n<!--more-->\nx",
    "unclosed_fence": "text\n\n```\nunclosed\n\n<!--more-->\nx",
    "mathpass": "\\\\(a_b_c\\\\) and \\\\[ x \\\\]\n\n<!--more-->\nx",
    "bold_colon": "**Link**: [a](b)\n**Authors**: x\n\n<!--more-->\nx",
    "kbd": "Press <kbd>Ctrl</kbd>+<kbd>C</kbd> H<sub>2</sub>O\n\n<!--more-->\nx",
    "ul_in_ol": "1. one\n   - sub\n2. two\n\n   para\n3. three\n\n" + LONG,
    "h_empty": "#\n\n## \n\ntext\n\n" + LONG,
    "h_nospace": "#NoSpace\n\ntext\n\n<!--more-->\nx",
    "h_hash": "## C# ##\n\n### x # y ###\n\n" + LONG,
}

# Where a page differs from Hugo on purpose.
EXPLAINED = {
    "more_comment": "a divider within a comment: Hugo shows the comment's rest",
    "shorts": "the title and caption of a figure are two lines, which Hugo runs together; line numbers are no text",
    "shorts3": "what stands in a shortcode of a site's own is markdown to us",
    "shorts_yt": "a video is a link in the chat",
    "linebreak_html": "`<br/>` is a line end to us, and nothing to Hugo's plainify",
}


def report(root: Path) -> dict[str, Any]:
    return {row["path"].removeprefix("content/"): row for row in json.loads(check_folder(root).to_json())["reviews"]}


def compare(tmp_path: Path, files: dict[str, str], config: str = "", tables: str = "") -> dict[str, Any]:
    """Give the fields in which the pages of a site differ from what Hugo says, by path."""
    content = write_reviews(tmp_path / "content", files)
    pages = hugo_pages(tmp_path, content, config, tables)
    rows = report(tmp_path / "site")
    listed = {path for path in pages if not path.endswith("_index.md")}
    assert rows.keys() >= listed
    found = {path: differences(rows[path], pages[path]) for path in listed}
    return {path: fields for path, fields in found.items() if fields}


def page(body: str, front_matter: str = "title: T") -> str:
    return body if body.startswith("---") else f"---\n{front_matter}\n---\n{body}"


def test_every_kind_of_body(tmp_path: Path) -> None:
    found = compare(tmp_path, {f"{name}.md": page(body) for name, body in BODIES.items()})
    assert {path.removesuffix(".md") for path in found} == EXPLAINED.keys(), found


WORDS = [
    "attention",
    "model",
    "we",
    "show",
    "that",
    "the",
    "*results*",
    "are",
    "`good`",
    "and",
    '"quoted"',
    "it's",
    "--",
    "fine...",
    "see",
    "[link](http://x.y)",
    "**bold**",
    "$x_1$",
    "3.5%",
    "(e.g.",
    "this)",
    "a/b",
    "C++",
    "&",
    "co;",
    "they:",
    "said,",
    "https://a.example/b",
    "me@x.example",
]


def test_any_mixture_of_blocks(tmp_path: Path) -> None:
    rng = random.Random(3)
    # Footnotes stand below a page; Hugo counts them to a summary that is the whole page.
    left_out = {
        *EXPLAINED,
        "footnote",
        "fn_only",
        "short_param",
        "unclosed_fence",
        "blankstart",
        "codestart",
        "bom_mid",
    }
    blocks = [
        body.replace(LONG, "").partition("<!--more-->")[0] for name, body in BODIES.items() if name not in left_out
    ]
    files: dict[str, str] = {}
    for number in range(600):
        parts = [
            " ".join(rng.choices(WORDS, k=rng.randrange(5, 60))) + ".\n" if rng.random() < 0.5 else rng.choice(blocks)
            for _ in range(rng.randrange(1, 7))
        ]
        if rng.random() < 0.3:
            parts.insert(rng.randrange(len(parts) + 1), "<!--more-->\n")
        files[f"m{number}.md"] = page("\n".join(parts))
    found = compare(tmp_path, files)
    assert len(found) <= 6, found


FRONT_MATTER = [
    "date: 2021-03-25",
    "date: 2021-03-25T10:00:00",
    "date: 2021-03-25T10:00:00Z",
    "date: 2021-03-25T10:00:00+02:00",
    "date: 2021-03-25 10:00:00",
    "date: 2021-03-25 10:00:00 +0200",
    "date: 2021-03-25 10:00:00 +02:00",
    "date: 2021-03-25T10:00:00.123456Z",
    "date: '2021-03-25'",
    'date: "2021-03-25T10:00:00"',
    "date: 02 Oct 2023",
    "date: Mon, 02 Jan 2006 15:04:05 +0100",
    "date: Mon Jan 2 15:04:05 2006",
    "date: 1616666666",
    "date: 2021-03-25T10:00:00-0700",
    "date: 20210325",
    "date: ''",
    "date: null",
    "date: ~",
    "date: 0001-01-01",
    "date: 1969-01-01",
    "date: 2021-03-25 10:00:00.5 +0000 UTC",
    "date: 2021-03-25T10:00:00Z ",
    "tags: [a, b]\ncategories: [a, b]",
    "tags: a\ncategories: a",
    "tags: a b\ncategories: a b",
    "tags: a, b\ncategories: a, b",
    "tags: []\ncategories: []",
    "tags: null\ncategories: null",
    "tags: [a, A]\ncategories: [a, A]",
    "tags: [2021-01-01, x]\ncategories: [2021-01-01, x]",
    "tags: '#x'\ncategories: '#x'",
    "tags: \n  - one\n  - two\ncategories: \n  - one\n  - two",
    "tags: [ML/NLP, C++, C#, 'Ünï']\ncategories: [ML/NLP, C++, C#, 'Ünï']",
    "title: a",
    "title: 'a'",
    "title: 5",
    "title: 3.14",
    "title: true",
    "title: no",
    "title: 2021-01-01",
    "title: 1:30",
    "title: 1e3",
    "title: 'a *b* `c`'",
    'title: "a\\nb"',
    "title: >-\n  a\n  b",
    "title: '&amp; <b>'",
    "title: a #b",
    "title: 'a -- b'",
    "title: '\"q\"'",
    "title: 1e-3",
    "title: Infinity",
    "title: 123456789012345678",
    "title: yes",
    "title: Yes",
    "title: 2021-01-01T10:00:00Z",
    "title: 12:30:45",
    'title: "tab\\there"',
    "title: 'emoji :smile:'",
    "draft: true",
    "draft: false",
    "draft: yes",
    "draft: no",
    "draft: True",
    "draft: 'true'",
    "draft: 'false'",
    "draft: 1",
    "draft: 0",
    "draft: on",
    "draft: '1'",
    "draft: null",
    "draft: ''",
    "draft: []",
    "draft: t",
    "draft: 'T'",
    "draft: TRUE",
    "draft: 'yes'",
    "draft: 'Yes'",
    "draft: y",
    "slug: my-slug",
    "slug: 'My Slug'",
    "slug: ''",
    "slug: 5",
    "slug: a/b",
    "slug: '../x'",
    "slug: Ünï",
    "slug: 'a--b'",
    "slug: 'a_b.c'",
    "slug: '#x?y'",
    "slug: '/x/'",
    "slug: null",
    "slug: 'a&b'",
    "slug: 'C++'",
    "slug: '.x'",
    "slug: 2021-01-01",
    "url: /a/b/",
    "url: a/b",
    "url: /A/B.html",
    "url: ''",
    "url: '/x y/'",
    "url: //a//b",
    "url: '/a/:slug/'",
    "lastmod: 2020-01-01",
    "modified: 2020-01-01",
    "publishDate: 2020-01-01",
    "pubdate: 2020-01-01",
    "published: 2020-01-01",
    "publishDate: 2020-01-01\nlastmod: 2021-01-01",
    "expiryDate: 2020-01-01",
    "unpublishdate: 2020-01-01",
    "date: ''\nlastmod: 2020-01-01",
    "Date: 2020-01-01\nDRAFT: true",
    "date: 2020-01-01\npublishDate: 2030-01-01",
    "isCJKLanguage: true",
    "type: x\nlayout: y",
    "weight: 3",
    "weight: x",
    "keywords: [a]",
    "series: s",
    "translationKey: x",
    "authors: A B",
    "author: X",
    "aliases: /old/",
    "aliases: [old, /older/]",
    "resources: []",
    "cascade:\n  draft: true",
    "menu: main",
    "sitemap:\n  x: y",
    "summary: S *x*",
    "description: D",
    "published: 2020-01-01T10:00:00+01:00",
    "created: 2020-01-01",
    "unknown: [1, {a: b}]",
    "path: /custom/path",
    "lang: fr",
    "kind: page",
    "isCJKLanguage: x",
    "title: A\nTitle: B",
    "tags: a\nTags: b",
]

TOML = [
    "date = 2021-03-25",
    "date = 2021-03-25T10:00:00",
    "date = 2021-03-25 10:00:00",
    "date = 2021-03-25T10:00:00Z",
    "date = 2021-03-25T10:00:00.5+02:00",
    "date = '2021-03-25'",
    "date = 1616666666",
    "date = ''",
]


def test_every_kind_of_front_matter(tmp_path: Path) -> None:
    files = {
        f"y{n}.md": page("x\n", text if "itle:" in text else f"title: T\n{text}") for n, text in enumerate(FRONT_MATTER)
    }
    files |= {f"t{n}.md": f"+++\ntitle = 'T'\n{text}\n+++\nx\n" for n, text in enumerate(TOML)}
    found = compare(tmp_path, files)
    assert {files[path]: fields for path, fields in found.items()} == {}


# What Hugo reads otherwise, and why we don't.
OTHERWISE = {
    "tags: [1, 2.5, true]": "tags are texts",
    "tags: {a: b}": "a table is no tag",
    "tags: ''": "an empty tag is none",
    "tags: [a, '', ' b ']": "an empty tag is none",
    "title: 3.10": "a title keeps its digits; Hugo says 3.1",
    "title: 0777": "the same; Hugo says 511",
    "title: ' a '": "blanks around a title are dropped",
    "date: 1616666666000": "no year beyond 9999 is a date",
}


def test_what_hugo_reads_otherwise_is_read_as_it_is_written(tmp_path: Path) -> None:
    files = {
        f"{n}.md": page("x\n", text if "title" in text else f"title: T\n{text}") for n, text in enumerate(OTHERWISE)
    }
    found = compare(tmp_path, files)
    assert found.keys() == files.keys()


P = page('"x" -- y ~~z~~\n')
DAY = page("x\n", "title: The Title!\ndate: 2021-03-05")
SLUGGED = page("x\n", "title: B c\nslug: Sl ug\ndate: 2021-07-05")
NAMED = dict.fromkeys(("2017-04-27-some-title.md", "2018-01-02.md", "2019-01-01-leaf/index.md", "2019_02_03_x.md"), P)
NAMED |= {
    "2017-04-28-with.md": SLUGGED,
    "2020-05-05T10-00-00-time.md": P,
    "plain.md": page("x", "title: T\nlastmod: 2001-01-01"),
}
SECTIONS = {
    "posts/My Post.md": DAY,
    "posts/b.md": SLUGGED,
    "posts/sub/c.md": DAY,
    "papers/leaf/index.md": DAY,
    "root.md": DAY,
}
LANGUAGES = {"a.fr.md": P, "b.en.md": P, "c.de.md": P, "d.v2.md": P, "leaf/index.md": P, "leaf/index.fr.md": P}
CJK = {
    "a.md": page("注意力机制就是你所需要的。" * 6 + "\n\n第二段\n\n第三段\n"),
    "b.md": page("word " * 50 + "\n\npara\n"),
}
RAW = {"a.md": page('x <b>bold</b> <span>y</span>\n\n<div>raw text</div>\n\nz <!-- c --> "q"\n\n' + LONG)}
FORMULAS = {"a.md": page('$a_b_c -- "x"$ and $$x_1 *y* z_1$$ \\(a--b_c_d\\)\n\n$$\na_b \\\\ c_d -- e\n$$\n')}
DELIMITERS = (
    "[markup.goldmark.extensions.passthrough]\nenable = true\n[markup.goldmark.extensions.passthrough.delimiters]\n"
)
DELIMITERS += "block = [['$$', '$$'], ['\\\\[', '\\\\]']]\ninline = [['$', '$'], ['\\\\(', '\\\\)']]\n"
ACCENTS = {"Über Ça.md": P, "b.md": page("x", "title: T\nslug: Über")}
CONFIGURED: dict[str, tuple[dict[str, str], str, str]] = {
    "no language": (LANGUAGES, "", ""),
    "another language": (LANGUAGES, 'defaultContentLanguage = "de"\n', ""),
    "time zone": ({"a.md": DAY, "b.md": SLUGGED}, 'timeZone = "Europe/Berlin"\n', ""),
    "names without dates": ({"2017-04-27-some-title.md": P}, "", ""),
    "dates of names": (NAMED, "", '[frontmatter]\ndate = [":filename", ":default"]\n'),
    "dates of names last": (NAMED, "", '[frontmatter]\ndate = ["date", ":filename"]\n'),
    "own date field": ({"a.md": page("x", "title: T\nread: 2020-01-01"), "b.md": DAY}, "", '[frontmatter]\ndate = ["read"]\n'),
    "straight quotes": ({"a.md": P}, "", "[markup.goldmark.extensions]\ntypographer = false\n"),
    "straight quotes, new": ({"a.md": P}, "", "[markup.goldmark.extensions.typographer]\ndisable = true\n"),
    "emoji": ({"a.md": page(":smile: x :+1: `:x:`\n")}, "enableEmoji = true\n", ""),
    "permalinks": (SECTIONS, "", '[permalinks]\nposts = "/:year/:month/:day/:slug/"\npapers = "/p/:title/"\n'),
    "permalinks, new": (
        SECTIONS, "", '[permalinks.page]\nposts = "/:section/:monthname/:yearday/:filename/"\npapers = "/p/:slugorfilename"\n',
    ),
    "address of tokens": ({"a.md": page("x", "title: A b\nurl: /x/:slug/")}, "", ""),
    "ugly addresses": (SECTIONS, "uglyURLs = true\n", ""),
    "accents": (ACCENTS, "removePathAccents = true\n", ""),
    "upper case": (ACCENTS, "disablePathToLower = true\n", ""),
    "short summaries": ({"a.md": page("one two three four\n\nfive six\n")}, "summaryLength = 3\n", ""),
    "no summaries": ({"a.md": page("one two three four\n\nfive six\n")}, "summaryLength = 0\n", ""),
    "CJK": (CJK, "hasCJKLanguage = true\n", ""),
    "formulas": (FORMULAS, "", DELIMITERS),
    "formulas as text": (FORMULAS, "", ""),
    "cascade": (
        {
            "_index.md": page("", "cascade:\n  authors: [root]"),
            "p/_index.md": page("", "cascade:\n  draft: true\n  tags: [a]\n  date: 2020-01-01\n  params: {categories: [c]}"),
            "p/a.md": P, "p/b.md": page("x", "title: T\ndraft: false\ntags: [b]"), "p/s/c.md": P, "z.md": P,
            "p/s/d/_index.md": page("", "cascade:\n  tags: [deep]"), "p/s/d/e.md": P,
        }, "", "",
    ),
    "cascade with targets": (
        {
            "p/_index.md": page("", "cascade:\n- target: {kind: page, path: '/p/a*'}\n  draft: true\n"
            "- _target: {path: '{/p/s/**,/x}'}\n  tags: [s]\n- target: {kind: section}\n  tags: [no]\n- tags: [all]"),
            "p/a1.md": P, "p/b.md": P, "p/s/c.md": P,
        }, "", "",
    ),
    "cascade of the site": (
        {"p/_index.md": page("", "cascade:\n  draft: false"), "p/a.md": P, "z.md": P}, "",
        "[[cascade]]\ntags = ['p']\n[cascade.target]\npath = '/p/**'\n[[cascade]]\ntags = ['two']\ndraft = true\n",
    ),
    "own cascade": ({"a.md": page("x", "title: T\ncascade:\n  draft: true")}, "", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURED)
def test_the_configuration_of_a_site(tmp_path: Path, name: str) -> None:
    files, config, tables = CONFIGURED[name]
    assert compare(tmp_path, files, config, tables) == {}


@pytest.mark.parametrize(
    "tables", ["[languages.en]\n[languages.fr]\n", "[languages.en]\n[languages.fr]\ndisabled = true\n"]
)
def test_only_pages_in_languages_that_are_built(tmp_path: Path, tables: str) -> None:
    # Hugo lists the pages of the first language; those of the others have addresses of their own.
    assert compare(tmp_path, LANGUAGES, "", tables) == {}
    rows = report(tmp_path / "site")
    assert ("a.fr.md" in rows) is ("disabled" not in tables)
    assert rows["leaf/index.md"]["slug"] == "leaf"


def test_html_is_left_out_where_the_site_leaves_it_out(tmp_path: Path) -> None:
    assert compare(tmp_path, RAW) == {}
    config = tmp_path / "site" / "hugo.toml"
    config.write_text(config.read_text().replace("unsafe = true", "unsafe = false"))
    shutil.rmtree(tmp_path / "site" / "public")
    teaser = report(tmp_path / "site")["a.md"]["teaser"]
    assert teaser.startswith("x bold y z “q” word")
    assert "raw text" not in teaser
