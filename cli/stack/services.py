"""What each service of the local stack is."""

from collections.abc import Mapping
from typing import Final

DESCRIPTIONS: Final[Mapping[str, str]] = {
    "azurite": "Azurite, Microsoft's storage emulator: the real storage SDKs talk to it",
    "azureml": "Azure ML: a stand-in for its REST API, which the real azure-ai-ml talks to; training is real",
    "functions": "Functions host: a stand-in that runs the app's real code",
    "eventgrid": "Event Grid: a stand-in that delivers over real webhooks",
}
"""By the names that ``local.stack.Stack`` gives them; each says what is real and what is a stand-in."""
