"""Plain values -> front matter and markdown, so that they are read again as they were given. Pure.

Nothing that a source or a member wrote may become a heading, a shortcode, raw HTML, a link, a divider or the end of
the front matter: in front matter it is quoted, in markdown escaped.
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Literal

from bot.papers.tex import readable_text

Format = Literal["toml", "yaml", "json"]

# --- front matter ---------------------------------------------------------------------------------

# What YAML needs no quotes for, whoever reads it; anything else gets them.
_PLAIN = re.compile(r"[^\W\d_](?:[\w .'\u2019()/-]*[\w.)])?")
_WORDS_OF_YAML = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))
_UNREADABLE = "\ufffe\uffff"  # which YAML refuses


def one_line(text: str) -> str:
    """Put a text on one line, without what cannot be seen: control and bidirectional characters, lone surrogates."""
    text = " ".join(text.split())
    if text.isascii() and text.isprintable():
        return text
    hidden = (c for c in text if c not in "\u200c\u200d" and unicodedata.category(c) in ("Cc", "Cf", "Cs"))
    return " ".join(text.translate(dict.fromkeys(map(ord, {*hidden, *_UNREADABLE}))).split())


def write_text(text: str, form: Format, quote: str = '"') -> str:
    """Write one line of text as a value, in the quotes that are wished for as far as it can stand in them."""
    if form == "yaml" and not quote and _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    if quote == "'" and form == "yaml":
        return "'" + text.replace("'", "''") + "'"
    if quote == "'" and form == "toml" and "'" not in text:
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False)  # which all three read


def write_list(items: Sequence[str], form: Format, quote: str = '"', spread: str | None = None) -> str:
    """Write a list on one line, or each item on a line of its own behind `spread`."""
    written = [write_text(item, form, quote) for item in items]
    if spread is None or not written:
        return f"[{', '.join(written)}]"
    lines = "".join(f"\n{spread}{item}{'' if form == 'yaml' else ','}" for item in written)
    return lines if form == "yaml" else f"[{lines if form == 'toml' else lines.rstrip(',')}\n{spread[:-2]}]"


def write_front_matter(pairs: Sequence[tuple[str, str]], form: Format, indent: str = "  ") -> str:
    """Put keys and their written values together, with the marks around them."""
    if form == "json":
        return "{\n" + ",\n".join(f"{indent}{json.dumps(key)}: {value}" for key, value in pairs) + "\n}\n"
    if form == "toml":
        return "+++\n" + "".join(f"{key} = {value}\n" for key, value in pairs) + "+++\n"
    lines = (f"{key}:{value}\n" if value.startswith("\n") else f"{key}: {value}\n" for key, value in pairs)
    return "---\n" + "".join(lines) + "---\n"


# --- markdown -------------------------------------------------------------------------------------

_MARKS = re.compile(
    r"(?P<mark>[`\[\]<]"
    r"|\*(?! )|(?<! )\*"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|\\(?=[!-/:-@\[-`{-~\s]|$)"
    r"|~(?=~)|(?<=~)~"
    r"|:(?=//)|(?<=www)\.(?=\w)"
    r"|&(?=#|\w{1,40};)"
    r"|(?<=--)>"
    r"|(?<=\{)[{%])"
)
_NUMBER = re.compile(r"[0-9]{1,9}(?=[.)])")
_MATH = re.compile(r"(?<![\\$\w])\$(?P<tex>[^\s$](?:[^$\n]{0,400}[^\s$\\])?)\$(?![0-9$])")
_TEX = re.compile(r"[\\^_={}<>]|^[A-Za-z]$")
_SIGNS_OF_MATH = {"<": r"\lt ", ">": r"\gt "}
_NEVER_FIRST = re.compile(r"[#>+=|:{~<*_-]|[0-9]{1,9}[.)]")


def escape_markdown(text: str, math: str = "") -> str:
    """Make one line of text appear as it is written, in Hugo and in every reader of its markdown.

    `math` is how the club opens a formula, such as ``$``: formulas are kept then, and written out otherwise.
    """
    text = one_line(text)
    if not math:
        return _escape(one_line(readable_text(text)))
    pieces, position = list[str](), 0
    for match in _MATH.finditer(text):
        if _TEX.search(match["tex"]):
            pieces += [_escape(text[position : match.start()], math), _formula(match["tex"], math)]
            position = match.end()
    pieces.append(_escape(text[position:], math))
    return "".join(pieces)


def _escape(text: str, math: str = "") -> str:
    text = _MARKS.sub(r"\\\g<mark>", text)
    if "$" in math:
        text = text.replace("$", r"\$")
    if number := _NUMBER.match(text):
        return f"{number[0]}\\{text[number.end() :]}"
    return "\\" + text if text[:1] and text[0] in "#>+=|:{~-" else text


def _formula(tex: str, math: str) -> str:
    for sign, name in _SIGNS_OF_MATH.items():
        tex = tex.replace(sign, name)
    tex = tex.replace("`", "'").replace("{{", "{ {").replace("{%", "{ %")
    return f"{math}{tex}{_CLOSING[math]}"


_CLOSING = {"$": "$", r"\(": r"\)", r"\\(": r"\\)", r"`\(": r"\)`"}
MATH_MARKS = tuple(_CLOSING)


def wrap(text: str, width: int) -> str:
    """Break one line of markdown into lines of a width (0: none), never where a mark would begin the next one."""
    if not width:
        return text
    lines, line = list[str](), ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width and not _NEVER_FIRST.match(word):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])
