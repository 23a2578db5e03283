"""Changing settings from a page: what is written reads back, and everything else in the file stays as it is."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chathold.configuration import SETTINGS, ConfigurationError, examine, load
from chathold.configuration.kinds import Choice, Filters, Flag, Folder, Folders, Number, TimeOfDay
from chathold.configuration.writing import _plain, changed, write, written
from chathold.core.errors import ChatholdError
from screens import ROOT

SOMEWHERE = Path("/somewhere/config.toml")
BY_HAND = """\
# My settings, do not touch!
[downloads] # what is watched
# the old place
folders = ['/old',  # since 2019
  '/older' ]
events   =  true   # sic

# about nothing
[mystery]
value = 3

[log]
level = "info"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the settings are."""
    return tmp_path / "deep" / "config.toml"


def _by_hand(file: Path, text: str = BY_HAND) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def _folder() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec="utf-8", exclude_characters="\0")).map(lambda each: f"/{each}")


def _values(kind: Any) -> st.SearchStrategy[Any]:
    match kind:
        case Flag():
            return st.booleans()
        case Number(low=low, high=high):
            return st.floats(low, high) | st.integers(max(1, int(low)), int(high))
        case Choice(words=words):
            return st.sampled_from(words)
        case Folders():
            return st.lists(_folder(), max_size=4, unique=True)
        case Folder():
            return _folder() | st.just("")
        case TimeOfDay():
            return st.times().map(lambda each: each.strftime("%H:%M"))
        case Filters():
            return st.sampled_from(["", "title:bread", 'bees OR "brown bread"', "工作"])
        case _:
            return st.nothing()


CHANGES = st.fixed_dictionaries({}, optional={each.name: _values(each.kind) for each in SETTINGS})
COMMENT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=12)


@st.composite
def _files(draw: st.DrawFn) -> str:
    """A settings file that a person may have written: tables in any order, comments, odd spaces, unknown lines."""
    lines = [f"# {draw(COMMENT)}"] if draw(st.booleans()) else []
    tables = draw(st.permutations(["downloads", "archive", "log", "notices", "mystery"]))
    for table in tables[: draw(st.integers(0, 5))]:
        space = draw(st.sampled_from(["", " ", "\t"]))
        lines.append(f"{space}[{space}{table}{space}] # {draw(COMMENT)}")
        known = [each for each in SETTINGS if each.table == table]
        for each in draw(st.lists(st.sampled_from(known), unique=True)) if known else ():
            import tomlkit  # noqa: PLC0415 - only to write a value

            value = tomlkit.item(draw(_values(each.kind))).as_string()
            lines.append(f"{space}{each.key}{space}={space}{value} # {draw(COMMENT)}")
        lines += draw(st.lists(st.sampled_from(["", "# a word", "  "]), max_size=3))
        if table == "mystery":
            lines.append("unknown = [1, 2, # and\n 3]")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return "\n".join(lines).replace("\n", end) + draw(st.sampled_from(["", end]))


@settings(max_examples=40, deadline=None)
@given(_files(), CHANGES)
def test_what_is_written_reads_back(text: str, changes: dict[str, Any]) -> None:
    """Whatever stood there before."""
    document = tomllib.loads(changed(text, changes, SOMEWHERE))
    for name, value in changes.items():
        table, _dot, key = name.partition(".")
        if key in document.get(table, {}):
            assert document[table][key] == value
        else:
            assert value in ("", [], *(_plain(each.default) for each in SETTINGS if each.name == name))


@settings(max_examples=40, deadline=None)
@given(_files(), CHANGES)
def test_every_other_line_stays_as_it_is(text: str, changes: dict[str, Any]) -> None:
    """Byte for byte and in its order: only lines of what was changed are new."""
    keys = {name.partition(".")[2] for name in changes}
    tables = {name.partition(".")[0] for name in changes}
    after = changed(text, changes, SOMEWHERE)

    def others(lines: str) -> list[str]:
        kept = [each for each in lines.split("\n") if each.partition("=")[0].strip() not in keys]
        made = {f"[{table}]" for table in tables if f"[{table}]" not in text}
        return [each for each in kept if each.strip() and each.strip() not in made]

    assert [each.rstrip("\r") for each in others(after)] == [each.rstrip("\r") for each in others(text)]


@settings(max_examples=40, deadline=None)
@given(_files())
def test_what_is_so_already_changes_nothing(text: str) -> None:
    """Not a byte, whether it is written there or the default."""
    document = tomllib.loads(text.replace("\r\n", "\n"))
    same = {
        f"{table}.{key}": value
        for table, content in document.items()
        for key, value in content.items()
        if table != "mystery"
    }
    assert changed(text, same, SOMEWHERE) == text


def test_the_example_takes_every_setting() -> None:
    """Each in its place: the file has as many lines as before."""
    text = (ROOT / "config.example.toml").read_text("utf-8")
    after = changed(text, {"downloads.events": False, "downloads.folders": ["/a", "/b"]}, SOMEWHERE)
    assert len(after.splitlines()) == len(text.splitlines())
    assert 'folders = ["/a","/b"]' in after.replace(", ", ",")


def test_a_new_line_goes_below_the_last_of_its_table() -> None:
    """Not below the comment that speaks of the next table."""
    after = changed(BY_HAND, {"downloads.scan_minutes": 9}, SOMEWHERE)
    assert after == BY_HAND.replace("# sic\n", "# sic\nscan_minutes = 9\n")


def test_a_list_keeps_the_comments_of_what_stays_in_it() -> None:
    """One folder more, or fewer, is no reason to lose what was noted beside the others."""
    after = changed(BY_HAND, {"downloads.folders": ["/old", "/new"]}, SOMEWHERE)
    assert "# since 2019" in after
    assert tomllib.loads(after)["downloads"]["folders"] == ["/old", "/new"]


@pytest.mark.parametrize(
    "text",
    [
        "downloads = {events = true} # a\n",
        "downloads.events = true # a\n\n[log]\nlevel = 'info'\n",
        "\"downloads\".'events' = true # a\n",
        "[downloads]\n'events' = true # a",
        "# a",
        "",
    ],
)
def test_other_ways_to_write_a_table_will_do(text: str) -> None:
    """With dots, between braces, in quotes; without a last line end."""
    after = changed(text, {"downloads.events": False, "downloads.quiet_seconds": 9}, SOMEWHERE)
    document = tomllib.loads(after)
    assert document["downloads"] == {"events": False, "quiet_seconds": 9}
    assert ("# a" in after) == ("# a" in text)


def test_a_file_is_made_from_nothing(file: Path) -> None:
    """With its folder, for its owner only."""
    settings = write(file, {"downloads.after_import": "trash", "log.level": "info"})
    assert settings.downloads.after_import == "trash"
    assert settings == load(file)
    assert file.read_text() == '[downloads]\nafter_import = "trash"\n'
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert os.listdir(file.parent) == [file.name]  # noqa: PTH208 - nothing half-written is left


def test_line_ends_and_the_mark_of_utf_8_stay(file: Path) -> None:
    """Windows' editors put them there, and want them there."""
    _by_hand(file, "\ufeff" + BY_HAND.replace("\n", "\r\n"))
    write(file, {"downloads.events": False, "downloads.scan_minutes": 9})
    data = file.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf# My")
    assert data.count(b"\n") == data.count(b"\r\n") == BY_HAND.count("\n") + 1


@pytest.mark.skipif(sys.platform == "win32", reason="links are a right of its own there")
def test_a_link_to_the_file_stays_one(file: Path, tmp_path: Path) -> None:
    """People keep such files elsewhere."""
    _by_hand(file)
    (tmp_path / "link.toml").symlink_to(file)
    write(tmp_path / "link.toml", {"downloads.events": False})
    assert (tmp_path / "link.toml").is_symlink()
    assert "events   =  false   # sic" in file.read_text()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"downloads.quiet_seconds": "soon"}, "downloads.quiet_seconds"),
        ({"downloads.folders": ["relative"]}, "downloads.folders"),
        ({"downloads.after_import": "move"}, "downloads.after_import"),
        ({"log.level": "loud"}, "log.level"),
        ({"log.colour": "red"}, "log.colour"),
    ],
)
def test_what_the_checker_refuses_is_not_written(file: Path, changes: dict[str, Any], name: str) -> None:
    """In the checker's own words, with the setting's name; of several changes none is made then."""
    _by_hand(file)
    with pytest.raises(ConfigurationError) as caught:
        write(file, {"downloads.events": False, **changes})
    assert [fault.name for fault in caught.value.faults] == [name]
    assert file.read_text() == BY_HAND
    file.write_text(changed(BY_HAND, changes, file))
    faults = {(each.name, each.what, each.fix) for each in examine(file)[1]}
    assert {(each.name, each.what, each.fix) for each in caught.value.faults} <= faults


def test_a_fault_elsewhere_in_the_file_is_no_hindrance(file: Path) -> None:
    """Nor is it put right: somebody may still want to know what stood there."""
    _by_hand(file, BY_HAND.replace('"info"', '"loud"'))
    write(file, {"downloads.events": False})
    assert 'level = "loud"' in file.read_text()


def test_a_fault_is_put_right(file: Path) -> None:
    """By a value that will do."""
    _by_hand(file, BY_HAND.replace('"info"', '"loud"').replace("[mystery]\nvalue = 3\n", ""))
    write(file, {"log.level": "debug"})
    assert load(file).log.level == "debug"


def test_what_is_no_toml_is_left_alone(file: Path) -> None:
    """Its line is named."""
    _by_hand(file, BY_HAND + "oh\n")
    with pytest.raises(ConfigurationError) as caught:
        write(file, {"downloads.events": False})
    assert caught.value.faults[0].line == BY_HAND.count("\n") + 1
    assert file.read_text() == BY_HAND + "oh\n"


def test_a_table_that_is_none_is_not_touched(file: Path) -> None:
    """It is refused, and what it is stays in the file."""
    _by_hand(file, "downloads = 3\n")
    with pytest.raises(ChatholdError):
        write(file, {"downloads.events": False})
    assert file.read_text() == "downloads = 3\n"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="rights do not stop this user")
def test_a_folder_that_takes_no_file_is_told_of(file: Path) -> None:
    """As words."""
    _by_hand(file)
    file.parent.chmod(0o500)
    with pytest.raises(ChatholdError):
        write(file, {"downloads.events": False})
    file.parent.chmod(0o700)


def test_what_stands_in_the_file_is_told_as_it_is_written(file: Path) -> None:
    """A ~ is still one; what is unknown is there, too."""
    _by_hand(file, "[downloads]\nfolders = ['~/Downloads']\n[mystery]\nvalue = 3\n")
    assert written(file) == {"downloads.folders": ["~/Downloads"], "mystery.value": 3}
    assert written(file.with_name("none.toml")) == {}
