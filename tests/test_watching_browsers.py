"""However a download comes, it is handed out once, with its last byte, and never before."""

from __future__ import annotations

from itertools import count, islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browsers import BROWSERS, ZIPS_ONLY, Steps
from chathold.watching import Reason
from watching_bench import Bench, errand, misfits

NEVER = 1e9
NAMES = ("ChatGPT export.zip", "conversations.json")
CASES = [
    (browser, name) for browser in BROWSERS for name in NAMES if name == NAMES[0] or browser not in ZIPS_ONLY
]
IDS = [f"{browser}-{name.rpartition('.')[2]}" for browser, name in CASES]
cases = pytest.mark.parametrize(("browser", "name"), CASES, ids=IDS)
seeded_cases = pytest.mark.parametrize(
    ("seed", "browser", "name"),
    [
        pytest.param(
            seed,
            browser,
            name,
            id=f"{seed}-{case}",
            marks=[pytest.mark.slow] if seed else [],
        )
        for seed in range(3)
        for (browser, name), case in zip(CASES, IDS, strict=True)
    ],
)
"""Every case three times; half a day is polled thousands of times, and two of the three are slow."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to be watched."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    return folder


def _done(steps: Steps, some: int | None = None) -> None:
    """Let some steps happen, all by default, before anybody watches."""
    for _pause in islice(steps, some):
        pass


@pytest.mark.spread(4)
@seeded_cases
def test_looking_alone_finds_every_download(folder: Path, browser: str, name: str, seed: int) -> None:
    """Where the drive tells nothing, it is polled."""
    job = errand(folder, name, seed)
    with Bench(folder, deaf=True) as bench:
        bench.run(BROWSERS[browser].steps(job))
        bench.pass_time(1500)
    assert misfits(bench.contents, [(BROWSERS[browser], job)]) == []


@pytest.mark.spread(4)
@seeded_cases
def test_a_download_under_way_at_the_start_is_found(folder: Path, browser: str, name: str, seed: int) -> None:
    """It is treated like one that begins later."""
    job = errand(folder, name, seed)
    steps = BROWSERS[browser].steps(job)
    _done(steps, 1 + seed)
    with Bench(folder, deaf=True) as bench:
        bench.run(steps)
        bench.pass_time(1500)
    may_have_passed = [each for each in bench.contents if each in BROWSERS[browser].must(job)]
    wrong = misfits(bench.contents, [(BROWSERS[browser], job)])
    assert [each for each in wrong if not each.startswith("missing")] == []
    assert may_have_passed or not BROWSERS[browser].must(job)


@pytest.mark.spread(4)
@cases
def test_a_download_that_is_there_at_the_start_is_found(folder: Path, browser: str, name: str) -> None:
    """What came while nobody watched counts as much."""
    job = errand(folder, name, "before")
    _done(BROWSERS[browser].steps(job))
    with Bench(folder) as bench:
        bench.pass_time(30)
    assert BROWSERS[browser].must(job)[-1:] == bench.contents[-1:]


@pytest.mark.spread(4)
@cases
def test_events_alone_find_every_download(folder: Path, browser: str, name: str) -> None:
    """Nothing is looked at but what was heard of, and what is still settling."""
    job = errand(folder, name, "events")
    must = BROWSERS[browser].must(job)
    with Bench(folder, look_every=NEVER, poll_every=NEVER) as bench:
        bench.tick()
        bench.run(BROWSERS[browser].steps(job))
        bench.wait_for(must)
    assert misfits(bench.contents, [(BROWSERS[browser], job)]) == []


@pytest.mark.parametrize(
    "name",
    [
        "EXPORT.ZIP",
        "Conversations.JSON",
        "re\u0301sume\u0301.zip",
        "聊天记录.zip",
        b"caf\xe9.zip",
        "a.b.c.zip",
        "x (100).zip",
    ],
)
@pytest.mark.parametrize("browser", ["chrome", "firefox", "firefox_infix", "aria2"])
def test_names_do_not_matter(folder: Path, browser: str, name: str | bytes) -> None:
    """Large letters, letters put together, bytes that are no letters."""
    text = name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
    job = errand(folder, text, "names")
    with Bench(folder, deaf=True) as bench:
        bench.run(BROWSERS[browser].steps(job))
        bench.pass_time(100)
    assert (bench.contents, bench.names) == ([job.data], [text])


def test_a_click_on_keep_is_waited_for_and_told(folder: Path) -> None:
    """After an hour without a change, it is said why nothing happens."""
    job = errand(folder, "export.zip", "keep")
    with Bench(folder) as bench:
        steps = BROWSERS["keep_prompt"].steps(job)
        next(steps)
        bench.pass_time(3500)
        early = [each.reason for each in bench.watcher.waiting()]
        bench.pass_time(200)
        late = [(each.reason, each.words) for each in bench.watcher.waiting()]
        bench.run(steps)
        bench.pass_time(400)
        assert (early, late) == ([Reason.PAUSED], [(Reason.KEEP, "The browser waits for a click on “Keep”.")])
        assert (bench.contents, bench.watcher.waiting()) == ([job.data], [])


def _side_by_side(folder: Path, seed: int, number: int, *, deaf: bool) -> list[str]:
    """Let so many browsers work at once, whoever they are; what went wrong."""
    rng = Random(seed)
    jobs = []
    steps = []
    numbers = count()
    for _ in range(number):
        browser = rng.choice(list(BROWSERS))
        suffix = "zip" if browser in ZIPS_ONLY else rng.choice(["zip", "json"])
        job = errand(folder, f"export {next(numbers)}.{suffix}", seed)
        jobs.append((BROWSERS[browser], job))
        steps.append(_later(rng.uniform(0, 5 * number), BROWSERS[browser].steps(job)))
    with Bench(folder, deaf=deaf) as bench:
        bench.run(*steps)
        bench.pass_time(1500)
    return misfits(bench.contents, jobs)


def _later(pause: float, steps: Steps) -> Steps:
    yield pause
    yield from steps


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**40), number=st.integers(2, 8), deaf=st.booleans())
def test_downloads_side_by_side_do_not_disturb_each_other(
    tmp_path_factory: pytest.TempPathFactory, seed: int, number: int, *, deaf: bool
) -> None:
    """None early, none missing, none twice."""
    assert _side_by_side(tmp_path_factory.mktemp("beside"), seed, number, deaf=deaf) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(24))
def test_hundred_downloads_at_once(tmp_path: Path, seed: int) -> None:
    """Two thousand and four hundred in all; half of them where events are raised."""
    folder = tmp_path / "Downloads"
    folder.mkdir()
    assert _side_by_side(folder, seed, 100, deaf=seed % 2 == 0) == []
