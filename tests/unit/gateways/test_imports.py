"""Importing a gateway is cheap; its SDK is loaded on first use."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
MODULES: Final = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "shared" / "gateways").rglob("*.py")
    if path.name != "__init__.py"
)
_HEAVY: Final = "sorted(name for name in sys.modules if name.partition('.')[0] in {'azure', 'aiohttp', 'requests'})"


def loaded(code: str) -> str:
    """What a fresh process prints that runs ``code``; the last line lists the Azure SDKs and HTTP clients it loaded."""
    command = [sys.executable, "-c", f"import sys\n{code}\nprint({_HEAVY})"]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def test_importing_every_gateway_loads_no_sdk() -> None:
    assert len(MODULES) > 15
    assert loaded("\n".join(f"import {module}" for module in MODULES)) == "[]"


def test_a_gateway_can_be_made_without_its_sdk() -> None:
    code = """
from shared.core.settings import Settings
from shared.gateways.blobs import AzureBlobs
from shared.gateways.azureml.client import AzureML
from shared.gateways.azureml.jobs import AzureMLJobs
names = ("blob_uri", "queue_uri", "table_uri", "storage_id", "subscription_id", "resource_group", "workspace")
settings = Settings(**dict.fromkeys(names, ""))
AzureBlobs(settings, None)
AzureMLJobs(AzureML(settings, None))
"""
    assert loaded(code) == "[]"


@pytest.mark.parametrize("scorer", ["AzureMLScorer", "AsyncScorer"])
def test_scoring_never_loads_the_ml_sdk(scorer: str) -> None:
    code = f"""
import asyncio, inspect
from shared.core.errors import ScoringError
from shared.core.settings import Settings
from shared.gateways.scorer import {scorer}
from local.azurite.provision import LaptopCredential
names = ("blob_uri", "queue_uri", "table_uri", "storage_id", "subscription_id", "resource_group", "workspace")
settings = Settings(**dict.fromkeys(names, ""))
async def score():
    scorer = {scorer}(settings, LaptopCredential())
    try:
        answer = scorer.score("https://127.0.0.1:1/score", {{}})
        if inspect.isawaitable(answer):
            await answer
    except ScoringError as error:
        assert error.status == 503, error
        print("scored")
    if hasattr(scorer, "close"):
        await scorer.close()
asyncio.run(score())
"""
    output = loaded(code)
    assert output.startswith("scored")
    assert "azure.ai" not in output
