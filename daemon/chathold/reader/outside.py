"""The page for those who are not let in: how to open the reader. It is no part of the application."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from starlette.responses import HTMLResponse

from chathold.core.texts import _, language

_STYLE = (
    "html{color-scheme:light dark;font:1.0625rem/1.6 system-ui,sans-serif}"
    "main{max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}h1{font-size:1.25rem}"
)
_POLICY = "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Outside(HTMLResponse):
    """What happened, if it is to be said, and how to open the reader."""

    def __init__(self, status: int, happened: str = "") -> None:
        words = [
            happened,
            _('Open it from the icon of Chathold, or in a terminal with "chathold web".'),
            _("Only the browser that was opened that way can read here."),
        ]
        paragraphs = "".join(f"<p>{escape(each)}</p>" for each in words if each)
        super().__init__(
            f'<!doctype html><html lang="{language().replace("_", "-")}" translate="no"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width"><title>Chathold</title>'
            f"<style>{_STYLE}</style></head><body><main><h1>Chathold</h1>{paragraphs}</main></body></html>",
            status_code=status,
        )
        digest = b64encode(sha256(_STYLE.encode()).digest()).decode()
        self.headers["content-security-policy"] = _POLICY.format(hash=digest)
