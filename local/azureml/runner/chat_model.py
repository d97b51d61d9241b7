"""A chat model as an MLflow pyfunc, from code, which MLflow copies into the model: it imports nothing of Tunedrop."""

import threading
from pathlib import Path
from typing import Any

import torch
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

DEFAULT_NEW_TOKENS = 200
MOST_NEW_TOKENS = 1024
ROLES = ("system", "user", "assistant")


class ChatModel(PythonModel):  # type: ignore[misc]  # mlflow has no types here
    """Answers chats: ``{"input_string": [...], "parameters": {...}}`` in, ``{"output": ...}`` out."""

    def load_context(self, context: Any) -> None:
        """Load the model; MLflow calls this."""
        self.load(Path(context.artifacts["model"]))

    def load(self, folder: Path) -> "ChatModel":
        """Load weights (safetensors only) and tokenizer from ``folder``."""
        self._tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto", use_safetensors=True, local_files_only=True)
        self._model = with_adapter(model, folder / "adapter").eval()
        self._generating = threading.Lock()
        return self

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """Answer every chat.

        Raises:
            ValueError: the input is wrong; the message is for the caller.
        """
        chats, single = read_chats(model_input)
        options = read_options(model_input.get("parameters") or params or {})
        answers = [self._answer(chat, options) for chat in chats]
        return {"output": answers[0] if single else answers}

    def _answer(self, chat: list[dict[str, str]], options: dict[str, Any]) -> str:
        prompt = self._tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        with self._generating, torch.inference_mode():
            output = self._model.generate(
                prompt["input_ids"], attention_mask=prompt["attention_mask"], pad_token_id=0, **options
            )
        answer: str = self._tokenizer.decode(output[0][prompt["input_ids"].shape[1] :], skip_special_tokens=True)
        return answer.strip()


def with_adapter(model: Any, folder: Path) -> Any:
    """The model with the LoRA adapter in ``folder``, if there is one."""
    if not folder.is_dir():
        return model
    from peft import PeftModel

    return PeftModel.from_pretrained(model, folder)


def read_chats(body: Any) -> tuple[list[list[dict[str, str]]], bool]:
    """The chats in a request, and whether there is only one.

    A single chat may be in a list of its own or not: Azure's samples do both.

    Raises:
        ValueError: the request is wrong; the message is for the caller.
    """
    chats = body.get("input_string") if isinstance(body, dict) else None
    if not isinstance(chats, list) or not chats:
        raise ValueError('"input_string" must be a list of messages, or a list of such lists.')
    nested = chats if all(isinstance(chat, list) for chat in chats) else [chats]
    for chat in nested:
        _check_chat(chat)
    return nested, len(nested) == 1


def _check_chat(chat: list[Any]) -> None:
    if not chat:
        raise ValueError("A chat must have at least one message.")
    for message in chat:
        if not isinstance(message, dict) or not isinstance(message.get("content"), str):
            raise ValueError('A message must be {"role": ..., "content": "..."}.')
        if message.get("role") not in ROLES:
            raise ValueError(f"A message's role must be one of {', '.join(ROLES)}; it was {message.get('role')!r}.")


def read_options(parameters: Any) -> dict[str, Any]:
    """The options of generation in a request's parameters. Without ``do_sample`` the likeliest answer is generated.

    Raises:
        ValueError: a parameter is wrong; the message is for the caller.
    """
    if not isinstance(parameters, dict):
        raise ValueError('"parameters" must be an object.')
    options: dict[str, Any] = {"max_new_tokens": DEFAULT_NEW_TOKENS, "do_sample": parameters.get("do_sample") is True}
    limit = parameters.get("max_new_tokens")
    if limit is not None:
        options["max_new_tokens"] = int(_number("max_new_tokens", limit, 1, MOST_NEW_TOKENS))
    if options["do_sample"]:
        for name, most in (("temperature", 5.0), ("top_p", 1.0)):
            if parameters.get(name) is not None:
                options[name] = _number(name, parameters[name], 1e-4, most)
    return options


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} must be a number from {least:g} to {most:g}; it was {value!r}.")
    return float(value)


set_model(ChatModel())
