import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.data.contract import row_digest
from shared.data.contract.validation import Message, check
from tests.unit.data.rows import contents, line, message

SPACES = [chr(code) for code in range(0x110000) if chr(code).isspace()]
texts = contents | st.text("aA\u00e9E\u0301 \u00a0\u00df\u1e9e\ufb01\u0130\t\u2028", max_size=12)


def plainly(contents: list[str]) -> str:
    """The normal form as the documentation has it."""
    folded = (unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", one).casefold()) for one in contents)
    return "\0".join("".join(one.split()) for one in folded)


def joined(texts: list[str]) -> str:
    """The text of a row, as the contract joins it."""
    return "\0".join(texts)


def normal(text: str) -> bytes:
    return row_digest.normal(text, text.encode())


def test_characters_that_are_taken_as_they_are_change_in_no_company() -> None:
    characters = [chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000]
    settled = "".join(re.findall(f"[{row_digest._SETTLED}]", "".join(characters)))
    assert len(settled) > 30_000
    assert settled.casefold() == settled
    assert not any(map(unicodedata.combining, settled))
    seconds = {one[-1] for one in map(decomposed, characters) if len(one) == 2}
    assert not seconds.intersection(settled, map(chr, range(128)))
    assert all(unicodedata.normalize("NFKC", one) == one and not one.isspace() for one in settled)


def decomposed(character: str) -> str:
    """What a character is made of, one step down."""
    parts = unicodedata.decomposition(character).split()
    return "" if not parts or parts[0].startswith("<") else "".join(chr(int(part, 16)) for part in parts)


def said(*texts: str) -> list[Message]:
    return [message(("user", "assistant")[place % 2], text) for place, text in enumerate(texts)]


@given(st.lists(texts, min_size=1, max_size=4))
def test_the_normal_form_is_what_the_documentation_says(given_texts: list[str]) -> None:
    assert normal(joined(given_texts)).decode() == plainly(given_texts)


@given(st.lists(texts, min_size=1, max_size=3), st.sampled_from(SPACES))
def test_no_kind_of_space_makes_a_difference(given_texts: list[str], space: str) -> None:
    spaced = [space.join(one.split(" ")) + space for one in given_texts]
    assert normal(joined(spaced)) == normal(joined(given_texts))


@pytest.mark.parametrize(
    ("one", "other"),
    [(["a"], ["b"]), (["ab"], ["a", "b"]), (["a", "bc"], ["ab", "c"]), (["\u00e9"], ["e"]), (["1."], ["1"])],
)
def test_other_differences_count(one: list[str], other: list[str]) -> None:
    assert normal(joined(one)) != normal(joined(other))


@pytest.mark.parametrize("duplicates", ["exact", "normalised"])
def test_keys_that_are_dropped_and_spelling_do_not_tell_rows_apart(duplicates: str) -> None:
    digest = row_digest.digest(duplicates)  # type: ignore[arg-type]
    lines = [
        line({"messages": said("a", "b")}),
        b'{"id":1, "messages":[{"content":"\\u0061","role":"user"},{"role":"assistant","content":"b"}]}',
    ]
    first, second = map(check, lines)
    assert digest(first) == digest(second)  # type: ignore[arg-type]
