"""The bytes of records: Zstandard frames (RFC 8878), later forms of a record as differences to an earlier.

A difference is a frame whose dictionary is the raw bytes of its base, as `zstd --patch-from` makes them. Its
base is always stored whole, so reading never takes more than two steps, and nothing stored is ever rewritten,
except what is damaged, with the very bytes that were stored.
"""

from __future__ import annotations

import sqlite3
from hashlib import sha256

import zstandard

from chathold.archive.frames import WINDOW_LOG_MAX, Frames
from chathold.core.errors import Damaged
from chathold.core.identity import stable_id
from chathold.core.texts import N_, _

WAY_OUT = N_(
    'Run "chathold verify": it names all that is damaged. Then import again the export that held it, or bring an'
    ' earlier copy up to date with "chathold backup": what is whole there is mended here.'
)

_LEVEL = 1
_DIFFERENCE_LEVEL = 3
_WINDOW_LOG_MIN = 10
_LONG = 1 << 20
_WORTH_IT = 2
_SURELY_WORTH_IT = 24
"""What saves as much is taken without trying what packing alone would give."""

_frames = Frames(_LEVEL)


def pack(raw: bytes) -> bytes:
    """`raw` as a whole frame."""
    return _frames.compressor.compress(raw)


def pack_difference(raw: bytes, base: bytes) -> bytes | None:
    """`raw` as a difference to `base`, or none if that saves less than half."""
    window = max(_WINDOW_LOG_MIN, min(WINDOW_LOG_MAX, (len(raw) + len(base)).bit_length()))
    parameters = zstandard.ZstdCompressionParameters.from_level(
        _DIFFERENCE_LEVEL, window_log=window, enable_ldm=len(raw) > _LONG, write_content_size=True
    )
    dictionary = zstandard.ZstdCompressionDict(base, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    packed = zstandard.ZstdCompressor(compression_params=parameters, dict_data=dictionary).compress(raw)
    if len(packed) * _SURELY_WORTH_IT < len(raw):
        return packed
    return packed if len(packed) * _WORTH_IT < len(pack(raw)) else None


def fetch(database: sqlite3.Connection, form: int) -> bytes:
    """The bytes of a form, proven by their SHA-256. Raises `Damaged` if they are not what was stored."""
    row = database.execute("SELECT hash, size, base, stored FROM form WHERE id = ?", (form,)).fetchone()
    if row is None:
        raise _damaged(database, form)
    digest, size, base, stored = row
    try:
        if base is None:
            raw = _frames.decompressor.decompress(stored, max_output_size=size)
        else:
            dictionary = zstandard.ZstdCompressionDict(
                fetch(database, base), dict_type=zstandard.DICT_TYPE_RAWCONTENT
            )
            reader = zstandard.ZstdDecompressor(dict_data=dictionary, max_window_size=1 << WINDOW_LOG_MAX)
            raw = reader.decompress(stored, max_output_size=size)
    except (zstandard.ZstdError, RecursionError, MemoryError, OverflowError) as error:
        raise _damaged(database, form) from error
    if sha256(raw).digest() != digest:
        raise _damaged(database, form)
    return raw


def _damaged(database: sqlite3.Connection, form: int) -> Damaged:
    """The error, with the id by which `show` knows the record."""
    row = database.execute(
        "SELECT provider, kind, ref FROM record WHERE id = (SELECT record FROM form WHERE id = ?)", (form,)
    ).fetchone()
    return Damaged(
        _("What is stored of this is damaged."),
        place=stable_id(*row) if row else f"form {form}",
        advice=_(WAY_OUT),
        form=form,
    )
