"""What all models share."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Immutable and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
