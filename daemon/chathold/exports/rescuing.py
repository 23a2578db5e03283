"""A ZIP without its directory, which stands last and is the first to go: each member has a header of its own.

┌ header ┬ data ┐┌ header ┬ data ┬ descriptor ┐┌ header ┬ da✂
   sizes known      sizes stand behind the data     first part of a member
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from chathold.core.errors import Incomplete
from chathold.core.texts import N_
from chathold.exports.directory import DESCRIPTOR, Entry, local_entry
from chathold.exports.members import Download, Member
from chathold.exports.spans import Span
from chathold.exports.unpacking import Broken, Short, Unpacking, crc32
from chathold.exports.zipped import MOST_MEMBERS, check_readable, member_of

_DEFLATE = 8
_DESCRIPTORS = tuple(struct.Struct(form) for form in ("<4xL2L", "<L2L", "<4xL2Q", "<L2Q"))

CUT = N_("The file is cut off or damaged; what could still be read was taken.")
DAMAGED = N_("This member is damaged and was left out.")
LOST = N_("From this member on, the file is damaged; nothing more could be read.")


def rescued_members(span: Span, container: str, download: Download) -> Iterator[Member]:
    """The members of a cut ZIP, and the first part of the one it breaks off in; checksums are not checked."""
    download.report(container or download.name, CUT)
    at = 0
    for _count in range(MOST_MEMBERS):
        header = local_entry(span, at)
        if header is None:
            return
        entry, start = header
        check_readable(entry, download.place(entry.name))
        if entry.flags & DESCRIPTOR and not entry.compressed:
            found = _described(span, entry, start, download)
        else:
            found = _measured(span, entry, start)
        if found is None:
            download.report(entry.name, LOST)
            return
        entry, at, cut = found
        if member := member_of(span, entry, container, download, cut=cut):
            yield from _sized(member)


def whole_members(members: Iterable[Member], download: Download) -> Iterator[Member]:
    """Those of `members` that can be read to their end. Reads each of them once."""
    for member in members:
        try:
            for _piece in member.chunks():
                pass
        except Incomplete:
            download.report(member.name, DAMAGED)
        else:
            yield member


def _sized(member: Member) -> Iterator[Member]:
    """A cut member with the size of what there is of it, if that is anything; a whole one as it is."""
    size = sum(map(len, member.chunks())) if member.cut else member.size
    if size or not member.cut:
        yield replace(member, size=size)


def _measured(span: Span, entry: Entry, start: int) -> tuple[Entry, int, bool]:
    """A member whose header knows its sizes: itself, where the next begins, and whether it is cut."""
    end = start + entry.compressed
    return entry, end, end > span.size


def _described(span: Span, entry: Entry, start: int, download: Download) -> tuple[Entry, int, bool] | None:
    """Likewise one whose sizes stand behind its data, found by unpacking them; `None` if they cannot be."""
    if entry.method != _DEFLATE:
        return None
    unpacking = Unpacking(span, start, 0, entry.method)
    crc = size = 0
    try:
        for piece in unpacking:
            size += len(piece)
            crc = crc32(piece, crc)
            download.meter.add(len(piece))
    except Short:
        return replace(entry, compressed=span.size - start, size=size), span.size, True
    except Broken:
        return None
    entry = replace(entry, compressed=unpacking.end - start, size=size, crc=crc)
    behind = span.read(unpacking.end, _DESCRIPTORS[2].size)
    for form in _DESCRIPTORS:
        if len(behind) >= form.size and form.unpack_from(behind) == (crc, entry.compressed, size):
            return entry, unpacking.end + form.size, False
    return (entry, span.size, True) if len(behind) < _DESCRIPTORS[0].size else None
