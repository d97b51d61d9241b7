"""The data contract: one line of an upload, as bytes, either is a row to train on or has a fault.

A row is ``{"messages": [{"role", "content"}, …]}``: an optional system message, then user and assistant
in turn, the assistant last, every content a string with visible text. Other keys are dropped.
``docs/data-contract.md`` lists every case and its decision.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from shared.data.contract import duplicate_keys, malformed
from shared.data.contract.faults import Fault

Message = dict[str, str]
"""``role`` and ``content``."""

MAX_LINE_BYTES: Final = 4 * 2**20
"""Longer lines are rejected, so that one line never fills the memory."""

_INVISIBLE: Final = (
    r"\s\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff"
)
find_visible: Final = re.compile(f"[^{_INVISIBLE}]").search
"""Finds the first visible character."""

_TYPE_NAMES: Final = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
_KNOWN_ROLES: Final = frozenset(
    {"system", "user", "assistant", "agent", "ai", "bot", "chatbot", "customer", "developer", "function", "gpt"}
    | {"human", "model", "operator", "prompt", "response", "tool"}
)
"""Words that a receipt may quote; any other could be content."""
_TOOLS: Final = ("tool_calls", "function_call", "tool_call_id")


def is_blank(line: bytes) -> bool:
    """Whether a line has nothing but white space: it is neither accepted nor rejected."""
    return not line or line.isspace()


@dataclass(slots=True)
class Row:
    """A line that keeps the contract."""

    messages: list[Message]
    """Their roles and contents, nothing else."""
    encoded: bytes
    """``{"messages": …}`` as JSON, ended by a newline."""
    record: dict[str, Any]
    """The whole line, parsed."""
    _text: str | None = field(default=None, init=False, repr=False, compare=False)
    _utf8: bytes | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def text(self) -> str:
        """All contents, separated by NUL, which no content has. Their number and order tell the role of each."""
        if self._text is None:
            self._text = "\0".join([message["content"] for message in self.messages])
        return self._text

    @property
    def utf8(self) -> bytes:
        """The text in UTF-8."""
        if self._utf8 is None:
            self._utf8 = self.text.encode()
        return self._utf8


def check(line: bytes) -> Row | Fault:
    """The row in ``line``, or why it is rejected.

    Args:
        line: one line, with or without its line end.
    """
    if len(line) > MAX_LINE_BYTES:
        return Fault("line.too_long", "$", f"more than {MAX_LINE_BYTES:,} bytes")
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return malformed.explain(line, error)
    accepted = _check_quickly(record)
    if accepted and duplicate_keys.surely_unique(line, record, accepted.encoded):
        return accepted
    return duplicate_keys.find(line, record) or accepted or check_record(record)


def parse_rejected(line: bytes, fault: Fault) -> Any:
    """The line, parsed, if its conversation is what ``fault`` is about; else ``None``."""
    return None if fault.reason.partition(".")[0] in _NOT_OF_CONVERSATION else orjson.loads(line)


_NOT_OF_CONVERSATION: Final = ("line", "encoding", "json", "row")
"""First parts of the reasons for which no repair of the conversation helps."""


def check_record(record: Any) -> Row | Fault:
    """The row in a parsed line, or why it is rejected."""
    return find_fault(record) or encode_row(_messages(record), record)


def _check_quickly(record: Any) -> Row | None:
    """The row in a record that obviously keeps the contract; ``None`` proves nothing."""
    try:
        messages = record["messages"]
        roles = [message["role"] for message in messages]
        contents = [message["content"] for message in messages]
        turns = roles[1:] if roles[0] == "system" else roles
        if turns[-1] != "assistant" or turns != _TURNS[: len(turns)] or sum(map(len, messages)) != 2 * len(roles):
            return None
        begin_visibly = min(contents) >= "!" and max(contents) < "\x7f"
        if not begin_visibly and not all(map(find_visible, contents)):
            return None
    except (KeyError, TypeError, IndexError):
        return None
    if [1 for content in contents if "\0" in content]:
        return None
    role_first = [*map(next, map(iter, messages))] == _ROLE_FIRST[: len(roles)]
    return encode_row(messages if role_first else _messages(record), record)


_TURNS: Final = ["user", "assistant"] * 500
_ROLE_FIRST: Final = ["role"] * (1 + len(_TURNS))


def encode_row(messages: list[Message], record: dict[str, Any]) -> Row:
    """The row of ``messages``, which keep the contract."""
    return Row(messages, orjson.dumps({"messages": messages}, option=orjson.OPT_APPEND_NEWLINE), record)


def _messages(record: dict[str, Any]) -> list[Message]:
    return [{"role": message["role"], "content": message["content"]} for message in record["messages"]]


def find_fault(record: Any) -> Fault | None:
    """Why a parsed line is rejected; ``None``: it keeps the contract."""
    if type(record) is not dict:
        return Fault("record.not_object", "$", _type_of(record))
    messages = record.get("messages")
    if type(messages) is not list:
        missing = "messages" not in record
        return Fault("messages.missing" if missing else "messages.not_list", "$.messages", _type_of(messages, missing))
    if not messages:
        return Fault("messages.empty", "$.messages", "an empty list")
    expected = "user"
    for index, message in enumerate(messages):
        if fault := _message_fault(message, index, expected):
            return fault
        if message["role"] != "system":
            expected = "assistant" if expected == "user" else "user"
    if messages[-1]["role"] != "assistant":
        return Fault("role.last", f"$.messages[{len(messages) - 1}].role", f"a {messages[-1]['role']} message")
    return None


def _message_fault(message: Any, index: int, expected: str) -> Fault | None:
    path = f"$.messages[{index}]"
    if type(message) is not dict:
        return Fault("message.not_object", path, _type_of(message))
    role = message.get("role")
    if role != expected and not (role == "system" and index == 0):
        return _role_fault(message, f"{path}.role", expected)
    content = message.get("content")
    if type(content) is str and "\0" not in content and find_visible(content):
        return extras_fault(message, path) if len(message) > 2 else None
    return extras_fault(message, path) or _content_fault(message, f"{path}.content")


def _role_fault(message: dict[str, Any], path: str, expected: str) -> Fault:
    role = message.get("role")
    if type(role) is not str:
        missing = "role" not in message
        return Fault("role.missing" if missing else "role.not_text", path, _type_of(role, missing))
    if role in ("system", "user", "assistant"):
        return Fault("role.order", path, f"{role} instead of {expected}")
    quotable = role.strip().casefold() in _KNOWN_ROLES
    return Fault("role.unknown", path, f"'{role}'" if quotable else "an unknown role")


def extras_fault(message: dict[str, Any], path: str) -> Fault | None:
    """The fault of a message with another key that changes its meaning for training; ``None``: it has no such key."""
    for key in _TOOLS:
        if message.get(key):
            return Fault("message.tool_call", f"{path}.{key}", _type_of(message[key]))
    if message.get("weight", 1) != 1:
        return Fault("message.weight", f"{path}.weight", _type_of(message["weight"]))
    return None


def _content_fault(message: dict[str, Any], path: str) -> Fault:
    content = message.get("content")
    if type(content) is not str:
        missing = "content" not in message
        return Fault("content.missing" if missing else "content.not_text", path, _type_of(content, missing))
    if find_visible(content):
        return Fault("content.nul", path, "a NUL character")
    return Fault("content.blank", path, "no visible text" if content else "an empty string")


def _type_of(value: Any, missing: bool = False) -> str:
    return "nothing" if missing else _TYPE_NAMES.get(type(value), "a number")
