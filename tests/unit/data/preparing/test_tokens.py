import random
from pathlib import Path

import pytest
from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

from shared.core.errors import TunedropError
from shared.data.contract.validation import Row, check
from shared.data.preparing import tokens
from shared.data.preparing.tokens import MESSAGE, TokenCounter, estimate
from tests.unit.data.rows import line, message

WORDS = (
    "the engine",
    "of an old ferry",
    "was repaired",
    "in spring, and",
    "crosses",
    "a river",
    "twice a day.",
    "Why?",
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A token for each word, mark and space. As those of models may, it adds a token, truncates and pads."""
    tokenizer = Tokenizer(models.WordLevel({"?": 0, "<s>": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\w+|[^\w\s]"), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    tokenizer.enable_truncation(8)
    tokenizer.enable_padding(length=100)
    path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def row(*contents: str) -> bytes:
    roles = ("user", "assistant")
    checked = check(line({"messages": [message(roles[index % 2], text) for index, text in enumerate(contents)]}))
    assert isinstance(checked, Row)
    return checked.encoded


def chats(count: int) -> list[bytes]:
    chance = random.Random(7)
    return [row(*(" ".join(chance.choices(WORDS, k=chance.randint(5, 300))) for _ in range(2))) for _ in range(count)]


def test_without_a_tokenizer_tokens_are_estimated_by_script() -> None:
    counter = TokenCounter()
    english, chinese = row("Why? " * 100, "Because. " * 100), row("渡轮" * 100, "河流" * 100)
    assert counter.count(english) == round(estimate(english)) == round(len(english) * tokens.ASCII)
    assert 400 * 1.5 < counter.count(chinese) < 400 * 2.5
    assert counter.quality == "estimated"
    assert counter.count_exactly([message("user", "Why?")]) is None


def test_a_letter_with_an_accent_costs_more_than_one_without() -> None:
    assert estimate(row("Où?", "Là.")) > estimate(row("Ou?", "La.")) + tokens.ACCENT


def test_a_tokenizer_counts_the_whole_content_and_the_marks_of_the_template(tokenizer: Path) -> None:
    counter = TokenCounter(tokenizer)
    words = [message("user", "one two"), message("assistant", "four " * 20)]
    assert counter.count_exactly(words[:1]) == MESSAGE + len(["one", " ", "two"])
    assert counter.count_exactly(words) == 2 * MESSAGE + 3 + 40


def test_a_small_upload_is_counted_exactly(tokenizer: Path) -> None:
    counter = TokenCounter(tokenizer)
    for chat in chats(50):
        assert counter.count(chat) == TokenCounter(tokenizer, sample=None).count(chat)
    assert counter.quality == "exact"


def test_the_rest_of_a_large_upload_is_estimated_within_two_percent(tokenizer: Path) -> None:
    rows = chats(800)
    counter, exact = TokenCounter(tokenizer), TokenCounter(tokenizer, sample=None)
    assert sum(map(counter.count, rows)) == pytest.approx(sum(map(exact.count, rows)), rel=0.02)
    assert (counter.quality, exact.quality) == ("calibrated", "exact")
    assert sum(map(TokenCounter().count, rows)) != pytest.approx(sum(map(exact.count, rows)), rel=0.02)


@pytest.mark.parametrize("first", ["English", "Chinese"])
def test_a_script_that_comes_late_is_estimated_within_two_percent_too(tokenizer: Path, first: str) -> None:
    chinese = [row("渡轮 " * length, "河流。" * length) for length in range(1, 400)]
    rows = [*chats(400), *chinese] if first == "English" else [*chinese, *chats(400)]
    counter, exact = TokenCounter(tokenizer), TokenCounter(tokenizer, sample=None)
    assert sum(map(counter.count, rows)) == pytest.approx(sum(map(exact.count, rows)), rel=0.02)
    assert counter.quality == "calibrated"


def test_the_same_rows_have_the_same_tokens(tokenizer: Path) -> None:
    rows = chats(300)
    first, second = TokenCounter(tokenizer), TokenCounter(tokenizer)
    assert list(map(first.count, rows)) == list(map(second.count, rows))


def test_a_file_that_is_not_a_tokenizer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_text("{}")
    with pytest.raises(TunedropError, match=r"vocabulary\.json' is not a tokenizer"):
        TokenCounter(path)
