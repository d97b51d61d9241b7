"""Several hundred kinds of bad input, generated, each with the decision that ``docs/data-contract.md`` promises."""

from tests.corpus import contents, encodings, jsons, keys, lengths, messages, records, roles, syntax
from tests.corpus.case import Case

BAD: list[Case] = [
    *syntax.BAD,
    *jsons.BAD,
    *encodings.BAD,
    *keys.BAD,
    *lengths.BAD,
    *records.BAD,
    *messages.BAD,
    *roles.BAD,
    *contents.BAD,
]
"""Lines that are rejected."""
GOOD: list[Case] = [
    *syntax.GOOD,
    *jsons.GOOD,
    *encodings.GOOD,
    *keys.GOOD,
    *lengths.GOOD,
    *records.GOOD,
    *contents.GOOD,
]
"""Lines that look odd and are accepted."""
