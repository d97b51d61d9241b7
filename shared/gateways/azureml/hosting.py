"""What endpoints and deployments have in common."""

from typing import Final, cast

from shared.models.hosting import Provisioning

_STATES: Final = {"canceled": "failed", "cancelled": "failed", "scaling": "updating", "provisioning": "creating"}
_KNOWN: Final = frozenset({"creating", "updating", "succeeded", "failed", "deleting"})


def provisioning(azure: str | None) -> Provisioning:
    """Our word for Azure's ``provisioningState``; one we don't know is still moving."""
    state = (azure or "creating").lower()
    state = _STATES.get(state, state)
    return cast(Provisioning, state if state in _KNOWN else "updating")
