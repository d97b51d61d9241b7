"""Makes lines of chat data for tests."""

import json
from typing import Any

from hypothesis import strategies as st


def message(role: str, content: Any, **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


def conversation(number: int) -> dict[str, Any]:
    """A valid record, different for each number."""
    return {"messages": [message("user", f"Question {number}?"), message("assistant", f"Answer {number}.")]}


def line(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


def upload(*lines: bytes) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def valid(count: int, start: int = 0) -> list[bytes]:
    return [line(conversation(start + number)) for number in range(count)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
contents = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
messages = st.builds(
    message, st.sampled_from(["user", "assistant", "system", "bot"]), contents | json_values
) | json_values.map(lambda value: {"role": value})
records = st.builds(lambda messages: {"messages": messages}, st.lists(messages, max_size=4)) | json_values
hostile_lines = (
    st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b" "))
    | records.map(line)
    | st.integers(0, 40).map(lambda number: line(conversation(number)))
    | st.sampled_from([b"", b" \t", b"\r", b"[" * 2000, b'{"a":NaN}', b'{"a":"\\ud800"}', b'{"a":1,"a":2}'])
)
