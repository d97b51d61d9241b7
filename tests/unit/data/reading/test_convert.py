import json
from typing import Any

import pytest
from hypothesis import given

from shared.data.contract import validation
from shared.data.reading.convert import Columns, row
from tests.unit.data.rows import json_values

ASKED = {"role": "user", "content": "How deep?"}
ANSWERED = {"role": "assistant", "content": "Two metres."}
RULES = {"role": "system", "content": "Be brief."}


@pytest.mark.parametrize(
    "record",
    [
        {"messages": [ASKED, ANSWERED]},
        [ASKED, ANSWERED],
        {"conversations": [{"from": "human", "value": "How deep?"}, {"from": "gpt", "value": "Two metres."}]},
        {"conversation": [{"role": "User", "content": "How deep?"}, {"role": "model", "content": "Two metres."}]},
        {"prompt": "How deep?", "completion": "Two metres."},
        {"prompt": [ASKED], "completion": [ANSWERED]},
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
    found = row(record)
    assert found is not None
    assert found["messages"] == [ASKED, ANSWERED]


def test_the_input_of_an_alpaca_record_follows_its_instruction() -> None:
    found = row({"instruction": "Translate.", "input": "Guten Tag", "output": "Hello"})
    assert found is not None
    assert found["messages"][0]["content"] == "Translate.\n\nGuten Tag"
    assert set(found) == {"messages"}


@pytest.mark.parametrize(
    "record",
    [
        {"system": "Be brief.", "conversations": [{"from": "human", "value": "?"}, {"from": "gpt", "value": "!"}]},
        {"system_prompt": "Be brief.", "question": "?", "answer": "!"},
    ],
)
def test_a_system_text_beside_the_conversation_comes_first(record: Any) -> None:
    found = row(record)
    assert found is not None
    assert found["messages"][0] == RULES
    assert [message["role"] for message in found["messages"]] == ["system", "user", "assistant"]


def test_a_conversation_that_has_its_own_system_message_keeps_it() -> None:
    found = row({"system": "Other.", "messages": [RULES, ASKED, ANSWERED]})
    assert found == {"messages": [RULES, ASKED, ANSWERED], "system": "Other."}


def test_keys_that_hold_nothing_of_the_conversation_are_kept() -> None:
    assert row({"id": 7, "prompt": "?", "completion": "!", "source": "wiki"}) == {
        "messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}],
        "id": 7,
        "source": "wiki",
    }


def test_columns_that_the_owner_names_win() -> None:
    record = {"q": "How deep?", "a": "Two metres.", "s": "Be brief.", "prompt": "x", "completion": "y"}
    found = row(record, Columns("q", "a", "s"))
    assert found is not None
    assert found["messages"] == [RULES, ASKED, ANSWERED]


def test_keys_that_a_table_has_filled_with_nothing_are_left_out() -> None:
    """Else ``weight: null`` would be a weight other than 1."""
    found = row({"messages": [{**ASKED, "weight": None}, {**ANSWERED, "weight": None}]})
    assert found is not None
    assert isinstance(validation.check(json.dumps(found).encode()), validation.Row)


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
def test_what_holds_no_conversation_is_not_converted(record: Any) -> None:
    assert row(record) is None


@given(json_values)
def test_nothing_stops_it(record: Any) -> None:
    found = row(record)
    assert found is None or found["messages"]
