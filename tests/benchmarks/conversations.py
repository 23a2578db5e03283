"""One made-up ChatGPT conversation as an export of early 2026 holds it: the full tree with all metadata.

A conversation is a function of what a `Talk` says and of nothing else, so that every export of a series can
be written in one pass, and what has not changed between two of them is equal byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from benchmarks import vocabulary
from benchmarks.speaker import JSON, Change, Node, Speaker, Talk, Writing

LANGUAGES = {"en": 0.78, "zh": 0.14, "ja": 0.08}
MODELS = ("gpt-5-2-thinking", "gpt-5-2", "gpt-4o", "o3", "gpt-5-1", "gpt-4-5")
REASONING_MODELS = {"gpt-5-2-thinking", "o3", "gpt-5-1"}

LARGE = 1_000_000
"""From this size on a talk has pasted logs among its messages."""

FIELDS_BYTES = 1_200
"""What a conversation takes beside its messages."""

TURN_BYTES = 3_000
"""What a short question and its answer take together."""

SHORT_TALK = 12_000
"""Below this size the talk's first answers are short too."""

INSTRUCTIONS = (
    "I work on data pipelines and read most answers on a phone. Prefer short paragraphs, name your sources, "
    "and say so when you are not sure. Dates as 2026-02-28, metric units, no emoji in code."
)


def begin(speaker: Speaker) -> None:
    """The root, the hidden system message, and in many talks the custom instructions."""
    speaker.hang("client-created-root", None, "null")
    hidden = {"is_visually_hidden_from_conversation": True}
    speaker.add(speaker.leaf, "system", {"content_type": "text", "parts": [""]}, dict(hidden), end_turn=True)
    if speaker.random.random() < 0.4:
        context: JSON = {
            "content_type": "user_editable_context",
            "user_profile": "Preferred name: Ada\nOther information: two cats, one server",
            "user_instructions": INSTRUCTIONS,
        }
        data = {"about_user_message": "Preferred name: Ada", "about_model_message": INSTRUCTIONS}
        metadata = {**hidden, "is_user_system_message": True, "user_context_message_data": data}
        speaker.add(speaker.leaf, "user", context, metadata)


def ask(speaker: Speaker, parent: str) -> str:
    """A question; now and then with a pasted log, or with a file whose bytes no export contains."""
    random = speaker.random
    text = speaker.text(min(random.lognormvariate(4.8, 1.1), 20_000) * speaker.wordiness)
    if random.random() < speaker.pasting:
        text += "\n\n" + speaker.text(random.uniform(60_000, 340_000))
    metadata: JSON = {
        "selected_github_repos": [],
        "selected_all_github_repos": False,
        "serialization_metadata": {"custom_symbol_offsets": []},
        "request_id": speaker.uuid(),
        "message_source": None,
        "turn_exchange_id": speaker.uuid(),
        "timestamp_": "absolute",
    }
    if random.random() < 0.01:
        metadata["attachments"] = [attachment(speaker)]
    return speaker.add(parent, "user", {"content_type": "text", "parts": [text]}, metadata)


def attachment(speaker: Speaker) -> JSON:
    """A file that a question names."""
    return {
        "id": f"file_{speaker.random.randbytes(16).hex()}",
        "size": speaker.random.randrange(1_000, 900_000),
        "name": f"{speaker.about.names[0]}.csv",
        "mime_type": "text/csv",
        "source": "local",
    }


def answer(speaker: Speaker, parent: str) -> str:
    """An answer, with the reasoning, program runs and searches that come before it."""
    random = speaker.random
    below = reason(speaker, parent) if speaker.model in REASONING_MODELS and random.random() < 0.3 else parent
    chance = random.random()
    references: list[JSON] = []
    if chance < 0.06:
        below = compute(speaker, below)
    elif chance < 0.10:
        below, references = search(speaker, below)
    text = speaker.text(min(random.lognormvariate(6.9, 0.8), 30_000) * speaker.wordiness)
    while random.random() < 0.3 * speaker.wordiness:
        text += speaker.code() + speaker.text(random.uniform(40, 400))
    if references:
        text += references[0]["matched_text"]
    content = {"content_type": "text", "parts": [text]}
    metadata = metadata_of_answer(speaker, below, references)
    return speaker.add(below, "assistant", content, metadata, end_turn=True, channel="final")


def metadata_of_answer(speaker: Speaker, parent: str, references: list[JSON]) -> JSON:
    """All that surrounds an answer."""
    return {
        "finish_details": {"type": "stop", "stop_tokens": [200002]},
        "is_complete": True,
        "citations": [],
        "content_references": references,
        "search_result_groups": [],
        "image_results": [],
        "safe_urls": [reference["items"][0]["url"] for reference in references],
        "can_save": True,
        "message_type": "next",
        "model_slug": speaker.model,
        "default_model_slug": "auto",
        "parent_id": parent,
        "request_id": speaker.uuid(),
        "turn_exchange_id": speaker.uuid(),
        "timestamp_": "absolute",
        "model_adjustments": [],
        "pad": "A" * speaker.random.randrange(20, 90),
        "message_source": None,
        **durations(speaker),
    }


def durations(speaker: Speaker) -> JSON:
    """What the service measures anew for every export: how long a reasoning model thought."""
    if speaker.model not in REASONING_MODELS:
        return {}
    seconds = speaker.durations.randrange(10, 99)
    start = speaker.clock + speaker.durations.random()
    return {
        "reasoning_status": "reasoning_ended",
        "thinking_effort": "extended",
        "finished_duration_sec": seconds,
        "reasoning_start_time": round(start, 6),
        "reasoning_end_time": round(start + seconds + speaker.durations.random(), 6),
    }


def reason(speaker: Speaker, parent: str) -> str:
    """A reasoning trace and its recap."""
    thought = {
        "summary": speaker.text(40),
        "content": speaker.text(speaker.random.lognormvariate(6.0, 0.7)),
        "chunks": [],
        "finished": True,
    }
    content = {"content_type": "thoughts", "thoughts": [thought], "source_analysis_msg_id": speaker.uuid()}
    common = {"model_slug": speaker.model, "default_model_slug": "auto", "parent_id": parent}
    thoughts = speaker.add(parent, "assistant", content, {**common, **durations(speaker)}, end_turn=False)
    seconds = speaker.random.randrange(4, 60)
    recap = {"content_type": "reasoning_recap", "content": f"Thought for {seconds}s"}
    common = {**common, "parent_id": thoughts}
    return speaker.add(thoughts, "assistant", recap, {**common, **durations(speaker)}, end_turn=False)


def compute(speaker: Speaker, parent: str) -> str:
    """A program written for the interpreter, and what it printed."""
    source = speaker.code()
    call = {"content_type": "code", "language": "unknown", "response_format_name": None, "text": source}
    metadata = {"model_slug": speaker.model, "parent_id": parent, "timestamp_": "absolute"}
    called = speaker.add(parent, "assistant", call, metadata, recipient="python", end_turn=False)
    result = {
        "status": "success",
        "run_id": speaker.uuid(),
        "start_time": round(speaker.clock, 6),
        "update_time": round(speaker.clock + 0.5, 6),
        "end_time": round(speaker.clock + 0.6, 6),
        "code": source,
        "final_expression_output": None,
        "in_kernel_exception": None,
        "system_exception": None,
        "messages": [],
        "jupyter_messages": [{"msg_type": "status", "content": {"execution_state": "idle"}}],
    }
    speaker.size += len(source) + 400
    printed = {"content_type": "execution_output", "text": speaker.text(speaker.random.uniform(60, 900))}
    ran: JSON = {"aggregate_result": result, "parent_id": called}
    return speaker.add(called, "tool", printed, ran, name="python")


def search(speaker: Speaker, parent: str) -> tuple[str, list[JSON]]:
    """A search on the web: the call, what came back, and the references an answer makes to it."""
    query = json.dumps({"search_query": [{"q": speaker.text(40)}]})
    call = {"content_type": "code", "language": "unknown", "response_format_name": None, "text": query}
    metadata = {"model_slug": speaker.model, "parent_id": parent, "search_source": "composer_auto"}
    called = speaker.add(parent, "assistant", call, metadata, recipient="web.run", end_turn=False)
    items = [found(speaker) for _ in range(speaker.random.randint(1, 4))]
    page = {"content_type": "sonic_webpage", "text": speaker.text(1_500), "ref_id": "turn0search0"}
    group = {"type": "search_result_group", "domain": "example.org", "entries": items}
    results: JSON = {"search_result_groups": [group], "parent_id": called, "command": "search"}
    back = speaker.add(called, "tool", {**page, **items[0]}, results, name="web.run")
    mark = "\ue200cite\ue202turn0search0\ue201"
    span: JSON = {"matched_text": mark, "start_idx": 0, "end_idx": len(mark)}
    return back, [{**span, "type": "grouped_webpages", "items": items}]


def found(speaker: Speaker) -> JSON:
    """A page that a search found."""
    name = speaker.random.choice(speaker.about.names)
    return {
        "url": f"https://{name}.example.org/{speaker.random.getrandbits(40):x}",
        "title": speaker.text(50),
        "snippet": speaker.text(200),
        "pub_date": None,
        "attribution": f"{name}.example.org",
    }


def turn(speaker: Speaker, parent: str) -> str:
    """A question and its answer below `parent`; gives the question. The topic drifts every thirty turns."""
    speaker.turns += 1
    if speaker.turns % 30 == 0:
        speaker.about = vocabulary.topic(speaker.spoken, speaker.random)
    question = ask(speaker, parent)
    answer(speaker, question)
    return question


def speak(speaker: Speaker, size: int) -> None:
    """Turn after turn until the talk has its size; some questions are edited, some answers made again."""
    while True:
        parent = speaker.leaf
        question = turn(speaker, parent)
        chance = speaker.random.random()
        if chance < 0.05:
            turn(speaker, parent)
        elif chance < 0.09:
            answer(speaker, question)
        if speaker.size + TURN_BYTES / 2 >= size:
            return


def develop(speaker: Speaker, talk: Talk, change: Change) -> None:
    """What happened in one month: some turns more, and the last question edited and asked again."""
    speaker.random = Random(f"{talk.seed} {talk.number} changed in {change.month}")
    speaker.clock = change.time - 3_600
    parent = speaker.leaf
    for _ in range(speaker.random.randint(1, 3)):
        parent = speaker.leaf
        turn(speaker, parent)
    turn(speaker, parent)


def speaker_of(talk: Talk, writing: Writing) -> Speaker:
    """The talk before its first word."""
    random = Random(f"{talk.seed} {talk.number}")
    spoken = vocabulary.language(random.choices(tuple(LANGUAGES), tuple(LANGUAGES.values()))[0])
    return Speaker(
        random=random,
        durations=Random(f"{talk.seed} {talk.number} durations {writing.flavour}"),
        writing=writing,
        spoken=spoken,
        model=random.choice(MODELS),
        clock=talk.created,
        wordiness=min(1.0, talk.size / SHORT_TALK),
        pasting=(0.3 if random.random() < 0.1 else 0.004) if talk.size >= LARGE else 0.0,
    )


def conversation(talk: Talk, writing: Writing) -> Iterator[str]:
    """The record of a talk, piece by piece, in the JSON of an export."""
    speaker = speaker_of(talk, writing)
    conversation_id = f"{int(talk.created):08x}{speaker.uuid()[8:]}"
    title = speaker.text(30)[:60].strip()
    begin(speaker)
    speaker.size += FIELDS_BYTES
    speak(speaker, talk.size)
    for change in talk.changes:
        develop(speaker, talk, change)
        title = speaker.text(30)[:60].strip() if change.renamed else title
    fields = fields_of(speaker, talk, conversation_id, title)
    separator = "{"
    for key in writing.keys(tuple(fields)):
        yield f"{separator}{json.dumps(key)}: "
        separator = ", "
        yield from mapping(speaker, writing) if key == "mapping" else [writing.encode(fields[key])]
    yield "}"


def mapping(speaker: Speaker, writing: Writing) -> Iterator[str]:
    """The tree: in the order of time, or in another flavour in any."""
    order = list(speaker.nodes)
    if writing.flavour:
        Random(f"{speaker.leaf} {writing.flavour}").shuffle(order)
    keys = writing.keys(("id", "message", "parent", "children"))
    separator = "{"
    for node_id in order:
        node = speaker.nodes[node_id]
        yield separator
        separator = ", "
        yield node_json(node_id, node, keys)
    yield "}"


def node_json(node_id: str, node: Node, keys: list[str]) -> str:
    """A member of the mapping."""
    parts = {
        "id": json.dumps(node_id),
        "message": node.message,
        "parent": json.dumps(node.parent),
        "children": json.dumps(node.children),
    }
    return f'"{node_id}": {{' + ", ".join(f'"{key}": {parts[key]}' for key in keys) + "}"


def fields_of(speaker: Speaker, talk: Talk, conversation_id: str, title: str) -> JSON:
    """Everything about a conversation; its tree is only given a place here."""
    return {
        "title": title,
        "create_time": round(talk.created, 6),
        "update_time": round(speaker.clock, 6),
        "mapping": None,
        "moderation_results": [],
        "current_node": speaker.leaf,
        "plugin_ids": None,
        "conversation_id": conversation_id,
        "conversation_template_id": None,
        "gizmo_id": None,
        "gizmo_type": None,
        "is_archived": talk.number % 20 == 0,
        "is_starred": None,
        "safe_urls": [],
        "blocked_urls": [],
        "default_model_slug": speaker.model,
        "conversation_origin": None,
        "is_read_only": None,
        "voice": None,
        "async_status": None,
        "disabled_tool_ids": [],
        "is_do_not_remember": False,
        "memory_scope": "global_enabled",
        "context_scopes": None,
        "sugar_item_id": None,
        "sugar_item_visible": False,
        "pinned_time": None,
        "is_study_mode": False,
        "owner": None,
        "id": conversation_id,
    }
