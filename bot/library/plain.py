"""Markdown as Hugo renders it: to plain text, and to the summary that Hugo makes by itself.

goldmark, Hugo's renderer, is CommonMark with tables, strikethrough, footnotes, definition lists, tasks and
typographic quotes; markdown-it-py does the same.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref
from rich.emoji import Emoji

from bot.library.typography import SIGNS, typography_plugin

_LONGEST_LABEL = 120  # characters of a footnote's name


def footnotes_plugin(markdown: MarkdownIt) -> None:
    """Read footnotes, but for marks that never end: the plugin looks for the end of each as far as the text goes."""
    markdown.use(footnote_plugin, inline=False)

    def read_mark(state: StateInline, silent: bool) -> bool:
        return (
            state.src.startswith("[^", state.pos)
            and state.src.find("]", state.pos, state.pos + _LONGEST_LABEL) > 0
            and footnote_ref(state, silent)
        )

    markdown.inline.ruler.at("footnote_ref", read_mark)


_MARKUP = re.compile(r"[*_`\[\]<&\\~]")

SUMMARY_WORDS = 70  # Hugo's `summaryLength`

_MOST_BRACKETS = 500  # of a teaser
_SUMMARY_READS = 7_000  # characters in which its end is looked for
_NEAR = 2_500  # characters that are tried first
_OMITTED = "<!-- raw HTML omitted -->"
_LONGEST_FORMULA = 4_000


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a site's configuration says about its markdown.

    `typographer` sets quotes and dashes; `raw_html` shows HTML, which is left out otherwise (`unsafe`); `emoji` reads
    `:smile:`; what stands between a pair of `verbatim` (the passthrough extension, for formulas) is left alone.
    Source: https://gohugo.io/configuration/markup/.
    """

    typographer: bool = True
    raw_html: bool = True
    emoji: bool = False
    verbatim: tuple[tuple[str, str], ...] = ()


DEFAULT = Rendering()


@cache
def _markdown(rendering: Rendering) -> MarkdownIt:
    markdown = (
        MarkdownIt("commonmark", {"html": True, "xhtmlOut": False, "strikethrough_single_tilde": True})
        .enable(["table", "strikethrough"])
        .use(footnotes_plugin)
        .use(deflist_plugin)
    )
    if rendering.typographer:
        markdown.use(typography_plugin)
    if not rendering.raw_html:
        markdown.add_render_rule("html_block", _omit)
        markdown.add_render_rule("html_inline", _omit)
    if rendering.verbatim:
        markdown.inline.ruler.before("escape", "verbatim", _verbatim_rule(rendering.verbatim))
    return markdown


def _omit(*_: object) -> str:
    return _OMITTED


def _verbatim_rule(pairs: tuple[tuple[str, str], ...]) -> Callable[[StateInline, bool], bool]:
    ordered = sorted(pairs, key=lambda pair: -len(pair[0]))

    def rule(state: StateInline, silent: bool) -> bool:
        for opening, closing in ordered:
            if state.src.startswith(opening, state.pos):
                begin = state.pos + len(opening)
                end = state.src.find(closing, begin, min(state.posMax, begin + _LONGEST_FORMULA))
                if end < 0:
                    continue
                if not silent:
                    state.pending += state.src[state.pos : end + len(closing)]
                state.pos = end + len(closing)
                return True
        return False

    return rule


_UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_CODE = re.compile(r"(<code\b.*?</code>)", re.DOTALL)
_TAG = re.compile(r"<(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_HTML_WORD = re.compile(r"</?[A-Za-z]+>?|[A-Za-z]+=[\"'].*|>", re.DOTALL)  # what Hugo does not count as a word
_BARE_LINK = re.compile(  # which Hugo makes a link, whose words are not counted
    r"(?:https?://|ftp://|www\.)[\w@:%.+~#=-]{1,256}\.[a-z]+(?!.*</code>)|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}$",
    re.IGNORECASE,
)
_AS_HUGO = (
    ('"text-align:', '"text-align: '),
    ("<pre><code>", '<pre tabindex="0"><code>'),
    ("</pre>\n", "</pre>"),
)
_SET_SIGNS = str.maketrans("", "", SIGNS)
_HEADING_ATTRIBUTES = re.compile(r"^( {0,3}#{1,6} .{0,500}?) {0,9}\{[#.][^{}\n]{0,200}\} *$", re.MULTILINE)


def plain_text(markdown: str, rendering: Rendering = DEFAULT) -> str:
    """Render markdown and drop the markup: one line of text with typographic quotes, as a browser shows it."""
    text = _markdown(rendering).render(_HEADING_ATTRIBUTES.sub(r"\1", _tamed(markdown)))
    text = text.partition('<hr class="footnotes-sep"')[0]
    if rendering.emoji:
        pieces = _CODE.split(text)
        text = "".join(piece if number % 2 else Emoji.replace(piece) for number, piece in enumerate(pieces))
    text = re.sub(r"\[([0-9]+)(?::[0-9]+)?\]</a></sup>", r"\1", text)  # a footnote's mark, without brackets
    text = re.sub(r"(<li>\s*(?:<p>)?)\[[ xX]\] ", r"\1", text)  # the box of a task
    text = re.sub(r"<br ?/?>|</p>", "\n", _UNSEEN.sub("", text))
    return " ".join(html.unescape(_TAG.sub("", text)).split())


def plain_inline(markdown: str) -> str:
    """Drop the markup of one line, a heading or a title, as far as it is of a sane length."""
    markdown = markdown[:1_000].strip()
    if not _MARKUP.search(markdown):
        return markdown
    return " ".join(html.unescape(_TAG.sub("", _markdown(DEFAULT).renderInline(markdown))).split())


def summary_end(markdown: str, *, cjk: bool = False, words: int = SUMMARY_WORDS, rendering: Rendering = DEFAULT) -> int:
    """Find where Hugo's automatic summary ends: the block in which the paragraph of the last wanted word ends.

    Gives a character offset. Words are counted in the HTML between the ends of paragraphs, as Hugo does
    (resources/page/page_markup.go), so those of headings and lists before it count too. With `cjk`, the front
    matter's `isCJKLanguage`, each character of such a script is a word. `words` is the site's `summaryLength`.
    """
    if words < 1:
        return 0
    # The end is mostly near, but what is written as a link may be defined far below.
    near = markdown[:_NEAR]
    if len(near) < len(markdown) and "]:" not in markdown[_NEAR:_SUMMARY_READS]:
        line = _summary_line(near, words, _markdown(rendering), cjk=cjk)
        if line is not None and (end := _offset(near, line)) < len(near):
            return end
    head = markdown[:_SUMMARY_READS]
    line = _summary_line(head, words, _markdown(rendering), cjk=cjk)
    if line is None:
        return len(markdown)
    end = _offset(head, line)
    if end < len(head) or len(head) == len(markdown):
        return end
    rest = markdown.find("\n\n", end)  # the paragraph goes on behind what was read
    return rest if rest >= 0 else len(markdown)


def _tamed(markdown: str) -> str:
    """Make brackets mean themselves where there are too many to be links: looking for their ends takes too long."""
    return markdown.replace("[", "&#91;") if markdown.count("[") > _MOST_BRACKETS else markdown


def _offset(text: str, line: int) -> int:
    return len("\n".join(text.split("\n")[:line]))


def _summary_line(head: str, words: int, parser: MarkdownIt, *, cjk: bool) -> int | None:
    """Give the line after the summary, or None when there are not so many words."""
    env: dict[str, object] = {}
    count, end_line = 0, 0
    open_html: list[str] = []  # since the last end of a paragraph
    block: list[Token] = []
    for token in parser.parse(_tamed(head), env):
        if token.type == "footnote_block_open":
            break
        if token.type == "heading_open":
            token.attrSet("id", "")  # Hugo's headings have one, and it hides their first word
        if token.level == 0 and token.map:
            end_line = token.map[1]
        block.append(token)
        if token.level > 0 or token.nesting == 1:
            continue
        rendered = parser.renderer.render(block, parser.options, env)
        # Attributes as Hugo writes them: some hide a word, some make one more.
        for ours, hugos in _AS_HUGO:
            rendered = rendered.replace(ours, hugos)
        rendered = re.sub(r"\s?\{[#.][^{}<>]{0,200}\}(?=</h)", "", rendered)
        *paragraphs, tail = rendered.split("</p>")
        if paragraphs:
            paragraphs[0], open_html = "".join(open_html) + paragraphs[0], []
        open_html.append(tail)
        block = []
        for paragraph in paragraphs:
            count += _count_words(paragraph, cjk=cjk)
            if count >= words:
                return end_line
    return None


def _count_words(fragment: str, *, cjk: bool) -> int:
    # Hugo never looks at the last character, which matters when it is a word of its own, and no entity.
    seen = fragment if fragment[-1:] in SIGNS else fragment[:-1]
    words = [
        word for word in seen.split() if not _HTML_WORD.fullmatch(word) and not ("." in word and _BARE_LINK.match(word))
    ]
    if not cjk:
        return len(words)
    # What Hugo sets for straight quotes is an entity, and so of ASCII.
    return sum(1 if word.translate(_SET_SIGNS).isascii() else len(_TAG.sub("", word)) for word in words)
