import json

import pytest

from cli.demo.questions import chrf, questions
from shared.core.errors import TunedropError


def record(*contents: str) -> bytes:
    roles = ("user", "assistant") * len(contents)
    messages = [{"role": role, "content": content} for role, content in zip(roles, contents, strict=False)]
    return json.dumps({"messages": messages}).encode() + b"\n"


def test_the_last_answer_is_the_reference_and_is_not_asked() -> None:
    (question,) = questions(record("Hello?", "Hi.", "How deep?", "Two metres."), 5)
    assert question.reference == "Two metres."
    assert question.text == "How deep?"
    assert [message["content"] for message in question.messages] == ["Hello?", "Hi.", "How deep?"]


def test_no_more_questions_than_asked_for_and_from_all_over_the_file() -> None:
    lines = b"".join(record(f"{number}?", "b") for number in range(9))
    assert [question.text for question in questions(lines, 3)] == ["0?", "3?", "6?"]


def test_records_that_end_with_a_question_are_left_out() -> None:
    assert [question.text for question in questions(record("a?", "b", "c?") + record("d?", "e"), 4)] == ["d?"]


def test_a_line_separator_inside_a_string_does_not_end_the_line() -> None:
    line = '{"messages": [{"role": "user", "content": "a\u2028b?"}, {"role": "assistant", "content": "c"}]}'
    assert questions(line.encode(), 4)[0].text == "a\u2028b?"


def test_data_without_a_question_is_refused_with_a_remedy() -> None:
    with pytest.raises(TunedropError, match="Drop a file with more rows"):
        questions(record("only a question?"), 4)


def test_the_references_themselves_score_100_and_other_words_little() -> None:
    references = ["Lumo dives two metres deep.", "Lumo costs 48 euros."]
    assert chrf(references, references) == pytest.approx(100.0)
    assert chrf(["I cannot say.", "Who knows?"], references) < 20
