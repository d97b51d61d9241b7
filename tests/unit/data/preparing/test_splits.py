from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract import row_digest
from shared.data.contract.validation import Row, check
from shared.data.preparing import splits
from shared.data.preparing.splits import SplitRow
from shared.models.config import SplitConfig
from tests.unit.data.rows import valid

DIGEST = row_digest.digest("exact")
ROWS = [SplitRow(DIGEST(row), row.encoded, 1) for row in map(check, valid(400)) if isinstance(row, Row)]


def balanced(rows: dict[str, list[SplitRow]], fillable: tuple[str, ...] = splits.NAMES) -> dict[str, list[SplitRow]]:
    """The rows of each split after they have passed through ``HoldBack``."""
    hold_back = splits.HoldBack()
    written: dict[str, list[SplitRow]] = {name: [] for name in splits.NAMES}
    for name, split_rows in rows.items():
        written[name] += [released for row in split_rows if (released := hold_back.exchange(name, row))]
    counts = {name: len(written[name]) for name in splits.NAMES}
    for name, row in hold_back.release(counts, fillable):
        written[name].append(row)
    return written


def test_splits_have_about_their_configured_shares() -> None:
    names = [splits.split_of(row.digest, SplitConfig(validation=10, test=20)) for row in ROWS]
    assert 20 <= names.count("validation") <= 60
    assert 55 <= names.count("test") <= 105


def test_splits_that_are_long_enough_are_left_as_they_are() -> None:
    rows = {"train": ROWS[:200], "validation": ROWS[200:201], "test": ROWS[201:202]}
    after = balanced(rows)
    assert {name: sorted(after[name]) for name in after} == {name: sorted(rows[name]) for name in rows}


@given(st.data())
def test_any_twelve_rows_or_more_give_every_split_its_minimum(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(ROWS), min_size=splits.MIN_TOTAL_ROWS, max_size=80, unique=True))
    cuts = sorted(data.draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    after = balanced({"train": rows[: cuts[0]], "validation": rows[cuts[0] : cuts[1]], "test": rows[cuts[1] :]})
    assert all(len(after[name]) >= splits.MIN_ROWS[name] for name in splits.NAMES)
    assert sorted(row for name in splits.NAMES for row in after[name]) == sorted(rows)


def test_rows_are_moved_only_into_splits_that_may_be_filled() -> None:
    after = balanced({"train": ROWS[:50], "validation": [], "test": []}, ("validation",))
    assert {name: len(after[name]) for name in splits.NAMES} == {"train": 49, "validation": 1, "test": 0}
