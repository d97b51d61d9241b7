"""Every kind of bad input, one by one and many in one file."""

import json
import random
from collections import Counter
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.data.contract.faults import Fault
from shared.data.contract.malformed import depth
from shared.data.contract.validation import Row, check, is_blank
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests import corpus, oracle
from tests.corpus.case import Case
from tests.corpus.files import FILES, File
from tests.unit.data.rows import upload, valid


def name_of(case: Case) -> str:
    return case.name.encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize("case", corpus.BAD, ids=name_of)
def test_a_bad_line_is_rejected_with_its_reason_and_path(case: Case) -> None:
    fault = check(case.line)
    assert isinstance(fault, Fault)
    assert (fault.reason, fault.path) == (case.reason, case.path)


@pytest.mark.parametrize("case", corpus.GOOD, ids=name_of)
def test_an_odd_line_that_keeps_the_contract_is_accepted(case: Case) -> None:
    assert isinstance(check(case.line), Row)


def test_the_corpus_is_large_and_without_duplicates() -> None:
    cases = [*corpus.BAD, *corpus.GOOD]
    assert len(corpus.BAD) >= 300
    assert [name for name, times in Counter(case.name for case in cases).items() if times > 1] == []
    assert [name for name, times in Counter(case.line for case in cases).items() if times > 1] == []


def prepared(data: bytes, gzipped: bool = False, size: int = 1 << 16) -> tuple[Figures, dict[str, bytes]]:
    chunks = [data[start : start + size] for start in range(0, len(data), size)]
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    figures = prepare([UploadFile(chunks, gzipped=gzipped)], ProjectConfig(), sinks)
    return figures, {name: sink.getvalue() for name, sink in sinks.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_bad_file_is_rejected_with_its_figures_and_an_odd_one_is_accepted(file: File) -> None:
    figures, _ = prepared(file.data, file.gzipped)
    assert file.refusal in (figures.refusal or "")
    assert bool(figures.refusal) == bool(file.refusal)
    assert figures.model_dump(include=set(file.figures)) == file.figures
    assert (figures.shape.name if figures.shape else None) == file.shape
    assert figures.size == len(file.data)


SMALL = [case for case in corpus.BAD if len(case.line) < 10_000 and not is_blank(case.line)]


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.integers(1, 60), st.integers(50, 5000))
def test_exactly_the_planted_faults_are_reported(chance: random.Random, count: int, size: int) -> None:
    planted = chance.sample(SMALL, count)
    first, *others = (Case("good", line) for line in valid(40))
    lines: list[Case] = [*planted, *others]
    chance.shuffle(lines)
    lines.insert(0, first)  # Where a file begins, a byte order mark is not part of its line.
    figures, files = prepared(upload(*(case.line for case in lines)), size=size)
    expected = [(number, case.reason, case.path) for number, case in enumerate(lines, 1) if case.reason]
    rejected = [json.loads(line) for line in files[REJECTED].splitlines()]
    assert [(reject["line"], reject["reason"], reject["path"]) for reject in rejected] == expected
    shown = [(problem.line, problem.reason, problem.path) for problem in figures.problems]
    assert [problem for problem in expected if problem in shown] == shown
    assert {reason for _, reason, _ in shown} == set(figures.reasons)
    assert figures.reasons == Counter(case.reason for case in planted)
    assert (figures.accepted, figures.rejected) == (40, count)


def test_the_standard_library_agrees_on_every_kind() -> None:
    """The second implementation of the contract, with which fuzzing compares, decides as the corpus says."""
    small = [case for case in (*corpus.BAD, *corpus.GOOD) if len(case.line) < 100_000]
    cases = [case for case in small if depth(case.line) <= oracle.READABLE]
    assert [case.name for case in cases if oracle.accepts(case.line) == bool(case.reason)] == []
