"""The documents say what the program does, and nothing about the machine they were written on."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest

from chathold.archive.schema import DERIVED, FACTS, MIGRATIONS
from chathold.cli.commands import COMMANDS, chathold
from screens import ROOT

README = (ROOT / "README.md").read_text("utf-8")
FORMAT = (ROOT / "daemon/README.md").read_text("utf-8")
DOCUMENTS = [
    path
    for path in (
        *ROOT.glob("*"),
        *ROOT.glob("daemon/*"),
        *ROOT.glob("service/*"),
        *ROOT.glob("tests/benchmarks/*"),
    )
    if path.suffix in {".md", ".toml"} or path.name == "LICENSE"
]

_IN_A_BLOCK = re.compile(r"(?:^|\s|;|&&)(?:\.venv[/\\](?:bin|Scripts)[/\\])?chathold(?=\s)([^&;|\n]*)")


def _command(name: str) -> click.Command:
    command = chathold.get_command(click.Context(chathold), name)
    assert command
    return command


def _options(command: click.Command) -> list[str]:
    shown = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    return [max(each.opts, key=len) for each in shown]


def _blocks(document: str) -> list[str]:
    """The lines of a document's code blocks that are commands."""
    lines = "\n".join(re.findall(r"^```console\n(.*?)^```", document, re.MULTILINE | re.DOTALL)).splitlines()
    return [line[2:] for line in lines if line[:2] in {"$ ", "> "}]


def _commands() -> list[str]:
    """What the README tells people to type: in blocks, and `chathold …` in a sentence."""
    found = [each for line in _blocks(README) for each in _IN_A_BLOCK.findall(line)]
    found += re.findall(r"`chathold ([^`]+)`", README + FORMAT)
    return sorted({each.strip() for each in found})


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_readme(name: str) -> None:
    """A newcomer finds every command and every option there."""
    rows = [line for line in README.splitlines() if line.startswith("|") and f"`chathold {name}" in line]
    wanted = [option for option in _options(_command(name)) if option != "--json"]
    assert len(rows) == 1
    assert [option for option in wanted if not re.search(rf"`[^`]*{option}\b", rows[0])] == []


def test_the_options_of_all_commands_are_in_the_readme() -> None:
    """`--json`, `--home`, and the variable that stands for it."""
    assert {"--home"} == set(_options(chathold)) - {"--version", "--help"}
    assert [option for option in ("--json", "--home", "CHATHOLD_HOME") if f"`{option}" not in README] == []


def test_the_readme_names_commands() -> None:
    """The next test is not about nothing."""
    assert {each.split()[0] for each in _commands()} >= {"import", "list", "show"}


@pytest.mark.parametrize("line", _commands())
def test_what_the_readme_says_can_be_typed(line: str) -> None:
    """Every command line of the documents is one that the program understands."""
    name, *arguments = shlex.split(line.replace("…", "").replace("\\", "/"), posix=True)
    assert name in COMMANDS
    command = _command(name)
    needed = [each for each in command.params if isinstance(each, click.Argument) and each.required]
    with command.make_context(name, arguments or ["x"] * len(needed)):
        pass


def _tables() -> dict[str, list[str]]:
    """The tables of a new archive, with their columns."""
    with closing(sqlite3.connect(":memory:")) as database:
        for step in MIGRATIONS:
            step(database)
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {
            name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")]
            for name in names
            if not name.startswith("sqlite_")
        }


@pytest.mark.parametrize("table", _tables())
def test_every_table_is_described(table: str) -> None:
    """Whoever reads the database without Chathold finds each table in the engine's README."""
    assert f"`{table}`" in FORMAT
    assert table in {*FACTS, *DERIVED} or table in {"tally", "stale"}


@pytest.mark.parametrize("table", FACTS)
def test_every_column_of_the_facts_is_described(table: str) -> None:
    """Facts cannot be made again, so each of their columns is explained."""
    row = next(line for line in FORMAT.splitlines() if line.startswith(f"| `{table}` |"))
    assert [column for column in _tables()[table] if f"`{column}`" not in row] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_names_a_machine(path: Path) -> None:
    """No folder of anybody's computer, no package index, no address of a local service."""
    text = path.read_text("utf-8")
    machine = r"(?:^|[\s\"'`(=])(?:/(?:home|root|work|tmp|mnt|Users|private)/|[A-Z]:\\)\S*"
    assert re.findall(machine, text, re.MULTILINE) == []
    index = (
        r"(?i)index[-_]url|extra-index|pypi\.org|pythonhosted|registry\.|(?:localhost|\d+(?:\.\d+){3}):\d+"
    )
    assert re.findall(index, text) == []


def test_the_documents_are_found() -> None:
    """The last test read what it was meant to read."""
    names = {str(path.relative_to(ROOT)) for path in DOCUMENTS}
    assert names >= {
        "README.md",
        "daemon/README.md",
        "service/README.md",
        "config.example.toml",
        "pyproject.toml",
    }
