"""Markdown in Discord's dialect: everything readable, nothing lost, nothing that pings or deceives."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.ui.links import safe_url
from bot.ui.markdown import render_blocks
from bot.ui.paging import paginate, shorten
from bot.ui.text import length


def no_refs(target: str) -> tuple[str, str]:
    return "", ""


def rendered(markdown: str) -> str:
    return "\n\n".join(render_blocks(markdown, no_refs))


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        (
            "Some *emphasis*, **strength**, ~~regret~~ and `code`.",
            "Some *emphasis*, **strength**, ~~regret~~ and `code`.",
        ),
        ("one\ntwo  \nthree", "one two\nthree"),
        ("# A\n\n### B\n\n#### C *d*", "### A\n\n### B\n\n**C *d***"),
        ("- a\n- b\n  - c\n    - d\n\n1. x\n2. y", "- a\n- b\n  - c\n    - d\n\n1. x\n2. y"),
        ("3. x\n4. y", "3. x\n4. y"),
        ("> quoted\n> *twice*", "> quoted *twice*"),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
        ("    indented", "```\nindented\n```"),
        ("| a | b |\n|---|---|\n| one | 2 |", "```\na    b\n───  ─\none  2\n```"),
        ("[words](https://e.example/a_(b)?c=d&e)", "[words](https://e.example/a_%28b%29?c=d&e)"),
        ("<https://e.example/x>", "https://e.example/x"),
        ("![a figure](https://e.example/a.png)", "[🖼 a figure](https://e.example/a.png)"),
        ("![local](a.png)", "🖼 local"),
        ("a<br>b <b>bold</b> <script>x</script>", "a\nb bold x"),
        ("math $x_1^2$ costs $5 and $10", "math x₁² costs $5 and $10"),
        ("so $d_{model} * k$ and $\\binom{n}{k}$", "so d\\_model \\* k and `\\binom{n}{k}`"),
        ("so `\\(\\theta_i\\)` and `\\(\\binom{n}{k}\\)`", "so θᵢ and `\\(\\binom{n}{k}\\)`"),
        ("$$\n\\frac{a}{b}\n$$", "a/b"),
        ("$$\n\\binom{n}{k}\n$$", "```tex\n\\binom{n}{k}\n```"),
        ("the $$wkv$$ and $$x_1$$", "the wkv and x₁"),
        (r"so \\(x_i * y_i\\) and \(\theta\), not \[1\] or \(these\)", "so xᵢ \\* yᵢ and θ, not \\[1\\] or (these)"),
        (r"so \\(\binom{n}{k}\\)", "so `\\binom{n}{k}`"),
        ("so\n\\\\[\nx_i\n+ y_i\n\\\\]\nis", "so\n\nxᵢ + yᵢ\n\nis"),
        ("- a\n\n  \\[ x^2 \\]\n- \\[CTC\\] b", "- a\n  x²\n- \\[CTC\\] b"),
        ("\\begin{equation}\nx = 1\n\\end{equation}", "x = 1"),
        ("\\begin{align*}\na &= b\n\\end{align*}", "```tex\n\\begin{align*}\na &= b\n\\end{align*}\n```"),
        ("\\\\[ never closed_a", "\\\\\\[ never closed\\_a"),
        ("a[^1]\n\n[^1]: the *note*", "a\\[1\\]\n\n-# 1: the *note*"),
        ("snake_case and 2 * 3 * 4", "snake\\_case and 2 \\* 3 \\* 4"),
        ("[evil](javascript:alert)", "\\[evil\\](javascript:alert)"),
        ("[https://good.example](https://evil.example)", "https\u200b://good.example (https://evil.example)"),
        ("[good.example/login](https://evil.example)", "good.example/login (https://evil.example)"),
        ("&amp; &copy; \\# \\*", "& © # \\*"),
    ],
)
def test_each_kind_of_markdown(markdown: str, expected: str) -> None:
    assert rendered(markdown) == expected


def test_a_table_that_is_too_wide_for_a_phone_becomes_a_list() -> None:
    table = "| model | long words of a column | more |\n|---|---|---|\n| " + "x" * 40 + " | " + "y" * 40 + " | |"
    expected = f"-# model — long words of a column · more\n- **{'x' * 40}** — long words of a column: {'y' * 40}"
    assert rendered(table) == expected


def test_links_to_other_reviews_are_resolved() -> None:
    def resolve(target: str) -> tuple[str, str]:
        return {"a.md#part": ("https://club.example/a/#part", ""), "b": ("", " (`/paper b`)")}.get(target, ("", ""))

    markdown = "[one](ref:a.md#part) [two](ref:b) [three](ref:c)"
    expected = "[one](https://club.example/a/#part) two (`/paper b`) three"
    assert render_blocks(markdown, resolve) == [expected]


PIECES = st.sampled_from(
    ["word", "другой", "注意力", "🦜", "*", "**", "_", "`", "```", "~~", "|", "\n", "\n\n", "# ", "- ", "1. ", "> ", "    ", "[", "](", ")",
     "https://e.example/x", "<b>", "</b>", "<!--", "-->", "$", "$$", "\\", "@everyone", "@here", "<@1>", "<@&2>", "<#3>", "[^1]", "[^1]: ",
     "\u202e", "|---|\n", "&lt;@1&gt;", "&#64;everyone", "javascript:x", "~~~\n", ": ", "x" * 50, "\t", "![", "://"]
)  # fmt: skip
MARKDOWN = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=200)


@settings(max_examples=300)
@example("`a`<b></b>`<@1>`")
@example("$word$$`$")
@example("[^1]: - [^1]: ")
@example("$```<@1>$")
@example("`" + "word" * 24 + "<@1>" + "x" * 200 + "`")
@example("a b c `" + "word" * 24 + "<@1>" + "x" * 2_000 + "`")
@example("`` a`b " + "word" * 24 + "<@1>" + "x" * 2_000 + " ``")
@given(MARKDOWN)
@example("`\n~~~\n``@everyone")
def test_every_piece_is_within_the_limit_and_nothing_pings(markdown: str) -> None:
    for limit in (200, 1_900):
        for page in paginate(render_blocks(markdown, no_refs), limit):
            assert 0 < length(page) <= limit
            bare = page.replace("\\`", "")  # an escaped mark opens no code
            outside = re.sub(r"```.*?```|(`+).+?\1", "", bare, flags=re.DOTALL)
            assert not re.search(r"(?<!\\)<[@#]|@everyone|@here", outside)
            assert "\u202e" not in page


@given(MARKDOWN)
def test_code_is_closed_on_every_page(markdown: str) -> None:
    for page in paginate(render_blocks(markdown, no_refs), 200):
        assert page.count("```") % 2 == 0


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(["alpha", "beta", "*", "**", "- ", "> ", "\n", "\n\n", " ", "`", "1. ", "# ", "| "]),
        max_size=40,
    )
)
def test_no_word_of_prose_is_lost(pieces: list[str]) -> None:
    markdown = " ".join(pieces)
    plain = re.sub(r"<[^>]*>", " ", MarkdownIt("commonmark").enable("table").render(markdown))
    wanted = re.findall(r"alpha|beta", plain)
    assert re.findall(r"alpha|beta", rendered(markdown)) == wanted


def test_a_long_list_a_long_code_and_a_long_word_are_cut_well() -> None:
    items = "\n".join(f"- item {n} of a long list" for n in range(200))
    pages = paginate(render_blocks(items, no_refs), 500)
    assert all(page.startswith("- item") for page in pages)
    code = "```python\n" + "\n".join(f"x{n} = {n}" for n in range(300)) + "\n```"
    pages = paginate(render_blocks(code, no_refs), 500)
    assert all(page.startswith("```python\n") and page.endswith("\n```") for page in pages)
    assert "".join(pages).count(" = ") == 300
    assert "".join(paginate(["x" * 1_000], 300)) == "x" * 1_000


def test_a_text_that_is_too_long_for_a_card_is_cut_with_a_mark() -> None:
    short = shorten(render_blocks("One paragraph.\n\n" + "word " * 400, no_refs), 300)
    assert length(short) <= 300
    assert short.startswith("One paragraph.")
    assert short.endswith("…")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "ftp://x.example", "https://", "//x.example", "https://x.example/" + "a" * 600, "data:x"],
)
def test_only_web_addresses_become_links(url: str) -> None:
    assert safe_url(url) == ""


@given(st.text())
def test_no_address_can_end_a_link_early(path: str) -> None:
    url = safe_url("https://e.example/" + path)
    assert not re.search(r"[\s()<>\[\]`|*\\]", url)


def test_a_page_never_ends_inside_a_link_or_emphasis() -> None:
    text = " ".join(
        f"Sentence {n} with a [link of words {n}](https://e.example/{n}) and **strong words {n}** here."
        for n in range(60)
    )
    pages = paginate(render_blocks(text, no_refs), 500)
    assert len(pages) > 5
    for page in pages:
        assert page.count("](https://e.example/") == page.count("[link of words")
        assert page.count("**") % 2 == 0
        assert page.endswith("here.")
    assert " ".join(pages) == text


def test_a_long_quote_stays_a_quote_and_code_in_a_list_is_closed() -> None:
    quote = "> " + "Words of a quote that goes on. " * 60
    assert all(page.startswith("> ") for page in paginate(render_blocks(quote, no_refs), 400))
    code = "- item\n\n  ```python\n" + "\n".join(f"  x{n} = {n}" for n in range(100)) + "\n  ```\n- last\n"
    pages = paginate(render_blocks(code, no_refs), 300)
    assert all(page.count("```") % 2 == 0 for page in pages)
    assert pages[-1].endswith("- last")


@pytest.mark.parametrize(
    "address",
    [
        "https://e.example/foo_bar_baz",
        "https://e.example/a~b",
        "https://e.example/x_(y)",
        "https://github.com/ask_is/KIS",
    ],
)
def test_an_address_in_the_text_leads_where_it_says(address: str) -> None:
    assert rendered(f"See {address}, and (as {address}).") == f"See {safe_url(address)}, and (as {safe_url(address)})."


@pytest.mark.parametrize(
    "words", ["paypal.com", "www.paypal.com/login", "paypal\u2024com", "visit paypal.com", "PayPal. Com"]
)
def test_words_that_name_another_site_show_where_the_link_leads(words: str) -> None:
    assert "](" not in rendered(f"[{words}](https://evil.example/)")
    assert "https://evil.example/" in rendered(f"[{words}](https://evil.example/)")
    assert "](https://www.paypal.com/)" in rendered("[paypal.com](https://www.paypal.com/)")


def test_an_address_with_a_name_before_its_host_is_no_link() -> None:
    assert "](" not in rendered("[words](https://bank.example@evil.example/)")


@pytest.mark.parametrize("markdown", ["@<b></b>everyone", "@every<!-- x -->one", "@*h*ere", "&#64;everyone"])
def test_a_ping_that_is_put_together_from_pieces_is_broken(markdown: str) -> None:
    assert not re.search(r"@(everyone|here)", rendered(markdown))


def test_a_footnote_within_itself_is_survived() -> None:
    assert "[^1]" in rendered("[^1]: - [^1]: ").replace("\\", "")


def test_tasks_show_their_boxes() -> None:
    assert rendered("- [ ] open\n- [x] done") == "- ☐ open\n- ☑ done"


@settings(max_examples=300)
@given(st.text(alphabet=" \n*`[]()x.🦜注。\\>-", max_size=600), st.integers(100, 200))
def test_cutting_always_comes_to_an_end_and_loses_only_blanks(text: str, limit: int) -> None:
    pages = paginate([text] if text.strip() else [], limit)
    assert all(length(page) <= limit for page in pages)
    kept = [c for c in "".join(pages) if c in "x注🦜"]
    assert kept == [c for c in text if c in "x注🦜"]


@pytest.mark.parametrize(
    "unit",
    [
        " ", "*", "**a", "`", "`a", "[", "[a](", "~~a", "\\", "\n", "> ", "- ", "🦜", "a. ", "- a\n", "[a](https://e.example/) ",
        "https://e.example/)", "| a | b |\n", "<!-- ", "<div>", "<sub>", "<td>", "\\[", "\\\\(x", "\\[\n", "\\begin{align}\n", "<div '", "<script>", "<a href='x'>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["x", "<div>"])
def test_a_hostile_section_is_rendered_in_little_time(unit: str, before: str) -> None:
    hostile = before + unit * (60_000 // len(unit)) + "x"
    start = time.process_time()
    blocks = render_blocks(hostile, no_refs)
    rendering = time.process_time() - start
    paginate(blocks, 1_900)
    paginate([hostile], 1_900)
    assert time.process_time() - start - rendering < 1.5
    assert rendering < 2


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("1. a\n   1. b\n      - c\n10. d", "1. a\n   1. b\n      - c\n2. d"),
        ("- a\n\n  ```\n  x\n\n  y\n  ```", "- a\n  ```\n  x\n   \n  y\n  ```"),
        ("- # b", "- **b**"),
        ("> a\n>\n> > b\n> > ```\n> > c\n> > ```", "> a\n> \n> │ b\n> │ \n> ```\n> c\n> ```"),
        ("- > a", "- > a"),
        ("> [!note] Title\n> body", "> **Note**: Title\n> body"),
        ("## T {#id .c}\n\ntext\n{: .class}", "### T\n\ntext"),
        ("# C#", "### C#\u200b"),
        ("**a `b ** c` d**", "**a** `b ** c` **d**"),
        ("*a *b* c*", "*a b c*"),
        ("*a*~~b~~**c**", "*a*~~b~~**c**"),
        ("**a**<b></b>*b*", "**a**\u200b*b*"),
        ("[![alt](https://e.example/i.png)](https://e.example/)", "[🖼 alt](https://e.example/)"),
        ("[![alt](https://e.example/i.png)](local)", "[🖼 alt](https://e.example/i.png)"),
        ("[a \\[1\\]](https://e.example/)", "[a [1]](https://e.example/)"),
        ("[a \\[1](https://e.example/)", "[a \uff3b1](https://e.example/)"),
        ("[mail](mailto:a@e.example)", "mail (a@e.example)"),
        ("见https://e.example/x。后面", "见https://e.example/x 。后面"),
        ("x<sup>2</sup> x<sub>ij</sub> <kbd>Esc</kbd>", "x² x\\_(ij) `Esc`"),
        ("<a href='https://e.example/'>words</a>", "[words](https://e.example/)"),
        ("<details><summary>More</summary>\n\n*text*\n\n</details>", "**More**\n\n*text*"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>", "- a\n- b\n  1. c"),
        ("<table><tr><th>a<th>b<tr><td>1<td>x|y</table>", "```\na  b\n─  ───\n1  x|y\n```"),
        ("<figure><img src='https://e.example/i.png' alt='a'><figcaption>b</figcaption></figure>", "[🖼 a](https://e.example/i.png)\n\n*b*"),
        ("<pre><code>a  b\n c</code></pre>", "```\na  b\n c\n```"),
        ("<iframe src='https://e.example/v' title='Talk'></iframe>", "[▶ Talk](https://e.example/v)"),
        ("<!-- x -->\n<script>y</script>\n<div>z</div>", "z"),
        ("<div>\\[\\frac{a}{b_1}\\]</div>", "a/b₁"),
        ("<div>\\[\\binom{a}{b}\\]</div>", "```tex\n\\binom{a}{b}\n```"),
        ("| a | b |\n|---|---|\n| $x_1$ | 2 |", "```\na   b\n──  ─\nx₁  2\n```"),
        ("<!-- never closed", "\\<!-- never closed"),
        ("| a | n |\n|---|--:|\n| x | 10 |\n| y | 9 |", "```\na   n\n─  ──\nx  10\ny   9\n```"),
        ("| a | b |\n|---|---|\n| [x](https://e.example/) | *y* |", "-# a — b\n- **[x](https://e.example/)** — *y*"),
        ("a[^1] b[^1]\n\n[^1]: c\n\n    d\n\n        e", "a\\[1\\] b\\[1\\]\n\n-# 1: c\n-# d\n```\ne\n```"),
    ],
)  # fmt: skip
def test_what_discord_reads_otherwise_is_written_for_it(markdown: str, expected: str) -> None:
    assert rendered(markdown) == expected
