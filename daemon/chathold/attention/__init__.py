"""What needs attention, each with the next step: one list for the command line, the page and the tray.

`concerns.py` makes it of what is so, by pure rules; `gathering.py` reads what is so.
"""

from chathold.attention.concerns import Concern, Kind, Leads, Severity, Situation, concerns

__all__ = ["Concern", "Kind", "Leads", "Severity", "Situation", "concerns"]
