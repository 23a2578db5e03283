"""Opening a download safely, and reading its members as streams.

A download is a ZIP, a JSON file or a folder, known by its content. Nothing is extracted by name, no member is
held in memory, and what is hostile or cut ends in a typed error.
"""

from chathold.exports.disappointments import not_an_export_advice
from chathold.exports.members import Export, ExportForm, Member
from chathold.exports.opening import children, fingerprint, open_export, stamps
from chathold.exports.sniffing import SAMPLE, sample

__all__ = [
    "SAMPLE",
    "Export",
    "ExportForm",
    "Member",
    "children",
    "fingerprint",
    "not_an_export_advice",
    "open_export",
    "sample",
    "stamps",
]
