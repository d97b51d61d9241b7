from pathlib import Path

import pytest

from cli.setup import steps
from cli.setup.steps import Step


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    monkeypatch.setattr(steps, "STAMPS", tmp_path / "stamps")
    source, product = tmp_path / "lock.json", tmp_path / "product"
    source.write_text("1")
    product.write_text("made")
    return Step("thing", "A thing", (("true",),), (source,), product)


def test_a_step_is_not_done_before_it_was_stamped(step: Step) -> None:
    assert not step.done


def test_a_stamped_step_is_done(step: Step) -> None:
    step.stamp()
    assert step.done


def test_a_changed_source_undoes_a_step(step: Step) -> None:
    step.stamp()
    step.sources[0].write_text("2")
    assert not step.done


def test_a_removed_product_undoes_a_step(step: Step) -> None:
    step.stamp()
    step.product.unlink()
    assert not step.done


def test_no_package_may_run_scripts_while_azurite_is_installed() -> None:
    assert "--ignore-scripts" in steps.AZURITE.commands[0]


def test_every_source_of_a_step_exists() -> None:
    assert [source for step in steps.ALL for source in step.sources if not source.exists()] == []
