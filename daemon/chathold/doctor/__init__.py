"""What is wrong on this computer, and what mends it: a list of small checks, none of which can hide another.

A check is a function that is given the `Patient` and yields findings; a new one is one line in `CHECKS`.
"""

from chathold.doctor.desktop import desktop
from chathold.doctor.findings import Check, Finding, Patient, State, examined
from chathold.doctor.folders import (
    after_import,
    configuration,
    log,
    notes,
    places,
    watch_limits,
    watched_folder,
)
from chathold.doctor.keeping import archive, archive_disk, archive_rights, disk_space, write_ahead_log
from chathold.doctor.program import database, packages, program
from chathold.doctor.starting import session, startup

__all__ = ["CHECKS", "Check", "Finding", "Patient", "State", "examined"]

CHECKS: tuple[Check, ...] = (
    configuration,
    places,
    watched_folder,
    watch_limits,
    after_import,
    notes,
    archive,
    archive_rights,
    archive_disk,
    disk_space,
    write_ahead_log,
    log,
    session,
    startup,
    desktop,
    database,
    program,
    packages,
)
"""All checks, in the order in which they are told. The name of a check is that of its function."""
