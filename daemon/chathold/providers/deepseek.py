"""DeepSeek: the export made under Settings → Data → Export data, on the web only.

**Members.** `deepseek_data-YYYY-MM-DD.zip` (the day of the export; a browser adds ` (1)`) holds
`conversations.json`, an array on one line, and `user.json`. Nothing else has been seen; people also keep the
unpacked folder, or one of the files alone. Bytes of uploaded files are never in it.

**Records.** `{id, title, inserted_at, updated_at, mapping}`. `mapping` looks like ChatGPT's, but neither
`create_time` nor `current_node` is there: `inserted_at` beside `mapping`, or `fragments` in a message, is
what tells DeepSeek. `user.json` is `{user_id, email, mobile, oauth_profiles}`; `mobile` is null, an object
or, in some hands, a string. Only `user_id` and a masked hint are taken from it.

**Ids.** A conversation's `id` is a UUID and stays. Nodes are named by the chat's own message numbers as
strings ("1", "2", "4": gaps are normal) under "root"; they repeat in every chat.

**Times.** ISO 8601 with six digits and +08:00, whoever the user is; sometimes without a fraction, or with Z.
Question and answer often share one, and an answer may be stamped before its question: order is in the tree.

**Branches.** A regenerated answer is one more child of its question, an edited question one more child of
what it followed. Which branch was shown is not stored.

**Messages** are `{model, inserted_at, fragments}` and name no speaker: a REQUEST fragment is the user's,
RESPONSE, THINK, SEARCH, READ_LINK and TOOL_* are the service's. What fragments become is told in
`deepseek_fragments`, how the tree is read in `deepseek_reading`.

**Drifts.** `files: [{id, file_name}]` beside the fragments until spring 2026; a FILE fragment with `file_id`,
`file_name`, `file_size` by October 2026. READ_LINK was seen in older files, TOOL_SEARCH, TOOL_OPEN and
TOOL_FIND in newer ones.

**Also read**, with the same ids, so that they merge: answers of the web interface as other tools save them
(`{data: {biz_data: {chat_session, chat_messages}}}`, with or without the outer names; integer `message_id`
and `parent_id`, null for the root; times as Unix seconds; `current_message_id` is the message last shown),
and flat messages of other exporters (`content`, `reasoning_content`, `search_results`), if something in them
says DeepSeek.

**Left out on purpose:** of `user.json` all but the id; of search results the date, icon and site name; of
fragments their running number, status, elapsed time and stage. They stay in the record's bytes.

**Volatile:** nothing is proven to be, so nothing is stripped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from chathold.core.identity import CONVERSATION
from chathold.core.model import Reading
from chathold.core.problem import Problem
from chathold.core.texts import N_
from chathold.providers import deepseek_combining, deepseek_fragments, deepseek_reading, values
from chathold.providers.base import AssetName, Coverage, Manifest, Owner, Recognition, Use
from chathold.providers.notes import NOT_UNDERSTOOD

NAME = "deepseek"
TITLE = "DeepSeek"
READER = 4
CHAT = "https://chat.deepseek.com/a/chat/s/{id}"

_LOOKED_UP = "2026-11-23"
NEVER_EXPORTED: tuple[tuple[str, str], ...] = (
    (N_("The files you uploaded: only their names and sizes are in the export."), _LOOKED_UP),
    (N_("Chats that were deleted before the export was made."), _LOOKED_UP),
    (N_("Which of several answers was shown last."), _LOOKED_UP),
    (N_("Your ratings of answers, and which chats were pinned."), _LOOKED_UP),
)

_LOOKED_AT = 20
"""How many elements of a list are looked at to tell whose it is."""

_WRAPPERS = ("conversations", "chats", "sessions", "data")
_DAY_IN_NAME = re.compile(r"deepseek_data-(\d{4})-(\d\d)-(\d\d)(?: ?\(\d+\))?(?:\.zip)?", re.IGNORECASE)


def recognise(name: str, sample: Any) -> Recognition | None:
    """What the member called `name` is; evidence lies in the content alone."""
    base = name.rpartition("/")[2].lower()
    match sample:
        case list():
            return _of_list(base, sample)
        case dict():
            return _of_object(base, sample)
        case _:
            return None


def _of_list(base: str, sample: list[Any]) -> Recognition | None:
    first = sample[:_LOOKED_AT]
    for element in first:
        if ids := _record_ids(element):
            return Recognition(Use.RECORDS, evidence=True, ids=ids, body="mapping")
    named = base.startswith("conversations") and base.endswith(".json")
    return Recognition(Use.RECORDS) if named and not any(first) else None


def _of_object(base: str, sample: dict[str, Any]) -> Recognition | None:
    if deepseek_fragments.identifier(sample.get("user_id")) and "mapping" not in sample:
        if "oauth_profiles" in sample or "mobile" in sample:
            return Recognition(Use.ACCOUNTS, evidence=True)
        if base.startswith("user"):
            return Recognition(Use.ACCOUNTS)
    if ids := _record_ids(sample):
        return Recognition(Use.RECORD, evidence=True, ids=ids)
    for array in _WRAPPERS:
        for element in values.items(sample.get(array))[:_LOOKED_AT]:
            if ids := _record_ids(element):
                return Recognition(Use.RECORDS, evidence=True, ids=ids, array=array)
    return None


def _record_ids(value: Any) -> tuple[str, ...]:
    """Where a DeepSeek record carries its id, as dotted paths; none, if `value` is no such record."""
    if not isinstance(value, dict):
        return ()
    path, held = deepseek_reading.session_holder(value)
    session = held.get("chat_session")
    messages = held.get("chat_messages")
    whole = isinstance(session, dict) and ("inserted_at" in session or messages is not None)
    if whole or any(map(_tells, values.items(messages)[:_LOOKED_AT])):
        return (".".join((*path, "chat_session", "id")), "id")
    return ("id",) if _is_conversation(value) else ()


def _is_conversation(value: dict[str, Any]) -> bool:
    mapping = value.get("mapping")
    if isinstance(mapping, dict):
        nodes = [node for _, node in zip(range(_LOOKED_AT), mapping.values(), strict=False)]
        if "inserted_at" in value or any(_tells(values.mapping(node).get("message")) for node in nodes):
            return True
    messages = value.get("messages")
    if not isinstance(messages, list):
        return False
    return _names_model(value) or any(map(_tells, messages[:_LOOKED_AT]))


def _tells(message: Any) -> bool:
    """Whether a message can only be DeepSeek's."""
    if not isinstance(message, dict):
        return False
    match message.get("fragments"):
        case [{"type": str()}, *_]:
            return True
        case _:
            return "reasoning_content" in message or _names_model(message)


def _names_model(value: Mapping[str, Any]) -> bool:
    return values.text(value.get("model")).lower().startswith("deepseek")


def holds_exports(name: str) -> bool:  # noqa: ARG001 - the protocol's signature
    """Never: a DeepSeek export is one ZIP of two files."""
    return False


def coverage(names: Sequence[tuple[str, Recognition]], manifest: Manifest | None) -> Coverage:  # noqa: ARG001 - the protocol's signature
    """An export vouches if both of its members are there: the users file and the array of conversations."""
    uses = {found.use for _, found in names if found.kind == CONVERSATION}
    return Coverage(vouches={Use.ACCOUNTS, Use.RECORDS} <= uses)


def accounts(value: Any) -> tuple[Owner, ...]:
    """The owner that `user.json` names."""
    user = values.mapping(value)
    account = deepseek_fragments.identifier(user.get("user_id"))
    if not account:
        return ()
    return (Owner(account, _hint(user)),)


def _hint(user: Mapping[str, Any]) -> str:
    """A masked e-mail address, else the last two digits of the phone number, else nothing."""
    if hint := values.masked(user.get("email")):
        return hint
    mobile = user.get("mobile")
    number = mobile.get("mobile_number") if isinstance(mobile, dict) else mobile
    digits = [sign for sign in deepseek_fragments.identifier(number) if sign.isdigit()]
    if len(digits) > len("12345"):
        return "•••" + "".join(digits[-2:])
    for profile in values.items(user.get("oauth_profiles")):
        if hint := values.masked(values.mapping(values.mapping(profile).get("profile_json")).get("email")):
            return hint
    return ""


def manifest(value: Any) -> Manifest:  # noqa: ARG001 - the protocol's signature
    """DeepSeek writes none: an unknown time and no files."""
    return Manifest(None, ())


def asset_names(value: Any) -> tuple[AssetName, ...]:  # noqa: ARG001 - the protocol's signature
    """None: no side-car names files."""
    return ()


def asset_id(name: str) -> str:  # noqa: ARG001 - the protocol's signature
    """Always "": the export holds no files."""
    return ""


def numbered(name: str) -> None:
    """Never: an export is one file."""
    del name


def name_time(name: str) -> float | None:
    """Midnight UTC of the day in `deepseek_data-YYYY-MM-DD`, of the ZIP or of a folder it was unpacked to."""
    base = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    found = _DAY_IN_NAME.fullmatch(base)
    if not found:
        return None
    year, month, day = map(int, found.groups())
    try:
        return values.seconds(datetime(year, month, day, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def strip(kind: str, value: dict[str, Any]) -> int:  # noqa: ARG001 - the protocol's signature
    """Nothing is proven volatile: 0."""
    return 0


def read(kind: str, value: Mapping[str, Any]) -> Reading:
    """What a conversation means; a record of another kind is only kept."""
    if kind != CONVERSATION:
        return Reading(problems=(Problem("", NOT_UNDERSTOOD),))
    return deepseek_reading.read_conversation(value)


combine = deepseek_combining.combine
stand = deepseek_combining.stand
users = deepseek_combining.users
asset_list = deepseek_combining.asset_list
as_exported = deepseek_combining.as_exported
