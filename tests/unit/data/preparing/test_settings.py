"""What each setting does to the rows of an upload, and what other files of the project do."""

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.preparing.tally import LOCATIONS_SHOWN
from shared.data.preparing.tokens import TokenCounter
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures, Histogram, Location, Occurrences
from tests.unit.data.rows import conversation, line, message, upload, valid

REDACT = {"pii": "redact"}
Files = dict[str, list[bytes]]


def run(*lines: bytes, files: list[UploadFile] | None = None, config: Any = None, **more: Any) -> tuple[Figures, Files]:
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    settings = ProjectConfig.model_validate({"duplicates": "exact"} | (config or {}))
    figures = prepare(files or [UploadFile([upload(*lines)])], settings, sinks, **more)
    return figures, {name: sink.getvalue().splitlines(keepends=True) for name, sink in sinks.items()}


def rows(files: Files) -> set[bytes]:
    return {row for name in splits.NAMES for row in files[name]}


def file(split: str | None, *lines: bytes) -> UploadFile:
    return UploadFile([upload(*lines)], name=f"{split}.jsonl", split=split)


def chat(*contents: str) -> bytes:
    roles = ("user", "assistant")
    return line({"messages": [message(roles[index % 2], text) for index, text in enumerate(contents)]})


def test_rows_that_differ_only_in_case_space_or_unicode_form_are_the_same() -> None:
    same = [
        chat("Where is the café?", "Straße 5"),
        chat("where is  the CAFE\u0301 ?", "STRASSE\u00a05\n"),
        chat("Where is the ｃａｆé?", "strasse 5"),
    ]
    figures, _ = run(*valid(20), *same, config={"duplicates": "normalised"})
    assert figures.duplicates == 2
    assert run(*valid(20), *same)[0].duplicates == 0


def test_a_boundary_between_messages_counts_when_rows_are_compared() -> None:
    figures, _ = run(*valid(20), chat("a b", "c"), chat("a", "b c"), config={"duplicates": "normalised"})
    assert figures.duplicates == 0


@pytest.mark.parametrize("duplicates", ["exact", "normalised"])
def test_a_sample_has_about_its_share_and_is_part_of_every_larger_one(duplicates: str) -> None:
    lines = valid(400)
    samples = [run(*lines, config={"duplicates": duplicates, "sample_pc": percent}) for percent in (20, 50.5, 100)]
    small, middle, whole = (rows(files) for _, files in samples)
    assert small < middle < whole
    assert 40 <= len(small) <= 120 <= 150 <= len(middle) <= 250
    assert [figures.sampled_out for figures, _ in samples] == [400 - len(small), 400 - len(middle), 0]


def test_a_sample_without_rows_is_rejected_with_the_figures() -> None:
    figures, _ = run(*valid(20), config={"sample_pc": 0.001})
    assert figures.refusal is not None
    assert "'sample_pc' leaves out 20" in figures.refusal


def test_keys_to_keep_are_kept_and_do_not_make_rows_different() -> None:
    lines = [line({"id": number, "note": "x", **conversation(number)}) for number in range(20)]
    again = line({"id": 99, **conversation(3)})
    figures, files = run(*lines, again, config={"keep": ["id", "tag"]})
    assert figures.duplicates == 1
    assert {row["id"] for row in map(json.loads, rows(files))} == set(range(20))
    assert all(row.keys() == {"messages", "id"} for row in map(json.loads, rows(files)))
    counts = {name: len(files[name]) for name in splits.NAMES}
    assert counts == {name: len(rows) for name, rows in run(*lines)[1].items() if name != REJECTED}


def test_repaired_rows_are_used_and_counted() -> None:
    twice = line({"messages": [message("user", "a"), message("user", "b"), message("assistant", "c")]})
    named = line({"messages": [message("customer", "d"), message("assistant", "e")]})
    config = {"repair": ["merge_turns"], "roles": {"customer": "user"}}
    figures, files = run(*valid(20), twice, named, b"{", config=config)
    assert (figures.accepted, figures.rejected) == (22, 1)
    assert figures.repaired == {"merge_turns": 1, "roles": 1, "rows": 2}
    assert {b"a\\nb" in row for row in rows(files)} == {True, False}


def test_lines_that_could_be_repaired_are_counted_with_the_settings_to_paste() -> None:
    twice = line({"messages": [message("user", "a"), message("user", "b"), message("agent", "c")]})
    ends = line({"messages": [message("user", "a"), message("assistant", "b"), message("user", "thanks")]})
    figures, _ = run(*valid(20), twice, ends, b"{", line({}), config={"roles": {"kunde": "user"}})
    assert figures.repairable is not None
    assert (figures.rejected, figures.repairable.rows) == (4, 2)
    assert figures.repairable.by_repair == {"drop_trailing_user": 1, "merge_turns": 1, "roles": 1}
    assert figures.repairable.settings == (
        "repair: [merge_turns, drop_trailing_user]\nroles: {agent: assistant, kunde: user}\n"
    )


def test_a_file_of_another_shape_is_recognised_with_the_command_that_converts_it() -> None:
    turns = [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]
    figures, _ = run(*[line({"conversations": turns})] * 20, *valid(3), upload="may.jsonl")
    assert figures.shape is not None
    assert (figures.shape.name, figures.shape.rows) == ("sharegpt", 20)
    assert figures.shape.command == "tunedrop convert may.jsonl"
    assert run(*[line({"conversations": turns})] * 20, *valid(30))[0].shape is None


def test_a_file_that_is_not_json_lines_is_recognised() -> None:
    figures, _ = run(b"prompt,completion", b"a,b", b"c,d")
    assert figures.shape is not None
    assert (figures.shape.name, figures.shape.rows) == ("csv", 3)


def test_long_rows_are_counted_and_used_unless_the_settings_exclude_them() -> None:
    long = chat("Why?", "Because. " * 100)
    figures, files = run(*valid(20), long, max_seq_length=50)
    assert figures.too_long.rows == 1
    assert figures.too_long.locations == [Location(line=21)]
    assert figures.accepted == len(rows(files)) == 21


@pytest.mark.parametrize(("policy", "rejected"), [("drop", False), ("reject", True)])
def test_long_rows_are_rejected_lines(policy: str, rejected: bool) -> None:
    long = chat("Why?", "Because. " * 100)
    figures, files = run(*valid(20), long, config={"too_long": policy}, max_seq_length=50)
    assert (figures.rejected, figures.reasons, figures.too_long.rows) == (1, {"row.too_long": 1}, 1)
    assert "more than the limit of 50" in figures.problems[0].detail
    assert len(rows(files)) == figures.accepted == 20
    assert (figures.refusal is not None) is rejected


def test_the_list_of_locations_is_capped_and_the_total_is_exact() -> None:
    figures, _ = run(*valid(50), max_seq_length=1)
    assert figures.too_long.rows == 50
    assert len(figures.too_long.locations) == LOCATIONS_SHOWN


def test_more_tokens_than_the_budget_are_rejected_with_both_figures() -> None:
    figures, _ = run(*valid(100), config={"budget_tokens": 100})
    assert figures.refusal is not None
    assert f"{figures.tokens:,} tokens" in figures.refusal
    assert "'budget_tokens' is 100" in figures.refusal
    assert run(*valid(100), config={"budget_tokens": figures.tokens})[0].refusal is None


def test_histograms_count_every_accepted_row() -> None:
    four = chat("a", "b", "c", "d")
    figures, _ = run(*valid(20), four, four, b"{")
    assert figures.turns.counts[:2] == [20, 1]
    assert sum(figures.turns.counts) == sum(figures.row_tokens.counts) == figures.accepted
    assert len(figures.turns.edges) == len(figures.turns.counts)
    assert figures.row_tokens == Histogram(edges=figures.row_tokens.edges, counts=[21] + [0] * 9)


def test_evaluation_rows_go_to_test_and_never_into_training() -> None:
    lines = valid(200)
    trained = run(*lines)[1]["train"][:15]
    figures, files = run(*lines, evaluation_rows=trained, config={"sample_pc": 99.99})
    assert figures.evaluation_rows == 15
    assert set(trained) <= set(files["test"])
    assert not set(trained) & {*files["train"], *files["validation"]}


def test_evaluation_rows_are_recognised_in_another_spelling() -> None:
    lines = valid(40)
    shouted = chat("QUESTION 7?", "Answer  7.")
    figures, files = run(*lines, evaluation_rows=[shouted], config={"duplicates": "normalised"})
    assert figures.evaluation_rows == 1
    assert any(b"Question 7?" in row for row in files["test"])


def test_too_few_rows_beside_the_evaluation_rows_are_rejected() -> None:
    lines = valid(15)
    figures, files = run(*lines, evaluation_rows=lines[:8])
    assert figures.train_rows < 10
    assert len(files["test"]) >= 8
    assert figures.refusal is not None
    assert f"divide into {figures.train_rows} for training" in figures.refusal


def test_earlier_files_are_trained_on_too_and_newer_rows_take_precedence() -> None:
    newer, older = valid(30), [*valid(50), b"{", b""]
    earlier = [UploadFile([upload(*older)]), UploadFile([upload(*valid(60))])]
    figures, files = run(*newer, earlier=earlier)
    assert (figures.lines, figures.accepted, figures.rejected, figures.duplicates) == (30, 30, 0, 0)
    assert figures.earlier_rows == 30
    assert len(rows(files)) == 60
    assert figures.train_rows + figures.validation_rows + figures.test_rows == 60
    assert files == run(*valid(60))[1]


def test_the_splits_that_an_owner_has_made_are_kept() -> None:
    uploaded = [file("test", *valid(5)), file("validation", *valid(5, 100)), file("train", *valid(60), *valid(50, 200))]
    figures, files = run(files=uploaded)
    assert (figures.train_rows, figures.validation_rows, figures.test_rows) == (105, 5, 5)
    assert figures.duplicates == 5
    assert len(files["validation"]) == 5


def test_a_split_without_a_file_is_made_from_the_training_rows() -> None:
    figures, _ = run(files=[file("test", *valid(5)), file("train", *valid(200, 100))])
    assert figures.test_rows == 5
    assert 5 <= figures.validation_rows <= 40
    alone, _ = run(files=[file("train", *valid(12))])
    assert (alone.train_rows, alone.validation_rows, alone.test_rows) == (10, 1, 1)


def test_an_owners_file_without_a_usable_row_is_rejected() -> None:
    figures, _ = run(files=[file("test", b"{"), file("train", *valid(50))])
    assert figures.refusal is not None
    assert "0 for testing" in figures.refusal
    assert [(problem.file, problem.line) for problem in figures.problems] == [("test.jsonl", 1)]


def test_tokens_are_counted_by_the_given_counter() -> None:
    class Two(TokenCounter):
        def count(self, row: bytes) -> int:
            return 2

    figures, _ = run(*valid(40), tokens=Two())
    assert figures.tokens == 2 * figures.train_rows


def test_progress_reports_every_byte_that_was_read() -> None:
    sizes: list[int] = []
    figures, _ = run(*valid(40), progress=sizes.append)
    assert sum(sizes) == figures.size


@given(st.lists(st.integers(0, 30), max_size=60), st.lists(st.integers(0, 30), max_size=60))
def test_the_order_of_earlier_uploads_moves_no_row(first: list[int], second: list[int]) -> None:
    uploads = [upload(*(line(conversation(number)) for number in numbers)) for numbers in (first, second)]
    _, files = run(*valid(12), earlier=[UploadFile([data]) for data in uploads])
    _, reversed_files = run(*valid(12), earlier=[UploadFile([data]) for data in reversed(uploads)])
    assert {name: sorted(files[name]) for name in files} == {name: sorted(reversed_files[name]) for name in files}


def test_personal_data_is_reported_by_kind_and_line_and_not_changed() -> None:
    private = chat("Who?", "ada@example.org")
    figures, files = run(*valid(20), private)
    assert figures.pii == {"email": Occurrences(rows=1, locations=[Location(line=21)])}
    assert any(b"ada@example.org" in row for row in rows(files))
    assert run(*valid(20), private, config={"pii": "off"})[0].pii == {}


def test_redacted_rows_have_placeholders_and_are_duplicates_if_these_are_equal() -> None:
    figures, files = run(*valid(20), chat("Who?", "ada@example.org"), chat("Who?", "bob@example.org"), config=REDACT)
    assert (figures.accepted, figures.duplicates) == (21, 1)
    assert figures.pii == {"email": Occurrences(rows=1, locations=[Location(line=21)])}
    assert any(b"[email]" in row for row in rows(files))
    assert not any(b"example.org" in row for row in rows(files))


def test_an_upload_with_personal_data_is_rejected_if_the_settings_say_so() -> None:
    figures, files = run(*valid(20), chat("Who?", "ada@example.org"), config={"pii": "reject"})
    assert (figures.rejected, figures.reasons) == (1, {"row.pii": 1})
    assert (figures.problems[0].line, figures.problems[0].detail) == (21, "email")
    assert "pii: reject" in (figures.refusal or "")
    assert len(rows(files)) == 20
