"""Handlers of the registry ``azureml``: base models and the fine-tuning component."""

from typing import Any

from aiohttp import web

from local.azureml.core.addresses import registry_asset_id
from local.azureml.core.dates import system_data
from local.azureml.core.errors import not_found
from local.azureml.core.http import REGISTRY, Route, json_response
from local.azureml.core.tokens import Plane
from local.azureml.registry.catalog import FOUNDATION_MODELS, tags_of
from local.azureml.registry.components import COMPONENT
from local.azureml.services import Services

_CREATED = 1_750_000_000.0
_TYPE = "Microsoft.MachineLearningServices/registries"


class Registry:
    def __init__(self, services: Services) -> None:
        self._base = services.addresses.base

    def routes(self) -> list[Route]:
        models, components = f"{REGISTRY}/models/{{name}}", f"{REGISTRY}/components/{{name}}"
        return [
            Route("GET", models, self.model, Plane.DATA),
            Route("GET", f"{models}/versions", self.model_versions, Plane.DATA),
            Route("GET", f"{models}/versions/{{version}}", self.model_version, Plane.DATA),
            Route("GET", components, self.component, Plane.DATA),
            Route("GET", f"{components}/versions", self.component_versions, Plane.DATA),
            Route("GET", f"{components}/versions/{{version}}", self.component_version, Plane.DATA),
        ]

    async def model(self, request: web.Request) -> web.Response:
        """A base model's container"""
        name = request.match_info["name"]
        return json_response(_container("models", name, str(_model(name)["version"])))

    async def model_versions(self, request: web.Request) -> web.Response:
        """Versions of a base model"""
        return json_response({"value": [self._model_version(request.match_info["name"])]})

    async def model_version(self, request: web.Request) -> web.Response:
        """A version of a base model, with its tags and system metadata"""
        name, version = request.match_info["name"], request.match_info["version"]
        if version != _model(name)["version"]:
            raise not_found(f"Model '{name}' version '{version}' of the registry")
        return json_response(self._model_version(name))

    async def component(self, request: web.Request) -> web.Response:
        """The component's container"""
        _check_component(request)
        return json_response(_container("components", COMPONENT["name"], COMPONENT["version"]))

    async def component_versions(self, request: web.Request) -> web.Response:
        """Versions of the component"""
        _check_component(request)
        return json_response({"value": [_component_version()]})

    async def component_version(self, request: web.Request) -> web.Response:
        """The component with its specification"""
        _check_component(request)
        version = request.match_info["version"]
        if version != COMPONENT["version"]:
            raise not_found(f"Component '{COMPONENT['name']}' version '{version}' of the registry")
        return json_response(_component_version())

    def _model_version(self, name: str) -> dict[str, Any]:
        model = _model(name)
        return {
            "id": registry_asset_id("models", name, model["version"]),
            "name": model["version"],
            "type": f"{_TYPE}/models/versions",
            "systemData": system_data(_CREATED),
            "properties": {
                "description": f"{name}, a base model.",
                "tags": tags_of(model),
                "properties": {"SharedComputeCapacityEnabled": "True"},
                "system_metadata": model["system_metadata"],
                "isArchived": model["archived"],
                "isAnonymous": False,
                "flavors": {},
                "modelType": "mlflow_model",
                "modelUri": f"{self._base}/registry/{name}/mlflow_model_folder",
                "jobName": None,
                "stage": None,
                "provisioningState": "Succeeded",
            },
        }


def _model(name: str) -> Any:
    if name not in FOUNDATION_MODELS:
        raise not_found(f"Model '{name}' of the registry")
    return FOUNDATION_MODELS[name]


def _check_component(request: web.Request) -> None:
    name = request.match_info["name"]
    if name != COMPONENT["name"]:
        raise not_found(f"Component '{name}' of the registry")


def _component_version() -> dict[str, Any]:
    specification = {
        "$schema": "https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json",
        "type": "pipeline",
        **COMPONENT,
        "inputs": {name: _as_text(declared) for name, declared in COMPONENT["inputs"].items()},
    }
    return {
        "id": registry_asset_id("components", COMPONENT["name"], COMPONENT["version"]),
        "name": COMPONENT["version"],
        "type": f"{_TYPE}/components/versions",
        "systemData": system_data(_CREATED),
        "properties": {
            "description": COMPONENT["description"],
            "tags": {},
            "properties": {},
            "isArchived": False,
            "isAnonymous": False,
            "componentSpec": specification,
            "provisioningState": "Succeeded",
        },
    }


def _as_text(declared: dict[str, Any]) -> dict[str, Any]:
    """An input's declaration in the service's format: its default and its limits are text."""
    text = {key: str(declared[key]) for key in ("default", "min", "max") if key in declared}
    return declared | text


def _container(kind: str, name: str, latest: str) -> dict[str, Any]:
    return {
        "id": f"azureml://registries/azureml/{kind}/{name}",
        "name": name,
        "type": f"{_TYPE}/{kind}",
        "systemData": system_data(_CREATED),
        "properties": {
            "latestVersion": latest,
            "nextVersion": latest,
            "isArchived": False,
            "tags": {},
            "properties": {},
        },
    }
