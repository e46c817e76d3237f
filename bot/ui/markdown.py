"""Markdown of a review -> the dialect that Discord shows.

Discord renders emphasis, links, lists, quotes, code and three levels of headings. Tables become aligned code, images
a link with their description, simple math text and other math code, footnotes small print, deep headings bold, and
HTML its text.
"""

import html
import re
from collections.abc import Callable, Iterable
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from bot.library.plain import footnotes_plugin
from bot.papers.formulas import readable_math
from bot.ui.links import is_web_address, masked_link, named_link, safe_url
from bot.ui.text import ZERO_WIDTH, clean, columns, escape, no_pings

ResolveRef = Callable[[str], tuple[str, str]]
"""Takes the target of a `ref:` link; gives an address (or nothing) and words to put behind the link's text."""


def _parser() -> MarkdownIt:
    return (
        MarkdownIt("commonmark", {"html": True})
        .enable(["table", "strikethrough"])
        .use(deflist_plugin)
        .use(dollarmath_plugin, allow_space=False, allow_digits=False)
    )


_PARSER = _parser().use(footnotes_plugin)
_WITHOUT_FOOTNOTES = _parser()

_ADDRESS = re.compile(r"https?://[^\s<>\"'`|\\\[\]]+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>|<!--(?:[^-]|-(?!->)){0,2000}-->", re.DOTALL)
_REF_IN_CODE = re.compile(r"\[([^\[\]]{0,200})\]\(ref:[^()\s]{0,400}\)")  # code cannot hold a link
_MATH_IN_CODE = re.compile(r"\\\(.*\\\)", re.DOTALL)  # how blogs in Hugo keep markdown out of it
_MENTION = re.compile(r"<(?=[@#:/t])")
_LONGEST_CODE = 400  # characters between two backticks, so that pages can be cut between them
_MAX_TABLE_WIDTH = 38  # columns that a phone shows


def render_blocks(markdown: str, resolve_ref: ResolveRef) -> list[str]:
    """Render markdown into blocks, each a paragraph, list, quote or block of code."""
    try:
        root = SyntaxTreeNode(_PARSER.parse(markdown))
    except ValueError:  # a footnote that is defined within itself gives tokens that are no tree
        root = SyntaxTreeNode(_WITHOUT_FOOTNOTES.parse(markdown))
    blocks = (_Renderer(resolve_ref).block(node) for node in root.children)
    return [block if block.startswith("```") else no_pings(block) for block in blocks if block.strip()]


class _Renderer:
    def __init__(self, resolve_ref: ResolveRef) -> None:
        self._resolve_ref = resolve_ref

    # --- blocks -----------------------------------------------------------------------------------

    def block(self, node: SyntaxTreeNode) -> str:
        render = getattr(self, f"_{node.type}", None)
        if render is not None:
            return str(render(node))
        return self._children(node)

    def _children(self, node: SyntaxTreeNode, separator: str = "\n\n") -> str:
        return separator.join(filter(None, (self.block(child) for child in node.children)))

    def _heading(self, node: SyntaxTreeNode) -> str:
        text = " ".join(self.inline(node.children).split())
        if not text:
            return ""
        # Within a section every heading is below the section's own.
        return f"### {text}" if node.tag in ("h1", "h2", "h3") else f"**{text.replace('**', '')}**"

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
        text = self._children(item, "\n")
        for box, sign in (("\\[ \\] ", "☐ "), ("\\[x\\] ", "☑ "), ("\\[X\\] ", "☑ ")):
            text = sign + text.removeprefix(box) if text.startswith(box) else text
        lines = text.split("\n")
        return "\n".join([mark + lines[0], *("  " + line for line in lines[1:])])

    def _blockquote(self, node: SyntaxTreeNode) -> str:
        return "\n".join(f"> {line}" for line in self._children(node).split("\n"))

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

    def _html_block(self, node: SyntaxTreeNode) -> str:
        return escape(" ".join(html.unescape(_TAG.sub(" ", node.content)).split()))

    def _table(self, node: SyntaxTreeNode) -> str:
        rows = [
            [" ".join(_plain(cell).split()) for cell in row.children] for part in node.children for row in part.children
        ]
        widths = [max(map(columns, column)) for column in zip_longest(*rows, fillvalue="")]
        if sum(widths) + 2 * len(widths) > _MAX_TABLE_WIDTH:
            return self._wide_table(rows)
        lines = [
            "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=False)).rstrip()
            for row in rows
        ]
        lines.insert(1, "  ".join("─" * width for width in widths))
        return code_block("\n".join(lines))

    def _wide_table(self, rows: list[list[str]]) -> str:
        """Tell a table that no phone can show as a list: a row each, its cells named by their columns."""
        head, *body = rows
        items: list[str] = []
        for row in body:
            cells = [f"{escape(name)} {escape(cell)}" for name, cell in zip(head[1:], row[1:], strict=False) if cell]
            items.append(f"- **{escape(row[0]) or '—'}**" + (f" — {' · '.join(cells)}" if cells else ""))
        return "\n".join(items) if items else escape(" · ".join(head))

    def _dl(self, node: SyntaxTreeNode) -> str:
        parts: list[str] = []
        for child in node.children:
            text = self._children(child, "\n") if child.type == "dd" else self.inline(child.children)
            parts.append(f"**{text}**" if child.type == "dt" else text)
        return "\n".join(parts)

    def _footnote_block(self, node: SyntaxTreeNode) -> str:
        notes: list[str] = []
        for note in node.children:
            number = int(note.meta.get("id", 0)) + 1
            notes.append(f"-# {number}: " + self._children(note, " ").replace("\n", " "))
        return "\n".join(notes)

    # --- inline -----------------------------------------------------------------------------------

    def inline(self, nodes: Iterable[SyntaxTreeNode]) -> str:
        text = ""
        for node in nodes:
            piece = self._inline_node(node)
            # Two spans of code that touch would be read as one.
            text += ZERO_WIDTH + piece if text.endswith("`") and piece.startswith("`") else piece
        return text

    def _inline_node(self, node: SyntaxTreeNode) -> str:
        match node.type:
            case "text" | "text_special":
                return _escape_with_addresses(node.content)
            case "inline":
                # Marks at the beginning of a line mean something only there, so each line is escaped by itself.
                return self.inline(node.children)
            case "softbreak":
                return " "
            case "hardbreak":
                return "\n"
            case "strong":
                return _wrap("**", self.inline(node.children))
            case "em":
                return _wrap("*", self.inline(node.children))
            case "s":
                return _wrap("~~", self.inline(node.children))
            case "code_inline" if not _MATH_IN_CODE.fullmatch(node.content):
                return code_span(node.content)
            case "code_inline" | "math_inline" | "math_inline_double":
                formula = readable_math(node.content.removeprefix(r"\(").removesuffix(r"\)"))
                return escape(formula) if formula else code_span(node.content)
            case "link":
                return self._link(str(node.attrs.get("href", "")), self.inline(node.children), _plain(node))
            case "image":
                return self._image(node)
            case "footnote_ref":
                return f"\\[{int(node.meta.get('id', 0)) + 1}\\]"
            case "html_inline":
                return "\n" if re.fullmatch(r"<br\s*/?>", node.content, re.IGNORECASE) else ""
            case "footnote_anchor":
                return ""
            case _:
                return self.inline(node.children) if node.children else escape(node.content)

    def _link(self, href: str, text: str, plain: str) -> str:
        if href.startswith("ref:"):
            url, words = self._resolve_ref(href.removeprefix("ref:"))
            return (masked_link(text, url) if url else text) + words
        if not is_web_address(href):
            return text
        if plain.strip() in (href, html.unescape(href)):
            return safe_url(href)
        return named_link(text, plain, href)

    def _image(self, node: SyntaxTreeNode) -> str:
        source = str(node.attrs.get("src", ""))
        words = f"🖼 {escape(' '.join(node.content.split()) or 'image')}"
        return masked_link(words, source) if is_web_address(source) else words


def _plain(node: SyntaxTreeNode) -> str:
    """Give the words of a node without any markup."""
    if node.type in ("text", "text_special", "code_inline", "math_inline"):
        return node.content
    if node.type == "softbreak":
        return " "
    return "".join(_plain(child) for child in node.children)


def _escape_with_addresses(text: str) -> str:
    """Escape a text but for the addresses in it, which would lead elsewhere with a backslash inside."""
    pieces: list[str] = []
    position = 0
    for match in _ADDRESS.finditer(text):
        url = match[0].rstrip(".,;:!?*_~")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?*_~")
        if target := safe_url(url):
            pieces += [escape(text[position : match.start()]), target]
            position = match.start() + len(url)
    return "".join([*pieces, escape(text[position:])])


def _wrap(mark: str, text: str) -> str:
    """Put marks close around a text: Discord, like CommonMark, ignores marks that touch a blank inside."""
    inner = text.strip()
    if not inner:
        return text
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{lead}{mark}{inner}{mark}{tail}"


def code_span(text: str) -> str:
    """Show a text as inline code; backticks inside are kept apart from the marks."""
    text = " ".join(_REF_IN_CODE.sub(r"\1", clean(text)).split())
    # Code pings nobody, but a page may end within it.
    text = _MENTION.sub("<" + ZERO_WIDTH, text)
    pieces = [text[start : start + _LONGEST_CODE] for start in range(0, len(text), _LONGEST_CODE)]
    return ZERO_WIDTH.join(
        f"`` {re.sub('`(?=`)', '`' + ZERO_WIDTH, piece)} ``" if "`" in piece else f"`{piece}`" for piece in pieces
    )


def code_block(text: str, language: str = "") -> str:
    """Show a text as a block of code, whatever it holds."""
    text = _REF_IN_CODE.sub(r"\1", clean(text)).rstrip().replace("```", "`\u200b`\u200b`")
    return f"```{language}\n{text}\n```"
