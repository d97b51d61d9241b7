from hypothesis import given
from hypothesis import strategies as st

from shared.data.preparing.digest_set import DigestSet

DIGESTS = st.integers(1, 2**64 - 1)


@given(st.lists(st.one_of(DIGESTS, st.integers(1, 5).map(lambda slot: slot << 40)), max_size=200))
def test_a_digest_is_new_once(digests: list[int]) -> None:
    """Digests that differ only in their high bits collide in one slot."""
    digest_set = DigestSet()
    added: set[int] = set()
    for digest in digests:
        assert digest_set.add(digest) == (digest not in added)
        added.add(digest)


def test_growing_forgets_nothing_and_stays_small() -> None:
    digest_set = DigestSet()
    digests = [(number * 0x9E3779B97F4A7C15) % 2**64 for number in range(1, 50_001)]
    assert all(map(digest_set.add, digests))
    assert not any(map(digest_set.add, digests))
    assert digest_set.size_bytes <= 24 * len(digests) + 2**15
