"""Repairs of conversations that break the contract: real chats greet first, repeat a turn and end with "thanks".

Only refused lines are repaired, by what ``tunedrop.yaml`` asks for, with as few repairs as it takes. What
they leave keeps the contract, or the line stays refused.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, get_args

from shared.data.contract.validation import can_be_seen, extras_fault, fault
from shared.models.config import RepairRule, Role

RULES: Final[tuple[RepairRule, ...]] = get_args(RepairRule)
ROLES: Final = "roles"
"""Name of the repair that reads other words for the roles."""
SYNONYMS: Final[Mapping[str, Role]] = {
    **dict.fromkeys(("client", "customer", "human", "user", "visitor"), "user"),
    **dict.fromkeys(("agent", "ai", "assistant", "bot", "chatbot", "gpt", "model", "operator"), "assistant"),
    **dict.fromkeys(("developer", "system"), "system"),
}
"""Words for the roles that are recognised, but read only where ``roles`` says so."""

_Messages = list[dict[str, Any]]


class Repaired(NamedTuple):
    """A repaired conversation."""

    record: dict[str, Any]
    used: frozenset[str]
    """The repairs that it took: rules of ``repair``, or ``ROLES``."""
    words: frozenset[str]
    """The words for roles that were read, in lower case."""


def repair(record: Any, rules: Collection[RepairRule], roles: Mapping[str, Role]) -> Repaired | None:
    """The conversation in a refused ``record``, repaired; ``None`` where these repairs are not enough.

    Args:
        rules: repairs that are allowed.
        roles: other words for the roles; case and outer white space do not matter.
    """
    if not _is_conversation(record):
        return None
    words = {word.strip().casefold(): role for word, role in roles.items()}
    used = [name for name in _REPAIRS if name in rules or (name == ROLES and words)]
    repaired, changing = _repaired(record, used, words)
    if fault(repaired):
        return None
    for name in tuple(used):
        without = [other for other in used if other != name]
        if name in changing:
            simpler, fewer = _repaired(record, without, words)
            if fault(simpler):
                continue
            repaired, changing = simpler, fewer
        used = without
    if not used:
        return None
    return Repaired(repaired, frozenset(used), frozenset(_read(record, words)) if ROLES in used else frozenset())


def suggest(record: Any) -> Repaired | None:
    """The repairs that would make a refused ``record`` usable, were they all allowed."""
    return repair(record, RULES, SYNONYMS)


def settings(rules: Collection[str], roles: Mapping[str, Role]) -> str:
    """The lines of ``tunedrop.yaml`` that allow ``rules`` and read ``roles``."""
    lines = []
    if named := [rule for rule in RULES if rule in rules]:
        lines.append(f"repair: [{', '.join(named)}]\n")
    if roles:
        pairs = ", ".join(f"{word}: {role}" for word, role in sorted(roles.items()))
        lines.append(f"roles: {{{pairs}}}\n")
    return "".join(lines)


def _is_conversation(record: Any) -> bool:
    messages = record.get("messages") if type(record) is dict else None
    return type(messages) is list and all(map(_is_message, messages))


def _is_message(message: Any) -> bool:
    if type(message) is not dict or type(message.get("role")) is not str:
        return False
    return type(message.get("content")) in (str, type(None)) and not extras_fault(message, "$")


def _repaired(
    record: dict[str, Any], used: Collection[str], words: Mapping[str, Role]
) -> tuple[dict[str, Any], list[str]]:
    """The record after the repairs ``used``, and those of them that changed anything."""
    messages, changing = record["messages"], []
    for name, repair in _REPAIRS.items():
        if name in used and (repaired := repair(messages, words)) != messages:
            messages = repaired
            changing.append(name)
    return {**record, "messages": messages}, changing


def _word(message: dict[str, Any]) -> str:
    word: str = message["role"]
    return word.strip().casefold()


def _read(record: dict[str, Any], words: Mapping[str, Role]) -> Iterator[str]:
    """The words that stand in ``record`` and are not the roles themselves."""
    return (
        word for message in record["messages"] if words.get(word := _word(message), message["role"]) != message["role"]
    )


def _read_roles(messages: _Messages, words: Mapping[str, Role]) -> _Messages:
    return [{**message, "role": words.get(_word(message), message["role"])} for message in messages]


def _strip_blank_turns(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    return [message for message in messages if not _is_blank(message)]


def _is_blank(message: dict[str, Any]) -> bool:
    return not message.get("content") or not can_be_seen(message["content"])


def _drop_leading_assistant(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    start = 1 if messages and messages[0]["role"] == "system" else 0
    end = start
    while end < len(messages) and messages[end]["role"] == "assistant":
        end += 1
    return messages[:start] + messages[end:]


def _merge_turns(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    """Messages of one role in a row become one, a line for each; blank ones are not hidden that way."""
    runs = (list(run) for _, run in groupby(messages, key=itemgetter("role")))
    return [message for run in runs for message in (run if any(map(_is_blank, run)) else [_merged(run)])]


def _merged(run: _Messages) -> dict[str, Any]:
    return {"role": run[0]["role"], "content": "\n".join(message["content"] for message in run)}


def _drop_trailing_user(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    end = len(messages)
    while end and messages[end - 1]["role"] == "user":
        end -= 1
    return messages[:end]


_REPAIRS: Final[Mapping[str, Callable[[_Messages, Mapping[str, Role]], _Messages]]] = {
    ROLES: _read_roles,
    "strip_blank_turns": _strip_blank_turns,
    "drop_leading_assistant": _drop_leading_assistant,
    "merge_turns": _merge_turns,
    "drop_trailing_user": _drop_trailing_user,
}
"""In the order in which they are applied."""
