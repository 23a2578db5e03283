"""The archive's database: its tables, and the numbered steps by which older ones become today's.

Facts only accumulate; everything derived can be made again from them. `daemon/README.md` describes the
format for readers without Chathold.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

APPLICATION = 0x43484C44
"""SQLite's `application_id` of an archive: "CHLD"."""

FACTS: dict[str, tuple[str, ...]] = {
    "file": (
        "id",
        "hash",
        "size",
        "provider",
        "reader",
        "whole",
        "member_time",
        "manifest_time",
        "coverage",
        "lists",
        "problems",
        "imported",
    ),
    "receipt": ("file", "json"),
    "seen": ("file", "name", "folder"),
    "owner": ("file", "account", "hint"),
    "given": ("file", "account"),
    "answer": ("file", "deleted"),
    "record": ("id", "provider", "kind", "ref"),
    "form": ("id", "record", "hash", "size", "beginning", "base"),
    "sighting": ("file", "form"),
    "asset": ("hash", "size", "crc"),
    "asset_member": ("file", "name", "asset", "ref"),
    "asset_name": ("file", "ref", "name", "message", "conversation", "mime", "size"),
    "tombstone": ("hash",),
    "label": ("provider", "account", "label"),
    "copy": ("folder", "made"),
    "meta": ("name", "value"),
}
"""The tables of facts and their columns, as far as the tally vouches for them."""

DERIVED = ("reading", "file_state", "state", "extract", "mention")
"""The tables that `rebuild` makes again."""


def _m001_first_format(database: sqlite3.Connection) -> None:
    """The first format."""
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            database.execute(statement)


def _m002_answers(database: sqlite3.Connection) -> None:
    """What the user says of chats that an export lacks all at once."""
    database.execute("CREATE TABLE answer (file INTEGER PRIMARY KEY, deleted INTEGER NOT NULL) STRICT")


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_m001_first_format, _m002_answers)
"""Each brings the format one version further; the format's version is how many have been applied."""

# The columns of a key stand first: SQLite before 3.41 looks for NOT NULL in the wrong columns otherwise.
_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    provider TEXT NOT NULL,
    reader INTEGER NOT NULL,
    whole INTEGER NOT NULL,
    member_time REAL,
    manifest_time REAL,
    coverage TEXT NOT NULL,
    lists TEXT NOT NULL,
    problems TEXT NOT NULL,
    imported REAL NOT NULL
) STRICT;
CREATE TABLE receipt (file INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE seen (
    file INTEGER NOT NULL, name TEXT NOT NULL, folder TEXT NOT NULL, PRIMARY KEY (file, name, folder)
) STRICT, WITHOUT ROWID;
CREATE TABLE owner (
    file INTEGER NOT NULL, account TEXT NOT NULL, hint TEXT NOT NULL, PRIMARY KEY (file, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE given (file INTEGER PRIMARY KEY, account TEXT NOT NULL) STRICT;
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    UNIQUE (provider, kind, ref)
) STRICT;
CREATE TABLE form (
    id INTEGER PRIMARY KEY,
    record INTEGER NOT NULL,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    beginning INTEGER NOT NULL,
    base INTEGER,
    stored BLOB NOT NULL
) STRICT;
CREATE INDEX form_record ON form (record);
CREATE TABLE sighting (
    file INTEGER NOT NULL, form INTEGER NOT NULL, PRIMARY KEY (file, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_form ON sighting (form);
CREATE TABLE asset (hash BLOB PRIMARY KEY, size INTEGER NOT NULL, crc INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE asset_member (
    file INTEGER NOT NULL,
    name TEXT NOT NULL,
    asset BLOB NOT NULL,
    ref TEXT NOT NULL,
    PRIMARY KEY (file, name, asset)
) STRICT, WITHOUT ROWID;
CREATE INDEX asset_member_ref ON asset_member (ref);
CREATE TABLE asset_name (
    file INTEGER NOT NULL,
    ref TEXT NOT NULL,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    mime TEXT NOT NULL,
    size INTEGER,
    PRIMARY KEY (file, ref, name, message)
) STRICT, WITHOUT ROWID;
CREATE TABLE tombstone (hash BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE label (
    provider TEXT NOT NULL, account TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (provider, account)
) STRICT, WITHOUT ROWID;
CREATE TABLE copy (folder TEXT PRIMARY KEY, made REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tally (name TEXT PRIMARY KEY, rows INTEGER NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE reading (
    form INTEGER PRIMARY KEY,
    reader INTEGER NOT NULL,
    hash BLOB NOT NULL,
    marks INTEGER NOT NULL,
    readable INTEGER NOT NULL,
    updated REAL,
    oldest REAL,
    newest REAL,
    parts INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    account TEXT NOT NULL,
    problems TEXT NOT NULL
) STRICT;
CREATE TABLE file_state (file INTEGER PRIMARY KEY, exported REAL, account TEXT NOT NULL) STRICT;
CREATE TABLE state (
    record INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    title TEXT NOT NULL,
    created REAL,
    updated REAL,
    messages INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    digest BLOB NOT NULL,
    gone_since REAL,
    gone_confirmed INTEGER NOT NULL
) STRICT;
CREATE TABLE extract (
    record INTEGER NOT NULL,
    kind TEXT NOT NULL,
    document TEXT NOT NULL,
    section TEXT NOT NULL,
    title TEXT NOT NULL,
    message TEXT NOT NULL,
    time REAL,
    PRIMARY KEY (record, kind, document, section)
) STRICT, WITHOUT ROWID;
CREATE TABLE mention (
    record INTEGER NOT NULL,
    ref TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (record, ref, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE stale (record INTEGER PRIMARY KEY) STRICT
"""
