"""The archive on disk: facts that only accumulate, and everything that can be derived from them.

Only this package speaks SQL. `store.Archive` opens one; `writing` adds to it; the other modules read it.
"""

from chathold.archive.store import Archive

__all__ = ["Archive"]
