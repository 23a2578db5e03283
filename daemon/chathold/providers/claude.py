"""Claude: the export made under Settings → Privacy → Export data, on the web or in Claude Desktop.

**Members.** Until mid August 2026 one ZIP, `data-YYYY-MM-DD-HH-MM-SS-batch-NNNN.zip` (2025) or
`data-<uuid>-<unix time>-<8 hex>-batch-NNNN.zip` (2026); a large account gets several, *each* with a
`conversations.json`. Since then (first seen 24 August 2026) a small `manifest-….json` whose links each give
one part, once. A part's name holds neither account nor date, so two exports have parts of the same names:

    light_metadata-000.zip   users.json, login_history.json
    conversations-000.zip    conversations.json
    projects-000.zip         projects/<uuid>.json                until 2025: projects.json, an array
    memories-000.zip         memories/<account>.json, an object  before: memories.json, an array
    design_chats-000.zip     design_chats/<uuid>.json            since May 2026
    frames-000.zip           artifacts/<id>/artifact.json, artifacts/<id>/versions/<version>.html or a folder
                             of files, artifact_comments.json (not understood: kept whole)
    feedback-000.zip         reflections/<user>.json

Also read: `conversations.json` alone, one conversation as an object, `{"conversations": […]}`.

**Ids.** Conversations, messages, projects, their files, artifacts and accounts have UUIDs that stay, across
exports and across the change of layout. Each conversation names its account. Ids of tool calls and citations
may change, as far as anybody knows; they are not read, unless a citation has nothing else.

**Times.** ISO 8601 with six digits, with Z or +00:00. Answers can be stamped before their questions.

**Branches.** Edits and retries share a parent; nothing says which was shown (`claude_reading`). Exports
before 2026 name no parents.

**Drifts.** 2024: `text` alone, with <antArtifact> and <antThinking> tags in it, which stay there. Early 2025:
`text` and `content`. October 2025: token_budget blocks. 2026: parents. Web dumps by extensions have more
names (`model`, `current_leaf_message_uuid`, `files_v2`); they are read where they say something.

**An export can be limited in time** when it is asked for; chats active in that time are in it whole. So an
export vouches within its span only.

**Left out on purpose:** login_history.json (personal, no chat); names, addresses and phone numbers in
users.json but for a masked hint; the private links of the manifest, which only the state keeps, for two days.

**Volatile:** no source has compared two exports field by field, so nothing is stripped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from chathold.core.file_facts import Numbered
from chathold.core.identity import CONVERSATION
from chathold.core.model import Reading
from chathold.core.problem import Problem
from chathold.core.texts import N_
from chathold.providers import claude_combining, claude_documents, claude_reading
from chathold.providers.base import AssetName, Coverage, Manifest, Owner, Recognition, Use
from chathold.providers.notes import NOT_UNDERSTOOD
from chathold.providers.values import items, mapping, masked, seconds, size, text

NAME = "claude"
TITLE = "Claude"
READER = 4
CHAT = "https://claude.ai/chat/{id}"

_LOOKED_UP = "2026-11-23"
NEVER_EXPORTED: tuple[tuple[str, str], ...] = (
    (N_("The files and images you uploaded: only their names, and text taken out of documents."), _LOOKED_UP),
    (
        N_("Images and files that Claude made with its tools; only published artifacts are included."),
        _LOOKED_UP,
    ),
    (N_("Which project a chat belongs to, and which chats were starred."), _LOOKED_UP),
    (N_("Which model answered."), _LOOKED_UP),
    (N_("Which of several answers was shown last."), _LOOKED_UP),
    (N_("Chats that were deleted before the export was made."), _LOOKED_UP),
)

_LOOKED_AT = 20
"""How many elements of a list are looked at to tell whose it is."""

_CONVERSATION = Recognition(
    Use.RECORD, CONVERSATION, evidence=True, ids=("uuid",), owner="account.uuid", body="chat_messages"
)
_PROJECT = Recognition(Use.RECORD, "project", evidence=True, ids=("uuid",), owner="creator.uuid")
_MEMORY = Recognition(Use.RECORD, "memory", evidence=True, ids=("account_uuid",), owner="account_uuid")
_ARTIFACT = Recognition(Use.RECORD, "artifact", evidence=True, ids=("id",), owner="owner_account")
_FEEDBACK = Recognition(Use.RECORD, "feedback", ids=("uuid", "id", "account_uuid", "user_uuid"))
_ACCOUNTS = Recognition(Use.ACCOUNTS, evidence=True)
_MANIFEST = Recognition(Use.MANIFEST, evidence=True)
_IGNORED = Recognition(Use.IGNORED)

_MEMORIES = frozenset({"conversations_memory", "project_memories", "memory_files"})
_OF_PROJECTS = frozenset({"prompt_template", "is_starter_project"})
_OF_USERS = frozenset({"full_name", "email_address"})

_BY_NAME = (
    (re.compile(r"(?:.*/)?conversations\b[^/]*\.json"), _CONVERSATION),
    (re.compile(r"(?:.*/)?design_chats/[^/]+\.json"), _CONVERSATION),
    (re.compile(r"(?:.*/)?(?:projects|projects/[^/]+)\.json"), _PROJECT),
    (re.compile(r"(?:.*/)?(?:memories|memories/[^/]+)\.json"), _MEMORY),
    (re.compile(r"(?:.*/)?artifacts/[^/]+/artifact\.json"), _ARTIFACT),
    (re.compile(r"(?:.*/)?users\.json"), _ACCOUNTS),
)
_VERSION = re.compile(r"(?:.*/)?artifacts/([^/]+)/versions/([^/]+)(/.+)?", re.DOTALL)
_REFLECTIONS = re.compile(r"(?:.*/)?reflections/[^/]+\.json")

_NUMBERED = re.compile(r"(conversations-|data-.*-batch-)([0-9]{3,4})(?: ?\(\d+\))?(?:\.zip)?", re.IGNORECASE)
_COPY_MARK = re.compile(r" ?\(\d+\)(?=\.zip$|$)")
_MOST_PARTS = 1000
_LONGEST_LINK = 4096
_OWN_LINK = re.compile(
    r"https://(?:[a-z0-9-]+\.)*(?:claude\.ai|claude\.com|anthropic\.com)/[A-Za-z0-9._~:/?#@!$&'()*+,;=%\[\]-]*"
)
_FILE_NAME = re.compile(r"[\w][\w .()-]{0,200}")
_DATE = r"(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_COPY = r"(?: ?\(\d+\))?(?:\.\w{1,10})?"
_DATED = re.compile(
    rf"(?:data-{_DATE}-batch-\d+|manifest-{_UUID}-\d+-[0-9a-f]{{8}}-{_DATE}){_COPY}", re.IGNORECASE
)
_STAMPED = re.compile(rf"data-{_UUID}-(\d{{9,11}})-[0-9a-f]{{8}}-batch-\d+{_COPY}", re.IGNORECASE)
_PART = re.compile(
    r"(?:conversations|projects|memories|light_metadata|design_chats|frames|feedback)-\d{3,4}(?: ?\(\d+\))?\.zip",
    re.IGNORECASE,
)
_IN_BATCHES = re.compile(
    rf"(data-(?:{_UUID}-\d{{9,11}}-[0-9a-f]{{8}}|\d{{4}}(?:-\d\d){{5}})-batch-)(0?\d{{3}}){_COPY}",
    re.IGNORECASE,
)

_READERS: dict[str, Callable[[Mapping[str, Any]], Reading]] = {
    CONVERSATION: claude_reading.read_conversation,
    "project": claude_documents.read_project,
    "memory": claude_documents.read_memory,
    "artifact": claude_documents.read_artifact,
    "feedback": claude_documents.read_feedback,
}


def recognise(name: str, sample: Any) -> Recognition | None:
    """What the member called `name` is; evidence lies in the content alone."""
    lower = name.lower()
    if _VERSION.fullmatch(name):
        return Recognition(Use.ASSET)
    base = lower.rpartition("/")[2]
    if base == "login_history.json":
        return _IGNORED
    if base == "artifact_comments.json":
        return None
    if _REFLECTIONS.fullmatch(lower) and isinstance(sample, dict | list):
        use = Use.RECORDS if isinstance(sample, list) else Use.RECORD
        return replace(_FEEDBACK, use=use) if claude_documents.holds_text(sample) else _IGNORED
    match sample:
        case list():
            return _of_list(lower, sample)
        case dict():
            return _of_object(lower, sample)
        case _:
            return None


def _of_list(name: str, sample: list[Any], array: str = "") -> Recognition | None:
    first = sample[:_LOOKED_AT]
    found = [known for each in first if isinstance(each, dict) and (known := _known(each))]
    if found:
        best = next((each for each in found if each.evidence), found[0])
    elif any(isinstance(each, dict) and each and not _may_be_ours(each) for each in first):
        return None
    elif (named := _named(name)) is not None:
        best = named
    else:
        return None
    use = Use.RECORDS if best.use is Use.RECORD else best.use
    return replace(best, use=use, array=array if use is Use.RECORDS else "")


def _of_object(name: str, sample: dict[str, Any]) -> Recognition | None:
    if known := _known(sample):
        return replace(known, evidence=False) if known.use is Use.ACCOUNTS else known
    if _is_manifest(sample):
        return _MANIFEST
    match sample:
        case {"conversations": list(wrapped)}:
            found = _of_list(name, wrapped, "conversations")
            return found if found and found.kind == CONVERSATION and found.use is Use.RECORDS else None
        case _:
            return _named(name) if _may_be_ours(sample) else None


def _may_be_ours(value: Mapping[str, Any]) -> bool:
    """Whether an object that proves nothing could stand in this export."""
    return isinstance(value.get("uuid"), str) and "mapping" not in value


def _named(name: str) -> Recognition | None:
    """What a member that proves nothing is called."""
    for pattern, known in _BY_NAME:
        if pattern.fullmatch(name):
            return replace(known, evidence=False)
    return None


def _known(value: dict[str, Any]) -> Recognition | None:
    """What an object is by the names in it."""
    own = isinstance(value.get("uuid"), str)
    match value:
        case {"chat_messages": list(messages)}:
            return _CONVERSATION if own or _speaks(messages) else replace(_CONVERSATION, evidence=False)
        case {"messages": list(messages), "project": dict() | None} if own and "mapping" not in value:
            return replace(_CONVERSATION, evidence=_designs(messages))
        case {"account_uuid": str()} if not value.keys().isdisjoint(_MEMORIES):
            return _MEMORY
        case {"owner_account": _, "versions": list(), "id": str()}:
            return _ARTIFACT
        case {"docs": list()} if own and not value.keys().isdisjoint(_OF_PROJECTS):
            return _PROJECT
        case _ if own and not value.keys().isdisjoint(_OF_USERS):
            return _ACCOUNTS
        case _:
            return None


def _speaks(messages: list[Any]) -> bool:
    """Whether messages name themselves and their speakers as this service does."""
    return any(
        isinstance(each, dict) and "uuid" in each and "sender" in each for each in messages[:_LOOKED_AT]
    )


def _designs(messages: list[Any]) -> bool:
    """Whether messages keep what they say in an object, as design chats do."""
    return any(
        isinstance(each, dict) and isinstance(each.get("content"), dict) for each in messages[:_LOOKED_AT]
    )


def _is_manifest(value: Mapping[str, Any]) -> bool:
    match value:
        case {"data_files": list(files)}:
            named = any(isinstance(each, dict) and "filename" in each for each in files)
            return named or {"version", "total_files"} <= value.keys()
        case _:
            return False


def holds_exports(name: str) -> bool:
    """One of the parts that a manifest lists: Claude packs no ZIP into another, but who downloaded them may."""
    return _PART.fullmatch(_base(name)) is not None


def coverage(names: Sequence[tuple[str, Recognition]], manifest: Manifest | None) -> Coverage:
    """Conversations and users together are a whole export of its span, unless its own numbers tell of more.

    With a manifest, it is whole if every file it lists is there, by name or by what it must have held. Parts
    by themselves never vouch; a loose conversation is no part either. Whatever vouches, alone or with others,
    does so within the span it shows: the export dialog can leave out what is older.
    """
    if manifest is not None:
        missing = _missing(names, manifest)
        seen = tuple(name for name in manifest.files if name not in missing)
        vouches = not missing and any(_category_of(name) == "conversations" for name in seen)
        return Coverage(vouches, vouches, bool(missing), seen, missing)
    lists = [name for name, found in names if _is_list(found)]
    users = any(found.use is Use.ACCOUNTS for _, found in names)
    if not lists or not users:
        parts = any(found.evidence and _category(name, found) != "" for name, found in names)
        return Coverage(within_span=bool(lists), part_of=parts)
    present, absent = _numbers(lists)
    return Coverage(not absent, not absent, bool(absent), present, absent)


def _is_list(found: Recognition) -> bool:
    """Whether it is a `conversations.json` as the service writes it."""
    return found.use is Use.RECORDS and found.kind == CONVERSATION and not found.array


def _missing(names: Sequence[tuple[str, Recognition]], manifest: Manifest) -> tuple[str, ...]:
    """The listed files that are neither there by name nor, where one makes up its category, unpacked."""
    places = {_COPY_MARK.sub("", place) for name, _ in names for place in name.split("/")}
    held = {category for name, found in names if (category := _category(name, found))}
    categories = Counter(_category_of(name) for name in manifest.files)
    return tuple(
        name
        for name in manifest.files
        if name not in places and not (categories[_category_of(name)] == 1 and _category_of(name) in held)
    )


def _category_of(file: str) -> str:
    return file.rpartition("-")[0]


def _category(name: str, found: Recognition) -> str:
    """The category of parts that a member comes from, "" if the service writes none like it."""
    if found.use is Use.ACCOUNTS:
        return "light_metadata"
    if found.use is Use.ASSET:
        return "frames"
    if found.kind == CONVERSATION:
        if _is_list(found):
            return "conversations"
        return "design_chats" if "design_chats/" in name else ""
    return {"project": "projects", "memory": "memories", "artifact": "frames", "feedback": "feedback"}.get(
        found.kind, ""
    )


def _numbers(names: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The numbered files in which conversations lie, and those that a gap before the last one tells of."""
    places = {place for name in names for place in name.split("/")}
    found = [match for place in sorted(places) if (match := _NUMBERED.fullmatch(place))]
    seen = {int(match[2]) for match in found}
    absent = [number for number in range(max(seen, default=0)) if number not in seen]
    return (
        tuple(match[1] + match[2] for match in found),
        tuple(f"{found[0][1]}{number:0{len(found[0][2])}}" for number in absent),
    )


def accounts(value: Any) -> tuple[Owner, ...]:
    """The owners that users.json names: several in the export of a team."""
    found: dict[str, Owner] = {}
    for each in (value,) if isinstance(value, dict) else items(value):
        user = mapping(each)
        if account := text(user.get("uuid")):
            found.setdefault(account, Owner(account, masked(user.get("email_address"))))
    return tuple(found.values())


def manifest(value: Any) -> Manifest:
    """When the export was made, the names of its parts, and those of their links that lead to Claude itself.

    A part without a proper name, and one that is only counted, gets a name that no file has.
    """
    files: dict[str, str] = {}
    listed = items(mapping(value).get("data_files"))
    counted = min(size(mapping(value).get("total_files")) or 0, _MOST_PARTS)
    for number in range(max(len(listed), counted)):
        name = text(mapping(listed[number]).get("filename")) if number < len(listed) else ""
        link = text(mapping(listed[number]).get("export_url")) if number < len(listed) else ""
        files[name if _FILE_NAME.fullmatch(name) else f"part {number + 1}"] = link
    links = tuple((name, link) for name, link in files.items() if is_own_link(link))
    return Manifest(seconds(mapping(value).get("created_at")), tuple(files), links)


def is_own_link(address: str) -> bool:
    """Whether an address leads to a page of Claude's, and to nowhere else in any browser's eyes."""
    return len(address) <= _LONGEST_LINK and _OWN_LINK.fullmatch(address) is not None


def asset_names(value: Any) -> tuple[AssetName, ...]:  # noqa: ARG001 - the protocol's signature
    """None: no side-car names files."""
    return ()


def asset_id(name: str) -> str:
    """The page of one version of an artifact, or another file of that version by its path below it."""
    match = _VERSION.fullmatch(name)
    if not match:
        return ""
    artifact, version, rest = match.groups()
    if rest is None:
        return claude_documents.version_asset(artifact, _stem(version))
    page = claude_documents.version_asset(artifact, version)
    return page if _stem(rest).lower() == "/index" else page + rest


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name


def _base(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def numbered(name: str) -> Numbered | None:
    """Which of the ZIPs of a large export one is, or the folder it was unpacked to, by `…-batch-NNNN`."""
    found = _IN_BATCHES.fullmatch(_base(name))
    return Numbered(found[1].lower(), int(found[2])) if found else None


def name_time(name: str) -> float | None:
    """The time in the name of an old ZIP, of the folder it was unpacked to, or of a manifest."""
    base = _base(name)
    if stamped := _STAMPED.fullmatch(base):
        return seconds(int(stamped[1]))
    dated = _DATED.fullmatch(base)
    if not dated:
        return None
    year, month, day, hour, minute, second = (int(number) for number in dated.groups() if number)
    try:
        return seconds(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def strip(kind: str, value: dict[str, Any]) -> int:  # noqa: ARG001 - the protocol's signature
    """Nothing is proven volatile: 0."""
    return 0


def read(kind: str, value: Mapping[str, Any]) -> Reading:
    """What a record of any kind means; of a kind that is not known it says so."""
    reader = _READERS.get(kind)
    if reader is None or not isinstance(value, dict):
        return Reading(problems=(Problem("", NOT_UNDERSTOOD),))
    return reader(value)


combine = claude_combining.combine
stand = claude_combining.stand
users = claude_combining.users
asset_list = claude_combining.asset_list
as_exported = claude_combining.as_exported
