import pytest

from local.azureml.core.transitions import TRANSITIONS, adjusted


def test_speed_divides_all_durations_but_those_told() -> None:
    table = adjusted(2.0, {"jobs.start": 7.0})

    assert table["endpoints.create"].seconds == TRANSITIONS["endpoints.create"].seconds / 2
    assert table["jobs.start"].seconds == 7.0
    assert table["jobs.start"].during == "NotStarted"


def test_delay_of_an_unknown_transition_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        adjusted(1.0, {"nothing": 1.0})
