"""Stopping for good: only what runs as the service itself stops the service."""

from __future__ import annotations

import pytest

from chathold_service.stopping import is_unit, stop_service

_USER = "/user.slice/user-1000.slice/user@1000.service"


@pytest.mark.parametrize(
    ("cgroup", "expected"),
    [
        (f"0::{_USER}/app.slice/chathold.service\n", True),
        (f"12:cpu:/\n1:name=systemd:{_USER}/app.slice/chathold.service\n0::/\n", True),
        (f"0::{_USER}/app.slice/gnome-terminal-server.service\n", False),
        (f"0::{_USER}/app.slice/chathold-1234.service\n", False),
        (f"0::{_USER}/app.slice/chathold.service/below\n", False),
        ("0::/\n", False),
        ("", False),
    ],
)
def test_a_service_is_known_by_its_cgroup(cgroup: str, *, expected: bool) -> None:
    """A program that was started in a terminal, which may itself be a service, is none."""
    assert is_unit("chathold", cgroup) is expected


def test_what_is_no_service_stops_none() -> None:
    """These tests, for example."""
    assert not stop_service("chathold")
