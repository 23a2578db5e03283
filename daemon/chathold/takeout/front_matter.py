"""The facts at the head of a Markdown file, in YAML: every text quoted, so that no title can add a line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from chathold.rendering.controls import visible

BORDER = "---"


def front_matter(facts: Mapping[str, str | int | None]) -> str:
    """The facts as lines between borders; those of no value are left out."""
    lines = [f"{name}: {_scalar(value)}" for name, value in facts.items() if value not in (None, "")]
    return "\n".join([BORDER, *lines, BORDER])


def _scalar(value: str | int | None) -> str:
    """A number, or a text in double quotes: of JSON's strings, those that YAML 1.2 reads the same."""
    if isinstance(value, int):
        return str(value)
    text = visible(str(value)).replace("\n", " ")
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", "�", json.dumps(text, ensure_ascii=False)
    )
