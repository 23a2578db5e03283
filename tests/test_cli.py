"""The command line as scripts and people rely on it (DESIGN §7)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import pytest
from rich.cells import cell_len

import golden
import histories
import screens
from chathold.address import Address
from chathold.cli.commands import COMMANDS
from screens import Said, command_line, environment, on_terminal, one_after_another, said, started

SECRET = "what somebody told a machine"  # noqa: S105 - chat text that must not get out
ID: dict[str, str] = {}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that tests only read."""
    home = screens.archive(tmp_path_factory.mktemp("kept"))
    for line in _listed(home):
        ID[line["title"]] = line["id"]
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path) -> Path:
    """The same archive, to be changed."""
    return Path(shutil.copytree(kept, tmp_path / "home"))


def _json(run: Said) -> Any:
    """The one JSON document that standard output consists of."""
    return json.loads(run.out)


def _listed(home: Path, *filters: str) -> list[Any]:
    """The chats that `list --json` lists."""
    return list(_json(said(home, "list", *filters, "--json"))["conversations"])


def _raises(error: BaseException) -> Callable[..., Any]:
    def raising(*_args: object, **_named: object) -> None:
        raise error

    return raising


# --- exit codes and errors


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status"], 0),
        (["list"], 0),
        (["--help"], 0),
        (["--version"], 0),
        (["show", "ffffffff"], 1),
        (["import", "no such file.zip"], 1),
        (["check", "nobody"], 2),
        (["backup", "{home}/archive/inside"], 1),
        (["restore", "{home}/no such copy"], 1),
        ([], 2),
        (["no-such-command"], 2),
        (["show"], 2),
        (["show", "a", "b"], 2),
        (["list", "--limit", "many"], 2),
        (["list", "--limit", "0"], 2),
        (["list", "--limit", "9" * 20], 0),
        (["show", "\udcff"], 2),
        (["account", "label", "chatgpt/a", "\udcff"], 2),
        (["list", "--provider", "nobody"], 2),
        (["list", "--no-such-option"], 2),
        (["import"], 2),
        (["forget"], 2),
        (["forget", "--account", "no-slash"], 2),
        (["account", "label", "chatgpt"], 2),
    ],
)
def test_the_exit_code_says_how_it_went(kept: Path, arguments: list[str], code: int) -> None:
    """0 done, 1 something failed, 2 wrong usage; what failed is said on standard error alone."""
    run = said(kept, *(each.replace("{home}", os.fspath(kept)) for each in arguments))
    assert run.code == code
    if code:
        assert run.err.strip()
        assert run.output == b""


def test_an_error_says_what_where_and_what_to_do(kept: Path) -> None:
    """Place and title on one line, the advice below."""
    assert said(kept, "show", "ffffffff").err == (
        'ffffffff: There is no conversation of this id.\n  "chathold list" shows the ids.\n'
    )


def test_an_interrupted_command_exits_with_130(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is no bug, and is answered by one sentence."""
    monkeypatch.setattr("chathold.cli.status.totals", _raises(KeyboardInterrupt()))
    run = said(kept, "status")
    assert (run.code, run.output) == (130, b"")
    assert run.err.strip() == "Interrupted. Nothing half-done is left behind."


def test_a_bug_is_reported_in_a_file_and_tells_nothing_of_chats(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3; the report names places in the code, and neither it nor the screen holds a value."""
    monkeypatch.setattr("chathold.cli.status.totals", _raises(ValueError(SECRET)))
    run = said(home, "status")
    (report,) = (home / "logs").iterdir()
    text = report.read_text("utf-8")
    assert run.code == 3
    assert os.fspath(report) in run.err
    assert "ValueError" in text
    assert "status.py" in text
    for shown in (run.out, run.err, text):
        assert SECRET not in shown
        assert "Traceback" not in shown


def test_a_bug_is_reported_somewhere_even_if_the_logs_cannot_be_written(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder for logs that cannot be made is no reason to lose the report."""
    (home / "logs").write_text("a file where the folder should be")
    monkeypatch.setattr("tempfile.tempdir", os.fspath(tmp_path))
    monkeypatch.setattr("chathold.cli.status.totals", _raises(ValueError(SECRET)))
    assert said(home, "status").code == 3
    assert [path.name[:4] for path in tmp_path.glob("*.txt")] == ["bug-"]


# --- JSON


@pytest.mark.parametrize("name", [*COMMANDS, "backup and restore"])
def test_every_command_answers_with_one_json_document(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """With `--json` standard output holds one document and a line end; nothing is said beside it."""
    monkeypatch.setattr("chathold.daemon.signals.heed_signals", lambda daemon: daemon.stop())
    monkeypatch.setattr("chathold.reader.trying.serve", lambda *_given, **_named: None)
    monkeypatch.setattr("chathold.cli.reading._running", lambda _call: Address(20_000, "prefix"))
    chat = ID["Chat 2"]
    arguments: dict[str, list[str]] = {
        "web": ["--no-browser"],
        "try": ["--no-browser", os.fspath(histories.claude_earlier(tmp_path))],
        "import": [os.fspath(histories.claude_earlier(tmp_path))],
        "show": [chat],
        "history": [chat],
        "diff": [chat, "1", "2"],
        "backup": [os.fspath(tmp_path / "copy")],
        "restore": [os.fspath(tmp_path / "copy")],
        "forget": [chat],
        "search": ["chat"],
        "export": [os.fspath(tmp_path / "out"), "--format", "markdown"],
        "mirror": [os.fspath(Path.home())],
        "service": ["status"],
    }
    if name in {"restore", "backup and restore"}:
        assert said(home, "backup", os.fspath(tmp_path / "copy"), "--json").code == 0
        home, name = tmp_path / "another computer", "restore"
    (Path.home() / "Downloads").mkdir()  # so that there is nothing for `doctor` to find
    run = said(home, name, *arguments.get(name, ()), "--json")
    assert isinstance(_json(run), dict)
    assert run.out.count("\n") == 1
    assert (run.code, run.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["show", "ffffffff"], 1),
        (["check", "nobody"], 2),
        (["forget"], 2),
        (["frobnicate"], 2),
        (["show"], 2),
        (["list", "--limit", "many"], 2),
        (["import"], 2),
    ],
)
def test_errors_are_one_json_document_too(kept: Path, arguments: list[str], code: int) -> None:
    """`error` with title, place and advice; people still read it on standard error."""
    run = said(kept, *arguments, "--json")
    assert run.code == code
    assert list(_json(run)["error"]) == ["title", "place", "advice"]
    assert _json(run)["error"]["title"]
    assert run.err


def test_bugs_and_interruptions_are_one_json_document_too(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A script that asked for JSON gets JSON, whatever happens."""
    for error, code in ((ValueError(SECRET), 3), (KeyboardInterrupt(), 130)):
        monkeypatch.setattr("chathold.cli.status.totals", _raises(error))
        run = said(home, "status", "--json")
        assert run.code == code
        assert _json(run)["error"]["title"]
        assert SECRET not in run.out


def test_a_file_that_is_no_export_fails_with_a_receipt(kept: Path, tmp_path: Path) -> None:
    """`import --json` tells of refused files in the receipt; the exit code is 1."""
    (tmp_path / "shopping.txt").write_text("eggs")
    run = said(kept, "import", os.fspath(tmp_path / "shopping.txt"), "--json")
    assert run.code == 1
    assert [each["outcome"] for each in _json(run)["imports"]] == ["not_an_export"]


# --- help


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(kept: Path, name: str) -> None:
    """`--help` says what the command does and what each option is for, and touches no archive."""
    run = said(kept / "nowhere", name, "--help")
    options = [line for line in run.out.splitlines() if line.startswith("  --")]
    assert run.code == 0
    assert "Usage: chathold" in run.out
    assert COMMANDS[name][1] in " ".join(run.out.split())
    assert len(options) >= 2
    assert not (kept / "nowhere").exists()


def test_the_overview_lists_every_command(kept: Path) -> None:
    """`chathold --help` names each command with what it is for."""
    overview = said(kept, "--help").out
    assert [name for name, (_module, purpose) in COMMANDS.items() if f"  {name} " not in overview] == []
    assert all(purpose[:40] in overview for _module, purpose in COMMANDS.values())


# --- naming chats


def test_any_unique_beginning_of_an_id_will_do(kept: Path) -> None:
    """Whole ids, beginnings, capitals, and the service's own id name the same chat."""
    chat = _json(said(kept, "show", ID["Chat 1"], "--json"))["conversation"]
    for name in (chat["id"][:6], chat["id"][:6].upper(), chat["provider_id"]):
        assert _json(said(kept, "show", name, "--json"))["conversation"] == chat


def test_an_ambiguous_beginning_is_refused(tmp_path: Path) -> None:
    """Nothing is shown if several chats could be meant."""
    home = tmp_path / "many"
    export = histories.chatgpt(tmp_path, 0, [histories.chat(number, size=3) for number in range(257)])
    assert said(home, "import", os.fspath(export)).code == 0
    begun: dict[str, int] = {}
    for line in _listed(home):
        begun[line["id"][:2]] = begun.get(line["id"][:2], 0) + 1
    twice = next(beginning for beginning, number in begun.items() if number > 1)
    run = said(home, "show", twice)
    assert (run.code, run.out) == (1, "")
    assert "Several ids begin like this." in run.err


# --- list


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        (["Chat"], ["Chat 2", "Chat 1", "Chat 0"]),
        (["chat", "2"], ["Chat 2"]),
        (["--gone"], ["Chat 0"]),
        (["--provider", "claude"], []),
        (["--provider", "ChatGPT", "two"], ["Two answers"]),
        (["--account", histories.ADA, "--limit", "2"], ["Two answers", "Chat 2"]),
        (["--documents"], []),
    ],
)
def test_list_shows_what_matches_the_filters(kept: Path, filters: list[str], titles: list[str]) -> None:
    """Words of the title, service, account, gone ones; the one that changed last first."""
    answer = _json(said(kept, "list", *filters, "--json"))
    assert [
        line["title"] for line in answer["documents" if "--documents" in filters else "conversations"]
    ] == titles


def test_list_says_when_there_is_more(tmp_path: Path) -> None:
    """People get fifty lines and are told how to get more; scripts get all."""
    home = tmp_path / "long"
    export = histories.chatgpt(tmp_path, 0, [histories.chat(number, size=3) for number in range(60)])
    assert said(home, "import", os.fspath(export)).code == 0
    run = said(home, "list")
    assert len(run.out.splitlines()) == 51
    assert "--limit" in run.err
    assert len(said(home, "list", "--limit", "55").out.splitlines()) == 56
    assert len(_listed(home)) == 60


def test_a_gone_chat_is_marked_and_explained(kept: Path) -> None:
    """The mark stands before its title, and what it means below the table."""
    run = said(kept, "list")
    assert "∅ Chat 0" in run.out
    assert run.err == "∅ not in the newest export; your copy stays.\n"


# --- show, history, diff


def test_too_little_of_an_id_is_told_apart_from_none(tmp_path: Path) -> None:
    """Letters that several ids begin with, one letter that one begins with, and letters that none begins with."""
    home = tmp_path / "home"
    export = histories.chatgpt(tmp_path, 0, [histories.chat(number) for number in range(12)])
    assert said(home, "import", os.fspath(export)).code == 0
    first = Counter(line["id"][0] for line in _listed(home))
    expected = {0: "There is no conversation of this id.", 1: "This is too little of an id."}
    assert {min(first[letter], 2) for letter in "0123456789abcdef"} == {0, 1, 2}
    for letter in "0123456789abcdef":
        title = _json(said(home, "show", letter, "--json"))["error"]["title"]
        assert title == expected.get(first[letter], "Several ids begin like this.")


def test_show_takes_a_version_by_number_and_by_key(kept: Path) -> None:
    """What `history` lists is what `show --version` takes; without one the newest is shown."""
    versions = _json(said(kept, "history", ID["Chat 2"], "--json"))["versions"]
    for version, messages in ((versions[0], 2), (versions[1], 4)):
        for name in (str(version["version"]), version["key"]):
            shown = _json(said(kept, "show", ID["Chat 2"], "--version", name, "--json"))
            assert len(shown["messages"]) == messages
    assert len(_json(said(kept, "show", ID["Chat 2"], "--json"))["messages"]) == 4
    assert said(kept, "show", ID["Chat 2"], "--version", "3").code == 1


def test_verbatim_is_the_services_own_bytes(kept: Path) -> None:
    """What comes back stood in the export, byte for byte, for each version."""
    for version, number in (("1", 0), ("2", 1)):
        run = said(kept, "show", ID["Chat 2"], "--version", version, "--verbatim")
        (export,) = (kept.parent / str(number)).rglob("*.zip")
        with ZipFile(export) as members:
            exported = [members.read(name) for name in members.namelist() if name.startswith("conversations")]
        record = run.output.removesuffix(b"\n")
        assert json.loads(record)["title"] == "Chat 2"
        assert any(record in each for each in exported)
        as_json = _json(said(kept, "show", ID["Chat 2"], "--version", version, "--verbatim", "--json"))
        assert as_json == {"verbatim": [record.decode()]}


def test_show_all_shows_every_branch(kept: Path) -> None:
    """Without `--all` the shown branch stands alone, and the others are counted."""
    shown, everything = (said(kept, "show", ID["Two answers"], *more).out for more in ((), ("--all",)))
    assert "second one" in shown
    assert "first one" not in shown
    assert "1 more message is hidden or on another branch: --all shows it." in shown
    assert "first one" in everything
    assert "second one" in everything
    assert "more message" not in everything


def test_show_all_says_which_branch_is_the_main_one_and_where_others_begin(kept: Path) -> None:
    """The main one comes first, in reading order; a chat of one branch needs no such words."""
    lines = said(kept, "show", ID["Two answers"], "--all").out.splitlines()
    (main_at,) = (number for number, line in enumerate(lines) if line == "══ Main branch")
    (other_at,) = (number for number, line in enumerate(lines) if line.startswith("══ Branch after: You · "))
    assert main_at < lines.index("second one") < other_at < lines.index("first one")
    assert "══" not in said(kept, "show", ID["Chat 2"], "--all").out


def test_what_has_no_number_has_no_brackets(tmp_path: Path) -> None:
    """A shared link is named by its title and address alone; what a citation is called by stands in brackets."""
    export = golden.CASES / "chatgpt/first-form-2023/export"
    assert said(tmp_path / "home", "import", os.fspath(export)).code == 0
    documents = _json(said(tmp_path / "home", "list", "--documents", "--json"))["documents"]
    (share,) = (line["id"] for line in documents if line["kind"] == "share")
    shown = said(tmp_path / "home", "show", share).out
    assert "\n  Lighthouse https://chatgpt.com/share/" in shown
    assert "[]" not in shown
    export = golden.CASES / "chatgpt/slim-2026/export"
    assert said(tmp_path / "home", "import", os.fspath(export)).code == 0
    assert "\n  [hive/log.py] hive/log.py\n" in said(tmp_path / "home", "show", "30e20530").out


def test_show_all_shows_all_that_is_found(tmp_path: Path) -> None:
    """What a search found in its sources, too; and of a message that says nothing, that it does."""
    results = [
        {"url": "https://example.com/a", "title": "A page", "snippet": "what it says", "cite_index": 1}
    ]
    messages: dict[str, dict[str, Any]] = {
        "1": {"fragments": [{"type": "REQUEST", "content": "asked"}]},
        "2": {"fragments": [{"type": "SEARCH", "results": results}]},
        "3": {"fragments": [{"type": "RESPONSE", "content": ""}]},
    }
    tree: dict[str, Any] = {"root": {"id": "root", "parent": None, "children": ["1"], "message": None}}
    for name, message in messages.items():
        parent = str(int(name) - 1) if name != "1" else "root"
        time = {"inserted_at": f"2026-01-01T10:0{name}:00.000000+08:00", "files": [], "model": ""}
        tree[name] = {"id": name, "parent": parent, "children": [], "message": {**time, **message}}
    chat = {"id": "c", "title": "T", "inserted_at": "2026-01-01T10:00:00.000000+08:00", "mapping": tree}
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([chat]))
    said(tmp_path / "home", "import", str(path))
    (found,) = _listed(tmp_path / "home")
    shown = said(tmp_path / "home", "show", found["id"], "--all").out
    assert "A page https://example.com/a\n  │ what it says\n" in shown
    assert shown.rstrip().endswith("(empty)")
    assert "what it says" not in said(tmp_path / "home", "show", found["id"]).out


def test_the_head_of_a_version_is_that_versions(tmp_path: Path) -> None:
    """Title, date of change and number of messages are as they were, in words and as JSON."""
    chats = histories.chat(1, turns=2), histories.renamed(histories.chat(1, turns=4), "Renamed")
    for number, chat in enumerate(chats):
        export = histories.chatgpt(tmp_path, number, [chat])
        assert said(tmp_path / "home", "import", os.fspath(export)).code == 0
    (line,) = _listed(tmp_path / "home")
    then, now = (
        _json(said(tmp_path / "home", "show", line["id"], "--version", version, "--json"))["conversation"]
        for version in ("1", "2")
    )
    assert (then["title"], then["messages"]) == ("Chat 1", 2)
    assert then["updated"] < now["updated"]
    assert now == line
    head = said(tmp_path / "home", "show", line["id"], "--version", "1").out.splitlines()[:2]
    assert head[0] == "Chat 1"
    assert head[1].endswith(" · 2 messages")


def test_history_lists_versions_oldest_first(kept: Path) -> None:
    """A row a version: number, key, the export's day, and how much was added."""
    run = said(kept, "history", ID["Chat 2"])
    title, heads, *rows = run.out.splitlines()
    assert title == "Chat 2"
    assert heads.split() == ["Version", "Key", "Export", "of", "Messages", "Added", "Changed", "Title"]
    assert [(row.split()[0], row.split()[2]) for row in rows] == [("1", "2026-01-31"), ("2", "2026-03-02")]


def test_diff_shows_what_was_added_and_what_is_equal(kept: Path) -> None:
    """Lines of the newer version carry a plus, of the older a minus; a version equals itself."""
    forth, back = (said(kept, "diff", ID["Chat 2"], *two).out for two in (("1", "2"), ("2", "1")))
    assert {line[0] for line in forth.splitlines() if "user 2.2" in line} == {"+"}
    assert {line[0] for line in back.splitlines() if "user 2.2" in line} == {"-"}
    assert said(kept, "diff", ID["Chat 2"], "2", "2").out == "This is one and the same version.\n"
    same = _json(said(kept, "diff", ID["Chat 2"], "2", "2", "--json"))
    assert (same["added"], same["changed"], same["removed"], same["title"]) == ([], [], [], None)


# --- accounts, forgetting, an empty archive


def test_an_account_goes_by_its_label(home: Path) -> None:
    """A label is shown, can be searched by, replaced, and taken away again."""
    (account,) = _json(said(home, "account", "--json"))["accounts"]
    masked = account["label"]
    assert said(home, "account", "label", f"chatgpt/{masked}", "Work").code == 0
    assert "Work" in said(home, "status").out
    assert len(_listed(home, "--account", "Work")) == 5
    assert said(home, "account", "label", "chatgpt/Work", "").code == 0
    assert _json(said(home, "account", "--json"))["accounts"][0]["label"] == masked
    assert said(home, "account", "label", "chatgpt/nobody", "x").code == 1


def test_whose_an_export_is_may_be_said_by_any_name(home: Path, tmp_path: Path) -> None:
    """By the label or the masked address that is shown; a name that nobody has is a new account's id."""
    (account,) = _json(said(home, "account", "--json"))["accounts"]
    assert said(home, "account", "label", "chatgpt", "Work").code == 0
    for number, name in enumerate((account["label"], "Work", "work", "somebody")):
        message = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["x"]}}
        chat = {"conversation_id": f"c{number}", "title": "T", "mapping": {"m": {"message": message}}}
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps([chat]))
        assert said(home, "import", "--account", name, str(path)).code == 0
    found = {
        each["account"]: each["conversations"] for each in _json(said(home, "account", "--json"))["accounts"]
    }
    assert found == {account["account"]: 8, "somebody": 1}


def test_services_and_accounts_are_named_in_any_case(home: Path) -> None:
    """Of the only account the service's name alone will do."""
    assert said(home, "account", "label", "ChatGPT", "Anna").code == 0
    for account in ("Anna", "anna", "ANNA"):
        assert len(_listed(home, "--account", account)) == 5
        assert said(home, "search", f"account:{account}", "provider:ChatGPT").out
        assert said(home, "check", f"chatgpt/{account}").code == 0
        assert "asked for" in said(home, "remind", "asked", f"CHATGPT/{account}").out
    assert said(home, "forget", "--account", "ChatGPT/anna", "--yes").code == 0
    assert not _listed(home)


@pytest.mark.parametrize(
    "command",
    [["list", "--account", "nobody"], ["search", "account:nobody"], ["search", "a", "--account", "nobody"]],
)
def test_that_there_is_no_such_account_is_said(home: Path, command: list[str]) -> None:
    """For it may only be spelt wrong."""
    run = said(home, *command)
    assert (run.code, run.out) == (0, "")
    assert "nobody: There is no such account." in run.err.splitlines()


def test_a_filter_that_does_not_exist_is_searched_for_and_said(home: Path) -> None:
    """Addresses and times of day look like none."""
    run = said(home, "search", "sender:ada", "https://example.org", "std::move", "9:30")
    assert run.code == 0
    (line,) = (line for line in run.err.splitlines() if "no such filter" in line)
    assert "“sender:ada”" in line


@pytest.mark.parametrize("command", [["list"], ["list", "--documents"], ["search", "chat"]])
def test_an_account_is_found_by_the_masked_label_that_is_shown(tmp_path: Path, command: list[str]) -> None:
    """As well as by its id; by another address nothing is."""
    home = tmp_path / "home"
    assert said(home, "import", os.fspath(histories.claude_earlier(tmp_path))).code == 0
    (account,) = _json(said(home, "account", "--json"))["accounts"]
    assert "•" in account["label"]
    by_label, by_id, by_other = (
        said(home, *command, "--account", each).out
        for each in (account["label"], account["account"], "x•••@y")
    )
    assert by_label == by_id != by_other
    assert by_label


def test_what_was_pasted_is_shown_once(tmp_path: Path) -> None:
    """Claude keeps a long paste as a file without a name: by `show`, and in Markdown, it is text."""
    pasted = {"file_name": "", "file_type": "txt", "file_size": 9, "extracted_content": "one\ntwo"}
    message = {"uuid": "m", "sender": "human", "text": "", "content": [], "attachments": [pasted]}
    chat = {"uuid": "c", "name": "Pasting", "chat_messages": [message], "account": {"uuid": "a"}}
    (tmp_path / "conversations.json").write_text(json.dumps([chat]))
    home = tmp_path / "home"
    assert said(home, "import", os.fspath(tmp_path / "conversations.json")).code == 0
    (line,) = _listed(home)
    assert said(home, "show", line["id"]).out.endswith("── You\n  [pasted text]\n  │ one\n  │ two\n")
    assert said(home, "export", os.fspath(tmp_path / "notes"), "--format", "markdown").code == 0
    (note,) = tmp_path.glob("notes/*/*.md")
    assert note.read_text().endswith("## You\n\n> [!quote]- Pasted text\n> ```\n> one\n> two\n> ```\n")


def test_forgetting_has_to_be_meant(home: Path) -> None:
    """Where nobody can be asked, nothing is erased without `--yes`."""
    asked = started(home, "forget", ID["Chat 1"])
    assert asked.code == 2
    assert "--yes" in asked.err
    assert "1 chat or document was erased." in said(home, "forget", ID["Chat 1"], "--yes").out
    assert said(home, "show", ID["Chat 1"]).code == 1


@pytest.mark.parametrize(
    ("command", "does"),
    [
        ("search", ["Only what this one said:", "Only messages with code,"]),
        (
            "export",
            ["Only chats in which this one said something:", "Only chats in which a message has code,"],
        ),
    ],
)
def test_help_says_whether_messages_or_whole_chats_are_chosen(
    kept: Path, command: str, does: list[str]
) -> None:
    """`search` shows messages; `export` takes the chats that hold such a message."""
    told = " ".join(said(kept, command, "--help").out.split())
    assert [each for each in does if each not in told] == []


def test_what_is_to_be_forgotten_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One chat in the question, several above it, with title and service; "no" leaves them."""
    asked: list[str] = []
    monkeypatch.setattr("chathold.cli.forgetting.sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("click.confirm", lambda question, **_named: asked.append(question))
    assert said(home, "forget", ID["Chat 1"]).code == 1
    several = said(home, "forget", ID["Chat 1"], ID["Chat 2"])
    assert asked == [
        "Erase the chat “Chat 1” (ChatGPT) for good, here and in later imports?",
        "Erase 2 chats for good, here and in later imports?",
    ]
    assert several.err.splitlines()[:2] == ["  the chat “Chat 1” (ChatGPT)", "  the chat “Chat 2” (ChatGPT)"]
    assert len(_listed(home)) == 5


@pytest.mark.parametrize(
    "name",
    sorted(
        COMMANDS.keys()
        - {
            "run",
            "import",
            "status",
            "restore",
            "doctor",
            "pause",
            "resume",
            "web",
            "try",
            "remind",
            "service",
        }
    ),
)
def test_without_an_archive_there_is_advice(tmp_path: Path, name: str) -> None:
    """What needs an archive says how to get one, and leaves none behind."""
    arguments = {
        "backup": ["copy"],
        "diff": ["ab", "1", "2"],
        "forget": ["ab"],
        "export": ["out", "--format", "json"],
        "mirror": [os.fspath(tmp_path)],
    }
    needs_id = ["ab"] if name in {"show", "history"} else []
    run = said(tmp_path / "new", name, *arguments.get(name, needs_id))
    assert run.code == 1
    assert 'Import an export first: "chathold import FILE".' in run.err
    assert list(tmp_path.glob("new/*")) == []


def test_an_empty_archive_says_how_to_fill_it(tmp_path: Path) -> None:
    """`status` of a newcomer tells what to do, and makes nothing."""
    run = said(tmp_path / "new", "status")
    assert run.code == 0
    assert 'Ask the service for an export, download it, then: "chathold import FILE".' in run.out
    assert not (tmp_path / "new").exists()


# --- receipts


def test_a_receipt_says_what_was_new_and_what_was_not(home: Path, tmp_path: Path) -> None:
    """New, continued and unchanged are told apart, in the singular and plural, zeros left out."""
    chats = [histories.chat(1), histories.chat(2, turns=6), histories.chat(9)]
    export = histories.chatgpt(tmp_path, 2, chats)
    first, again = (said(home, "import", os.fspath(export)).out for _ in range(2))
    assert f"✓ {export.name}: ChatGPT export of " in first
    assert "\n  3 chats found: 1 new · 1 continued · 1 unchanged\n" in first
    assert "\n  Not in this export, kept from others: 3 chats · " in first
    assert again == f"= {export.name}: already in the archive.\n"
    same = histories.chatgpt(tmp_path / "same", 3, chats[:1])
    assert said(home, "import", os.fspath(same)).out.splitlines()[0].endswith(", nothing new")


def test_one_is_singular(tmp_path: Path) -> None:
    """Counts read as a person would say them."""
    export = histories.chatgpt(tmp_path, 0, [histories.chat(0, turns=1)])
    receipt = said(tmp_path / "home", "import", os.fspath(export)).out
    status, check = (said(tmp_path / "home", name).out for name in ("status", "check"))
    assert "1 chat found: 1 new" in receipt
    assert "Kept: 1 chat · 1 message · 1 version · " in status
    assert "✓ 1 chat: all read back just now" in check


def test_a_relative_path_is_remembered_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`status` can name a file wherever it was imported from."""
    parts = histories.claude_parts(tmp_path)
    monkeypatch.chdir(tmp_path)
    said(tmp_path / "home", "import", os.path.relpath(parts[0], tmp_path))
    waiting = _json(said(tmp_path / "home", "status", "--json"))["downloads"]
    assert [each["path"] for each in waiting] == [os.fspath(parts[0])]


@pytest.mark.parametrize(
    ("kept", "told"), [(slice(None), 0), (slice(-1), 1), (slice(1), 1), (slice(1, None), 0)]
)
def test_what_a_folder_lacks_is_said_once_all_of_it_is_read(tmp_path: Path, kept: slice, told: int) -> None:
    """Not of each part while the others lie beside it; only the list, which is the first, knows of others."""
    parts = histories.claude_parts(tmp_path)
    for path in set(parts) - set(parts[kept]):
        path.unlink()
    run = said(tmp_path / "home", "import", os.fspath(tmp_path))
    assert run.code == 0
    assert run.out.count("still missing") == told
    assert told == ("still missing" in run.out.splitlines()[-1])


def test_what_is_advised_for_a_cut_file_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole command is named, for pages tell it, too; and `try` can look at what is whole."""
    monkeypatch.setattr("chathold.reader.trying.serve", lambda *_given, **_named: None)
    with ZipFile(histories.claude_earlier(tmp_path)) as export:
        name = next(each for each in export.namelist() if each.endswith("conversations.json"))
        whole = export.read(name).rstrip()
    cut = tmp_path / "cut.json"
    cut.write_bytes(whole[:-1])
    refused = said(tmp_path / "home", "try", "--no-browser", os.fspath(cut))
    assert refused.code == 1
    assert '"chathold import --rescue FILE"' in refused.err
    rescued = said(tmp_path / "home", "try", "--no-browser", "--rescue", os.fspath(cut))
    assert (rescued.code, "5 chats found: 5 new" in rescued.out) == (0, True)


# --- hostile texts, terminals


def test_no_text_can_steer_the_terminal(home: Path, tmp_path: Path) -> None:
    """Titles, messages, labels and names of files lose every character that is not just seen."""
    (hostile,) = (line["id"] for line in _listed(home) if "owned" in line["title"])
    file = tmp_path / f"{screens.HOSTILE.replace('/', '')}.txt"
    file.write_text("no export")
    runs = [
        said(home, "list"),
        said(home, "show", hostile, "--all"),
        said(home, "history", hostile),
        said(home, "account", "label", f"chatgpt/{histories.ADA}", screens.HOSTILE),
        said(home, "status"),
        said(home, "check"),
        said(home, "import", os.fspath(file)),
        said(home, "show", screens.HOSTILE),
    ]
    for run in runs:
        odd = {
            each for each in run.out + run.err if unicodedata.category(each) in {"Cc", "Cf", "Zl", "Zp", "Cs"}
        }
        assert odd <= {"\n"}


def test_no_title_breaks_a_table(home: Path) -> None:
    """Every row is one line, and columns stand below their heads, however wide the characters are."""
    said(home, "account", "label", f"chatgpt/{histories.ADA}", "工作 🦊\n用")
    heads, *rows = said(home, "list").out.splitlines()
    assert len(rows) == 5
    account, title = (cell_len(heads[: heads.index(head)]) for head in ("Account", "Title"))
    assert {cell_len(row[: row.index("工作 🦊 用")]) for row in rows} == {account}
    for beginning in ("Two answers", "[2J]0;owned夜間"):
        (row,) = (row for row in rows if beginning in row)
        assert cell_len(row[: row.index(beginning)]) == title


def test_spaces_and_joints_of_scripts_are_kept(tmp_path: Path) -> None:
    """Ideographic spaces, Persian joints and emoji sequences steer nothing and stay."""
    words = "全角　空白 می‌خواهم 👩‍👩‍👧 10\u00a0km"
    chat = replace(screens.branched_chat(), title=words)
    export = histories.chatgpt(tmp_path, 0, [chat])
    assert said(tmp_path / "home", "import", os.fspath(export)).code == 0
    assert words in said(tmp_path / "home", "list").out


def test_a_table_fits_a_narrow_terminal(kept: Path) -> None:
    """On a terminal the last column is cut; nothing wraps."""
    lines = on_terminal(kept, "list", columns=76).replace("\r", "").splitlines()
    assert max(map(cell_len, lines)) <= 76
    assert any(line.endswith("…") for line in lines)


def test_progress_is_drawn_on_a_terminal_only(tmp_path: Path) -> None:
    """A terminal sees a bar that leaves nothing behind; a pipe gets the receipt alone."""
    export = os.fspath(histories.chatgpt(tmp_path, 0, [histories.chat(number) for number in range(5)]))
    drawn = on_terminal(tmp_path / "seen", "import", export, columns=200)
    piped = started(tmp_path / "piped", "import", export)
    assert "100 %" in drawn
    assert screens.seen(drawn) == piped.out.splitlines()
    assert piped.out.splitlines()[1] == "  5 chats found: 5 new"
    assert piped.err == ""


@pytest.mark.spread(3)
@pytest.mark.parametrize("arguments", [["list"], ["show", "ID", "--verbatim"], ["show", "ffff", "--json"]])
def test_a_reader_that_goes_away_is_no_error(kept: Path, arguments: list[str]) -> None:
    """`chathold list | head -1` ends quietly, and so do bytes and errors."""
    arguments = [ID["Chat 1"] if each == "ID" else each for each in arguments]
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        command_line(kept, *arguments), stdout=theirs, stderr=subprocess.PIPE, check=False, env=environment()
    )
    os.close(theirs)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "latin-1", "LANGUAGE": "zh_CN"},
    ],
)
def test_any_terminal_encoding_will_do(kept: Path, variables: dict[str, str]) -> None:
    """Answers are in UTF-8 whatever the locale says; help and errors never fail on a character."""
    codes, written = one_after_another(kept, "list", "--help", "import 文件.zip", **variables)
    assert codes == [0, 0, 1]
    assert "夜間" in written


def test_python_has_nothing_to_complain_of(tmp_path: Path) -> None:
    """Under `-X dev -W error` nothing is left open, and nothing deprecated is used."""
    export = histories.chatgpt_earlier(tmp_path)
    lines = f"import {export}", f"import {export}", "status", "list", "check", "show ffff"
    codes, written = one_after_another(tmp_path / "home", *lines, python=("-X", "dev", "-W", "error"))
    assert codes == [0, 0, 0, 0, 0, 1]
    assert "Warning" not in written
    assert "Error" not in written
