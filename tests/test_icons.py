"""The icon: seen on any panel, told apart without colours, and the file is as drawn."""

from __future__ import annotations

import io
from itertools import combinations

import pytest
from PIL import Image, ImageChops

from chathold_service.icons import COLOURS, PROGRAM_ICON, SIZES, Mood, icon, pixmap, png


def _luminance(colour: str) -> float:
    """Relative luminance (WCAG 2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mood", Mood)
@pytest.mark.parametrize("panel", ["#ffffff", "#000000", "#2d2d2d"])
def test_it_stands_out_from_light_and_dark_panels(mood: Mood, panel: str) -> None:
    """By 3 to 1, and so does the sign from the bubble."""
    assert _contrast(COLOURS[mood], panel) >= 3
    assert _contrast(COLOURS[mood], "#ffffff") >= 3


@pytest.mark.parametrize("size", SIZES)
def test_the_moods_differ_without_colour(size: int) -> None:
    """In many points, even at the smallest size."""
    signs = {mood: icon(mood, size).convert("L").point(lambda grey: 255 * (grey > 200)) for mood in Mood}
    for one, other in combinations(Mood, 2):
        different = ImageChops.difference(signs[one], signs[other]).histogram()[255]
        assert different >= size * size / 20


def test_pixmaps_are_argb() -> None:
    """The first byte of each four is how opaque it is: nothing in a corner, all in the middle."""
    found = pixmap(Mood.IDLE, 16)
    assert len(found) == 16 * 16 * 4
    assert found[15 * 64 + 60] == 0
    assert found[7 * 64 + 28 : 7 * 64 + 32] == bytes([255]) + bytes.fromhex(COLOURS[Mood.IDLE][1:])


def test_the_file_is_as_drawn() -> None:
    """`python -m chathold_service.icons` writes it."""
    drawn = Image.open(io.BytesIO(png(SIZES[-1])))
    with Image.open(PROGRAM_ICON) as file:
        assert ImageChops.difference(file.convert("RGBA"), drawn.convert("RGBA")).getbbox() is None
