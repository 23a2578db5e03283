"""`chathold` on the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code (DESIGN §7)."""
    from chathold.cli.edge import run  # noqa: PLC0415 - what a command needs is loaded when it runs

    return run(list(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    sys.exit(main())
