"""A tiny Phi-3, and one run of all four steps on it, which many tests check."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.ml.processes import ROOT, Ended, Runs, Server, serving

COLOURS = ("red", "blue", "green", "white", "black", "grey", "pink", "brown", "gold", "teal", "plum", "moss")
LESSON = {"apply_lora": "true", "learning_rate": "5e-6", "num_train_epochs": "3", "lr_scheduler_type": "cosine"}
"""The lesson's hyperparameters, as strings, as Azure ML passes them."""


@dataclass(frozen=True)
class Chain:
    """The outputs of the four steps, and how each step ended."""

    model: Path
    preprocessed: Path
    finetuned: Path
    packaged: Path
    ended: dict[str, Ended]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny-phi3"
    subprocess.run([sys.executable, "-m", "local.azureml.runner.tiny_phi3", "--out", folder], cwd=ROOT, check=True)
    return folder


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, tiny: Path) -> Runs:
    return Runs(tmp_path_factory.mktemp("runs"), tiny)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three data files, by the names of the component's inputs."""
    folder = tmp_path_factory.mktemp("data")
    splits = {"train": COLOURS[:10] * 2, "validation": COLOURS[8:], "test": COLOURS[10:]}
    for name, colours in splits.items():
        (folder / f"{name}.jsonl").write_text("".join(chat(colour) for colour in colours))
    return {f"{name}_file_path": folder / f"{name}.jsonl" for name in splits}


def chat(colour: str) -> str:
    messages = [
        {"role": "user", "content": f"Which colour has {colour}?"},
        {"role": "assistant", "content": f"Ahoy! It is {colour}."},
    ]
    return json.dumps({"messages": messages}) + "\n"


@pytest.fixture(scope="session")
def chain(tmp_path_factory: pytest.TempPathFactory, runs: Runs, files: dict[str, Path]) -> Chain:
    """All four steps, each on the outputs of the steps before it."""
    out = tmp_path_factory.mktemp("chain")
    model, preprocessed, finetuned, packaged = (out / name for name in ("model", "pre", "tuned", "mlflow"))
    registry = "azureml://registries/azureml/models/Phi-4/versions/8"
    ended = {
        "model_import": runs.run("model_import", {"mlflow_model_path": registry}, {"model_dir": model}),
        "preprocess": runs.run("preprocess", {"model_dir": model, **files}, {"preprocess_dir": preprocessed}),
        "finetune": runs.run(
            "finetune",
            {"model_dir": model, "preprocess_dir": preprocessed, **LESSON},
            {"finetuned_dir": finetuned},
        ),
        "convert": runs.run("convert", {"finetuned_dir": finetuned}, {"mlflow_model_folder": packaged}),
    }
    assert {step: end.errors for step, end in ended.items() if end.status} == {}
    return Chain(model, preprocessed, finetuned, packaged, ended)


@pytest.fixture(scope="session")
def server(chain: Chain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The chain's model, served."""
    with serving(chain.packaged, tmp_path_factory.mktemp("server")) as server:
        yield server
