"""The error that a step raises on purpose."""


class StepError(Exception):
    """A step cannot go on.

    Args:
        code: what is wrong, for programs, such as ``BadHyperparameter``.
        message: what is wrong, for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
