"""``docs/data-contract.md`` describes what the code does."""

import re
from pathlib import Path

import pytest

from shared.data.contract import extra_keys, malformed, repair
from shared.data.contract.faults import HINTS
from shared.data.contract.validation import MAX_LINE_BYTES
from shared.data.pii import kinds
from shared.data.preparing import prepare, selector, splits, tokens
from tests import corpus

PAGE = (Path(__file__).parents[4] / "docs" / "data-contract.md").read_text()


def first_column(heading: str) -> set[str]:
    """Names in the first column of the table below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return {name for row in re.findall(r"^\| (`[^|]*)\|", section, re.MULTILINE) for name in re.findall(r"`(\w+)", row)}


def test_the_table_of_decisions_names_exactly_the_existing_reasons() -> None:
    table = PAGE.partition("## Every line")[2].partition("\n## ")[0]
    last_columns = re.findall(r"\|([^|]*)\|$", table, re.MULTILINE)
    assert set(re.findall(r"`([a-z]+\.[a-z_]+)`", "".join(last_columns))) == set(HINTS)


def test_the_corpus_tries_every_reason_that_depends_on_a_line_alone() -> None:
    assert {case.reason for case in corpus.BAD} == {reason for reason in HINTS if not reason.startswith("row.")}


def test_every_repair_and_every_kind_of_personal_data_is_described() -> None:
    assert first_column("Repairs") == {*repair.RULES, repair.ROLES}
    assert first_column("Personal data and secrets") == {kind.name for kind in kinds.KINDS}


@pytest.mark.parametrize(
    "statement",
    [
        f"more than {malformed.MAX_DEPTH:,} levels",
        f"more than {extra_keys.MAX_DEPTH} in a key to keep",
        f"longer than {MAX_LINE_BYTES >> 20} MiB",
        f"more than {selector.MAX_LINES:,} lines or {prepare.MAX_BYTES >> 30} GiB",
        f"fewer than {splits.MIN_TOTAL_ROWS} rows",
        f"at least {splits.MIN_ROWS['train']} training rows",
        f"{tokens.ASCII} for an ASCII byte, {tokens.WIDE} for",
        f"{tokens.ACCENT} more for a Latin letter",
        f"{tokens.SAMPLE_ROWS} rows or {tokens.SAMPLE_BYTES >> 20} MiB",
    ],
)
def test_the_page_has_the_numbers_of_the_code(statement: str) -> None:
    assert statement in PAGE.replace("\n", " ")
