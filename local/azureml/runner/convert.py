"""Step 4: package the model as an MLflow model, which MLflow can load and serve anywhere."""

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Final

import mlflow.pyfunc

from local.azureml.runner.folder import check_model
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec

CODE: Final = Path(__file__).with_name("chat_model.py")
PACKAGES: Final = ("mlflow-skinny", "torch", "transformers", "peft", "safetensors")


def run(spec: Spec, metrics: MetricLog) -> None:
    """Write the MLflow model into the output ``mlflow_model_folder``."""
    source, target = spec.path("finetuned_dir"), spec.output("mlflow_model_folder")
    check_model(source)
    shutil.rmtree(target)  # MLflow creates the folder itself and refuses one that exists
    mlflow.pyfunc.save_model(
        target,
        python_model=str(CODE),
        artifacts={"model": str(source.resolve())},
        pip_requirements=[f"{package}=={version(package).split('+')[0]}" for package in PACKAGES],
        metadata={"task": "chat-completion"},
    )
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    metrics.write({"model_bytes": size, "progress": 1.0})
    print(f"Packaged as an MLflow model of {size / 1e6:.0f} MB.")
