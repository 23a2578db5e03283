"""The services as their users meet them: how to ask for an export, and what is known of privacy there.

All of this is data with a date and a source, for services change their pages often: one module a service. Facts
say what a default is and where it can be changed, never how it is set for this user: nobody here can know. No
service is rated. `providers` reads exports, and knows what they never hold.
"""

from chathold.services import chatgpt, claude, deepseek
from chathold.services.facts import About, Fact, Label, Service
from chathold.services.others import OTHERS

SERVICES: tuple[Service, ...] = (chatgpt.SERVICE, claude.SERVICE, deepseek.SERVICE)
"""Those whose exports can be read."""

BY_NAME = {each.name: each for each in SERVICES}

__all__ = ["BY_NAME", "OTHERS", "SERVICES", "About", "Fact", "Label", "Service"]
