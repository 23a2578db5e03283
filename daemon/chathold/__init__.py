"""Chathold keeps a versioned archive of a person's AI chats, made from the exports they download."""

__version__ = "0.1.0"
