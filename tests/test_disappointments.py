"""What is said of a download that opens and is nobody's."""

from __future__ import annotations

from pathlib import Path

import pytest

from chathold.exports import not_an_export_advice
from zips import opened, ordinary


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Takeout/Gemini/gemini_gems_data.html", "Takeout/archive_browser.html"], "Gems and no chats"),
        (
            ["Takeout/Gemini/gemini_gems_data.html", "Takeout/My Activity/Gemini Apps/MyActivity.json"],
            "Takeout",
        ),
        (["Takeout/내 활동/Gemini 앱/내활동.json"], "Google Takeout"),
        (["amount-2026-10.csv", "cost-2026-10.csv"], "API usage"),
        (["archive.db", "assets/ab/cdef"], "archive of Chathold itself"),
        (["ttl/30d/export_data/u/prod-grok-backend.json"], "export of Grok"),
        (["chat-0b1f7f6e-6f0c-4a55-9d0b-0123456789ab.json"], "Mistral"),
        (["qwen-chat-export-1760124530481.json"], "Qwen"),
        (["chat-export-1760124530481 (1).json"], "Open WebUI"),
        (["copilot-activity-history.csv"], "Microsoft Copilot"),
        (["word/document.xml", "a", "b", "c"], "This holds word/document.xml, a, b …."),
        (["notes.txt", "amount-2026.csv"], "This holds notes.txt, amount-2026.csv."),
    ],
)
def test_a_disappointment_names_what_was_found(tmp_path: Path, names: list[str], said: str) -> None:
    """Known lookalikes are called by their name; anything else by what is in it."""
    with opened(tmp_path, ordinary((name, b"{}") for name in names)) as export:
        assert said in not_an_export_advice(export)
