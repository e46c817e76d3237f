"""Markdown as Hugo renders it: to plain text, and to the summary that Hugo makes by itself.

goldmark, Hugo's renderer, is CommonMark with tables, strikethrough, footnotes, definition lists and typographic
quotes; markdown-it-py does the same.
"""

import html
import re

from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

SUMMARY_WORDS = 70  # Hugo's `summaryLength`

_MARKDOWN = (
    MarkdownIt("commonmark", {"typographer": True, "html": True})
    .enable(["table", "strikethrough", "replacements", "smartquotes"])
    .use(footnote_plugin)
    .use(deflist_plugin)
)
_TAG = re.compile(r"<[^<>]*>|<!--.*?-->", re.DOTALL)
_TOKEN = re.compile(r"</?[A-Za-z]+>?|[A-Za-z]+=[\"'].*|>")
_CJK = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")


def plain_text(markdown: str) -> str:
    """Render markdown and drop the markup: one line of text with typographic quotes, as a browser shows it."""
    body = _MARKDOWN.render(markdown).partition('<hr class="footnotes-sep"')[0]
    body = re.sub(r"\[([0-9]+)(?::[0-9]+)?\]</a></sup>", r"\1", body)  # a footnote's mark, without brackets
    return " ".join(html.unescape(_TAG.sub("", body)).split())


def plain_inline(markdown: str) -> str:
    """Drop the markup of one line, a heading or a title."""
    if not any(mark in markdown for mark in "*_`[]<&\\~"):
        return markdown.strip()
    return " ".join(html.unescape(_TAG.sub("", _MARKDOWN.renderInline(markdown))).split())


def summary_end(markdown: str) -> int:
    """Find where Hugo's automatic summary ends: the paragraph in which the 70th word stands.

    Gives a character offset. Words are counted in the HTML between the ends of paragraphs, as Hugo does
    (resources/page/page_markup.go), so those of headings and lists before it count too.
    """
    lines = markdown.split("\n")
    count, segment = 0, ""
    # A paragraph must be complete: cut where a blank line is, well after the words that are needed.
    limit = 400
    while limit < len(lines) and lines[limit].strip():
        limit += 1
    tokens = _MARKDOWN.parse("\n".join(lines[:limit]))
    environment: dict[str, object] = {}
    end_line = 0
    for index, token in enumerate(tokens):
        if token.type == "footnote_block_open":
            break
        if token.map:
            end_line = token.map[1]
        if token.type == "paragraph_close" and not token.hidden:
            count += _count_words(segment)
            if count >= SUMMARY_WORDS:
                return len("\n".join(lines[:end_line]))
            segment = ""
        elif not token.hidden:
            segment += _MARKDOWN.renderer.render([token], _MARKDOWN.options, environment) or ""
            if index + 1 < len(tokens) and not token.type.startswith("paragraph"):
                segment += " "
    return len(markdown)


def _count_words(fragment: str) -> int:
    if not _CJK.search(fragment):
        return sum(not _TOKEN.fullmatch(word) for word in fragment.split())
    return sum(
        1 if word.isascii() else len(_TAG.sub("", word)) for word in fragment.split() if not _TOKEN.fullmatch(word)
    )
