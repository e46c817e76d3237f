"""The markup in what publishers deposit -> plain text: JATS XML, HTML, MathML.

One pass over the tags, without an XML parser: what is deposited is often not well-formed.
"""

import html
import re
from xml.etree.ElementTree import Element, SubElement

from bot.papers.formulas import readable_mathml
from bot.papers.symbols import SUBSCRIPTS, SUPERSCRIPTS

_TAG = re.compile(
    r"<(?P<close>/?)(?:[A-Za-z][\w.-]{0,40}:)?(?P<name>[A-Za-z][\w.-]{0,40})(?=[\s/>])[^<>]{0,2000}>|<![^<>]{0,2000}>"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Some tags are escaped once more than they should be, as in `&lt;i&gt;E. coli&lt;/i&gt;`.
_ESCAPED_TAG = re.compile(r"&lt;(/?(?:jats:)?(?:i|b|u|em|strong|italic|bold|sub|sup|scp|sc|tt|p|title|sec))&gt;")
_DOCUMENT = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|$)", re.DOTALL)
_INDENT = re.compile(r"\n[ \t]*$")

_BLOCKS = frozenset(
    ["p", "sec", "title", "label", "list", "list-item", "disp-formula", "break", "br", "div", "li", "ul"]
)
_SPANS = frozenset(["sub", "sup", "title", "tex-math", "alternatives", "math"])
_IDLE_HEADINGS = frozenset(["abstract", "summary", "résumé", "zusammenfassung", "resumen", "resumo"])
_LONGEST_LETTERS = 3  # a longer word is easier to read as `d_model` than in small letters
_DEEPEST = 20  # elements within each other


def plain_line(markup: str) -> str:
    """Read a title: one line, without its markup."""
    return " ".join(_Reading(markup).paragraphs())


def plain_paragraphs(markup: str) -> str:
    """Read an abstract: paragraphs parted by an empty line; a heading such as Abstract says nothing and goes."""
    paragraphs = _Reading(markup).paragraphs()
    return "\n\n".join(paragraphs[1:] if paragraphs and _is_idle(paragraphs[0]) else paragraphs)


def _is_idle(heading: str) -> bool:
    return heading.strip(" .:\n").casefold() in _IDLE_HEADINGS


def _unescape(text: str) -> str:
    for _ in range(2):  # some are escaped twice
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


class _Reading:
    def __init__(self, markup: str) -> None:
        self._markup = _ESCAPED_TAG.sub(r"<\1>", markup.replace("<![CDATA[", "").replace("]]>", ""))
        self._done: list[str] = []
        self._pieces: list[str] = []  # of the paragraph that is being read
        self._spans: list[tuple[str, int]] = []  # what is open, and the piece with which it began
        self._heading = ""
        self._tex = ""  # the form to prefer among alternatives
        self._math: list[Element] = []  # what is open in a formula

    def paragraphs(self) -> list[str]:
        position = 0
        for tag in _TAG.finditer(self._markup):
            self._text(self._markup[position : tag.start()])
            if name := tag["name"]:
                self._tag(name.lower(), closing=bool(tag["close"]), empty=tag[0].endswith("/>"))
            position = tag.end()
        self._text(self._markup[position:])
        self._end_paragraph()
        return self._done

    def _text(self, text: str) -> None:
        text = _unescape(text)
        self._pieces.append(text)
        if self._math:
            self._math[-1].text = (self._math[-1].text or "") + text.strip()

    def _tag(self, name: str, *, closing: bool, empty: bool) -> None:
        if self._math and name != "math":
            self._math_tag(name, closing=closing, empty=empty)
            return
        if name in _BLOCKS and not (closing and name == "title"):
            self._end_paragraph()
        if name not in _SPANS or empty:
            return
        if closing:
            self._close(name)
            return
        if name in ("sub", "sup") and self._pieces:
            self._pieces[-1] = _INDENT.sub("", self._pieces[-1])
        if name == "math" and not self._math:
            self._math = [Element("math")]
        if len(self._spans) < _DEEPEST:
            self._spans.append((name, len(self._pieces)))

    def _math_tag(self, name: str, *, closing: bool, empty: bool) -> None:
        if closing and len(self._math) > 1:
            self._math.pop()
        elif not closing:
            shallow = len(self._math) <= _DEEPEST
            child = SubElement(self._math[-1], name if shallow else "deep")  # which is no element that can be read
            if shallow and not empty:
                self._math.append(child)

    def _close(self, name: str) -> None:
        if name not in (span for span, _ in self._spans):
            return
        while (span := self._spans.pop())[0] != name:
            pass
        start = span[1]
        content = "".join(self._pieces[start:])
        del self._pieces[start:]
        match name:
            case "sub":
                self._pieces.append(_script(content, "_", SUBSCRIPTS))
            case "sup":
                self._pieces.append(_script(content, "^", SUPERSCRIPTS))
            case "title":
                self._heading = "" if _is_idle(content) else content.strip(" .:\n")
            case "tex-math":
                document = _DOCUMENT.search(content)
                self._tex = f"${(document[1] if document else content).strip().strip('$').strip()}$"
                self._pieces.append(self._tex)
            case "alternatives":
                self._pieces.append(self._tex or content)
                self._tex = ""
            case _:
                self._pieces.append(_formula(self._math[0], content) if self._math else content)
                self._math = []

    def _end_paragraph(self) -> None:
        paragraph = " ".join("".join(self._pieces).split())
        self._pieces = []
        self._spans = []
        self._math = []
        if paragraph:
            self._done.append(f"{self._heading}: {paragraph}" if self._heading else paragraph)
            self._heading = ""


def _formula(math: Element, content: str) -> str:
    if tex := math.findtext(".//annotation"):  # the formula once more, as TeX
        return f"${tex}$"
    return readable_mathml(math) or "".join(content.split())


def _script(content: str, mark: str, table: dict[int, int]) -> str:
    content = content.strip()
    if content.isalpha() and len(content) > _LONGEST_LETTERS:
        return mark + content
    if all(ord(character) in table for character in content):
        return content.translate(table)
    return mark + content if content.isalnum() else content
