from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract.repair import ROLE_SYNONYMS, ROLES, RULES, as_settings, repair, suggest
from shared.data.contract.validation import Row, check, find_fault
from shared.models.config import Role
from tests.unit.data.rows import message

WORDS: dict[str, Role] = {"customer": "user", "Agent": "assistant"}


def talk(*turns: str | dict[str, Any]) -> dict[str, Any]:
    """A record from turns like ``user:Hello``."""
    return {"messages": [message(*turn.split(":", 1)) if isinstance(turn, str) else turn for turn in turns]}


def turns_of(record: dict[str, Any]) -> list[str]:
    return [f"{message['role']}:{message['content']}" for message in record["messages"]]


@pytest.mark.parametrize(
    ("turns", "repairs", "expected"),
    [
        (
            ["assistant:Welcome!", "user:Hi", "assistant:Yes?"],
            {"drop_leading_assistant"},
            ["user:Hi", "assistant:Yes?"],
        ),
        (
            ["system:Be kind.", "assistant:Hi", "assistant:Ask me.", "user:Hi", "assistant:Yes?"],
            {"drop_leading_assistant"},
            ["system:Be kind.", "user:Hi", "assistant:Yes?"],
        ),
        (["user:Hi", "user:Help me", "assistant:Yes?"], {"merge_turns"}, ["user:Hi\nHelp me", "assistant:Yes?"]),
        (["user:Hi", "assistant:a", "assistant:b"], {"merge_turns"}, ["user:Hi", "assistant:a\nb"]),
        (
            ["system:Be kind.", "system:Be brief.", "user:Hi", "assistant:Yes?"],
            {"merge_turns"},
            ["system:Be kind.\nBe brief.", "user:Hi", "assistant:Yes?"],
        ),
        (["user:Hi", "assistant:Yes?", "user:thanks"], {"drop_trailing_user"}, ["user:Hi", "assistant:Yes?"]),
        (["user:Hi", "assistant:a", "user:ok", "user:bye"], {"drop_trailing_user"}, ["user:Hi", "assistant:a"]),
        (["user:Hi", "assistant: ", "assistant:Yes?"], {"strip_blank_turns"}, ["user:Hi", "assistant:Yes?"]),
        (
            ["user:Hi", message("assistant", None), "user:\u200b", "assistant:Yes?"],
            {"strip_blank_turns"},
            ["user:Hi", "assistant:Yes?"],
        ),
        (["customer:Hi", "AGENT :Yes?"], {ROLES}, ["user:Hi", "assistant:Yes?"]),
        (
            ["agent:Welcome!", "customer:Hi", "customer:Help", "agent: ", "agent:Yes?", "customer:thanks"],
            {ROLES, *RULES},
            ["user:Hi\nHelp", "assistant:Yes?"],
        ),
    ],
)
def test_a_chat_is_repaired_with_as_few_repairs_as_possible(
    turns: list[Any], repairs: set[str], expected: list[str]
) -> None:
    repaired = repair(talk(*turns), RULES, WORDS)
    assert repaired is not None
    assert repaired.repairs == repairs
    assert turns_of(repaired.record) == expected


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_is_not_allowed_is_not_used(rule: str) -> None:
    chat = talk("assistant:Welcome!", "user:Hi", "user:Help", "assistant: ", "assistant:Yes?", "user:thanks")
    assert repair(chat, [other for other in RULES if other != rule], {}) is None


@pytest.mark.parametrize(
    "record",
    [
        None,
        [],
        {"messages": "user:Hi"},
        {"messages": []},
        {"messages": ["Hi"]},
        talk("user:Hi", {"content": "Yes?"}),
        talk("user:Hi", message("assistant", ["Yes?"])),
        talk("user:Hi", message("assistant", "", tool_calls=[{}]), "assistant:Yes?"),
        talk("user:Hi", message("assistant", "a", weight=0), "assistant:b"),
        talk("narrator:Once", "user:Hi", "assistant:Yes?"),
        talk("user:Hi", "assistant:a\0b", "user:thanks"),
        talk("user:Hi", "user:Is anyone there?"),
        talk("assistant:Welcome!"),
        talk("user:Hi", "system:Be kind.", "assistant:Yes?"),
    ],
)
def test_other_records_are_not_repaired(record: Any) -> None:
    assert repair(record, RULES, WORDS) is None


def test_a_good_conversation_needs_no_repair() -> None:
    assert suggest(talk("user:Hi", "assistant:Yes?")) is None


def test_a_suggestion_names_the_words_for_roles_that_it_replaced() -> None:
    repaired = suggest(talk("Human:Hi", "bot:Yes?", "user:thanks"))
    assert repaired is not None
    assert repaired.repairs == {ROLES, "drop_trailing_user"}
    assert repaired.role_words == {"human", "bot"}


def test_the_settings_to_paste_allow_the_repairs() -> None:
    text = as_settings({"drop_trailing_user", "merge_turns", ROLES}, {"customer": "user", "agent": "assistant"})
    assert text == "repair: [merge_turns, drop_trailing_user]\nroles: {agent: assistant, customer: user}\n"
    assert yaml.safe_load(text)["roles"]["customer"] == "user"
    assert as_settings([], {}) == ""


turns = st.builds(message, st.sampled_from([*ROLE_SYNONYMS, "User"]), st.sampled_from(["a", "b", "", " ", None]))
chats = st.lists(turns, max_size=7).map(lambda messages: {"messages": messages})


@given(chats, st.sets(st.sampled_from(RULES)), st.booleans())
def test_a_repaired_chat_keeps_the_contract_and_needed_every_repair(chat: Any, rules: Any, with_roles: bool) -> None:
    repaired = repair(chat, rules, ROLE_SYNONYMS if with_roles else {})
    if repaired is None:
        return
    assert isinstance(check(orjson.dumps(repaired.record)), Row)
    assert find_fault(chat) is not None
    assert repaired.repairs <= rules | {ROLES}
    roles = {word: ROLE_SYNONYMS[word] for word in repaired.role_words}
    assert repair(chat, repaired.repairs - {ROLES}, roles) == repaired  # type: ignore[arg-type]
    for name in repaired.repairs:
        fewer = repaired.repairs - {name}
        assert repair(chat, fewer - {ROLES}, roles if ROLES in fewer else {}) is None  # type: ignore[arg-type]
