"""The registry's fine-tuning component, and the check of a job's inputs against its declaration."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from local.azureml.core.addresses import registry_asset
from local.azureml.core.errors import invalid

COMPONENT: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "chat_completion_pipeline.json").read_text()
)
_NUMBERS: Final = {"integer": int, "number": float}
_LITERALS: Final = ("string", "integer", "number", "boolean")


def is_component(component_id: str | None) -> bool:
    """Whether an id names the component, by label or by its only version."""
    asset = registry_asset(component_id or "")
    if asset is None or asset[:2] != ("components", COMPONENT["name"]):
        return False
    return asset[2] in (COMPONENT["version"], "latest", "default")


def literals(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of all literal inputs, with the declared types: those given, and the defaults of the others.

    Raises:
        ApiError: 400, an input is unknown or missing, or has a wrong value.
    """
    unknown = sorted(set(given) - set(COMPONENT["inputs"]))
    if unknown:
        raise invalid(f"Unknown input(s) for component '{COMPONENT['name']}': {', '.join(unknown)}.", "UnknownInput")
    values: dict[str, Any] = {}
    for name, declared in COMPONENT["inputs"].items():
        if declared["type"] not in _LITERALS:
            continue
        value = given.get(name, declared.get("default"))
        if value is not None:
            values[name] = _typed(name, value, declared)
        elif not declared["optional"]:
            raise invalid(f"Required input '{name}' of component '{COMPONENT['name']}' is missing.", "MissingInput")
    return values


def _typed(name: str, value: Any, declared: Mapping[str, Any]) -> Any:
    """A value, converted to its declared type from the string that a job has."""
    if declared["type"] == "string":
        return _allowed(name, str(value), declared)
    try:
        number = _NUMBERS[declared["type"]](str(value))
    except ValueError:
        raise invalid(f"Input '{name}' must be of type {declared['type']}; it was '{value}'.", "InvalidInput") from None
    if number < declared.get("min", number) or number > declared.get("max", number):
        raise invalid(f"Input '{name}' must be at least {declared['min']}; it was {number}.", "InvalidInput")
    return _allowed(name, number, declared)


def _allowed(name: str, value: Any, declared: Mapping[str, Any]) -> Any:
    if value not in declared.get("enum", (value,)):
        raise invalid(f"Input '{name}' must be one of {', '.join(declared['enum'])}; it was '{value}'.", "InvalidInput")
    return value
