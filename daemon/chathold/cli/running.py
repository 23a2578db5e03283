"""`chathold run`, `pause` and `resume`."""

from __future__ import annotations

import os
from pathlib import Path

import click
from msgspec.structs import replace

from chathold.cli.commands import Call, command
from chathold.cli.output import answer, note, write
from chathold.configuration import load
from chathold.core.texts import _, speak
from chathold.places import check_places
from chathold.state import State
from chathold.state.memory import PAUSED


@command("run")
@click.option(
    "--watch",
    "folders",
    multiple=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help=_("Watch this folder, in place of those in the settings."),
)
@click.option("--no-tray", is_flag=True, help=_("Show no icon on the desktop."))
@click.option("--supervised", is_flag=True, hidden=True)
def run_command(call: Call, folders: tuple[Path, ...], *, no_tray: bool, supervised: bool) -> None:
    """Watch for exports and import them until stopped; `supervised`, in a process that is started again if it fails."""
    if supervised:
        _supervise(call)
        return
    from chathold.daemon.journal import log  # noqa: PLC0415 - `pause` and `resume` need none of it
    from chathold.daemon.renewal import restart  # noqa: PLC0415
    from chathold.daemon.running import Daemon, End  # noqa: PLC0415
    from chathold.daemon.signals import heed_signals  # noqa: PLC0415
    from chathold.desktop.running import Desktop  # noqa: PLC0415
    from chathold.logs import logging_to  # noqa: PLC0415
    from chathold.startup import name_of  # noqa: PLC0415
    from chathold_service.stopping import stop_service  # noqa: PLC0415

    # Those that it starts are to run no module that lies in the folder they happen to be in.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    settings = load(call.home.configuration)
    given = [each.expanduser().absolute() for each in folders]
    watched = replace(settings.downloads, folders=tuple(given)) if given else settings.downloads
    check_places(replace(settings, downloads=watched), call.home)
    speak(settings.desktop.language)
    with logging_to(call.home.logs, level=settings.log.level):
        daemon = Daemon(call.home, settings, given)
        daemon.stream.listen(log)

        def end_for_good() -> None:
            stop_service(name_of(call.home))
            daemon.stop()

        desktop = Desktop(call.home, daemon.take, end_for_good, with_tray=not no_tray)
        daemon.stream.listen(desktop.heard)
        heed_signals(daemon)
        try:
            end = daemon.run()
        finally:
            desktop.close()
    if end is End.RENEWED:
        note(_("A newer Chathold was installed; it takes over."))
        restart()
    answer({"ended": end.name.lower()}, as_json=call.as_json, words=lambda: None)


def _supervise(call: Call) -> None:
    """Keep a daemon running, without a word: nobody may read what this process says."""
    from chathold.startup import name_of, unsupervised  # noqa: PLC0415
    from chathold_service.supervising import supervise  # noqa: PLC0415

    supervise(name_of(call.home), unsupervised(call.home), call.home.logs / "supervised.log")


@command("pause")
def pause_command(call: Call) -> None:
    """Have the daemon look at no new downloads."""
    _set_paused(call, paused=True)


@command("resume")
def resume_command(call: Call) -> None:
    """Have the daemon look at downloads again."""
    _set_paused(call, paused=False)


def _set_paused(call: Call, *, paused: bool) -> None:
    state = State.open(call.home.state)
    try:
        state.memory.set(PAUSED, paused)
    finally:
        state.close()
    words = (
        _('Paused: new downloads are not looked at until "chathold resume".')
        if paused
        else _("New downloads are looked at again.")
    )
    answer({"paused": paused}, as_json=call.as_json, words=lambda: write(words))
