"""The plan of a pipeline job: read from the body of its PUT, and checked against the component."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from local.azureml.core.errors import invalid, not_covered
from local.azureml.core.store import Document
from local.azureml.registry.components import COMPONENT, is_component, literals

_PARENT_INPUT: Final = re.compile(r"\$\{\{\s*parent\.inputs\.(\w+)\s*\}\}")
_PARENT_OUTPUT: Final = re.compile(r"\$\{\{\s*parent\.outputs\.(\w+)\s*\}\}")
_MODEL_SOURCES: Final = ("mlflow_model_path", "pytorch_model_path", "huggingface_id")
_TRAINING_FILE: Final = ("train_file_path", "train_mltable_path")
_COMPUTE_INPUTS: Final = ("compute_model_import", "compute_preprocess", "compute_finetune")
SERVERLESS: Final = "serverless"


@dataclass(frozen=True)
class Plan:
    """One run of the component.

    Args:
        node: its name in the pipeline.
        literals: values of its literal inputs, with the declared types.
        data: URIs of its data and model inputs.
        outputs: the component's output by the name of the pipeline's output.
    """

    node: str
    literals: Mapping[str, Any]
    data: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def computes(self) -> set[str]:
        """The clusters that it runs on."""
        return {str(self.literals[name]) for name in _COMPUTE_INPUTS} - {SERVERLESS}


def read(properties: Document) -> Plan:
    """The plan of a job with these properties.

    Raises:
        ApiError: 400, they contradict the component's declaration; 501, the stand-in does not cover such a job.
    """
    if properties.get("jobType") != "Pipeline":
        raise not_covered(f"A job of type '{properties.get('jobType')}'")
    nodes = properties.get("jobs") or {}
    if len(nodes) != 1:
        raise not_covered(f"A pipeline of {len(nodes)} nodes")
    ((name, node),) = nodes.items()
    if not is_component(node.get("componentId")):
        raise not_covered(
            f"A node of component '{node.get('componentId')}' (the stand-in runs only {COMPONENT['name']})"
        )
    inputs = _inputs(node, properties.get("inputs") or {})
    data = {key: str(source["uri"]) for key, source in inputs.items() if source.get("uri")}
    # Data inputs take part in the check of names, not of values.
    values = literals({key: source.get("value") for key, source in inputs.items()} | data)
    plan = Plan(name, values, data, _outputs(node))
    _check_sources(plan)
    return plan


def _inputs(node: Document, parents: Document) -> dict[str, Document]:
    """The node's inputs; one that is bound to an input of the pipeline is resolved."""
    return {name: _resolved(source, parents) for name, source in (node.get("inputs") or {}).items()}


def _resolved(source: Document, parents: Document) -> Document:
    binding = _PARENT_INPUT.fullmatch(str(source.get("value", source.get("uri", ""))))
    if binding is None:
        return source
    if binding[1] not in parents:
        raise invalid(f"The pipeline has no input '{binding[1]}'.", "UnknownInput")
    parent: Document = parents[binding[1]]
    return parent


def _outputs(node: Document) -> dict[str, str]:
    outputs: dict[str, str] = {}
    for name, target in (node.get("outputs") or {}).items():
        value = target if isinstance(target, str) else (target or {}).get("value", "")
        binding = _PARENT_OUTPUT.fullmatch(str(value))
        if name not in COMPONENT["outputs"]:
            raise invalid(f"Component '{COMPONENT['name']}' has no output '{name}'.", "UnknownOutput")
        if binding:
            outputs[binding[1]] = name
    return outputs


def _check_sources(plan: Plan) -> None:
    given = set(plan.data) | set(plan.literals)
    if not given & set(_MODEL_SOURCES):
        raise invalid(f"One of the inputs {', '.join(_MODEL_SOURCES)} is required.", "MissingInput")
    if not given & set(_TRAINING_FILE):
        raise invalid("The input 'train_file_path' is required.", "MissingInput")
