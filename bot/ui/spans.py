"""Pieces of Discord's dialect: code, addresses, emphasis, and what keeps them apart."""

import re
from collections.abc import Iterable, Iterator

from bot.ui.links import safe_url
from bot.ui.text import ZERO_WIDTH, clean, escape

# As goldmark reads them: of ASCII, so that no word of a script without blanks is taken for a part.
_ADDRESS = re.compile(r"(?i:https?)://[^\s<>\"'`|\\\[\]\x80-\U0010ffff]{1,600}")  # i, k and s have a case beyond ASCII
_BARE_ADDRESS_ENDS = re.compile(r"(?<!\]\()(?<![\w:/.])https?://[^\s<>()\[\]*`|\\]{1,600}$")
_ENDS_ADDRESS = " \n.,:;!?'\")]"
_LONGEST_ADDRESS = 700
_REF_IN_CODE = re.compile(r"\[([^\[\]]{0,200})\]\(ref:[^()\s]{0,400}\)")  # code cannot hold a link
_MENTION = re.compile(r"<(?=[@#:]|a:|t:|id:|/[^<>\s]{1,100}:)")
_LONGEST_CODE = 400  # characters between two backticks, so that pages can be cut between them
CODE = re.compile(r"\\.|``[^`].{0,900}?``|`[^`]{1,900}`")  # and what is escaped, which opens none


def between(text: str, piece: str) -> str:
    """Keep two pieces apart that would be read as one."""
    if (text[-1:], piece[:1]) in (("`", "`"), ("*", "*"), ("~", "~")):
        return ZERO_WIDTH
    if not piece or piece[0] in _ENDS_ADDRESS or "://" not in text[-_LONGEST_ADDRESS:]:
        return ""
    return " " if _BARE_ADDRESS_ENDS.search(text[-_LONGEST_ADDRESS:]) else ""


def escape_with_addresses(text: str) -> str:
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
            # Discord takes whatever follows for a part of the address.
            pieces += [" "] if text[position : position + 1] not in _ENDS_ADDRESS else []
    return "".join([*pieces, escape(text[position:])])


def wrap(mark: str, text: str) -> str:
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


def full_lines(text: str) -> list[str]:
    """Give the lines of a text; of the empty ones only those within code."""
    lines = text.split("\n")
    return [line for line, code in zip(lines, in_code(lines), strict=True) if line or code] or [""]


def in_code(lines: Iterable[str]) -> Iterator[bool]:
    """Tell of each line whether it is of a block of code; nothing else holds three backticks."""
    code = False
    for line in lines:
        fence = "```" in line
        yield code or fence
        code ^= fence
