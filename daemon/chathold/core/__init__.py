"""Pure records and rules: no files, no clock, no database."""
