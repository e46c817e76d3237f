"""Raw HTML -> markdown: what a browser shows of it, without what Discord cannot.

The markdown goes through the same renderer as the rest; every character of the text is escaped in it.
"""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import quote

_UNSEEN = (  # what begins it, and what ends it
    (re.compile("<!--"), re.compile("-->")),
    *(
        (re.compile(rf"<{name}\b[^<>]{{0,2000}}>", re.IGNORECASE), re.compile(rf"</{name}\s*>", re.IGNORECASE))
        for name in ("script", "style", "template")
    ),
    (re.compile(r"<[?!]"), re.compile(">")),
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,30})((?:[^<>\"']|\"[^\"]{0,4000}\"|'[^']{0,4000}')*)>")
_ATTRIBUTE = re.compile(r"([\w:-]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_DISPLAYED = re.compile(r"\\\[ ?([^<>$]{1,2000}?) ?\\\]|\$\$ ?([^<>$]{1,2000}?) ?\$\$")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_ESCAPED = r"\\\1"

_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr")
_CLOSES = {  # an opening tag ends what is open of the first, but not outside of the second
    "li": (frozenset(("li",)), frozenset(("ul", "ol"))),
    "dt": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "dd": (frozenset(("dt", "dd")), frozenset(("dl",))),
    "td": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "th": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "tr": (frozenset(("tr", "td", "th")), frozenset(("table",))),
    "p": (frozenset(("p",)), frozenset(("td", "th", "li", "div", "blockquote"))),
}
_BLOCKS = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form"
    "|h[1-6]|header|hr|html|li|main|nav|ol|p|pre|section|summary|table|tbody|tfoot|thead|tr|td|th|ul"
)
MEDIA = frozenset(("audio", "embed", "iframe", "video"))
_DEEPEST = 40

_SUPER = str.maketrans("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ")
_SUB = str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎")


@dataclass(slots=True)
class Element:
    """An element of HTML: its name, its attributes, and what is in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element | str"] = field(default_factory=list)


def to_markdown(source: str) -> str:
    """Write a piece of HTML as markdown, block by block."""
    return "\n\n".join(_blocks(_parse(source)))


def open_tag(source: str) -> Element | None:
    """Read one tag; None for one that closes, and for a comment. A name with a slash is never given."""
    match = _TAG.fullmatch(source)
    return _element(match) if match and not match[1] else None


def closed_name(source: str) -> str:
    """Name what a tag closes, or nothing."""
    match = _TAG.fullmatch(source)
    return match[2].lower() if match and match[1] else ""


def raised(text: str) -> str:
    """Write a superscript: in its own characters where they exist."""
    return _set(text, "^", _SUPER)


def lowered(text: str) -> str:
    """Write a subscript: in its own characters where they exist."""
    return _set(text, "_", _SUB)


def _set(text: str, mark: str, characters: dict[int, int]) -> str:
    if all(ord(character) in characters for character in text):
        return text.translate(characters)
    return f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"


def _element(match: re.Match[str]) -> Element:
    attributes = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(match[3])}
    return Element(match[2].lower(), attributes)


def _parse(source: str) -> Element:
    root = Element("")
    stack = [root]
    for begin, end in _UNSEEN:
        source = _cut_out(source, begin, end)
    position = 0
    for match in _TAG.finditer(source):
        stack[-1].children.append(html.unescape(source[position : match.start()]))
        position = match.end()
        name = match[2].lower()
        if match[1]:
            _end(stack, frozenset((name,)), frozenset(), innermost=True)
            continue
        if name in _CLOSES:
            _end(stack, *_CLOSES[name])
        element = _element(match)
        stack[-1].children.append(element)
        if not _VOID.fullmatch(name) and not match[3].endswith("/") and len(stack) < _DEEPEST:
            stack.append(element)
    stack[-1].children.append(html.unescape(source[position:]))
    return root


def _cut_out(source: str, begin: re.Pattern[str], end: re.Pattern[str]) -> str:
    """Drop what stands between two marks; where the second is missing, nothing."""
    pieces: list[str] = []
    position = 0
    for match in begin.finditer(source):
        if match.start() < position:
            continue
        ending = end.search(source, match.end())
        if not ending:
            break
        pieces.append(source[position : match.start()])
        position = ending.end()
    return "".join([*pieces, source[position:]])


def _end(stack: list[Element], names: frozenset[str], holders: frozenset[str], *, innermost: bool = False) -> None:
    """End the outermost or innermost open element of these names, but none outside of a holder."""
    found = 0
    for depth in range(len(stack) - 1, 0, -1):
        if stack[depth].name in holders:
            break
        if stack[depth].name in names:
            found = depth
            if innermost:
                break
    if found:
        del stack[found:]


# --- blocks ---------------------------------------------------------------------------------------


def _blocks(element: Element) -> list[str]:
    """Write what is in an element as blocks; words between blocks are paragraphs."""
    blocks: list[str] = []
    run: list[Element | str] = []
    for child in [*element.children, None]:
        if child is not None and not _is_block(child):
            run.append(child)
            continue
        if paragraph := _formula(run) or _inline(run):
            blocks.append(paragraph)
        run = []
        if child is not None and not isinstance(child, str):
            blocks += _block(child)
    return blocks


def _formula(run: list[Element | str]) -> str:
    """Write math that stands alone, as blogs keep it from their markdown, as a block of math."""
    text = "".join(part if isinstance(part, str) else "<>" for part in run)
    match = _DISPLAYED.fullmatch(" ".join(text.split()))
    return f"$$\n{match[1] or match[2]}\n$$" if match else ""


def _is_block(child: Element | str) -> bool:
    return not isinstance(child, str) and (
        _BLOCKS.fullmatch(child.name) is not None or any(map(_is_block, child.children))
    )


def _block(element: Element) -> list[str]:
    match element.name:
        case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
            text = _inline(element.children)
            return [f"### {text}"] if text else []
        case "summary" | "dt":
            text = _inline(element.children)
            return [f"**{text}**"] if text else []
        case "figcaption" | "caption":
            text = _inline(element.children)
            return [f"*{text}*"] if text else []
        case "hr":
            return ["---"]
        case "pre":
            return [_fenced(_words(element))]
        case "blockquote":
            return ["\n".join(f"> {line}" for line in "\n\n".join(_blocks(element)).split("\n"))]
        case "ul" | "ol":
            return _list(element)
        case "table":
            return _table(element)
        case _:
            return _blocks(element)


def _fenced(code: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{fence}\n{code.strip(chr(10))}\n{fence}" if code.strip() else ""


def _list(element: Element) -> list[str]:
    start = element.attributes.get("start", "1")
    number = int(start) if start.isdecimal() and len(start) < 9 else 1
    items: list[str] = []
    others: list[str] = []
    for child in element.children:
        if isinstance(child, str) or child.name != "li":
            others += _blocks(Element("", {}, [child]))
            continue
        mark = f"{number}. " if element.name == "ol" else "- "
        number += 1
        lines = "\n\n".join(_blocks(child)).split("\n")
        items.append("\n".join([mark + lines[0], *(" " * len(mark) + line if line else "" for line in lines[1:])]))
    return [*others, "\n".join(items)] if items else others


def _table(element: Element) -> list[str]:
    rows: list[list[Element]] = []
    blocks: list[str] = []
    _read_table(element, rows, blocks)
    rows = [row for row in rows if row]
    if not rows:
        return blocks
    width = max(map(len, rows))
    if not any(cell.name == "th" for cell in rows[0]):
        rows.insert(0, [])
    lines = [
        "| "
        + " | ".join([*(_inline(cell.children).replace("\\\n", " ") for cell in row), *[""] * (width - len(row))])
        + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "---|" * width)
    return [*blocks, "\n".join(lines)]


def _read_table(element: Element, rows: list[list[Element]], others: list[str]) -> None:
    """Collect the cells of a table, and as blocks what stands beside them."""
    for child in element.children:
        if not isinstance(child, str) and child.name in ("thead", "tbody", "tfoot"):
            _read_table(child, rows, others)
        elif not isinstance(child, str) and child.name == "tr":
            cells = [part for part in child.children if not isinstance(part, str) and part.name in ("td", "th")]
            rows.append(cells)
            others += _blocks(Element("", {}, [part for part in child.children if part not in cells]))
        else:
            others += _blocks(Element("", {}, [child]))


# --- words ----------------------------------------------------------------------------------------


def _inline(children: list[Element | str]) -> str:
    """Write words as one paragraph."""
    lines = (" ".join(line.split()) for line in _run(children).split("\n"))
    return "\\\n".join(filter(None, lines))


def _run(children: list[Element | str]) -> str:
    """Write words; an end of a line is one that shows."""
    return "".join(
        _PUNCTUATION.sub(_ESCAPED, re.sub(r"\s+", " ", child)) if isinstance(child, str) else _word(child)
        for child in children
    )


def _word(element: Element) -> str:
    attributes = element.attributes
    inner = _run(element.children)
    words = " ".join(inner.split())
    match element.name:
        case "br":
            return "\n"
        case "img":
            return f"![{_PUNCTUATION.sub(_ESCAPED, image_words(element))}]({_target(attributes.get('src', ''))})"
        case "a" if attributes.get("href") and words:
            return f"[{words}]({_target(attributes['href'])})"
        case "code" | "kbd" | "samp" | "tt" if words and "](" not in inner:
            plain = " ".join(_words(element).split())
            fence = "`" * (1 + max(map(len, re.findall("`+", plain)), default=0))
            return f"{fence} {plain} {fence}" if "`" in plain else f"`{plain}`"
        case "sup" | "sub" if words and "](" not in inner:
            plain = " ".join(_words(element).split())
            return _PUNCTUATION.sub(_ESCAPED, raised(plain) if element.name == "sup" else lowered(plain))
        case "input" if attributes.get("type") == "checkbox":
            return "☐ "
        case name if name in MEDIA:
            sources = [child.attributes.get("src", "") for child in element.children if isinstance(child, Element)]
            source = next(filter(None, [attributes.get("src", ""), *sources]), "")
            label = _PUNCTUATION.sub(_ESCAPED, " ".join(attributes.get("title", "").split())) or name
            return f" [▶ {label}]({_target(source)}) {inner}"
        case name if _BLOCKS.fullmatch(name):
            return f" {inner} "
        case _:
            return inner


def image_words(element: Element) -> str:
    """Give the description of an image."""
    return " ".join((element.attributes.get("alt") or element.attributes.get("title", "")).split())


def _target(address: str) -> str:
    encoded = re.sub(r"[<>\\\s]", lambda match: quote(match[0]), address.strip())
    return f"<{encoded}>"


def _words(element: Element) -> str:
    """Give the bare words of an element."""
    return "".join(
        child if isinstance(child, str) else "\n" if child.name == "br" else _words(child) for child in element.children
    )
