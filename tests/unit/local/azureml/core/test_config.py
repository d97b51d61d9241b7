from pathlib import Path

import pytest

from local.azureml.core.config import parse
from local.azureml.core.transitions import Delay


def test_state_and_certificates_have_places_of_their_own(tmp_path: Path) -> None:
    config = parse(["--state", str(tmp_path)])

    assert config.state == tmp_path
    assert config.certs == tmp_path / "certs"
    assert config.step_command[1:] == ("-m", "local.azureml.runner")


def test_pairs_and_commands_are_taken_apart(tmp_path: Path) -> None:
    arguments = ["--quota", "Standard_F4s_v2=0", "--delay", "jobs.start=2.5", "--step-command", "python 'my step.py'"]

    config = parse(["--state", str(tmp_path), *arguments])

    assert config.quotas == {"Standard_F4s_v2": 0}
    assert config.transitions["jobs.start"].delay == Delay(seconds=2.5)
    assert config.step_command == ("python", "my step.py")


def test_pair_without_a_value_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--state", str(tmp_path), "--quota", "Standard_F4s_v2"])
    assert "'Standard_F4s_v2' must be NAME=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("delay", "message"),
    [("jobs.start=soon", "'soon' must be a number of seconds"), ("job.start=1", "There is no transition 'job.start'")],
)
def test_delay_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], delay: str, message: str
) -> None:
    with pytest.raises(SystemExit):
        parse(["--state", str(tmp_path), "--delay", delay])
    assert message in capsys.readouterr().err
