"""Pictures, drawn with Pillow: what is drawn with, in which colours and letters, and where.

A picture has its own light ground, so that it reads the same in Discord's dark and light themes. It is drawn twice as
large as it becomes: that makes lines and discs smooth. Units are pixels of the picture that becomes.
"""

import asyncio
import io
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.resources import files
from typing import ParamSpec, TypeVar

from PIL import Image, ImageDraw, ImageFont

from bot.ui.text import clean

P = ParamSpec("P")
T = TypeVar("T")
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""

WIDTH = 1_000  # on a phone a third of it, so that letters of 30 are as large there as the text around
GROUND, INK, SOFT, FAINT, RULE = "#fbfaf6", "#1f2429", "#5c636b", "#9aa0a6", "#dcdad2"
# Told apart by those who see colours otherwise too: after Okabe and Ito, "Color Universal Design", 2008.
PALETTE = ("#2f6fb3", "#d9822b", "#2f7d6b", "#b6403a", "#7d5ba6", "#c9a400")
OTHER = "#a9a9a2"

_FINER = 2
_COLOURS = 128  # of a picture: a quarter of the bytes, and nobody sees it
# Drawing takes a second of processor time on a small machine: one picture at a time, and never more threads.
_painter = ThreadPoolExecutor(1, thread_name_prefix="painter")


async def paint(draw: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Draw beside the event loop, after the pictures that were asked for before."""
    return await asyncio.get_running_loop().run_in_executor(_painter, lambda: draw(*args, **options))


@lru_cache(maxsize=32)
def _font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSansCondensed-Bold.ttf" if bold else "DejaVuSansCondensed.ttf"
    content = files("bot.ui").joinpath("fonts", name).read_bytes()
    return ImageFont.truetype(io.BytesIO(content), size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def _has_letter(letter: str) -> bool:
    """Tell whether the fonts have a letter: what they lack is drawn as one and the same box."""
    return letter == " " or _shape(letter) != _shape("\uffff")


def _shape(letter: str) -> bytes:
    image = Image.new("1", (48, 48))
    ImageDraw.Draw(image).text((8, 8), letter, fill=1, font=_font(20, bold=False))
    return image.tobytes()


def drawable(text: str) -> str:
    """Give one line of what the fonts have letters for; nothing may be left."""
    line = unicodedata.normalize("NFC", " ".join(clean(text).split()))
    return " ".join("".join(letter for letter in line if _has_letter(letter)).split())


def width_of(text: str, size: int, *, bold: bool = False) -> float:
    """Measure a line."""
    return _font(size * _FINER, bold=bold).getlength(text) / _FINER


def fit(text: str, width: float, size: int, *, bold: bool = False) -> str:
    """Cut a line to a width."""
    if width_of(text, size, bold=bold) <= width:
        return text
    while text and width_of(f"{text}…", size, bold=bold) > width:
        text = text[:-1].rstrip(" ,;:-")
    return f"{text}…"


def wrap(text: str, width: float, size: int, lines: int, *, bold: bool = False) -> list[str]:
    """Break a text into at most some lines of a width; the last one is cut, where it can be after a word."""
    broken: list[str] = []
    words = text.split()
    while words and len(broken) < lines - 1:
        count = 1
        while count < len(words) and width_of(" ".join(words[: count + 1]), size, bold=bold) <= width:
            count += 1
        broken.append(fit(" ".join(words[:count]), width, size, bold=bold))
        words = words[count:]
    if words:
        line = fit(" ".join(words), width, size, bold=bold)
        head, blank, _ = line.rpartition(" ")
        # A word that was torn goes whole; `…` is glued to the one before.
        torn = blank and line.endswith("…") and not f"{' '.join(words)} ".startswith(f"{line[:-1]} ")
        broken.append(f"{head.rstrip(' ,;:-')}…" if torn else line)
    return broken


class Canvas:
    """What a picture is drawn on."""

    def __init__(self, height: float) -> None:
        self._image = Image.new("RGB", (WIDTH * _FINER, round(height) * _FINER), GROUND)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: int,
        colour: str = INK,
        *,
        bold: bool = False,
        anchor: str = "ls",
        halo: bool = False,
    ) -> None:
        """Write a line. The anchor is Pillow's: `ls` is its left end, on the ground line.

        A halo keeps what it is written on from touching the letters.
        """
        self._draw.text(
            (x * _FINER, y * _FINER),
            text,
            fill=colour,
            font=_font(size * _FINER, bold=bold),
            anchor=anchor,
            stroke_width=4 * _FINER if halo else 0,
            stroke_fill=GROUND,
        )
        if halo:  # the stroke of a letter covers a part of the one before
            self.text(x, y, text, size, colour, bold=bold, anchor=anchor)

    def box(self, box: Box, colour: str, radius: float = 0) -> None:
        """Fill a rectangle, with round corners."""
        left, top, right, bottom = (round(value * _FINER) for value in box)
        if right > left and bottom > top:
            self._draw.rounded_rectangle((left, top, right - 1, bottom - 1), radius * _FINER, colour)

    def disc(self, x: float, y: float, radius: float, colour: str, edge: str = "") -> None:
        """Fill a circle, with an edge around it."""
        around = tuple(value * _FINER for value in (x - radius, y - radius, x + radius, y + radius))
        self._draw.ellipse(around, colour, edge or None, 3 * _FINER if edge else 0)  # type: ignore[arg-type]

    def line(self, points: Sequence[tuple[float, float]], colour: str, width: float = 2) -> None:
        """Draw a line through points."""
        self._draw.line([(x * _FINER, y * _FINER) for x, y in points], colour, round(width * _FINER))

    def polygon(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill what lies between points."""
        self._draw.polygon([(x * _FINER, y * _FINER) for x, y in points], colour)

    def png(self) -> bytes:
        """Give the picture."""
        small = self._image.reduce(_FINER).quantize(_COLOURS, dither=Image.Dither.NONE)
        content = io.BytesIO()
        small.save(content, "PNG", optimize=True)
        return content.getvalue()
