"""The rules by which a download is quiet, on their own: no file, no clock."""

from __future__ import annotations

from math import inf
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chathold.watching.downloads import Fingerprint, Kind, Reason, Sighting
from chathold.watching.settling import GIVEN_UP_AFTER, PAUSED_AFTER, STALE_AFTER, Handed, Settling

QUIET = 3.0
ZIP = Path("/d/export.zip")
PART = Path("/d/export.zip.part")


def _stamp(version: int, size: int = 10) -> Fingerprint:
    return Fingerprint(1, 2, size, version, version)


def _file(version: int = 1, size: int = 10, path: Path = ZIP) -> Sighting:
    return Sighting(path, Kind.FILE, _stamp(version, size))


def _loading(version: int = 1, path: Path = PART) -> Sighting:
    return Sighting(path, Kind.UNDER_WAY, _stamp(version))


def _seen(*looks: tuple[float, list[Sighting]]) -> Settling:
    settling = Settling()
    for now, sightings in looks:
        settling.see(sightings, now, QUIET)
    return settling


def _ripe(settling: Settling, now: float) -> list[Path]:
    return [each.path for each in settling.ripe(now)]


def _reasons(settling: Settling, now: float) -> list[tuple[Path, Reason]]:
    return [(each.path, each.reason) for each in settling.waiting(now)]


def test_a_file_is_ripe_when_it_has_been_the_same_for_the_quiet_time() -> None:
    """Not a moment sooner; and that moment is foretold."""
    settling = _seen((0, [_file()]), (2.9, [_file()]))
    assert (_ripe(settling, 2.9), settling.next(2.9), _ripe(settling, 3.0)) == ([], 3.0, [ZIP])


def test_every_change_begins_the_quiet_time_anew() -> None:
    """Of size, time, or the file itself."""
    settling = _seen((0, [_file(1)]), (2, [_file(2)]), (4, [_file(3)]))
    assert (_ripe(settling, 6.9), _ripe(settling, 7.0)) == ([], [ZIP])


def test_what_is_gone_is_forgotten() -> None:
    """And begins anew when it returns."""
    settling = _seen((0, [_file()]), (1, []), (2, [_file()]))
    assert (_ripe(settling, 4.9), _ripe(settling, 5.0)) == ([], [ZIP])
    assert _seen((0, [_file()]), (1, [])).next(1) == inf


def test_what_was_handed_out_is_done_until_it_changes() -> None:
    """However often it is seen."""
    settling = _seen((0, [_file()]))
    settling.handed(ZIP)
    settling.see([_file()], 100, QUIET)
    before = _ripe(settling, 1000), settling.next(1000), settling.waiting(1000)
    settling.see([_file(2)], 1000, QUIET)
    assert (before, _ripe(settling, 1003)) == (([], inf, []), [ZIP])


def test_an_empty_file_is_a_placeholder() -> None:
    """It never ripens."""
    settling = _seen((0, [_file(size=0)]))
    assert (_ripe(settling, 1e6), settling.next(0)) == ([], inf)
    assert _reasons(settling, 9) == [(ZIP, Reason.PLACEHOLDER)]


def test_a_file_waits_while_something_is_loaded_beside_it() -> None:
    """Both are one download, called as it will be."""
    beside = replace(_file(), beside=PART)
    settling = _seen((0, [beside, _loading(1)]), (50, [beside, _loading(2)]))
    assert (_ripe(settling, 100), _reasons(settling, 60)) == ([], [(ZIP, Reason.DOWNLOADING)])
    assert _reasons(settling, 50 + PAUSED_AFTER) == [(ZIP, Reason.PAUSED)]


def test_when_what_is_beside_it_goes_the_quiet_time_begins() -> None:
    """The program that removed it may still write."""
    settling = _seen((0, [replace(_file(), beside=PART), _loading()]), (100, [_file()]))
    assert (_ripe(settling, 102.9), _ripe(settling, 103)) == ([], [ZIP])


def test_a_forgotten_temporary_file_holds_nothing_up_for_ever() -> None:
    """After an hour without a change it counts no more."""
    settling = _seen((0, [replace(_file(), beside=PART), _loading()]))
    assert (_ripe(settling, STALE_AFTER - 1), _ripe(settling, STALE_AFTER)) == ([], [ZIP])


def test_a_control_file_holds_it_up_for_ever() -> None:
    """What it belongs to is certainly not whole."""
    control = replace(_loading(path=Path("/d/export.zip.aria2")), steered=True, promising=False)
    steered = replace(_file(), beside=control.path, steered=True)
    settling = _seen((0, [steered, control]))
    assert (_ripe(settling, 1e7), _reasons(settling, 1e7)) == ([], [(ZIP, Reason.PAUSED)])


def test_a_download_moves_if_either_of_its_files_does() -> None:
    """A control file is not written for every piece."""
    control = replace(_loading(path=Path("/d/export.zip.aria2")), steered=True, promising=False)
    steered = replace(_file(1), beside=control.path, steered=True)
    settling = _seen((0, [steered, control]), (100, [replace(steered, fingerprint=_stamp(2)), control]))
    assert _reasons(settling, 101) == [(ZIP, Reason.DOWNLOADING)]


def test_what_is_only_in_the_cloud_is_never_opened() -> None:
    """It is said so."""
    settling = _seen((0, [replace(_file(), cloud=True)]))
    assert (_ripe(settling, 1e6), _reasons(settling, 9)) == ([], [(ZIP, Reason.CLOUD)])


def test_a_click_on_keep_is_told_after_an_hour() -> None:
    """Only of Chrome's files, and only of such as hold something."""
    names = [Path("/d/a.zip.crdownload"), Path("/d/a.zip.part")]
    settling = _seen((0, [_loading(path=path) for path in names]))
    assert _reasons(settling, STALE_AFTER - 1) == [(path, Reason.PAUSED) for path in names]
    assert _reasons(settling, STALE_AFTER) == [(names[0], Reason.KEEP), (names[1], Reason.PAUSED)]


def test_what_cannot_become_an_export_is_not_told() -> None:
    """A film that is being downloaded is nobody's concern."""
    film = replace(_loading(path=Path("/d/film.mkv.part")), promising=False)
    settling = _seen((0, [film]))
    assert (settling.waiting(1), settling.is_lively(1)) == ([], False)


def test_what_is_cut_is_asked_again_at_growing_intervals() -> None:
    """And at once when it changes."""
    settling = _seen((0, [_file()]))
    asked: list[float] = []
    now = 3.0
    while len(asked) < 10:
        assert _ripe(settling, now) == [ZIP]
        settling.cut(ZIP, now)
        asked.append(settling.next(now) - now)
        now = settling.next(now)
    assert asked == [3, 6, 12, 24, 48, 96, 192, 384, 600, 600]
    assert _reasons(settling, now) == [(ZIP, Reason.CUT)]
    settling.see([_file(2)], now, QUIET)
    assert settling.next(now) == now + QUIET


def test_what_is_cut_for_a_day_is_hopeless() -> None:
    """Its owner has to be told."""
    settling = _seen((0, [_file()]))
    assert [settling.is_hopeless(ZIP, now) for now in (GIVEN_UP_AFTER - 1, GIVEN_UP_AFTER)] == [False, True]


def test_a_folder_has_to_be_quiet_for_longer() -> None:
    """It has no end that could be looked for."""
    folder = Sighting(Path("/d/export"), Kind.FOLDER, _stamp(1), outside=_stamp(1))
    settling = _seen((0, [folder]))
    assert (_ripe(settling, 8.9), _ripe(settling, 9)) == ([], [folder.path])
    settling.handed(folder.path)
    assert dict(settling.settled_folders()) == {folder.path: folder}


def test_again_makes_it_ripe_though_unchanged() -> None:
    """What is not there cannot be."""
    settling = _seen((0, [_file()]))
    settling.handed(ZIP)
    assert (settling.again(ZIP), settling.again(PART)) == (_stamp(1), None)
    assert _ripe(settling, 3) == [ZIP]


def test_how_long_it_waits_counts_from_its_first_sight() -> None:
    """However often it has changed since."""
    settling = _seen((0, [_loading(1)]), (50, [_loading(2)]))
    assert [each.waited for each in settling.waiting(70)] == [70]


def test_what_was_handed_out_is_remembered_for_a_day() -> None:
    """Or for as long as it is there."""
    handed = Handed()
    handed.add(_stamp(1), 0)
    handed.add(_stamp(2), 0)
    handed.keep([_stamp(2), _stamp(3)], 50)
    handed.tidy(GIVEN_UP_AFTER)
    assert [_stamp(version) in handed for version in (1, 2, 3)] == [False, True, False]
    handed.forget(_stamp(2))
    assert _stamp(2) not in handed


looks = st.lists(
    st.tuples(st.floats(0.01, 20), st.integers(0, 3), st.sampled_from([0, 10]), st.booleans()),
    min_size=1,
    max_size=60,
)


@given(looks)
def test_nothing_is_ripe_that_changed_within_the_quiet_time(
    steps: list[tuple[float, int, int, bool]],
) -> None:
    """Against a model: for the quiet time before it is ripe, every look saw the same."""
    settling = Settling()
    seen: list[tuple[float, Sighting]] = []
    now = 0.0
    for pause, version, size, loading in steps:
        now += pause
        file = replace(_file(version, size), beside=PART if loading else None)
        settling.see([file, _loading(0)] if loading else [file], now, QUIET)
        seen.append((now, file))
        since = next(
            (
                a
                for a, b in zip(reversed(seen), [*reversed(seen[:-1]), None], strict=True)
                if not b or b[1] != file
            )
        )
        expected = size > 0 and not loading and now - since[0] >= QUIET
        assert bool(settling.ripe(now)) == expected
        if size > 0 and not loading and not expected:
            assert settling.next(now) == since[0] + QUIET
