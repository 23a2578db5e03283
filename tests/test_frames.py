"""Zstandard contexts are each thread's own."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor

from chathold.archive.frames import Frames

THREADS, TURNS = 4, 60


def test_threads_pack_and_unpack_side_by_side() -> None:
    """What one reads is what was packed, whatever others do meanwhile: a reader answers in several threads."""
    frames = Frames(level=1)
    seeded = random.Random(1)
    pieces = [seeded.randbytes(40_000).hex().encode() for _piece in range(8)]
    packed = [frames.compressor.compress(each) for each in pieces]
    together = threading.Barrier(THREADS)

    def work(first: int) -> bool:
        together.wait()
        return all(
            frames.decompressor.decompress(packed[turn % 8]) == pieces[turn % 8]
            and frames.compressor.compress(pieces[turn % 8]) == packed[turn % 8]
            for turn in range(first, first + TURNS)
        )

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(work, range(THREADS)))


def test_a_thread_keeps_its_contexts() -> None:
    """Making one for each frame would take longer than the frame."""
    frames = Frames(level=1)
    mine = frames.decompressor
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(lambda: frames.decompressor).result()
    assert frames.decompressor is mine
    assert others is not mine
