"""A minute's part of ``make soak``: the same uploads each time."""

from tests import fuzz

UPLOADS = 300


def test_whatever_is_uploaded_is_prepared_as_it_must_be() -> None:
    for seed in range(UPLOADS):
        fuzz.examine(fuzz.Upload.of(seed))


def test_the_uploads_are_of_every_kind() -> None:
    """Nonsense that is always refused at once would test little."""
    figures = [fuzz.Upload.of(seed).prepared(1 << 16)[0] for seed in range(100)]
    assert {bool(one.refusal) for one in figures} == {True, False}
    for name in ("accepted", "rejected", "duplicates", "sampled_out", "blank", "repaired", "too_long"):
        assert any(getattr(one, name) for one in figures), name
