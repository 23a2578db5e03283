"""The index as a file: what it holds follows from the archive, whatever happens to either."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import unittest.mock
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

import histories
import scripts_of_the_world as world
from chathold.archive.contents import Contents, contents
from chathold.archive.forgetting import forget_records
from chathold.archive.freshness import fingerprints, records
from chathold.archive.reading import Record
from chathold.archive.store import Archive
from chathold.core.errors import ArchiveError
from chathold.core.slice import Slice
from chathold.intake import take_in
from chathold.search import Wish, catch_up, find, standing
from chathold.search import indexing as filling
from chathold.search.entries import entries_of
from chathold.search.filling import Batch
from chathold.search.index import FORMAT, Index
from chathold.search.lines import Line, read_again
from chathold.search.packing import KEY_BYTES, Held, packed, picked, unpacked
from commands import chathold
from golden import CASES, cases
from world_truth import CLAUDE

WORD = "xylophonist"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Five chats and a project of Claude's."""
    chathold(tmp_path / "home", "import", str(histories.claude_earlier(tmp_path)))
    return tmp_path / "home"


@pytest.fixture
def archive(home: Path) -> Iterator[Archive]:
    """That archive, opened."""
    archive = Archive.open(home / "archive")
    assert archive
    with closing(archive):
        yield archive


def answers(archive: Archive) -> list[Any]:
    """All that a search for each chat's words answers."""
    return [find(archive, Wish(f"{who} {number}")) for who in ("user", "assistant") for number in range(5)]


def index_file(archive: Archive) -> Path:
    """The file of the index."""
    return archive.folder / "search.db"


def count(archive: Archive, table: str) -> int:
    """How many rows a table of the index has."""
    with closing(sqlite3.connect(index_file(archive))) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


# --- What it holds


def test_an_import_leaves_everything_searchable(home: Path, archive: Archive) -> None:
    """As `status` says, too."""
    assert (standing(archive).indexed, standing(archive).pending) == (6, 0)
    assert chathold(home, "status")["index"] == {"indexed": 6, "pending": 0, "unread": 0, "damaged": 0}
    assert find(archive, Wish("user")).total == 5


def test_only_its_owner_may_look_into_it(archive: Archive) -> None:
    """As into the archive."""
    assert index_file(archive).stat().st_mode & 0o777 == 0o600


@pytest.mark.spread(3)
@pytest.mark.parametrize("provider", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_every_entry_is_read_again_as_it_was_indexed(tmp_path: Path, provider: str) -> None:
    """From its own bytes or from the whole record: a result shows what was found."""
    for case in cases(provider):
        chathold(tmp_path, "import", str(case / "export"), expect=None)
    archive = Archive.open(tmp_path / "archive")
    assert archive
    with closing(archive), closing(Index.open(archive)) as index:  # type: ignore[type-var]
        assert index
        lines = [
            Line(record, role, time, held)
            for number, record, role, time in index.database.execute(
                "SELECT entry.id, record, role, time FROM entry JOIN kind ON kind.id = kind ORDER BY entry.id"
            )
            for held in [index.held_as(record, number)]
        ]
        said = read_again(archive.database, lines)
        expected = sorted(
            (number, entry.key)
            for number in fingerprints(archive.database)
            for entry in entries_of(contents(archive.database, number))
        )
    assert sorted((line.record, said[line.held.number].key) for line in lines) == expected
    assert expected


def test_most_entries_are_read_again_from_their_own_bytes(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole record is not needed."""
    expected = answers(archive)
    monkeypatch.setattr("chathold.search.lines.contents", None)
    assert answers(archive) == expected
    assert min(each.total for each in expected) == 1


# --- Following the archive


def test_what_did_not_change_is_kept(home: Path, archive: Archive, tmp_path: Path) -> None:
    """Of a chat that went on only the new messages are added."""
    before = _entries(archive)
    for path in histories.claude_parts(tmp_path):
        chathold(home, "import", str(path))
    after = _entries(archive)
    assert before <= after
    assert len(after) > len(before)


def _entries(archive: Archive) -> set[tuple[int, bytes]]:
    with closing(Index.open(archive)) as index:  # type: ignore[type-var]
        assert index
        query = "SELECT entry.id, record FROM entry JOIN kind ON kind.id = kind WHERE role >= 0"
        messages = dict(index.database.execute(query))
        held = [each for record in set(messages.values()) for each in index.held(record)]
    return {(each.number, each.key) for each in held if each.number in messages}


def test_a_renamed_chat_is_found_by_its_new_title_alone(tmp_path: Path) -> None:
    """The old one is in the history; it is no longer the title."""
    for number, title in enumerate(("Old hat", "New cap")):
        made = histories.renamed(histories.chat(1), title)
        chathold(tmp_path / "home", "import", str(histories.chatgpt(tmp_path / str(number), number, [made])))
    old, new = (chathold(tmp_path / "home", "search", word) for word in ("hat", "cap"))
    assert (old["total"], old["results"]) == (0, [])
    assert new["total"] == len(new["results"]) == 1


def test_it_is_made_anew_where_too_much_was_taken_out(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words of entries that are no more take room, and count."""
    expected = answers(archive)
    with closing(Index.open(archive)) as index:  # type: ignore[type-var]
        assert index
        index.database.execute("UPDATE held SET keys = zeroblob(length(keys))")
        index.database.execute("UPDATE done SET fingerprint = x'00'")
        index.database.execute("DELETE FROM about WHERE name = 'marker'")
    catch_up(archive)
    assert _ghosts(archive) == count(archive, "entry") == 17
    assert answers(archive) == expected
    monkeypatch.setattr(filling, "_FEW_GHOSTS", 1)
    with closing(Index.open(archive)) as index:  # type: ignore[type-var]
        assert index
        index.database.execute("UPDATE done SET fingerprint = x'00'")
        index.database.execute("DELETE FROM about WHERE name = 'marker'")
    catch_up(archive)
    assert (_ghosts(archive), count(archive, "entry"), answers(archive)) == (0, 17, expected)


def _ghosts(archive: Archive) -> Any:
    with closing(Index.open(archive)) as index:  # type: ignore[type-var]
        assert index
        return index.about("ghosts")


def test_other_readers_have_everything_read_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """For they may read more in it; what is the same is kept."""
    before = _entries(archive)
    read: list[int] = []

    def watched(database: sqlite3.Connection, number: int) -> Contents:
        read.append(number)
        return contents(database, number)

    monkeypatch.setattr(filling, "readers", lambda: "claude:99")
    monkeypatch.setattr(filling, "contents", watched)
    catch_up(archive)
    assert (len(read), _entries(archive), _ghosts(archive)) == (6, before, 0)
    catch_up(archive)
    assert len(read) == 6


def test_the_newest_chats_become_searchable_first(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch at a time; results are right meanwhile, and say how much is missing."""
    expected = answers(archive)
    index_file(archive).unlink()
    assert (find(archive, Wish("user")).total, find(archive, Wish("user")).pending) == (0, 6)
    monkeypatch.setattr(filling, "_BATCH", 1)
    totals = []
    while standing(archive).differs:
        catch_up(archive, stop=lambda: True)
        held = find(archive, Wish("user"))
        totals.append((held.total, held.pending))
        assert {hit.title for hit in held.results} <= {f"Chat {number}" for number in range(5)}
    assert [pending for _total, pending in totals] == [5, 4, 3, 2, 1, 0]
    assert [total for total, _pending in totals] == sorted(total for total, _pending in totals)
    assert [set(a.results) for a in answers(archive)] == [set(b.results) for b in expected]


def test_what_changed_since_it_was_indexed_is_left_out_until_it_is_indexed_again(
    home: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result never tells of what is no more."""
    monkeypatch.setattr("chathold.search.indexing.Ear.hear", lambda *_args: None)
    monkeypatch.setattr("chathold.cli.indexing.catch_up", lambda *_args, **_more: None)
    for path in histories.claude_parts(tmp_path):
        chathold(home, "import", str(path))
    held = find(archive, Wish("user 3"))
    assert (held.total, held.results, standing(archive).differs) == (0, (), True)
    assert find(archive, Wish("user 2")).total == 1
    catch_up(archive)
    assert find(archive, Wish("user 3")).total == 2


def test_what_changed_is_indexed_while_it_is_derived(
    home: Path, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is left for afterwards, and an index that is made anew says the same."""
    with monkeypatch.context() as patched:
        patched.setattr("chathold.cli.indexing.catch_up", lambda *_args, **_more: None)
        for path in histories.claude_parts(tmp_path):
            chathold(home, "import", str(path))
    assert not standing(archive).differs
    assert find(archive, Wish("user 3")).total == 2
    heard = answers(archive)
    index_file(archive).unlink()
    catch_up(archive)
    assert [set(each.results) for each in heard] == [set(each.results) for each in answers(archive)]


def test_room_for_large_records_changes_nothing(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits to be written is written before each of them; the index says the same."""
    monkeypatch.setattr("chathold.archive.deriving._LARGE", 0)
    sizes: list[int] = []
    write = Batch.write

    def counted(batch: Batch) -> None:
        sizes.append(batch.size)
        write(batch)

    monkeypatch.setattr(Batch, "write", counted)
    for path in [histories.claude_earlier(tmp_path), *histories.claude_parts(tmp_path)]:
        chathold(tmp_path / "other", "import", str(path))
    assert sum(size > 0 for size in sizes) > 5
    for path in histories.claude_parts(tmp_path):
        chathold(archive.folder.parent, "import", str(path))
    other = Archive.open(tmp_path / "other" / "archive")
    assert other is not None
    with closing(other):
        assert [each.total for each in answers(other)] == [each.total for each in answers(archive)]


def test_an_import_that_was_not_derived_is_not_searchable(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told apart in `status`, and what was there is found as before."""
    expected = answers(archive)
    monkeypatch.setattr("chathold.intake.derive", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(take_in(archive, histories.chatgpt_earlier(tmp_path)))
    assert standing(archive).unread == standing(archive).pending > 0
    assert not standing(archive).differs
    assert [each.results for each in answers(archive)] == [each.results for each in expected]


def _interrupted(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


# --- Forgetting


def test_forgetting_leaves_no_word_in_the_index(tmp_path: Path) -> None:
    """Not in its file, and not in its log."""
    home = tmp_path / "home"
    made, said = world.chats(5, per_script=1)
    for path in world.exports(tmp_path / "downloads", made):
        chathold(home, "import", str(path))
    words = [
        word
        for each in said
        if each.script.name == "English"
        for word in each.text.lower().split()
        if len(word) > 5
    ]
    assert [word for word in words if word.encode() in _bytes(home)]
    (chat,) = {
        each["conversation"]
        for word in words[:3]
        for each in chathold(home, "search", f'"{word}"')["results"]
    }
    chathold(home, "forget", "--yes", chat)
    assert chathold(home, "status")["index"]["pending"] == 0
    assert [word for word in words if any(part.encode() in _bytes(home) for part in _parts(word))] == []
    assert chathold(home, "search", f'"{words[0]}"')["total"] == 0
    russian = next(each for each in said if each.script.name == "Russian")
    assert chathold(home, "search", f'"{russian.text}"')["total"] == 1


def _parts(word: str) -> list[str]:
    return [part for part in word.strip(".,!?").replace("_", ".").split(".") if len(part) > 5]


def _bytes(home: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted((home / "archive").glob("search.db*")))


def test_what_was_forgotten_while_nobody_indexed_is_found_no_more(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whoever indexes next empties the index: words of it must not stay."""
    for module in ("forgetting", "indexing"):
        monkeypatch.setattr(f"chathold.cli.{module}.catch_up", lambda *_args, **_more: None)
    (hit,) = find(archive, Wish("user 3")).results
    chathold(home, "forget", "--yes", hit.conversation)
    assert find(archive, Wish("user 3")).total == 0
    words = max(re.split("[+/=]", histories.noise(CLAUDE, 3, 0)), key=len).lower().encode()[-12:]
    assert words in _bytes(home)
    catch_up(archive)
    assert words not in _bytes(home)
    assert find(archive, Wish("user 2")).total == 1


def test_what_was_forgotten_stays_in_no_index_though_its_number_is_given_again(
    home: Path, archive: Archive, tmp_path: Path
) -> None:
    """The index is emptied by whoever indexes next, were it that an import came between."""
    numbers = records(archive.database)
    _forget_all(archive)
    words = max(re.split("[+/=]", histories.noise(CLAUDE, 3, 0)), key=len).lower().encode()[-12:]
    assert words in _bytes(home)
    list(take_in(archive, histories.chatgpt_earlier(tmp_path)))
    assert records(archive.database) >= numbers
    assert standing(archive).differs
    catch_up(archive)
    assert words not in _bytes(home)
    assert not standing(archive).differs


def test_an_index_is_emptied_once_more_where_that_was_cut_short(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that were free and the log count, too: killed before they are gone, nothing says that it was emptied."""
    _forget_all(archive)
    with monkeypatch.context() as patch:
        patch.setattr(Index, "checkpoint", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            catch_up(archive)
    assert standing(archive).differs
    catch_up(archive)
    assert not standing(archive).differs


def _forget_all(archive: Archive) -> None:
    """Forget every record, and leave the index as it is."""
    rows = archive.database.execute("SELECT id, provider, kind, ref FROM record").fetchall()
    with archive.writing() as ledger:
        forget_records(archive, ledger, [Record(*row) for row in rows])


def test_an_archive_that_never_forgot_keeps_its_index(archive: Archive) -> None:
    """One that was made before forgettings were noted is as good as any: nothing is indexed anew."""
    before = _entries(archive)
    with closing(sqlite3.connect(index_file(archive))) as database, database:
        database.execute("DELETE FROM about WHERE name = 'forgetting'")
    assert not standing(archive).differs
    catch_up(archive)
    assert before == _entries(archive)


def test_forgetting_leaves_no_word_in_pages_that_were_free(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where words stood before they were moved; that many free pages are given back anyway does not count."""
    monkeypatch.setattr(Index, "shrink", lambda _self: None)
    word = b"quetzalcoatlus"
    with closing(sqlite3.connect(index_file(archive), isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE moved (word BLOB)")
        database.execute("INSERT INTO moved VALUES (?)", (word * 50_000,))
        database.execute("DROP TABLE moved")
    assert word in _bytes(home)
    (hit,) = find(archive, Wish("user 3")).results
    chathold(home, "forget", "--yes", hit.conversation)
    assert word not in _bytes(home)


# --- Whatever is wrong with the file


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _no_database(path: Path) -> None:
    path.write_bytes(b"this is no database" * 500)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _broken_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def _broken_words(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE text_data SET block = x'00FF00FF' WHERE id > 10")


def _older(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {FORMAT - 1}")


def _others(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE about SET value = 'another' WHERE name = 'archive'")


@pytest.mark.spread(3)
@pytest.mark.parametrize("harm", [_cut, _no_database, _empty, _broken_pages, _broken_words, _older, _others])
def test_an_index_that_is_none_is_made_anew(
    home: Path, archive: Archive, harm: Callable[[Path], None]
) -> None:
    """Damaged, older, of another archive: the search that finds it so answers all the same."""
    expected = [each.results for each in answers(archive)]
    for suffix in ("-wal", "-shm"):
        index_file(archive).with_name(f"search.db{suffix}").unlink(missing_ok=True)
    harm(index_file(archive))
    assert chathold(home, "search", "user 3")["total"] == 1
    assert [each.results for each in answers(archive)] == expected


def test_status_answers_beside_a_damaged_index(home: Path, archive: Archive) -> None:
    """What cannot be read is not searchable."""
    _no_database(index_file(archive))
    assert chathold(home, "status")["index"] == {"indexed": 0, "pending": 6, "unread": 0, "damaged": 0}


def test_rebuild_makes_an_index_with_equal_answers(home: Path, archive: Archive) -> None:
    """In a file of its own."""
    expected = answers(archive)
    chathold(home, "rebuild")
    assert answers(archive) == expected


# --- Beside others


def test_one_fills_and_others_look(archive: Archive) -> None:
    """Who finds another at it waits for nothing."""
    index_file(archive).unlink()
    with FileLock(archive.folder / "search.lock"):
        assert catch_up(archive).differs
        assert find(archive, Wish("user")).pending == 6
    assert not catch_up(archive).differs


def test_what_others_import_meanwhile_is_brought_in(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They wait for nothing, so whoever fills looks once more before it is done."""
    index_file(archive).unlink()
    fill, later = filling._fill, iter([histories.chatgpt_earlier(tmp_path)])

    def filled(*args: Any, **more: Any) -> None:
        fill(*args, **more)
        for path in later:
            chathold(archive.folder.parent, "import", str(path))

    monkeypatch.setattr(filling, "_fill", filled)
    found = catch_up(archive)
    assert (found.indexed, found.pending) == (20, 0)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(archive: Archive) -> None:
    """There is no index and none can be made."""
    index_file(archive).unlink()
    archive.folder.chmod(0o500)
    try:
        with pytest.raises(ArchiveError) as caught:
            catch_up(archive)
    finally:
        archive.folder.chmod(0o700)
    assert "restore" in caught.value.advice


def test_where_none_can_be_made_a_search_fails_with_the_way_out(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, to whoever is root."""
    index_file(archive).unlink()
    monkeypatch.setattr(Archive, "writable", False)
    error = chathold(home, "search", "user", expect=1)["error"]
    assert error["place"].endswith("search.db")
    assert "restore" in error["advice"]


def test_where_it_cannot_follow_a_search_answers_with_what_it_has(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And says what is in the way, and how much is missing."""
    with closing(sqlite3.connect(index_file(archive))) as database, database:
        database.execute("UPDATE done SET fingerprint = x'00' WHERE record = 1")
        database.execute("DELETE FROM about WHERE name = 'marker'")
    monkeypatch.setattr(Archive, "writable", False)
    answer = chathold(home, "search", "user")
    assert (answer["total"], answer["pending"]) == (4, 1)
    assert "restore" in capsys.readouterr().err


def test_an_archive_that_nobody_may_change_is_searched_if_its_index_is_complete(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one on a disk that was made read-only."""
    monkeypatch.setattr(Archive, "writable", False)
    assert chathold(home, "search", "user")["total"] == 5
    assert archive


def test_a_backup_holds_no_index(home: Path, tmp_path: Path) -> None:
    """It is made where it is needed; one that was made there goes when the copy is refreshed."""
    copy = tmp_path / "copy"
    chathold(home, "backup", str(copy))
    assert sorted(path.name for path in copy.iterdir() if path.name.startswith("search")) == []
    shutil.copytree(copy, tmp_path / "opened" / "archive")
    assert chathold(tmp_path / "opened", "search", "user")["total"] == 5
    shutil.copy(home / "archive" / "search.db", copy)
    chathold(home, "backup", str(copy))
    assert not (copy / "search.db").exists()
    chathold(tmp_path / "restored", "restore", str(copy))
    assert chathold(tmp_path / "restored", "search", "user")["total"] == 5


def test_an_import_says_nothing_of_an_index_that_cannot_be_written_but_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was imported is safe."""

    def refused(*_args: object, **_more: object) -> None:
        raise ArchiveError("refused", place="here")

    monkeypatch.setattr("chathold.cli.indexing.catch_up", refused)
    done = chathold(tmp_path / "home", "import", str(histories.claude_earlier(tmp_path)))
    assert done["imports"][0]["outcome"] == "imported"
    assert "here: refused" in capsys.readouterr().err


def test_an_import_interrupted_while_indexing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One document, and a word that it goes on later."""
    monkeypatch.setattr("chathold.cli.indexing.catch_up", _interrupted)
    done = chathold(tmp_path / "home", "import", str(histories.claude_earlier(tmp_path)))
    assert done["imports"][0]["outcome"] == "imported"
    assert "All is in the archive" in capsys.readouterr().err


@st.composite
def _held(draw: st.DrawFn) -> list[Held]:
    numbers = draw(st.lists(st.integers(0, 1 << 40), unique=True))
    large = st.integers(0, 1 << 40)
    slices = st.none() | st.builds(Slice, st.integers(1, 1 << 40), large, large)
    keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
    return [Held(number, draw(keys), draw(slices)) for number in sorted(numbers, reverse=True)]


@given(_held(), st.integers(1, 5))
def test_what_is_packed_is_unpacked_as_it_was(entries: list[Held], together: int) -> None:
    """Whatever the numbers, in however many rows; in which order it was given does not matter."""
    with unittest.mock.patch("chathold.search.packing.TOGETHER", together):
        rows = list(packed(entries))
        assert list(packed(reversed(entries))) == rows
    assert [each for _least, *row in rows for each in unpacked(*row)] == entries
    assert [picked(each.number, *row) for _least, *row in rows for each in unpacked(*row)] == entries
    assert [min(each.number for each in unpacked(*row)) for _least, *row in rows] == [row[0] for row in rows]


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_what_was_never_packed_is_told(keys: bytes, places: bytes) -> None:
    """Nothing else is raised."""
    with pytest.raises(ValueError, match=r"^$"):
        unpacked(keys, places)
    with pytest.raises(ValueError, match=r"^$"):
        picked(1, keys, places)
    with pytest.raises(ValueError, match="not in"):
        picked(1, *next(packed([Held(2, b"123456", None)]))[1:])


def test_words_are_brought_together_once_they_are_in_pieces(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before there is time for it; answers stay."""
    expected = answers(archive)
    monkeypatch.setattr(filling, "_BATCH", 1)
    catch_up(archive, anew=True, stop=lambda: True)
    while standing(archive).differs:
        catch_up(archive, stop=lambda: True)
    assert _pieces(archive) == 6
    assert [set(a.results) for a in answers(archive)] == [set(b.results) for b in expected]
    catch_up(archive)
    assert _pieces(archive) == 1
    assert [set(a.results) for a in answers(archive)] == [set(b.results) for b in expected]


def test_very_many_pieces_are_brought_together_while_it_is_filled(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before FTS5 does so in one transaction of any size; answers stay."""
    expected = answers(archive)
    monkeypatch.setattr(filling, "_BATCH", 1)
    monkeypatch.setattr("chathold.search.index._MANY", 4)
    catch_up(archive, anew=True, stop=lambda: True)
    while standing(archive).differs:
        catch_up(archive, stop=lambda: True)
    assert _pieces(archive) == 1 + 6 - 4
    assert [set(a.results) for a in answers(archive)] == [set(b.results) for b in expected]


def _pieces(archive: Archive) -> int:
    with closing(sqlite3.connect(index_file(archive))) as database:
        return int(database.execute("SELECT count(DISTINCT segid) FROM text_idx").fetchone()[0])


def test_nobody_looks_for_damaged_records_where_there_are_none(
    home: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index that is complete has noted that there are none; what it has not noted is looked for."""
    monkeypatch.setattr("chathold.search.index.Index.passed_over", _interrupted)
    assert chathold(home, "search", "user")["total"] == 5
    with closing(sqlite3.connect(index_file(archive))) as database, database:
        database.execute("DELETE FROM about WHERE name = 'whole'")
    with pytest.raises(KeyboardInterrupt):
        standing(archive)


def test_progress_is_told(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records done, of how many."""
    monkeypatch.setattr(filling, "_BATCH", 1)
    told: list[tuple[int, int]] = []
    catch_up(archive, anew=True, progress=lambda done, total: told.append((done, total)))
    assert told == [(number, 6) for number in range(1, 7)]
