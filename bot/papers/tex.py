"""The TeX that stands in titles and abstracts -> readable text: accents, quotes, dashes, fonts, math.

One pass from left to right over the text, without recursion. What is not known to be TeX stays as it is: a `%` is a
per cent sign, since abstracts hold many of those and hardly a comment, and a `$` may be money.
"""

import re
import unicodedata

from bot.papers.formulas import readable_math
from bot.papers.symbols import COMBINING, FONTS, LETTERS, SIGNS, SWITCHES, WORDS

_TOKEN = re.compile(
    r"""
      (?P<address> https?://(?:\\[_%&\#~]|[^\s{}$\\'"`<>])+ )
    | \\(?:url|path|nolinkurl) \s* \{ (?P<verbatim> [^{}]* ) \}
    | \\text(?P<level>super|sub)script \s* \{ (?P<script> [^{}]{1,30} ) \}
    | \\href \s* \{ (?P<target> [^{}]* ) \} \s* \{ (?P<words> [^{}]* ) \}
    | \\(?P<about>cite[a-z]*|ref|eqref|autoref|cref|label) \*? (?:\[[^\[\]{}]*\]){0,2} \{ (?P<key> [^{}]* ) \}
    | (?: \\textsc \s* \{ | \{ \s* \\sc \s ) \s* (?P<numeral> [ivx]{1,4} ) \s* \}
    | \\(?P<accent> ['`^"~=.] | [cvuHkrdb](?![A-Za-z]) ) \s*
        (?: \{ \s* (?P<braced> \\[ij] | [^\W\d_]
                | \\(?:['`^"~=.]|[cvuHkrdb](?![A-Za-z])) \s* (?: \{ \s* [^\W\d_] \s* \} | [^\W\d_] ) ) \s* \}
            | (?P<bare> \\[ij](?![A-Za-z])[ ]? | [^\W\d_] ) )
    | \\t \s* \{ (?P<tied> [^\W\d_]{2} ) \}
    | \$\$ (?P<display> (?:[^$\\]|\\.)+ ) \$\$
    | \$ (?P<inline> (?:[^$\\]|\\.)+ ) \$
    | \\\( (?P<parens> (?:[^\\]|\\[^()\[\]])* ) \\\)
    | \\\[ (?P<brackets> (?:[^\\]|\\[^()\[\]])* ) \\\]
    | \\begin \s* \{ (?P<environment> (?:equation|align|gather|multline|displaymath|math)\*? ) \}
        (?P<body> .{0,1000}? ) \\end \s* \{ (?P=environment) \}
    | \\(?P<macro> [A-Za-z]+ ) (?P<star> \*? ) (?P<blank> [ \t]* )
    | \\(?P<sign> . )
    | (?P<quote> ``|'' )
    | (?P<dashes> (?<!-) -{2,3} (?!-) )
    | (?P<tie> (?<=[\w.,;:)}\]]) ~ (?=[\w\\$({\[]) )
    | (?P<brace> [{}] )
    """,
    re.VERBOSE | re.DOTALL,
)

_ASIDES = frozenset(["footnote", "thanks"])
_ENVIRONMENTS = frozenset(["begin", "end"])  # stay as they are, arguments and all

_NO_BRACES = ("", "")
_BRACKETS = ("(", ")")
_ASIDE = (" (", ")")
_PLAIN_BRACES = ("{", "}")
_ESCAPED = re.compile(r"\\([_%&#~$])")
_MATH_MARK = re.compile(r"[\\_^]")
_NOT_BARE = re.compile(r"\\[A-Za-z]+|\{[^{}]*\}")
_AMOUNT = re.compile(r"\s*[0-9]")
_OPERATOR = re.compile(r"[-+=<>/:,*]{1,2}")  # as in 3$-$5
_WORD = re.compile(r"[A-Za-z]{2}")
_PROSE = re.compile(r"[A-Za-z]{2}\s+[A-Za-z]{2}|\n\s*\n")
_OPTION = re.compile(r"(?<!\S)--(?=[A-Za-z])")  # of a command line


def readable_text(text: str) -> str:
    """Read a title or an abstract that holds TeX; text without TeX comes back as it is.

    Math that is no simple text stays in its source, and so does whatever has no other half.
    """
    return _Reading(text).whole()


class _Reading:
    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._braces: list[tuple[int, tuple[str, str]]] = []  # where each open one stands, and what the pair becomes
        self._quotes: list[int] = []
        self._argument: tuple[int, tuple[str, str]] = (-1, _NO_BRACES)  # what the braces of a macro become

    def whole(self) -> str:
        position = 0
        while token := _TOKEN.search(self._text, position):
            self._out.append(self._text[position : token.start()])
            position = token.end()
            if token.lastgroup in ("inline", "display") and not self._is_math(token):
                self._out.append("$")  # money, perhaps; the next dollar may begin math
                position = token.start() + 1
            else:
                self._out.append(self._read(token))
        return "".join([*self._out, self._text[position:]])

    def _is_math(self, token: re.Match[str]) -> bool:
        body = token["inline"]
        if body is None:
            return True
        if _AMOUNT.match(body) and _WORD.search(_NOT_BARE.sub(" ", body)):
            return False
        if _MATH_MARK.search(body):
            return "\n\n" not in body and ("\\" in body or not _PROSE.search(_NOT_BARE.sub("{}", body)))
        if _OPERATOR.fullmatch(body):
            return True
        # Pandoc's rule: `$` close to what it holds, and no digit behind.
        close = not body[0].isspace() and not body[-1].isspace()
        return close and not self._text[token.end() : token.end() + 1].isdigit() and not _PROSE.search(body)

    def _read(self, token: re.Match[str]) -> str:
        kind = token.lastgroup or ""
        found = token[kind]
        match kind:
            case "address" | "verbatim":
                return _ESCAPED.sub(r"\1", found)
            case "words":
                return found + " (" + _ESCAPED.sub(r"\1", token["target"]) + ")"
            case "script":
                return readable_math(f"{'^' if token['level'] == 'super' else '_'}{{{found}}}") or token[0]
            case "key":
                return "" if token["about"] == "label" else f"[{found}]"
            case "braced" | "bare":
                letter, marks = found.strip().lstrip("\\"), COMBINING[token["accent"]]
                if len(letter) > 1:  # it has an accent already, as in Vietnamese
                    letter, marks = letter.rstrip(" }")[-1], COMBINING[letter[0]] + marks
                return unicodedata.normalize("NFC", letter + marks)
            case "tied":
                return f"{found[0]}\u0361{found[1]}"
            case "numeral":  # of an ion, in small capitals
                return found.upper()
            case "inline" | "display" | "parens" | "brackets" | "body":
                return readable_math(found) or token[0]
            case "blank":
                return self._macro(token)
            case "sign":
                return SIGNS.get(found, token[0])
            case "quote":
                return self._quote(found)
            case "dashes":
                if _OPTION.match(self._text, token.start()):
                    return found
                return "\N{EN DASH}" if len(found) == 2 else "\N{EM DASH}"
            case "tie":
                return " "
            case _:
                return self._brace(found, token.start())

    def _macro(self, token: re.Match[str]) -> str:
        name, blank, end = token["macro"], token["star"] + token["blank"], token.end()
        self._argument = (end, _NO_BRACES)
        if name in LETTERS:
            return LETTERS[name] + token["star"]
        if name in FONTS or name in SWITCHES:
            return ""
        if name in WORDS:
            return WORDS[name] + blank
        if name in _ASIDES:
            self._argument = (end, _ASIDE)
            return ""
        self._argument = (end, _PLAIN_BRACES)
        if name in _ENVIRONMENTS:
            return token[0]
        if symbol := readable_math("\\" + name):
            return symbol + blank
        self._argument = (end, _BRACKETS)
        return name + ("" if self._text.startswith("{", end) else blank)

    def _quote(self, found: str) -> str:
        if found == "``":
            self._quotes.append(len(self._out))
            return found
        if not self._quotes:
            return found
        self._out[self._quotes.pop()] = "“"
        return "”"

    def _brace(self, found: str, start: int) -> str:
        if found == "{":
            end, pair = self._argument
            if end == start and self._text.startswith("}", start + 1):  # \TeX{}
                pair = _NO_BRACES
            elif end != start:
                pair = _NO_BRACES if self._text.startswith("\\", start + 1) else _PLAIN_BRACES
            self._braces.append((len(self._out), pair))
            return found
        if not self._braces:
            return found
        index, (opening, closing) = self._braces.pop()
        self._out[index] = opening
        return closing
