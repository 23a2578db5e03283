"""Settings are checked strictly, and what is wrong is told with its line."""

from __future__ import annotations

import json
import os
import tomllib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.configuration import SETTINGS, ConfigurationError, Setting, Settings, examine, load
from chathold.configuration.kinds import Choice, Filters, Flag, Folder, Folders, Number, TimeOfDay
from chathold.configuration.lines import key_lines
from chathold.configuration.reading import LARGEST
from chathold.configuration.settings import ArchivePlace, Downloads, Log
from chathold.core.errors import UsageError
from chathold.search import Wish, parse
from screens import ROOT

EXAMPLE = (ROOT / "config.example.toml").read_text("utf-8")
NAMES = [setting.name for setting in SETTINGS]
BY_NAME = dict(zip(NAMES, SETTINGS, strict=True))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the settings are."""
    return tmp_path / "config.toml"


def _refused(file: Path, text: str | bytes) -> ConfigurationError:
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigurationError) as caught:
        load(file)
    return caught.value


def _faults(file: Path, text: str) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.what, fault.fix) for fault in _refused(file, text).faults]


# --- what is read


def test_without_a_file_the_defaults_hold(file: Path) -> None:
    """Nothing has to be set."""
    assert load(file) == Settings()
    assert load(file / "below a file") == Settings()


def test_an_empty_file_sets_nothing(file: Path) -> None:
    """Nor has a file to say anything."""
    file.write_text("# nothing\n\n[downloads]\n")
    assert load(file) == Settings()


def test_what_is_set_is_read(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each kind of value, `~` expanded; whatever notation TOML allows."""
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    kept = tmp_path / "kept"
    file.write_text(
        f"""
        log = {{ level = "debug" }}
        archive.folder = '{kept}'
        [downloads]
        folders = ["~/One", "~/Two", "~/One"]
        after_import = "move"
        move_to = "~/Done"
        quiet_seconds = 10
        scan_minutes = 0.5
        events = false
        """
    )
    two = tmp_path / "One", tmp_path / "Two"
    assert load(file) == Settings(
        Downloads(two, "move", tmp_path / "Done", 10, 0.5, events=False), ArchivePlace(kept), Log("debug")
    )


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm(file: Path) -> None:
    """As Notepad writes them."""
    file.write_bytes('\ufeff[log]\r\nlevel = "debug"\r\n'.encode())
    assert load(file).log.level == "debug"


# --- what is refused


WRONG: list[tuple[str, list[Any]]] = [
    ("downloads.folders", ['"~/Downloads"', '["Downloads"]', '[""]', "[3]", '["a\\u0000"]', "[[]]", "{}"]),
    ("downloads.after_import", ['"Move"', '""', "true", "[]"]),
    (
        "downloads.move_to",
        ['"Done"', '"~nobody-by-this-name/x"', "true", '"."', '["~/Done"]', '"$HOME/Done"'],
    ),
    ("downloads.quiet_seconds", ["0", "-1", "601", "nan", "inf", "true", '"3"', "[3]", "0x" + "f" * 9999]),
    ("downloads.scan_minutes", ["0.09", "1441", "false", '"5"', "-inf", "2026-01-01", "12:30:00"]),
    ("downloads.events", ["1", "0", '"true"', '"yes"', "[]", "{}"]),
    ("archive.folder", ['"archive"', "false", "1", "[]", '"../up"', '"~nobody-by-this-name"']),
    ("log.level", ['"INFO"', '"warning"', "1", '""']),
    ("desktop.language", ['"tlh"', '"zh"', "false", '["en"]']),
    ("mirror.folder", ['"notes"', "true", '["~/Notes"]']),
    ("mirror.format", ['"html"', '""', "1"]),
    ("mirror.filters", ["1", "[]", '"two\\nlines"']),
    ("reminders.on", ['"on"', "1"]),
    ("reminders.days", ["0", "3651", '"30"', "true", "nan"]),
    ("reminders.chatgpt_days", ["-1", '"7"']),
    ("reminders.claude_days", ["-1", "[]"]),
    ("reminders.deepseek_days", ["-0.1", "3651"]),
    ("notices.imported", ["0", '"no"']),
    ("notices.attention", ["{}", '"true"']),
    ("notices.parts", ["[]"]),
    ("notices.quiet_from", ['"24:00"', '"8:00"', '"22:60"', '""', "22", "08:00:00", '"22:00\\n"', '"٢٢:٠٠"']),
    ("notices.quiet_until", ['"08:00:00"', '"-1:00"', "true"]),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG for value in values],
    ids=lambda each: each[:30],
)
def test_a_wrong_value_is_refused_with_its_line(file: Path, name: str, value: str) -> None:
    """Wrong type, out of range, relative, none of the words: the setting, what it cannot be, what would do."""
    table, key = name.split(".")
    (fault,) = _refused(file, f"# first\n[{table}]\n\n{key} = {value}\n").faults
    assert fault.line == 4
    assert fault.what.startswith(f"{name} cannot be ")
    assert fault.fix == BY_NAME[name].kind.wanted


@pytest.mark.parametrize("query", ["provider:foo", "(x", "since:tomorrow", "NOT x", '\\"x', "   "])
def test_a_query_that_means_nothing_is_refused_with_its_line(file: Path, query: str) -> None:
    """As a search would refuse it, in the search's words; and until it is mended nothing is written as notes."""
    text = f'[mirror]\nfolder = "/notes"\nfilters = "{query}"\n'
    (fault,) = _refused(file, text).faults
    assert (fault.line, fault.name) == (3, "mirror.filters")
    with pytest.raises(UsageError) as refused:
        parse(Wish(query.replace("\\", "")))
    assert fault.fix == f"{refused.value.title} {refused.value.advice}"
    assert examine(file)[0].mirror.folder is None


def test_there_are_wrong_values_for_every_setting() -> None:
    """The last test left none out."""
    assert [name for name, _values in WRONG] == NAMES


def test_a_long_value_is_cut_when_told(file: Path) -> None:
    """A mistake fits into a line."""
    (fault,) = _refused(file, f'[log]\nlevel = "{"x" * 9999}"\n').faults
    assert len(fault.what) < 100


@pytest.mark.parametrize(
    ("text", "line", "what", "fix"),
    [
        ("[downloads]\nfolder = []", 2, "downloads.folder", "Did you mean downloads.folders?"),
        (
            "[downloads]\nquiet_second = 1",
            2,
            "downloads.quiet_second",
            "Did you mean downloads.quiet_seconds?",
        ),
        ("[archive]\n\nevents = true", 3, "archive.events", "Did you mean downloads.events?"),
        ("quiet_seconds = 1", 1, "quiet_seconds", "Did you mean downloads.quiet_seconds?"),
        ("\n\n[download]\nfolders = []", 3, "download", "Did you mean [downloads]?"),
        ("[log.deeper]\nlevel = 1", 1, "log.deeper", "Known here: log.level."),
        ("[log]\n'level.x' = 1", 2, "log.level.x", "Did you mean log.level?"),
        (
            "zzz = 1",
            1,
            "zzz",
            "Known here: [downloads], [archive], [log], [desktop], [mirror], [reminders], [notices].",
        ),
        (
            "[[zzz]]",
            1,
            "zzz",
            "Known here: [downloads], [archive], [log], [desktop], [mirror], [reminders], [notices].",
        ),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(
    file: Path, text: str, line: int, what: str, fix: str
) -> None:
    """A slip of the pen does not go unnoticed."""
    assert _faults(file, text) == [(line, f"There is no setting {what}.", fix)]


@pytest.mark.parametrize("text", ["\nlog = 3", "\n[[log]]\nlevel = 'info'", "\nlog = []"])
def test_a_table_has_to_be_one(file: Path, text: str) -> None:
    """Other than a table is refused."""
    what = "log is a table, with settings of its own."
    assert _faults(file, text) == [(2, what, "Write [log] in a line, its settings below.")]


def test_moving_needs_a_place(file: Path) -> None:
    """`after_import = "move"` alone is not enough; a wrong place is one mistake, not two."""
    text = '[downloads]\nafter_import = "move"\n'
    assert _faults(file, text) == [
        (2, "Exports are to be moved, and no folder is named for them.", "Name one in downloads.move_to.")
    ]
    assert [line for line, _what, _fix in _faults(file, text + 'move_to = "x"\n')] == [3]


def test_all_mistakes_are_told_at_once(file: Path) -> None:
    """In the order of the file, wherever their values end, and with the place of the first."""
    text = '[log]\nlevel = """\n\n"""\nlvel = 1\n\n[downloads]\nfolders = [\n  "x",  # ]\n]\nevents = 3\n'
    error = _refused(file, text)
    assert [fault.line for fault in error.faults] == [2, 5, 8, 11]
    assert error.place == f"{file}:2"
    assert error.title.startswith("There are 4 mistakes. Line 2: log.level cannot be ")
    assert error.title.count("Line ") == 4


def test_a_message_stays_short(file: Path) -> None:
    """A file of something else entirely is not read out."""
    error = _refused(file, "".join(f"x{number} = 1\n" for number in range(999)))
    assert len(error.faults) == 999
    assert error.title.count("Line ") == 10


def test_one_mistake_reads_like_every_error(file: Path) -> None:
    """Title, place and advice."""
    error = _refused(file, "[log]\nlevel = 1\n")
    assert (error.title, error.advice) == ("log.level cannot be 1.", 'It is one of these: "info", "debug".')
    assert error.place == f"{file}:2"


def test_what_is_right_in_a_wrong_file_can_be_had(file: Path) -> None:
    """For whoever has to look further: `examine` gives as many settings as can be used."""
    file.write_text('[log]\nlevel = "debug"\n[downloads]\nevents = 3\n')
    settings, faults = examine(file)
    assert (settings, len(faults)) == (Settings(log=Log("debug")), 1)


# --- what is no TOML


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[log]\nlevel = \n", 2),
        ("\n[log\n", 2),
        ("[log]\n[log]\n", 2),
        ("[log]\nlevel = 'info'\nlevel = 'info'\n", 3),
        ("[log]\nlevel = '''\n\n", 4),
        ("x = [\n" + "[\n" * 3000, None),
        ("\n\nx = " + "[" * 20_000, 3),
        ("\nx = " + "9" * 5000, 2),
        (b"[log]\n# \xff\n", 2),
        (b"[log]\nlevel = 'info'\n\xfe\xff", 3),
        ("#" * (LARGEST + 1), 1),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(file: Path, text: str | bytes, line: int | None) -> None:
    """Syntax, depth, size, encoding."""
    (fault,) = _refused(file, text).faults
    assert fault.fix
    assert fault.line == line or (line is None and 100 < fault.line <= 3001)


def test_a_path_of_windows_is_explained(file: Path) -> None:
    r"""Everybody writes "D:\Users" once."""
    (fault,) = _refused(file, '[downloads]\nmove_to = "D:\\Users\\x"\n').faults
    assert fault.line == 2
    assert fault.fix == r"A path with \ goes between single quotes: 'D:\Downloads'."


def test_a_file_that_is_none_or_leads_nowhere_is_no_missing_file(file: Path) -> None:
    """The defaults would put the archive elsewhere; so what cannot be read is an error."""
    file.mkdir()
    with pytest.raises(ConfigurationError, match="The settings are no file"):
        load(file)
    file.rmdir()
    file.symlink_to("nowhere")
    with pytest.raises(ConfigurationError, match="The settings are no file"):
        load(file)


def test_a_file_that_cannot_be_opened_is_an_error(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the system's reason."""
    file.touch()

    def refusing(*_args: object, **_named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refusing)
    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied") as caught:
        load(file)
    assert caught.value.place == str(file)


_KEYS = st.sampled_from([*NAMES, *(each.key for each in SETTINGS), "log", "archive", "x", '"a.b"', "log.x.y"])
_VALUES = st.sampled_from(
    ["true", "3", "0.5", "nan", '""', '"~/x"', '"/x"', "'''\n]\n'''", '["/a"]', "[\n'/a',\n[]]", "{}", "[{}]"]
)
_OTHER_VALUES = st.sampled_from(
    [
        '"""a\\n\n"""""',
        "'''\n'''''",
        '[\'"\',"#]",\n"""]\n""",#]\n]',
        r'"\"]["',
        "'[\\'",
        '"""\n\\"""]"""',
        "{a=1}",
        '"info"',
        '"leave"',
        '"move"',
        "1979-05-27",
        "[",
        '"""',
        "1_0",
        '"\\u00e9"',
    ]
)
_LINES = st.one_of(
    st.builds("{} = {}".format, _KEYS, _VALUES | _OTHER_VALUES),
    st.builds("[{}]".format, _KEYS),
    st.builds("[[{}]]".format, _KEYS),
    st.sampled_from(["", "# ]", " \t", "\x0c", "]", "= 1"]),
)
_TEXTS = st.one_of(st.text(), st.lists(_LINES, max_size=8).map("\n".join))


@given(text=st.one_of(_TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary()))
def test_any_file_gives_settings_or_lines(text: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands in it: settings, or mistakes, each with a line that the file has."""
    file = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}.toml"
    file.write_bytes(text)
    settings, faults = examine(file)
    last = text.count(b"\n") + 1
    assert [fault for fault in faults if not (1 <= fault.line <= last and fault.fix)] == []
    with pytest.raises(ConfigurationError) if faults else nullcontext():
        assert load(file) == settings


@given(lines=st.lists(_LINES, max_size=8))
def test_the_line_of_a_key_is_the_one_without_which_it_is_gone(lines: list[str]) -> None:
    """A statement's first line is the last at which the text before it does not have the key yet."""
    text = "\n".join(lines)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    expected: dict[tuple[str, ...], int] = {}
    whole = 0
    for count in range(1, text.count("\n") + 2):
        try:
            part = tomllib.loads("\n".join(text.split("\n")[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for name in _two_levels(part):
            expected.setdefault(name, whole + 1)
        whole = count
    found = key_lines(text)
    assert {name: found[name] for name in _two_levels(document)} == expected


def _two_levels(document: dict[str, Any]) -> set[tuple[str, ...]]:
    names: set[tuple[str, ...]] = {(table,) for table in document}
    for table, content in document.items():
        if isinstance(content, dict):
            names |= {(table, key) for key in content}
    return names


# --- the documents


def test_the_example_is_the_defaults(file: Path) -> None:
    """Whoever copies it changes nothing; every setting is in it, and nothing else."""
    file.write_text(EXAMPLE)
    document = tomllib.loads(EXAMPLE)
    assert load(file) == Settings()
    assert [f"{table}.{key}" for table, content in document.items() for key in content] == NAMES


@pytest.mark.parametrize("setting", SETTINGS, ids=NAMES)
def test_the_example_explains_every_setting(setting: Setting) -> None:
    """In a comment above it: what it means, and what it can be."""
    lines = EXAMPLE.split("\n")
    below = key_lines(EXAMPLE)[(setting.table, setting.key)] - 1
    above = max(number for number in range(below) if not lines[number].startswith("#"))
    comment = " ".join(line.removeprefix("# ") for line in lines[above + 1 : below])
    assert setting.meaning in comment
    assert _limits(setting) in comment


def _limits(setting: Setting) -> str:
    match setting.kind:
        case Number(low, high):
            return f"From {low:g} to {high:g}."
        case Choice(words):
            return f"One of {', '.join(map(json.dumps, words))}."
        case Flag():
            return "true or false."
        case TimeOfDay():
            return 'From "00:00" to "23:59".'
        case Folder() | Folders() | Filters():
            return ""
        case _:
            raise AssertionError(setting.kind)


@pytest.mark.parametrize("setting", SETTINGS, ids=NAMES)
def test_a_default_will_do(setting: Setting) -> None:
    """What holds without the file could stand in it."""
    raw = tomllib.loads(EXAMPLE)[setting.table][setting.key]
    assert setting.kind.read(raw) == setting.default


def test_every_setting_is_in_the_readme() -> None:
    """By table and name."""
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in readme] == []
