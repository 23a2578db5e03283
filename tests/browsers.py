"""Browsers and other writers, simulated step by step.

Each is a generator: it does one thing to the file system, then yields the seconds that pass before the next.
Nothing here knows who watches. `BROWSERS` lists them with what has to be found in the end.
"""

from __future__ import annotations

import io
import json
import mmap
import os
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

Steps = Iterator[float]
Folder = dict[str, bytes]
Content = bytes | Folder

PAUSES = (0.1, 0.5, 1.0, 2.9, 3.5, 7.0, 12.0, 45.0)
HOUR = 3600.0
LONG_AGO = 1_500_000_000


@dataclass(frozen=True)
class Errand:
    """One download: where it goes, what it is called, what it holds; `rng` decides how it comes."""

    folder: Path
    name: str
    data: bytes
    rng: Random

    @property
    def path(self) -> Path:
        """Where it is in the end."""
        return self.folder / self.name

    @property
    def outside(self) -> Path:
        """A place on the same disk that nobody watches."""
        place = self.folder.parent / f"{self.folder.name}-outside"
        place.mkdir(exist_ok=True)
        return place / f"{self.rng.getrandbits(60):x}"

    def pause(self) -> float:
        """Some seconds, often longer than a file has to be quiet."""
        return self.rng.choice(PAUSES)

    def pieces(self) -> list[bytes]:
        """The data in two to seven pieces; the last is never mere space, of which nobody could know."""
        places = range(1, len(self.data.rstrip()))
        cuts = sorted(self.rng.sample(places, self.rng.randint(1, 6)))
        return [self.data[a:b] for a, b in zip([0, *cuts], [*cuts, len(self.data)], strict=True)]

    def other(self) -> bytes:
        """Another export, made from the same chance."""
        return export(Random(self.data), self.name)


@dataclass(frozen=True)
class Browser:
    """A way of writing. `must` is what has to be handed out for an errand's data, `may` what could be."""

    steps: Callable[[Errand], Steps]
    must: Callable[[Errand], list[Content]] = lambda errand: [errand.data]
    may: Callable[[Errand], list[Content]] = lambda _errand: []


def export(rng: Random, name: str) -> bytes:
    """A small export, as its name wants it; some hold another ZIP, stored, or brackets where they mislead."""
    chats = [
        {
            "id": rng.getrandbits(40),
            "text": ']}[{\\"' * rng.randint(0, 3) + rng.randbytes(20).hex(),
            "more": [{}],
        }
        for _ in range(rng.randint(2, 9))
    ]
    document: object = chats if rng.random() < 0.5 else {"chats": chats, "more": {"none": {}}}
    text = json.dumps(document).encode()
    if name.lower().endswith(".json"):
        return text + b"\n" * rng.randint(0, 2)
    members = {
        "conversations.json": text,
        "user.json": b'{"id": "u"}',
        "a.bin": rng.randbytes(rng.randint(1, 999)),
    }
    if rng.random() < 0.3:
        members = {"inner.zip": zipped({"conversations.json": text}), **members}
    return zipped(members)


def zipped(members: Folder) -> bytes:
    """A ZIP of these, stored."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return file.getvalue()


def members(data: bytes) -> Folder:
    """What a ZIP holds."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def _loaded(errand: Errand, temporary: Path) -> Steps:
    """The data appear in a temporary file, which gets its name when it has them all."""
    temporary.touch()
    yield errand.pause()
    for piece in errand.pieces():
        _append(temporary, piece)
        yield errand.pause()
    temporary.replace(errand.path)
    yield errand.pause()


def chrome(errand: Errand) -> Steps:
    """Chrome, Brave: a name without a meaning, renamed once."""
    yield from _loaded(errand, errand.folder / f"Unconfirmed {errand.rng.randint(10**5, 10**6)}.crdownload")


def edge(errand: Errand) -> Steps:
    """Edge: the name, and a suffix."""
    yield from _loaded(errand, errand.path.with_name(errand.name + ".crdownload"))


def opera(errand: Errand) -> Steps:
    """Opera."""
    yield from _loaded(errand, errand.path.with_name(errand.name + ".opdownload"))


def keep_prompt(errand: Errand) -> Steps:
    """Chrome asks for two hours whether this is to be kept, all data being there."""
    temporary = errand.folder / f"Unconfirmed {errand.rng.randint(10**5, 10**6)}.crdownload"
    temporary.write_bytes(errand.data)
    yield 2 * HOUR
    temporary.replace(errand.path)
    yield 1.0


def firefox(errand: Errand) -> Steps:
    """Firefox: an empty file of the right name, the data beside it."""
    errand.path.touch()
    yield errand.pause()
    yield from _loaded(errand, errand.path.with_name(errand.name + ".part"))


def firefox_infix(errand: Errand) -> Steps:
    """Firefox, with chance in the name."""
    errand.path.touch()
    yield errand.pause()
    stem, suffix = os.path.splitext(errand.name)  # noqa: PTH122 - a name, no path
    yield from _loaded(errand, errand.path.with_name(f"{stem}.{errand.rng.getrandbits(32):08x}{suffix}.part"))


def cancelled(errand: Errand) -> Steps:
    """Firefox; then the person thinks better of it."""
    part = errand.path.with_name(errand.name + ".part")
    errand.path.touch()
    yield errand.pause()
    for piece in errand.pieces():
        _append(part, piece)
        yield errand.pause()
    part.unlink()
    yield errand.pause()
    errand.path.unlink()
    yield errand.pause()


def cancelled_chrome(errand: Errand) -> Steps:
    """Chrome; then the person thinks better of it."""
    temporary = errand.path.with_name(errand.name + ".crdownload")
    for piece in errand.pieces()[:-1]:
        _append(temporary, piece)
        yield errand.pause()
    temporary.unlink()
    yield errand.pause()


def paused(errand: Errand) -> Steps:
    """Chrome, paused for half a day in the middle, and resumed."""
    temporary = errand.path.with_name(errand.name + ".crdownload")
    half = len(errand.data) // 2
    temporary.write_bytes(errand.data[:half])
    yield 12 * HOUR
    _append(temporary, errand.data[half:])
    yield errand.pause()
    temporary.replace(errand.path)
    yield errand.pause()


def paused_in_place(errand: Errand) -> Steps:
    """A program that writes under the final name stops for half a day and goes on."""
    first, *rest = errand.pieces()
    errand.path.write_bytes(first)
    yield 12 * HOUR
    for piece in rest:
        _append(errand.path, piece)
        yield errand.pause()


def dripping(errand: Errand) -> Steps:
    """A command line tool on a bad line: under the final name, opened and closed each time."""
    for piece in errand.pieces():
        _append(errand.path, piece)
        yield errand.pause()


def _safari(errand: Errand) -> Steps:
    """A folder with the file in it, which comes out when it is whole."""
    bundle = errand.path.with_name(errand.name + ".download")
    bundle.mkdir()
    yield errand.pause()
    inner = bundle / errand.name
    for piece in errand.pieces():
        _append(inner, piece)
        yield errand.pause()
    inner.replace(errand.path)
    yield errand.rng.choice((0.1, 4.0))
    bundle.rmdir()
    yield errand.pause()


def safari(errand: Errand) -> Steps:
    """Safari, told to leave ZIPs alone."""
    yield from _safari(errand)


def safari_unzips(errand: Errand) -> Steps:
    """Safari, which opens "safe" files: the ZIP is unpacked into a folder and thrown away."""
    yield from _safari(errand)
    folder = errand.path.with_suffix("")
    folder.mkdir()
    for name, data in members(errand.data).items():
        half = len(data) // 2
        _append(folder / name, data[:half])
        yield errand.rng.choice((0.1, 1.0, 2.0))
        _append(folder / name, data[half:])
        yield errand.rng.choice((0.1, 1.0, 2.0))
    errand.path.unlink()
    yield errand.pause()


def _segments(errand: Errand, path: Path) -> Steps:
    """The full size first, then the pieces in any order."""
    with path.open("wb") as file:
        file.truncate(len(errand.data))
    yield errand.pause()
    at, places = 0, []
    for piece in errand.pieces():
        places.append((at, piece))
        at += len(piece)
    errand.rng.shuffle(places)
    for start, piece in places:
        with path.open("r+b") as file:
            file.seek(start)
            file.write(piece)
        yield errand.pause()


def aria2(errand: Errand, suffix: str = ".aria2") -> Steps:
    """aria2: the final name at its full size, and a control file beside it."""
    control = errand.path.with_name(errand.name + suffix)
    control.write_bytes(b"\0\1")
    yield errand.pause()
    yield from _segments(errand, errand.path)
    control.unlink()
    yield errand.pause()


def axel(errand: Errand) -> Steps:
    """axel: likewise."""
    yield from aria2(errand, ".st")


def segmented(errand: Errand) -> Steps:
    """A download manager: pieces in any order, under a temporary name."""
    temporary = errand.path.with_name(errand.name + ".part")
    yield from _segments(errand, temporary)
    temporary.replace(errand.path)
    yield errand.pause()


def preallocated(errand: Errand) -> Steps:
    """The full size first, then from the beginning to the end, under the final name, without any sign."""
    with errand.path.open("wb") as file:
        file.truncate(len(errand.data))
    yield errand.pause()
    at = 0
    for piece in errand.pieces():
        with errand.path.open("r+b") as file:
            file.seek(at)
            file.write(piece)
        at += len(piece)
        yield errand.pause()


def mapped(errand: Errand) -> Steps:
    """Written through memory: nothing is heard of the writes."""
    with errand.path.open("wb") as file:
        file.truncate(len(errand.data))
    yield errand.pause()
    at = 0
    with errand.path.open("r+b") as opened, mmap.mmap(opened.fileno(), 0) as memory:
        for piece in errand.pieces():
            memory[at : at + len(piece)] = piece
            at += len(piece)
            yield errand.pause()
    yield errand.pause()


def two_writers(errand: Errand) -> Steps:
    """Two programs write the two halves; one closes long before the other."""
    half = len(errand.data) // 2
    with errand.path.open("wb") as first:
        first.write(errand.data[:half])
        first.flush()
        yield errand.pause()
        with errand.path.open("r+b") as second:
            second.seek(half)
            first.close()
            yield errand.pause()
            second.write(errand.data[half : half + 9])
            second.flush()
            yield errand.pause()
            second.write(errand.data[half + 9 :])
    yield errand.pause()


def replaced(errand: Errand) -> Steps:
    """The next export comes under the same name, an hour later."""
    errand.path.write_bytes(errand.other())
    yield HOUR
    yield from _loaded(errand, errand.path.with_name(errand.name + ".crdownload"))


def cut_then_whole(errand: Errand) -> Steps:
    """A download that broke off, and its repetition under the same name."""
    errand.path.write_bytes(errand.data[: len(errand.data) * 2 // 3])
    yield HOUR
    yield from _loaded(errand, errand.path.with_name(errand.name + ".crdownload"))


def rewritten(errand: Errand) -> Steps:
    """Other data of the same size in the same file, which claims the same time."""
    errand.path.write_bytes(errand.data)
    state = errand.path.stat()
    yield HOUR
    time.sleep(0.02)  # the file system's clock ticks
    with errand.path.open("r+b") as file:
        file.write(_of_same_size(errand))
    os.utime(errand.path, ns=(state.st_atime_ns, state.st_mtime_ns))
    yield 1.0


def _of_same_size(errand: Errand) -> bytes:
    """As whole as the errand's data, but not the same."""
    return errand.data.replace(b'"more"', b'"less"').replace(b'"u"', b'"v"')


def numbered(errand: Errand) -> Steps:
    """The name is taken: ` (1)`."""
    errand.path.write_bytes(errand.other())
    yield errand.pause()
    stem, suffix = os.path.splitext(errand.name)  # noqa: PTH122 - a name, no path
    again = Errand(errand.folder, f"{stem} (1){suffix}", errand.data, errand.rng)
    yield from chrome(again)


def moved_in(errand: Errand) -> Steps:
    """Moved here from another folder, with a time long past."""
    outside = errand.outside
    outside.write_bytes(errand.data)
    os.utime(outside, (LONG_AGO, LONG_AGO))
    outside.replace(errand.path)
    yield errand.pause()


def hard_linked(errand: Errand) -> Steps:
    """A second name for a file elsewhere."""
    outside = errand.outside
    outside.write_bytes(errand.data)
    errand.path.hardlink_to(outside)
    yield errand.pause()


def linked(errand: Errand) -> Steps:
    """A symbolic link to a file elsewhere; one to nothing beside it."""
    outside = errand.outside
    outside.write_bytes(errand.data)
    errand.path.with_name("nowhere-" + errand.name).symlink_to(outside.with_name("nothing"))
    errand.path.symlink_to(outside)
    yield errand.pause()


def copied(errand: Errand) -> Steps:
    """`cp -p`: written, then given the old time."""
    outside = errand.outside
    outside.write_bytes(errand.data)
    os.utime(outside, (LONG_AGO, LONG_AGO))
    for piece in errand.pieces():
        _append(errand.path, piece)
        yield errand.rng.choice((0.1, 1.0))
    shutil.copystat(outside, errand.path)
    yield errand.pause()


def from_the_future(errand: Errand) -> Steps:
    """Its time lies a year ahead."""
    errand.path.write_bytes(errand.data)
    os.utime(errand.path, (time.time() + 365 * 24 * HOUR,) * 2)
    yield errand.pause()


def web_page(errand: Errand) -> Steps:
    """The link had expired: a page of the service is saved as the ZIP."""
    page = Errand(errand.folder, errand.name, _page(errand), errand.rng)
    yield from chrome(page)


def _page(errand: Errand) -> bytes:
    return b"<!DOCTYPE html><html>" + errand.data[-40:].hex().encode() + b"</html>"


def _unpacked(errand: Errand) -> list[Content]:
    return [members(errand.data)]


BROWSERS = {
    "chrome": Browser(chrome),
    "edge": Browser(edge),
    "opera": Browser(opera),
    "keep_prompt": Browser(keep_prompt),
    "firefox": Browser(firefox),
    "firefox_infix": Browser(firefox_infix),
    "cancelled": Browser(cancelled, lambda _errand: []),
    "cancelled_chrome": Browser(cancelled_chrome, lambda _errand: []),
    "paused": Browser(paused),
    "paused_in_place": Browser(paused_in_place),
    "dripping": Browser(dripping),
    "safari": Browser(safari),
    "safari_unzips": Browser(safari_unzips, _unpacked, lambda errand: [errand.data]),
    "aria2": Browser(aria2),
    "axel": Browser(axel),
    "segmented": Browser(segmented),
    "preallocated": Browser(preallocated),
    "mapped": Browser(mapped),
    "two_writers": Browser(two_writers),
    "replaced": Browser(replaced, may=lambda errand: [errand.other()]),
    "cut_then_whole": Browser(cut_then_whole),
    "rewritten": Browser(rewritten, lambda errand: [_of_same_size(errand)], lambda errand: [errand.data]),
    "numbered": Browser(numbered, lambda errand: [errand.other(), errand.data]),
    "moved_in": Browser(moved_in),
    "hard_linked": Browser(hard_linked),
    "linked": Browser(linked),
    "copied": Browser(copied),
    "from_the_future": Browser(from_the_future),
    "web_page": Browser(web_page, lambda errand: [_page(errand)]),
}
"""Every way of writing. Those in `ZIPS_ONLY` need an errand whose name ends in `.zip`."""

ZIPS_ONLY = frozenset({"safari_unzips", "web_page"})


def whole_content(path: Path) -> Content:
    """What is there now, to be compared with what should be."""
    if path.is_dir():
        return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}
    return path.read_bytes()
