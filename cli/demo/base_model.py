"""The base model as a second deployment on the project's endpoint, to compare with.

``python -m cli.demo.base_model ENDPOINT MODEL VERSION`` starts to create it with azure-ai-ml. It is a process of
its own because the SDK prints what it does.
"""

import subprocess
import sys
from typing import Final

from cli.paths import ROOT
from shared.core.errors import TunedropError
from shared.models.run import Run

NAME: Final = "base"


def deploy(run: Run) -> None:
    """Start to create it, from the registry.

    Args:
        run: must have its base model and its endpoint.

    Raises:
        TunedropError: Azure ML refused.
    """
    base, endpoint = run.results.base_model, run.results.endpoint
    assert base is not None and endpoint is not None
    command = [sys.executable, "-m", __name__, endpoint, base.name, base.version]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        raise TunedropError(f"Azure ML refused to deploy the base model: {process.stderr[-500:]}")


def _start_deployment(endpoint: str, model: str, version: str) -> None:
    from azure.ai.ml.entities import ManagedOnlineDeployment

    from shared.core.settings import settings
    from shared.gateways.azureml.client import AzureML
    from shared.gateways.credential import credential

    app = settings()
    AzureML(app, credential()).workspace.online_deployments.begin_create_or_update(
        ManagedOnlineDeployment(
            name=NAME,
            endpoint_name=endpoint,
            model=f"azureml://registries/{app.registry}/models/{model}/versions/{version}",
            instance_type=app.instance_type,
            instance_count=1,
        )
    )


if __name__ == "__main__":
    _start_deployment(*sys.argv[1:])
