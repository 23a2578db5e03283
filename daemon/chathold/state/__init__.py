"""What Chathold remembers of its own doings: downloads it looked at, whether it is paused, what it is doing now.

A small SQLite database beside the archive, never inside it: it waits for no import, and losing it loses no chat.
Only this package speaks SQL to it.
"""

from chathold.state.downloads import Downloads, Pending, Stage
from chathold.state.memory import Memory
from chathold.state.store import State

__all__ = ["Downloads", "Memory", "Pending", "Stage", "State"]
