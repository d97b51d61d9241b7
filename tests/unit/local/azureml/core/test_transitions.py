import asyncio

import pytest

from local.azureml.core.transitions import TRANSITIONS, Delay, Reads, adjusted


def test_speed_divides_all_durations_but_those_that_are_set() -> None:
    table = adjusted(2.0, [("jobs.start", Delay(7.0))])

    assert table["endpoints.create"].delay.seconds == TRANSITIONS["endpoints.create"].delay.seconds / 2
    assert table["jobs.start"].delay.seconds == 7.0
    assert table["jobs.start"].during == "NotStarted"


def test_delay_of_many_transitions_is_set_by_a_pattern_and_the_last_one_counts() -> None:
    table = adjusted(delays=[("*", Delay()), ("endpoints.*", Delay(calls=1)), ("endpoints.delete", Delay(3.0))])

    assert table["jobs.start"].delay == Delay(0.0)
    assert table["endpoints.create"].delay == Delay(calls=1)
    assert table["endpoints.delete"].delay == Delay(3.0)


def test_delay_of_an_unknown_transition_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing"):
        adjusted(1.0, [("nothing", Delay(1.0))])


@pytest.mark.parametrize(
    ("text", "delay"),
    [("2.5", Delay(2.5)), ("0", Delay()), (".5", Delay(0.5)), ("1call", Delay(calls=1)), ("12calls", Delay(calls=12))],
)
def test_delay_is_a_number_of_seconds_or_of_calls(text: str, delay: Delay) -> None:
    assert Delay.parse(text) == delay


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5calls", "calls", "1e3"])
def test_delay_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number of seconds"):
        Delay.parse(text)


def test_wait_for_reads_counts_those_of_its_resource_from_when_it_began() -> None:
    async def scenario() -> None:
        reads = Reads()
        reads.note("mine")
        waits = [asyncio.create_task(reads.wait("mine", calls)) for calls in (0, 1, 2)]
        for expected in ([True, False, False], [True, True, False], [True, True, True]):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert [wait.done() for wait in waits] == expected
            reads.note("another")
            reads.note("mine")

    asyncio.run(scenario())
