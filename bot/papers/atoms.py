"""The atoms of a formula -> a line of text: what stands close, what apart, and what needs brackets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.papers.symbols import LARGE, SMALL

Kind = Literal["ord", "num", "name", "op", "rel", "open", "close", "bar", "punct", "text", "frac", "space"]


@dataclass(frozen=True)
class Atom:
    """A part of a formula that is not taken apart any more, and how it behaves beside others, much as in TeX."""

    text: str
    kind: Kind
    open_end: bool = False
    """A letter or digit that followed at once would be read as a part of it, as in `d_model`."""


_ENDS, _STARTS = ("ord", "num", "name", "close", "frac", "op"), ("ord", "num", "name", "frac", "op")
_CLINGING = ("ord", "num", "name", "op", "frac", "text")


def joined(atoms: Iterable[Atom], *, tight: bool = False) -> str:
    """Set atoms beside each other with the blanks that TeX would put there; scripts are tight."""
    settled = _settled([atom for atom in atoms if atom.text])
    text = ""
    previous: Atom | None = None
    for atom in settled:
        text += (" " if previous and _apart(previous, atom, tight=tight) else "") + atom.text
        previous = atom
    return text


def _settled(atoms: Sequence[Atom]) -> list[Atom]:
    """Tell signs, which stand close, from operators; and bracket the fractions that something clings to."""
    settled: list[Atom] = []
    for index, atom in enumerate(atoms):
        before = settled[-1].kind if settled else None
        after = atoms[index + 1].kind if index + 1 < len(atoms) else None
        after_relation = index > 0 and atoms[index - 1].kind == "rel"
        is_sign = atom.kind == "rel" and (
            after_relation or before in (None, "open", "punct") or after in (None, "close", "punct")
        )
        if is_sign or (atom.text == ":" and before == after == "num"):  # 3:1
            settled.append(replace(atom, kind="bar"))
        elif atom.kind == "frac" and (
            before in (*_CLINGING, "close") or after in (*_CLINGING, "open") or (settled and settled[-1].text == "/")
        ):
            settled.append(replace(atom, text=f"({atom.text})"))
        else:
            settled.append(atom)
    return settled


def _apart(left: Atom, right: Atom, *, tight: bool) -> bool:
    if "space" in (left.kind, right.kind):
        return False
    if "rel" in (left.kind, right.kind) or left.kind == "punct":
        return not tight
    if "frac" in (left.kind, right.kind):
        return left.kind in (*_CLINGING, "close") and right.kind in (*_CLINGING, "open")
    if left.kind == "op":
        return right.kind in _STARTS or (left.text[0] in LARGE and right.kind in ("open", "bar"))
    if right.kind == "op":
        return left.kind in _ENDS
    if left.kind == "name":
        is_compound = right.kind == "name" and left.text[-1] in SMALL  # Bi₂Se₃
        return right.kind in ("ord", "num", "name") and not is_compound
    return left.open_end and right.text[0].isalnum()
