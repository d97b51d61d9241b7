"""Checksums of the numbers that people are known by."""

from typing import Final

_IBANS: Final = (
    b"AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 "
    b"FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 "
    b"LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 "
    b"SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20"
).split()
"""Countries, and how long their account numbers are."""


def passes_luhn(digits: bytes) -> bool:
    """Whether the last digit is the checksum that cards have."""
    values = [digit - ord("0") for digit in reversed(digits)]
    return sum(values[::2] + [sum(divmod(2 * value, 10)) for value in values[1::2]]) % 10 == 0


def is_iban(text: bytes) -> bool:
    """Whether letters and digits are an account number by ISO 13616: as long as its country's, the remainder 1."""
    if b"%s%d" % (text[:2], len(text)) not in _IBANS:
        return False
    moved = (text[4:] + text[:4]).decode()
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def is_isbn(digits: bytes) -> bool:
    """Whether ten digits are the number of a book; thirteen look like nothing else."""
    values = [digit - ord("0") for digit in digits]
    return len(values) == 10 and sum(weight * value for weight, value in enumerate(values, 1)) % 11 == 0
