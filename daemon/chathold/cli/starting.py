"""`chathold service`."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from typing import Any

import click
from msgspec.structs import replace

from chathold.archive.summary import moment
from chathold.cli.borrowed import AtLeast
from chathold.cli.commands import Call, command
from chathold.cli.output import answer, day, write
from chathold.cli.reading import show_reader
from chathold.configuration import Settings, load
from chathold.core.errors import ChatholdError
from chathold.core.plain import clean
from chathold.core.texts import _
from chathold.daemon.presence import is_held
from chathold.home import Home
from chathold.logs import NAME, tail
from chathold.places import check_places
from chathold.startup import end_daemon, explained, free_port, make_folders, name_of, port_of, program_of
from chathold.state import State
from chathold.state.memory import DAEMON
from chathold_service import starting
from chathold_service.folders import Folders
from chathold_service.programs import DesktopError, Standing, Way

_LINES = 50


@command("service")
@click.argument("action", type=click.Choice(["install", "uninstall", "status", "logs"]))
@click.option("--no-browser", is_flag=True, help=_("Open no page after installing."))
@click.option(
    "-n", "--lines", default=_LINES, type=AtLeast(1), metavar="N", help=_("So many lines of the log.")
)
def service_command(call: Call, action: str, lines: int, *, no_browser: bool) -> int:
    """Have Chathold start with the session, or no longer; say how it stands, and what it logs."""
    with explained():
        match action:
            case "install":
                return _install(call, browser=not no_browser)
            case "uninstall":
                return _uninstall(call)
            case "status":
                return _status(call)
            case _:
                return _logs(call, lines)


def _install(call: Call, *, browser: bool) -> int:
    settings = load(call.home.configuration)
    check_places(settings, call.home)
    folders, name = Folders.here(), name_of(call.home)
    _refuse_another(call, starting.standing(name, folders))
    make_folders(call.home, settings)
    stand = _installed(call.home, settings, folders)
    value = _value(stand) | show_reader(call.home, browser=browser, door="installed")

    def words() -> None:
        _say(stand)
        write(_("Your chats: {address}").format(address=value["address"]))

    answer(value, as_json=call.as_json, words=words)
    return 0


def _installed(home: Home, settings: Settings, folders: Folders) -> Standing:
    """Install; where another program has taken our port meanwhile, on another one."""
    program = program_of(home, settings, port_of(home))
    try:
        return starting.install(program, folders)
    except DesktopError as error:
        if ".socket" not in error.what or free_port(home) == program.port:
            raise
        return starting.install(replace(program, port=port_of(home)), folders)


def _refuse_another(call: Call, stand: Standing) -> None:
    """Raise `ChatholdError` if a daemon runs that was started by hand: the new one would not come up beside it."""
    if not stand.running and is_held(call.home.archive):
        raise ChatholdError(
            _("Chathold is running already, and watches for this archive."),
            place=os.fspath(call.home.archive),
            advice=_('End it (Ctrl-C where "chathold run" was typed), then install again.'),
        )


def _uninstall(call: Call) -> int:
    folders, name = Folders.here(), name_of(call.home)
    stand = starting.standing(name, folders)
    gone = starting.uninstall(name, folders)
    if stand.running and stand.way is not Way.SYSTEMD:
        end_daemon(call.home)
    with suppress(OSError):
        call.home.configuration.parent.rmdir()  # if there are settings, it is not empty
    value = {"removed": [os.fspath(each) for each in gone], "archive": os.fspath(call.home.archive)}

    def words() -> None:
        for each in gone:
            write(_("Removed: {file}").format(file=clean(os.fspath(each))))
        if not gone:
            write(_("Nothing was installed."))
        write(_("The archive is untouched: {folder}").format(folder=clean(os.fspath(call.home.archive))))

    answer(value, as_json=call.as_json, words=words)
    return 0


def _status(call: Call) -> int:
    stand = starting.standing(name_of(call.home), Folders.here())
    if not stand.words:
        stand = replace(stand, words=(tail(call.home.logs / NAME, 1) or [""])[0])
    if stand.running and stand.since is None:
        stand = replace(stand, since=_since(call.home))
    answer(_value(stand), as_json=call.as_json, words=lambda: _say(stand))
    return 0


def _since(home: Home) -> float | None:
    """Since when the daemon runs, as it says itself, where the system does not know."""
    state = State.look(home.state) if is_held(home.archive) else None
    if state is None:
        return None
    with closing(state):
        daemon = state.memory.get(DAEMON)
    return daemon["since"] if daemon else None


def _logs(call: Call, lines: int) -> int:
    path = call.home.logs / NAME
    found = tail(path, lines)

    def words() -> None:
        for each in found:
            write(clean(each))
        if not found:
            write(_("Nothing has been logged yet, in {file}.").format(file=clean(os.fspath(path))))

    answer({"file": os.fspath(path), "lines": found}, as_json=call.as_json, words=words)
    return 0


def _value(stand: Standing) -> dict[str, Any]:
    return {
        "installed": bool(stand.files),
        "way": stand.way.value,
        "enabled": stand.enabled,
        "running": stand.running,
        "since": moment(stand.since),
        "last_words": stand.words,
        "confined": stand.hardened,
        "files": list(stand.files),
    }


def _say(stand: Standing) -> None:
    if not stand.enabled:
        write(_('Chathold does not start with the session. To have it do so: "chathold service install".'))
    else:
        write(_("Chathold starts with the session."))
    if stand.running and stand.since:
        write(_("It has been running since {moment}.").format(moment=day(moment(stand.since))))
    elif stand.running:
        write(_("It is running."))
    elif stand.enabled:
        write(_("It is not running."))
    if stand.words:
        write(_("It last said: {words}").format(words=clean(stand.words)))
    if stand.running and stand.way is Way.SYSTEMD:
        write(
            _("It sees no network, and can write to its own folders only.")
            if stand.hardened
            else _("It can open no network connection.")
        )
    for each in stand.files:
        write(f"  {clean(each)}")
