import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.data import records as module
from cli.data.records import Record, records
from shared.core.errors import TunedropError
from shared.data.reading.lines import UnreadableError

ROWS = [{"prompt": f"Question {number}?", "completion": 'Ja, naïve \u2028 [x] {y} \\ "'} for number in range(5)]


def written(folder: Path, name: str, content: bytes | str) -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def values(file: Path) -> list[Any]:
    return [record.value for record in records(file)]


def json_lines() -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def zstd(content: bytes) -> bytes:
    import pyarrow

    return bytes(pyarrow.compress(content, "zstd", asbytes=True))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.jsonl", json_lines()),
        ("x.jsonl.gz", gzip.compress(json_lines())),
        ("x.jsonl.zst", zstd(json_lines())),
        ("x.json", json.dumps(ROWS)),
        ("x.json", json.dumps(ROWS, indent=2)),
        ("x.json", "\ufeff\n" + "\n".join(json.dumps(row, indent=2) for row in ROWS)),
        ("x.json.gz", gzip.compress(json.dumps(ROWS, indent=2).encode())),
        ("x.json", json_lines()),
        ("x.jsonl", json.dumps(ROWS)),
        ("x", json_lines()),
    ],
    ids=[
        "lines",
        "gzip",
        "zstd",
        "list",
        "indented",
        "objects",
        "packed list",
        "lines named json",
        "list named jsonl",
        "no suffix",
    ],
)
def test_the_same_records_are_read_from_every_kind(name: str, content: bytes | str, tmp_path: Path) -> None:
    assert values(written(tmp_path, name, content)) == ROWS


def test_parquet_is_read_as_a_table(tmp_path: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "x [1].parquet")
    rows = list(records(tmp_path / "x [1].parquet"))
    assert [record.value for record in rows] == ROWS
    assert rows[1].where == "row 2"


@given(st.lists(st.recursive(st.text() | st.integers() | st.none(), st.lists, max_leaves=4)), st.integers(1, 7))
def test_a_list_is_read_alike_however_its_bytes_arrive(values: list[Any], size: int) -> None:
    content = json.dumps(values, ensure_ascii=False).encode()
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    assert [record.value for record in module._json(chunks)] == values


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_table_is_read_by_the_names_in_its_header(delimiter: str, tmp_path: Path) -> None:
    text = f'question{delimiter}answer\r\n"a\nb"{delimiter}"say ""x"""\r\n\r\nc{delimiter}d\r\n'
    rows = list(records(written(tmp_path, "x.csv", text)))
    assert [record.value for record in rows] == [
        {"question": "a\nb", "answer": 'say "x"'},
        {"question": "c", "answer": "d"},
    ]
    assert rows[0].where == "line 2"


def test_a_bad_record_is_reported_with_its_line_and_does_not_stop_the_others(tmp_path: Path) -> None:
    lines = list(records(written(tmp_path, "x.jsonl", b'{"a":1}\n\noops\n{"a":2}\n')))
    assert lines == [Record("line 1", {"a": 1}), Record("line 3", None, "not JSON"), Record("line 4", {"a": 2})]
    wide = list(records(written(tmp_path, "x.csv", "a,b\n1,2,3\n4,5\n")))
    assert wide == [
        Record("line 2", None, "3 fields, but the header has 2"),
        Record("line 3", {"a": "4", "b": "5"}),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", b'[{"a":1}, {"a":oops}, {"a":2}]', "row 2 is not JSON"),
        ("x.json", b'[{"a":1}, {"a":2', "row 2 is not JSON"),
        ("x.csv", b"a,b\nna\xefve,2\n", "line 2 is not UTF-8"),
        ("x.csv", b'a,b\n"1,2\n', "unexpected end of data"),
        ("x.jsonl.gz", gzip.compress(json_lines())[:-9], "ends too early"),
        ("x.jsonl.zst", zstd(json_lines())[:40] + b"\0" * 40, "not valid zstd"),
        ("x.docx", b"PK\x03\x04", r"is a zip file.*Run this first: unzip"),
        ("x.jsonl", "Grüße".encode("utf-16"), r"is a utf-16 file.*Run this first: iconv"),
    ],
)
def test_a_damaged_file_is_reported_with_the_place(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(TunedropError, match=message):
        list(records(written(tmp_path, name, content)))


def test_a_list_is_not_read_into_memory_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that never ends stops the reading once it is longer than the longest line."""
    monkeypatch.setattr(module, "MAX_LINE_BYTES", 1000)
    read = 0

    def endless() -> Any:
        nonlocal read
        yield b'[{"a":1}, "'
        while True:
            read += 1
            yield b"x" * 100

    with pytest.raises(TunedropError, match="row 2 is not JSON, or longer"):
        list(_translated(endless()))
    assert read < 20


def _translated(chunks: Any) -> Any:
    try:
        yield from module._json(chunks)
    except UnreadableError as error:
        raise TunedropError(str(error)) from None
