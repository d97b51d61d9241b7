import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cli.setup import run, steps
from cli.setup.background import Background
from cli.setup.run import Setup, SetupError
from cli.setup.steps import Step
from cli.setup.view import set_up


class Recorder:
    """Records the steps that start."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.began = threading.Event()

    def started(self, step: Step, /) -> None:
        self.titles.append(step.title)
        self.began.set()

    def finished(self, step: Step, seconds: float, /) -> None:
        assert seconds >= 0


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(steps, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(run, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(run, "LOGS", tmp_path / "logs")
    yield


def step(folder: Path, script: str, title: str = "A thing") -> Step:
    return Step(title, title, (("sh", "-c", script),), (), folder / f"{title}.product", folder)


def test_a_step_runs_once(tmp_path: Path) -> None:
    recorder, once = Recorder(), step(tmp_path, "echo x >> 'A thing.product'")
    for _ in range(2):
        Setup().run([once], recorder)
    assert (tmp_path / "A thing.product").read_text() == "x\n"
    assert recorder.titles == ["A thing"]


def test_a_failure_shows_the_end_of_the_log_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)Set-up failed at this step: A thing.*no space left.*`make setup`"):
        Setup().run([step(tmp_path, "echo no space left; exit 3")], Recorder())


def test_a_program_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    missing = Step("thing", "A thing", (("no-such-program",),), (), tmp_path / "product", tmp_path)
    with pytest.raises(SetupError, match="no-such-program"):
        Setup().run([missing], Recorder())


def test_steps_done_before_a_failure_stay_done(tmp_path: Path) -> None:
    good, bad = step(tmp_path, "touch good.product", "good"), step(tmp_path, "exit 1", "bad")
    with pytest.raises(SetupError):
        Setup().run([good, bad], Recorder())
    assert good.done
    assert not bad.done


def test_cancelling_ends_the_command_that_runs(tmp_path: Path) -> None:
    setup, recorder, errors = Setup(), Recorder(), list[Exception]()

    def run_setup() -> None:
        try:
            setup.run([step(tmp_path, "sleep 60")], recorder)
        except SetupError as error:
            errors.append(error)

    thread = threading.Thread(target=run_setup)
    thread.start()
    assert recorder.began.wait(5)
    setup.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert "Set-up was stopped" in str(errors[0])


def test_a_stack_that_starts_meanwhile_does_not_change_the_certificates_that_pip_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    setup = Setup()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/stack/ca.pem")
    setup.run([step(tmp_path, 'echo "trusts $REQUESTS_CA_BUNDLE" > seen')], Recorder())
    assert (tmp_path / "seen").read_text() == "trusts \n"


def test_in_the_background_a_file_says_that_all_steps_are_done(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    background = Background([step(tmp_path, "touch 'A thing.product'")], ready)
    background.start()
    background.wait()
    assert ready.exists()
    assert background.status is None


def test_in_the_background_a_failure_is_raised_by_the_status(tmp_path: Path) -> None:
    background = Background([step(tmp_path, "exit 1")], tmp_path / "ready")
    background.start()
    background.wait()
    with pytest.raises(SetupError):
        _ = background.status
    assert not (tmp_path / "ready").exists()


def test_without_a_terminal_set_up_prints_plain_lines(tmp_path: Path) -> None:
    output = io.StringIO()
    set_up([step(tmp_path, "touch 'A thing.product'")], Console(file=output, width=80))
    assert output.getvalue().splitlines() == ["set-up: A thing ...", "set-up: A thing: done (0 s)"]


def test_on_a_terminal_a_finished_step_has_a_tick(tmp_path: Path) -> None:
    output = io.StringIO()
    set_up([step(tmp_path, "touch 'A thing.product'")], Console(file=output, width=80, force_terminal=True))
    assert "✓" in output.getvalue()
