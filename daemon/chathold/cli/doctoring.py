"""`chathold doctor`."""

from __future__ import annotations

from chathold.cli.commands import Call, command
from chathold.cli.output import answer, write
from chathold.core.plain import clean
from chathold.core.texts import _, ngettext
from chathold.doctor import CHECKS, Finding, Patient, State, examined

_MARKS = {State.OK: "✓", State.WARNING: "!", State.FAULT: "✗"}


@command("doctor")
def doctor_command(call: Call) -> int:
    """Say what is wrong here and what mends it; 1 if something must be mended."""
    found = list(examined(Patient.of(call.home), CHECKS))
    faults = sum(finding.state == State.FAULT for finding in found)
    value = {"ok": not faults, "checks": [finding.json() for finding in found]}
    answer(value, as_json=call.as_json, words=lambda: _say(found, faults))
    return 1 if faults else 0


def _say(found: list[Finding], faults: int) -> None:
    for finding in found:
        write(f"{_MARKS[finding.state]} {clean(finding.what)}")
        if finding.fix:
            write(f"    → {clean(finding.fix)}")
    warnings = sum(finding.state == State.WARNING for finding in found)
    if faults:
        write(
            ngettext("{n} thing has to be put right.", "{n} things have to be put right.", faults).format(
                n=faults
            )
        )
    elif warnings:
        write(_("All works. What is marked ! is worth a look."))
    else:
        write(_("All is well."))
