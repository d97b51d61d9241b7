"""The identity that the app uses in Azure: its managed identity, a developer's login, or the laptop's stand-in."""

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential as TokenCredential


@cache
def credential() -> "TokenCredential":
    """The credential of this process, made once because it caches tokens.

    The environment variable ``AZURE_CLIENT_ID`` selects a user-assigned identity.
    """
    from azure.identity import DefaultAzureCredential

    # Set here because every client needs a credential first. At INFO, the SDKs log each request with its headers.
    logging.getLogger("azure").setLevel(logging.WARNING)
    return DefaultAzureCredential()
