"""Sample exports, real and constructed, that lie beside the project where it is developed; skipped elsewhere."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from commands import chathold
from law_bench import digests, imported, listed

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "samples"
FOLDER = BESIDE if BESIDE.is_dir() else None
pytestmark = pytest.mark.skipif(FOLDER is None, reason="the sample exports are not part of the project")


@dataclass(frozen=True)
class Sample:
    """A sample file, and what its index says of it."""

    path: Path
    special: str

    @property
    def outcome(self) -> str:
        """How its import has to end."""
        if self.special.startswith(("NOT an export", "valid JSON that is NOT")):
            return "not_an_export"
        return "incomplete" if "deliberately broken" in self.special else "imported"


def every() -> Iterator[Sample]:
    """Every sample that an index names."""
    for index in sorted(FOLDER.glob("*/INDEX.tsv")) if FOLDER else ():
        with index.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Sample(index.parent / row["file"], row["special"])


def named(sample: Sample) -> str:
    """What a test is called."""
    return f"{sample.path.parent.name}-{sample.path.name}"


@pytest.mark.spread(3)
@pytest.mark.parametrize("sample", list(every()), ids=named)
def test_every_sample_is_read_or_told(sample: Sample, tmp_path: Path) -> None:
    """An export is imported, its counts add up and everything is there; what is none is told with a way out."""
    failure = sample.outcome != "imported"
    (receipt,) = imported(tmp_path / "home", [sample.path], expect=int(failure))
    counts: dict[str, Any] = receipt["conversations"]
    assert receipt["outcome"] == sample.outcome
    if failure:
        assert receipt["problems"]
        assert receipt["advice"]
        return
    assert counts["found"] == counts["new"] == len(listed(tmp_path / "home"))
    documents = chathold(tmp_path / "home", "list", "--documents")["documents"]
    assert receipt["documents"]["found"] == receipt["documents"]["new"] <= len(documents)
    assert receipt["account"]
    digests(tmp_path / "home")


def test_every_sample_is_indexed() -> None:
    """No sample is left out."""
    assert FOLDER is not None
    files = {path for path in FOLDER.rglob("*") if path.is_file() and path.name != "INDEX.tsv"}

    assert files == {sample.path for sample in every()}


@pytest.mark.slow
def test_all_samples_together(tmp_path: Path) -> None:
    """All of them in one archive, there and back: the order does not matter."""
    paths = [sample.path for sample in every() if sample.outcome == "imported"]
    imported(tmp_path / "there", paths)
    imported(tmp_path / "back", paths[::-1])

    assert digests(tmp_path / "there") == digests(tmp_path / "back")


def test_two_exports_of_one_account_in_both_orders(tmp_path: Path) -> None:
    """The older after the newer gives what the newer after the older gives: one chat gone, one new, some changed."""
    assert FOLDER is not None
    exports = sorted((FOLDER / "deepseek" / "synthetic").glob("deepseek_data-*.zip"))
    assert len(exports) == 2
    imported(tmp_path / "there", exports)
    imported(tmp_path / "back", exports[::-1])

    assert digests(tmp_path / "there") == digests(tmp_path / "back")
    assert chathold(tmp_path / "there", "list") == chathold(tmp_path / "back", "list")
    assert sum(each["gone_since"] is not None for each in listed(tmp_path / "back").values()) == 1


def parts() -> list[Path]:
    """The parts of the sample export that comes with a manifest, without the manifest."""
    return sorted((FOLDER / "claude" / "synthetic").glob("*-000.zip")) if FOLDER else []


def manifest() -> Path:
    """The manifest of these parts."""
    assert FOLDER is not None
    (found,) = (FOLDER / "claude" / "synthetic").glob("manifest-*.json")
    return found


def all_orders(files: list[Path], home: Path) -> Iterator[tuple[str, str]]:
    """The digests after every order of the files, on top of what is in `home`; equal beginnings are made once."""
    if not files:
        yield digests(home)
    for number, file in enumerate(files):
        branch = home.with_name(f"{home.name}-{number}")
        if home.exists():
            shutil.copytree(home, branch)
        imported(branch, [file])
        yield from all_orders(files[:number] + files[number + 1 :], branch)
        shutil.rmtree(branch)


@pytest.mark.spread(4)
@pytest.mark.parametrize("first", range(4))
def test_four_parts_in_every_order(first: int, tmp_path: Path) -> None:
    """Conversations, users, projects and the manifest that lists them give one archive in any order."""
    wanted = ("conversations", "light_metadata", "projects")
    files = [manifest(), *(path for path in parts() if path.name.startswith(wanted))]
    assert len(files) == 4
    imported(tmp_path / "plain", files)
    imported(tmp_path / "home", [files.pop(first)])

    assert set(all_orders(files, tmp_path / "home")) == {digests(tmp_path / "plain")}


def test_parts_packed_into_one_zip_are_read(tmp_path: Path) -> None:
    """With the manifest that lists them, as who downloaded them all may keep them: nothing is missing."""
    one = tmp_path / "my Claude export.zip"
    with zipfile.ZipFile(one, "w") as packed:
        for path in (manifest(), *parts()):
            packed.write(path, path.name)
    (receipt,) = imported(tmp_path / "one", [one])
    imported(tmp_path / "plain", [manifest(), *parts()])

    assert (receipt["outcome"], receipt["parts"]["missing"]) == ("imported", [])
    assert digests(tmp_path / "one")[0] == digests(tmp_path / "plain")[0]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(6))
def test_all_parts_in_every_order(first: int, tmp_path: Path) -> None:
    """All parts of an export, in each of their 720 orders, give one archive."""
    files = parts()
    assert len(files) == 6
    imported(tmp_path / "plain", files)
    imported(tmp_path / "home", [files.pop(first)])

    assert set(all_orders(files, tmp_path / "home")) == {digests(tmp_path / "plain")}
