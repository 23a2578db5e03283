"""Services whose exports cannot be read here yet: what is known of privacy there, and that they give a copy."""

from __future__ import annotations

from chathold.core.texts import N_
from chathold.services.facts import About, Fact, Service

_LOOKED_UP = "2026-11-23"


def _fact(about: About, text: str, source: str, *, official: bool = False) -> Fact:
    return Fact(about, text, _LOOKED_UP, source, official=official)


_GEMINI = "https://support.google.com/gemini/answer/13278892"
_GEMINI_GUIDE = "https://unanswered.io/guide/how-to-stop-google-gemini-from-using-your-data"
_GROK = "https://www.productionai.institute/ai-data-use/grok-on-x"
_GROK_GUIDE = "https://privacygpt.lynicis.dev/company/xai"
_MISTRAL = "https://help.mistral.ai/en/articles/323757-do-you-use-my-user-data-to-train-your-artificial-intelligence-models"
_MISTRAL_DOCS = "https://docs.mistral.ai/admin/security-access/privacy"
_COPILOT = "https://support.microsoft.com/en-us/topic/privacy-faq-for-microsoft-copilot-27b3a435-8dc9-4b55-9a4b-58eeb9647a7f"
_COPILOT_GUIDE = "https://joindeleteme.com/ai-privacy-settings/microsoft-copilot-privacy-settings-guide/"
_PERPLEXITY = "https://www.perplexity.ai/hub/faq/what-data-does-perplexity-collect-about-me"
_PERPLEXITY_GUIDE = "https://www.productionai.institute/ai-data-use/perplexity"

OTHERS: tuple[Service, ...] = (
    Service("gemini", "Gemini", facts=(
        _fact(About.TRAINING, N_("By default for adults while “Keep Activity” is on; you can turn it off at"
              " myactivity.google.com/product/gemini, or use temporary chats."), _GEMINI_GUIDE),
        _fact(About.COPY, N_("Google Takeout: My Activity, Gemini Apps."), _GEMINI_GUIDE),
        _fact(About.DELETION, N_("Chats that people have reviewed are kept for up to 3 years, and are not deleted with"
              " your activity."), _GEMINI_GUIDE),
        _fact(About.KEEPING, N_("18 months by default; you can choose 3, 36, or off. Even then for about 3 days."),
              _GEMINI, official=True),
    )),
    Service("grok", "Grok", facts=(
        _fact(About.TRAINING, N_("By default; you can turn it off on grok.com at Settings, Data Controls, “Improve the"
              " model”, and on X at Privacy & safety, Grok."), _GROK_GUIDE),
        _fact(About.COPY, N_("A download of the account's data."), _GROK_GUIDE),
        _fact(About.DELETION, N_("Deleted and private chats within 30 days, unless security or law require"
              " otherwise."), _GROK),
    )),
    Service("mistral", "Le Chat (Mistral)", facts=(
        _fact(About.TRAINING, N_("Free, Pro and Student: by default; you can turn it off in the Admin Console, Privacy."
              " Another page of Mistral's says that Pro is off by default."), _MISTRAL, official=True),
        _fact(About.COPY, N_("An export from Le Chat."), _MISTRAL_DOCS, official=True),
    )),
    Service("copilot", "Microsoft Copilot", facts=(
        _fact(About.TRAINING, N_("By default for private accounts; you can turn it off at Privacy, “Model training on"
              " text” and “on voice”. Not for work accounts, minors, and in some countries."), _COPILOT_GUIDE),
        _fact(About.COPY, N_("Account, Privacy, “Export or delete history”, or the privacy dashboard."),
              _COPILOT_GUIDE),
        _fact(About.KEEPING, N_("18 months by default; you can delete at any time."), _COPILOT, official=True),
    )),
    Service("perplexity", "Perplexity", facts=(
        _fact(About.TRAINING, N_("Free, Pro and Max: by default; you can turn off “AI data retention” at Settings,"
              " Preferences. It then holds for what comes later."), _PERPLEXITY_GUIDE),
        _fact(About.COPY, N_("An export of the account's data; one user reports that there is none."),
              _PERPLEXITY_GUIDE),
        _fact(About.DELETION, N_("Within 30 days of deleting the account."), _PERPLEXITY, official=True),
    )),
)  # fmt: skip
