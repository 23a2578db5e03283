"""DeepSeek, as its users meet it."""

from __future__ import annotations

from chathold.core.texts import N_
from chathold.services.facts import About, Fact, Label, Service

_LOOKED_UP = "2026-11-23"
_FAQ = "https://static.deepseek.com/faq"
_TERMS = "https://cncsmonster.github.io/posts/deepseek-api-data-training-policy"
_REPORT = "https://news.backbox.org/2025/10/21/how-to-use-deepseek-both-privately-and-securely-kaspersky-official-blog"

_SETTINGS = Label("Settings", "系统设置")
_DATA = Label("Data", "数据管理")

SERVICE = Service(
    name="deepseek",
    title="DeepSeek",
    page="https://chat.deepseek.com/",
    where=(_SETTINGS, _DATA, Label("Export data", "导出所有历史对话")),
    not_there=N_("On the web, not in the phone app."),
    waiting=N_("Some time; nothing tells you. Look there again later."),
    arrives=N_("No mail: a download appears in the same place of the settings."),
    lasts=N_("about 7 days"),
    link_hours=168,
    mailed=False,
    then=N_("Leave the ZIP as it comes."),
    training_page="https://chat.deepseek.com/",
    training=(_SETTINGS, _DATA, Label("Improve the model for everyone", "数据用于优化体验")),
    facts=(
        Fact(
            About.TRAINING,
            N_("Chats are used for training by default. Its terms of use (4.3) say that you can turn it off. Some"
               " pages of 2026 still say that one cannot."),
            _LOOKED_UP,
            _TERMS,
            official=False,
        ),
        Fact(
            About.COPY,
            N_("An export holds all chats and account data; it removes nothing at the service."),
            _LOOKED_UP,
            _FAQ,
        ),
        Fact(
            About.DELETION,
            N_("A deleted chat cannot be brought back. Deleting the account deletes all chats."),
            _LOOKED_UP,
            _FAQ,
        ),
        Fact(
            About.KEEPING,
            N_("For as long as is necessary; no time is named."),
            _LOOKED_UP,
            _REPORT,
            official=False,
        ),
        Fact(About.PLACE, N_("China, under Chinese law."), _LOOKED_UP, _REPORT, official=False),
    ),
)  # fmt: skip
