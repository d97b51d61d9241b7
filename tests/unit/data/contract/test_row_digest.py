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


def documented_form(contents: list[str]) -> str:
    """The normal form that the documentation describes."""
    folded = (unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()) for text in contents)
    return "\0".join("".join(text.split()) for text in folded)


def joined(texts: list[str]) -> str:
    """The text of a row, as the contract joins it."""
    return "\0".join(texts)


def normal_form(text: str) -> bytes:
    return row_digest.normalise(text, text.encode())


def test_characters_that_are_called_stable_do_not_change_beside_any_other() -> None:
    characters = [chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000]
    stable = "".join(re.findall(f"[{row_digest._STABLE}]", "".join(characters)))
    assert len(stable) > 30_000
    assert stable.casefold() == stable
    assert not any(map(unicodedata.combining, stable))
    seconds = {parts[-1] for parts in map(decompose, characters) if len(parts) == 2}
    assert not seconds.intersection(stable, map(chr, range(128)))
    assert all(unicodedata.normalize("NFKC", char) == char and not char.isspace() for char in stable)


def decompose(character: str) -> str:
    """The parts of a character, one step down."""
    parts = unicodedata.decomposition(character).split()
    return "" if not parts or parts[0].startswith("<") else "".join(chr(int(part, 16)) for part in parts)


def turns(*texts: str) -> list[Message]:
    return [message(("user", "assistant")[place % 2], text) for place, text in enumerate(texts)]


@given(st.lists(texts, min_size=1, max_size=4))
def test_the_normal_form_is_the_documented_one(given_texts: list[str]) -> None:
    assert normal_form(joined(given_texts)).decode() == documented_form(given_texts)


@given(st.lists(texts, min_size=1, max_size=3), st.sampled_from(SPACES))
def test_no_kind_of_space_makes_a_difference(given_texts: list[str], space: str) -> None:
    spaced = [space.join(text.split(" ")) + space for text in given_texts]
    assert normal_form(joined(spaced)) == normal_form(joined(given_texts))


@pytest.mark.parametrize(
    ("first", "second"),
    [(["a"], ["b"]), (["ab"], ["a", "b"]), (["a", "bc"], ["ab", "c"]), (["\u00e9"], ["e"]), (["1."], ["1"])],
)
def test_other_differences_count(first: list[str], second: list[str]) -> None:
    assert normal_form(joined(first)) != normal_form(joined(second))


@pytest.mark.parametrize("duplicates", ["exact", "normalised"])
def test_dropped_keys_and_the_spelling_of_json_do_not_make_rows_different(duplicates: str) -> None:
    digest = row_digest.digest(duplicates)  # type: ignore[arg-type]
    lines = [
        line({"messages": turns("a", "b")}),
        b'{"id":1, "messages":[{"content":"\\u0061","role":"user"},{"role":"assistant","content":"b"}]}',
    ]
    first, second = map(check, lines)
    assert digest(first) == digest(second)  # type: ignore[arg-type]
