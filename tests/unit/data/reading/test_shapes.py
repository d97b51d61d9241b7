import gzip
import shlex
from typing import Any

import pytest

from shared.data.reading import convert, shapes
from tests.unit.data.rows import conversation, message


@pytest.mark.parametrize(
    ("record", "shape"),
    [
        ({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yes?"}]}, shapes.SHAREGPT),
        ({"messages": [{"from": "human", "value": "Hi"}]}, shapes.SHAREGPT),
        ({"conversation": [message("user", "Hi")]}, shapes.SHAREGPT),
        ({"instruction": "Say hi.", "input": "", "output": "Hi"}, shapes.ALPACA),
        ({"instruction": "Say hi.", "response": "Hi"}, shapes.COMPLETION),
        ({"prompt": "Say hi.", "completion": "Hi"}, shapes.COMPLETION),
        ({"question": "Why?", "answer": "Because."}, shapes.COMPLETION),
        ([message("user", "Hi"), message("assistant", "Yes?")], shapes.BARE_LIST),
        (conversation(1), None),
        ({"messages": []}, None),
        ({"messages": [message("narrator", "Once")]}, None),
        ({"prompt": "Say hi."}, None),
        ({"conversations": "Hi"}, None),
        ([], None),
        (["Hi"], None),
        ("Hi", None),
        (None, None),
    ],
)
def test_a_known_shape_of_line_is_recognised_and_can_be_converted(record: Any, shape: str | None) -> None:
    assert shapes.of_line(record) == shape
    assert shape is None or convert.to_row(record)


@pytest.mark.parametrize(
    ("first", "shape"),
    [
        (b'[{"messages": []},\n{"messages": []}]', shapes.JSON_ARRAY),
        (b'\xef\xbb\xbf[\n  {\n    "messages": []', shapes.JSON_ARRAY),
        (b'[\n {"role": "user"', shapes.JSON_ARRAY),
        (b'[{"role": "user", "content": "Hi"}, {"role"', None),
        (b'{\n  "messages": [', shapes.JSON),
        (b'{"messages": []}\n{"messages": []}', None),
        (b'prompt,completion\n"Say hi.","Hi, you\n', shapes.CSV),
        (b"question;answer\r\nWhy?;Because.\r\n", shapes.CSV),
        (b"customer\tagent\nHi\tYes?\n", shapes.CSV),
        (b"Hello, world\nThis is, after all, prose.\n", None),
        (b"PAR1\x15\x04", shapes.PARQUET),
        (gzip.compress(b"{}", mtime=0), "gzip"),
        (b"PK\x03\x04", "zip"),
        ('{"messages": []}'.encode("utf-16"), "utf-16"),
        (b"\x00\x01\x02", None),
        (b"", None),
    ],
)
def test_a_known_kind_of_file_is_recognised(first: bytes, shape: str | None) -> None:
    assert shapes.of_file(first) == shape


def test_the_command_can_be_pasted_into_a_shell() -> None:
    assert shapes.command(shapes.SHAREGPT, "support/chats.jsonl") == "tunedrop convert support/chats.jsonl"
    assert shlex.split(shapes.command(shapes.CSV, "it's; rm.jsonl")) == ["tunedrop", "convert", "it's; rm.jsonl"]
    assert shapes.command("zip", "a b.jsonl") == "unzip 'a b.jsonl'"
