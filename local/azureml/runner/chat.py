"""Chats as tokens: the rendered template, with labels on the tokens to be learned."""

import os
from dataclasses import dataclass
from typing import Any

from local.azureml.runner.errors import StepError

IGNORED = -100
"""Label of a token that the loss ignores (the convention of PyTorch's cross entropy)."""

Messages = list[dict[str, str]]


@dataclass(frozen=True)
class Encoded:
    """One chat.

    Args:
        input_ids: its tokens.
        labels: the same tokens in the assistant's turns, ``IGNORED`` elsewhere.
        truncated: whether it was cut.
    """

    input_ids: list[int]
    labels: list[int]
    truncated: bool

    @property
    def learned(self) -> int:
        """Number of tokens with a label."""
        return sum(label != IGNORED for label in self.labels)


def encode(tokenizer: Any, messages: Messages, max_length: int) -> Encoded:
    """Render and tokenise a chat, and cut it at ``max_length`` tokens.

    Only the assistant's turns get labels. The token that ends a turn gets one too, so that the model learns to stop.

    Raises:
        StepError: the chat template renders a turn differently when others follow.
    """
    text: str = tokenizer.apply_chat_template(messages, tokenize=False)
    encoding = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    ids, offsets = encoding["input_ids"][:max_length], encoding["offset_mapping"][:max_length]
    spans = _assistant_spans(tokenizer, messages, text)
    labels = [token if _inside(offset, spans) else IGNORED for token, offset in zip(ids, offsets, strict=True)]
    return Encoded(ids, labels, truncated=len(encoding["input_ids"]) > max_length)


def _assistant_spans(tokenizer: Any, messages: Messages, text: str) -> list[tuple[int, int]]:
    """Where the assistant's turns are in ``text``, in characters; an opening turn, before any question, is left out."""
    return [
        _span(tokenizer, messages, index, text)
        for index, message in enumerate(messages)
        if message["role"] == "assistant" and index > 0
    ]


def _span(tokenizer: Any, messages: Messages, index: int, text: str) -> tuple[int, int]:
    """From the end of the prompt to where the text up to this turn begins to differ from the whole text."""
    prompt = tokenizer.apply_chat_template(messages[:index], tokenize=False, add_generation_prompt=True)
    through = tokenizer.apply_chat_template(messages[: index + 1], tokenize=False)
    if not text.startswith(prompt):
        raise StepError("BadChatTemplate", "The model's chat template renders earlier turns differently later on.")
    common = os.path.commonprefix([through, text])  # noqa: RUF071  # characters are what is meant
    return len(prompt), len(common.rstrip())


def _inside(offset: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    start, end = offset
    return any(first <= start < end <= last for first, last in spans)
