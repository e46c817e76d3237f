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
# The blocks alone: which lines are paragraphs, their text unread.
_BLOCKS = MarkdownIt("commonmark", {"html": True}).enable("table").use(footnote_plugin).use(deflist_plugin)
_BLOCKS.disable(["inline", "text_join"])

_SUMMARY_READS = 40_000  # characters
_WORDS_STAND_IN = 4_000  # characters, far more than 70 words
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
    (resources/page/page_markup.go), so those of headings and lists before it count too. Only the beginning of a
    long text is read.
    """
    head = markdown[:_SUMMARY_READS]
    tokens = _BLOCKS.parse(head)
    lines = head.split("\n")
    count, end_line = 0, 0
    segment: list[str] = []
    for token in tokens:
        if token.map:
            end_line = token.map[1]
        if token.type == "inline":
            segment.append(_MARKDOWN.renderInline(token.content[:_WORDS_STAND_IN]))
        elif token.type == "paragraph_close" and not token.hidden:
            count += _count_words("".join(segment))
            if count >= SUMMARY_WORDS:
                end = len("\n".join(lines[:end_line]))
                if end_line < len(lines) or len(head) == len(markdown):
                    return end
                rest = markdown.find("\n\n", end)  # the paragraph goes on behind what was read
                return rest if rest >= 0 else len(markdown)
            segment.clear()
        elif not token.hidden:
            segment.append(_MARKDOWN.renderer.render([token], _MARKDOWN.options, {}) or "")
            segment.append(" ")
    return len(markdown)


def _count_words(fragment: str) -> int:
    words = [word for word in fragment.split() if not _TOKEN.fullmatch(word)]
    if not _CJK.search(fragment):
        return len(words)
    return sum(1 if word.isascii() else len(_TAG.sub("", word)) for word in words)
