"""Keeping a folder of notes up to date: a Markdown note for each chat, in the midst of a person's own notes.

A note is found by its `chathold_id`, wherever it was moved. In it, the block between two marks and Chathold's own
names in the front matter are rewritten when the chat changes; all else is the person's. Nothing is ever removed,
renamed or made again.

    notes       pure: what of a note is ours, and the note with that renewed
    folder      the folder of notes: found, written, never overwritten if they changed meanwhile
    memory      which notes were written, so that one that was deleted stays deleted
    mirroring   the story
"""
