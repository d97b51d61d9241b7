import json
from typing import Any

import pytest
from hypothesis import given

from shared.data.contract import validation
from shared.data.reading.convert import Columns, to_row
from tests.unit.data.rows import json_values

QUESTION = {"role": "user", "content": "How deep?"}
ANSWER = {"role": "assistant", "content": "Two metres."}
SYSTEM = {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize(
    "record",
    [
        {"messages": [QUESTION, ANSWER]},
        [QUESTION, ANSWER],
        {"conversations": [{"from": "human", "value": "How deep?"}, {"from": "gpt", "value": "Two metres."}]},
        {"conversation": [{"role": "User", "content": "How deep?"}, {"role": "model", "content": "Two metres."}]},
        {"prompt": "How deep?", "completion": "Two metres."},
        {"prompt": [QUESTION], "completion": [ANSWER]},
        {"prompt": "How deep?", "response": "Two metres."},
        {"Question": "How deep?", " Answer ": "Two metres."},
        {"instruction": "How deep?", "output": "Two metres."},
        {"instruction": "How deep?", "input": "", "output": "Two metres."},
        {"input": "How deep?", "output": "Two metres."},
        {"user": "How deep?", "assistant": "Two metres."},
    ],
    ids=lambda record: "list" if isinstance(record, list) else ", ".join(record),
)
def test_every_known_shape_becomes_the_same_conversation(record: Any) -> None:
    row = to_row(record)
    assert row is not None
    assert row["messages"] == [QUESTION, ANSWER]


def test_the_input_of_an_alpaca_record_follows_its_instruction() -> None:
    row = to_row({"instruction": "Translate.", "input": "Guten Tag", "output": "Hello"})
    assert row is not None
    assert row["messages"][0]["content"] == "Translate.\n\nGuten Tag"
    assert set(row) == {"messages"}


@pytest.mark.parametrize(
    "record",
    [
        {"system": "Be brief.", "conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": "!"}]},
        {"system_prompt": "Be brief.", "question": "?", "answer": "!"},
    ],
)
def test_a_system_text_beside_the_conversation_comes_first(record: Any) -> None:
    row = to_row(record)
    assert row is not None
    assert row["messages"][0] == SYSTEM
    assert [message["role"] for message in row["messages"]] == ["system", "user", "assistant"]


def test_a_conversation_that_has_its_own_system_message_keeps_it() -> None:
    row = to_row({"system": "Other.", "messages": [SYSTEM, QUESTION, ANSWER]})
    assert row == {"messages": [SYSTEM, QUESTION, ANSWER], "system": "Other."}


def test_keys_outside_the_conversation_are_kept() -> None:
    assert to_row({"id": 7, "prompt": "?", "completion": "!", "source": "wiki"}) == {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}],
        "id": 7,
        "source": "wiki",
    }


def test_columns_that_the_owner_names_take_precedence() -> None:
    record = {"q": "How deep?", "a": "Two metres.", "s": "Be brief.", "prompt": "x", "completion": "y"}
    row = to_row(record, Columns("q", "a", "s"))
    assert row is not None
    assert row["messages"] == [SYSTEM, QUESTION, ANSWER]


def test_keys_that_a_table_has_filled_with_null_are_left_out() -> None:
    """Otherwise ``weight: null`` would be a weight other than 1."""
    row = to_row({"messages": [{**QUESTION, "weight": None}, {**ANSWER, "weight": None}]})
    assert row is not None
    assert isinstance(validation.check(json.dumps(row).encode()), validation.Row)


@pytest.mark.parametrize(
    "record",
    [
        None,
        "text",
        [],
        ["text"],
        {},
        {"messages": []},
        {"messages": [{"text": "no role"}]},
        {"prompt": "no answer"},
        {"prompt": 1, "completion": 2},
        {"conversations": "text"},
    ],
)
def test_a_record_without_a_conversation_is_not_converted(record: Any) -> None:
    assert to_row(record) is None


@given(json_values)
def test_any_json_value_is_converted_or_not(record: Any) -> None:
    row = to_row(record)
    assert row is None or row["messages"]
