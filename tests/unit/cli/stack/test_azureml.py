import pytest

from cli.stack.azureml import remaining


def test_the_rest_takes_as_long_as_the_pace_so_far_says() -> None:
    fraction, seconds_left = remaining([(100.0, 0.2), (110.0, 0.3), (120.0, 0.4)])
    assert fraction == 0.4
    assert seconds_left == pytest.approx(60.0)


@pytest.mark.parametrize(
    ("progress", "fraction"), [([], 0.0), ([(100.0, 0.2)], 0.2), ([(100.0, 0.2), (110.0, 0.2)], 0.2)]
)
def test_without_any_progress_the_rest_is_not_estimated(progress: list[tuple[float, float]], fraction: float) -> None:
    assert remaining(progress) == (fraction, None)
