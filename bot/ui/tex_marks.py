r"""A plugin for markdown-it: math between brackets with backslashes, and in environments, as MathJax and KaTeX do.

A blog writes `\\(x\\)` where its markdown takes one backslash away, and `\(x\)` where it does not.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_OPENING = re.compile(r"(\\{1,2})([(\[])")
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|gather|multline|eqnarray)\*?)\}")
# Brackets that are only escaped, as those of a citation, hold none of this.
_MATH = re.compile(r"\\[A-Za-z]|[\^=]|(?<![A-Za-z])[A-Za-z]_|^\s*[A-Za-z]\s*$")
_CLOSING = {"(": ")", "[": "]"}
_LONGEST = 1_000  # characters between brackets
_LINES = 40  # of math that stands alone


def tex_marks_plugin(markdown: MarkdownIt) -> None:
    r"""Read `\(x\)`, `\[x\]` and `\begin{align}`, with one backslash before a bracket or two."""
    markdown.inline.ruler.before("escape", "tex_marks", _read_inline)
    markdown.block.ruler.before("blockquote", "tex_marks", _read_block, {"alt": ["paragraph", "blockquote", "list"]})


def _read_inline(state: StateInline, silent: bool) -> bool:
    opening = _OPENING.match(state.src, state.pos)
    if not opening:
        return False
    closing = opening[1] + _CLOSING[opening[2]]
    end = state.src.find(closing, opening.end(), opening.end() + _LONGEST)
    formula = state.src[opening.end() : end]
    if end < 0 or not _MATH.search(formula):
        return False
    if not silent:
        token = state.push("math_inline", "math", 0)
        token.content = formula.strip()
    state.pos = end + len(closing)
    return True


def _read_block(state: StateBlock, begin: int, end: int, silent: bool) -> bool:
    if state.is_code_block(begin):
        return False
    first = state.src[state.bMarks[begin] + state.tShift[begin] : state.eMarks[begin]]
    bracket, environment = _OPENING.match(first), _ENVIRONMENT.match(first)
    if environment:
        closing, start = f"\\end{{{environment[1]}}}", 0
    elif bracket and bracket[2] == "[":
        closing, start = bracket[1] + "]", bracket.end()
    else:
        return False
    for line in range(begin, min(end, begin + _LINES)):
        if line > begin and state.sCount[line] < state.blkIndent:
            break
        if state.src[state.bMarks[line] : state.eMarks[line]].rstrip().endswith(closing):
            formula = state.getLines(begin, line + 1, state.blkIndent, False).strip()[start:]
            if not environment:
                formula = formula.removesuffix(closing)
            elif environment[1].startswith("equation"):  # which only numbers it
                formula = formula[environment.end() :].removesuffix(closing).strip()
            if not _MATH.search(formula):
                break
            if not silent:
                state.line = line + 1
                token = state.push("math_block", "math", 0)
                token.block = True
                token.content = formula
                token.map = [begin, state.line]
            return True
    return False
