"""Measures the constants of ``shared/data/preparing/tokens.py``, after ``make setup``.

``python -m scripts.measure_tokens [TOKENIZER.json]``
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Final

from cli.paths import BASE_MODEL, EXAMPLES
from shared.data.contract.validation import Row, check
from shared.data.preparing import tokens
from shared.data.preparing.tokens import TokenCounter

_TEXTS: Final = {
    "Greek": "Ο κινητήρας του παλιού πλοίου επισκευάστηκε την άνοιξη και από τότε περνά το ποτάμι δύο φορές την ημέρα.",
    "Cyrillic": "Двигатель старого парома отремонтировали весной, и с тех пор он пересекает реку дважды в день.",
    "Hebrew": "המנוע של המעבורת הישנה תוקן באביב, ומאז היא חוצה את הנהר פעמיים ביום בלי שום בעיה.",
    "Arabic": "تم إصلاح محرك العبارة القديمة في الربيع، ومنذ ذلك الحين تعبر النهر مرتين في اليوم دون أي مشكلة.",
    "Devanagari": "पुरानी नौका का इंजन वसंत में ठीक किया गया था, और तब से वह दिन में दो बार नदी पार करती है।",
    "Thai": "เครื่องยนต์ของเรือข้ามฟากเก่าได้รับการซ่อมแซมในฤดูใบไม้ผลิ และตั้งแต่นั้นมาก็ข้ามแม่น้ำวันละสองครั้ง",
    "Japanese": "古い渡し船のエンジンは春に修理され、それ以来、一日に二回、何の問題もなく川を渡っています。",
    "Chinese": "旧渡轮的发动机在春天修好了，从那以后它每天两次毫无故障地渡过河流。",
    "Korean": "낡은 나룻배의 엔진은 봄에 수리되었고, 그 뒤로 하루에 두 번씩 아무 문제 없이 강을 건너고 있다.",
}
_ACCENTED: Final = {
    "French": "Le moteur du vieux bac a été réparé au printemps ; depuis, il traverse la rivière deux fois par jour.",
    "German": "Der Motor der alten Fähre wurde im Frühjahr repariert, seither überquert sie täglich zweimal den Fluß.",
    "Spanish": "El motor del viejo transbordador se reparó en primavera y hoy cruza el río dos veces al día.",
    "Polish": "Silnik starego promu został naprawiony wiosną i odtąd dwa razy dziennie bez kłopotów przepływa rzekę.",
}


def main(tokenizer: Path) -> None:
    """Print each measured constant, and the error of the estimate on the example's rows."""
    counter = TokenCounter(tokenizer, sample=None)
    rows = _example()
    ascii_rows = [row for row in rows if row.isascii()]
    print(f"ASCII  {sum(map(counter.count, ascii_rows)) / sum(map(len, ascii_rows)):.3f}")
    _report("WIDE", [(name, _rest(counter, text) / _wide(text)) for name, text in _TEXTS.items()])
    accents = [
        (name, (_rest(counter, text) - tokens.WIDE * _wide(text)) / _accents(text)) for name, text in _ACCENTED.items()
    ]
    _report("ACCENT", accents)
    error = sum(map(tokens.estimate, rows)) / sum(map(counter.count, rows)) - 1
    print(f"The example's {len(rows)} rows are estimated with an error of {error:+.1%}.")


def _example() -> list[bytes]:
    lines = (EXAMPLES / "lumo" / "support-chats.jsonl").read_bytes().splitlines()
    return [row.encoded for row in map(check, lines) if isinstance(row, Row)]


def _rest(counter: TokenCounter, text: str) -> float:
    """Tokens beyond those that the ASCII characters of ``text`` cost."""
    tokens_of = counter.count_exactly([{"content": text}]) or 0
    return tokens_of - tokens.MESSAGE - tokens.ASCII * (len(text.encode()) - _wide(text))


def _wide(text: str) -> int:
    return sum(len(character.encode()) for character in text if not character.isascii())


def _accents(text: str) -> int:
    return sum("\u00c0" <= character <= "\u017f" for character in text)


def _report(name: str, rates: Sequence[tuple[str, float]]) -> None:
    by_script = ", ".join(f"{script} {rate:.2f}" for script, rate in rates)
    print(f"{name:<6} {mean(rate for _, rate in rates):.3f}  ({by_script})")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else BASE_MODEL / "tokenizer.json")
