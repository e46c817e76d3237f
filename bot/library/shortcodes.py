"""Hugo's shortcodes: what stands in their place in a review. Pure, and linear in the length of the text.

Source: https://gohugo.io/shortcodes/ for those that Hugo brings; a site's own ones are not known, and of these the
text between the tags stays, since the author wrote it.
"""

import re
from collections.abc import Callable, Mapping
from itertools import islice
from urllib.parse import quote

from bot.library.frontmatter import Value
from bot.library.hugo import as_text, split_ref

_OPENING = re.compile(r"\{\{(?P<mark>[<%])(?P<escape>/\*)?")
_ARGUMENT = re.compile(
    r"\s*(?:(?P<key>[A-Za-z_][\w-]*)\s*=\s*)?"
    r"(?:\"(?P<double>(?:[^\"\\]|\\.)*)\"|`(?P<raw>[^`]*)`|(?P<bare>[^\s\"`=]+))"
)
MAX_SHORTCODES = 2_000  # of one body; what follows stays as it is written
_MAX_SHORTCODE = 4096
_MAX_BUTTON = 1_000
REF = "ref:"  # the scheme of a link to another page, in a body whose shortcodes were rendered


class _Tag:
    """What stands in one `{{< ... >}}`."""

    __slots__ = ("arguments", "closing", "name", "named")

    def __init__(self, content: str) -> None:
        content = content.strip()
        self.closing = content.startswith("/")
        content = content.lstrip("/").removesuffix("/").strip()
        self.name, _, rest = content.partition(" ")
        self.arguments: list[str] = []
        self.named: dict[str, str] = {}
        position = 0
        while match := _ARGUMENT.match(rest, position):
            position = match.end()
            value = next(group for group in (match["double"], match["raw"], match["bare"]) if group is not None)
            if match["double"]:
                value = re.sub(r"\\(.)", r"\1", value)
            if match["key"]:
                self.named[match["key"].lower()] = value
            else:
                self.arguments.append(value)

    def get(self, key: str, position: int | None = None) -> str:
        value = self.named.get(key, "")
        if not value and position is not None and len(self.arguments) > position:
            value = self.arguments[position]
        return value


def _figure(tag: _Tag) -> str:
    caption = " ".join(filter(None, (tag.get("title"), tag.get("caption"))))
    image = f"![{tag.get('alt')}]({quote(tag.get('src', 0), safe=':/?=&#%+,;@')})"
    return f"{image}\n\n*{caption}*\n" if caption else image


def _reference(target: str, before: str) -> str:
    """Give the address in a link that is written around it, else a link named after the page."""
    address = REF + quote(target, safe="/.#_-")
    if before.rstrip()[-1:] in ("(", "<", '"', "'", "=", ":"):
        return address
    page = split_ref(target)[0].rpartition("/")[2]
    return f"[{re.sub(r'[.](md|markdown)$', '', page)}]({address})" if target else ""


# What stands in the place of an opening tag. The text between a pair is the author's and always stays.
_RENDER: dict[str, Callable[[_Tag], str]] = {
    "figure": _figure,
    "youtube": lambda tag: f"[YouTube](https://www.youtube.com/watch?v={quote(tag.get('id', 0))})",
    "vimeo": lambda tag: f"[Vimeo](https://vimeo.com/{quote(tag.get('id', 0))})",
    "gist": lambda tag: f"[gist](https://gist.github.com/{quote('/'.join(tag.arguments[:2]))})",
    "highlight": lambda tag: f"```{tag.get('lang', 0)}",
    "details": lambda tag: f"\n\n**{tag.get('summary') or 'Details'}**\n\n",
}
_RENDER_CLOSING = {"highlight": "```"}
_BUTTONS = frozenset(("button", "btn", "cta", "link"))
_COMMENT_END = re.compile(r"\{\{[<%]\s*/\s*comment\s*[>%]\}\}")


def _button(tag: _Tag, text: str, position: int) -> tuple[str, str]:
    """Give what stands in the place of the two tags of a button, whose link is an argument."""
    url = next(filter(None, (tag.get(key) for key in ("href", "url", "link"))), "")
    if not url.startswith(("http://", "https://")):
        return "", ""
    target = quote(url, safe=":/?=&#%+,;@~!$*'-._")
    if re.search(rf"\{{\{{[<%]\s*/\s*{tag.name}\s*[>%]\}}\}}", text[position : position + _MAX_BUTTON]):
        return "[", f"]({target})"
    label = next(filter(None, (tag.get(key) for key in ("text", "label", "title", "name"))), "link")
    return f"[{label}]({target})", ""


def render_shortcodes(text: str, params: Mapping[str, Value] | None = None) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Replace the shortcodes of a body; give the text, and target and offset of each of its `ref`s, in order.

    A `ref` becomes an address of the scheme `ref:`, for whoever shows the text to resolve. Of one that is not
    known the tags go and the inner text stays; `{{</* x */>}}` becomes the literal `{{< x >}}`. One that is never
    closed stays as it is written. `params` are the fields of front matter, by their names in lower case, which
    `param` shows.
    """
    if "{{" not in text:
        return text, ()
    pieces: list[str] = []
    refs: list[tuple[str, int]] = []
    position = 0
    buttons: list[str] = []
    comments = True  # whether there may be the end of one
    unclosed: dict[str, int] = {}  # for each closing mark, where it was last looked for in vain
    for opening in islice(_OPENING.finditer(text), MAX_SHORTCODES):
        if opening.start() < position:
            continue
        escaped = bool(opening["escape"])
        closer = ("*/" if escaped else "") + {"<": ">}}", "%": "%}}"}[opening["mark"]]
        if opening.start() < unclosed.get(closer, 0):
            continue
        end = text.find(closer, opening.end(), opening.end() + _MAX_SHORTCODE)
        if end < 0:
            unclosed[closer] = opening.end() + _MAX_SHORTCODE - 2 * len(closer)
            continue
        pieces.append(text[position : opening.start()])
        position = end + len(closer)
        content = text[opening.end() : end]
        if escaped:
            pieces.append("{{" + opening["mark"] + content + closer.removeprefix("*/"))
            continue
        tag = _Tag(content)
        if tag.closing:
            closing = buttons.pop() if tag.name in _BUTTONS and buttons else ""
            pieces.append(closing or _RENDER_CLOSING.get(tag.name, ""))
        elif tag.name == "comment" and comments:
            ending = _COMMENT_END.search(text, position)
            comments = ending is not None
            position = ending.end() if ending else position
        elif tag.name in _BUTTONS:
            before, after = _button(tag, text, position)
            pieces.append(before)
            buttons += [after] if before == "[" else []
        elif tag.name == "param":
            pieces.append(as_text((params or {}).get(tag.get("name", 0).lower())))
        elif tag.name in ("ref", "relref"):
            target = tag.get("path", 0).strip()
            refs += [(target, opening.start())] if target else []
            pieces.append(_reference(target, text[max(0, opening.start() - 8) : opening.start()]))
        elif render := _RENDER.get(tag.name):
            pieces.append(render(tag))
    pieces.append(text[position:])
    return "".join(pieces), tuple(refs)
