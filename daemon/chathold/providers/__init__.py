"""The services whose exports Chathold reads: one module each, one line each in the list."""

from chathold.providers import chatgpt, claude, deepseek
from chathold.providers.base import Provider

__all__ = ["PROVIDERS", "chatgpt", "claude", "deepseek"]

PROVIDERS: tuple[Provider, ...] = (chatgpt, claude, deepseek)


def readers() -> str:
    """The versions of what reads exports."""
    return " ".join(f"{each.NAME}:{each.READER}" for each in PROVIDERS)
