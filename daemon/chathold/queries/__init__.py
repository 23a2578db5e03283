"""What somebody searches for, understood: without an archive or an index, so that settings can hold it too.

wishes  the words of a query and the filters beside them
lexing  a query cut into its pieces
words   the words of a text, as the index has them
query   what is to be matched, and which messages are wanted at all
"""
