"""ChatGPT, as its users meet it."""

from __future__ import annotations

from chathold.core.texts import N_
from chathold.services.facts import About, Fact, Label, Service

_LOOKED_UP = "2026-11-23"
_PLACE_LOOKED_UP = "2026-11-25"
_EXPORT = "https://help.openai.com/en/articles/7260999"
_CONTROLS = "https://help.openai.com/en/articles/7730893-data-controls-faq"
_KEEPING = "https://help.openai.com/en/articles/8983778"
_PLACE = "https://conductatlas.com/platform/openai/openai-privacy-policy/cross-border-data-transfers/"
_COURT = "https://www.techspot.com/news/109839-openai-no-longer-required-store-all-users-deleted.html"

_SETTINGS = Label("Settings", "设置")
_DATA = Label("Data controls", "数据控制")

SERVICE = Service(
    name="chatgpt",
    title="ChatGPT",
    page="https://chatgpt.com/#settings/DataControls",
    where=(_SETTINGS, _DATA, Label("Export data", "导出数据"), Label("Confirm export", "确认导出")),
    not_there=N_("Not for Business and Enterprise accounts."),
    waiting=N_("Minutes as a rule, up to 7 days. The first mail may only confirm that you have asked."),
    arrives=N_("A mail or an SMS with a link. Look in spam, too."),
    lasts=N_("about 24 hours, signed in to the same account"),
    link_hours=24,
    texted=True,
    then=N_("Leave the ZIP as it comes, all of it: with many files it can be larger than 10 GB."),
    training_page="https://chatgpt.com/#settings/DataControls",
    training=(_SETTINGS, _DATA, Label("Improve the model for everyone", "为所有人改进模型")),
    facts=(
        Fact(
            About.TRAINING,
            N_("Free, Plus and Pro: chats are used for training by default. You can turn it off; it then holds for"
               " new chats. Feedback that you give may still be used."),
            _LOOKED_UP,
            _CONTROLS,
            official=False,
        ),
        Fact(About.TRAINING, N_("Temporary chats are not used for training."), _LOOKED_UP, _CONTROLS, official=False),
        Fact(
            About.COPY,
            N_("An export is a copy: it removes nothing at the service. It does not hold temporary chats, nor chats"
               " that were deleted before."),
            _LOOKED_UP,
            _EXPORT,
        ),
        Fact(
            About.DELETION,
            N_("A deleted chat goes from your list at once and is erased within 30 days, unless security or law"
               " require otherwise, or it was separated from you before."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(
            About.DELETION,
            N_("From May to 26 September 2025 a court had OpenAI keep deleted chats. The order is lifted; what was"
               " kept then, and chats of accounts that were flagged, are still held."),
            _LOOKED_UP,
            _COURT,
            official=False,
        ),
        Fact(
            About.KEEPING,
            N_("Chats are kept until you delete them; temporary chats for 30 days."),
            _LOOKED_UP,
            _KEEPING,
        ),
        Fact(About.PLACE, N_("United States."), _PLACE_LOOKED_UP, _PLACE, official=False),
    ),
)  # fmt: skip
