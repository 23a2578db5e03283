"""Exports that a person hands to the page: received into a private folder, imported one after another, removed.

`receiving.py` is the folder; `importing.py` has the daemon's worker import what is in it. Nothing here is web.
"""

from chathold.uploads.importing import Imports, Job, Stage
from chathold.uploads.receiving import Receiving, Uploads, safe_name

__all__ = ["Imports", "Job", "Receiving", "Stage", "Uploads", "safe_name"]
