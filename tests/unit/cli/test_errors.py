import signal
from collections.abc import Iterator

import pytest

from cli.errors import report_errors
from local.processes import ProcessError
from shared.core.errors import TunedropError


@pytest.fixture(autouse=True)
def keep_signal_handler() -> Iterator[None]:
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TunedropError("It is full.", "Empty it."), "Error: It is full. Empty it."),
        (ProcessError("azureml has ended.", "See its log."), "Error: azureml has ended. See its log."),
        (OSError(28, "No space left on device", "out.jsonl"), "Error: No space left on device: out.jsonl."),
        (OSError(28, "No space left on device"), "Error: No space left on device."),
        (ModuleNotFoundError(name="trustme"), "Error: The module 'trustme' is not installed. Run `make setup`, or "),
    ],
)
def test_an_expected_error_is_a_message_and_the_status_1(
    error: Exception, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_, report_errors():
        raise error
    assert exit_.value.code == 1
    assert capsys.readouterr().err.startswith(message)


@pytest.mark.parametrize("error", [ZeroDivisionError(), ModuleNotFoundError(name="cli.nothing"), BrokenPipeError()])
def test_any_other_error_is_passed_on(error: Exception) -> None:
    with pytest.raises(type(error)), report_errors():
        raise error


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_end_a_command_with_130(number: signal.Signals, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_, report_errors():
        signal.raise_signal(number)
    assert exit_.value.code == 130
    assert capsys.readouterr().err == "Stopped.\n"
