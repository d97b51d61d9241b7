"""Roles that are missing, unknown, or out of turn."""

from shared.data.contract.repair import ROLE_SYNONYMS
from tests.corpus.case import ANSWER, SYSTEM, USER, Case, talk, values
from tests.unit.data.rows import message

_WORDS = (
    *(word for word in ROLE_SYNONYMS if word not in ("user", "assistant", "system")),
    *("User", "USER", "user ", " user", "user\n", "us\u200ber", "\uff55ser", "\u0443ser", "", " ", "1", "null"),
    *("tool", "function", "narrator", "moderator", "prompt", "response", "Q", "utilisateur", "\u7528\u6237"),
)
_TYPES = values("an empty string", "text")
_OUT_OF_TURN = {
    "the assistant first": ([ANSWER, USER, ANSWER], 0),
    "the assistant alone": ([ANSWER], 0),
    "the assistant first, after the system": ([SYSTEM, ANSWER, USER, ANSWER], 1),
    "the user twice": ([USER, USER, ANSWER], 1),
    "the user twice, later": ([USER, ANSWER, USER, USER, ANSWER], 3),
    "the assistant twice": ([USER, ANSWER, ANSWER], 2),
    "the system second": ([USER, SYSTEM, ANSWER], 1),
    "the system last": ([USER, ANSWER, SYSTEM], 2),
    "the system twice": ([SYSTEM, SYSTEM, USER, ANSWER], 1),
    "the system again": ([SYSTEM, USER, SYSTEM, ANSWER], 2),
    "the system after the greeting": ([ANSWER, SYSTEM, USER, ANSWER], 0),
}
_LAST = {
    "the user alone": [USER],
    "the system alone": [SYSTEM],
    "the system and the user": [SYSTEM, USER],
    "thanks at the end": [USER, ANSWER, USER],
    "no answer at the end of many turns": [USER, ANSWER] * 50 + [USER],
}

BAD = [
    *(
        Case(f"the role {word!r}", talk(message(word, "Hello?"), ANSWER), "role.unknown", "$.messages[0].role")
        for word in _WORDS
    ),
    *(
        Case(
            f"the role {word!r} where the assistant is due",
            talk(USER, message(word, "Hello!")),
            "role.unknown",
            "$.messages[1].role",
        )
        for word in ("Assistant", "model", "bot", "ai")
    ),
    *(
        Case(
            f"{name} as a role",
            talk(message("user", "Hello?") | {"role": value}, ANSWER),
            "role.not_text",
            "$.messages[0].role",
        )
        for name, value in _TYPES.items()
    ),
    Case("no role", talk({"content": "Hello?"}, ANSWER), "role.missing", "$.messages[0].role"),
    Case("no role of the answer", talk(USER, {"content": "Hello!"}), "role.missing", "$.messages[1].role"),
    Case("an empty message", talk({}, ANSWER), "role.missing", "$.messages[0].role"),
    Case(
        "a role in capitals", talk({"Role": "user", "content": "Hello?"}, ANSWER), "role.missing", "$.messages[0].role"
    ),
    Case("from and value", talk({"from": "user", "value": "Hello?"}), "role.missing", "$.messages[0].role"),
    Case("author and text", talk({"author": "user", "text": "Hello?"}), "role.missing", "$.messages[0].role"),
    *(
        Case(name, talk(*turns), "role.order", f"$.messages[{place}].role")
        for name, (turns, place) in _OUT_OF_TURN.items()
    ),
    *(Case(name, talk(*turns), "role.last", f"$.messages[{len(turns) - 1}].role") for name, turns in _LAST.items()),
]
