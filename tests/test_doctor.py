"""`doctor` finds what is wrong, names what mends it, and lets no check hide another."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import histories
from chathold.archive.schema import MIGRATIONS
from chathold.core.errors import ChatholdError
from chathold.doctor import CHECKS, Finding, Patient, State, examined, folders, keeping
from chathold.doctor.folders import limit_findings
from chathold.doctor.program import program
from chathold.filesystems import FileSystem
from chathold.home import Home
from chathold.trash import trash_of
from screens import command_line, environment, said, started

NAMES = [check.__name__ for check in CHECKS]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of `--home`, on a computer where nothing is wrong."""
    (Path.home() / "Downloads").mkdir()
    root = tmp_path / "chathold"
    root.mkdir(mode=0o700)
    return root


@pytest.fixture
def kept(root: Path, tmp_path: Path) -> Path:
    """The same, with an archive."""
    export = histories.chatgpt(tmp_path / "export", 0, [histories.chat(1)])
    assert said(root, "import", os.fspath(export)).code == 0
    return root


def _found(root: Path, name: str = "", settings: str = "") -> list[Finding]:
    """What the checks find, or the one called `name`."""
    if settings:
        (root / "config.toml").write_text(settings)
    patient = Patient.of(Home.find(os.fspath(root)))
    return list(examined(patient, [check for check in CHECKS if name in ("", check.__name__)]))


def _states(found: list[Finding]) -> list[str]:
    return [finding.state.value for finding in found]


def _one(root: Path, name: str, settings: str = "") -> Finding:
    (finding,) = _found(root, name, settings)
    return finding


def _closed_to_us(monkeypatch: pytest.MonkeyPatch, closed: Path) -> None:
    """Have the system say that a folder cannot be written to; tests may run as root, who always can."""
    real = os.access

    def access(path: os.PathLike[str], mode: int) -> bool:
        return real(path, mode) and not (Path(path) == closed and mode & os.W_OK)

    monkeypatch.setattr(os, "access", access)


# --- the command


def test_where_nothing_is_wrong_all_is_well(kept: Path) -> None:
    """A line with a mark for each thing, and 0."""
    run = said(kept, "doctor")
    *lines, last = run.out.splitlines()
    assert (run.code, last, run.err) == (0, "All is well.", "")
    assert [line for line in lines if not line.startswith("✓ ")] == []


def test_as_json_there_is_one_document(kept: Path) -> None:
    """Whether all is well, and what was looked at; every check has something to say, or nothing to look at."""
    value = json.loads(said(kept, "doctor", "--json").out)
    assert list(value) == ["ok", "checks"]
    assert value["ok"] is True
    assert {tuple(check) for check in value["checks"]} == {("name", "state", "what", "fix")}
    assert {check["name"] for check in value["checks"]} == set(NAMES) - {"after_import", "notes"}


def test_a_fault_is_told_with_what_mends_it(root: Path) -> None:
    """And the exit code is 1."""
    (Path.home() / "Downloads").rmdir()
    run = said(root, "doctor")
    value = json.loads(said(root, "doctor", "--json").out)
    assert run.code == 1
    assert f"\n✗ {Path.home() / 'Downloads'} is to be watched and is not there" in run.out
    assert "\n    → Create it, plug in its disk, " in run.out
    assert run.out.splitlines()[-1] == "1 thing has to be put right."
    assert (value["ok"], [each["state"] for each in value["checks"]].count("fault")) == (False, 1)


def test_a_warning_is_no_fault(kept: Path) -> None:
    """It can be lived with."""
    (kept / "archive").chmod(0o755)
    run = said(kept, "doctor")
    assert (run.code, run.out.splitlines()[-1]) == (0, "All works. What is marked ! is worth a look.")
    assert f"! Other users of this computer can read {kept / 'archive'}\n    → chmod go-rwx " in run.out


def test_looking_leaves_nothing_behind(root: Path, kept: Path) -> None:
    """No folder, no file, no change."""
    fresh = root / "fresh"
    before = sorted(
        path for path in root.rglob("*") if not path.name.startswith(("archive.db-", "state.db-"))
    )
    assert said(fresh, "doctor").code == 0
    assert said(kept, "doctor").code == 0
    assert (
        sorted(path for path in root.rglob("*") if not path.name.startswith(("archive.db-", "state.db-")))
        == before
    )


def test_no_name_of_a_file_is_told(root: Path) -> None:
    """Whatever lies in the folders that are looked into."""
    for folder in (Path.home() / "Downloads", root):
        (folder / "my secret.zip").touch()
    run = started(root, "doctor")
    assert run.code == 0
    assert "secret" not in run.out + run.err


def test_it_speaks_chinese(root: Path) -> None:
    """Every line but those that are names and numbers."""
    run = started(root, "doctor", LANGUAGE="zh_CN")
    lines = [
        line
        for line in run.out.splitlines()
        if not line.lower().startswith(("✓ chathold ", "✓ apscheduler "))
    ]
    assert [line for line in lines if line.isascii() or all(ord(each) < 0x3000 for each in line)] == []


# --- no check hides another


def _breaks(_patient: Patient) -> Iterator[Finding]:
    """A check with a bug."""
    yield Finding("breaks", State.OK, "first")
    raise ValueError("what somebody told a machine")


def _is_refused(_patient: Patient) -> Iterator[Finding]:
    """A check that runs into an error of ours."""
    raise ChatholdError("No.", place="here", advice="Go there.")
    yield


def _is_stopped(_patient: Patient) -> Iterator[Finding]:
    """A check that runs into an error of the system's."""
    raise PermissionError(errno.EACCES, "Permission denied", "/some/file")
    yield


def test_a_broken_check_is_a_finding(root: Path) -> None:
    """What it found before is kept, what others find is, too; an error's own words are not repeated."""
    checks = [_breaks, _is_refused, _is_stopped, program]
    found = list(examined(Patient.of(Home.find(os.fspath(root))), checks))
    assert _states(found) == ["ok", "fault", "fault", "fault", "ok"]
    assert found[1].what == "_breaks: this could not be looked at: ValueError"
    assert (found[2].what, found[2].fix) == ("here: No.", "Go there.")
    assert found[3].what == "_is_stopped: this could not be looked at: Permission denied"


def test_the_names_of_the_findings_are_those_of_the_checks(kept: Path) -> None:
    """They are a promise to scripts."""
    found = _found(kept, settings="[downloads]\nafter_import = 'move'\nevents = 3\nmove_to = '/'\n")
    order = list(dict.fromkeys(finding.name for finding in found))
    assert order == [name for name in NAMES if name in order]


# --- settings and places


def test_every_mistake_in_the_settings_is_told(root: Path) -> None:
    """With its line; what can be used of them is, so that the other checks look at the right places."""
    settings = f"[archive]\nfolder = '{root / 'elsewhere'}'\n[log]\nlevel = 1\n[downloads]\nevents = 1\n"
    found = _found(root, settings=settings)
    mistakes = [finding for finding in found if finding.name == "configuration"]
    assert [finding.what.split(" ")[0] for finding in mistakes] == [
        f"{root / 'config.toml'}:{line}:" for line in (4, 6)
    ]
    assert _states(mistakes) == ["fault"] * 2
    assert all(finding.fix for finding in mistakes)
    (archive,) = (finding for finding in found if finding.name == "archive")
    assert str(root / "elsewhere") in archive.what


def test_where_the_settings_are_is_told(root: Path) -> None:
    """Whether they exist or not."""
    file = root / "config.toml"
    assert _one(root, "configuration").what == f"Settings: the defaults. Others would stand in {file}"
    assert _one(root, "configuration", "[log]\n").what == f"Settings: {file}"


def test_places_that_get_in_each_others_way_are_told(root: Path) -> None:
    """As when the daemon starts."""
    finding = _one(root, "places", f"[downloads]\nfolders = ['{root}']\n")
    assert (finding.state, "is in the watched folder" in finding.what) == (State.FAULT, True)


# --- watched folders


def test_every_watched_folder_is_looked_at(root: Path, tmp_path: Path) -> None:
    """A good one, a missing one, and one that is a file."""
    good, missing, file = tmp_path / "good", tmp_path / "missing", tmp_path / "file"
    good.mkdir()
    file.touch()
    found = _found(root, "watched_folder", f"[downloads]\nfolders = ['{good}', '{missing}', '{file}']\n")
    assert _states(found) == ["ok", "fault", "fault"]
    assert [
        str(path) in finding.what for path, finding in zip((good, missing, file), found, strict=True)
    ] == [True] * 3


def test_a_folder_that_cannot_be_read_is_a_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that mends it."""

    def refusing(_folder: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "scandir", refusing)
    finding = _one(root, "watched_folder")
    assert finding.what == f"{Path.home() / 'Downloads'} cannot be looked into: Permission denied"
    assert finding.fix == f"Give yourself the right: chmod u+rx {Path.home() / 'Downloads'}"


@pytest.mark.parametrize(
    ("kind", "settings", "how"),
    [
        ("ext4", "", "at once"),
        ("nfs4", "", "within 5 minutes"),
        ("fuse.sshfs", "[downloads]\nscan_minutes = 0.5\n", "within 0.5 minutes"),
        ("ext4", "[downloads]\nevents = false\n", "within 5 minutes"),
    ],
)
def test_how_soon_a_download_is_noticed_is_told(
    root: Path, monkeypatch: pytest.MonkeyPatch, kind: str, settings: str, how: str
) -> None:
    """It depends on the file system, and on the settings."""
    monkeypatch.setattr(folders, "file_system_of", lambda _folder: FileSystem(kind))
    finding = _one(root, "watched_folder", settings)
    assert finding.state is State.OK
    assert f"(file system: {kind}); a download is noticed {how}." in finding.what


# --- limits of Linux


@pytest.mark.parametrize(
    ("instances", "watches", "error", "fixes"),
    [
        (128, 8192, 0, [""]),
        (128, 524288, errno.EMFILE, ["sudo sysctl fs.inotify.max_user_instances=1024"]),
        (4096, 8192, errno.EMFILE, ["sudo sysctl fs.inotify.max_user_instances=8192"]),
        (128, 8192, errno.ENOSPC, ["sudo sysctl fs.inotify.max_user_watches=524288"]),
        (128, 600000, errno.ENOSPC, ["sudo sysctl fs.inotify.max_user_watches=1200000"]),
        (16, 8192, 0, ["sudo sysctl fs.inotify.max_user_instances=1024"]),
        (
            1,
            1,
            0,
            [
                "sudo sysctl fs.inotify.max_user_instances=1024",
                "sudo sysctl fs.inotify.max_user_watches=524288",
            ],
        ),
        (128, 8192, errno.ENOSYS, ["Set downloads.events to false if this stays so."]),
    ],
)
def test_a_limit_that_is_reached_or_low_is_told_with_the_command(
    instances: int, watches: int, error: int, fixes: list[str]
) -> None:
    """The numbers, and what raises them for sure. No fault: folders are looked through all the same."""
    found = list(limit_findings({"max_user_instances": instances, "max_user_watches": watches}, error))
    assert [finding.fix for finding in found] == fixes
    assert {finding.state for finding in found} == {State.WARNING if fixes != [""] else State.OK}


@pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
def test_a_limit_that_is_really_reached_is_noticed(root: Path) -> None:
    """A process that may open no more files gets no inotify instance either; afterwards it does."""
    import resource  # noqa: PLC0415 - not there on Windows

    assert _one(root, "watch_limits").state is State.OK
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        error = folders._watching_fails()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert error == errno.EMFILE
    assert folders._watching_fails() == 0


def test_who_wants_no_events_is_not_told_of_limits(root: Path) -> None:
    """Nor is anybody where there are none."""
    assert _found(root, "watch_limits", "[downloads]\nevents = false\n") == []


# --- what becomes of imported downloads


def test_moving_needs_folders_that_can_be_written_to(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both the watched one and the other."""
    settings = f"[downloads]\nafter_import = 'move'\nmove_to = '{tmp_path / 'done' / 'with'}'\n"
    assert _found(root, "after_import", settings) == []
    _closed_to_us(monkeypatch, Path.home() / "Downloads")
    assert str(Path.home() / "Downloads") in _one(root, "after_import").what
    _closed_to_us(monkeypatch, tmp_path)
    assert _states(_found(root, "after_import")) == ["fault", "fault"]


def test_the_folder_of_notes_is_looked_at(root: Path, tmp_path: Path) -> None:
    """If the settings name one: whether it is there, and apart from the archive."""
    settings = "[mirror]\nfolder = '{}'\n".format
    assert _found(root, "notes") == []
    assert _one(root, "notes", settings(tmp_path / "gone")).state == "fault"
    (tmp_path / "notes").mkdir()
    assert _one(root, "notes", settings(tmp_path / "notes")).state == "ok"


def test_the_trash_is_the_users_own_on_the_same_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not be there yet; whether it can be made counts."""
    data = Path.home() / ".local" / "share"
    assert trash_of(Path.home() / "Downloads", data, os.getuid()) == data / "Trash"
    assert _found(root, "after_import", "[downloads]\nafter_import = 'trash'\n") == []
    _closed_to_us(monkeypatch, Path.home())
    finding = _one(root, "after_import")
    assert (finding.state, "without a trash" in finding.what) == (State.FAULT, True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Another disk, with a folder `in/it`."""
    point = tmp_path / "disk"
    point.mkdir()
    if sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("only root may mount")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1200k,mode=755", "none", point], check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    (point / "in" / "it").mkdir(parents=True)
    yield point
    subprocess.run(["umount", point], check=True)


def test_another_disk_has_a_trash_at_its_top(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared one if it is as it must be, else the user's own, else none."""
    data, shared = Path.home() / ".local" / "share", disk / ".Trash"
    seen = [trash_of(disk / "in" / "it", data, 1000)]
    shared.mkdir()
    seen.append(trash_of(disk / "in" / "it", data, 1000))
    shared.chmod(0o1777)
    seen.append(trash_of(disk / "in" / "it", data, 1000))
    shared.rename(disk / "aside")
    shared.symlink_to("aside")
    seen.append(trash_of(disk / "in" / "it", data, 1000))
    _closed_to_us(monkeypatch, disk)
    seen.append(trash_of(disk / "in" / "it", data, 1000))
    own = disk / ".Trash-1000"
    assert seen == [own, own, shared / "1000", own, None]


# --- the archive


def test_an_archive_is_opened(kept: Path) -> None:
    """And its format told."""
    assert _one(kept, "archive").what == f"Archive: {kept / 'archive'}, format {len(MIGRATIONS)}"


def test_an_archive_that_will_not_open_says_why(kept: Path) -> None:
    """In the archive's own words; the other checks go on."""
    (kept / "archive" / "archive.db").write_bytes(b"no database at all" * 1000)
    found = _found(kept)
    (finding,) = (each for each in found if each.name == "archive")
    assert finding.state is State.FAULT
    assert "chathold restore" in finding.fix
    assert {each.name for each in found} == set(NAMES) - {"after_import", "notes"}


def test_an_archive_of_a_newer_chathold_is_told(kept: Path) -> None:
    """It is left alone."""
    with sqlite3.connect(kept / "archive" / "archive.db") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert "newer Chathold" in _one(kept, "archive").what


def test_an_archive_on_a_disk_that_is_not_there_is_a_fault(root: Path, tmp_path: Path) -> None:
    """It must not be begun anew on the folder that the disk belongs on."""
    finding = _one(root, "archive", f"[archive]\nfolder = '{tmp_path / 'disk' / 'archive'}'\n")
    assert (finding.state, str(tmp_path / "disk") in finding.what) == (State.FAULT, True)


def test_rights_that_are_too_wide_are_told(kept: Path) -> None:
    """Folder and database, each with the command, which does mend it."""
    folder = kept / "archive"
    folder.chmod(0o750)
    (folder / "archive.db").chmod(0o604)
    found = _found(kept, "archive_rights")
    assert [finding.fix for finding in found] == [
        f"chmod go-rwx {folder}",
        f"chmod go-rwx {folder / 'archive.db'}",
    ]
    for finding in found:
        subprocess.run(finding.fix.split(), check=True)
    assert _one(kept, "archive_rights").state is State.OK


def test_rights_that_are_too_narrow_are_told(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never a command that would change what is not ours."""
    folder = kept / "archive"
    _closed_to_us(monkeypatch, folder)
    assert _one(kept, "archive_rights").fix == f"Give yourself the right: chmod u+rwX {folder}"
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert _one(kept, "archive_rights").fix == f'Make it yours: sudo chown "$USER" {folder}'
    shutil.rmtree(folder)
    _closed_to_us(monkeypatch, kept)
    finding = _one(kept, "archive_rights")
    assert (finding.state, finding.fix) == (State.FAULT, "Name another place in archive.folder.")


def test_what_is_behind_a_closed_folder_breaks_no_check(kept: Path) -> None:
    """As root, who can look behind it, without that right."""
    if sys.platform != "linux" or not shutil.which("setpriv") or os.getuid() != 0:
        pytest.skip("only root can give up rights, with Linux's setpriv")
    (kept / "archive").chmod(0)
    command = [
        "setpriv",
        "--bounding-set=-dac_override,-dac_read_search",
        *command_line(kept, "doctor", "--json"),
    ]
    done = subprocess.run(command, capture_output=True, check=False, env=environment())
    faults = [each for each in json.loads(done.stdout)["checks"] if each["state"] == "fault"]
    assert [each["name"] for each in faults] == ["archive", "archive_rights"]
    assert faults[1]["fix"] == f"Give yourself the right: chmod u+rwX {kept / 'archive'}"
    assert done.stderr == b""


@pytest.mark.parametrize(("kind", "state"), [("ext4", "ok"), ("nfs4", "warning"), ("9p", "warning")])
def test_an_archive_on_another_computer_is_a_warning(
    root: Path, monkeypatch: pytest.MonkeyPatch, kind: str, state: str
) -> None:
    """Databases do not like networks."""
    monkeypatch.setattr(keeping, "file_system_of", lambda _folder: FileSystem(kind))
    finding = _one(root, "archive_disk")
    assert (finding.state.value, kind in finding.what, bool(finding.fix)) == (state, True, state != "ok")


def test_an_archive_that_a_cloud_copies_is_a_warning(root: Path) -> None:
    """With the cloud's name."""
    finding = _one(root, "archive_disk", f"[archive]\nfolder = '{root / 'Dropbox' / 'archive'}'\n")
    assert (finding.state, "copied by Dropbox" in finding.what) == (State.WARNING, True)


_Usage = namedtuple("_Usage", "total used free")  # noqa: PYI024 - as shutil's


@pytest.mark.parametrize(
    ("free", "state"), [(83e9, "ok"), (1.9e9, "warning"), (1.9e8, "fault"), (0, "fault")]
)
def test_little_room_is_told(root: Path, monkeypatch: pytest.MonkeyPatch, free: float, state: str) -> None:
    """In gigabytes."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: _Usage(0, 0, free))
    finding = _one(root, "disk_space")
    assert (finding.state.value, bool(finding.fix)) == (state, state != "ok")
    assert f"{free / 1e9:.1f} GB" in finding.what


def test_a_file_system_where_databases_do_not_work_is_a_fault(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried, on a database of its own; what was tried with is removed."""
    real: Any = sqlite3.connect

    class _Stuck(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute("PRAGMA journal_mode" if "WAL" in sql else sql, *values)

    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **named: real(*args, **{**named, "factory": _Stuck})
    )
    finding = _one(kept, "write_ahead_log")
    assert (finding.state, "journal_mode = delete" in finding.what) == (State.FAULT, True)
    assert list((kept / "archive").glob(".chathold-*")) == []


def test_a_full_disk_is_told_once(root: Path, disk: Path) -> None:
    """Nothing can be tried on it, and it is no fault of the file system's; nothing is left of the trial."""
    settings = f"[archive]\nfolder = '{disk / 'archive'}'\n"
    assert _one(root, "write_ahead_log", settings).state is State.OK
    (disk / "much").write_bytes(bytes(500_000))
    assert _found(root, "write_ahead_log") == []
    assert _one(root, "disk_space").state is State.FAULT
    assert sorted(path.name for path in disk.iterdir()) == ["in", "much"]


# --- the program


def test_a_log_that_cannot_be_written_is_a_warning(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chathold works without."""
    _closed_to_us(monkeypatch, root)
    finding = _one(root, "log")
    assert (finding.state, finding.fix) == (State.WARNING, f"Give yourself the right: chmod u+rwx {root}")


def test_an_sqlite_that_is_too_old_is_a_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STRICT tables came with 3.37."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    assert _one(root, "database").state is State.FAULT
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 37, 0))
    assert _one(root, "database").state is State.OK


def test_an_sqlite_that_cannot_search_is_a_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems leave FTS5 out."""
    real: Any = sqlite3.connect

    class _Bare(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            return super().execute(sql.replace("fts5", "no_such_module"), *values)

    monkeypatch.setattr(sqlite3, "connect", lambda *args, **named: real(*args, **{**named, "factory": _Bare}))
    finding = _one(root, "database")
    assert (finding.state, "FTS5" in finding.what) == (State.FAULT, True)


def test_a_bug_report_finds_the_versions(root: Path) -> None:
    """Of Chathold, Python, the system, and every package that is needed."""
    assert f"Python {sys.version.split()[0]}" in _one(root, "program").what
    packages = _one(root, "packages").what
    assert [name for name in ("click", "platformdirs", "zstandard") if f"{name} " not in packages] == []


def test_a_package_that_is_missing_is_a_fault(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless it is one for other systems."""
    wanted = ["click>=8", "no-such-package<2", 'never-here; sys_platform == "win32"']
    monkeypatch.setattr("importlib.metadata.requires", lambda _name: wanted)
    fault, rest = _found(root, "packages")
    assert fault.what == "These packages are missing: no-such-package"
    assert fault.fix == f"{sys.executable} -m pip install no-such-package"
    assert rest.what.startswith("click ")


def test_a_patient_is_what_the_settings_say(root: Path, tmp_path: Path) -> None:
    """The archive's place is known without asking a home that gives up."""
    (root / "config.toml").write_text(f"[archive]\nfolder = '{tmp_path / 'x'}'\n[log]\nlevel = 1\n")
    patient = Patient.of(Home.find(os.fspath(root)))
    assert patient.archive == tmp_path / "x"
    assert replace(patient, settings=type(patient.settings)()).archive == root / "archive"
