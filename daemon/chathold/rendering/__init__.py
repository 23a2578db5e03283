"""A message as safe HTML, and the way through a conversation's tree. Pure: nothing is read, written or fetched.

Chat text is hostile. It is read as Markdown with raw HTML shown as text, and what comes of it passes an
allow-list (nh3) last: no script, style, handler or remote picture, and no address but http, https and mailto.

    message_html   the body of one message
    STYLE          the CSS that goes with it, light and dark
    branches       which messages are shown, and where one can switch
"""

from __future__ import annotations

from chathold.rendering.messages import message_html
from chathold.rendering.style import STYLE

__all__ = ["STYLE", "message_html"]
