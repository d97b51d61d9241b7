"""Every kind of bad input, one by one, and many of them in one file."""

from collections import Counter

import pytest

from shared.data.contract import Row, check
from shared.data.faults import HINTS, Fault
from tests import corpus
from tests.corpus.case import Case


def named(case: Case) -> str:
    return case.name.encode("ascii", "backslashreplace").decode()


@pytest.mark.parametrize("case", corpus.BAD, ids=named)
def test_a_bad_line_is_refused_with_its_reason_and_place(case: Case) -> None:
    found = check(case.line)
    assert isinstance(found, Fault)
    assert (found.reason, found.path) == (case.reason, case.path)


@pytest.mark.parametrize("case", corpus.GOOD, ids=named)
def test_an_odd_line_that_keeps_the_contract_is_accepted(case: Case) -> None:
    assert isinstance(check(case.line), Row)


def test_the_corpus_is_large_and_no_kind_is_in_it_twice() -> None:
    cases = [*corpus.BAD, *corpus.GOOD]
    assert len(corpus.BAD) >= 300
    assert [name for name, times in Counter(case.name for case in cases).items() if times > 1] == []
    assert [name for name, times in Counter(case.line for case in cases).items() if times > 1] == []
    assert {case.reason for case in corpus.BAD} == set(HINTS) - {"row.too_long"}
