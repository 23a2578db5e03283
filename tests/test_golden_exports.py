"""Every golden export reads as recorded, and exactly one provider has evidence for it.

`pytest tests/test_golden_exports.py --regenerate` writes expectations that are missing; one that changed has
to be deleted by hand first, so that no change slips in unread.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import golden
from chathold.providers import PROVIDERS
from chathold.providers.base import Provider

ALL = [(provider, case) for provider in PROVIDERS for case in golden.cases(provider.NAME)]


@pytest.mark.parametrize(("provider", "case"), ALL, ids=[f"{p.NAME}-{c.name}" for p, c in ALL])
def test_reads_as_recorded(provider: Provider, case: Path, *, regenerate: bool) -> None:
    """A provider's reading of its golden export is the recorded one."""
    expected = case / "expected.json"
    actual = json.loads(json.dumps(golden.recorded(provider, case), ensure_ascii=False))
    if regenerate and not expected.exists():
        expected.write_text(json.dumps(actual, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    assert json.loads(expected.read_text(encoding="utf-8")) == actual


@pytest.mark.parametrize(("provider", "case"), ALL, ids=[f"{p.NAME}-{c.name}" for p, c in ALL])
def test_one_provider_has_evidence(provider: Provider, case: Path) -> None:
    """No other provider finds evidence of its own in a golden export."""
    others = [p for p in PROVIDERS if p.NAME != provider.NAME]
    claims = {
        p.NAME
        for p in others
        for name, value in golden.members(case)
        if (found := p.recognise(name, value)) and found.evidence
    }

    assert claims == set()
