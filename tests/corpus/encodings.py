"""Bytes that are not UTF-8, in every place of a line, and text that is UTF-8 although it looks odd."""

from tests.corpus.case import ANSWER, USER, Case, beside, saying, talk

_SEQUENCES = {
    "a continuation byte alone": b"\x80",
    "Latin-1": b"caf\xe9",
    "Windows-1252 quotes": b"\x93Hi\x94",
    "Shift JIS": "\u3053\u3093".encode("shift-jis"),
    "GBK": "\u4f60\u597d".encode("gbk"),
    "KOI8-R": "\u0434\u0430".encode("koi8-r"),
    "a sequence that ends too early": b"\xe2\x82",
    "four bytes that end too early": b"\xf0\x9f\x98",
    "a sequence broken by a letter": b"\xe2\x82a",
    "an overlong slash": b"\xc0\xaf",
    "an overlong quote": b"\xc0\xa2",
    "an overlong NUL": b"\xc0\x80",
    "an overlong sequence of three": b"\xe0\x80\xaf",
    "an overlong sequence of four": b"\xf0\x80\x80\xaf",
    "half of a pair": b"\xed\xa0\x80",
    "a pair as in CESU-8": b"\xed\xa0\xbd\xed\xb8\x80",
    "beyond U+10FFFF": b"\xf4\x90\x80\x80",
    "five bytes": b"\xf8\x88\x80\x80\x80",
    "0xfe": b"\xfe",
    "0xff": b"\xff",
}
_WHOLE = talk(USER, ANSWER).decode()
_ODD = {
    "a line separator": "\u2028",
    "a paragraph separator": "\u2029",
    "a next line": "\u0085",
    "a byte order mark": "\ufeff",
    "a replacement character": "\ufffd",
    "a character that is none": "\uffff",
    "one of private use": "\ue000",
    "the highest": "\U0010ffff",
    "an emoji with joiners": "\U0001f469\u200d\U0001f680",
    "a combining accent": "e\u0301",
    "many accents": "e" + "\u0301" * 50,
    "text from right to left": "\u202eolleH",
    "Devanagari": "\u0928\u092e\u0938\u094d\u0924\u0947",
    "Chinese": "\u4f60\u597d",
    "Arabic": "\u0645\u0631\u062d\u0628\u0627",
    "full width": "\uff28\uff45\uff59",
}


def _invalid(name: str, given: bytes) -> Case:
    return Case(name, given, "encoding.invalid")


BAD = [
    *(_invalid(f"{name} in content", saying(bad)) for name, bad in _SEQUENCES.items()),
    *(_invalid(f"{name} in an ignored value", beside(b'"' + bad + b'"')) for name, bad in _SEQUENCES.items()),
    *(_invalid(f"{name} in an ignored key", beside(b"1", b'"' + bad + b'"')) for name, bad in _SEQUENCES.items()),
    _invalid("0xff outside of strings", b"\xff" + _WHOLE.encode()),
    _invalid("UTF-16 with its mark", _WHOLE.encode("utf-16")),
    _invalid("UTF-32 with its mark", _WHOLE.encode("utf-32")),
    _invalid("what gzip writes", b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"),
    _invalid("a picture", b"\x89PNG\r"),
    Case("UTF-16 without its mark", _WHOLE.encode("utf-16-le"), "json.invalid"),
    Case("UTF-32 without its mark", _WHOLE.encode("utf-32-be"), "json.invalid"),
    Case("UTF-7", b"{+ACI-messages+ACI-: []}", "json.invalid"),
    Case("a zip file", b"PK\x03\x04\x14\x00", "json.invalid"),
    Case("the padding of a disk", bytes(512), "json.invalid"),
]
GOOD = [
    *(Case(f"{name} in content", saying(f"Hello {text}".encode())) for name, text in _ODD.items()),
    Case("text that was decoded wrongly", saying("caf\u00c3\u00a9".encode())),
]
