from io import BytesIO
from typing import Any

import orjson
import pytest

from shared.data.contract import extra_keys
from shared.data.contract.faults import Fault
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests.unit.data.rows import conversation, line, upload, valid

MAIL = "Write to ada@example.com."


def run(*lines: bytes, **settings: Any) -> tuple[Figures, list[dict[str, Any]]]:
    """The figures of these lines and enough valid ones, and the rows that have more than messages."""
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    config = ProjectConfig.model_validate({"keep": ["note", "id"], **settings})
    figures = prepare([UploadFile([upload(*valid(20), *lines)])], config, sinks)
    written = [orjson.loads(row) for name in splits.NAMES for row in sinks[name].getvalue().splitlines()]
    return figures, [row for row in written if len(row) > 1]


def chat(**more: Any) -> bytes:
    return line({**conversation(100), **more})


def nested(levels: int) -> Any:
    return orjson.loads(b"[" * levels + b"]" * levels)


def deep(key: str, levels: int) -> bytes:
    return chat()[:-1] + f', "{key}": '.encode() + b"[" * levels + b"]" * levels + b"}"


def test_named_keys_are_kept_with_any_value() -> None:
    value = {"a": [1, None, {"b": "c"}], "d": 1.5}
    _, [row] = run(chat(note=value, id="7", other="dropped"))
    assert row == {**conversation(100), "note": value, "id": "7"}


@pytest.mark.parametrize(
    ("levels", "accepted"), [(extra_keys.MAX_DEPTH, True), (extra_keys.MAX_DEPTH + 1, False), (1000, False)]
)
def test_a_kept_value_may_be_as_deep_as_can_be_written(levels: int, accepted: bool) -> None:
    figures, rows = run(deep("note", levels))
    assert (figures.rejected, len(rows)) == ((0, 1) if accepted else (1, 0))
    assert (
        [(problem.reason, problem.path) for problem in figures.problems] == []
        if accepted
        else [("json.too_deep", "$.note")]
    )


def test_the_depth_of_dropped_keys_does_not_matter() -> None:
    figures, _ = run(deep("other", 1000).replace(b"Question", MAIL.encode()), pii="redact")
    assert figures.rejected == 0


def test_personal_data_is_found_and_replaced_in_kept_keys_too() -> None:
    figures, [row] = run(chat(note={"by": ["Ada", MAIL]}, other=MAIL), pii="redact")
    assert figures.pii["email"].rows == 1
    assert row["note"] == {"by": ["Ada", "Write to [email]."]}


def test_personal_data_in_dropped_keys_does_not_count() -> None:
    figures, _ = run(chat(other=MAIL), pii="reject")
    assert figures.pii == {}
    assert figures.refusal is None


def test_selecting_keys_takes_only_those_that_the_record_has() -> None:
    record = {"a": 1, "b": 2}
    assert extra_keys.select(record, ["b", "c"]) == {"b": 2}
    assert isinstance(extra_keys.select({"a": nested(300)}, ["a"]), Fault)
    assert extra_keys.select({"a": nested(300)}, ["b"]) == {}
