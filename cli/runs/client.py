"""A client of the app's HTTP API."""

import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from cli.runs.http import request
from shared.api.runs import RunList, RunReport
from shared.core.errors import TunedropError
from shared.models.config import Scalar
from shared.models.run import Decided, Run

GENERATION_PARAMETERS: Final[Mapping[str, Scalar]] = {"max_new_tokens": 200, "do_sample": False}
"""Unless others are given: the likeliest words, and enough of them for an answer."""

_Parsed = TypeVar("_Parsed", bound=BaseModel)


class _ScoreAnswer(BaseModel):
    """What a deployment answers to one conversation; some versions of Azure ML's image answer with a list."""

    output: str | list[str]

    @property
    def text(self) -> str:
        return self.output if isinstance(self.output, str) else "".join(self.output[:1])


class Api:
    """The app's API.

    Args:
        url: of the Functions host, without a slash at its end.
        key: function key.
    """

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"x-functions-key": key}

    def runs(self, project: str | None = None) -> list[Run]:
        """All runs, or those of one project, newest first.

        Raises:
            HttpError: the app answered with an error, or not at all.
        """
        query = f"?project={urllib.parse.quote(project)}" if project else ""
        return self._call(RunList, f"/api/runs{query}").runs

    def report(self, run_id: str) -> RunReport:
        """One run with its timeline.

        Raises:
            HttpError: there is no such run, or the app answered with another error, or not at all.
        """
        return self._call(RunReport, f"/api/runs/{urllib.parse.quote(run_id)}")

    def decide(self, run_id: str, what: Decided, by: str) -> Run:
        """Approve, cancel or retry a run; its record as it is then.

        Raises:
            HttpError: there is no such run, it cannot do that now, or the app does not answer.
        """
        return self._call(Run, f"/api/runs/{urllib.parse.quote(run_id)}/{what}", {"by": by})

    def ask(
        self,
        project: str,
        messages: Sequence[Mapping[str, str]],
        parameters: Mapping[str, Scalar] = GENERATION_PARAMETERS,
        deployment: str | None = None,
    ) -> str:
        """What the project's endpoint (or one deployment of it) answers to a conversation.

        Args:
            messages: each with ``role`` and ``content``, oldest first.
            parameters: of the generation.

        Raises:
            HttpError: the project has no endpoint, or the deployment or the app answered with an error.
        """
        body = {"input_data": {"input_string": [list(messages)], "parameters": dict(parameters)}}
        headers = {"azureml-model-deployment": deployment} if deployment else {}
        return self._call(_ScoreAnswer, f"/api/score/{urllib.parse.quote(project)}", body, headers).text

    def _call(
        self,
        model: type[_Parsed],
        path: str,
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> _Parsed:
        content = request(self._url + path, {**self._headers, **(headers or {})}, body)
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise TunedropError(
                f"{self._url}{path} answered with something that this version of tunedrop does not know.",
                "Use the version of tunedrop that the app was deployed from.",
            ) from None
