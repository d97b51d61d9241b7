"""Turns chat records of other shapes into rows: ShareGPT, Alpaca, pairs of texts, a bare list, a table's columns.

Only the shape changes. ``prepare`` decides whether the row keeps the contract, and can repair it.
Keys outside the conversation are kept beside ``messages``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from shared.data.contract.repair import ROLE_SYNONYMS
from shared.data.reading.shapes import ANSWERS, CHATS, QUESTIONS

Record = Mapping[str, Any]
Row = dict[str, Any]

_CONTEXTS: Final = ("input", "context")
"""Keys of the text that an Alpaca record's instruction is about."""
_SYSTEM: Final = ("system", "system_prompt")


class Columns(NamedTuple):
    """Keys of a record that hold the conversation, as its owner names them."""

    user: str
    assistant: str
    system: str | None = None


def to_row(record: Any, columns: Columns | None = None) -> Row | None:
    """The chat row in ``record``; ``None``: it has no conversation in a known shape.

    Args:
        columns: the keys to use; ``None``: those of a known shape.
    """
    if isinstance(record, list):
        return _row({}, _messages(record))
    if not isinstance(record, dict):
        return None
    if columns is not None:
        return _from_pair(record, columns.user, columns.assistant, columns.system)
    keys = {str(key).strip().casefold(): key for key in record}
    return _from_list(record, keys) or _from_known_pair(record, keys)


def _from_list(record: Record, keys: Mapping[str, str]) -> Row | None:
    for name in CHATS:
        if name in keys and (messages := _messages(record[keys[name]])):
            return _row(record, messages, keys[name], system=_first(_SYSTEM, keys))
    return None


def _from_known_pair(record: Record, keys: Mapping[str, str]) -> Row | None:
    question, answer = _first(QUESTIONS, keys), _first(ANSWERS, keys)
    if question is None or answer is None:
        return None
    context = _first(_CONTEXTS, keys) if question == keys.get("instruction") else None
    return _from_pair(record, question, answer, _first(_SYSTEM, keys), context)


def _from_pair(
    record: Record, user: str, assistant: str, system: str | None = None, context: str | None = None
) -> Row | None:
    """From two texts, or from two lists of messages."""
    question = record.get(user)
    if isinstance(question, str) and context is not None and record[context]:
        question = f"{question}\n\n{record[context]}"
    questions, answers = _turns("user", question), _turns("assistant", record.get(assistant))
    return (
        _row(record, [*questions, *answers], user, assistant, context, system=system) if questions and answers else None
    )


def _turns(role: str, value: Any) -> list[Row]:
    """The messages in one value: a text by ``role``, or a list of messages."""
    return [{"role": role, "content": value}] if isinstance(value, str) else _messages(value)


def _messages(value: Any) -> list[Row]:
    """A list of messages with the contract's keys and roles; empty if ``value`` is not such a list."""
    if not isinstance(value, list) or not all(isinstance(message, dict) for message in value):
        return []
    messages = [_message(message) for message in value]
    return messages if all("role" in message for message in messages) else []


def _message(record: Record) -> Row:
    """In a table, every message has all keys that any of them has: empty ones are left out."""
    message = {key: value for key, value in record.items() if value is not None}
    for name, other in (("content", "value"), ("role", "from")):
        if name not in message and other in message:
            message = {name: message.pop(other), **message}
    role = message.get("role")
    return message | {"role": ROLE_SYNONYMS.get(role.strip().casefold(), role)} if isinstance(role, str) else message


def _row(record: Record, messages: Sequence[Row], *used: str | None, system: str | None = None) -> Row | None:
    """The row of ``messages`` and of the record's keys other than ``used``; the system text under ``system`` leads."""
    if not messages:
        return None
    others = {key: value for key, value in record.items() if key not in used}
    if system is not None and messages[0]["role"] != "system" and (text := others.pop(system, None)):
        messages = [{"role": "system", "content": text}, *messages]
    return {"messages": messages, **others}


def _first(names: Sequence[str], keys: Mapping[str, str]) -> str | None:
    return next((keys[name] for name in names if name in keys), None)
