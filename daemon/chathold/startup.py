"""Starting with the session: what the desktop is told of Chathold, and whether what it was told is still right.

The desktop's side, `chathold_service`, knows nothing of archives; here it is told which command to run, on which
port to listen and which folders are written to. What it then writes has to be refreshed when the settings change.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path

from chathold import address
from chathold.configuration import Settings, load
from chathold.core.errors import ChatholdError
from chathold.core.texts import N_, _, in_every_language
from chathold.daemon.presence import is_held
from chathold.home import Home
from chathold.places import archive_folder, watched_folders, written_folders
from chathold.state import State
from chathold.state.memory import ARCHIVE, STOP
from chathold_service import starting
from chathold_service.folders import Folders
from chathold_service.programs import DesktopError, Entry, Program

NAME = "chathold"
_ABOUT = N_("Read and search your ChatGPT, Claude and DeepSeek chats, kept on this computer")
_KIND = N_("Archive of AI chats")
_KEYWORDS = N_("ChatGPT;Claude;DeepSeek;chat;聊天记录;AI;conversation;history;archive;export;")
_PATIENCE = 15.0
_LOOKS_EVERY = 0.1
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
        command=unsupervised(home),
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


def unsupervised(home: Home) -> tuple[str, ...]:
    """The command that runs the daemon."""
    return _ours(home, "run")


def port_of(home: Home) -> int:
    """The reader's port: the one of last time, or a free one, which is then remembered. Raises `ChatholdError`."""
    with closing(State.open(home.state)) as state:
        known = address.remembered(state)
        if known is not None:
            return known.port
    return free_port(home)


def free_port(home: Home) -> int:
    """The reader's port, if nobody listens there; else another, which is remembered. Raises `ChatholdError`."""
    with closing(State.open(home.state)) as state:
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


def wake(home: Home) -> bool:
    """Start the daemon, if it is to start with the session and does not run; whether it now runs, and answers.

    Raises `ChatholdError` if it does not come up.
    """
    folders, name = Folders.here(), name_of(home)
    starter = starting.installed(name, folders)
    if starter is None:
        return False
    with explained():
        starter.start(program_of(home, load(home.configuration), port_of(home)))
    return _eventually(lambda: address.is_held(home.state))


def fits(home: Home, settings: Settings) -> bool | None:
    """Whether what starts Chathold with the session is as these settings want it; nothing where nothing does."""
    starter = starting.installed(name_of(home), Folders.here())
    state = State.look(home.state)
    if starter is None or state is None:
        return None
    with closing(state):
        known = address.remembered(state)
    return starter.fits(program_of(home, settings, known.port if known else 0))


def end_daemon(home: Home) -> bool:
    """Ask the daemon to end, and wait until it has; whether it did."""
    with closing(State.open(home.state)) as state:
        state.memory.set(STOP, True)
    return _eventually(lambda: not is_held(home.archive))


def _eventually(condition: Callable[[], bool]) -> bool:
    """Whether something comes true in a few seconds."""
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOKS_EVERY)
    return True


@contextmanager
def explained() -> Iterator[None]:
    """Say what the desktop would not do as a `ChatholdError`."""
    try:
        yield
    except DesktopError as error:
        raise ChatholdError(
            _("The desktop did not start Chathold: {reason}").format(reason=error.said or error.what),
            place=error.what,
            advice=_('"chathold service logs" may say why; "chathold run" in a terminal works without it.'),
        ) from error
    except BrokenPipeError:
        raise  # whoever read our words has gone
    except OSError as error:
        raise ChatholdError(
            _("A file for the desktop could not be written: {reason}").format(reason=error.strerror or error),
            place=os.fsdecode(error.filename or ""),
            advice=_("Check that the folder belongs to you."),
        ) from error


def _ours(home: Home, *words: str) -> tuple[str, ...]:
    return _python(NAME, *home.arguments, *words)


def _python(module: str, *words: str) -> tuple[str, ...]:
    """Run a module of ours by this environment's Python; modules that lie in the current folder are not seen (-P).

    On Windows it is the Python that opens no window.
    """
    python = Path(sys.executable)
    windowless = python.with_name("pythonw.exe")
    return (os.fspath(windowless if windowless.exists() else python), "-P", "-m", module, *words)
