from io import BytesIO
from typing import Any

import orjson
import pytest

from shared.data.contract import extra_keys
from shared.data.contract.faults import Fault
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, Part, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests.unit.data.rows import conversation, line, upload, valid

MAIL = "Write to ada@example.com."


def run(*lines: bytes, **settings: Any) -> tuple[Figures, list[dict[str, Any]]]:
    """What is made of some lines and enough good ones; the rows among them that have more than messages."""
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    config = ProjectConfig.model_validate({"keep": ["note", "id"], **settings})
    figures = prepare([Part([upload(*valid(20), *lines)])], config, sinks)
    written = [orjson.loads(row) for name in splits.NAMES for row in sinks[name].getvalue().splitlines()]
    return figures, [row for row in written if len(row) > 1]


def chat(**more: Any) -> bytes:
    return line({**conversation(100), **more})


def nested(levels: int) -> Any:
    return orjson.loads(b"[" * levels + b"]" * levels)


def deep(key: str, levels: int) -> bytes:
    return chat()[:-1] + f', "{key}": '.encode() + b"[" * levels + b"]" * levels + b"}"


def test_keys_that_are_asked_for_are_kept_whatever_they_hold() -> None:
    value = {"a": [1, None, {"b": "c"}], "d": 1.5}
    _, [row] = run(chat(note=value, id="7", other="dropped"))
    assert row == {**conversation(100), "note": value, "id": "7"}


@pytest.mark.parametrize(
    ("levels", "accepted"), [(extra_keys.DEEPEST, True), (extra_keys.DEEPEST + 1, False), (1000, False)]
)
def test_what_is_kept_is_no_deeper_than_can_be_written(levels: int, accepted: bool) -> None:
    figures, rows = run(deep("note", levels))
    assert (figures.rejected, len(rows)) == ((0, 1) if accepted else (1, 0))
    assert [(one.reason, one.path) for one in figures.problems] == [] if accepted else [("json.too_deep", "$.note")]


def test_depth_in_keys_that_are_dropped_does_not_matter() -> None:
    figures, _ = run(deep("other", 1000).replace(b"Question", MAIL.encode()), pii="redact")
    assert figures.rejected == 0


def test_personal_data_is_found_and_replaced_in_kept_keys_too() -> None:
    figures, [row] = run(chat(note={"by": ["Ada", MAIL]}, other=MAIL), pii="redact")
    assert figures.pii["email"].rows == 1
    assert row["note"] == {"by": ["Ada", "Write to [email]."]}


def test_personal_data_in_dropped_keys_is_nobodys_concern() -> None:
    figures, _ = run(chat(other=MAIL), pii="reject")
    assert figures.pii == {}
    assert figures.refusal is None


def test_a_row_is_picked_from_without_a_change() -> None:
    record = {"a": 1, "b": 2}
    assert extra_keys.picked(record, ["b", "c"]) == {"b": 2}
    assert isinstance(extra_keys.picked({"a": nested(300)}, ["a"]), Fault)
    assert extra_keys.picked({"a": nested(300)}, ["b"]) == {}
