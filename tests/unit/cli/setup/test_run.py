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


class Heard:
    """Remembers what it was told."""

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


def test_a_step_is_carried_out_once(tmp_path: Path) -> None:
    heard, once = Heard(), step(tmp_path, "echo x >> 'A thing.product'")
    for _ in range(2):
        Setup().run([once], heard)
    assert (tmp_path / "A thing.product").read_text() == "x\n"
    assert heard.titles == ["A thing"]


def test_a_failure_shows_the_end_of_the_log_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"(?s)A thing: failed.*no space left.*make setup"):
        Setup().run([step(tmp_path, "echo no space left; exit 3")], Heard())


def test_a_program_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    missing = Step("thing", "A thing", (("no-such-program",),), (), tmp_path / "product", tmp_path)
    with pytest.raises(SetupError, match="no-such-program"):
        Setup().run([missing], Heard())


def test_steps_done_before_a_failure_stay_done(tmp_path: Path) -> None:
    good, bad = step(tmp_path, "touch good.product", "good"), step(tmp_path, "exit 1", "bad")
    with pytest.raises(SetupError):
        Setup().run([good, bad], Heard())
    assert good.done
    assert not bad.done


def test_cancelling_ends_the_command_that_runs(tmp_path: Path) -> None:
    setup, heard, errors = Setup(), Heard(), list[Exception]()

    def carry_out() -> None:
        try:
            setup.run([step(tmp_path, "sleep 60")], heard)
        except SetupError as error:
            errors.append(error)

    thread = threading.Thread(target=carry_out)
    thread.start()
    assert heard.began.wait(5)
    setup.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert "was stopped" in str(errors[0])


def test_a_stack_that_comes_up_meanwhile_does_not_change_whom_pip_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    setup = Setup()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/stack/ca.pem")
    setup.run([step(tmp_path, 'echo "trusts $REQUESTS_CA_BUNDLE" > seen')], Heard())
    assert (tmp_path / "seen").read_text() == "trusts \n"


def test_in_the_background_the_result_is_announced_by_a_file(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    background = Background([step(tmp_path, "touch 'A thing.product'")], ready)
    background.start()
    background.wait()
    assert ready.exists()
    assert background.status is None


def test_in_the_background_a_failure_is_told_when_asked(tmp_path: Path) -> None:
    background = Background([step(tmp_path, "exit 1")], tmp_path / "ready")
    background.start()
    background.wait()
    with pytest.raises(SetupError):
        _ = background.status
    assert not (tmp_path / "ready").exists()


def test_without_a_terminal_set_up_is_told_in_plain_lines(tmp_path: Path) -> None:
    output = io.StringIO()
    set_up([step(tmp_path, "touch 'A thing.product'")], Console(file=output, width=80))
    assert output.getvalue().splitlines() == ["set-up: A thing ...", "set-up: A thing: done (0 s)"]


def test_on_a_terminal_a_finished_step_bears_a_tick(tmp_path: Path) -> None:
    output = io.StringIO()
    set_up([step(tmp_path, "touch 'A thing.product'")], Console(file=output, width=80, force_terminal=True))
    assert "✓" in output.getvalue()
