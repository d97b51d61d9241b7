"""Values that are not messages, and messages with keys that change their meaning for training."""

from typing import Any

from tests.corpus.case import ANSWER, USER, Case, talk, values
from tests.unit.data.rows import message

_PLACES = {"first": 0, "second": 1}
_CALLS: dict[str, Any] = {
    "tool_calls": [{"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}}],
    "function_call": {"name": "look", "arguments": "{}"},
    "tool_call_id": "1",
}
_WEIGHTS: dict[str, Any] = {
    "0": 0,
    "0.5": 0.5,
    "2": 2,
    "-1": -1,
    "null": None,
    "text": "1",
    "a list": [1],
    "false": False,
}


def _with(value: Any, place: int) -> bytes:
    turns: list[Any] = [USER, ANSWER]
    turns[place] = value
    return talk(*turns)


BAD = [
    *(
        Case(f"{name} as the {where} message", _with(value, place), "message.not_object", f"$.messages[{place}]")
        for name, value in values("an empty object", "an object").items()
        for where, place in _PLACES.items()
    ),
    Case("a pair as a message", talk(["user", "Hello?"], ANSWER), "message.not_object", "$.messages[0]"),
    *(
        Case(f"{key} of the assistant", talk(USER, ANSWER | {key: call}), "message.tool_call", f"$.messages[1].{key}")
        for key, call in _CALLS.items()
    ),
    *(
        Case(
            f"{key} and no text",
            talk(USER, message("assistant", None, **{key: call})),
            "message.tool_call",
            f"$.messages[1].{key}",
        )
        for key, call in _CALLS.items()
    ),
    *(
        Case(f"{key} of the user", talk(USER | {key: call}, ANSWER), "message.tool_call", f"$.messages[0].{key}")
        for key, call in _CALLS.items()
    ),
    *(
        Case(f"a weight of {name}", talk(USER, ANSWER | {"weight": weight}), "message.weight", "$.messages[1].weight")
        for name, weight in _WEIGHTS.items()
    ),
    Case("the user's weight", talk(USER | {"weight": 0}, ANSWER), "message.weight", "$.messages[0].weight"),
]
