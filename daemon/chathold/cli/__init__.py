"""The command line: one verb a module, every command with `--json` (DESIGN §7).

Standard output carries the answer, standard error progress and errors. What is heavy loads when it is used.
"""
