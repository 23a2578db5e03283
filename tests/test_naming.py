"""What a name means, of services and accounts."""

from __future__ import annotations

import pytest

from chathold.archive.naming import best_named
from chathold.core.errors import UsageError
from chathold.services import SERVICES
from chathold.services.naming import service_named


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
