"""The tokens to be learned: the assistant's turns and the tokens that end them, nothing else."""

from pathlib import Path
from typing import Any

import pytest

from local.azureml.runner.chat import IGNORED, encode
from local.azureml.runner.errors import StepError

SYSTEM = {"role": "system", "content": "Be brief."}
FIRST = [{"role": "user", "content": "What is one plus one?"}, {"role": "assistant", "content": "It is two."}]
SECOND = [{"role": "user", "content": "And plus one?"}, {"role": "assistant", "content": "It is three."}]
CHATML = (
    "{% for m in messages %}{{ '<|system|>' if loop.first and m['role'] != 'system' }}"
    "{{ '<|' + m['role'] + '|>' + m['content'] + '<|end|>\n' }}{% endfor %}"
    "{{ '<|assistant|>' if add_generation_prompt }}"
)
FORGETFUL = "{{ messages | length }}{% for m in messages %}{{ m['content'] }}<|end|>{% endfor %}"


@pytest.fixture(params=["own", "with a system prompt of its own"])
def tokenizer(tiny: Path, request: pytest.FixtureRequest) -> Any:
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny)
    if request.param != "own":
        tokenizer.chat_template = CHATML
    return tokenizer


def learned(tokenizer: Any, messages: list[dict[str, str]], longest: int = 512) -> str:
    labels = encode(tokenizer, messages, longest).labels
    text: str = tokenizer.decode([label for label in labels if label != IGNORED])
    return text.replace(" ", "")


def test_answer_is_learned_with_the_token_that_ends_it(tokenizer: Any) -> None:
    assert learned(tokenizer, FIRST).startswith("Itistwo.<|end|>")
    assert "plus" not in learned(tokenizer, FIRST)


def test_every_turn_of_the_assistant_is_learned_and_no_other(tokenizer: Any) -> None:
    text = learned(tokenizer, [SYSTEM, *FIRST, *SECOND])
    assert text.count("<|end|>") == 2
    assert "Itistwo." in text and "Itisthree." in text
    assert "plus" not in text and "brief" not in text and "<|user|>" not in text


def test_opening_words_of_the_assistant_are_not_learned(tokenizer: Any) -> None:
    opening = {"role": "assistant", "content": "Hello there."}
    assert "Hello" not in learned(tokenizer, [opening, *FIRST])


def test_chat_is_cut_at_the_longest_length(tokenizer: Any) -> None:
    encoded = encode(tokenizer, [*FIRST, *SECOND], 12)
    assert len(encoded.input_ids) == len(encoded.labels) == 12
    assert encoded.truncated


def test_template_that_changes_earlier_turns_is_refused(tiny: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast.from_pretrained(tiny)
    tokenizer.chat_template = FORGETFUL
    with pytest.raises(StepError, match="renders earlier turns differently"):
        encode(tokenizer, FIRST, 512)
