"""A session: what the browser has to show, and the code by which it gets that.

The secret lies in a file of the user's own, beside the state. What the cookie holds is made of it and of the
address, so that a new address ends every session. A code is good once, and for half a minute; only its hash is
written down, by the program that opens the browser, and the reader takes it from there.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import secrets
import tempfile
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from chathold.address import Address
from chathold.core.errors import ChatholdError
from chathold.core.texts import _
from chathold.state import State
from chathold.state.memory import READER_CODE

COOKIE = "chathold"
ENTRANCE = "enter"
DOOR = "to"
CODE_LASTS = 30.0
_SECRET = "reader.key"  # noqa: S105 - the name of its file
_LENGTH = 32


class Session(Struct, frozen=True):
    """The address that is served, and what the cookie must hold."""

    address: Address
    token: str

    @classmethod
    def of(cls, address: Address, state_folder: Path) -> Session:
        """The session of this address. Raises `ChatholdError` where its secret cannot be kept."""
        made = hmac.new(_secret(state_folder / _SECRET), address.url.encode(), sha256)
        return cls(address, made.hexdigest())

    def is_shown(self, token: str) -> bool:
        """Whether this is what the cookie must hold; as quick if it is nearly so."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self.token.encode())


def _secret(path: Path) -> bytes:
    """The secret in this file, made if there is none."""
    try:
        if not path.exists() or path.stat().st_size != _LENGTH:  # one cut short was never used
            _keep(path, secrets.token_bytes(_LENGTH))
        return path.read_bytes()
    except OSError as error:
        raise ChatholdError(
            _("The reader's key cannot be kept: {reason}").format(reason=error.strerror or error),
            place=str(path),
            advice=_("Check that the folder exists and belongs to you."),
        ) from error


def _keep(path: Path, secret: bytes) -> None:
    """Write the secret, for its owner alone: whole, or not at all; and not where another process was quicker."""
    handle, building = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}-")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(secret)
        if path.exists() and path.stat().st_size != _LENGTH:
            path.unlink()
        with contextlib.suppress(FileExistsError):
            os.link(building, path)
    except OSError:  # a file system without links: there, of several at once, the last is quicker
        Path(building).replace(path)
    finally:
        Path(building).unlink(missing_ok=True)


def new_code(state: State, now: float) -> str:
    """A code that opens the reader once, within `CODE_LASTS` seconds of `now` (Unix seconds)."""
    code = secrets.token_urlsafe(24)
    state.memory.set(READER_CODE, {"hash": _hash(code), "until": now + CODE_LASTS})
    return code


def takes_code(state: State, code: str, now: float) -> bool:
    """Whether this is the code that opens the reader; if so, it is used up."""
    known = state.memory.get(READER_CODE)
    if known is None or not hmac.compare_digest(known["hash"], _hash(code)):
        return False
    return bool(state.memory.take(READER_CODE) == known and now <= known["until"])


def _hash(code: str) -> str:
    return sha256(code.encode("utf-8", "replace")).hexdigest()


def entrance(address: Address, code: str, door: str = "") -> str:
    """Where this code is to be shown; `door` is the name of the page that it leads to, none the first."""
    return f"{address.url}{ENTRANCE}/{code}" + (f"?{DOOR}={door}" if door else "")
