import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract import validation
from shared.data.contract.faults import HINTS, Fault
from shared.data.contract.validation import Row, check, is_blank
from tests.unit.data.rows import conversation, hostile_lines, line, message

USER = message("user", "Hello?")
ANSWER = message("assistant", "Hello!")
SYSTEM = message("system", "Be kind.")


def talk(*messages: Any, **more: Any) -> bytes:
    return line({"messages": list(messages), **more})


def encoded(given_line: bytes) -> bytes:
    row = check(given_line)
    assert isinstance(row, Row), row
    return row.encoded


def rejection(given_line: bytes) -> tuple[str, str]:
    fault = check(given_line)
    assert isinstance(fault, Fault), fault
    return fault.reason, fault.path


BAD: list[tuple[bytes, str, str]] = [
    (b"not json", "json.invalid", "$"),
    (b"{'messages': []}", "json.invalid", "$"),
    (b'{"messages": [],}', "json.invalid", "$"),
    (b'{"messages": [', "json.invalid", "$"),
    (talk(USER, ANSWER) * 2, "json.invalid", "$"),
    (b"\xef\xbb\xbf" + talk(USER, ANSWER), "json.invalid", "$"),
    (b'{"a": "\x01"}', "json.invalid", "$"),
    (b'{"a": 01}', "json.invalid", "$"),
    (b"\x00", "json.invalid", "$"),
    (b'{"a": "\xff"}', "encoding.invalid", "$"),
    (b'{"a": "\xed\xa0\x80"}', "encoding.invalid", "$"),
    (talk(USER, ANSWER).decode().encode("utf-16"), "encoding.invalid", "$"),
    (b'{"a": NaN}', "json.number", "$"),
    (b'{"a": -Infinity}', "json.number", "$"),
    (b'{"a": 1e999}', "json.number", "$"),
    (b'{"a": ' + b"9" * 5000 + b"}", "json.number", "$"),
    (b'{"a": "\\ud800"}', "json.surrogate", "$"),
    (b'{"a": "\\udc00"}', "json.surrogate", "$"),
    (b"[" * 1025 + b"]" * 1025, "json.too_deep", "$"),
    (b"[" * 100_000, "json.too_deep", "$"),
    (b'{"a": 1, "a": 2}', "json.duplicate_key", "$"),
    (b'{"x": [{"b": "", "\\u0062": ""}], "messages": []}', "json.duplicate_key", "$.x[0]"),
    (b'{"x": {"a key": {"b": 1, "b": 1}}}', "json.duplicate_key", "$.x[?]"),
    (b'{"a": "\\\\", "a": "\\""}', "json.duplicate_key", "$"),
    (b"[]", "record.not_object", "$"),
    (b"null", "record.not_object", "$"),
    (b"{}", "messages.missing", "$.messages"),
    (b'{"messages": "Hello"}', "messages.not_list", "$.messages"),
    (talk(), "messages.empty", "$.messages"),
    (talk("Hello?", ANSWER), "message.not_object", "$.messages[0]"),
    (talk({"content": "Hello?"}, ANSWER), "role.missing", "$.messages[0].role"),
    (talk(message("user", "a") | {"role": 1}, ANSWER), "role.not_text", "$.messages[0].role"),
    (talk(message("human", "a"), ANSWER), "role.unknown", "$.messages[0].role"),
    (talk(message("User", "a"), ANSWER), "role.unknown", "$.messages[0].role"),
    (talk(ANSWER), "role.order", "$.messages[0].role"),
    (talk(USER, USER, ANSWER), "role.order", "$.messages[1].role"),
    (talk(USER, SYSTEM, ANSWER), "role.order", "$.messages[1].role"),
    (talk(SYSTEM, SYSTEM, USER, ANSWER), "role.order", "$.messages[1].role"),
    (talk(SYSTEM), "role.last", "$.messages[0].role"),
    (talk(USER, ANSWER, USER), "role.last", "$.messages[2].role"),
    (talk(USER, {"role": "assistant"}), "content.missing", "$.messages[1].content"),
    (talk(USER, message("assistant", None)), "content.not_text", "$.messages[1].content"),
    (talk(USER, message("assistant", [{"type": "text"}])), "content.not_text", "$.messages[1].content"),
    (talk(USER, message("assistant", "")), "content.blank", "$.messages[1].content"),
    (talk(USER, message("assistant", " \n\u3000")), "content.blank", "$.messages[1].content"),
    (talk(USER, message("assistant", "\u200b\ufeff\u2060")), "content.blank", "$.messages[1].content"),
    (talk(message("system", " "), USER, ANSWER), "content.blank", "$.messages[0].content"),
    (talk(USER, message("assistant", "a\0b")), "content.nul", "$.messages[1].content"),
    (talk(USER, message("assistant", None, tool_calls=[{}])), "message.tool_call", "$.messages[1].tool_calls"),
    (talk(USER, message("assistant", "a", function_call={"b": 1})), "message.tool_call", "$.messages[1].function_call"),
    (talk(USER, message("assistant", "a", weight=0)), "message.weight", "$.messages[1].weight"),
    (b" " * (validation.MAX_LINE_BYTES + 1), "line.too_long", "$"),
]


@pytest.mark.parametrize(
    "given_line",
    [
        talk(USER, ANSWER),
        talk(SYSTEM, USER, ANSWER),
        talk(USER, ANSWER, USER, ANSWER),
        talk(USER, ANSWER) + b"\r",
        b"  " + talk(USER, ANSWER) + b"\t",
        talk(USER, message("assistant", "Yes\u2028and\u0085no.")),
        talk(USER, message("assistant", "\u0928\u092e\u0938\u094d\u0924\u0947 \U0001f600")),
        talk(USER, message("assistant", 'A "quoted" \\ back\\\\slash\\"')),
        talk(USER, message("assistant", "\x01 but something to see")),
        talk(USER, message("assistant", "weighed", weight=1)),
        line({"messages": [USER, ANSWER]}).replace(b"Hello?", b"\\ud83d\\ude00"),
    ],
)
def test_a_good_line_becomes_a_row_with_the_same_messages(given_line: bytes) -> None:
    row = check(given_line)
    assert isinstance(row, Row)
    assert row.encoded.endswith(b"\n")
    messages = [
        {"role": message["role"], "content": message["content"]} for message in json.loads(given_line)["messages"]
    ]
    assert json.loads(row.encoded) == {"messages": messages}


def test_other_keys_are_dropped() -> None:
    rich = talk({**USER, "name": "Ada"}, ANSWER, prompt_id="7", huge=10**40, nested={"a": [1, {"b": "c"}]})
    assert encoded(rich) == encoded(talk(USER, ANSWER))


@pytest.mark.parametrize(("given_line", "reason", "path"), BAD)
def test_a_bad_line_is_rejected_with_its_reason_and_path(given_line: bytes, reason: str, path: str) -> None:
    assert rejection(given_line) == (reason, path)


def test_every_reason_has_a_hint_and_is_in_use() -> None:
    assert {reason for _, reason, _ in BAD} == {reason for reason in HINTS if not reason.startswith("row.")}
    assert all(hint.endswith(".") for hint in HINTS.values())


def test_a_fault_never_quotes_content() -> None:
    secret = "zanzibar-canary"
    lines = [
        talk(message(secret, "a"), ANSWER),
        talk(USER, message("assistant", {secret: secret})),
        talk(USER, message("assistant", "a", tool_calls=secret)),
        line({"messages": secret}),
        b'{"' + secret.encode() + b'": 1, "' + secret.encode() + b'": 2}',
        b'{"' + secret.encode() + b'": ',
        line(secret),
    ]
    for bad_line in lines:
        fault = check(bad_line)
        assert isinstance(fault, Fault)
        assert secret not in "".join(fault)


@pytest.mark.parametrize(("blank", "expected"), [(b"", True), (b" \t\r", True), (b"\0", False), (b"{}", False)])
def test_only_lines_of_white_space_are_blank(blank: bytes, expected: bool) -> None:
    assert is_blank(blank) is expected


@given(hostile_lines)
def test_any_line_is_a_row_that_parses_again_or_a_fault_with_a_hint(given_line: bytes) -> None:
    result = check(given_line)
    if isinstance(result, Fault):
        assert result.reason in HINTS
    else:
        assert encoded(result.encoded) == result.encoded
        assert result.encoded.count(b"\n") == 1


@given(st.lists(st.sampled_from(["messages", "a", "b\\", 'c"', "\u00e9"]), min_size=1, max_size=4), st.booleans())
def test_exactly_the_duplicate_keys_are_found(names: list[str], escaped: bool) -> None:
    pairs = ", ".join(f"{json.dumps(name, ensure_ascii=escaped)}: {json.dumps(name)}" for name in names)
    inner = '{"extra": {' + pairs + '}, "messages": ' + json.dumps(conversation(1)["messages"]) + "}"
    result = check(inner.encode())
    assert isinstance(result, Fault) == (len(set(names)) < len(names))
    if isinstance(result, Fault):
        assert result == Fault("json.duplicate_key", "$.extra", "a duplicate key")
