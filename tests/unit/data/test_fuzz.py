"""A short part of ``make soak``: the same uploads each time."""

from tests import fuzz

UPLOADS = 300


def test_any_upload_is_prepared_correctly() -> None:
    for seed in range(UPLOADS):
        fuzz.verify(fuzz.Upload.from_seed(seed))


def test_the_uploads_reach_every_outcome() -> None:
    """Nonsense that is always rejected at once would test little."""
    figures = [fuzz.Upload.from_seed(seed).prepare(1 << 16)[0] for seed in range(100)]
    assert {bool(upload.refusal) for upload in figures} == {True, False}
    for name in ("accepted", "rejected", "duplicates", "sampled_out", "blank", "repaired", "too_long"):
        assert any(getattr(upload, name) for upload in figures), name
