r"""Shortcuts (`.lnk`) of Windows' Start menu, made by the shell's own object (IShellLinkW, IPersistFile).

The object is called through its table of functions; the numbers are the order of the methods in ShObjIdl_core.h
and ObjIdl.h, which the binary interface of COM fixes for good.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

from msgspec import Struct

_SHELL_LINK = "{00021401-0000-0000-C000-000000000046}"
_I_SHELL_LINK = "{000214F9-0000-0000-C000-000000000046}"
_I_PERSIST_FILE = "{0000010B-0000-0000-C000-000000000046}"
_IN_PROCESS = 1
_QUERY_INTERFACE, _RELEASE = 0, 2
_SET_DESCRIPTION, _SET_WORKING_DIRECTORY, _SET_ARGUMENTS, _SET_ICON, _SET_PATH = 7, 9, 11, 17, 20
_SAVE = 6


class Shortcut(Struct, frozen=True):
    """What a shortcut starts, and how it looks."""

    target: Path
    arguments: str
    about: str
    icon: Path
    folder: Path


def save(shortcut: Shortcut, path: Path) -> None:
    """Write a shortcut. Raises `OSError` where the shell does not do it."""
    if sys.platform != "win32":
        raise OSError("shortcuts are Windows'")
    ole = ctypes.OleDLL("ole32")
    begun = ctypes.WinDLL("ole32").CoInitialize(None)
    try:
        link = _created(ole)
        try:
            _fill(link, shortcut)
            _save(link, path)
        finally:
            _call(link, _RELEASE)
    finally:
        if begun >= 0:
            ole.CoUninitialize()


def _created(ole: Any) -> ctypes.c_void_p:
    link = ctypes.c_void_p()
    ole.CoCreateInstance(_guid(_SHELL_LINK), None, _IN_PROCESS, _guid(_I_SHELL_LINK), ctypes.byref(link))
    return link


def _fill(link: ctypes.c_void_p, shortcut: Shortcut) -> None:
    for method, text in (
        (_SET_PATH, str(shortcut.target)),
        (_SET_ARGUMENTS, shortcut.arguments),
        (_SET_DESCRIPTION, shortcut.about),
        (_SET_WORKING_DIRECTORY, str(shortcut.folder)),
    ):
        _call(link, method, ctypes.c_wchar_p(text))
    _call(link, _SET_ICON, ctypes.c_wchar_p(str(shortcut.icon)), ctypes.c_int(0))


def _save(link: ctypes.c_void_p, path: Path) -> None:
    file = ctypes.c_void_p()
    _call(link, _QUERY_INTERFACE, _guid(_I_PERSIST_FILE), ctypes.byref(file))
    try:
        _call(file, _SAVE, ctypes.c_wchar_p(str(path)), ctypes.c_int(1))
    finally:
        _call(file, _RELEASE)


def _call(thing: ctypes.c_void_p, method: int, *arguments: Any) -> None:
    """Call a method by its number in the table. Raises `OSError` if it says that it failed."""
    table = ctypes.cast(thing, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    types = [type(each) if not hasattr(each, "_obj") else ctypes.c_void_p for each in arguments]
    if sys.platform == "win32":
        prototype = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *types)
        said = prototype(table[method])(thing, *arguments)
        if said < 0:
            raise ctypes.WinError(said)


def _guid(text: str) -> Any:
    """A GUID as it lies in memory: three numbers, the lowest byte first, then eight bytes."""
    import uuid  # noqa: PLC0415 - for this alone

    return (ctypes.c_byte * 16).from_buffer_copy(uuid.UUID(text).bytes_le)
