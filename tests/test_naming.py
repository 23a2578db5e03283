"""What a name means, of services and accounts."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from zipfile import ZipFile

import pytest

import histories
from asking import Asking
from chathold.archive.naming import best_named, told_apart
from chathold.core.errors import UsageError
from chathold.services import SERVICES
from chathold.services.naming import service_named
from commands import chathold
from screens import said

ADA, ANNA = "11111111-aaaa-4000-8000-000000000001", "22222222-aaaa-4000-8000-000000000002"
MASKED = "a•••@example.org"


def _export(folder: Path, number: int, account: str, mail: str) -> Path:
    """An export of ChatGPT's of an account of this address."""
    made = histories.chatgpt(folder / "first", number, [histories.chat(number)])
    path = folder / made.name
    with ZipFile(made) as export, ZipFile(path, "w") as other:
        for each in export.infolist():
            owned = each.filename.endswith("user.json")
            other.writestr(each, json.dumps({"id": account, "email": mail}) if owned else export.read(each))
    return path


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    """A home with two accounts of one service whose masked addresses are the same."""
    for number, (account, name) in enumerate(((ADA, "ada"), (ANNA, "anna"))):
        path = _export(tmp_path, number, account, f"{name}@example.org")
        chathold(tmp_path / "home", "import", os.fspath(path))
    return tmp_path / "home"


def test_accounts_that_look_alike_are_told_apart(alike: Path) -> None:
    """Wherever they are named: by the beginning of the id; and what is shown can be typed."""
    labels = [each["label"] for each in chathold(alike, "status")["accounts"]]
    assert labels == [f"{MASKED} · 11111111…", f"{MASKED} · 22222222…"]
    due = [each["words"] for each in chathold(alike, "remind")["reminders"]]
    assert [label in words for label, words in zip(labels, due, strict=True)] == [True, True]
    for label, account in zip(labels, (ADA, ANNA), strict=True):
        (found,) = chathold(alike, "list", "--account", label)["conversations"]
        assert found["account"] == account
    refused = said(alike, "forget", "--account", f"chatgpt/{MASKED}", "--yes")
    assert refused.code == 2
    assert f"chatgpt/{ADA} ({MASKED})" in refused.err
    assert said(alike, "forget", "--account", f"chatgpt/{labels[0]}", "--yes").code == 0
    assert [each["label"] for each in chathold(alike, "status")["accounts"]] == [MASKED]


def test_a_label_that_another_account_has_is_refused(alike: Path) -> None:
    """Nor its address or id; one of another service is nobody's business."""
    assert said(alike, "account", "label", f"chatgpt/{ADA}", "Work").code == 0
    for name in ("Work", MASKED, ADA):
        refused = said(alike, "account", "label", f"chatgpt/{ANNA}", name)
        assert (refused.code, "Another account of this service is called that." in refused.err) == (2, True)
    for name in ("work", ANNA, "Home", ""):
        assert said(alike, "account", "label", f"chatgpt/{ANNA}", name).code == 0
    assert said(alike, "account", "label", f"chatgpt/{ADA}", "Work").code == 0


def test_the_page_refuses_it_too(alike: Path) -> None:
    """In words, on the page from which it came; the filters tell the accounts apart."""
    browser = Asking(alike)
    ada, anna = re.findall(r'name="account" value="(\w+)"', browser.get("settings").text)
    assert f"{MASKED} · 22222222…</option>" in browser.get("search").text
    for account in (ada, anna):
        assert browser.post("settings/label", ("account", account), ("label", "Work")).status == 303
    assert "Another account of this service is called that." in browser.get("settings").text
    assert [each["label"] for each in chathold(alike, "account")["accounts"]] == [
        "Work",
        f"{MASKED} · 22222222…",
    ]


def test_only_names_that_several_bear_are_told_apart() -> None:
    """By as much of the id as it takes; an id is a name of its own, and services do not mix."""
    whose = [("a", "1" * 30), ("a", "1" * 29 + "2"), ("a", "short"), ("b", "other")]
    names = [(each, "x") for each in whose] + [(whose[2], "y"), (whose[2], "short"), (whose[3], "short")]
    assert told_apart(names) == {
        (whose[0], "x"): f"x · {whose[0][1]}",
        (whose[1], "x"): f"x · {whose[1][1]}",
        (whose[2], "x"): "x · short",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Anna", [1]), ("anna", [2]), ("ANNA", [1, 2]), ("ÄNNE", [3]), ("An", []), ("ann*", [])],
)
def test_a_name_as_it_is_written_comes_before_another_case(name: str, expected: list[int]) -> None:
    """Only where none is written so the others are meant."""
    assert best_named([("Anna", 1), ("anna", 2), ("änne", 3)], name) == expected


def test_services_are_named_in_any_case() -> None:
    """By the name that commands print as by the one that people know; none is none."""
    for each in SERVICES:
        assert (
            service_named(each.name)
            == service_named(each.title)
            == service_named(each.name.upper())
            == each.name
        )
    assert service_named("") == ""
    with pytest.raises(UsageError) as refused:
        service_named("gemini")
    assert all(each.name in refused.value.advice for each in SERVICES)
