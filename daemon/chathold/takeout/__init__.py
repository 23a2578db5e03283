"""Taking chats out: as Markdown, HTML, JSON, or in the service's own shape. Nothing half-written is ever seen.

taking_out.take_out   the story: what is chosen is written to a hidden folder, which then takes its place
single.one            the files of one conversation, for a download
"""
