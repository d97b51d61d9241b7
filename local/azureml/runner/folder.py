"""Model folders: what may be in them, and writing them atomically."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from local.azureml.runner.errors import StepError

CONFIGURATION = {
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "chat_template.jinja",
}
MARKER = "tunedrop-model.json"


def find_model(folder: Path) -> Path:
    """The folder with the weights in ``folder``: itself, or one inside an MLflow model.

    Raises:
        StepError: ``folder`` contains no model.
    """
    configs = sorted(folder.rglob("config.json"), key=lambda path: len(path.parts))
    if not configs:
        raise StepError("NotAModel", f"{folder} contains no config.json: it is not a Hugging Face or MLflow model.")
    return configs[0].parent


def check_model(folder: Path) -> None:
    """Check that a model has weights and a tokenizer, in formats that run no code when they are read.

    Raises:
        StepError: something is missing.
    """
    if not any(folder.glob("*.safetensors")):
        raise StepError("UnsafeWeights", f"{folder} contains no *.safetensors; pickled weights are never read.")
    if not (folder / "tokenizer.json").exists():
        raise StepError("NotAModel", f"{folder} contains no tokenizer.json.")
    if not _has_chat_template(folder):
        raise StepError("NotAChatModel", f"{folder} contains no chat template.")


def _has_chat_template(folder: Path) -> bool:
    config = folder / "tokenizer_config.json"
    inline = config.exists() and "chat_template" in json.loads(config.read_text(encoding="utf-8"))
    return inline or (folder / "chat_template.jinja").exists()


def copy_model(source: Path, target: Path) -> None:
    """Copy weights, configuration and tokenizer only: no code, no pickles, no training state."""
    target.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        if file.name in CONFIGURATION or file.suffix == ".safetensors":
            shutil.copyfile(file, target / file.name)


def make_once(folder: Path, maker: str, version: int, make: Callable[[Path], None]) -> bool:
    """Fill ``folder`` with ``make``, unless this version of ``maker`` has filled it before; return whether it did.

    The folder gets its name when it is complete: a maker that is killed leaves nothing that looks finished.
    """
    marker = {"made_by": maker, "version": version}
    if _read_marker(folder) == marker:
        return False
    partial = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        make(partial)
        (partial / MARKER).write_text(json.dumps(marker), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return True


def _read_marker(folder: Path) -> object:
    try:
        return json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
