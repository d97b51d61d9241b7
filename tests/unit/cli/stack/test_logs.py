from pathlib import Path

from cli.stack.logs import read_json_lines


def test_a_line_that_is_still_being_written_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"t": 1}\n{"t": 2}\n{"t":')
    assert read_json_lines(tmp_path / "log.jsonl") == [{"t": 1}, {"t": 2}]


def test_a_log_that_does_not_exist_yet_has_no_lines(tmp_path: Path) -> None:
    assert read_json_lines(tmp_path / "log.jsonl") == []
