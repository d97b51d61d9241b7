from pathlib import Path

import pytest

from cli.demo.questions import questions
from cli.demo.run import scenario
from shared.core.errors import TunedropError


def test_the_example_has_enough_records_and_questions_to_prove_something() -> None:
    about = scenario(None)
    assert about.held_out is not None
    assert about.data.read_bytes().count(b"\n") >= 80
    assert len(questions(about.held_out.read_bytes(), about.limit)) >= 10
    assert about.gain == 30.0


def test_nobody_trains_on_a_question_of_the_example() -> None:
    about = scenario(None)
    assert about.held_out is not None
    trained_on = about.data.read_text()
    assert [
        question.text for question in questions(about.held_out.read_bytes(), 100) if question.text in trained_on
    ] == []


def test_ones_own_file_is_asked_about_its_own_held_out_rows(tmp_path: Path) -> None:
    about = scenario(tmp_path / "mine.jsonl")
    assert (about.project, about.held_out, about.gain) == ("mine", None, None)


def test_a_file_that_the_app_would_ignore_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(TunedropError, match=r"must end in \.jsonl"):
        scenario(tmp_path / "mine.csv")
