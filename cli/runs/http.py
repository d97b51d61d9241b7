"""HTTP requests with the standard library alone, so that small commands start fast."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Final

from shared.core.errors import TunedropError

_TIMEOUT_SECONDS: Final = 120.0
_WRONG_KEY: Final = "Check TUNEDROP_KEY: it must be a function key of the app."
_REMEDIES: Final = {401: _WRONG_KEY, 403: _WRONG_KEY, 404: "Check TUNEDROP_URL: it must be the address of the app."}
"""For answers that name no remedy of their own."""


class HttpError(TunedropError):
    """A server answered with an error, or did not answer.

    Args:
        status: its HTTP status; 0 where nothing answered.
    """

    def __init__(self, message: str, remedy: str, status: int) -> None:
        super().__init__(message, remedy)
        self.status = status


def request(url: str, headers: Mapping[str, str], body: object = None, ca: str | None = None) -> bytes:
    """The body of a server's answer to a GET, or to a POST of ``body`` as JSON.

    Args:
        ca: file of the certificates to trust; ``None``: the system's.

    Raises:
        HttpError: the server answered with an error, or not at all.
    """
    data = None if body is None else json.dumps(body).encode()
    outgoing = urllib.request.Request(  # noqa: S310 - the stack's own addresses, or the one the user has set
        url, data, {"Content-Type": "application/json", **headers}
    )
    try:
        with _opener(ca).open(outgoing, timeout=_TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        raise _http_error(url, error.code, error.read()) from None
    except OSError as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        remedy = "Start the local stack with `make up`, or check TUNEDROP_URL if you use an app on Azure."
        raise HttpError(f"{_origin(url)} does not answer: {reason}.", remedy, 0) from None


def _opener(ca: str | None) -> urllib.request.OpenerDirector:
    """An opener that calls loopback addresses without a proxy."""
    context = ssl.create_default_context(cafile=ca)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _http_error(url: str, status: int, answer: bytes) -> HttpError:
    """With the message and the remedy that our API gives, where the answer has them."""
    try:
        error = json.loads(answer)["error"]
        return HttpError(str(error["message"]), str(error.get("remedy", "")), status)
    except (ValueError, KeyError, TypeError):
        return HttpError(f"{url} answered {status}.", _REMEDIES.get(status, "Try again in a minute."), status)
