"""A ZIP whose directory is there: its members as streams, each checked against its checksum to the end."""

from __future__ import annotations

from collections.abc import Iterator

from chathold.core.errors import ExportError, Incomplete, Unsafe
from chathold.core.texts import N_, _
from chathold.exports.appearance import DOWNLOAD_AGAIN
from chathold.exports.directory import ENCRYPTED, LOCAL_SIZE, End, Entry, data_start, entries
from chathold.exports.members import FREE_MEMBER, PLAUSIBLE_RATIO, Download, Member, bomb
from chathold.exports.names import is_junk, plain
from chathold.exports.spans import Span
from chathold.exports.unpacking import METHODS, STORED, Broken, Short, Unpacking, crc32

MOST_MEMBERS = 500_000
_AES = 99
_METHOD_NAMES = {
    1: "Shrink",
    6: "Implode",
    10: "PKWARE DCL",
    93: "Zstandard",
    95: "XZ",
    96: "JPEG",
    98: "PPMd",
}


class ZipSource:
    """The bytes of one member of a ZIP, from the place in the file where they lie."""

    __slots__ = ("_cut", "_download", "_entry", "_name", "_span", "_unpacked")

    def __init__(self, span: Span, entry: Entry, name: str, download: Download, *, cut: bool = False) -> None:
        self._span = span
        self._entry = entry
        self._name = name
        self._download = download
        self._cut = cut
        self._unpacked = 0

    def chunks(self) -> Iterator[bytes]:
        """See `Member.chunks`. A cut member simply ends where its data do."""
        start = data_start(self._span, self._entry.header)
        if start is None:
            raise damaged(self._download.place(self._name))
        size = crc = 0
        if not self._entry.compressed and not self._entry.size:  # some writers pack nothing into no bytes
            return
        try:
            for piece in Unpacking(self._span, start, self._entry.compressed, self._entry.method):
                size += len(piece)
                crc = crc32(piece, crc)
                self._weigh(size)
                yield piece
        except Broken as error:
            if self._cut:
                return
            raise damaged(self._download.place(self._name), short=isinstance(error, Short)) from error
        self._check(size, crc)

    def in_place(self) -> Span | None:
        """See `Source.in_place`."""
        start = data_start(self._span, self._entry.header)
        if self._entry.method != STORED or start is None:
            return None
        return self._span.part(start, self._entry.compressed)

    def _weigh(self, size: int) -> None:
        """Stop a bomb; what was unpacked before does not count again."""
        if size > self._unpacked:
            self._download.meter.add(size - self._unpacked)
            self._unpacked = size
        if size > FREE_MEMBER and size > PLAUSIBLE_RATIO * self._entry.compressed:
            raise bomb(self._download.place(self._name))

    def _check(self, size: int, crc: int) -> None:
        """The checksum decides whether the member is whole; a wrong size beside it is only odd."""
        if self._cut:
            return
        if crc != self._entry.crc:
            raise damaged(self._download.place(self._name), short=False)
        if size != self._entry.size:
            self._download.report(
                self._name, N_("The size in the ZIP's directory is wrong; the file was read whole.")
            )


def zip_members(span: Span, end: End, container: str, download: Download) -> Iterator[Member]:
    """The members that the directory at `end` lists, junk and folders left out.

    Raises `Unsafe` for a directory that no honest ZIP has, `Incomplete` for a damaged one, `ExportError` for
    a member that cannot be unpacked.
    """
    if end.disk:
        raise ExportError(
            _("This is one piece of a ZIP that was split into several files."),
            place=download.name,
            advice=_("Unpack it together with the other pieces and import the folder."),
        )
    packed = count = 0
    for count, entry in enumerate(entries(span, end), 1):
        if entry is None:
            raise damaged(download.place(container) if container else download.name)
        packed += LOCAL_SIZE + entry.compressed
        if count > MOST_MEMBERS or packed > end.start:  # no two members share their bytes
            raise _impossible(download)
        if member := member_of(span, entry, container, download):
            yield member
    if count < end.count:
        raise damaged(download.place(container) if container else download.name)


def member_of(
    span: Span, entry: Entry, container: str, download: Download, *, cut: bool = False
) -> Member | None:
    """The member that `entry` describes, unless it is a folder or junk."""
    name = plain(entry.name)
    if entry.is_folder or is_junk(name):
        return None
    name = f"{container}/{name}" if container else name
    check_readable(entry, download.place(name))
    return Member(
        name=name,
        size=entry.size,
        compressed=entry.compressed,
        crc=entry.crc,
        modified=entry.modified,
        container=container,
        source=ZipSource(span, entry, name, download, cut=cut),
        cut=cut,
    )


def damaged(place: str, *, short: bool = True) -> Incomplete:
    """What to say of data that end too soon, or are not what they were."""
    title = (
        _("The download is cut off or damaged.")
        if short
        else _("The download is damaged: what it holds is not what was packed.")
    )
    return Incomplete(title, place=place, advice=_(DOWNLOAD_AGAIN))


def _impossible(download: Download) -> Unsafe:
    return Unsafe(
        _("This ZIP lists more than it can hold; it looks built to do harm."),
        place=download.name,
        advice=_("Download the export again from the service's own page."),
    )


def check_readable(entry: Entry, place: str) -> None:
    """Raise where a password or an unknown method stands before the data."""
    if entry.flags & ENCRYPTED or entry.method == _AES:
        raise ExportError(
            _("This ZIP has a password."),
            place=place,
            advice=_("Unpack it with the password and import the folder."),
        )
    if entry.method != STORED and entry.method not in METHODS:
        method = _METHOD_NAMES.get(entry.method, str(entry.method))
        raise ExportError(
            _("This ZIP is packed in a way that Chathold cannot read (method {method}).").format(
                method=method
            ),
            place=place,
            advice=_("Unpack it with the program that made it and import the folder."),
        )
