from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from shared.data import splits
from shared.data.contract import check
from shared.models.config import SplitConfig
from tests.unit.data.rows import valid

ROWS = [row for row in map(check, valid(400)) if isinstance(row, bytes)]


def files(folder: Path, rows: dict[str, list[bytes]]) -> dict[str, int]:
    for name in splits.NAMES:
        splits.path(folder, name).write_bytes(b"".join(rows.get(name, [])))
    return {name: len(rows.get(name, [])) for name in splits.NAMES}


def read(folder: Path, name: str) -> list[bytes]:
    return splits.path(folder, name).read_bytes().splitlines(keepends=True)


def test_shares_are_about_what_was_asked_for() -> None:
    placed = [splits.place(splits.digest(row), SplitConfig(validation=10, test=20)) for row in ROWS]
    assert 20 <= placed.count("validation") <= 60
    assert 55 <= placed.count("test") <= 105


def test_balancing_leaves_splits_that_are_long_enough(tmp_path: Path) -> None:
    counts = files(tmp_path, {"train": ROWS[:10], "validation": ROWS[10:11], "test": ROWS[11:12]})
    before = {name: read(tmp_path, name) for name in splits.NAMES}
    assert splits.balance(tmp_path, counts) == counts
    assert {name: read(tmp_path, name) for name in splits.NAMES} == before


@given(st.data())
def test_any_twelve_rows_or_more_give_every_split_its_least(data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.sampled_from(ROWS), min_size=splits.LEAST_ROWS, max_size=40, unique=True))
    cuts = sorted(data.draw(st.tuples(st.integers(0, len(rows)), st.integers(0, len(rows)))))
    given_rows = {"train": rows[: cuts[0]], "validation": rows[cuts[0] : cuts[1]], "test": rows[cuts[1] :]}
    with TemporaryDirectory() as name:
        folder = Path(name)
        counts = splits.balance(folder, files(folder, given_rows))
        found = {name: read(folder, name) for name in splits.NAMES}
    assert {name: len(held) for name, held in found.items()} == counts
    assert all(counts[name] >= splits.LEAST[name] for name in splits.NAMES)
    assert sorted(row for held in found.values() for row in held) == sorted(rows)
