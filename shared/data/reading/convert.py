"""Chat records in other shapes become rows: ShareGPT, Alpaca, pairs of texts, a bare list, a table's columns.

Only the shape changes: whether the row keeps the contract is for ``prepare`` to say, which can also repair it.
Keys that hold nothing of the conversation are kept beside ``messages``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from shared.data.contract.repair import SYNONYMS
from shared.data.reading.shapes import ANSWERS, CHATS, QUESTIONS

Record = Mapping[str, Any]
Row = dict[str, Any]

_CONTEXTS: Final = ("input", "context")
"""What an Alpaca record's instruction is about, where it has any."""
_SYSTEM: Final = ("system", "system_prompt")


class Columns(NamedTuple):
    """Keys of a record that hold the conversation, where its owner names them."""

    user: str
    assistant: str
    system: str | None = None


def row(record: Any, columns: Columns | None = None) -> Row | None:
    """The chat row in ``record``; ``None``: it holds no conversation in a known shape."""
    if isinstance(record, list):
        return _row({}, _messages(record))
    if not isinstance(record, dict):
        return None
    if columns is not None:
        return _of_pair(record, columns.user, columns.assistant, columns.system)
    names = {str(key).strip().casefold(): key for key in record}
    return _of_list(record, names) or _of_known_pair(record, names)


def _of_list(record: Record, names: Mapping[str, str]) -> Row | None:
    for name in CHATS:
        if name in names and (messages := _messages(record[names[name]])):
            return _row(record, messages, names[name], system=_first(_SYSTEM, names))
    return None


def _of_known_pair(record: Record, names: Mapping[str, str]) -> Row | None:
    asks, answers = _first(QUESTIONS, names), _first(ANSWERS, names)
    if asks is None or answers is None:
        return None
    context = _first(_CONTEXTS, names) if asks == names.get("instruction") else None
    return _of_pair(record, asks, answers, _first(_SYSTEM, names), context)


def _of_pair(
    record: Record, user: str, assistant: str, system: str | None = None, context: str | None = None
) -> Row | None:
    """From two texts, or from two lists of messages."""
    asked, answered = record.get(user), record.get(assistant)
    if isinstance(asked, str) and context is not None and record[context]:
        asked = f"{asked}\n\n{record[context]}"
    question, answer = _said("user", asked), _said("assistant", answered)
    return _row(record, [*question, *answer], user, assistant, context, system=system) if question and answer else None


def _said(role: str, said: Any) -> list[Row]:
    return [{"role": role, "content": said}] if isinstance(said, str) else _messages(said)


def _messages(found: Any) -> list[Row]:
    """A list of messages with the keys and roles of the contract; empty: it is no such list."""
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        return []
    messages = [_message(each) for each in found]
    return messages if all("role" in each for each in messages) else []


def _message(found: Record) -> Row:
    """A table gives every message all keys that any of them has: empty ones are left out."""
    message = {key: value for key, value in found.items() if value is not None}
    for name, other in (("content", "value"), ("role", "from")):
        if name not in message and other in message:
            message = {name: message.pop(other), **message}
    role = message.get("role")
    return message | {"role": SYNONYMS.get(role.strip().casefold(), role)} if isinstance(role, str) else message


def _row(record: Record, messages: Sequence[Row], *used: str | None, system: str | None = None) -> Row | None:
    if not messages:
        return None
    rest = {key: value for key, value in record.items() if key not in used}
    if system is not None and messages[0]["role"] != "system" and (said := rest.pop(system, None)):
        messages = [{"role": "system", "content": said}, *messages]
    return {"messages": messages, **rest}


def _first(names: Sequence[str], known: Mapping[str, str]) -> str | None:
    return next((known[name] for name in names if name in known), None)
