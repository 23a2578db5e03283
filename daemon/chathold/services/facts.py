"""What a service is described by."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct, field

from chathold.core.texts import N_


class About(Enum):
    """What a fact is about, in the order in which it matters to somebody who wants to leave: the value is its title."""

    TRAINING = N_("Training")
    COPY = N_("The copy")
    DELETION = N_("Deletion")
    KEEPING = N_("How long it is kept")
    PLACE = N_("Where it is")


class Label(Struct, frozen=True):
    """What a service itself calls something, in its English and its Chinese pages."""

    english: str
    chinese: str


class Fact(Struct, frozen=True):
    """One thing that is known: in English, to be translated where it is shown.

    `as_of` is the day it was looked up (ISO), `source` the page. `official`: the service says it itself.
    """

    about: About
    text: str
    as_of: str
    source: str
    official: bool = True


class Service(Struct, frozen=True):
    """A service. `where` are the labels that lead to its export, `training` those to what stops training.

    `page` is where to begin. Texts are in English, to be translated where they are shown; `waiting`, `arrives` and
    `lasts` say "about", for services are not exact. `link_hours`: for about how long the link works; `mailed`: a
    mail says that it is ready, or an SMS if `texted`; `parts`: it may lead to several files, each of which can be
    downloaded once.
    """

    name: str
    title: str
    page: str = ""
    where: tuple[Label, ...] = ()
    not_there: str = ""
    waiting: str = ""
    arrives: str = ""
    lasts: str = ""
    link_hours: int = 0
    mailed: bool = True
    texted: bool = False
    parts: bool = False
    then: str = ""
    training_page: str = ""
    training: tuple[Label, ...] = ()
    facts: tuple[Fact, ...] = field(default=())

    def known(self, about: About) -> tuple[Fact, ...]:
        """The facts about one thing."""
        return tuple(each for each in self.facts if each.about is about)
