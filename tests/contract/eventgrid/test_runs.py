import json

from tests.contract.eventgrid.conftest import Running, Start, an_event, to_topic
from tests.contract.eventgrid.receiver import Receiver
from tests.contract.laptop import until


def append(grid: Running, text: str) -> None:
    with grid.runs.open("a") as file:
        file.write(text)


def test_each_line_is_delivered_once_even_across_a_crash(start: Start, receiver: Receiver) -> None:
    grid = start(to_topic("runs", receiver))
    append(grid, json.dumps(an_event("r1")) + "\n")
    until(lambda: receiver.ids() == ["r1"] and not grid.pending(), "the first event")
    grid.server.kill()
    append(grid, json.dumps(an_event("r2")) + "\n")
    grid.server.start()
    until(lambda: receiver.ids() == ["r1", "r2"] and not grid.pending(), "the second event")
    assert receiver.deliveries[0].body == [an_event("r1")]


def test_line_that_is_still_being_written_waits_for_its_end(grid: Running) -> None:
    line = json.dumps(an_event("r2"))
    append(grid, json.dumps(an_event("r1")) + "\n" + line[:20])
    until(lambda: grid.receiver.ids() == ["r1"], "the whole line")
    append(grid, line[20:] + "\n")
    until(lambda: grid.receiver.ids() == ["r1", "r2"], "the other line")


def test_line_that_is_not_an_event_does_not_stop_the_others(grid: Running) -> None:
    append(grid, f"no json\n[]\n{json.dumps(an_event('r1'))}\n")
    until(lambda: grid.receiver.ids() == ["r1"], "the event after them")


def test_file_that_was_replaced_is_read_from_its_beginning(grid: Running) -> None:
    append(grid, json.dumps(an_event("r1", data={"long": "x" * 500})) + "\n")
    until(lambda: grid.receiver.ids() == ["r1"], "the first event")
    grid.runs.write_text(json.dumps(an_event("r2")) + "\n")
    until(lambda: grid.receiver.ids() == ["r1", "r2"], "the new file's event")
