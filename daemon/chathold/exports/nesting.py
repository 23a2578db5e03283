"""ZIPs inside an export that are themselves part of it, opened one level deep.

ChatGPT's privacy portal packs its conversations so. What lies stored is read where it lies; what is packed
again is unpacked into one private temporary file, which goes when the export is closed.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterable, Iterator
from threading import Lock
from typing import BinaryIO

from chathold.core.errors import Incomplete, NoSpace
from chathold.core.texts import _
from chathold.exports.directory import LOCAL, find_end
from chathold.exports.members import Download, Member
from chathold.exports.rescuing import rescued_members
from chathold.exports.spans import Span, unreadable
from chathold.exports.zipped import damaged, zip_members


class Spool:
    """The private file into which packed inner ZIPs are unpacked, one behind the other."""

    def __init__(self, download: Download) -> None:
        self._download = download
        self._file: BinaryIO | None = None
        self._lock = Lock()
        self._end = 0

    def take(self, member: Member) -> Span:
        """The bytes of `member`, unpacked; of a cut or, in a rescue, damaged one those that there are."""
        start = self._end
        try:
            file = self._opened()
            for piece in member.chunks():
                file.seek(self._end)
                file.write(piece)
                self._end += len(piece)
        except Incomplete:
            if not self._download.rescue:
                raise
        except OSError as error:
            raise self._failure(error) from error
        place = self._download.place(member.name)
        return Span(file, self._end - start, name=place, start=start, lock=self._lock)

    def _opened(self) -> BinaryIO:
        if self._file is None:
            folder = self._download.spool
            file = tempfile.TemporaryFile(prefix="chathold-", dir=folder)  # noqa: SIM115 - closed with the export
            self._file = self._download.closing.enter_context(file)
        return self._file

    def _failure(self, error: OSError) -> Exception:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return NoSpace(
                _("There is no room to unpack a ZIP that lies packed in this one."),
                place=self._download.name,
                advice=_("Free some space on the disk, or unpack the ZIP yourself and import the folder."),
            )
        return unreadable(self._download.name, error)


def expanded(members: Iterable[Member], download: Download) -> Iterator[Member]:
    """`members`, with the contents of those that are ZIPs holding exports in their place."""
    spool = Spool(download)
    for member in members:
        span = (
            (member.source.in_place() or spool.take(member)) if download.holds_exports(member.name) else None
        )
        inner = inside(span, member.name, download) if span else None
        if inner is None:
            yield member
        else:
            yield from inner


def inside(span: Span, container: str, download: Download) -> Iterator[Member] | None:
    """The members of the ZIP in `span`; `None` if it is no ZIP.

    Raises `Incomplete` for one that is cut or whose directory is damaged, unless it is to be rescued.
    """
    end = find_end(span)
    if not end and span.read(0, len(LOCAL)) != LOCAL:
        return None
    try:
        if end:
            return iter(list(zip_members(span, end, container, download)))
        raise damaged(download.place(container) if container else download.name)
    except Incomplete:
        if not download.rescue:
            raise
        return rescued_members(span, container, download)
