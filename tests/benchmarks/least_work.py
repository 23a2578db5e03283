"""The work that cannot be left out, and nothing beside it: what `floors.py` runs and measures.

    least_work.py hash FILE
    least_work.py inflate FILE (OFFSET LENGTH)…

It imports as little as it can: its own start counts too.
"""

import hashlib
import sys

BLOCK = 1 << 17


def hash_file(path: str) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib alone would be a third of the floor
        return hashlib.file_digest(file, "sha256").hexdigest()


def inflate_and_hash(path: str, spans: list[int]) -> str:
    """SHA-256 of what is deflated in spans of a file: offset and length of each, in turn."""
    from isal import isal_zlib  # noqa: PLC0415 - hashing a file needs none

    digest = hashlib.sha256()
    with open(path, "rb") as file:  # noqa: PTH123
        for offset, length in zip(spans[::2], spans[1::2], strict=True):
            file.seek(offset)
            stream, left = isal_zlib.decompressobj(-15), length
            while left:
                block = file.read(min(BLOCK, left))
                left -= len(block)
                digest.update(stream.decompress(block))
    return digest.hexdigest()


if __name__ == "__main__":
    if sys.argv[1] == "hash":
        print(hash_file(sys.argv[2]))
    else:
        print(inflate_and_hash(sys.argv[2], [int(number) for number in sys.argv[3:]]))
