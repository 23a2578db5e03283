"""Code with its words coloured by Pygments: known languages only, and no more than it does quickly."""

from __future__ import annotations

from functools import lru_cache
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from chathold.rendering.controls import visible

_MOST = 50_000
_LONGEST_LINE = 2_000
_CSHARP = frozenset({"c#", "cs", "csharp"})
_MOST_CSHARP = 4_000
"""Pygments takes time in the square of the length for lines of C# without any sign in them."""

CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
"""The names of classes by which highlighted words are coloured."""

_NAMES = """
    ada applescript asm awk bash bat batch c c# c++ clojure cmake cpp cs csharp css cuda dart diff docker dockerfile
    elixir elm erlang fish fortran fsharp glsl go golang graphql groovy haskell hcl html http ini java javascript
    js json jsx julia kotlin latex less lua make makefile markdown matlab md nasm nginx nim nix objc objective-c
    objectivec ocaml octave pascal perl php plpgsql postgresql powershell prolog proto protobuf ps1 py python
    python3 r rb rs ruby rust sass scala scheme scss sh shell solidity sql svelte swift tcl terraform tex toml ts
    tsx typescript vala vb.net verilog vhdl vim vue xml yaml yml zig zsh
"""
LANGUAGES = frozenset(_NAMES.split())
"""The names of languages that are coloured."""


def code_html(code: str, language: str = "") -> str:
    """Code as `<pre class="code"><code>`, coloured if its language is known and it is not too long for that."""
    shown = visible(code)
    called = language.strip().lower()
    lexer = _lexer(called) if _quick(shown, _MOST_CSHARP if called in _CSHARP else _MOST) else None
    body = escape(shown) if lexer is None else highlight(shown, lexer, _FORMATTER)
    return f'<pre class="code" dir="ltr"><code>{body}</code></pre>\n'


def _quick(code: str, most: int) -> bool:
    return len(code) <= most and max(map(len, code.split("\n"))) <= _LONGEST_LINE


_FORMATTER = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=128)
def _lexer(language: str) -> Lexer | None:
    if language not in LANGUAGES:
        return None
    try:
        named = {"unicodelevel": "none"} if language in _CSHARP else {}
        return get_lexer_by_name(language, stripnl=False, ensurenl=False, **named)
    except ClassNotFound:
        return None
