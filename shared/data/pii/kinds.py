"""What counts as personal data or a secret: for each kind a pattern, and a check that confirms what it matches.

Patterns are in RE2's syntax and match UTF-8 bytes. If a pattern has a group, the group is the candidate and the rest
is its context. No pattern matches across a NUL, which separates texts that are searched together.
False alarms cost trust: dates, versions, order numbers and ISBNs do not count.
"""

import ipaddress
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple

CONTEXT_BYTES: Final = 40
Confirm = Callable[[bytes, bytes], bytes]
"""Takes a candidate and the text before it (at most ``CONTEXT_BYTES``), and returns the part that counts.

That part begins where the candidate does; it is empty if nothing counts.
"""


class Kind(NamedTuple):
    """One kind of personal data or secret."""

    name: str
    pattern: bytes
    confirm: Confirm = lambda candidate, _: candidate


_PICTURES: Final = (b".gif", b".jpeg", b".jpg", b".png", b".svg", b".webp")
_CARDS: Final = re.compile(
    rb"4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}"
    rb"|(?:35|6011|62|64[4-9]|65)\d{12,17}"
)
"""Digits of Visa, Mastercard, American Express, Diners Club, JCB, Discover and UnionPay."""
_SHORTEST_IBAN: Final = 15
"""Characters: Norway's."""
_MIDDLE: Final = (b".", b"-", b"/", b"#", b"_", b"=")
"""What precedes a candidate in the middle of something else."""
_VERSION: Final = re.compile(
    rb"(?:\b(?:ver|version|release|build|section|chapter)\s*|[A-Za-z0-9]/|[.\-])$", re.IGNORECASE
)
_ZIP: Final = re.compile(rb"\d{5}-\d{4}")
"""A ZIP+4 code of the United States."""
_DAY: Final = rb"(?:0?[1-9]|[12]\d|3[01])"
_DATE: Final = re.compile(
    rb"(?:(?:19|20)\d\d([.\-/ ])"
    + _DAY
    + rb"\1"
    + _DAY
    + rb"|"
    + _DAY
    + rb"([.\-/ ])"
    + _DAY
    + rb"\2(?:19|20)\d\d)(?!\d)"
)
_NUMBERED: Final = re.compile(
    rb"\b(?:order|invoice|isbn|issn|ean|upc|sku|ref|reference|ticket|case|serial|part|item|tracking|parcel|account)s?"
    rb"\s*(?:number|no|nr|id|code|is)?[\s.:#]*$",
    re.IGNORECASE,
)


def _email(candidate: bytes, _: bytes) -> bytes:
    is_package = re.search(rb"@v?\d+\.\d", candidate)
    is_other = candidate.lower().endswith(_PICTURES) or candidate.startswith(b"git@")
    return b"" if is_package or is_other else candidate


def _iban(candidate: bytes, _: bytes) -> bytes:
    """The longest run of words with a right checksum: words in capitals may follow the number."""
    words = candidate.split(b" ")
    ends = range(len(words), 0, -1)
    return next((b" ".join(words[:end]) for end in ends if _is_iban(b"".join(words[:end]))), b"")


def _is_iban(text: bytes) -> bool:
    """By ISO 13616: the country's length and form, and the remainder 1. A country's own checksum is not looked at."""
    from stdnum import iban

    return len(text) >= _SHORTEST_IBAN and iban.is_valid(text.decode(), check_country=False)


def _card(candidate: bytes, before: bytes) -> bytes:
    digits = candidate.translate(None, b" -")
    known = _CARDS.fullmatch(digits) and not before.endswith(_MIDDLE[:-1])
    return candidate if known and _passes_luhn(digits) else b""


def _passes_luhn(digits: bytes) -> bool:
    from stdnum import luhn  # here, as it loads ssl, which most uploads can do without

    return luhn.is_valid(digits.decode())


def _phone(candidate: bytes, before: bytes) -> bytes:
    groups = re.findall(rb"\d+", candidate)
    digits = b"".join(groups)
    is_other = (
        not (9 if digits.startswith(b"0") else 7) <= len(digits) <= 15
        or before.endswith(_MIDDLE)
        or _NUMBERED.search(before)
        or _DATE.match(candidate.lstrip(b"+"))
        or _ZIP.fullmatch(candidate)
        or _is_list(groups)
        or (len(groups) == 2 and b"." in candidate)  # a decimal
        or (candidate.startswith(b"+") and before[-1:].isalnum())  # a sum
        or (candidate.startswith(b"0") and re.search(rb"\d[ \-]$", before))  # the end of a longer number
        or _is_isbn(digits)
    )
    return b"" if is_other else candidate


def _is_isbn(digits: bytes) -> bool:
    """The library accepts nine digits too, but those are more likely a phone number than a book from before 1970."""
    from stdnum import isbn

    return len(digits) in (10, 13) and isbn.is_valid(digits.decode())


def _is_list(groups: list[bytes]) -> bool:
    """Whether the numbers count up by 1, or all end in 0."""
    counts_up = all(int(second) - int(first) == 1 for first, second in pairwise(groups))
    return len(groups) > 2 and (counts_up or all(group.endswith(b"0") for group in groups))


def _ip_address(candidate: bytes, before: bytes) -> bytes:
    """Public addresses: private, loopback, network and documentation addresses identify nobody.

    Four numbers below 32 are more likely a version or a section.
    """
    try:
        address = ipaddress.ip_address(candidate.decode())
    except ValueError:
        return b""
    is_version = _VERSION.search(before) or (address.version == 4 and max(address.packed) < 32)
    is_public = address.is_global and not address.is_multicast and address.packed[-1]
    return candidate if is_public and not is_version else b""


def _api_key(candidate: bytes, _: bytes) -> bytes:
    return candidate if re.search(rb"\d", candidate) and re.search(rb"[A-Za-z]{2}", candidate[8:]) else b""


_PRIVATE_KEY: Final = rb"(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
_ACCENT: Final = rb"[\xc3-\xc5][\x80-\xbf]"

KINDS: Final = (
    Kind(
        "private_key",
        rb"-----BEGIN " + _PRIVATE_KEY + rb"(?:[^\0]*?-----END " + _PRIVATE_KEY + rb"|[A-Za-z0-9+/=\s]*)",
    ),
    Kind(
        "connection_string",
        rb"\b[A-Za-z][A-Za-z0-9+.\-]*://[^\s\0:/@'\"<>]+:([^\s\0:/@'\"<>]+)@"
        rb"|(?i:\b(?:server|data source|host|user id|uid)=[^;\n\0]+;(?:[^;\n\0]*;)*?\s*(?:password|pwd)=([^;\s\0]+))",
    ),
    Kind("jwt", rb"\beyJ[A-Za-z0-9_\-]{8,}\.eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_\-]{16,}"),
    Kind(
        "azure_key",
        rb"(?i:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{20,}={0,2})|\bsig=([A-Za-z0-9%+/]{40,}={0,2})"
        rb"|[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.\-]{31,34}",
    ),
    Kind(
        "aws_key",
        rb"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b"
        rb"|(?i:aws_?secret_?access_?key)['\"]?\s*[=:]\s*['\"]?([A-Za-z0-9/+]{40})",
    ),
    Kind("google_key", rb"\bAIza[A-Za-z0-9_\-]{35}|\bya29\.[A-Za-z0-9_\-]{20,}"),
    Kind("github_token", rb"\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{36,}"),
    Kind("slack_token", rb"\bxox[abeoprs]-[A-Za-z0-9\-]{10,}|\bhooks\.slack\.com/services/(T[A-Za-z0-9_/]{20,})"),
    Kind(
        "api_key",
        rb"\bsk-(?:proj|svcacct|admin|or-v1|ant-[a-z]+\d+)-[A-Za-z0-9_\-]{20,}|\bsk-[A-Za-z0-9]{20,}"
        rb"|\b[rs]k_live_[A-Za-z0-9]{16,}|\bhf_[A-Za-z0-9]{30,}",
        _api_key,
    ),
    Kind(
        "email",
        rb"(?:[\w.%+\-]|" + _ACCENT + rb")+@(?:(?:[\w\-]|" + _ACCENT + rb")+\.)+[A-Za-z]{2,24}\b",
        _email,
    ),
    Kind("iban", rb"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", _iban),
    Kind(
        "card",
        rb"\b[2-6]\d{3}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,4})?\b|\b3\d{3}[ -]?\d{6}[ -]?\d{4,5}\b",
        _card,
    ),
    Kind(
        "phone",
        rb"\+\d(?:(?:[ .\-/]| ?\(|\)[ \-]?)?\d){7,14}\b"
        rb"|(?:\([2-9]\d{2}\) ?[2-9]\d{2}[ .\-]|\b[2-9]\d{2}(?:-[2-9]\d{2}-|\.[2-9]\d{2}\.| [2-9]\d{2}[ \-]))\d{4}\b"
        rb"|\b0\d{1,4}[ /\-]\d{2,8}(?:[ \-]\d{2,4}){0,8}\b"
        rb"|(?i:\b(?:phone|tel|telephone|telefon|mobile|fax|whatsapp|call (?:me|us|him|her|them))\b[^\d\n\0]{1,12})"
        rb"(\d(?:[ .\-/()]{0,2}\d){6,14})\b",
        _phone,
    ),
    Kind(
        "ip_address",
        rb"\b\d{1,3}(?:\.\d{1,3}){3}(?:\.\d+)*\b|\b[23][0-9A-Fa-f]{3}(?::{1,2}[0-9A-Fa-f]{1,4}){2,7}\b",
        _ip_address,
    ),
)
"""All kinds; secrets first, because parts of them may look like the others."""
