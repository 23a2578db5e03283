"""What is nested too deeply to be written is cut where it is shown, and nowhere else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chathold.core.shallow import DEEPEST, LEFT_OUT, shallow
from commands import chathold


def nested(levels: int, inner: Any = "words") -> Any:
    """So many objects, one in the other."""
    for _level in range(levels):
        inner = {"a": inner}
    return inner


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_not_deep_is_left_alone(value: Any) -> None:
    """Whatever else is in it, numbers of any size among that."""
    assert shallow(value) == value


@pytest.mark.parametrize("levels", [DEEPEST + 100, 900])
def test_what_is_deep_is_cut_at_one_level(levels: int) -> None:
    """So that what is shown does not hang on how deep the caller stands."""
    assert shallow(nested(levels)) == nested(DEEPEST, LEFT_OUT)


@pytest.mark.parametrize("levels", [480, 990, 1010, 5000])
def test_a_deep_chat_stops_no_other(tmp_path: Path, levels: int) -> None:
    """It is imported, shown, proven and taken out like any other, and so is its neighbour."""
    path = tmp_path / "export.zip"
    chats = json.dumps([_chat("deep"), _chat("plain")]).replace(
        '"hole"', '{"a":' * levels + '"words"' + "}" * levels, 1
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("conversations.json", chats)
    home = tmp_path / "home"
    chathold(home, "import", str(path))
    for chat in chathold(home, "list")["conversations"]:
        assert [part["text"] for part in chathold(home, "show", chat["id"])["messages"][0]["parts"]] == [
            "said"
        ]
    assert chathold(home, "verify")["ok"]
    for form in ("json", "original"):
        chathold(home, "export", str(tmp_path / form), "--format", form)


def _chat(name: str) -> dict[str, Any]:
    message = {
        "id": "m",
        "author": {"role": "user"},
        "create_time": 1.7e9,
        "content": {"content_type": "text", "parts": ["said"]},
        "metadata": {"x": "hole"},
    }
    return {
        "conversation_id": name,
        "title": name,
        "create_time": 1.7e9,
        "mapping": {"m": {"message": message}},
    }
