"""The simulator's shortcuts make no difference: rows without JSON, and preparation from memory."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest

from shared.core.states import State
from shared.data.preparing import splits
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.models.base import Model
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests.doubles.world import chat
from tests.simulation import lives
from tests.simulation.remembered import prepared
from tests.simulation.simulation import Simulation

LIVES = (lives.one_upload, lives.two_uploads, lives.lease_run_out, partial(lives.cancelled, State.SUBMITTED))


@pytest.mark.parametrize("life", LIVES)
def test_rows_are_equal_after_a_round_trip_through_json(life: Callable[[Simulation], None]) -> None:
    written: list[Model] = []

    def after(name: str, args: tuple[Any, ...], result: Any) -> None:
        written.extend(arg for arg in args if isinstance(arg, Model))
        simulation.watch.after(name, args, result)

    simulation = Simulation()
    simulation.faults.after = after
    life(simulation)
    assert len(written) > 20
    assert [model for model in written if type(model).model_validate_json(model.model_dump_json()) != model] == []


@pytest.mark.parametrize("content", [chat(), chat(rows=12), b"no json\n", b""])
@pytest.mark.parametrize("config", [ProjectConfig(), ProjectConfig(sample_pc=50)])
def test_preparation_from_memory_equals_preparation(content: bytes, config: ProjectConfig) -> None:
    expected = _prepared(prepare, content, config)
    assert [_prepared(prepared, content, config) for _ in range(2)] == [expected, expected]


def _prepared(prepares: Callable[..., Figures], content: bytes, config: ProjectConfig) -> tuple[Figures, list[bytes]]:
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}
    evaluation_rows = chat(rows=2).splitlines(keepends=True)
    figures = prepares(
        [UploadFile([content[:100], content[100:]])], config, sinks, evaluation_rows=evaluation_rows, upload="faq.jsonl"
    )
    return figures, [sink.getvalue() for sink in sinks.values()]
