"""A message of components, drawn in a terminal: what `paperclub show` and the demo print."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

Component = Mapping[str, Any]

# https://docs.discord.com/developers/components/reference#component-object-component-types
_ACTION_ROW, _BUTTON, _SELECT, _TEXT, _SEPARATOR, _CONTAINER = 1, 2, 3, 10, 14, 17

_INLINE = re.compile(
    r"\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<code>`+)(?P<code_text>.+?)(?P=code)"
    r"|\[(?P<words>(?:\\.|[^\]\\])*)\]\((?P<url>[^()\s]*)\)"
    r"|<(?P<command>/[^:\n]+):[0-9]+>"
    r"|(?P<mark>\*\*|~~|\*)"
)
_STYLES = {"**": "bold", "*": "italic", "~~": "strike"}


def draw_message(components: Iterable[Component]) -> RenderableType:
    """Draw the components of a message; buttons and menus show what they offer."""
    return Group(*(_draw(component) for component in components))


def _draw(component: Component) -> RenderableType:
    kind = component["type"]
    if kind == _CONTAINER:
        return Panel(draw_message(component["components"]), border_style="green", padding=(0, 1), width=88)
    if kind == _TEXT:
        return _draw_text(component["content"])
    if kind == _ACTION_ROW:
        return Text("  ").join(_draw_controls(component["components"]))
    return Text("" if kind == _SEPARATOR else f"({kind})", style="dim")


def _draw_controls(items: Iterable[Component]) -> Iterable[Text]:
    for item in items:
        if item["type"] == _SELECT:
            options = " · ".join(option["label"] for option in item["options"])
            yield Text.assemble((f"▾ {item.get('placeholder', '')}", "reverse"), (f"  {options}", "dim"))
        elif item["type"] == _BUTTON:
            emoji: str | None = item["emoji"]["name"] if item.get("emoji") else None
            words = " ".join(filter(None, (emoji, item.get("label"))))
            yield Text(f"[ {words}{' ↗' if item.get('url') else ''} ]", style="cyan")


def _draw_text(content: str) -> Text:
    lines: list[Text] = []
    for line in content.split("\n"):
        if heading := re.match(r"#{1,3} ", line):
            drawn = _inline(line[heading.end() :])
            drawn.stylize("bold underline")
        elif line.startswith("-# "):
            drawn = _inline(line[3:])
            drawn.stylize("dim")
        else:
            drawn = _inline(line)
        lines.append(drawn)
    return Text("\n").join(lines)


def _inline(line: str) -> Text:
    drawn = Text()
    open_styles: list[str] = []
    position = 0
    for match in _INLINE.finditer(line):
        drawn.append(line[position : match.start()], style=" ".join(open_styles))
        position = match.end()
        if mark := match["mark"]:
            style = _STYLES[mark]
            if style in open_styles:
                open_styles.remove(style)
            else:
                open_styles.append(style)
        elif match["command"]:
            drawn.append(match["command"], style="cyan")
        elif match["escaped"]:
            drawn.append(match["escaped"], style=" ".join(open_styles))
        elif match["code"]:
            drawn.append(match["code_text"], style="cyan")
        else:
            drawn.append_text(_inline(match["words"]))
            drawn.append(f" <{match['url']}>", style="dim")
    drawn.append(line[position:], style=" ".join(open_styles))
    return drawn
