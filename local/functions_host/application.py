"""Finds an app's functions, as the Functions worker does when it indexes an app."""

import importlib
import inspect
import json
import re
import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import azure.functions as func
from azure.functions.decorators.function_app import FunctionRegister

from local.functions_host.errors import AppError
from shared.core.errors import SettingsError

TRIGGERS: Final = ("httpTrigger", "eventGridTrigger", "queueTrigger", "timerTrigger")
_MODULE: Final = "function_app"
_SETTING: Final = re.compile(r"%([^%\s]+)%")


@dataclass(frozen=True)
class Function:
    """One function of the app.

    Attributes:
        call: the Python function.
        trigger: the binding of its trigger, as in function.json, with every ``%SETTING%`` resolved.
        returns: type of its ``$return`` binding, or None.
        takes_context: whether it has the parameter ``context``.
    """

    name: str
    call: Callable[..., Any]
    trigger: Mapping[str, Any]
    returns: str | None
    takes_context: bool

    @property
    def kind(self) -> str:
        """Type of its trigger, such as ``queueTrigger``."""
        return str(self.trigger["type"])

    @property
    def is_async(self) -> bool:
        """Whether it runs on the event loop; other functions run in threads."""
        return inspect.iscoroutinefunction(self.call)


def load(folder: Path, environ: Mapping[str, str]) -> list[Function]:
    """Import ``folder/function_app.py`` and find its functions.

    Raises:
        AppError: it cannot be imported, has no functions, or has one that this host cannot serve.
        SettingsError: the app setting of a ``%SETTING%`` is missing.
    """
    app = _app(_import(folder), folder)
    try:
        functions = app.get_functions()
    except Exception as error:
        raise AppError(f"The app's functions cannot be read: {error}.", "Correct their decorators.") from error
    if not functions:
        raise AppError(f"{folder / _MODULE}.py defines no functions.", "Decorate one, or register a blueprint.")
    return [_function(function, environ) for function in functions]


def _import(folder: Path) -> Any:
    if not (folder / f"{_MODULE}.py").is_file():
        raise AppError(f"{folder} has no {_MODULE}.py.", "Point --app at the folder that holds it.")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(_MODULE)
    except ModuleNotFoundError as error:
        problem = f"{_MODULE}.py cannot be imported: there is no module '{error.name}'."
        raise AppError(problem, "Install what requirements.txt lists, or correct the import.") from error
    except Exception as error:
        problem = f"{_MODULE}.py cannot be imported: {type(error).__name__}: {error}."
        raise AppError(problem, "Correct the module: on Azure, an app whose import fails has no functions.") from error


def _app(module: Any, folder: Path) -> Any:
    apps = {id(value): value for value in vars(module).values() if isinstance(value, FunctionRegister)}
    if len(apps) != 1:
        problem = f"{folder / _MODULE}.py has {len(apps)} FunctionApp objects at its top level."
        raise AppError(problem, "Define exactly one: app = func.FunctionApp().")
    return next(iter(apps.values()))


def _function(function: Any, environ: Mapping[str, str]) -> Function:
    name, call = function.get_function_name(), function.get_user_function()
    bindings = [json.loads(binding) for binding in function.get_raw_bindings()]
    trigger = _trigger(name, bindings)
    returns = next((binding["type"] for binding in bindings if binding["name"] == "$return"), None)
    takes_context = _check_parameters(name, call, trigger)
    return Function(name, call, _resolved(name, trigger, environ), returns, takes_context)


def _trigger(name: str, bindings: list[dict[str, Any]]) -> dict[str, Any]:
    triggers = [binding for binding in bindings if binding["type"] in TRIGGERS]
    others = [binding["type"] for binding in bindings if binding not in triggers and binding["name"] != "$return"]
    if len(triggers) != 1 or others:
        has = ", ".join(binding["type"] for binding in bindings) or "no binding"
        remedy = f"Give it exactly one trigger ({', '.join(TRIGGERS)}), or run the app with Core Tools ('func start')."
        raise AppError(f"Function '{name}' has {has}, which this host does not serve.", remedy)
    return triggers[0]


def _check_parameters(name: str, call: Callable[..., Any], trigger: Mapping[str, Any]) -> bool:
    parameters = set(inspect.signature(call).parameters)
    missing = {trigger["name"]} - parameters
    unknown = parameters - {trigger["name"], "context"}
    if missing or unknown:
        problem = f"Function '{name}' has the parameters {sorted(parameters)}, but its trigger is '{trigger['name']}'."
        raise AppError(problem, "Give it a parameter with the trigger's name and, if it needs the context, 'context'.")
    hint = typing.get_type_hints(call).get(trigger["name"])
    converter = func.get_binding_registry().get(trigger["type"])
    if isinstance(hint, type) and not converter.check_input_type_annotation(hint):
        problem = f"Function '{name}' declares '{trigger['name']}' as {hint.__name__}."
        raise AppError(problem, f"Use the type of azure.functions for a {trigger['type']}.")
    return "context" in parameters


def _resolved(name: str, trigger: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    def value(match: re.Match[str]) -> str:
        setting = match[1]
        if setting not in environ:
            problem = f"The app setting {setting} is missing: the {trigger['type']} of function '{name}' uses it."
            raise SettingsError(problem, "Set it (see local.settings.sample.json).")
        return environ[setting]

    return {key: _SETTING.sub(value, text) if isinstance(text, str) else text for key, text in trigger.items()}
