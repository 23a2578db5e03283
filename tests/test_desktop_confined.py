"""The icon from within the confined service, on a real session's bus: seen, clicked, and ended by its own menu."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemons import until
from user_session import HOME, PYTHON, Session, hindrance, user_session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(hindrance()), reason=hindrance()),
    pytest.mark.xdist_group("user session"),
]

UNIT = "chathold.service"
_DRIVER = """
import asyncio, json, sys
from desktop import Panel

async def live():
    async with Panel() as panel:
        icon = await panel.icon()
        labels = [each.label for each in await panel.menu() if not each.separator]
        print(json.dumps({"title": icon["Title"], "labels": labels}), flush=True)
        await panel.click("Open archive")
        await asyncio.sleep(5)
        await panel.click("Quit")

asyncio.run(asyncio.wait_for(live(), 60))
"""


@pytest.fixture
def session() -> Iterator[Session]:
    """A session of a user who has just come to this computer."""
    with user_session() as session:
        session.run("mkdir", HOME / "Downloads")
        yield session


def test_the_confined_service_shows_its_icon_and_ends_when_told_to(session: Session) -> None:
    """Without a network, a display, or a toolkit; what is ended by its menu stays ended, and is no failure."""
    installed = json.loads(session.chathold("service", "install", "--no-browser", "--json").stdout)
    assert installed["confined"]
    session.put(HOME / "desktop.py", Path(__file__).with_name("desktop.py").read_bytes())
    session.put(HOME / "driver.py", _DRIVER.encode())
    said = json.loads(session.run(PYTHON, HOME / "driver.py").stdout)
    assert (said["title"], said["labels"][0]) == ("Chathold", "No exports yet · how to get the first")
    until(lambda: {session.show(each, "ActiveState") for each in (UNIT, "chathold.socket")} == {"inactive"})
    assert session.show(UNIT, "Result") == "success"
    assert session.show(UNIT, "NRestarts") == "0"
