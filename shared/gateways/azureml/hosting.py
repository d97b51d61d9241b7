"""The provisioning states that endpoints and deployments share."""

from typing import Final, cast

from shared.models.hosting import Provisioning

_SYNONYMS: Final = {"canceled": "failed", "cancelled": "failed", "scaling": "updating", "provisioning": "creating"}
_KNOWN: Final = frozenset({"creating", "updating", "succeeded", "failed", "deleting"})


def provisioning(azure_state: str | None) -> Provisioning:
    """Our state for Azure's ``provisioningState``; an unknown one counts as ``updating``."""
    state = (azure_state or "creating").lower()
    state = _SYNONYMS.get(state, state)
    return cast(Provisioning, state if state in _KNOWN else "updating")
