"""What Chathold remembers: downloads, links of parts, pauses, what was said to reminders, notices nobody saw yet.

A small SQLite database beside the archive, never inside it: it waits for no import, and losing it loses no chat.
Only this package speaks SQL to it.
"""

from chathold.state.downloads import Downloads, Pending, Stage
from chathold.state.links import Link, Links
from chathold.state.memory import Memory
from chathold.state.notices import Unseen
from chathold.state.reminders import Marks, Showing
from chathold.state.store import State

__all__ = ["Downloads", "Link", "Links", "Marks", "Memory", "Pending", "Showing", "Stage", "State", "Unseen"]
