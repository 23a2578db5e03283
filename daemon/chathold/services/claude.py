"""Claude, as its users meet it."""

from __future__ import annotations

from chathold.core.texts import N_
from chathold.services.facts import About, Fact, Label, Service

_LOOKED_UP = "2026-11-23"
_PLACE_LOOKED_UP = "2026-11-25"
_EXPORT = "https://support.claude.com/en/articles/9450526"
_KEEPING = "https://privacy.anthropic.com/en/articles/10023548"
_PLACE = "https://unlock-my-data.com/list-app/claude/"
_TERMS = "https://www.anthropic.com/news/updates-to-our-consumer-terms"

_SETTINGS = Label("Settings", "设置")
_PRIVACY = Label("Privacy", "隐私")

SERVICE = Service(
    name="claude",
    title="Claude",
    page="https://claude.ai/settings/data-privacy-controls",
    where=(_SETTINGS, _PRIVACY, Label("Export data", "导出数据")),
    not_there=N_("On the web or in Claude Desktop, not in the phone app. For a team, its primary owner can."),
    waiting=N_("Minutes as a rule, up to a day for large accounts."),
    arrives=N_("A mail with a link to a small list of files. Look in spam, too."),
    lasts=N_("about 24 hours, signed in to the same account"),
    link_hours=24,
    parts=True,
    then=N_("Leave the list in Downloads: Chathold then shows its files. Open the link of each once, and keep all"
            " of them."),
    training_page="https://claude.ai/settings/data-privacy-controls",
    training=(_SETTINGS, _PRIVACY, Label("Help improve Claude", "帮助改进 Claude")),
    facts=(
        Fact(
            About.TRAINING,
            N_("Free, Pro and Max: since the terms of 28 August 2025 chats are used for training by default, by a"
               " switch that was set beforehand. You can turn it off; it then holds for training runs to come."),
            _LOOKED_UP,
            _TERMS,
            official=False,
        ),
        Fact(
            About.TRAINING,
            N_("Incognito chats are not used for training; neither are those of work, education, government and API"
               " accounts."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(
            About.COPY,
            N_("An export is a copy: it removes nothing at the service. What was deleted before is not in it."),
            _LOOKED_UP,
            _EXPORT,
        ),
        Fact(
            About.DELETION,
            N_("A deleted chat goes from your list at once, and from their storage within 30 days."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(
            About.KEEPING,
            N_("Chats stay in your list until you delete them. Behind it they are kept for up to 5 years if"
               " training is allowed (new and continued chats), else for up to 30 days."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(
            About.KEEPING,
            N_("Flagged by their safety checks: what was written for up to 2 years, the marks for up to 7. Feedback"
               " is kept longer."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(About.PLACE, N_("United States, and other countries."), _PLACE_LOOKED_UP, _PLACE, official=False),
    ),
)  # fmt: skip
