"""Looking at what starts Chathold with the session."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

from chathold.core.texts import _
from chathold.doctor.findings import Finding, Patient, State
from chathold.startup import fits, name_of
from chathold_service import starting
from chathold_service.folders import Folders
from chathold_service.programs import Standing, Way


def session(patient: Patient) -> Iterator[Finding]:
    """What there is on this desktop to start programs with the session."""
    del patient
    ways = [each.way for each in starting.starters(Folders.here()) if each.is_possible()]
    if Way.SYSTEMD in ways:
        yield Finding("session", State.OK, _("The user's service manager (systemd) answers."))
    elif Way.RUN_KEY in ways:
        yield Finding("session", State.OK, _("Programs can be started by Windows' own list."))
    elif ways and shutil.which("systemctl"):
        yield Finding(
            "session",
            State.OK,
            _(
                "There is systemd; the user's service manager does not answer here, as it would on the desktop."
            ),
        )
    elif ways:
        yield Finding(
            "session", State.OK, _("Programs can be started by the desktop's list (XDG autostart).")
        )
    else:
        what = _("Nothing is known here that starts programs with the session ({system}).")
        yield Finding("session", State.WARNING, what.format(system=sys.platform))


def startup(patient: Patient) -> Iterator[Finding]:
    """Whether Chathold starts with the session, as the settings want it."""
    stand = starting.standing(name_of(patient.home), Folders.here())
    yield _finding(stand, right=fits(patient.home, patient.settings) is not False)


def _finding(stand: Standing, *, right: bool) -> Finding:
    if not stand.enabled:
        what = _('Chathold does not start with the session; "chathold service install" would have it do so.')
        return Finding("startup", State.OK, what)
    again = _('Write it again: "chathold service install".')
    if not right:
        what = _("What starts Chathold with the session no longer fits the settings, or this Chathold.")
        return Finding("startup", State.WARNING, what, again)
    if not stand.running:
        what = _("Chathold starts with the session, and does not run now: {words}").format(words=stand.words)
        return Finding("startup", State.WARNING, what, _('"chathold service logs" may say why.'))
    if not stand.answers:
        what = _("Another program has taken the port on which Chathold answers: no page can be shown.")
        return Finding("startup", State.WARNING, what, again)
    if stand.way is Way.SYSTEMD and not stand.hardened:
        what = _("Chathold starts with the session; this system does not let it be confined to its folders.")
        return Finding("startup", State.OK, what)
    return Finding("startup", State.OK, _("Chathold starts with the session, and runs."))
