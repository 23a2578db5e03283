"""`chathold export`: everything is there in every format, in a folder that is whole or is not there."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import golden
import talks
from chathold.__main__ import main
from chathold.archive.store import Archive
from chathold.core.errors import ChatholdError
from chathold.home import Home
from chathold.takeout import destination
from chathold.takeout.complete import said
from chathold.takeout.destination import Destination, replacing
from chathold.takeout.single import one
from chathold.takeout.writing import Format
from commands import chathold
from law_bench import imported
from taken_out import shown
from test_takeout_names import fits_everywhere

CASES = ("chatgpt/slim-2026", "chatgpt/first-form-2023", "claude/parts_2026", "deepseek/october-2026")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of exports of every service."""
    folder = tmp_path_factory.mktemp("archive")
    imported(folder, [golden.CASES / case / "export" for case in CASES])
    return folder


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """Where to export to."""
    return tmp_path / "out"


def export(home: Path, dest: Path, form: str, *options: str, expect: int = 0) -> dict[str, Any]:
    answer: dict[str, Any] = chathold(home, "export", str(dest), "--format", form, *options, expect=expect)
    return answer


@pytest.mark.parametrize("whole", [True, False])
def test_what_we_wrote_ourselves_is_no_export(home: Path, dest: Path, *, whole: bool) -> None:
    """Our own JSON is not unlike a service's: imported, it would double every chat."""
    export(home, dest, "json")
    before = chathold(home, "verify")
    paths = [dest] if whole else sorted(dest.glob("*/**/*.json"))
    for path in paths:
        (receipt,) = chathold(home, "import", str(path), expect=1)["imports"]
        assert (receipt["outcome"], "Chathold" in receipt["advice"]) == ("not_an_export", not whole)
    assert chathold(home, "verify") == before


def texts(value: Any) -> Iterator[str]:
    """What a person reads in a message of `show`."""
    for part in value["parts"]:
        yield part["text"]


def words(text: str) -> set[str]:
    """The words of a text that are letters and digits alone; numbers of citations stand in other signs there."""
    return set(re.findall(r"[^\W_]+", text)) - {"citation"}


def test_json_holds_all_that_show_and_history_show(home: Path, dest: Path) -> None:
    export(home, dest, "json")
    for name, (_line, messages) in shown(home).items():
        (path,) = dest.glob(f"*/**/{name}.json")
        taken = json.loads(path.read_text("utf-8"))
        assert {"conversation": taken["conversation"], "messages": taken["messages"]} == chathold(
            home, "show", name
        )
        assert len(taken["messages"]) == len(messages)
        if not taken["conversation"].get("extracted"):
            versions = [{**each} for each in taken["versions"]]
            for each in versions:
                del each["new"], each["before"]
            assert versions == chathold(home, "history", name)["versions"]


def test_every_version_can_be_put_together_from_the_next(tmp_path: Path) -> None:
    """Less what was new in it, with what was before."""
    home = tmp_path / "home"
    for number, words_said in enumerate((["one"], ["one", "two"], ["first", "two", "three"])):
        messages = [
            {"uuid": str(at), "sender": "human", "created_at": f"2026-01-01T00:0{at}:00Z", "text": said}
            for at, said in enumerate(words_said)
        ]
        chat = {"uuid": "c", "name": "C", "updated_at": f"2026-01-0{number + 1}T00:00:00Z"}
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps([chat | {"chat_messages": messages}]), "utf-8")
        imported(home, [path])
    export(home, tmp_path / "out", "json")
    (path,) = (tmp_path / "out").glob("claude/*.json")
    taken = json.loads(path.read_text("utf-8"))
    state = {message["id"]: said(message) for message in taken["messages"]}
    for version in reversed(taken["versions"]):
        then = chathold(home, "show", taken["conversation"]["id"], "--version", str(version["version"]))[
            "messages"
        ]
        assert state == {message["id"]: said(message) for message in then}
        state = {name: each for name, each in state.items() if name not in version["new"]}
        state |= {each["id"]: said(each) for each in version["before"]}
    assert len(taken["versions"]) == 3


def test_json_lists_its_files(home: Path, dest: Path) -> None:
    export(home, dest, "json")
    index = json.loads((dest / "index.json").read_text("utf-8"))
    assert (index["schema"], index["version"]) == ("chathold", 1)
    assert all((dest / each["file"]).is_file() for each in index["records"])


@pytest.mark.parametrize(("form", "suffix"), [("markdown", ".md"), ("html", ".html")])
def test_every_message_of_every_branch_is_in_a_file(home: Path, dest: Path, form: str, suffix: str) -> None:
    answer = export(home, dest, form)
    written = words(" ".join(path.read_text("utf-8") for path in dest.rglob(f"*{suffix}")))
    for _line, messages in shown(home).values():
        for message in messages.values():
            for text in texts(message):
                assert words(text) <= written
    assert answer["conversations"] + answer["documents"] == len(shown(home))


def test_a_markdown_file_says_what_it_is(home: Path, dest: Path) -> None:
    export(home, dest, "markdown")
    (path,) = dest.glob("deepseek/Branches.md")
    text = path.read_text("utf-8")
    assert text.startswith('---\nchathold_id: "')
    assert 'provider: "deepseek"\n' in text
    assert 'url: "https://chat.deepseek.com/a/chat/s/' in text
    assert "## Other branches" in text


def test_every_branch_says_where_it_begins(home: Path, dest: Path) -> None:
    """A page says the same as a note."""
    export(home, dest / "notes", "markdown", "--provider", "deepseek")
    export(home, dest / "pages", "html", "--provider", "deepseek")
    note = (dest / "notes" / "deepseek" / "Branches.md").read_text("utf-8")
    page = (dest / "pages" / "deepseek" / "Branches.html").read_text("utf-8")
    heads = re.findall(r"^### (Branch .*)$", note, re.MULTILINE)
    assert heads
    assert re.findall(r"<section>\n<h2>(.*)</h2>", page) == heads


def test_files_of_the_user_lie_beside_and_are_named_relatively(home: Path, dest: Path) -> None:
    export(home, dest, "markdown")
    pictures = [path for path in dest.rglob("*") if path.parent.name.endswith(" files")]
    assert pictures
    named = "\n".join(path.read_text("utf-8") for path in dest.rglob("*.md"))
    assert all(f"{path.parent.name.replace(' ', '%20')}/" in named or "%" in named for path in pictures)


def pages_in(dest: Path) -> list[Path]:
    """The pages that were made; not those that are files of the user's."""
    folders = ("chatgpt", "claude", "deepseek", "documents")
    return [path for path in dest.rglob("*.html") if path.parent == dest or path.parent.name in folders]


def test_a_page_forbids_all_but_what_lies_beside_it(home: Path, dest: Path) -> None:
    export(home, dest, "html")
    for path in pages_in(dest):
        page = path.read_text("utf-8")
        assert "default-src 'none'; img-src 'self' file:; style-src 'sha256-" in page
        assert "<script" not in page
        assert 'src="http' not in page


def test_the_list_of_pages_links_to_each(home: Path, dest: Path) -> None:
    answer = export(home, dest, "html")
    pages = pages_in(dest)
    unnamed = [path for path in dest.glob("*/files/*/*") if path.is_file()]
    assert len(pages) == answer["conversations"] + answer["documents"] + 1
    assert (dest / "index.html").read_text("utf-8").count("<li>") == len(pages) - 1 + len(unnamed)


@pytest.mark.parametrize("form", list(Format))
def test_it_counts_as_status_does(home: Path, dest: Path, form: Format) -> None:
    """Sections of documents are no messages."""
    answer = export(home, dest, form.value)
    held = chathold(home, "status")["archive"]
    names = ("conversations", "documents", "messages")
    assert {name: answer[name] for name in names} == {name: held[name] for name in names}


def test_filters_choose(home: Path, dest: Path) -> None:
    answer = export(home, dest, "markdown", "--provider", "deepseek", "--title", "branches")
    assert (answer["conversations"], answer["documents"]) == (1, 0)
    assert [path.name for path in dest.rglob("*.md")] == ["Branches.md"]


def test_words_choose_chats_in_which_they_stand(home: Path, dest: Path) -> None:
    answer = chathold(home, "export", str(dest), "unanswered", "--format", "markdown")
    assert [path.name for path in dest.rglob("*.md")] == ["Branches.md"]
    assert answer["conversations"] == 1


def test_an_id_chooses_one(home: Path, dest: Path) -> None:
    name = next(iter(shown(home)))
    answer = export(home, dest, "json", "--id", name[:8])
    assert answer["conversations"] + answer["documents"] == 1


def test_days_choose(home: Path, dest: Path) -> None:
    assert export(home, dest, "json", "--until", "1999")["conversations"] == 0


def files(folder: Path) -> dict[Path, bytes]:
    """All that lies in a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("options", [(), ("--title", "branches"), ("unanswered",)])
def test_an_earlier_export_of_the_same_is_replaced_and_that_is_told(
    home: Path, dest: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    first = export(home, dest, "markdown", *options)
    before = files(dest)
    again = export(home, dest, "markdown", *options)
    assert (first.pop("replaced"), again.pop("replaced")) == (False, True)
    assert again == first
    assert files(dest).keys() == before.keys()
    assert not list(dest.parent.glob(".*chathold*"))
    assert main(["--home", str(home), "export", str(dest), "--format", "markdown", *options]) == 0
    assert "It took the place of the earlier export there." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("form", "options"),
    [("json", ()), ("markdown", ("--provider", "deepseek")), ("markdown", ("branches",)), ("html", ())],
)
def test_an_earlier_export_of_something_else_is_never_replaced(
    home: Path, dest: Path, form: str, options: tuple[str, ...]
) -> None:
    export(home, dest, "markdown")
    before = files(dest)
    error = export(home, dest, form, *options, expect=1)["error"]
    assert error["place"] == str(dest)
    assert "delete this one first" in error["advice"]
    assert files(dest) == before
    assert not list(dest.parent.glob(".*chathold*"))


def test_an_earlier_export_that_does_not_say_of_what_is_never_replaced(home: Path, dest: Path) -> None:
    """Lists were written once that named the format alone."""
    export(home, dest, "markdown")
    listed = json.loads((dest / "chathold-export.json").read_text("utf-8"))
    del listed["selection"]
    (dest / "chathold-export.json").write_text(json.dumps(listed), "utf-8")
    export(home, dest, "markdown", expect=1)


def test_what_a_person_added_or_changed_is_never_replaced(home: Path, dest: Path) -> None:
    export(home, dest, "markdown", "--provider", "deepseek")
    for harm in (dest / "mine.txt", dest / "deepseek" / "Branches.md"):
        before = harm.read_bytes() if harm.exists() else None
        harm.write_text("mine", "utf-8")
        answer = export(home, dest, "markdown", "--provider", "deepseek", expect=1)
        assert answer["error"]["place"] == str(harm)
        assert harm.read_text("utf-8") == "mine"
        harm.unlink() if before is None else harm.write_bytes(before)
    export(home, dest, "markdown", "--provider", "deepseek")


@pytest.mark.parametrize("there", ["file", "folder"])
def test_a_place_that_holds_something_else_is_refused(home: Path, dest: Path, there: str) -> None:
    if there == "file":
        dest.write_text("x", "utf-8")
    else:
        dest.mkdir()
        (dest / "x").write_text("x", "utf-8")
    assert "advice" in export(home, dest, "markdown", expect=1)["error"]
    assert dest.exists()


def test_the_archive_is_no_place_for_an_export(home: Path) -> None:
    answer = export(home, home / "archive" / "out", "json", expect=1)
    assert answer["error"]["title"] == "An export must not lie in the archive."


def test_an_empty_folder_is_taken(home: Path, dest: Path) -> None:
    dest.mkdir()
    assert export(home, dest, "json")["conversations"]


@pytest.mark.parametrize(
    ("form", "suffix", "shown_as"), [("markdown", "md", "![file_"), ("html", "html", "<img src=")]
)
def test_a_picture_of_no_name_is_shown_as_one(
    tmp_path: Path, dest: Path, form: str, suffix: str, shown_as: str
) -> None:
    """Exports name many pictures by their id alone; programs know them by the ending of their names."""
    export_file = talks.write(tmp_path / "talks.zip", [talks.rich()], month=5)
    chathold(tmp_path / "pictures", "import", os.fspath(export_file))
    export(tmp_path / "pictures", dest, form)
    (picture,) = dest.rglob("*.png")
    assert picture.name == "file_00000000aaaa1111.png"
    (page,) = (dest / "chatgpt").glob(f"*.{suffix}")
    assert shown_as in page.read_text("utf-8")


def test_what_others_put_in_the_way_is_left_as_it_is(
    dest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder that several users write to, the place may be a link into what one holds dear."""
    dear = tmp_path / "dear"
    dear.mkdir()
    (dear / "mine.txt").write_text("mine")
    unfinished = dest.with_name(".out.chathold-unfinished")
    unfinished.symlink_to(dear)
    with pytest.raises(ChatholdError, match="not made by Chathold"), replacing(dest, {}):
        pass
    unfinished.unlink()
    unfinished.mkdir()
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    with pytest.raises(ChatholdError, match="not made by Chathold"), replacing(dest, {}):
        pass
    assert (dear / "mine.txt").read_text() == "mine"


class _Stopped(BaseException):
    """What a person does with Ctrl-C."""


def test_what_is_stopped_leaves_no_trace(dest: Path) -> None:
    def stopped(into: Destination) -> None:
        into.write("a.md", "half")
        raise _Stopped

    with pytest.raises(_Stopped), replacing(dest, {}) as into:
        stopped(into)
    assert list(dest.parent.iterdir()) == [dest.parent / "a-home-of-its-own"]


def test_a_full_disk_is_told_and_leaves_what_was_there(dest: Path) -> None:
    with replacing(dest, {}) as into:
        into.write("a.md", "whole")

    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(ChatholdError, match="disk is full"), replacing(dest, {}):
        full()
    assert (dest / "a.md").read_text("utf-8") == "whole"
    assert not list(dest.parent.glob(".*chathold*"))


def test_what_was_cut_off_between_the_renames_is_put_back(dest: Path) -> None:
    with replacing(dest, {}) as into:
        into.write("a.md", "whole")
    dest.rename(dest.with_name(".out.chathold-before"))
    dest.with_name(".out.chathold-unfinished").mkdir()
    with replacing(dest, {}) as into:
        into.write("b.md", "new")
    assert sorted(path.name for path in dest.iterdir()) == ["b.md", "chathold-export.json"]
    assert not list(dest.parent.glob(".*chathold*"))


def test_two_at_once_do_not_mix(dest: Path) -> None:
    with replacing(dest, {}) as into:
        into.write("a.md", "first")
        with pytest.raises(ChatholdError, match="Another export"), replacing(dest, {}):
            pass
    assert (dest / "a.md").read_text("utf-8") == "first"


def test_nobody_begins_while_one_takes_the_place(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lock is held until the new export is in its place: a second would sweep away what is to be renamed."""
    take_the_place = destination._take_the_place
    refused: list[bool] = []

    def with_a_second(unfinished: Path, place: Path) -> None:
        with pytest.raises(ChatholdError, match="Another export"), replacing(dest, {}):
            pass
        refused.append(True)
        take_the_place(unfinished, place)

    with replacing(dest, {}) as into:
        into.write("a.md", "earlier")
    monkeypatch.setattr(destination, "_take_the_place", with_a_second)
    with replacing(dest, {}) as into:
        into.write("a.md", "new")
    assert refused == [True]
    assert (dest / "a.md").read_text("utf-8") == "new"
    assert not list(dest.parent.glob(".*chathold*"))


def test_who_waited_for_a_lock_that_was_removed_holds_nothing(
    dest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one's lock is another file: it is tried again, and the second is held."""
    path = dest.with_name(".out.chathold-lock")
    acquired: list[int] = []

    class Late(FileLock):
        def acquire(self, *args: Any, **named: Any) -> Any:
            proxy = super().acquire(*args, **named)
            acquired.append(path.stat().st_ino)
            if len(acquired) == 1:
                path.rename(path.with_name("held-open"))
            return proxy

    monkeypatch.setattr(destination, "FileLock", Late)
    with replacing(dest, {}) as into:
        assert path.stat().st_ino == acquired[1] != acquired[0]
        into.write("a.md", "whole")
    assert (dest / "a.md").read_text("utf-8") == "whole"


def test_an_empty_lock_in_an_export_is_none_of_a_person_s(dest: Path) -> None:
    """With words in it, it is."""
    with replacing(dest, {}) as into:
        into.write("a.md", "earlier")
    (dest / ".lock").touch()
    with replacing(dest, {}) as into:
        into.write("a.md", "new")
    assert sorted(path.name for path in dest.iterdir()) == ["a.md", "chathold-export.json"]
    (dest / ".lock").write_text("mine")
    with pytest.raises(ChatholdError, match="added or changed"), replacing(dest, {}):
        pass


KILLED = """
import os, signal, sys
from pathlib import Path
from chathold.takeout.complete import said
from chathold.takeout.destination import replacing
with replacing(Path(sys.argv[1]), {}) as into:
    into.write("a/b.md", "half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_what_was_killed_is_swept_by_the_next(dest: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(dest)], check=False)
    assert (done.returncode, dest.exists()) == (-signal.SIGKILL, False)
    assert dest.with_name(".out.chathold-unfinished").is_dir()
    with replacing(dest, {}) as into:
        into.write("new.md", "whole")
    assert sorted(path.name for path in dest.iterdir()) == ["chathold-export.json", "new.md"]
    assert not list(dest.parent.glob(".*chathold*"))


@pytest.mark.parametrize("form", list(Format))
def test_one_conversation_is_a_download(home: Path, form: Format) -> None:
    archive = Archive.open(Home.find(str(home)).archive)
    assert archive is not None
    name = next(name for name, (line, _m) in shown(home).items() if line["title"] == "Branches")
    download = one(archive, name, form)
    archive.close()
    assert download.name.startswith("Branches")
    assert b"unanswered" in download.data
    assert b"index.html" not in download.data


@pytest.mark.parametrize("title", ["Branches", "Oven timer"])
def test_no_two_formats_are_saved_under_one_name(home: Path, title: str) -> None:
    archive = Archive.open(Home.find(str(home)).archive)
    assert archive is not None
    name = next(name for name, (line, _m) in shown(home).items() if line["title"] == title)
    names = {one(archive, name, form).name for form in Format}
    archive.close()
    assert len(names) == len(Format)
    assert all(fits_everywhere(each) for each in names)


def test_a_download_with_files_is_a_zip(home: Path) -> None:
    archive = Archive.open(Home.find(str(home)).archive)
    assert archive is not None
    having = [
        name
        for name, (_line, messages) in shown(home).items()
        if any(each["sha256"] for message in messages.values() for each in message["attachments"])
    ]
    download = one(archive, having[0], Format.MARKDOWN)
    archive.close()
    with zipfile.ZipFile(BytesIO(download.data)) as packed:
        assert len(packed.namelist()) > 1
        assert packed.namelist()[0].endswith(".md")


@pytest.mark.parametrize("option", [("--role", "user"), ("--has", "attachment")])
def test_filters_find_what_no_index_holds_yet(home: Path, tmp_path: Path, option: tuple[str, str]) -> None:
    """The index is brought up to date first, with words or without."""
    before = export(home, tmp_path / "before", "json", *option)
    shutil.copytree(home, tmp_path / "home")
    for path in (tmp_path / "home" / "archive").glob("search.db*"):
        path.unlink()
    after = export(tmp_path / "home", tmp_path / "after", "json", *option)
    assert before["conversations"] == after["conversations"] > 0
