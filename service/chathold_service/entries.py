"""The texts of desktop entries: the applications menu, and what starts with a session that knows no systemd.

Desktop Entry Specification 1.5, Desktop Application Autostart Specification 0.5.
"""

from __future__ import annotations

from collections.abc import Sequence

from chathold_service.programs import BY_SHELL, Program, Texts

_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_RESERVED = frozenset(" \t\n\"'\\><~|&;$*?#()`")
_DOUBLED = frozenset('"`$\\')


def menu_entry(program: Program) -> str:
    """What stands in the applications menu."""
    entry = program.entry
    return _group(
        [
            ("Type", "Application"),
            ("Name", _value(entry.name)),
            *_in_languages("GenericName", entry.kind),
            *_in_languages("Comment", entry.about),
            *_in_languages("Keywords", entry.keywords),
            ("Exec", command_line(entry.command)),
            ("Icon", program.name),
            ("Terminal", "false"),
            ("Categories", "Utility;Archiving;"),
        ]
    )


def autostart_entry(program: Program) -> str:
    """What starts the program with the session."""
    return _group(
        [
            ("Type", "Application"),
            ("Name", _value(program.entry.name)),
            *_in_languages("Comment", program.entry.about),
            ("Exec", command_line(program.supervised)),
            ("Icon", program.name),
            ("Terminal", "false"),
            ("NoDisplay", "true"),
            ("X-GNOME-Autostart-enabled", "true"),
        ]
    )


def command_line(words: Sequence[str]) -> str:
    """The value of `Exec`: words are quoted by its own rules first, then escaped as every value is.

    GLib looks for a program whose name has `%%` in it under just that name; the shell is told of such a one.
    """
    words = (*BY_SHELL, *words) if "%" in words[0] else words
    return _value(" ".join(map(_word, words)))


def _word(word: str) -> str:
    word = word.replace("%", "%%")
    if word and not _RESERVED & set(word):
        return word
    return '"' + "".join("\\" + each if each in _DOUBLED else each for each in word) + '"'


def _value(text: str) -> str:
    return "".join(_ESCAPED.get(each, each) for each in text)


def _in_languages(key: str, texts: Texts) -> list[tuple[str, str]]:
    others = [
        (f"{key}[{language}]", _value(texts[language])) for language in sorted(texts) if language != "en"
    ]
    return [(key, _value(texts["en"])), *others]


def _group(lines: list[tuple[str, str]]) -> str:
    return "[Desktop Entry]\n" + "".join(f"{key}={value}\n" for key, value in lines)
