"""The settings: what can be set, and reading `config.toml`, strictly.

`settings.py` describes each setting once; `kinds.py` says which values will do; `reading.py` makes settings of a
file, or a `ConfigurationError` that names every fault with its line, which `lines.py` finds; `writing.py` changes
single settings in it.
"""

from chathold.configuration.faults import ConfigurationError, Fault
from chathold.configuration.reading import examine, load
from chathold.configuration.settings import SETTINGS, Setting, Settings

__all__ = ["SETTINGS", "ConfigurationError", "Fault", "Setting", "Settings", "examine", "load"]
