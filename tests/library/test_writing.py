"""What is written is read again as it was given."""

import html
import json
import re
import tomllib

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.library.frontmatter import parse_document
from bot.library.writing import Format, escape_markdown, one_line, wrap, write_front_matter, write_list, write_text
from tests.nasty import nasty_texts

FORMS: tuple[Format, ...] = ("toml", "yaml", "json")
MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])


@given(nasty_texts(), st.lists(nasty_texts(), max_size=4), st.sampled_from(FORMS), st.sampled_from(["", "'", '"']))
def test_values_are_read_again_as_they_were(text: str, items: list[str], form: Format, quote: str) -> None:
    text, items = one_line(text), [one_line(item) for item in items]
    for spread in (None, "  - " if form == "yaml" else "    "):
        quote = quote if form == "yaml" else quote or '"'
        pairs = [("title", write_text(text, form, quote)), ("tags", write_list(items, form, quote, spread))]
        document = parse_document(write_front_matter(pairs, form) + "\nText.\n")
        assert document.metadata == {"title": text, "tags": items}
        assert document.body.strip() == "Text."


@given(nasty_texts(), st.sampled_from(FORMS), st.sampled_from(["", "'", '"']))
def test_other_readers_read_the_same(text: str, form: Format, quote: str) -> None:
    text = one_line(text)
    block = write_front_matter([("title", write_text(text, form, quote if form == "yaml" else quote or '"'))], form)
    readers = {"toml": tomllib.loads, "yaml": yaml.safe_load, "json": json.loads}
    assert readers[form](block.strip().strip("+-") if form != "json" else block) == {"title": text}


def test_yaml_is_written_without_quotes_only_where_every_reader_takes_it_for_text() -> None:
    plain = ["reading club", "Hal Daumé III", "Noah A. Smith", "GPT-3", "O'Brien"]
    assert [write_text(text, "yaml", "") for text in plain] == plain
    quoted = ["no", "1984", "a: b", "a # b", "- a", "", "a,b", "[x]", "null", "{x}", "a:", "@x", "2024-01-02", "x "]
    assert [write_text(text, "yaml", "") for text in quoted] == [json.dumps(text) for text in quoted]


@given(nasty_texts().filter(lambda text: text.count("$") < 2))
def test_escaped_text_appears_as_it_is_written(text: str) -> None:
    escaped = escape_markdown(text, "$")
    rendered = MARKDOWN.render(escaped).removeprefix("<p>").removesuffix("</p>\n")
    assert html.unescape(rendered) == one_line(text).strip()
    assert "\n" not in escaped
    assert not re.search(r"\{\{[<%]|\{%|\{\{|<!--|-->|</?\w", escaped.replace("\\<", ""))


@given(nasty_texts(), st.sampled_from(["", "$", r"\(", r"\\(", r"`\("]))
def test_nothing_acts_on_the_page_whatever_becomes_of_formulas(text: str, math: str) -> None:
    escaped = escape_markdown(text, math)
    kinds = {token.type for token in MARKDOWN.parse(escaped) for token in [token, *(token.children or [])]}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "em_open", "em_close",
                     "strong_open", "strong_close", "code_inline"}  # fmt: skip
    assert not re.search(r"\{\{[<%]|\{%|<!--more-->", escaped)


def test_formulas_are_kept_where_the_club_has_them_and_written_out_where_not() -> None:
    text = r"Costs $5 and $6, as $\alpha_1 < x$ and $n$ say."
    assert escape_markdown(text, "$") == r"Costs \$5 and \$6, as $\alpha_1 \lt  x$ and $n$ say."
    assert escape_markdown(text, r"`\(") == r"Costs $5 and $6, as `\(\alpha_1 \lt  x\)` and `\(n\)` say."
    assert escape_markdown(text) == "Costs $5 and $6, as α₁ \\< x and n say."


def test_addresses_become_no_links() -> None:
    assert escape_markdown("https://x.example and www.x.example.") == r"https\://x.example and www\.x.example."


@given(nasty_texts(), st.integers(20, 100))
@example("a backslash \\ at the end", 14)
def test_a_break_of_a_line_changes_nothing(text: str, width: int) -> None:
    escaped = escape_markdown(text.replace("$", ""), "$")
    once, broken = MARKDOWN.render(escaped), MARKDOWN.render(wrap(escaped, width))
    assert broken.replace("\n", " ").split() == once.replace("\n", " ").split()


def test_lines_are_broken_at_the_width() -> None:
    assert wrap("one two three four", 9) == "one two\nthree\nfour"
    assert wrap("one two - three 1. four", 8) == "one two -\nthree 1.\nfour"
    assert wrap("one two three four", 0) == "one two three four"


@pytest.mark.parametrize("text", ["a\u202eb", "a\x00b", "a\ud800b", "a\ufeffb", "a\ufffeb"])
def test_what_cannot_be_seen_is_dropped(text: str) -> None:
    assert one_line(text) == "ab"
