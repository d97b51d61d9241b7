import base64
import json
import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.data.pii.kinds import KINDS
from shared.data.pii.scanner import Scanner

BASE64 = base64.b64encode(bytes(range(64))).decode()
"""88 characters, as an Azure storage key has."""
WORD = "aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7bC9d"
JWT = ".".join(
    base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
    for part in ({"alg": "HS256"}, {"sub": "17"})
)
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{BASE64}\n{BASE64}\n-----END RSA PRIVATE KEY-----"

FOUND: list[tuple[str, str, str]] = [
    ("email", "Write to ada.lovelace+kiln@example.co.uk today.", "Write to [email] today."),
    ("email", "<ada@example.com>", "<[email]>"),
    ("email", "请联系ada@example.com。", "请联系[email]。"),
    ("email", "jos\u00e9@caf\u00e9.fr", "[email]"),
    ("email", "12345@163.com", "[email]"),
    ("email", "first\nada@example.com\tlast", "first\n[email]\tlast"),
    ("phone", "Call +49 (0)30 1234 5678 please", "Call [phone] please"),
    ("phone", "+44 20 7946 0958", "[phone]"),
    ("phone", "+14155550132", "[phone]"),
    ("phone", "My number is (415) 555-0132.", "My number is [phone]."),
    ("phone", "415-555-0132", "[phone]"),
    ("phone", "415.555.0132", "[phone]"),
    ("phone", "020 7946 0958", "[phone]"),
    ("phone", "06 12 34 56 78", "[phone]"),
    ("phone", "0170/1234567", "[phone]"),
    ("phone", "030-12345678", "[phone]"),
    ("phone", "tel: 5550132", "tel: [phone]"),
    ("phone", "Telefon 4155550132", "Telefon [phone]"),
    ("phone", "tel: 306406152", "tel: [phone]"),
    ("phone", "call me at 4155550132!", "call me at [phone]!"),
    ("phone", "Phone number: 555 0132 44", "Phone number: [phone]"),
    ("card", "4111 1111 1111 1111", "[card]"),
    ("card", "card 4111111111111111, thanks", "card [card], thanks"),
    ("card", "5555-5555-5555-4444", "[card]"),
    ("card", "2223 0031 2200 3222", "[card]"),
    ("card", "3782 822463 10005", "[card]"),
    ("card", "3056 930902 5904", "[card]"),
    ("card", "6011111111111117", "[card]"),
    ("card", "3530111333300000", "[card]"),
    ("card", "6200 0000 0000 0005", "[card]"),
    ("iban", "DE89 3704 0044 0532 0130 00", "[iban]"),
    ("iban", "GB82WEST12345698765432", "[iban]"),
    ("iban", "NO93 8601 1117 947 IS MINE", "[iban] IS MINE"),
    ("iban", "AT61 1904 3002 3457 3201 IS MINE", "[iban] IS MINE"),
    ("iban", "OM81 0180 0000 0129 9123 456", "[iban]"),
    ("iban", "ES21 2100 0418 4502 0005 1331", "[iban]"),  # breaks Spain's own checksum alone
    ("ip_address", "from 84.112.33.7 today", "from [ip_address] today"),
    ("ip_address", "http://84.112.33.7:8080/", "http://[ip_address]:8080/"),
    ("ip_address", "It was 84.112.33.7.", "It was [ip_address]."),
    ("ip_address", "It is down. 84.112.33.7 does not answer.", "It is down. [ip_address] does not answer."),
    ("ip_address", "- 84.112.33.7", "- [ip_address]"),
    ("ip_address", "2a00:1450:4001:82a::200e", "[ip_address]"),
    ("ip_address", "2a00:1450:4001:82a:0:0:0:200e", "[ip_address]"),
    ("private_key", f"Key:\n{PEM}\nend", "Key:\n[private_key]\nend"),
    ("private_key", PEM.replace("RSA ", ""), "[private_key]"),
    ("private_key", PEM.replace("RSA", "OPENSSH"), "[private_key]"),
    ("private_key", PEM.partition("\n-----END")[0], "[private_key]"),
    ("jwt", f"Bearer {JWT}.{WORD}", "Bearer [jwt]"),
    ("azure_key", f"AccountName=lumo;AccountKey={BASE64};x", "AccountName=lumo;AccountKey=[azure_key];x"),
    ("azure_key", f"Endpoint=sb://a/;SharedAccessKey={BASE64[:43]}=", "Endpoint=sb://a/;SharedAccessKey=[azure_key]"),
    ("azure_key", f"https://a.blob/b?sv=2026&sig={WORD}%2Bab%3D&se=x", "https://a.blob/b?sv=2026&sig=[azure_key]&se=x"),
    ("azure_key", "secret Ab18Q~" + WORD[:34], "secret [azure_key]"),
    ("aws_key", "AKIA" + "IOSFODNN7EXAMPLE", "[aws_key]"),
    ("aws_key", f'aws_secret_access_key = "{WORD}"', 'aws_secret_access_key = "[aws_key]"'),
    ("google_key", "AIza" + WORD[:35], "[google_key]"),
    ("google_key", f"ya29.{WORD}", "[google_key]"),
    ("github_token", f"ghp_{WORD}", "[github_token]"),
    ("github_token", f"github_pat_{WORD}", "[github_token]"),
    ("slack_token", "xoxb-" + "17653672481-19874698323-" + WORD[:24], "[slack_token]"),
    ("slack_token", f"https://hooks.slack.com/services/T0{WORD}", "https://hooks.slack.com/services/[slack_token]"),
    ("api_key", f"sk-{WORD}", "[api_key]"),
    ("api_key", f"sk-proj-{WORD[:20]}_-{WORD}", "[api_key]"),
    ("api_key", f"sk-ant-api03-{WORD}", "[api_key]"),
    ("api_key", "sk_live_" + WORD[:24], "[api_key]"),
    ("api_key", f"hf_{WORD[:34]}", "[api_key]"),
    ("connection_string", "postgres://ada:s3cret@db:5432/x", "postgres://ada:[connection_string]@db:5432/x"),
    (
        "connection_string",
        "Server=tcp:a.example,1433;User ID=ada;Password=s3cret;Encrypt=true",
        "Server=tcp:a.example,1433;User ID=ada;Password=[connection_string];Encrypt=true",
    ),
]

HARMLESS = [
    "On 2026-11-24 at 12:30:45, and again on 24.11.2026.",
    "24/11/2026 10:30, 01-02-2024 10:15, 2024-01-15T10:00:00+01:00",
    "From 1995-2003 to 2010-2015; the 1990s.",
    "Order 4155550132, order number 415-555-0132, ticket no. 020 7946 0958.",
    "Invoice #415-555-0132; tracking 1234567890123456.",
    "ISBN 978-3-16-148410-0, ISBN 0-306-40615-2, 0306-406152, 9783161484100.",
    "The mobile edition, 9783161484100.",
    "Version 10.0.19045.3803, v1.2.3.4, version 84.112.33.7, Chrome/84.112.33.7, release 2.3.4.5",
    "Python 3.11.7, section 1.2.3.4, 5.4.3.2.1",
    "127.0.0.1, 0.0.0.0, 192.168.1.1, 10.0.0.255, 255.255.255.0, 203.0.113.7, 999.1.2.3",
    "::1, fe80::1, 2001:db8::1, std::vector, 2024:12:01, aa:bb:cc:dd:ee:ff",
    "Pi is 3.14159265358979, e is 2.718281828459045, -0.4155550132",
    "37.7749295, +37.7749295, -122.4194155",
    "4111 1111 1111 1112 and 4111111111111112 and 5555 5555 5555 5555",
    "1234 5678 9012 3456, 0000 0000 0000 0000",
    "123e4567-e89b-12d3-a456-426614174000",
    "d41d8cd98f00b204e9800998ecf8427e 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "1700000000000, 1732444800, 20261124103000",
    "1, 2, 3; 01 02 03 04 05; 250 500 1000; 200 300 4000",
    "1,234,567.89 and $12,345,678 and 100 000 000",
    "@media, @app.route, user@localhost, a @ b.com, icon@2x.png, lodash@4.17.21, pkg@1.0.0-rc.alpha",
    "git@github.com:example/kiln.git",
    "https://example.com:8080/a:b@c and http://example.com/?q=a:b",
    "0.4111111111111111 and order #4111111111111111",
    "from 1.2.3.4 to 5.4.3.2",
    "sk-thisisonelongwordofletters and hf_0000000000000000000000000000000000",
    "sk-learn-is-a-long-word-with-hyphens, task-force-of-the-longest-name",
    "00 68 00 67 00 61 00 64 00 73 00",
    "MA 02110-1301 USA, clause 252.227-7013, +4572/-3446, 3.218.182.0/24, 224.0.0.1, CA049C04 8D345D30",
    "DE12 3456 7890 1234 5678 90, AB12 CDEF GHIJ KLMN",
    "-----BEGIN PUBLIC KEY----- and -----BEGIN CERTIFICATE-----",
    "eyJhbGciOiJIUzI1NiJ9 alone is no token",
    "password=hunter2 in an example; const password = read();",
    "AccountKey= must be set; sig=short",
    "He scored 100-200-3000 points, and 555-1234 is not whole.",
    "The 1-800 hotline, 911, 112.",
    "0.5 0/10 00:00 007",
    "PO-2026-001234, 112-3456789-1234567, 1Z999AA10123456784, #1234-5678-9012",
    "+10 000 000 people, +1,000,000, 1+12345678, C++20 and 2023-2024-2025",
]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def kinds(scanner: Scanner, text: str) -> tuple[str, ...]:
    return scanner.kinds(text.encode())


@pytest.mark.parametrize(("kind", "text", "redacted"), FOUND)
def test_each_example_is_found_and_replaced(scanner: Scanner, kind: str, text: str, redacted: str) -> None:
    assert kinds(scanner, text) == (kind,)
    assert scanner.redact(text) == redacted


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_lookalikes_are_not_reported(scanner: Scanner, text: str) -> None:
    assert scanner.redact(text) == text
    assert kinds(scanner, text) == ()


def test_there_is_an_example_of_every_kind() -> None:
    assert {kind for kind, _, _ in FOUND} == {kind.name for kind in KINDS}


def test_several_kinds_are_named_each_once(scanner: Scanner) -> None:
    text = "ada@example.com, bob@example.com, 4111 1111 1111 1111"
    assert kinds(scanner, text) == ("email", "card")
    assert scanner.redact(text) == "[email], [email], [card]"


def test_a_part_of_a_secret_is_not_counted_again(scanner: Scanner) -> None:
    assert kinds(scanner, "https://ada:+14155550132@db.example.com") == ("connection_string",)


words = st.text(st.characters(exclude_categories=["Cs", "Nd"], exclude_characters="@"), max_size=200)


@given(words, st.sampled_from(FOUND), words)
def test_any_surroundings_hide_nothing(scanner: Scanner, before: str, sample: tuple[str, str, str], after: str) -> None:
    kind, text, redacted = sample
    assert scanner.redact(f"{before}\n\n{text}\n\n{after}").find(redacted.strip()) >= 0
    assert kind in kinds(scanner, f"{before}\n\n{text}\n\n{after}")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_redaction_changes_a_text_exactly_if_something_was_found(scanner: Scanner, text: str) -> None:
    redacted = scanner.redact(text)
    assert bool(kinds(scanner, text)) == (redacted != text)
    assert all(f"[{kind}]" in redacted for kind in kinds(scanner, text))


pieces = st.sampled_from([text for _, text, _ in FOUND] + HARMLESS + ["tel", "order", "://ada:", "BEGIN", "@", "+4"])


@given(st.lists(pieces, max_size=6))
@example(["-----BEGIN PRIVATE KEY-----\nAAEC", "-----BEGIN PRIVATE KEY-----\nAAEC\n-----END PRIVATE KEY-----"])
def test_texts_separated_by_nul_are_searched_one_by_one(scanner: Scanner, texts: list[str]) -> None:
    assert set(kinds(scanner, "\0".join(texts))) == {kind for text in texts for kind in kinds(scanner, text)}
    assert scanner.redact("\0".join(texts)) == "\0".join(map(scanner.redact, texts))


def test_nothing_hides_in_a_hostile_text(scanner: Scanner) -> None:
    chance = random.Random(3)
    alphabet = "aeyJ.-_@:/=+ 0123456789ABCDEF"
    hostile = ["a" * 200_000, "1 " * 100_000, "eyJ" * 60_000, "1.1.1." * 30_000, "a@" * 100_000]
    hostile.append("".join(chance.choices(alphabet, k=200_000)))
    for text in hostile:
        assert "email" in kinds(scanner, f"{text} ada@example.com")


def test_names_are_words_that_a_placeholder_can_hold() -> None:
    assert all(re.fullmatch("[a-z_]+", kind.name) for kind in KINDS)
