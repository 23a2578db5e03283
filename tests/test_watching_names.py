"""What names tell."""

from __future__ import annotations

import unicodedata

import pytest

from chathold.watching.downloads import Kind
from chathold.watching.names import becomes, is_json, kind_of, known_as, promises, same


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("export.zip", Kind.FILE),
        ("EXPORT.ZIP", Kind.FILE),
        ("conversations (1).Json", Kind.FILE),
        ("caf\udce9.zip", Kind.FILE),
        ("zip", None),
        ("export.zip.txt", None),
        ("photo.png", None),
        ("Unconfirmed 1.crdownload", Kind.UNDER_WAY),
        ("export.zip.part", Kind.UNDER_WAY),
        ("export.zip.PARTIAL", Kind.UNDER_WAY),
        ("film.mkv.!qB", Kind.UNDER_WAY),
        ("film.mkv.!ut", Kind.UNDER_WAY),
        ("a.opdownload", Kind.UNDER_WAY),
        ("a.filepart", Kind.UNDER_WAY),
        ("a.tmp", Kind.UNDER_WAY),
        ("a.temp", Kind.UNDER_WAY),
        ("a.zip.aria2", Kind.UNDER_WAY),
        ("a.zip.st", Kind.UNDER_WAY),
        ("guide.st", None),
        (".hidden.zip", None),
        (".~lock.export.zip", None),
        ("._export.zip", None),
        ("~$export.zip", None),
        (".syncthing.export.zip.tmp", None),
        ("~syncthing~export.zip.tmp", None),
        ("", None),
    ],
)
def test_what_a_file_is_by_its_name(name: str, kind: Kind | None) -> None:
    """In any case of the letters; what is hidden never counts."""
    assert kind_of(name, is_folder=False) is kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ChatGPT export", Kind.FOLDER),
        ("strange.zip", Kind.FOLDER),
        ("export.zip.download", Kind.UNDER_WAY),
        ("__MACOSX", None),
        (".cache", None),
    ],
)
def test_what_a_folder_is_by_its_name(name: str, kind: Kind | None) -> None:
    """A folder called like a ZIP is a folder."""
    assert kind_of(name, is_folder=True) is kind


@pytest.mark.parametrize(
    ("temporary", "name"),
    [
        ("export.zip.crdownload", "export.zip"),
        ("export.zip.part", "EXPORT.zip"),
        ("export.8ehYa1rz.zip.part", "export.zip"),
        ("ubuntu-24.8ehYa1rz.04.4-desktop.zip.part", "ubuntu-24.04.4-desktop.zip"),
        ("export.part", "export.zip"),
        ("re\u0301sume\u0301.zip.part", "r\xe9sum\xe9.zip"),
        ("export.zip.aria2", "export.zip"),
        ("export.zip.download", "export.zip"),
    ],
)
def test_which_file_a_temporary_one_becomes(temporary: str, name: str) -> None:
    """Browsers add a suffix, and something random at times."""
    assert becomes(temporary) & set(known_as(name))


@pytest.mark.parametrize(
    ("temporary", "name"),
    [
        ("export (1).zip.part", "export.zip"),
        ("Unconfirmed 12345.crdownload", "export.zip"),
        ("export.8ehYa1rz.zip.crdownload", "export.zip"),
        ("other.zip.part", "export.zip"),
        (".zip.part", "export.zip"),
    ],
)
def test_which_file_a_temporary_one_has_nothing_to_do_with(temporary: str, name: str) -> None:
    """A download of its own."""
    assert not becomes(temporary) & set(known_as(name))


@pytest.mark.parametrize(
    ("temporary", "promising"),
    [
        ("export.zip.part", True),
        ("chats.JSON.crdownload", True),
        ("Unconfirmed 123.crdownload", True),
        ("film.mkv.part", False),
        ("zip.part", False),
    ],
)
def test_what_may_become_an_export(temporary: str, *, promising: bool) -> None:
    """Of a download without a name, nobody can tell."""
    assert promises(temporary) is promising


def test_names_are_the_same_however_they_are_written() -> None:
    """Large or small, letters in one or in two; bytes that are no text, too."""
    name = "R\xe9sum\xe9 \udce9.ZIP"
    assert same(unicodedata.normalize("NFD", name)) == same(name.lower())


def test_only_what_shows_may_be_a_file_of_records() -> None:
    """In a folder."""
    assert [is_json(name) for name in ("a.json", "A.JSON", ".a.json", "a.txt")] == [True, True, False, False]
