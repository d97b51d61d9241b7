"""Step 1: check the base model, and copy only what training may read."""

from pathlib import Path

from local.azureml.runner.folder import check_model, copy_model, find_model
from local.azureml.runner.metrics import MetricLog
from local.azureml.runner.spec import Spec


def run(spec: Spec, metrics: MetricLog) -> None:
    """Copy the base model into the output ``model_dir``.

    Raises:
        StepError: it is not a model that may be read.
    """
    model = find_model(_source(spec))
    check_model(model)
    target = spec.output("model_dir")
    copy_model(model, target)
    size = sum(file.stat().st_size for file in target.iterdir())
    metrics.write({"model_bytes": size, "progress": 1.0})
    print(f"Imported {model.name}: {size / 1e6:.0f} MB of safetensors, configuration and tokenizer.")


def _source(spec: Spec) -> Path:
    """The requested model if it is a local folder; otherwise the local base model stands in for it."""
    requested = str(spec.inputs.get("mlflow_model_path") or spec.inputs.get("model_id") or "")
    if requested and Path(requested).is_dir():
        return Path(requested)
    print(f"{requested or 'The base model'} is not on this laptop: {spec.base_model_dir.name} stands in for it.")
    return spec.base_model_dir
