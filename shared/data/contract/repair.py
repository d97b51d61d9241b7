"""Repairs of conversations that break the contract: real chats begin with a greeting, repeat a turn, end in "thanks".

Only invalid lines are repaired, only as ``tunedrop.yaml`` allows, and with as few repairs as possible. If the result
still breaks the contract, the line stays rejected.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple, get_args

from shared.data.contract.validation import extras_fault, find_fault, find_visible
from shared.models.config import RepairRule, Role

RULES: Final[tuple[RepairRule, ...]] = get_args(RepairRule)
ROLES: Final = "roles"
"""Name of the repair that replaces other words for the roles."""
ROLE_SYNONYMS: Final[Mapping[str, Role]] = {
    **dict.fromkeys(("client", "customer", "human", "user", "visitor"), "user"),
    **dict.fromkeys(("agent", "ai", "assistant", "bot", "chatbot", "gpt", "model", "operator"), "assistant"),
    **dict.fromkeys(("developer", "system"), "system"),
}
"""Known words for the roles. They are suggested; only those that ``roles`` names are replaced."""

_Messages = list[dict[str, Any]]


class Repaired(NamedTuple):
    """A repaired conversation."""

    record: dict[str, Any]
    repairs: frozenset[str]
    """The repairs that it needed: rules of ``repair``, or ``ROLES``."""
    role_words: frozenset[str]
    """The words for roles that were replaced, in lower case."""


def repair(record: Any, rules: Collection[RepairRule], roles: Mapping[str, Role]) -> Repaired | None:
    """The conversation in an invalid ``record``, repaired; ``None`` if these repairs are not enough.

    Args:
        rules: repairs that are allowed.
        roles: other words for the roles; case and surrounding white space do not matter.
    """
    if not _is_conversation(record):
        return None
    words = {word.strip().casefold(): role for word, role in roles.items()}
    needed = [name for name in _REPAIRS if name in rules or (name == ROLES and words)]
    repaired, effective = _apply(record, needed, words)
    if find_fault(repaired):
        return None
    for name in tuple(needed):
        without = [other for other in needed if other != name]
        if name in effective:
            simpler, still_effective = _apply(record, without, words)
            if find_fault(simpler):
                continue
            repaired, effective = simpler, still_effective
        needed = without
    if not needed:
        return None
    replaced = frozenset(_replaced_words(record, words)) if ROLES in needed else frozenset()
    return Repaired(repaired, frozenset(needed), replaced)


def suggest(record: Any) -> Repaired | None:
    """The repairs that would make an invalid ``record`` usable if all were allowed; ``None`` if none would."""
    return repair(record, RULES, ROLE_SYNONYMS)


def as_settings(rules: Collection[str], roles: Mapping[str, Role]) -> str:
    """The lines of ``tunedrop.yaml`` that allow ``rules`` and name ``roles``."""
    lines = []
    if allowed := [rule for rule in RULES if rule in rules]:
        lines.append(f"repair: [{', '.join(allowed)}]\n")
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


def _apply(
    record: dict[str, Any], names: Collection[str], words: Mapping[str, Role]
) -> tuple[dict[str, Any], list[str]]:
    """The record after the repairs ``names``, and those of them that changed it."""
    messages, effective = record["messages"], []
    for name, rule in _REPAIRS.items():
        if name in names and (repaired := rule(messages, words)) != messages:
            messages = repaired
            effective.append(name)
    return {**record, "messages": messages}, effective


def _role_word(message: dict[str, Any]) -> str:
    word: str = message["role"]
    return word.strip().casefold()


def _replaced_words(record: dict[str, Any], words: Mapping[str, Role]) -> Iterator[str]:
    """The words in ``record`` that stand for a role and are not its name."""
    for message in record["messages"]:
        word = _role_word(message)
        if words.get(word, message["role"]) != message["role"]:
            yield word


def _replace_role_words(messages: _Messages, words: Mapping[str, Role]) -> _Messages:
    return [{**message, "role": words.get(_role_word(message), message["role"])} for message in messages]


def _strip_blank_turns(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    return [message for message in messages if not _is_blank(message)]


def _is_blank(message: dict[str, Any]) -> bool:
    return not message.get("content") or not find_visible(message["content"])


def _drop_leading_assistant(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    start = 1 if messages and messages[0]["role"] == "system" else 0
    end = start
    while end < len(messages) and messages[end]["role"] == "assistant":
        end += 1
    return messages[:start] + messages[end:]


def _merge_turns(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    """Consecutive messages of one role become one, a line each. Blank ones stay, so that merging does not hide them."""
    runs = (list(run) for _, run in groupby(messages, key=itemgetter("role")))
    return [message for run in runs for message in (run if any(map(_is_blank, run)) else [_merge(run)])]


def _merge(run: _Messages) -> dict[str, Any]:
    return {"role": run[0]["role"], "content": "\n".join(message["content"] for message in run)}


def _drop_trailing_user(messages: _Messages, _: Mapping[str, Role]) -> _Messages:
    end = len(messages)
    while end and messages[end - 1]["role"] == "user":
        end -= 1
    return messages[:end]


_REPAIRS: Final[Mapping[str, Callable[[_Messages, Mapping[str, Role]], _Messages]]] = {
    ROLES: _replace_role_words,
    "strip_blank_turns": _strip_blank_turns,
    "drop_leading_assistant": _drop_leading_assistant,
    "merge_turns": _merge_turns,
    "drop_trailing_user": _drop_trailing_user,
}
"""In the order in which they are applied."""
