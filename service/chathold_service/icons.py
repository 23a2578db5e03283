"""The icon, drawn: a speech bubble whose colour and sign say how things are.

Each colour stands out from a white panel and from a black one by at least 3 to 1 (WCAG 2, 1.4.11), and each state
has a sign of its own for those who do not see colours. `python -m chathold_service.icons` writes the program's.
"""

from __future__ import annotations

import io
from enum import StrEnum
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

SIZES = (16, 22, 24, 32, 48, 64, 128, 256)
"""The sizes of the icon that desktops ask for, in pixels."""

PROGRAM_ICON = Path(__file__).with_name("chathold.png")
"""The program's icon as a file, for what wants one."""

_FINE = 8
"""It is drawn so many times larger, for smooth edges."""
_GRID = 16
_SIGN = "#ffffff"


class Mood(StrEnum):
    """How things are, as the icon says it."""

    IDLE = "idle"
    IMPORTING = "importing"
    ATTENTION = "attention"
    PAUSED = "paused"


COLOURS = {
    Mood.IDLE: "#2f7de1",
    Mood.IMPORTING: "#2f7de1",
    Mood.ATTENTION: "#d4620a",
    Mood.PAUSED: "#7b828c",
}
"""The bubble's colour in each mood."""


@cache
def icon(mood: Mood, size: int) -> Image.Image:
    """The icon in one mood, `size` pixels wide and high, with transparency."""
    scale = size * _FINE / _GRID
    image = Image.new("RGBA", (size * _FINE, size * _FINE))
    pen = _Pen(ImageDraw.Draw(image), scale)
    pen.bubble(COLOURS[mood])
    match mood:
        case Mood.IDLE:
            pen.bar(3, 4, 13, 6)
            pen.bar(3, 8, 10, 10)
        case Mood.IMPORTING:
            pen.bar(7, 2, 9, 7)
            pen.shape((4, 6), (12, 6), (8, 11))
        case Mood.ATTENTION:
            pen.bar(7, 2, 9, 8)
            pen.bar(7, 9, 9, 11)
        case Mood.PAUSED:
            pen.bar(5, 3, 7, 10)
            pen.bar(9, 3, 11, 10)
    return image.resize((size, size), Image.Resampling.BOX)


class _Pen:
    """Draws on a grid of sixteen by sixteen."""

    def __init__(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        self._draw = draw
        self._scale = scale

    def bubble(self, colour: str) -> None:
        """A speech bubble that fills the grid."""
        self._draw.rounded_rectangle(self._box(0, 0, 16, 13), radius=3 * self._scale, fill=colour)
        self.shape((3, 12), (8, 12), (3, 16), fill=colour)

    def bar(self, left: float, top: float, right: float, bottom: float) -> None:
        """A white bar."""
        self._draw.rectangle(self._box(left, top, right, bottom), fill=_SIGN)

    def _box(self, left: float, top: float, right: float, bottom: float) -> list[float]:
        """In pixels; Pillow counts the last one in."""
        scale = self._scale
        return [left * scale, top * scale, right * scale - 1, bottom * scale - 1]

    def shape(self, *corners: tuple[float, float], fill: str = _SIGN) -> None:
        """A figure with these corners."""
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in corners], fill=fill)


def png(size: int, mood: Mood = Mood.IDLE) -> bytes:
    """The icon as a PNG file."""
    file = io.BytesIO()
    icon(mood, size).save(file, "PNG", optimize=True)
    return file.getvalue()


def ico() -> bytes:
    """The icon as an ICO file, which holds it in several sizes."""
    file = io.BytesIO()
    largest, *others = (icon(Mood.IDLE, size) for size in reversed(SIZES))
    largest.save(file, "ICO", sizes=[(size, size) for size in SIZES], append_images=others)
    return file.getvalue()


@cache
def pixmap(mood: Mood, size: int) -> bytes:
    """The icon as StatusNotifierItem wants it: ARGB, a byte each, from top left to bottom right."""
    red, green, blue, alpha = icon(mood, size).split()
    return Image.merge("RGBA", (alpha, red, green, blue)).tobytes()


if __name__ == "__main__":
    PROGRAM_ICON.write_bytes(png(SIZES[-1]))
