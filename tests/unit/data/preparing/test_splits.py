from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract import row_digest
from shared.data.contract.validation import Row, check
from shared.data.preparing import splits
from shared.data.preparing.splits import Placed
from shared.models.config import SplitConfig
from tests.unit.data.rows import valid

DIGEST = row_digest.digest("exact")
ROWS = [Placed(DIGEST(row), row.encoded, 1) for row in map(check, valid(400)) if isinstance(row, Row)]


def through(rows: dict[str, list[Placed]], fillable: tuple[str, ...] = splits.NAMES) -> dict[str, list[Placed]]:
    """What a reserve makes of the rows of each split."""
    reserve = splits.Reserve()
    found: dict[str, list[Placed]] = {name: [] for name in splits.NAMES}
    for name, given_rows in rows.items():
        found[name] += [flowing for row in given_rows if (flowing := reserve.swap(name, row))]
    for name, row in list(reserve.placed({name: len(held) for name, held in found.items()}, fillable)):
        found[name].append(row)
    return found


def test_shares_are_about_what_was_asked_for() -> None:
    placed = [splits.place(row.digest, SplitConfig(validation=10, test=20)) for row in ROWS]
    assert 20 <= placed.count("validation") <= 60
    assert 55 <= placed.count("test") <= 105


def test_splits_that_are_long_enough_are_left_as_they_are() -> None:
    rows = {"train": ROWS[:200], "validation": ROWS[200:201], "test": ROWS[201:202]}
    assert {name: sorted(held) for name, held in through(rows).items()} == {n: sorted(held) for n, held in rows.items()}


@given(st.data())
def test_any_twelve_rows_or_more_give_every_split_its_least(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(ROWS), min_size=splits.LEAST_ROWS, max_size=80, unique=True))
    cuts = sorted(data.draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    found = through({"train": rows[: cuts[0]], "validation": rows[cuts[0] : cuts[1]], "test": rows[cuts[1] :]})
    assert all(len(held) >= splits.LEAST[name] for name, held in found.items())
    assert sorted(row for held in found.values() for row in held) == sorted(rows)


def test_rows_are_moved_only_into_splits_that_may_be_filled() -> None:
    found = through({"train": ROWS[:50], "validation": [], "test": []}, ("validation",))
    assert {name: len(held) for name, held in found.items()} == {"train": 49, "validation": 1, "test": 0}
