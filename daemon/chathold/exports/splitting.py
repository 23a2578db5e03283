"""A stream of JSON cut into records, one at a time, without building objects and without a second pass.

    the member's bytes ──▶ buffer ──▶ element known by its beginning?  ── yes: hash it, skip it
                                              │ no
                                              ▼
                          cut where a record seems to end, let msgspec prove it
                                              │ refused: half a character, NaN, nesting …
                                              ▼
                          count brackets by hand, one record

*The proof*: JSON is read left to right without choice, so if `[` + prefix + `]` is valid, the prefix ends
between two elements of the outer array. A cut that is refused at its very end was a wrong guess; one refused
before holds something msgspec does not take, and is cut by counting brackets instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b, sha256
from typing import Any

import msgspec
from msgspec import Struct, field

from chathold.core.canonical import decoded_all
from chathold.core.errors import ExportError, Incomplete
from chathold.core.problem import Problem
from chathold.core.texts import N_, _
from chathold.exports.appearance import DOWNLOAD_AGAIN
from chathold.exports.elements import SPACE, closing, proven_end, refused_before, scalar_end
from chathold.exports.window import Window

BEGINNING = 120
"""So many bytes of a record tell which record it may be."""

_FIRST_BATCH = 128 << 10
_BATCH = 1 << 20
_SMALLEST_BATCH = 4 << 10
_SUSPICIOUS = 16 << 20
_LARGEST = 1 << 30
_LARGE = 4 << 20
_AFTER_ELEMENT = SPACE + b",]"
_STRAY = frozenset(b",:}")
_GUESSES = 6
_MARKS = 60

_RECORD_START = re.compile(rb"\}[ \t\r\n]*,[ \t\r\n]*\{\Z")
_records = msgspec.json.Decoder(list[msgspec.Raw])
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])

AFTER_THE_END = N_(
    "Something stands after the end of the list; it was not read, and this file is kept as it is."
)
NO_COMMA = N_("Something that is no record stands between two records; this file is kept as it is.")
MORE_BESIDE = N_(
    "The list lies in an object that holds more; that was not read, and this file is kept as it is."
)
BESIDE_THE_LIST = N_("The list lies in an object that says more; the rest was left alone.")


def beginning(raw: bytes | bytearray | memoryview) -> int:
    """A number for the beginning of a record, signed 64 bits, as `Known.beginnings` has it."""
    return int.from_bytes(blake2b(raw[:BEGINNING], digest_size=8).digest(), "big", signed=True)


class Known(Struct, frozen=True):
    """Records already had: by their beginning (length, SHA-256, number) and by their SHA-256."""

    beginnings: Mapping[int, tuple[int, bytes, int]] = field(default_factory=dict)
    hashes: Mapping[bytes, int] = field(default_factory=dict)


class Piece(Struct, frozen=True):
    """One record: its bytes, and their SHA-256 where it was needed; or the number under which it is known."""

    raw: bytes
    hash: bytes = b""
    known: int | None = None


class Batch(Struct, frozen=True):
    """Several records in a row, as `canonical.decoded_all` has them, and the number of quotation marks in them.

    Where most records are known in other words, whoever compares their values needs no single one's bytes;
    `records` gives those, until the next batch is asked for.
    """

    values: list[Any]
    marks: int
    records: Callable[[], list[bytes]]


class Splitter:
    """Cuts one member. Iterate it once; `problems` says afterwards what was odd between the records.

    `passed_over`: something was not read in which there may be records.

    `array` names the array in a wrapping object, `body` the largest member of a record (found out otherwise).
    While `in_rows` says so, a long row of records that are not known comes as `Batch`es.
    """

    def __init__(
        self,
        chunks: Iterator[bytes],
        known: Known,
        *,
        array: str = "",
        body: str = "",
        in_rows: Callable[[], bool] = lambda: False,
        place: str = "",
    ) -> None:
        self._window = Window(chunks)
        self._known = known
        self._array = array
        self._place = place
        self._batch = _FIRST_BATCH
        self._marker = msgspec.json.encode(body) if body else b""
        self._in_rows = in_rows
        self._misled: set[int] = set()
        self._searched = 0
        self.problems: list[Problem] = []

    @property
    def passed_over(self) -> bool:
        """Whether what stands beside, between or after the records may be records, too."""
        return any(each.what in (AFTER_THE_END, NO_COMMA, MORE_BESIDE) for each in self.problems)

    def __iter__(self) -> Iterator[Piece | Batch]:
        self._enter()
        while self._at_element():
            piece = self._predicted()
            if piece is not None:
                self._batch = _FIRST_BATCH
                yield piece
                continue
            batch = self._read_batch()
            if isinstance(batch, Batch):
                yield batch
                continue
            if self._window.at > _LARGE:
                self._window.drop()
            for raw in batch:
                yield self._piece(raw)
        self._leave()

    def _piece(self, raw: bytes) -> Piece:
        """A record, unless it is known: then it begins like a known one, too, and its hash tells."""
        if beginning(raw) not in self._known.beginnings:
            return Piece(raw)
        digest = sha256(raw).digest()
        number = self._known.hashes.get(digest)
        return Piece(raw, digest) if number is None else Piece(b"", digest, number)

    def _fill(self, wanted: int) -> bool:
        """Hold `wanted` bytes, if the stream still has them. Raises `ExportError` for a record beyond measure."""
        filled = self._window.fill(wanted)
        if len(self._window) > _LARGEST + _BATCH * 2:
            raise ExportError(
                _("A single record is larger than 1 GiB; it was not read."),
                place=self._place,
                advice=_("Please report this, with the kind of export."),
            )
        return filled

    def _enter(self) -> None:
        """Go to the first element of the array."""
        self._fill(_FIRST_BATCH)
        if self._window.held.startswith(b"\xef\xbb\xbf"):
            self._window.at = 3
        if self._array and self._window.byte() == ord("{"):
            self._enter_object()
        if self._window.byte() != ord("["):
            raise ExportError(_("This is not a list of records."), place=self._place)
        self._window.at += 1

    def _enter_object(self) -> None:
        """Go past the wrapping object's name for the array, over whatever stands before it."""
        self._window.at += 1
        while self._window.byte() == ord('"'):
            if self._name() == f'"{self._array}"' and self._window.byte() == ord("["):
                return
            self._beside()
            if self._window.byte() == ord(","):
                self._window.at += 1

    def _name(self) -> str:
        """Go past a name in the wrapping object, and the colon after it."""
        name = self._element().decode("utf-8", "replace")
        if self._window.byte() == ord(":"):
            self._window.at += 1
        return name

    def _beside(self) -> None:
        """Go past what the wrapping object says beside the list: a list or an object may hold records."""
        self._window.byte()
        found = self._element()
        self._note(MORE_BESIDE if found[:1] in (b"[", b"{") and found[1:-1].strip() else BESIDE_THE_LIST)

    def _at_element(self) -> bool:
        """Go to the next element; false at the end of the array."""
        byte = self._window.byte()
        if byte == ord(","):
            self._window.at += 1
            byte = self._window.byte()
        while byte in _STRAY:
            self._note(NO_COMMA)
            self._window.at += 1
            byte = self._window.byte()
        if byte == -1:
            raise Incomplete(
                _("This list of records ends in the middle."),
                place=self._place,
                advice=_(DOWNLOAD_AGAIN),
            )
        return byte != ord("]")

    def _leave(self) -> None:
        """Look at what follows the array, to its end (the member's checksum is proven on the way)."""
        self._window.at += 1
        while self._array and self._window.byte() == ord(","):
            self._window.at += 1
            if self._window.byte() != ord('"'):
                break
            self._name()
            self._beside()
        if self._array and self._window.byte() == ord("}"):
            self._window.at += 1
        if self._window.skip_rest():
            self._note(AFTER_THE_END)

    def _note(self, what: str) -> None:
        problem = Problem(self._place, what)
        if what and problem not in self.problems:
            self.problems.append(problem)

    # What is known by its beginning is hashed and skipped.

    def _predicted(self) -> Piece | None:
        if not self._known.beginnings:
            return None
        window = self._window
        window.fill(BEGINNING)
        start = beginning(window.held[window.at : window.at + BEGINNING])
        guess = self._known.beginnings.get(start)
        if guess is None or start in self._misled:
            return None
        length, digest, number = guess
        if not window.skip(length, digest, _AFTER_ELEMENT):
            self._misled.add(start)
            return None
        return Piece(b"", digest, number)

    # What is not known is cut in batches.

    def _read_batch(self) -> list[bytes] | Batch:
        """The next records, at least one."""
        if self._window.byte() != ord("{"):
            return [self._element()]
        if not self._marker:
            record = self._element()
            self._learn(record)
            return [record]
        wanted = self._batch
        row = wanted >= _BATCH and self._in_rows()
        self._batch = min(self._batch * 2, _BATCH)
        self._searched = 0
        while True:
            whole = not self._fill(wanted)
            result = self._guessed(wanted, whole=whole, row=row and wanted <= _LARGE)
            if result is not None:
                return result
            self._searched = wanted - len(self._marker)
            if whole or self._marker_misleads(wanted):
                self._marker = b""
                return [self._element()]
            wanted *= 2

    def _marker_misleads(self, wanted: int) -> bool:
        """Whether a cut was missed, so that the buffer would grow without need."""
        if wanted < _SUSPICIOUS:
            return False
        end = proven_end(self._window.held, self._window.at)
        return bool(end) if end is not None else closing(self._window.held, self._window.at).closed

    def _guessed(self, wanted: int, *, whole: bool, row: bool) -> list[bytes] | Batch | None:
        """The records up to a guessed cut; none if no guess was right, one if msgspec refuses any.

        In a long `row` of unknown ones they come as a batch. After a refusal it goes on in small steps, so that
        no byte is read again and again.
        """
        guesses = 0
        for cut in self._cuts(wanted, whole=whole):
            try:
                found = self._proven(cut, row=row)
            except RecursionError:
                self._batch = _SMALLEST_BATCH
                return [self._element()]
            except msgspec.DecodeError as error:
                if refused_before(error, cut - self._window.at):
                    self._batch = _SMALLEST_BATCH
                    return [self._element()]
                guesses += 1
                if guesses >= _GUESSES:
                    return None
                continue
            self._window.at = cut
            return found
        return None

    def _proven(self, cut: int, *, row: bool) -> list[bytes] | Batch:
        """The records up to a cut. Raises msgspec's errors if those are not all that stands there."""
        at, held = self._window.at, self._window.held
        if row:
            with self._window.array(at, cut) as place:
                values = decoded_all(held, *place)
            if values is not None:
                return Batch(values, held.count(b'"', at, cut), lambda: self._cut(at, cut))
        return self._cut(at, cut)

    def _cut(self, at: int, end: int) -> list[bytes]:
        """The records between two places; raises as `_proven` does."""
        with (
            self._window.array(at, end) as (start, stop),
            memoryview(self._window.held) as view,
            view[start:stop] as text,
        ):
            return [bytes(raw) for raw in _records.decode(text)]

    def _cuts(self, wanted: int, *, whole: bool) -> Iterator[int]:
        """Where the array's element may end within `wanted` bytes, the last place first.

        Every record has the marker (the name of its largest member) once; a record begins at the last `},{`
        before it. What was searched for smaller cuts is not searched again.
        """
        if whole:
            end = self._window.held.rfind(b"]", self._window.at)
            if end > self._window.at:
                yield end
        mark = self._window.at + wanted
        for _mark in range(_MARKS):
            mark = self._window.held.rfind(self._marker, self._window.at + self._searched, mark)
            if mark <= self._window.at:
                break
            brace = mark
            for _attempt in range(_GUESSES):
                brace = self._window.held.rfind(b"{", self._window.at + 1, brace)
                if brace < 0:
                    break
                start = max(self._window.at, brace - 64)
                found = _RECORD_START.search(self._window.held, start, brace + 1)
                if found:
                    yield found.start() + 1

    def _learn(self, record: bytes) -> None:
        """Learn the marker from a record, unless msgspec refuses that."""
        try:
            members = _members.decode(record)
        except (msgspec.MsgspecError, RecursionError):
            return
        if members:
            name = max(members, key=lambda each: len(bytes(members[each])))
            self._marker = msgspec.json.encode(name)

    def _element(self) -> bytes:
        """The next element, whatever it is. Raises `Incomplete` if it never ends."""
        position, depth, wanted = 0, 0, _FIRST_BATCH
        while True:
            more = self._fill(wanted)
            byte = self._window.held[self._window.at] if len(self._window) else 0
            if byte not in b'{["':
                end = scalar_end(self._window.held, self._window.at)
                if end:
                    return self._window.give(end)
            else:
                proven = proven_end(self._window.held, self._window.at) if more and not position else None
                if proven:
                    return self._window.give(proven)
                if proven is None:
                    found = closing(self._window.held, self._window.at, position, depth)
                    if found.closed:
                        return self._window.give(found.position)
                    position, depth = found.position, found.depth
            if not more:
                raise Incomplete(
                    _("A record ends in the middle."),
                    place=self._place,
                    advice=_(DOWNLOAD_AGAIN),
                )
            wanted = len(self._window) * 2
