import os
import signal
from collections.abc import Callable, Iterable
from io import BytesIO
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.core.errors import TunedropError
from shared.data.contract.validation import LONGEST_LINE
from shared.data.preparing import prepare as module
from shared.data.preparing import sorter, splits, workers
from shared.data.preparing.examiner import Examiner
from shared.data.preparing.prepare import REJECTED, Part, prepare
from shared.data.preparing.tokens import TokenCounter
from shared.data.preparing.workers import examining
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests import corpus, fuzz
from tests.unit.data.rows import line, message, upload, valid

Made = tuple[Figures, dict[str, bytes]]


def prepared(
    data: bytes, crew: int, size: int, of: fuzz.Upload | None = None, progress: Callable[[int], None] | None = None
) -> Made:
    """What ``crew`` processes make of a file that is read in chunks of ``size`` bytes; 0: this process alone."""
    config, longest, pinned = (of.config, of.max_seq_length, of.pinned) if of else (ProjectConfig(), None, [])
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}

    def figures(part: Part) -> Figures:
        return prepare([part], config, sinks, evaluation_rows=pinned, max_seq_length=longest, progress=progress)

    if crew == 0:
        found = figures(Part(chunks))
    else:
        with TemporaryDirectory() as folder:
            file = Path(folder) / "chats.jsonl"
            file.write_bytes(data)
            with examining(file, Examiner(config, TokenCounter(), longest), crew) as examine:
                found = figures(Part(chunks, examine=examine))
    return found, {name: sink.getvalue() for name, sink in sinks.items()}


@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(1, 2000), st.integers(1, 500))
@settings(max_examples=25)
def test_workers_make_the_same_of_an_upload_wherever_it_is_cut(seed: int, crew: int, size: int, span: int) -> None:
    made = fuzz.Upload.of(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_SPAN", span)
        assert prepared(made.data, crew, size, made) == prepared(made.data, 0, size, made)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf" + b"\r\n".join(valid(30)),
        b"\n\xef\xbb\xbf".join(valid(30)),
        upload(*valid(30), b"[" + b" " * (LONGEST_LINE - 2) + b"]", b" " * LONGEST_LINE + b"{}", *valid(30, 50)),
        upload(
            *valid(30),
            line({"messages": [message("user", "?"), message("assistant", "long " * 10**5)]}),
            *valid(30, 50),
        ),
        upload(*(case.line for case in (*corpus.BAD, *corpus.GOOD) if len(case.line) < LONGEST_LINE), *valid(30)),
    ],
    ids=["empty", "blank lines", "a mark", "a mark and CRLF", "marks", "long lines", "a long row", "corpus"],
)
def test_workers_make_the_same_of_odd_files(data: bytes) -> None:
    alone = prepared(data, 0, 2**16)
    assert prepared(data, 2, 2**16) == alone
    assert prepared(data, 3, 2**20) == alone


@pytest.mark.parametrize(("where", "limit", "most"), [(module, "MOST_BYTES", 5000), (sorter, "MOST_LINES", 70)])
def test_workers_stop_at_the_same_limits(where: object, limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(where, limit, most)
    found = prepared(upload(*valid(200)), 2, 1000)
    assert found == prepared(upload(*valid(200)), 0, 1000)
    assert found[0].refusal


@pytest.fixture
def begun() -> Callable[[], list[BaseProcess]]:
    """The processes that have begun since, and not ended; other tests may have some of their own."""
    others = {child.pid for child in active_children()}
    return lambda: [child for child in active_children() if child.pid not in others]


def test_a_worker_that_is_killed_ends_the_work_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, begun: Callable[[], list[BaseProcess]]
) -> None:
    def killed_elsewhere(*_: object) -> None:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)

    here = os.getpid()
    monkeypatch.setattr(Examiner, "examine", killed_elsewhere)
    with pytest.raises(TunedropError, match="A worker process ended early"):
        prepared(upload(*valid(20)), 2, 100)
    assert begun() == []


def test_ctrl_c_is_left_to_the_parent_and_ends_all_workers(begun: Callable[[], list[BaseProcess]]) -> None:
    def interrupt(_: int) -> None:
        for child in begun():
            os.kill(child.pid or 0, signal.SIGINT)
        stops.append(len(begun()))
        if len(stops) == 10:
            raise KeyboardInterrupt

    stops: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        prepared(upload(*valid(200)), 2, 1000, progress=interrupt)
    assert (stops, begun()) == ([1] * 10, [])


def test_workers_end_in_the_middle_of_answers_that_nobody_takes(
    tmp_path: Path, begun: Callable[[], list[BaseProcess]]
) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_bytes(upload(*[b"no JSON " * 2**15] * 40))
    with examining(file, Examiner(ProjectConfig(), TokenCounter(), None), 2) as examine:
        next(examine([file.read_bytes()]))
    assert begun() == []


def test_a_file_that_changes_under_the_reader_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_bytes(upload(*valid(30)))

    def chunks() -> Iterable[bytes]:
        yield file.read_bytes()
        file.write_bytes(upload(*valid(30), line("more")))

    examiner = Examiner(ProjectConfig(), TokenCounter(), None)
    with examining(file, examiner, 2) as examine, pytest.raises(TunedropError, match="was changed while it was read"):
        list(examine(chunks()))
