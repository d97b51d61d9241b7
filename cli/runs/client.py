"""The app's HTTP API, and the two places beside it that the command reads: blobs and Azure ML."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.core.errors import TunedropError
from shared.models.run import Decided, Run, TimelineEntry

_SECONDS: Final = 120.0


class HttpError(TunedropError):
    """A server answered with an error.

    Args:
        status: its HTTP status; 0 where nothing answered.
    """

    def __init__(self, message: str, remedy: str, status: int) -> None:
        super().__init__(message, remedy)
        self.status = status


@dataclass(frozen=True)
class Report:
    """A run and everything that happened to it."""

    run: Run
    timeline: list[TimelineEntry]


class Api:
    """The app's API.

    Args:
        url: of the Functions host.
        key: function key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"x-functions-key": key}

    def runs(self, project: str | None = None) -> list[Run]:
        """All runs, newest first."""
        query = f"?project={urllib.parse.quote(project)}" if project else ""
        return [Run.model_validate(run) for run in self._get(f"/api/runs{query}")["runs"]]

    def report(self, run_id: str) -> Report:
        """One run with its timeline."""
        found = self._get(f"/api/runs/{urllib.parse.quote(run_id)}")
        return Report(
            Run.model_validate(found["run"]), [TimelineEntry.model_validate(entry) for entry in found["timeline"]]
        )

    def decide(self, run_id: str, what: Decided, by: str) -> Run:
        """Approve, cancel or retry a run; its record as it is then."""
        url = f"{self._url}/api/runs/{urllib.parse.quote(run_id)}/{what}"
        return Run.model_validate(call(url, self._headers, {"by": by}))

    def ask(
        self,
        project: str,
        messages: Sequence[Mapping[str, str]],
        parameters: Mapping[str, Any],
        deployment: str | None = None,
    ) -> str:
        """What the project's endpoint (or one deployment of it) answers to a conversation."""
        body = {"input_data": {"input_string": [list(messages)], "parameters": dict(parameters)}}
        headers = self._headers | ({"azureml-model-deployment": deployment} if deployment else {})
        output = call(f"{self._url}/api/score/{urllib.parse.quote(project)}", headers, body)["output"]
        return str(output[0] if isinstance(output, list) else output)

    def _get(self, path: str) -> Any:
        return call(self._url + path, self._headers)


def call(
    url: str, headers: Mapping[str, str], body: Any = None, method: str | None = None, ca: str | None = None
) -> Any:
    """The JSON that a server answers; ``ca`` vouches for it where it speaks TLS.

    Raises:
        HttpError: it answered with an error, or not at all.
    """
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the stack's own addresses
        url, data, {"Content-Type": "application/json", **headers}, method=method
    )
    try:
        with _opener(ca).open(request, timeout=_SECONDS) as answer:
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        raise _explained(url, error.code, error.read()) from None
    except OSError as error:
        raise HttpError(f"{url} does not answer: {error}.", "Is the stack up? 'tunedrop up' starts it.", 0) from None


def _opener(ca: str | None) -> urllib.request.OpenerDirector:
    """Straight to loopback, whatever proxy the machine uses."""
    context = ssl.create_default_context(cafile=ca)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))


def _explained(url: str, status: int, answer: bytes) -> HttpError:
    try:
        error = json.loads(answer)["error"]
        return HttpError(str(error["message"]), str(error.get("remedy", "")), status)
    except (ValueError, KeyError, TypeError):
        return HttpError(f"{urllib.parse.urlsplit(url).path} answered {status}.", "", status)
