"""Step 1: take the base model, check it, and keep only what training may read."""

from pathlib import Path

from local.azureml.runner.folder import check_model, copy_model, find_model
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec


def run(spec: Spec, metrics: MetricLog) -> None:
    """Copy the base model into the output ``model_dir``."""
    model = find_model(_source(spec))
    check_model(model)
    target = spec.output("model_dir")
    copy_model(model, target)
    size = sum(file.stat().st_size for file in target.iterdir())
    metrics.write({"model_bytes": size, "progress": 1.0})
    print(f"Imported {model.name}: {size / 1e6:.0f} MB of safetensors, configuration and tokenizer.")


def _source(spec: Spec) -> Path:
    """A local folder is taken as it is; any other name is what the local base model stands in for."""
    asked = str(spec.inputs.get("mlflow_model_path") or spec.inputs.get("model_id") or "")
    if asked and Path(asked).is_dir():
        return Path(asked)
    print(f"{asked or 'The base model'} is not on this laptop: {spec.base_model_dir.name} stands in for it.")
    return spec.base_model_dir
