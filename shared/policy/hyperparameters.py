"""Decides a job's hyperparameters: the user's, else the base model's, else the app's.

Azure ML checks almost none of a component's inputs before a job starts. So they are checked here, against the
component's declaration. A user's value that the component does not accept is an error. A value of the base model or the
app that the component does not accept is left out.
"""

import difflib
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from shared.core.errors import PreflightError
from shared.models.config import Scalar
from shared.models.training import Component, ComponentInput, FoundationModel

APP_DEFAULTS: Final[Mapping[str, Scalar]] = {
    "num_train_epochs": 3,
    "per_device_train_batch_size": 1,
    "per_device_eval_batch_size": 1,
    "learning_rate": 5e-6,
    "lr_scheduler_type": "cosine",
    "apply_lora": "true",
    "apply_deepspeed": "true",
    "deepspeed_stage": "2",
}
"""The lesson's values."""

_LITERAL_TYPES: Final = frozenset({"string", "integer", "number", "boolean"})
_SET_BY_APP: Final = frozenset(
    {
        "huggingface_id",
        "task_name",
        "trust_remote_code",
        "num_nodes_finetune",
        "number_of_gpu_to_use_finetuning",
        "shm_size_finetune",
        "evaluation_config_params",
    }
)
_SET_BY_APP_PREFIXES: Final = ("compute_", "instance_type_")


def resolve(user: Mapping[str, Scalar], model: FoundationModel, component: Component) -> dict[str, Scalar]:
    """The hyperparameters to submit, sorted by name, with the types that the component declares.

    Raises:
        PreflightError: the user set one that does not exist, that the app sets, or whose value is not accepted.
    """
    declared = {name: spec for name, spec in component.inputs.items() if _is_hyperparameter(spec)}
    values = _accepted(APP_DEFAULTS, declared) | _accepted(model.defaults, declared)
    values |= {name: _user_value(name, value, declared, component) for name, value in user.items()}
    return dict(sorted(values.items()))


def _is_hyperparameter(spec: ComponentInput) -> bool:
    return (
        spec.type in _LITERAL_TYPES and spec.name not in _SET_BY_APP and not spec.name.startswith(_SET_BY_APP_PREFIXES)
    )


def _accepted(suggested: Mapping[str, Any], declared: Mapping[str, ComponentInput]) -> dict[str, Scalar]:
    values = {}
    for name, value in suggested.items():
        try:
            values[name] = coerce(value, declared[name])
        except (KeyError, ValueError):
            continue
    return values


def _user_value(name: str, value: Scalar, declared: Mapping[str, ComponentInput], component: Component) -> Scalar:
    if name in declared:
        try:
            return coerce(value, declared[name])
        except ValueError:
            message = f"Hyperparameter '{name}' cannot be {value!r}."
            raise PreflightError(
                message, f"Set it to {_allowed(declared[name])} in tunedrop.yaml, and upload the file again."
            ) from None
    if name in component.inputs:
        raise PreflightError(
            f"Tunedrop sets '{name}' itself.",
            "Remove it from hyperparameters in tunedrop.yaml, and upload the file again.",
        )
    raise PreflightError(f"The component has no hyperparameter '{name}'.", _suggestion(name, declared))


def _suggestion(name: str, declared: Mapping[str, ComponentInput]) -> str:
    close = difflib.get_close_matches(name, declared, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"It has: {', '.join(sorted(declared))}."


def _allowed(spec: ComponentInput) -> str:
    """The values that an input accepts, in words: ``one of "16", "32"``, ``an integer of at least 1``."""
    if spec.enum:
        return "one of " + ", ".join(f'"{option}"' if isinstance(option, str) else str(option) for option in spec.enum)
    kind = {"integer": "an integer", "number": "a number", "boolean": "true or false"}.get(spec.type, "a string")
    limits = [f"at least {spec.min:g}"] if spec.min is not None else []
    limits += [f"at most {spec.max:g}"] if spec.max is not None else []
    return f"{kind} of {' and '.join(limits)}" if limits else kind


def coerce(value: Any, spec: ComponentInput) -> Scalar:
    """``value`` as the type that ``spec`` declares; a boolean for a string input becomes "true" or "false".

    Raises:
        ValueError: the input does not accept the value.
    """
    if not isinstance(value, str | int | float):
        raise ValueError("not a scalar")
    converted = _CONVERTERS[spec.type](value)
    if spec.enum:
        return _option(converted, spec.enum)
    if isinstance(converted, int | float) and not _in_range(converted, spec):
        raise ValueError("out of range")
    return converted


def _in_range(number: float, spec: ComponentInput) -> bool:
    return (spec.min is None or number >= spec.min) and (spec.max is None or number <= spec.max)


def _option(value: Scalar, options: list[Scalar]) -> Scalar:
    """The option with the same text: "16" for 16, "true" for True."""
    for option in options:
        if str(option).casefold() == str(value).casefold():
            return option
    raise ValueError("not an option")


def _string(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _integer(value: Scalar) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = _number(value)
    if not number.is_integer():
        raise ValueError("not an integer")
    return int(number)


def _number(value: Scalar) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("not a number")
    return number


def _boolean(value: Scalar) -> bool:
    text = _string(value).casefold()
    if text not in ("true", "false"):
        raise ValueError("not a boolean")
    return text == "true"


_CONVERTERS: Final[Mapping[str, Callable[[Scalar], Scalar]]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
