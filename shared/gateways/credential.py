"""Who we are to Azure: the app's managed identity, a developer's login, or the laptop's stand-in."""

import logging
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential as TokenCredential


@cache
def credential() -> "TokenCredential":
    """The credential of this process; it keeps its tokens, so it is made once.

    A user-assigned identity is named by the environment variable ``AZURE_CLIENT_ID``.
    """
    from azure.identity import DefaultAzureCredential

    # Every client needs this first. At INFO the SDKs log each request with its headers.
    logging.getLogger("azure").setLevel(logging.WARNING)
    return DefaultAzureCredential()
