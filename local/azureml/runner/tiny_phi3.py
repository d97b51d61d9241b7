"""``python -m local.azureml.runner.tiny_phi3 --out DIR``: writes a Phi-3 of 0.1 million parameters for tests, once.

It knows a few sums and words by heart, so that it can learn more; its answers mean nothing.
"""

import argparse
from pathlib import Path
from typing import Any, Final

from local.azureml.runner.folder import make_once
from local.azureml.runner.process import prepare_environment

VERSION: Final = 2
EPOCHS: Final = 25
NAMED: Final = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "<|endoftext|>", "pad_token": "<pad>"}
SPECIAL: Final = (*NAMED.values(), "<|user|>", "<|assistant|>", "<|system|>", "<|end|>")
TEMPLATE: Final = (
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>\\n' + message['content'] + '<|end|>\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}"
)
NUMBERS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
WORDS: Final = (
    "apple bread chair dance eagle fruit grape house ice juice kite lemon music night ocean paper queen river stone "
    "table under voice water xylophone yellow zebra blue green red black white gold hello today where which colour "
    "answer question please"
)


def main() -> None:
    """Write the folder that the command line names, unless it exists."""
    parser = argparse.ArgumentParser(prog="python -m local.azureml.runner.tiny_phi3", description="A tiny Phi-3")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    made = make_once(out, "tiny_phi3", VERSION, build)
    print(f"The tiny Phi-3 {'is now' if made else 'was already'} in {out}.")


def build(folder: Path) -> None:
    """Make a tokenizer and a random model, train it on the chats, and save both."""
    prepare_environment()
    from transformers import set_seed

    set_seed(0)
    tokenizer = make_tokenizer()
    model = make_model(tokenizer)
    teach(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def chats() -> list[list[dict[str, str]]]:
    """The chats that it learns before any test."""
    sums = [
        (f"What is {NUMBERS[a]} plus {NUMBERS[b]}?", f"It is {NUMBERS[a + b + 1]}.")
        for a in range(9)
        for b in range(9 - a)
    ]
    echoes = [(f"Say {word}!", f"{word.capitalize()}, {word}.") for word in WORDS.split()]
    return [
        [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        for question, answer in sums + echoes
    ]


def make_tokenizer() -> Any:
    """A byte-level BPE tokenizer with Phi-3's special tokens and template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    texts = [message["content"] for chat in chats() for message in chat]
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=list(SPECIAL),
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, **NAMED)
    tokenizer.chat_template = TEMPLATE
    tokenizer.model_max_length = 512
    return tokenizer


def make_model(tokenizer: Any) -> Any:
    """A random Phi-3 of two layers."""
    from transformers import Phi3Config, Phi3ForCausalLM

    model = Phi3ForCausalLM(
        Phi3Config(
            vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512,
            original_max_position_embeddings=512, bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, tie_word_embeddings=True,
        )
    )  # fmt: skip
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")]
    return model


def teach(model: Any, tokenizer: Any) -> None:
    """Train all weights on the chats for a few seconds."""
    import torch

    from local.azureml.runner.chat import encode
    from local.azureml.runner.trainer import collate

    encoded = [encode(tokenizer, chat, 128) for chat in chats()]
    rows = [{"input_ids": chat.input_ids, "labels": chat.labels} for chat in encoded]
    optimiser = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(EPOCHS):
        for start in range(0, len(rows), 15):
            model(**collate(rows[start : start + 15])).loss.backward()
            optimiser.step()
            optimiser.zero_grad()


if __name__ == "__main__":
    main()
