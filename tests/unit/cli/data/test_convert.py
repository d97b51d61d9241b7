import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.data.convert import SHOWN
from cli.main import app

PAIR = {"prompt": "How deep?", "completion": "Two metres."}


def convert(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["convert", *map(str, arguments)])
    return result.exit_code, " ".join(result.output.split())


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def test_rows_are_written_beside_the_file_and_counted(tmp_path: Path) -> None:
    (tmp_path / "chats.json").write_text(json.dumps([PAIR, PAIR]))
    written = tmp_path / "chats.jsonl"
    output = f"2 of 2 rows written to {written} Check it: tunedrop check {written}"
    assert convert(tmp_path / "chats.json") == (0, output)
    messages = [{"role": "user", "content": "How deep?"}, {"role": "assistant", "content": "Two metres."}]
    assert lines(written) == [{"messages": messages}] * 2


def test_records_that_could_not_be_converted_are_listed_by_line(tmp_path: Path) -> None:
    rows = [json.dumps(PAIR), "oops", json.dumps({"id": 1}), *["[]"] * SHOWN]
    (tmp_path / "x.jsonl").write_text("\n".join(rows))
    status, output = convert(tmp_path / "x.jsonl")
    assert status == 0
    assert f"1 of {SHOWN + 3} rows written to {tmp_path / 'x.chat.jsonl'} {SHOWN + 2} could not be converted:" in output
    assert "line 2: not JSON line 3: no conversation in a known shape line 4" in output
    assert "and 2 more Check it" in output


def test_columns_are_picked_by_name(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("frage,antwort,regel\nWie tief?,Zwei Meter.,Kurz.\n")
    status, output = convert(tmp_path / "x.csv")
    assert (status, "--user COLUMN --assistant COLUMN" in output) == (1, True)
    assert convert(tmp_path / "x.csv", "--user", "frage", "--assistant", "antwort", "--system", "regel")[0] == 0
    assert [message["content"] for message in lines(tmp_path / "x.jsonl")[0]["messages"]] == [
        "Kurz.",
        "Wie tief?",
        "Zwei Meter.",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.jsonl"], "There is no file"),
        (["."], "is a folder"),
        (["empty.jsonl"], "it is empty"),
        (["pair.jsonl", "--out", "pair.jsonl"], "into itself"),
        (["pair.jsonl", "--user", "x"], "--user and --assistant must be given together"),
        (["pair.json"], "exists already. Name the file to write: --out"),
        (["torn.json", "--out", "new.jsonl"], "row 2 is not JSON"),
    ],
)
def test_after_an_error_nothing_is_written_or_overwritten(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"empty.jsonl": "", "pair.jsonl": json.dumps(PAIR), "pair.json": json.dumps([PAIR]), "torn.json": "[{},{"}
    for name, text in files.items():
        Path(name).write_text(text)
    status, output = convert(*arguments)
    assert (status, message in output) == (1, True)
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == files


def test_a_row_that_json_cannot_hold_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[{"prompt": "\\ud800", "completion": "x"}, {"prompt": "a", "completion": "b"}]')
    status, output = convert(tmp_path / "x.json")
    assert status == 0
    assert "1 could not be converted: row 1" in output
