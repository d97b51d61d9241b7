"""The body of a scoring request, as in the lesson."""

from typing import Annotated, Any, Literal

from pydantic import Field

from shared.models.base import Model


class Turn(Model):
    """One message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


Conversation = Annotated[list[Turn], Field(min_length=1)]


class Questions(Model):
    """One conversation, or a list of them: deployments differ in which form they take."""

    input_string: Conversation | Annotated[list[Conversation], Field(min_length=1)]
    parameters: dict[str, Any] = {}
    """Parameters of generation: ``max_new_tokens``, ``temperature``, ``do_sample``, …"""


class ScoreRequest(Model):
    """Body of ``POST /api/score/{project}``."""

    input_data: Questions
