"""Reminding people to export again, and leading them through the service's waiting.

    rules       where each account stands: nothing to do, due, asked for, a link that lives for a while     pure
    showing     which reminders are to be shown now                                                         pure
    delivering  showing them: claimed, shown, proven
    saying      what people answer: snooze, off, I asked for it, it came                                     pure
    words       a reminder in words
    now         all of it for this archive and these settings

What was said and shown is remembered in `state`; when an account was last exported, the archive knows; how a
service hands out its exports, `services`.
"""

from chathold.reminders.rules import Plan, Reminder, Stage, reminders
from chathold.reminders.saying import Said, said
from chathold.reminders.showing import is_quiet, to_show

__all__ = [
    "Plan",
    "Reminder",
    "Said",
    "Stage",
    "is_quiet",
    "reminders",
    "said",
    "to_show",
]
