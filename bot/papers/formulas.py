"""The math of TeX -> Unicode text, where that reads well and says the same.

latex2mathml parses the TeX and knows its symbols; what it makes of them is written out here as a line of text.
"""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from bot.papers.atoms import Atom, Kind, joined
from bot.papers.symbols import (
    ACCENTS,
    ALPHABETS,
    CLOSING,
    COMPOUNDS,
    DIFFERENTIALS,
    LARGE,
    LETTERLIKE,
    OPENING,
    OVERLINE,
    RAISED,
    RAISED_LETTERS,
    RENAMED,
    SMALL,
    SUBSCRIPTS,
    SUPERSCRIPTS,
)


class _NotSimpleError(Exception):
    """The formula needs more than a line of text."""


_LONGEST = 400  # characters of a source; what is longer would not be read as a line
_DEEPEST = 8  # braces within each other
_PLAIN = re.compile(r"[A-Za-z]|[0-9]+(?:\.[0-9]+)?")
_DEFINES = re.compile(r"\\(?:[egx]?def|let|(?:re)?newcommand|DeclareMathOperator|verb|href|style|tag)(?![a-z])")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*%")
# `1,000` is one number, and the comma in it no punctuation
_THOUSANDS = re.compile(r"(?<![\d.,}])[1-9]\d{0,2}(?:(?:,|\{,\})\d{3})+(?![\d,])")
_SYNONYMS = (  # what latex2mathml does not know, or only in part
    (re.compile(r"\\math(?:ds|bbm)(?![a-z])"), r"\\mathbb"),
    (re.compile(r"\\textsc(?![a-z])"), r"\\text"),
    (re.compile(r"\\[ns](?:ice)?frac(?![a-z])"), r"\\frac"),
    (re.compile(r"\\(d?dag)(?![a-z])"), r"\\\1ger "),
    (re.compile(r"\\backslash(?![a-z])"), r"\\setminus "),
    (re.compile(r"\\AA(?![a-z])"), "Å"),
    # of astronomers
    (re.compile(r"\\sun(?![a-z])"), r"\\odot "),
    (re.compile(r"\\arcmin(?![a-z])"), "'"),
    (re.compile(r"\\arcsec(?![a-z])"), "''"),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\\\(?=\\[{}])"), ""),  # `\\\{`, escaped for a renderer of markdown that knows no math
    (re.compile(r"(?<=\S)(?<!left)(?<!ight)(?<!iddle)(?<!ig) \| (?=\S)"), r" \\mid "),  # as in P(x | y)
    (re.compile(r"\\(?:ensuremath|xspace|nolimits|limits|mathop|[bB]igg?[lrm]?)(?![a-zA-Z])"), " "),
    (re.compile(r"\\operatorname\*?\s*\{\s*\\?arg\s*(?:\\[,;! ]\s*)?\\?(max|min)\s*\}"), r"\\arg\1 "),
    (re.compile(r"\\arg\s*(?:\\[,;! ]\s*)?\\(max|min)(?![a-z])"), r"\\arg\1 "),
)

_LONGEST_LETTERS = 3  # a longer word is easier to read as `d_model` than in small letters


def readable_math(tex: str) -> str | None:
    """Read the inside of one math span as Unicode text; None where that would not be simple or not be certain.

    Every letter and digit of the source is in the answer, perhaps as a script, with an accent or in another font.
    """
    source = tex.strip()
    return source if _PLAIN.fullmatch(source) else _read(source)


@lru_cache(maxsize=512)
def _read(source: str) -> str | None:
    if len(source) > _LONGEST or _DEFINES.search(source) or _COMMENT.search(source) or not _is_balanced(source):
        return None
    synonymous = _THOUSANDS.sub(_number, source)
    for pattern, replacement in _SYNONYMS:
        synonymous = pattern.sub(replacement, synonymous)
    try:
        text = joined(_atoms(Converter().convert_to_element(synonymous)))
    except Exception:  # what is not well-formed raises errors of a dozen unrelated kinds
        return None
    text = " ".join(text.split())
    return text if text and not _lost(source, text) else None


def readable_mathml(math: Element) -> str | None:
    """Read MathML, whose tags have no namespaces, as Unicode text; None where that would not be simple."""
    try:
        text = " ".join(joined(_atoms(math)).split())
    except (_NotSimpleError, IndexError):  # an element may have fewer parts than it should
        return None
    return text if text and not _signs("".join(math.itertext())) - _signs(text) else None


def _number(match: re.Match[str]) -> str:
    return r"\text{" + match[0].replace("{", "").replace("}", "") + "}"


def _is_balanced(source: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", _ESCAPED.sub("", source)):
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= _DEEPEST:
            return False
    return depth == 0


def _lost(source: str, text: str) -> Counter[str]:
    """Count what a reader of the source would miss in the text."""
    visible = re.sub(r"\\(?:left|right)\s*\.|\\(?:[A-Za-z]+|.)", " ", source, flags=re.DOTALL)
    return _signs(visible) - _signs(text)


def _signs(text: str) -> Counter[str]:
    folded = unicodedata.normalize("NFKD", text).replace("\u2212", "-")
    return Counter(c for c in folded if c.isalnum() or c in "+-=<>()/|!,;:")


# --- MathML -> atoms ----------------------------------------------------------------------------------


def _atoms(node: Element) -> list[Atom]:
    match node.tag:
        case "math" | "mrow" | "mstyle":
            return _row(node)
        case "mi" | "mn" | "mo" | "mtext":
            return _leaf(node)
        case "mspace" if "linebreak" not in node.attrib:
            return [] if node.get("width", "").startswith(("-", "negative")) else [Atom(" ", "space")]
        case "msub" | "msup" | "msubsup" if node[0].tag in ("msub", "msup", "msubsup"):
            raise _NotSimpleError("two scripts of one kind")
        case "msub":
            return [_scripted(_atoms(node[0]), sub=node[1])]
        case "msup":
            return [_scripted(_atoms(node[0]), sup=node[1])]
        case "msubsup":
            return [_scripted(_atoms(node[0]), sub=node[1], sup=node[2])]
        case "munder" | "mover" | "munderover":
            return [_stacked(node)]
        case "mfrac" if "linethickness" not in node.attrib:
            return [Atom(f"{_operand(node[0], factors=True)}/{_operand(node[1], factors=False)}", "frac")]
        case "msqrt":
            return [_root(node)]
        case "mroot":
            degree, _ = _script(node[1], "^", SUPERSCRIPTS)
            return [_root(node, degree)]
        case _:
            raise _NotSimpleError(node.tag)


def _root(node: Element, degree: str = "") -> Atom:
    radicand = _operand(node[0], factors=False)
    bracketed = radicand.startswith("(") and radicand.endswith(")")
    if not bracketed and RAISED_LETTERS.union("^(").intersection(radicand):
        radicand = f"({radicand})"  # √(x²) is not (√x)²
    return Atom(f"{degree}√{radicand}", "ord", open_end=True)


def _row(node: Element) -> list[Atom]:
    letters = [child for child in node if child.tag == "mi" and child.get("mathvariant") == "normal"]
    if len(letters) > 1 and len(letters) == len(node):
        return [Atom("".join(_text(letter) for letter in letters), "name")]
    atoms: list[Atom] = []
    for child in node:
        for atom in _atoms(child):
            if atoms and atoms[-1].text + atom.text in COMPOUNDS:
                atom = Atom(atoms.pop().text + atom.text, "rel")
            atoms.append(atom)
    return atoms


def _text(node: Element) -> str:
    text = html.unescape(node.text or "")
    if len(node) or "\\" in text or (text in ("&", "{", "}") and node.tag == "mi"):
        raise _NotSimpleError(text)  # a macro that is not known, an alignment, a brace too many
    return text


def _leaf(node: Element) -> list[Atom]:
    if node.tag == "mtext":
        text = re.sub(r"\\([_%&#{}])", r"\1", html.unescape(node.text or ""))
        if re.search(r"[\\$^]", text):
            raise _NotSimpleError(text)
        return [Atom(text.replace("\u00a0", " "), "text")]
    text = _styled(_text(node), node.get("mathvariant", ""))
    text = RENAMED.get(text, text)
    return [Atom(text, _kind(node, text))] if text else []


def _kind(node: Element, text: str) -> Kind:
    if node.tag == "mn":
        return "num"
    if len(text) > 1:
        return "op" if text[0].isalpha() else "ord"
    if text in OPENING or node.get("form") == "prefix":
        return "open"
    if text in CLOSING or node.get("form") == "postfix":
        return "close"
    if text in "|‖/":
        # `\mid` stands between, a bar is drawn around.
        return "rel" if html.unescape(node.text or "") == "\u2223" else "bar"
    if text in ",;:":
        return "punct"
    if text in LARGE:
        return "op"
    is_sign = unicodedata.category(text) == "Sm" or text in "*·" or "\u2190" <= text <= "\u21ff"  # the arrows
    return "rel" if is_sign and text not in LETTERLIKE else "ord"


def _styled(text: str, variant: str) -> str:
    return "".join(_letter(character, variant) for character in text)


def _letter(character: str, variant: str) -> str:
    name = unicodedata.name(character, "")
    if re.match(r"MATHEMATICAL (?:BOLD|ITALIC|SANS|MONO)", name):
        return unicodedata.normalize("NFKC", character)
    name = name.removeprefix("LATIN ").replace(" LETTER", "")
    for alphabet in ALPHABETS.get(variant, ()):
        # Unicode has had some for long, before it had the others.
        for full_name in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}"):
            try:
                return unicodedata.lookup(full_name)
            except KeyError:
                continue
    return character


def _scripted(base: Sequence[Atom], sub: Element | None = None, sup: Element | None = None) -> Atom:
    if len(base) == 1 and (base[0].kind == "frac" or base[0].open_end):
        base = [Atom(f"({base[0].text})", "ord")]
    bracketed = bool(base) and base[0].kind == "open" and base[-1].kind == "close"
    if not bracketed and any(atom.kind in ("rel", "punct", "frac", "space") for atom in base) and len(base) > 1:
        raise _NotSimpleError("script of a sum")
    low = _script(sub, "_", SUBSCRIPTS) if sub is not None else ("", False)
    high = _script(sup, "^", SUPERSCRIPTS) if sup is not None else ("", False)
    # What has small letters goes first, so that K⁰_S can be told from K_S⁰.
    scripts = [high, low] if low[0].startswith("_") and not high[0].startswith("^") else [low, high]
    text = joined(base) + "".join(script for script, _ in scripts)
    open_end = any(is_open for _, is_open in scripts)
    kind = base[-1].kind if base else "ord"
    return Atom(text, "ord" if kind in ("close", "open", "num") else kind, open_end)


def _script(node: Element, mark: str, table: dict[int, int]) -> tuple[str, bool]:
    """Write a script, and tell whether it has an open end."""
    atoms = _atoms(node)
    text = joined(atoms, tight=True).strip()
    if not text or re.search(r"[_^]\(", text):
        raise _NotSimpleError("script of scripts")
    if mark == "^" and text in RAISED:
        return text, True
    is_word = text.isalpha() and (
        len(text) > _LONGEST_LETTERS or (len(atoms) == 1 and atoms[0].kind in ("op", "name", "text") and len(text) > 2)
    )
    if not is_word and all(ord(c) in table for c in text):
        return text.translate(table), False
    # Two factors are not one exponent, and scripts of scripts need brackets.
    plain = len(text) == 1 or (mark == "_" and text.isalnum() and not SMALL.intersection(text))
    kinds = [atom.kind for atom in atoms]
    if kinds[0] == "open" and kinds[-1] == "close" and kinds.count("open") == 1:
        return mark + text, False
    return (mark + text, True) if plain else (f"{mark}({text})", False)


def _stacked(node: Element) -> Atom:
    base, mark = _atoms(node[0]), html.unescape(node[1].text or "")
    if node.tag != "munderover" and node[1].tag == "mo" and mark:
        combining = ACCENTS.get(mark, "") if node.tag == "mover" else {"―": "\u0332"}.get(mark, "")
        if len(base) == 1 and len(base[0].text) == 1 and combining:
            return replace(base[0], text=unicodedata.normalize("NFC", base[0].text + combining))
        name = joined(base)
        if combining == OVERLINE and len(name) <= _LONGEST_LETTERS and name.isalnum():
            return Atom("".join(letter + combining for letter in name), "name")
    elif len(base) == 1 and base[0].kind == "op":
        under, over = (None, node[1]) if node.tag == "mover" else (node[1], node[2] if len(node) > 2 else None)
        return _scripted(base, under, over)
    raise _NotSimpleError(node.tag)


def _operand(node: Element, *, factors: bool) -> str:
    """Write a part of a fraction or a root; in brackets where it is a sum, or a product that may have no factors."""
    atoms = _atoms(node)
    text = joined(atoms).strip()
    if not text:
        raise _NotSimpleError("nothing to divide")
    if len(atoms) == 2 and atoms[0].text in DIFFERENTIALS:  # ∂x
        atoms = atoms[1:]
    kinds = [atom.kind for atom in atoms]
    one = kinds == ["ord", "open", *kinds[2:-1], "close"] and kinds.count("open") == 1  # P(x)
    one = one or (kinds == ["bar", *kinds[1:-1], "bar"] and kinds.count("bar") == 2)  # |x|
    one = one or (len(atoms) == 1 and kinds != ["frac"])
    product = factors and all(kind in ("ord", "num", "open", "close", "bar") for kind in kinds)
    return text if one or (product and "/" not in text) else f"({text})"
