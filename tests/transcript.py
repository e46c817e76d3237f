"""A conversation as text: what members typed and clicked, and what the bot said, in the markdown of a README."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

_TIMES = {"F": "%A, {day} %B %Y at %H:%M", "f": "{day} %B %Y, %H:%M", "D": "{day} %B %Y", "d": "%Y-%m-%d", "t": "%H:%M"}
_STAMP = re.compile(r"<t:(-?\d+)(?::([a-zA-Z]))?>")
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


@dataclass
class Transcript:
    """What was said, in its order. `names` are those of members, roles and channels by their ids."""

    zone: tzinfo = UTC
    names: dict[int, str] = field(default_factory=dict[int, str])
    lines: list[str] = field(default_factory=list[str])

    def heading(self, text: str) -> None:
        """Begin a part."""
        self.lines += [f"**{text}**", ""]

    def typed(self, who: str, command: str, options: Mapping[str, object]) -> None:
        """Take down a command."""
        written = " ".join([f"/{command}", *(f"{name}: {value}" for name, value in options.items())])
        self.lines += [f"{who}: `{written}`", ""]

    def did(self, who: str, what: str) -> None:
        """Take down a click or a choice."""
        self.lines += [f"{who} {what}", ""]

    def said(self, message: Any, now: datetime, *, private: bool = False, only: str = "") -> None:
        """Take down a message of the bot, or only the lines in which a pattern is found."""
        told = [line for part in _parts(message.components) for line in self._plain(part, now).split("\n")]
        told = [line for line in told if re.search(only, line)]
        who = "Paperclub, privately" if private else "Paperclub"
        self.lines += [f"> *{who}*  ", *(f"> {line}  " if line.strip() else ">" for line in told), ""]

    def file(self, name: str, text: str) -> None:
        """Take down what is in a file."""
        self.lines += [f"`{name}`:", "", "````markdown", text.rstrip(), "````", ""]

    def changed(self, lines: Sequence[str], now: datetime) -> None:
        """Take down what a message says that it did not say before."""
        self.lines += [*(f"> {self._plain(line, now)}  " for line in lines if line.strip()), ""]

    def text(self) -> str:
        """Give all of it."""
        return "\n".join(self.lines).rstrip() + "\n"

    def _plain(self, text: str, now: datetime) -> str:
        """Write what Discord would show: times, names, commands."""
        text = _STAMP.sub(lambda stamp: self._time(int(stamp[1]), stamp[2] or "f", now), text)
        text = re.sub(r"<[@#]&?!?(\d+)>", lambda named: self.names.get(int(named[1]), "somebody"), text)
        text = re.sub(r"</([^:>]+):\d+>", r"`/\1`", text)
        text = re.sub(r"https://discord\.com/channels/[\d/]+", "#", text)
        text = re.sub(r"(?m)^-# (.*)$", r"<sub>\1</sub>", text)
        return re.sub(r"(?m)^#+ (.*)$", lambda line: f"**{line[1].replace('**', '')}**", text)

    def _time(self, seconds: int, style: str, now: datetime) -> str:
        moment = datetime.fromtimestamp(seconds, self.zone)
        if style != "R":
            return moment.strftime(_TIMES.get(style, _TIMES["f"]).replace("{day}", str(moment.day)))
        away = seconds - int(now.timestamp())
        size, name = next((span for span in _SPANS if abs(away) >= span[0]), (60, "minute"))
        count = round(abs(away) / size)
        said = f"{count} {name}{'' if count == 1 else 's'}"
        return f"in {said}" if away >= 0 else f"{said} ago"


def _parts(components: Any) -> Iterator[str]:
    """Give the texts of a message, its buttons in brackets, and what else is in it by what it is."""
    for part in components:
        kind = part["type"]
        if kind == 1:
            buttons = [_control(each) for each in part["components"] if each["type"] == 2]
            yield from [" ".join(buttons)] if buttons else []
        elif kind == 9:
            yield from _parts(part["components"])
            yield _control(part["accessory"])
        elif kind == 10:
            yield part["content"]
        elif kind == 12:
            yield from (f"🖼️ {item.get('description') or 'a picture'}" for item in part["items"])
        elif kind == 13:
            yield f"📎 {part['file']['url'].rpartition('/')[2]}"
        elif kind == 17:
            yield from _parts(part["components"])


def _control(part: dict[str, Any]) -> str:
    emoji = (part.get("emoji") or {}).get("name", "")
    return f"`[{' '.join(filter(None, (emoji, part.get('label', ''))))}]`"
