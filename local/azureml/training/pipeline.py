"""What a pipeline job asks for: read from the body of its PUT, and checked against the component."""

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
        literals: values of its literal inputs, typed.
        data: URIs of its data and model inputs.
        outputs: outputs of the pipeline, with the component's output that each one is.
    """

    node: str
    literals: Mapping[str, Any]
    data: Mapping[str, str]
    outputs: Mapping[str, str]

    @property
    def computes(self) -> set[str]:
        """Clusters that it is to run on."""
        return {str(self.literals[name]) for name in _COMPUTE_INPUTS} - {SERVERLESS}


def read(properties: Document) -> Plan:
    """The plan that a job's properties hold.

    Raises:
        ApiError: 400, they are not as the component declares; 501, they are of a kind that isn't covered.
    """
    if properties.get("jobType") != "Pipeline":
        raise not_covered(f"A job of type '{properties.get('jobType')}'")
    nodes = properties.get("jobs") or {}
    if len(nodes) != 1:
        raise not_covered(f"A pipeline of {len(nodes)} nodes")
    ((name, node),) = nodes.items()
    if not is_component(node.get("componentId")):
        raise not_covered(f"A node of component '{node.get('componentId')}' (only {COMPONENT['name']} is)")
    inputs = _inputs(node, properties.get("inputs") or {})
    data = {key: str(each["uri"]) for key, each in inputs.items() if each.get("uri")}
    values = literals({key: each.get("value") for key, each in inputs.items() if key not in data} | _placeholders(data))
    plan = Plan(name, values, data, _outputs(node))
    _check_sources(plan)
    return plan


def _inputs(node: Document, parents: Document) -> dict[str, Document]:
    """The node's inputs, those bound to an input of the pipeline resolved."""
    return {name: _resolved(each, parents) for name, each in (node.get("inputs") or {}).items()}


def _resolved(given: Document, parents: Document) -> Document:
    bound = _PARENT_INPUT.fullmatch(str(given.get("value", given.get("uri", ""))))
    if bound is None:
        return given
    if bound[1] not in parents:
        raise invalid(f"The pipeline has no input '{bound[1]}'.", "UnknownInput")
    parent: Document = parents[bound[1]]
    return parent


def _placeholders(data: Mapping[str, str]) -> dict[str, str]:
    """Data inputs take part in the check of names, not of values."""
    return dict(data)


def _outputs(node: Document) -> dict[str, str]:
    outputs: dict[str, str] = {}
    for name, each in (node.get("outputs") or {}).items():
        value = each if isinstance(each, str) else (each or {}).get("value", "")
        bound = _PARENT_OUTPUT.fullmatch(str(value))
        if name not in COMPONENT["outputs"]:
            raise invalid(f"Component '{COMPONENT['name']}' has no output '{name}'.", "UnknownOutput")
        if bound:
            outputs[bound[1]] = name
    return outputs


def _check_sources(plan: Plan) -> None:
    given = set(plan.data) | set(plan.literals)
    if not given & set(_MODEL_SOURCES):
        raise invalid(f"One of the inputs {', '.join(_MODEL_SOURCES)} is required.", "MissingInput")
    if not given & set(_TRAINING_FILE):
        raise invalid("The input 'train_file_path' is required.", "MissingInput")
