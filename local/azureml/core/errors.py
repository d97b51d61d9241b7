"""All errors of the API, in the format of Azure ML's front end."""

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """An error response.

    Args:
        status: HTTP status.
        code: ``error.code`` of the body.
        message: what is wrong, one sentence.
        inner: codes of the nested inner errors, the outermost first, such as ``Immutable``, ``JobPropertyImmutable``.
        headers: further headers of the response.
        details: details of the error, each with ``code`` and ``message``.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        inner: tuple[str, ...] = (),
        headers: dict[str, str] | None = None,
        details: Sequence[dict[str, Any]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner
        self.headers = headers or {}
        self.details = list(details)

    @property
    def body(self) -> dict[str, Any]:
        """``{"error": …}`` as Azure Resource Manager wraps it."""
        more: list[dict[str, Any]] = [{"type": "ComponentName", "info": {"value": "managementfrontend"}}]
        if self.inner:
            more.append({"type": "InnerError", "info": {"value": _nested(self.inner)}})
        return {"error": {"code": self.code, "message": self.message, "details": self.details, "additionalInfo": more}}


def not_found(what: str) -> ApiError:
    """404."""
    return ApiError(404, "UserError", f"{what} was not found.", ("NotFound", "NotFoundError"))


def invalid(message: str, *inner: str) -> ApiError:
    """400: the request is wrong."""
    return ApiError(400, "UserError", message, inner or ("BadArgument",))


def immutable(message: str, inner: str) -> ApiError:
    """400: the resource exists, and this property of it cannot be changed."""
    return ApiError(400, "UserError", message, ("Immutable", inner))


def conflict(message: str, inner: str) -> ApiError:
    """409: the name is in use, or another operation on the resource goes on."""
    return ApiError(409, "Conflict", message, ("Conflict", inner))


def no_quota(size: str, subscription: str, used: int, limit: int, needed: int) -> ApiError:
    """400: not enough cores left. A client must look for this text, because Azure's code is only BadRequest."""
    text = (
        f"Not enough quota available for {size} in SubscriptionId {subscription}. "
        f"Current usage/limit: {used}/{limit}. Additional needed: {needed}"
    )
    detail = f'{{"errors":{{"VmSize":["{text}"]}},"status":400}}'
    return ApiError(400, "BadRequest", f"The request is invalid. InferencingClientCreateDeploymentFailed: {detail}")


def unauthorized(message: str, code: str = "InvalidAuthenticationToken") -> ApiError:
    """401."""
    return ApiError(401, code, message, headers={"WWW-Authenticate": 'Bearer authorization_uri="local"'})


def not_covered(what: str) -> ApiError:
    """501: the real service can do it; this stand-in cannot."""
    return ApiError(501, "NotCoveredByStandIn", f"{what} is not covered by this stand-in (see its README).")


def _nested(codes: tuple[str, ...]) -> dict[str, Any] | None:
    return {"code": codes[0], "innerError": _nested(codes[1:])} if codes else None
