"""The clients of one workspace and one registry, which all Azure ML gateways share."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from shared.core.errors import ConflictError, TunedropError
from shared.core.settings import Settings
from shared.gateways.azureml import cloud
from shared.gateways.azureml.arm import Arm
from shared.gateways.azureml.throttle_gate import ThrottleGate
from shared.gateways.error_translation import translate_errors
from shared.gateways.http import CONNECT_SECONDS, READ_SECONDS

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core.credentials import TokenCredential


class AzureML:
    """Makes each client once, on first use: ``AzureMLJobs(AzureML(settings, credential))``."""

    def __init__(self, settings: Settings, credential: "TokenCredential") -> None:
        self.settings = settings
        self._credential = credential
        self._throttle_gate = ThrottleGate()
        self.arm = Arm(settings, credential, self._throttle_gate)

    @cached_property
    def workspace(self) -> "MLClient":
        """The SDK's client of the workspace."""
        return self._client(
            subscription_id=self.settings.subscription_id,
            resource_group_name=self.settings.resource_group,
            workspace_name=self.settings.workspace,
        )

    @cached_property
    def registry(self) -> "MLClient":
        """The SDK's client of the registry that has the base models and the component."""
        return self._client(registry_name=self.settings.registry)

    def _client(self, **scope: str) -> "MLClient":
        options = {
            "enable_telemetry": False,
            "show_progress": False,
            "retry_status": 0,
            **self._throttle_gate.hooks,
        }
        options |= {"connection_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}
        return sdk().MLClient(self._credential, **scope, **options, **cloud.client_options(self.settings))


@contextmanager
def translate_sdk_errors(action: str) -> Iterator[None]:
    """``translate_errors`` for calls of the SDK, which also raises errors of its own.

    Args:
        action: begins the message: ``"job x"``.

    Raises:
        ConflictError: as ``translate_errors``, or the version of an asset exists with another path.
        TunedropError: as ``translate_errors``, or the SDK rejected an input.
    """
    from azure.ai.ml.exceptions import AssetPathException, ErrorCategory, MlException

    try:
        with translate_errors(action):
            yield
    except AssetPathException as error:
        raise ConflictError(f"{action}: {error}") from error
    except MlException as error:
        if error.error_category != ErrorCategory.USER_ERROR:
            raise
        raise TunedropError(f"{action}: {error}") from error


def sdk() -> ModuleType:
    """azure-ai-ml, loaded on first use, without its log lines about experimental classes."""
    logging.getLogger("azure.ai.ml._utils._experimental").setLevel(logging.ERROR)
    import azure.ai.ml
    import azure.ai.ml.dsl
    import azure.ai.ml.entities

    return azure.ai.ml  # type: ignore[no-any-return]
