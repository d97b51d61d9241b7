"""Lines that are JSON but not conversations."""

from tests.corpus.case import ANSWER, PAIR, USER, VALUES, Case, beside, talk, values
from tests.unit.data.rows import line

_SHAPES = {
    "ShareGPT": {"conversations": [{"from": "human", "value": "Hello?"}, {"from": "gpt", "value": "Hello!"}]},
    "Alpaca": {"instruction": "Greet.", "input": "", "output": "Hello!"},
    "completion pairs": {"prompt": "Hello?", "completion": "Hello!"},
    "prompt and response": {"prompt": "Hello?", "response": "Hello!"},
    "question and answer": {"question": "Hello?", "answer": "Hello!"},
    "plain text": {"text": "Hello!"},
    "preferences": {"chosen": [USER, ANSWER], "rejected": [USER, ANSWER]},
    "Gemini's contents": {"contents": [{"role": "user", "parts": [{"text": "Hello?"}]}]},
    "a batch request": {"custom_id": "1", "body": {"messages": [USER, ANSWER]}},
    "a classified text": {"text": "Hello!", "label": 1},
    "a message alone": USER,
    "messages under another name": {"chat": [USER, ANSWER]},
    "messages in capitals": {"Messages": [USER, ANSWER]},
    "messages with a space": {"messages ": [USER, ANSWER]},
    "messages one level down": {"data": {"messages": [USER, ANSWER]}},
    "an error": {"error": {"code": 429}},
}
_LISTS = {
    "a bare list of messages": [USER, ANSWER],
    "a list of one conversation": [{"messages": [USER, ANSWER]}],
    "a pair of texts": ["Hello?", "Hello!"],
}

BAD = [
    *(
        Case(f"{name} as the record", line(value), "record.not_object")
        for name, value in values("an empty object", "an object").items()
    ),
    *(Case(f"{name} as the record", line(value), "record.not_object") for name, value in _LISTS.items()),
    Case("a conversation as a string", line(talk(USER, ANSWER).decode()), "record.not_object"),
    Case("an empty object as the record", b"{}", "messages.missing", "$.messages"),
    *(
        Case(f"{name}, not messages", line(record), "messages.missing", "$.messages")
        for name, record in _SHAPES.items()
    ),
    *(
        Case(f"{name} as messages", line({"messages": value}), "messages.not_list", "$.messages")
        for name, value in values("an empty list", "a list").items()
    ),
    Case("messages as a string of JSON", line({"messages": PAIR}), "messages.not_list", "$.messages"),
    Case("one message, not a list of them", line({"messages": USER}), "messages.not_list", "$.messages"),
    Case("messages by number", line({"messages": {"0": USER, "1": ANSWER}}), "messages.not_list", "$.messages"),
    Case("no messages", talk(), "messages.empty", "$.messages"),
    Case("no messages beside a prompt", talk(prompt="Hello?"), "messages.empty", "$.messages"),
]
GOOD = [
    *(Case(f"{name} in an ignored key", talk(USER, ANSWER, extra=value)) for name, value in VALUES.items()),
    Case("the lesson's keys", talk(USER, ANSWER, prompt="Hello?", prompt_id="c0ffee")),
    Case("tools that are offered, not called", talk(USER, ANSWER, tools=[], parallel_tool_calls=False)),
    Case("an empty key", beside(b"1", b'""')),
    Case("a key that is a word of JavaScript", beside(b'{"constructor": 1}', b'"__proto__"')),
    Case("a thousand ignored keys", talk(USER, ANSWER, **{f"key{number}": number for number in range(1000)})),
]
