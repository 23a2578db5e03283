"""The program that watches: whatever export lands in a watched folder is in the archive, by itself.

    running     the loop: one thread decides everything, in the order in which things happen
    importing   the worker as the daemon sees it: a process that imports one download at a time
    worker      the same process from inside
    answers     what a worker says of a download
    retrying    when a download that could not be imported is tried again            pure
    telling     what happens, told to whoever listens: the log, `status`, later the tray
    presence    one daemon an archive
    door        listening for the reader, and starting it when somebody comes
    renewal     noticing that newer code has been installed

Downloads come from `watching`; what was done with them is remembered in `state`.
"""
