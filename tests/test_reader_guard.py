"""Who may read: nobody who came by another name, from another site, without the session, or as another user."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from asking import ADDRESS, NOW, Asking
from chathold.address import Address
from chathold.home import Home
from chathold.reader.guard import HEADERS, Asked, Verdict, judge
from chathold.reader.peers import maker
from chathold.reader.session import CODE_LASTS, COOKIE, Session, new_code
from chathold.state import State

SESSION = Session(ADDRESS, "the-token")
INSIDE = f"/{ADDRESS.prefix}/"
ORIGIN = f"http://{ADDRESS.authority}"
WELCOME = Asked("GET", INSIDE, (ADDRESS.authority,), "", "same-origin", ("the-token",))


@pytest.fixture
def browser(tmp_path: Path) -> Asking:
    """A browser that is let in."""
    return Asking(tmp_path / "home")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.WELCOME),
        ({"site": "none"}, Verdict.WELCOME),
        ({"site": ""}, Verdict.WELCOME),
        ({"cookies": ("another program's", "the-token")}, Verdict.WELCOME),
        ({"method": "POST", "origin": ORIGIN}, Verdict.WELCOME),
        # the name that led here: DNS rebinding
        ({"hosts": ()}, Verdict.WRONG_HOST),
        ({"hosts": ("evil.example",)}, Verdict.WRONG_HOST),
        ({"hosts": (f"evil.example:{ADDRESS.port}",)}, Verdict.WRONG_HOST),
        ({"hosts": (f"localhost:{ADDRESS.port}",)}, Verdict.WRONG_HOST),
        ({"hosts": ("127.0.0.1",)}, Verdict.WRONG_HOST),
        ({"hosts": (f"127.0.0.1:{ADDRESS.port}.evil.example",)}, Verdict.WRONG_HOST),
        ({"hosts": (ADDRESS.authority, "evil.example")}, Verdict.WRONG_HOST),
        ({"hosts": (ADDRESS.authority, ADDRESS.authority)}, Verdict.WRONG_HOST),
        # the site that sent it: CSRF
        ({"site": "cross-site"}, Verdict.FOREIGN),
        ({"site": "same-site"}, Verdict.FOREIGN),
        ({"method": "POST"}, Verdict.FOREIGN),
        ({"method": "POST", "origin": "null"}, Verdict.FOREIGN),
        ({"method": "POST", "origin": "http://127.0.0.1:1"}, Verdict.FOREIGN),
        ({"method": "POST", "origin": f"{ORIGIN}, {ORIGIN}"}, Verdict.FOREIGN),
        ({"method": "POST", "origin": ORIGIN.replace("http", "https")}, Verdict.FOREIGN),
        ({"method": "DELETE", "origin": ""}, Verdict.FOREIGN),
        ({"method": "get"}, Verdict.FOREIGN),
        # the session
        ({"cookies": ()}, Verdict.NOBODY),
        ({"cookies": ("the-toke",)}, Verdict.NOBODY),
        ({"cookies": ("",)}, Verdict.NOBODY),
        ({"path": "/"}, Verdict.NOBODY),
        ({"path": f"/{ADDRESS.prefix}"}, Verdict.NOBODY),
        ({"path": f"/x/{ADDRESS.prefix}/"}, Verdict.NOBODY),
        # the entrance
        ({"path": f"{INSIDE}enter/abc", "cookies": ()}, Verdict.ENTERING),
        ({"path": f"{INSIDE}enter/abc", "cookies": (), "method": "POST", "origin": ORIGIN}, Verdict.NOBODY),
        ({"path": f"{INSIDE}enter/abc", "cookies": (), "site": "cross-site"}, Verdict.FOREIGN),
        ({"path": "/enter/abc", "cookies": ()}, Verdict.NOBODY),
    ],
)
def test_a_request_counts_only_with_all_that_it_has_to_show(
    changes: dict[str, object], verdict: Verdict
) -> None:
    """Host, site, origin and secret, each on its own."""
    assert judge(replace(WELCOME, **changes), SESSION) is verdict


def test_who_is_not_let_in_is_told_how_to_open_the_reader_and_nothing_else(browser: Asking) -> None:
    """The page holds no address, no prefix, no secret, and no script."""
    for refused in (
        browser.get(cookie=""),
        browser.get(host="evil.example"),
        browser.get(sec_fetch_site="cross-site"),
        browser.ask("GET", "/", {}),
        browser.ask("GET", "/robots.txt", {"cookie": ""}),
    ):
        assert refused.status in (403, 421)
        assert "chathold web" in refused.text
        assert ADDRESS.prefix not in refused.text
        assert browser.token not in refused.text
        assert "<script" not in refused.text
        assert "set-cookie" not in refused.headers


def test_every_answer_has_the_headers_that_keep_it_to_itself(browser: Asking) -> None:
    """Pages, files, errors and refusals alike."""
    for path in ("", "static/style.css", "nothing-here", "here"):
        answer = browser.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    refused = browser.get(cookie="")
    assert refused.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    assert "unsafe" not in "".join(HEADERS.values()) + refused.headers["content-security-policy"]


def test_pages_have_one_title_and_ask_not_to_be_translated(browser: Asking) -> None:
    """Nothing of a chat gets into the browser's history, and none of it is sent to a translator."""
    page = browser.get().text
    assert re.findall("<title>(.*?)</title>", page) == ["Chathold"]
    assert 'translate="no"' in page
    assert '<meta name="google" content="notranslate">' in page


# --- the code and the session


def _code(browser: Asking, now: float = NOW) -> str:
    state = State.open(browser.reader.home.state)
    try:
        return new_code(state, now)
    finally:
        state.close()


def test_a_code_is_exchanged_for_the_session_once(browser: Asking) -> None:
    """The cookie is for this path, this site and no script; the same code is good for nothing afterwards."""
    code = _code(browser)
    first, second = (browser.get(f"enter/{code}", cookie="", sec_fetch_site="none") for _time in range(2))
    assert first.status == 200
    name, _semicolon, attributes = first.headers["set-cookie"].partition("; ")
    assert name == f"{COOKIE}={browser.token}"
    assert {"HttpOnly", "SameSite=strict", f"Path={INSIDE}"} <= set(attributes.split("; "))
    assert "Domain" not in attributes
    assert second.status == 403
    assert "set-cookie" not in second.headers


def test_a_code_is_void_after_half_a_minute(browser: Asking) -> None:
    """To the second."""
    code = _code(browser)
    browser.clock.now += CODE_LASTS + 1
    assert browser.get(f"enter/{code}", cookie="").status == 403
    code = _code(browser, browser.clock.now)
    browser.clock.now += CODE_LASTS
    assert browser.get(f"enter/{code}", cookie="").status == 200


def test_a_guess_does_not_use_up_the_code(browser: Asking) -> None:
    """Somebody else's wrong code lets the user in all the same."""
    code = _code(browser)
    assert browser.get("enter/guess", cookie="").status == 403
    assert browser.get(f"enter/{code}", cookie="").status == 200


def test_only_the_hash_of_a_code_is_written_down(browser: Asking) -> None:
    """The state database does not hold it."""
    code = _code(browser)
    files = [path.read_bytes() for path in browser.reader.home.state.iterdir() if path.is_file()]
    assert all(code.encode() not in data for data in files)


def test_who_is_in_needs_no_code(browser: Asking) -> None:
    """A second click on the icon leads to the first page, whatever became of its code."""
    answer = browser.get("enter/anything")
    assert (answer.status, answer.headers["location"]) == (303, INSIDE)


def test_a_session_lasts_as_long_as_its_address(tmp_path: Path) -> None:
    """The same after a restart; another one at another port or path; and its secret is the user's alone."""
    folder = Home.find(os.fspath(tmp_path)).state
    folder.mkdir(parents=True)
    token = Session.of(ADDRESS, folder).token
    assert Session.of(ADDRESS, folder).token == token
    assert Session.of(Address(ADDRESS.port + 1, ADDRESS.prefix), folder).token != token
    assert Session.of(Address(ADDRESS.port, "another"), folder).token != token
    if os.name == "posix":
        assert (folder / "reader.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    """A full disk must not leave a short secret behind."""
    (tmp_path / "reader.key").write_bytes(b"")
    assert len(Session.of(ADDRESS, tmp_path).token) == 64
    assert (tmp_path / "reader.key").stat().st_size == 32


# --- whose connection it is

TABLE = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:5BA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 7 1 0 100 0 0 10 0
   1: 0100007F:5BA0 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 8 1 0 20 4 0 10 -1
   2: 0100007F:C350 0100007F:5BA0 01 00000000:00000000 00:00000000 00000000  1001        0 9 1 0 20 4 30 10 -1
"""


def test_the_system_tells_who_made_a_connection() -> None:
    """The line of their end counts, not that of ours; a connection that is not there is nobody's."""
    assert maker(TABLE, 0xC350, 0x5BA0) == 1001
    assert maker(TABLE, 0x5BA0, 0xC350) == 1000
    assert maker(TABLE, 0xC351, 0x5BA0) is None
    assert maker("", 1, 2) is None
