"""Markdown of a review -> the dialect that Discord shows.

Discord renders emphasis, links, lists, quotes, code and three levels of headings. Tables become aligned code, images
a link with their description, simple math text and other math code, footnotes small print, deep headings bold, and
HTML its text.
"""

import html
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from bot.library.plain import footnotes_plugin
from bot.papers.formulas import readable_math
from bot.ui.links import is_web_address, masked_link, named_link, safe_url
from bot.ui.raw_html import MEDIA, Element, closed_name, image_words, lowered, open_tag, raised, to_markdown
from bot.ui.spans import CODE, between, code_block, code_span, escape_with_addresses, full_lines, in_code, wrap
from bot.ui.tables import Cell, align, tell
from bot.ui.tex_marks import tex_marks_plugin
from bot.ui.text import ZERO_WIDTH, escape, no_pings

ResolveRef = Callable[[str], tuple[str, str]]
"""Takes the target of a `ref:` link; gives an address (or nothing) and words to put behind the link's text."""


def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(deflist_plugin)
        .use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
        .use(tex_marks_plugin)
    )


_PARSER = _parser().use(footnotes_plugin)
_WITHOUT_FOOTNOTES = _parser()

_DEEPEST = 10  # levels of lists that Discord indents
# What kramdown and goldmark read as attributes, and show nowhere: `{: .class}` anywhere, `{#id}` behind a heading.
_ATTRIBUTES = re.compile(r"\s?\{:[^{}\n]{0,300}\}")
_HEADING_ATTRIBUTES = re.compile(r"\s*\{:?\s?[#.][^{}\n]{0,300}\}\s*$")
_CALLOUT = re.compile(r"\[!([A-Za-z][A-Za-z-]{0,30})\][+-]?[ \t]*")  # of GitHub and Obsidian
_BOXES = (("\\[ \\] ", "☐ "), ("\\[x\\] ", "☑ "), ("\\[X\\] ", "☑ "))
_TAGS_WITH_WORDS = frozenset(("a", "code", "kbd", "samp", "tt", "sub", "sup"))
_MATH_IN_CODE = re.compile(r"\\\(.*\\\)", re.DOTALL)  # how blogs in Hugo keep markdown out of it


def render_blocks(markdown: str, resolve_ref: ResolveRef) -> list[str]:
    """Render markdown into blocks, each a paragraph, list, quote or block of code."""
    renderer = _Renderer(resolve_ref)
    blocks = (block for node in _parse(markdown) for block in renderer.blocks(node))
    return [block if block.startswith("```") else no_pings(block) for block in blocks if block.strip()]


def _parse(markdown: str) -> list[SyntaxTreeNode]:
    try:
        return SyntaxTreeNode(_PARSER.parse(markdown)).children
    except ValueError:  # a footnote that is defined within itself gives tokens that are no tree
        return SyntaxTreeNode(_WITHOUT_FOOTNOTES.parse(markdown)).children


class _Renderer:
    def __init__(self, resolve_ref: ResolveRef) -> None:
        self._resolve_ref = resolve_ref
        self._lists = 0  # that are open
        self._quotes = 0
        self._marks: list[str] = []  # of emphasis that are open: Discord nests none in itself
        self._linked = False

    # --- blocks -----------------------------------------------------------------------------------

    def blocks(self, node: SyntaxTreeNode) -> list[str]:
        if node.type == "html_block":
            return [block for part in _parse(to_markdown(node.content)) for block in self.blocks(part)]
        render = getattr(self, f"_{node.type}", None)
        return [str(render(node))] if render is not None else self._children(node)

    def _children(self, node: SyntaxTreeNode) -> list[str]:
        return [block for child in node.children for block in self.blocks(child) if block]

    def _heading(self, node: SyntaxTreeNode) -> str:
        text = " ".join(_HEADING_ATTRIBUTES.sub("", self.inline(node.children)).split())
        if not text:
            return ""
        # Within a section every heading is below the section's own.
        if node.tag not in ("h1", "h2", "h3") or self._lists:
            return f"**{text.replace('**', '')}**"
        # Discord takes a mark at the end for one that closes the heading.
        return f"### {text}{ZERO_WIDTH if text.endswith('#') else ''}"

    def _paragraph(self, node: SyntaxTreeNode) -> str:
        return self.inline(node.children).strip()

    def _inline(self, node: SyntaxTreeNode) -> str:
        return self.inline([node])

    def _bullet_list(self, node: SyntaxTreeNode) -> str:
        return "\n".join(self._item(item, "- ") for item in node.children)

    def _ordered_list(self, node: SyntaxTreeNode) -> str:
        start = int(node.attrs.get("start", 1) or 0)
        return "\n".join(self._item(item, f"{start + i}. ") for i, item in enumerate(node.children))

    def _item(self, item: SyntaxTreeNode, mark: str) -> str:
        self._lists += 1
        text = "\n".join(self._children(item))
        self._lists -= 1
        for box, sign in _BOXES:
            text = sign + text.removeprefix(box) if text.startswith(box) else text
        first, *rest = full_lines(text)
        if self._lists >= _DEEPEST:
            return "\n".join([mark + first, *rest])
        # As wide as the mark, so that numbered lists nest too. An empty line, which only code has, would end the list.
        return "\n".join([mark + first, *(" " * len(mark) + (line or " ") for line in rest)])

    def _blockquote(self, node: SyntaxTreeNode) -> str:
        self._quotes += 1
        blocks = self._children(node)
        if node.children and (callout := self._callout(node.children[0])):
            blocks[0] = callout
        text = "\n\n".join(blocks)
        self._quotes -= 1
        lines = text.split("\n")
        if not self._quotes:
            return "\n".join(f"> {line}" for line in lines)
        # Discord knows no quote within a quote. Within code a bar would be part of it.
        coded = list(in_code(lines))
        return "\n".join(line if code else f"│ {line}" for line, code in zip(lines, coded, strict=True))

    def _callout(self, paragraph: SyntaxTreeNode) -> str:
        """Render the first paragraph of a quote whose first line names its kind; empty for any other."""
        words = paragraph.children[0].children if paragraph.type == "paragraph" else []
        kind = _CALLOUT.match(words[0].content) if words and words[0].type == "text" else None
        if not kind:
            return ""
        end = next((place for place, word in enumerate(words) if word.type in ("softbreak", "hardbreak")), len(words))
        title = (escape(words[0].content[kind.end() :]) + self.inline(words[1:end])).strip()
        rest = self.inline(words[end + 1 :]).strip()
        return f"**{kind[1].capitalize()}**" + (f": {title}" if title else "") + (f"\n{rest}" if rest else "")

    def _fence(self, node: SyntaxTreeNode) -> str:
        language = re.match(r"[A-Za-z0-9_+-]{0,20}", node.info.strip())
        return code_block(node.content, language[0] if language else "")

    _code_block = _fence

    def _math_block(self, node: SyntaxTreeNode) -> str:
        formula = readable_math(node.content)
        return escape(formula) if formula else code_block(node.content.strip(), "tex")

    _math_block_label = _math_block

    def _hr(self, node: SyntaxTreeNode) -> str:
        return "———"

    def _table(self, node: SyntaxTreeNode) -> str:
        cells = [row.children for part in node.children for row in part.children]
        styles = [str(cell.attrs.get("style", "")).removeprefix("text-align:") for cell in cells[0]]
        rows = [
            [self._cell(cell, bold=number == 0 and len(row) > 1) for number, cell in enumerate(row)] for row in cells
        ]
        if aligned := align(rows, styles):
            return code_block(aligned)
        return tell(rows)

    def _cell(self, cell: SyntaxTreeNode, *, bold: bool) -> Cell:
        self._marks += ["**"] if bold else []
        shown = " ".join(self.inline(cell.children).split())
        self._marks = self._marks[:-1] if bold else self._marks
        return Cell(" ".join(_plain(cell).split()), shown, "](" in shown or "://" in shown)

    def _dl(self, node: SyntaxTreeNode) -> str:
        parts: list[str] = []
        for child in node.children:
            if child.type == "dt":
                parts.append(self._emphasized("**", child.children))
            else:
                parts += self._children(child)
        return "\n".join(filter(None, parts))

    def _footnote_block(self, node: SyntaxTreeNode) -> str:
        notes: list[str] = []
        for note in node.children:
            lines = full_lines("\n".join(self._children(note)))
            lines[0] = f"{int(note.meta.get('id', 0)) + 1}: {lines[0]}"
            coded = in_code(lines)
            notes += [line if code else f"-# {line}" for line, code in zip(lines, coded, strict=True)]
        return "\n".join(notes)

    # --- inline -----------------------------------------------------------------------------------

    def inline(self, nodes: Iterable[SyntaxTreeNode]) -> str:
        nodes = list(nodes)
        ends = _closing_tags(nodes)
        text, position = "", 0
        while position < len(nodes):
            node, begin = nodes[position], position + 1
            position += 1
            if node.type == "html_inline":
                tag = open_tag(node.content)
                if tag and (end := _next_of(ends.get(tag.name, ()), begin)):
                    piece, position = self._tagged(tag, nodes[begin:end]), end + 1
                else:
                    piece = self._tag(tag)
            else:
                piece = self._inline_node(node)
            text += between(text, piece) + piece
        return text

    def _tag(self, tag: Element | None) -> str:
        if tag and tag.name == "br":
            return "\n"
        if tag and tag.name == "img":
            return self._picture(image_words(tag), tag.attributes.get("src", ""))
        if tag and tag.name in MEDIA:
            words = escape(" ".join(tag.attributes.get("title", "").split())) or tag.name
            return f"{masked_link(f'▶ {words}', tag.attributes.get('src', '')) or f'▶ {words}'} "
        return ""

    def _tagged(self, tag: Element, nodes: list[SyntaxTreeNode]) -> str:
        plain = " ".join("".join(map(_plain, nodes)).split())
        if tag.name == "a":
            return self._link(tag.attributes.get("href", ""), nodes, plain)
        shown = self.inline(nodes)
        if not plain or "](" in shown or "://" in shown:
            return shown
        if tag.name in ("sup", "sub"):
            return escape(raised(plain) if tag.name == "sup" else lowered(plain))
        return code_span(plain)

    def _inline_node(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "text_special":
                return escape_with_addresses(_ATTRIBUTES.sub("", node.content))
            case "inline":
                # Marks at the beginning of a line mean something only there, so each line is escaped by itself.
                return self.inline(node.children)
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "strong":
                return self._emphasized("**", node.children)
            case "em":
                return self._emphasized("*", node.children)
            case "s":
                return self._emphasized("~~", node.children)
            case "code_inline" | "math_inline" | "math_inline_double":
                return escape(_formula(node)) or code_span(node.content)
            case "link":
                return self._link(str(node.attrs.get("href", "")), node.children, _plain(node))
            case "image":
                return self._picture(_plain(node), str(node.attrs.get("src", "")))
            case "footnote_ref":
                return f"\\[{int(node.meta.get('id', 0)) + 1}\\]"
            case "footnote_anchor":
                return ""
            case _:
                return self.inline(node.children) if node.children else escape(node.content)

    def _emphasized(self, mark: str, nodes: Iterable[SyntaxTreeNode]) -> str:
        if mark in self._marks:
            return self.inline(nodes)
        self._marks.append(mark)
        text = self.inline(nodes)
        self._marks.pop()
        pieces: list[str] = []
        position = 0
        for code in CODE.finditer(text):
            if code[0][0] == "`" and mark[0] in code[0]:  # which would end the emphasis
                pieces += [wrap(mark, text[position : code.start()]), code[0]]
                position = code.end()
        return "".join([*pieces, wrap(mark, text[position:])])

    def _link(self, href: str, nodes: Iterable[SyntaxTreeNode], plain: str) -> str:
        outer = self._linked
        url, words = self._resolve_ref(href.removeprefix("ref:")) if href.startswith("ref:") else (href, "")
        self._linked = outer or is_web_address(url)
        text = self.inline(nodes)
        self._linked = outer
        if outer or not is_web_address(url):
            address = unquote(href.removeprefix("mailto:")) if href.startswith("mailto:") else plain
            return text + words if address in plain else f"{text} ({escape(address)})"
        if href.startswith("ref:"):
            return masked_link(text, url) + words
        if plain.strip() in (href, html.unescape(href)):
            return safe_url(href)
        return named_link(text, plain, href)

    def _picture(self, description: str, source: str) -> str:
        words = f"🖼 {escape(' '.join(description.split()) or 'image')}"
        return masked_link(words, source) if is_web_address(source) and not self._linked else words


def _formula(node: SyntaxTreeNode) -> str:
    """Give a formula as text; empty when it is too much for that, and for code that is none."""
    if node.type == "code_inline" and not _MATH_IN_CODE.fullmatch(node.content):
        return ""
    return readable_math(node.content.removeprefix(r"\(").removesuffix(r"\)")) or ""


def _plain(node: SyntaxTreeNode) -> str:
    """Give the words of a node without any markup."""
    if node.type in ("text", "text_special"):
        return node.content
    if node.type in ("code_inline", "math_inline", "math_inline_double"):
        return _formula(node) or node.content
    if node.type in ("softbreak", "hardbreak"):
        return " "
    if node.type == "html_inline":
        tag = open_tag(node.content)
        return f" {image_words(tag)} " if tag and tag.name in ("br", "img") else ""
    if node.type == "footnote_ref":
        return f"[{int(node.meta.get('id', 0)) + 1}]"
    return "".join(_plain(child) for child in node.children)


def _closing_tags(nodes: Iterable[SyntaxTreeNode]) -> dict[str, list[int]]:
    ends: dict[str, list[int]] = {}
    for position, node in enumerate(nodes):
        if node.type == "html_inline" and (name := closed_name(node.content)) in _TAGS_WITH_WORDS:
            ends.setdefault(name, []).append(position)
    return ends


def _next_of(positions: Sequence[int], begin: int) -> int | None:
    found = bisect_left(positions, begin)
    return positions[found] if found < len(positions) else None
