"""Zstandard contexts for frames without a dictionary.

A context keeps what it works with, so two threads can't share one: each thread has its own.
"""

from __future__ import annotations

import threading

import zstandard

WINDOW_LOG_MAX = 30
"""Frames with a larger window, as a power of two, are not read."""


class Frames(threading.local):
    """A compressor of this `level` and a decompressor, for the thread that asks."""

    def __init__(self, level: int) -> None:
        self.compressor = zstandard.ZstdCompressor(level=level)
        self.decompressor = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW_LOG_MAX)
