"""Starting with the session: what the desktop is told of Chathold, and whether what it was told is still right.

The desktop's side, `chathold_service`, knows nothing of archives; here it is told which command to run, on which
port to listen and which folders are written to. What it then writes has to be refreshed when the settings change.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from hashlib import sha256
from pathlib import Path

from chathold import address
from chathold.configuration import Settings
from chathold.core.texts import N_, in_every_language
from chathold.home import Home
from chathold.places import archive_folder, watched_folders, written_folders
from chathold.state import State
from chathold.state.memory import ARCHIVE
from chathold_service.programs import Entry, Program

NAME = "chathold"
_ABOUT = N_("Read and search your ChatGPT, Claude and DeepSeek chats, kept on this computer")
_KIND = N_("Archive of AI chats")
_KEYWORDS = N_("ChatGPT;Claude;DeepSeek;AI;chat;chats;conversation;history;archive;export;聊天记录;")
_XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")


def name_of(home: Home) -> str:
    """What the desktop calls this Chathold; one with a folder of its own has a name of its own."""
    if not home.chosen:
        return NAME
    return f"{NAME}-{sha256(os.fsencode(os.path.realpath(home.chosen))).hexdigest()[:8]}"


def program_of(home: Home, settings: Settings, port: int) -> Program:
    """Chathold as the desktop sees it, which answers on this port."""
    return Program(
        name=name_of(home),
        about=N_("Chathold keeps your own copy of your AI chats"),
        command=_ours(home, "run"),
        supervised=_ours(home, "run", "--supervised"),
        probe=_python("chathold.daemon.worker", str(home.usual_archive), str(home.logs)),
        port=port,
        writes=written_folders(settings, home),
        reads=(*watched_folders(settings), Path(__file__).parents[1]),
        logs=home.logs,
        entry=Entry(
            name="Chathold",
            kind=in_every_language(_KIND),
            about=in_every_language(_ABOUT),
            keywords=in_every_language(_KEYWORDS),
            command=_ours(home, "web"),
        ),
        environment={name: os.environ[name] for name in _XDG if os.environ.get(name)},
    )


def port_of(home: Home) -> int:
    """The reader's port: the one of last time, or a free one, which is then remembered. Raises `ChatholdError`."""
    with closing(State.open(home.state)) as state:
        known = address.remembered(state)
        if known is not None:
            return known.port
        there, chosen = address.listen(state)
        there.close()
        return chosen.port


def make_folders(home: Home, settings: Settings) -> None:
    """Make the folders that will be written to, but for an archive that is known and not there: its disk is away."""
    with closing(State.open(home.state)) as state:
        known = state.memory.get(ARCHIVE)
    archive = archive_folder(settings, home)
    for folder in written_folders(settings, home):
        if folder != archive or known is None or known["folder"] != os.fspath(archive):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _ours(home: Home, *words: str) -> tuple[str, ...]:
    return _python(NAME, *home.arguments, *words)


def _python(module: str, *words: str) -> tuple[str, ...]:
    """Run a module of ours by this environment's Python; modules that lie in the current folder are not seen (-P).

    On Windows it is the Python that opens no window.
    """
    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")
    return (os.fspath(windowless if windowless.exists() else python), "-P", "-m", module, *words)
