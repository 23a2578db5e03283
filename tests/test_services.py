"""What is said of the services: dated, with a source, in the order that matters, and never a promise."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest

from chathold.core.texts import _, speak
from chathold.providers import PROVIDERS
from chathold.services import BY_NAME, OTHERS, SERVICES, About, Fact, Service

ALL = [*SERVICES, *OTHERS]
FACTS = [fact for service in ALL for fact in service.facts]
_PROMISES = re.compile(
    r"(?i)\b(safe|secure|guarantee|never|always|trust|better|worse|best|worst|your setting is)\b"
)


def test_every_service_that_can_be_read_is_described() -> None:
    """Under the name and title that its reader has."""
    assert [(each.name, each.title) for each in SERVICES] == [(each.NAME, each.TITLE) for each in PROVIDERS]


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
def test_the_way_to_an_export_is_complete(service: Service) -> None:
    """A page, labels in both languages, how long to wait and how long the link works: "about"."""
    assert urlsplit(service.page).scheme == "https"
    for label in (*service.where, *service.training):
        assert label.english.isascii()
        assert re.search("[\u4e00-\u9fff]", label.chinese)
    assert all((service.waiting, service.arrives, service.then, service.not_there))
    assert "about" in service.lasts
    assert service.link_hours in (24, 168)


@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_has_a_day_and_a_source(fact: Fact) -> None:
    """And promises nothing, rates nobody."""
    assert date(2026, 1, 1) <= date.fromisoformat(fact.as_of)
    assert urlsplit(fact.source).scheme == "https"
    assert not _PROMISES.search(fact.text)


@pytest.mark.parametrize("service", ALL, ids=lambda each: each.name)
def test_first_training_then_the_copy_then_deletion(service: Service) -> None:
    """So that somebody who reads from the top does things in a good order."""
    order = [list(About).index(fact.about) for fact in service.facts]
    assert order == sorted(order)
    assert service.known(About.TRAINING)
    assert service.known(About.COPY)


def test_a_name_leads_to_its_service() -> None:
    """The same object."""
    assert [BY_NAME[each.name] for each in SERVICES] == list(SERVICES)


def test_all_of_it_is_translated() -> None:
    """Chinese users read Chinese."""
    speak("zh_CN")
    try:
        said = [fact.text for fact in FACTS] + [about.value for about in About]
        said += [text for each in SERVICES for text in (each.waiting, each.arrives, each.lasts, each.then)]
        assert [text for text in said if _(text) == text] == []
    finally:
        speak("")
