"""Every text a person sees is in the catalogues, and is shown in their language."""

from __future__ import annotations

import ast
import ctypes
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes
from markupsafe import Markup

import screens
from chathold.core import texts
from chathold.core.saying import sentences
from screens import ROOT, one_after_another, started

SOURCES = sorted((ROOT / "daemon/chathold").rglob("*.py"))
TEMPLATES = sorted((ROOT / "daemon/chathold").rglob("templates/**/*.html"))
CATALOGUES = sorted((ROOT / "daemon/chathold/locale").rglob("*.po"))
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
CHINESE = {"LANGUAGE": "zh_CN"}
HAN = re.compile("[一-鿿]")

Id = str | tuple[str, str]


def _catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


def _in_sources() -> set[Id]:
    """The texts given to `_`, `N_` and `ngettext`, wherever they stand; f-strings, too."""
    found = {text for path in SOURCES for text in _texts(ast.parse(path.read_text("utf-8")))}
    return found | {text for path in TEMPLATES for text in _in_template(path.read_text("utf-8"))}


def _in_template(source: str) -> Iterator[Id]:
    """The same in a template of the reader's."""
    for call in Environment(autoescape=True).parse(source).find_all(nodes.Call):
        match call:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(text))]):
                yield text
            case nodes.Call(
                node=nodes.Name(name="ngettext"),
                args=[nodes.Const(value=str(one)), nodes.Const(value=str(many)), _],
            ):
                yield one, many


def _texts(tree: ast.Module) -> Iterator[Id]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="_" | "N_"), args=[ast.Constant(value=str(text))]):
                yield text
            case ast.Call(
                func=ast.Name(id="ngettext"),
                args=[ast.Constant(value=str(one)), ast.Constant(value=str(many)), _],
            ):
                yield one, many


def _messages(path: Path) -> list[Message]:
    return [message for message in _catalogue(path) if message.id]


def _forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _fields(text: str) -> set[str]:
    """What a text leaves open: `{n}`, `{name!r}`, `%(prog)s`."""
    braces = {
        f"{name}!{conversion}" for _t, name, _s, conversion in Formatter().parse(text) if name is not None
    }
    return braces | set(re.findall(r"%\(\w+\)s", text))


# --- the catalogues


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_holds_the_texts_of_the_program_and_no_others(path: Path) -> None:
    """Nothing is missing, nothing is left of texts that are gone."""
    assert {message.id for message in _messages(path)} == _in_sources()
    assert list(_catalogue(path).obsolete) == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_every_text_is_translated_for_certain(path: Path) -> None:
    """No translation is missing, and none is a guess."""
    messages = _messages(path)
    assert [each.id for each in messages if not all(_forms(each.string))] == []
    assert [each.id for each in messages if each.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_leaves_open_what_the_text_leaves_open(path: Path) -> None:
    """Every placeholder of a translation is one of the text's; of the plural forms, the last has them all."""
    for message in _messages(path):
        allowed = set().union(*map(_fields, _forms(message.id)))
        forms = [_fields(form) for form in _forms(message.string)]
        assert all(form <= allowed for form in forms), message.id
        wanted = [_fields(each) for each in _forms(message.id)]
        assert forms[-1] in wanted, message.id


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parts[-3])
def test_the_compiled_catalogue_is_what_the_readable_one_says(path: Path) -> None:
    """Whoever changes the one has compiled the other."""
    with path.with_suffix(".mo").open("rb") as file:
        compiled = {_forms(message.id): _forms(message.string) for message in read_mo(file) if message.id}
    assert compiled == {_forms(message.id): _forms(message.string) for message in _messages(path)}


def test_simplified_chinese_is_one_of_the_languages() -> None:
    """English needs no catalogue; Chinese is complete."""
    assert "zh_CN" in [path.parts[-3] for path in CATALOGUES]


# --- as Chinese is written


def test_commands_stand_between_chinese_quotes() -> None:
    """What has to be typed with straight ones, in a file or a query, is no command."""
    said = {text for path in CATALOGUES for message in _messages(path) for text in _strings(message)}
    assert not [text for text in said if HAN.search(text) and '"chathold' in text]


def test_chinese_has_no_spaces_after_its_stops_and_no_commas_of_ascii() -> None:
    """Neither in a text nor where texts are put together."""
    said = {text for path in CATALOGUES for message in _messages(path) for text in _strings(message)}
    assert not [text for text in said if re.search(rf"[。，：；！？] \S|{HAN.pattern},", text)]
    assert sentences("一。", "", "二？", "三。") == "一。二？三。"
    assert sentences("One.", "", "Two.") == "One. Two."
    assert sentences(Markup("<b>一</b>。"), "<二>") == Markup("<b>一</b>。&lt;二&gt;")


def _strings(message: Message) -> list[str]:
    said = message.string if isinstance(message.string, tuple) else (message.string,)
    return [str(each) for each in said]


# --- the program in Chinese


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with a little of everything."""
    return screens.archive(tmp_path_factory.mktemp("texts"))


@pytest.fixture(scope="module")
def chinese(home: Path) -> str:
    """What a Chinese user reads who tries one thing after the other."""
    commands = (
        "status",
        "list",
        "check",
        "show ffff",
        "show",
        "nonsense",
        "--help",
        "list --help",
        "search role:user",
    )
    codes, written = one_after_another(home, *commands, **CHINESE)
    assert codes == [0, 0, 0, 1, 2, 2, 0, 0, 0]
    return written


@pytest.mark.parametrize(
    "text",
    [
        "已保存：5 个聊天",
        "存档位置：",
        "编号",
        "∅ 最近一次导出里没有",
        "的导出从不包含以下内容",
        "您的项目名称。",
        "没有这个编号的聊天。",
        "用法：",
        "错误：缺少参数",
        "错误：没有 'nonsense' 这个命令。",
        "显示这段说明后退出。",
        "把导出文件加入存档。",
        "用法： chathold list [选项] [词语]…",
        "  --provider 服务  只列",
        "  --limit N        最多列出多少条。  [≥ 1]",
        " · 您)",
    ],
)
def test_chinese_users_are_answered_in_chinese(chinese: str, text: str) -> None:
    """Answers, table heads, errors, help, and what click says of wrong usage."""
    assert text in chinese


def test_no_english_sentence_is_left(chinese: str) -> None:
    """A line in which several English words follow each other is one that nobody translated."""
    ours = re.compile(r"(?:\b[A-Za-z]{2,}\b[ ,]+){3,}")
    assert [line for line in chinese.splitlines() if ours.search(line) and not HAN.search(line)] == []


def test_receipts_and_their_problems_are_translated(tmp_path: Path) -> None:
    """The words that a reader stored in English are shown in the user's language, as JSON too."""
    broken = ROOT / "tests/exports/claude/odd_shapes/export"
    run = started(tmp_path / "words", "import", str(broken), **CHINESE)
    receipt = json.loads(started(tmp_path / "json", "import", str(broken), "--json", **CHINESE).out)
    problems = receipt["imports"][0]["problems"]
    assert "找到 10 个聊天：新增 9 · 读不出 1" in run.out
    assert len(problems) > 5
    assert [problem for problem in problems if not HAN.search(problem["what"])] == []
    assert [problem for problem in problems[:5] if problem["what"] not in run.out] == []


def test_what_is_never_exported_is_translated_alike(home: Path) -> None:
    """`check` names it in the same words to people and to scripts."""
    _codes, written = one_after_another(home, "check", "check --json", **CHINESE)
    *words, document = written.splitlines()
    (account,) = json.loads(document)["accounts"]
    said = {line.strip() for line in words}
    for each in account["never_exported"]:
        assert HAN.search(each["what"])
        assert each["what"] in said


# --- which language


@pytest.fixture
def spoken() -> Iterator[None]:
    """What this process speaks is as it was afterwards."""
    yield
    texts.speak("")


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize(
    ("desktop", "settings", "chinese"),
    [
        (["zh_CN"], "", True),
        (["zh_CN"], "en", False),
        ([], "zh_CN", True),
        (["tlh"], "zh_CN", True),
        ([], "", False),
        ([], "tlh", False),
    ],
)
def test_the_settings_language_comes_before_the_desktops(
    monkeypatch: pytest.MonkeyPatch, desktop: list[str], settings: str, *, chinese: bool
) -> None:
    """It takes effect at once, for what is counted as well."""
    monkeypatch.setattr(texts, "LANGUAGES", desktop)
    texts.speak(settings)
    said = texts._("Paused."), texts.ngettext("{n} chat", "{n} chats", 2)
    assert [bool(HAN.search(each)) for each in said] == [chinese] * 2


@pytest.mark.usefixtures("spoken")
def test_a_text_that_was_marked_follows_the_language() -> None:
    """What is stored in English is translated when it is shown."""
    stored = texts.N_("It is empty so far.")
    texts.speak("zh_CN")
    assert HAN.search(texts._(stored))
    texts.speak("en")
    assert texts._(stored) == stored


@pytest.mark.slow
@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize(("language", "words"), [("zh_CN", "正在监视"), ("en", "Watching")])
def test_the_daemon_speaks_the_language_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    """From its first word on, in the log that its settings speak of."""
    (tmp_path / "downloads").mkdir()
    (tmp_path / "home").mkdir()
    configured = f"[downloads]\nfolders = ['{tmp_path / 'downloads'}']\n[desktop]\nlanguage = '{language}'\n"
    (tmp_path / "home/config.toml").write_text(configured)
    monkeypatch.setattr("chathold.daemon.signals.heed_signals", lambda daemon: daemon.stop())
    assert screens.said(tmp_path / "home", "run").code == 0
    logged = (tmp_path / "home/logs/chathold.log").read_text("utf-8")
    assert f" {words} {tmp_path}" in logged


@pytest.mark.parametrize(
    ("variables", "languages"),
    [
        ({"LANG": "zh_CN.UTF-8"}, ["zh_CN.UTF-8"]),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, ["zh_CN.UTF-8"]),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, ["C"]),
        ({"LANGUAGE": "", "LANG": "zh_CN"}, ["zh_CN"]),
        ({"LANGUAGE": "en_GB:zh_CN"}, []),
        ({"LANGUAGE": "tlh:zh_CN:en:de"}, ["tlh", "zh_CN"]),
        ({}, [""]),
    ],
)
def test_the_language_follows_gettexts_variables(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], languages: list[str]
) -> None:
    """The first variable that is set counts, and in it the languages before English."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert texts._wanted() == languages


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    ("language", "chinese"), [("zh_CN", True), ("tlh:zh_CN", True), ("en_GB:zh_CN", False), ("tlh", False)]
)
def test_all_that_is_said_is_in_one_language(home: Path, language: str, *, chinese: bool) -> None:
    """Wrong usage is answered in the language of the program; one that nobody knows is English."""
    _codes, written = one_after_another(home, "show", "status", LANGUAGE=language)
    assert [text in written for text in ("用法：", "缺少参数", "已保存")] == [chinese] * 3
    assert [text in written for text in ("Usage:", "Missing argument", "Kept:")] == [not chinese] * 3


@pytest.mark.parametrize(("number", "languages"), [(0x0804, ["zh_CN"]), (0x0409, []), (0x7FFF, [""])])
def test_windows_is_asked_where_no_variable_is_set(
    monkeypatch: pytest.MonkeyPatch, number: int, languages: list[str]
) -> None:
    """Windows names the language of its menus by a number."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    windows = SimpleNamespace(kernel32=SimpleNamespace(GetUserDefaultUILanguage=lambda: number))
    monkeypatch.setattr(ctypes, "windll", windows, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert texts._wanted() == languages


def test_times_are_told_where_the_user_is(home: Path) -> None:
    """The same moment reads eight hours later in China; JSON stays in UTC."""
    for zone, hour in (("UTC0", "00"), ("CST-8", "08")):
        _codes, written = one_after_another(home, "status", "status --json", TZ=zone)
        assert f"2026-03-02 {hour}:00" in written
        assert '"last_export": "2026-03-02T00:00:00Z"' in written
