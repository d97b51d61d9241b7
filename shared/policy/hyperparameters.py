"""Which hyperparameters a job is submitted with: the user's, else the model's, else the app's.

Azure ML checks almost nothing of a component's inputs before the job has started, so everything is
checked here against the component's own declaration. What a user asked for and cannot have is an error;
what a model or the app suggests and the component does not accept is left out.
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
"""What the lesson trains with."""

_LITERALS: Final = frozenset({"string", "integer", "number", "boolean"})
_OURS: Final = frozenset(
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
_OUR_PREFIXES: Final = ("compute_", "instance_type_")


def resolve(user: Mapping[str, Scalar], model: FoundationModel, component: Component) -> dict[str, Any]:
    """The hyperparameters to submit, coerced to the component's declared types, sorted by name.

    Raises:
        PreflightError: the user set one that is unknown, set by the app, or out of its range.
    """
    declared = {name: spec for name, spec in component.inputs.items() if _is_hyperparameter(spec)}
    values = _fitting(APP_DEFAULTS, declared) | _fitting(model.defaults, declared)
    values |= {name: _asked(name, value, declared, component) for name, value in user.items()}
    return dict(sorted(values.items()))


def _is_hyperparameter(spec: ComponentInput) -> bool:
    return spec.type in _LITERALS and spec.name not in _OURS and not spec.name.startswith(_OUR_PREFIXES)


def _fitting(suggested: Mapping[str, Any], declared: Mapping[str, ComponentInput]) -> dict[str, Any]:
    values = {}
    for name, value in suggested.items():
        try:
            values[name] = coerce(value, declared[name])
        except (KeyError, ValueError):
            continue
    return values


def _asked(name: str, value: Scalar, declared: Mapping[str, ComponentInput], component: Component) -> Any:
    if name in declared:
        try:
            return coerce(value, declared[name])
        except ValueError:
            wrong = f"Hyperparameter '{name}' cannot be {value!r}."
            raise PreflightError(wrong, f"Set it to {allowed(declared[name])}.") from None
    if name in component.inputs:
        raise PreflightError(f"'{name}' is set by Tunedrop.", "Remove it from hyperparameters in tunedrop.yaml.")
    raise PreflightError(f"Hyperparameter '{name}' does not exist.", _nearest(name, declared))


def _nearest(name: str, declared: Mapping[str, ComponentInput]) -> str:
    close = difflib.get_close_matches(name, declared, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(sorted(declared))}."


def allowed(spec: ComponentInput) -> str:
    """What an input accepts, in words: ``one of "16", "32"``, ``an integer of at least 1``."""
    if spec.enum:
        return "one of " + ", ".join(f'"{option}"' if isinstance(option, str) else str(option) for option in spec.enum)
    kind = {"integer": "an integer", "number": "a number", "boolean": "true or false"}.get(spec.type, "a string")
    limits = [f"at least {spec.min:g}"] if spec.min is not None else []
    limits += [f"at most {spec.max:g}"] if spec.max is not None else []
    return f"{kind} of {' and '.join(limits)}" if limits else kind


def coerce(value: Any, spec: ComponentInput) -> Any:
    """``value`` as the type that ``spec`` declares; booleans of a string input become "true" and "false".

    Raises:
        ValueError: it does not fit without losing something.
    """
    if not isinstance(value, str | int | float):
        raise ValueError("not a scalar")
    found = _TYPES[spec.type](value)
    if spec.enum:
        return _option(found, spec.enum)
    if (spec.min is not None and found < spec.min) or (spec.max is not None and found > spec.max):
        raise ValueError("out of range")
    return found


def _option(value: Any, options: list[Any]) -> Any:
    """The option that reads the same: 16 is "16", True is "true"."""
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


_TYPES: Final[Mapping[str, Callable[[Scalar], Any]]] = {
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
