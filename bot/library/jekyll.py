"""Jekyll's rules where they differ from Hugo's: terms, excerpts, and the tags of Liquid. Pure.

Sources: https://jekyllrb.com/docs/front-matter/, https://jekyllrb.com/docs/posts/ and
https://jekyllrb.com/docs/liquid/tags/.
"""

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote

from bot.library.frontmatter import Metadata, Value
from bot.library.hugo import as_list, as_text
from bot.library.permalinks import base_name, split_date
from bot.library.shortcodes import REF
from bot.library.site import Site

_FOLDERS = frozenset(("_posts", "_drafts"))
_LIQUID = re.compile(r"\{%-?\s{0,9}(?P<tag>[a-z_]{1,30})(?P<rest>[^\n%]{0,1000})%\}|\{\{(?P<output>[^\n{}]{1,300})\}\}")
_ENDS = {name: re.compile(rf"\{{%-?\s{{0,9}}end{name}\s{{0,9}}-?%\}}") for name in ("raw", "comment")}
_STRING = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)')\s*(?:\||$)")
_CAPTION = re.compile(r"\bcaption\s{0,3}=\s{0,3}(?:\"([^\"]{0,900})\"|'([^']{0,900})')")
# kramdown's attributes: `{: .class #id}`, `{:toc}`; https://kramdown.gettalong.org/syntax.html#attribute-list-definitions
_CONTENTS = re.compile(
    r"^ {0,3}(?:[*+-]|1\.) [^\n]{0,80}\n\{:\s?toc\}", re.MULTILINE
)  # where a list of the headings stands
_ATTRIBUTES = re.compile(r"\{:\s{0,3}(?:[.#][\w-]|[\w-]{1,40}=|toc\b|no_toc\b)[^{}\n]{0,200}\}")


def is_jekylls(path: str, metadata: Metadata, site: Site) -> bool:
    """Tell whether a file is a post of Jekyll: by its site, its folder, or a dated name together with a layout."""
    if site.kind not in ("", "book"):
        return site.kind == "jekyll"
    return bool(
        _FOLDERS.intersection(path.split("/"))
        or ("layout" in metadata and split_date(base_name(site.split(path)[0]))[0])
    )


def is_draft(path: str) -> bool:
    """Tell whether a file lies among the drafts."""
    return "_drafts" in PurePosixPath(path).parts


def read_terms(metadata: Metadata, *names: str) -> tuple[str, ...]:
    """Give tags or categories from the first of several fields; a single text holds several, with blanks between."""
    for name in names:
        value = metadata.get(name)
        if isinstance(value, list):
            return as_list(value)
        if text := as_text(value):
            return tuple(term for part in text.split() if (term := part.strip(",")))
    return ()


def find_excerpt(body: str, separator: str) -> str:
    """Give what stands before the separator, else the first paragraph that is no heading and no picture."""
    if separator.strip() and separator in body:
        return body.partition(separator)[0].strip()
    paragraphs = (text.strip() for text in body.split("\n\n", 30)[:30])
    return next((text for text in paragraphs if text and not re.match(r"#{1,6}\s|!\[|<!--|---|[-=]{3,}$", text)), "")


def render_liquid(
    text: str, metadata: Mapping[str, Value], params: Mapping[str, Value]
) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Replace the tags of Liquid; give the text, and target and offset of each reference to another page.

    What a tag or a variable would show stays unknown where it takes Jekyll to tell; the text between tags always
    stays. `metadata` are the fields of the page, `params` those of the site, in lower case. Linear in the length.
    """
    pieces: list[str] = []
    refs: list[tuple[str, int]] = []
    position = 0
    endless: set[str] = set()  # tags whose end was looked for in vain
    for match in _LIQUID.finditer(text) if "{%" in text or "{{" in text else ():
        if match.start() < position:
            continue
        pieces.append(text[position : match.start()])
        position = match.end()
        tag, rest = match["tag"], (match["rest"] or "").strip(" -")
        if tag is None:
            pieces.append(_show(match["output"], match[0], metadata, params))
        elif tag in _ENDS and tag not in endless:
            ending = _ENDS[tag].search(text, position)
            if ending is None:
                endless.add(tag)
                continue
            pieces.append(text[position : ending.start()] if tag == "raw" else "")
            position = ending.end()
        elif tag in ("post_url", "link"):
            target = rest.split("|")[0].strip().strip("\"'")
            refs += [(target, match.start())] if target else []
            pieces.append(REF + quote(target, safe="/.#_-"))
        elif tag == "highlight":
            pieces.append(f"```{(rest.split() or [''])[0]}")
        elif tag == "endhighlight":
            pieces.append("```")
        elif tag == "include" and (caption := _CAPTION.search(rest)):
            pieces.append(f"*{caption[1] or caption[2]}*")
    pieces.append(text[position:])
    body = "".join(pieces)
    return _ATTRIBUTES.sub("", _CONTENTS.sub("", body)) if "{:" in body else body, tuple(refs)


def _show(output: str, written: str, metadata: Mapping[str, Value], params: Mapping[str, Value]) -> str:
    """Give what `{{ ... }}` shows; what is no variable of Jekyll, such as a formula, stays as it is written."""
    if literal := _STRING.match(output):
        return literal[1] or literal[2] or ""
    name = output.split("|")[0].strip(" -").lower()
    scope, _, key = name.partition(".")
    if scope not in ("site", "page") or not key:
        return written
    return "" if key in ("baseurl", "url") else as_text((params if scope == "site" else metadata).get(key))
