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
from shared.data.contract.validation import MAX_LINE_BYTES
from shared.data.preparing import prepare as module
from shared.data.preparing import selector, splits, workers
from shared.data.preparing.line_processor import LineProcessor, ProcessLines
from shared.data.preparing.prepare import REJECTED, UploadFile, prepare
from shared.data.preparing.tokens import TokenCounter
from shared.data.preparing.workers import process_in_parallel
from shared.models.config import ProjectConfig
from shared.models.receipt import Figures
from tests import corpus, fuzz
from tests.unit.data.rows import line, message, upload, valid

Results = tuple[Figures, dict[str, bytes]]

PLAIN = fuzz.Upload(b"", False, ProjectConfig(), None, [], b"")


def prepared(
    data: bytes, processes: int, size: int, like: fuzz.Upload = PLAIN, progress: Callable[[int], None] | None = None
) -> Results:
    """The figures and files of ``data``, read in chunks of ``size`` bytes.

    Args:
        processes: 0: this process alone, without workers.
        like: an upload whose settings and evaluation rows are used.
    """
    config, max_seq_length = like.config, like.max_seq_length
    chunks = (data[start : start + size] for start in range(0, len(data), size))
    sinks = {name: BytesIO() for name in (*splits.NAMES, REJECTED)}

    def run(process_lines: ProcessLines | None = None) -> Figures:
        file = UploadFile(chunks, process_lines=process_lines)
        rows = like.evaluation_rows
        return prepare([file], config, sinks, evaluation_rows=rows, max_seq_length=max_seq_length, progress=progress)

    if processes == 0:
        figures = run()
    else:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "chats.jsonl"
            path.write_bytes(data)
            processor = LineProcessor(config, TokenCounter(), max_seq_length)
            with process_in_parallel(path, processor, processes) as process_lines:
                figures = run(process_lines)
    return figures, {name: sink.getvalue() for name, sink in sinks.items()}


@given(st.integers(0, 10**6), st.integers(2, 4), st.integers(1, 2000), st.integers(1, 500))
@settings(max_examples=25)
def test_workers_give_the_same_results_wherever_a_file_is_cut(seed: int, processes: int, size: int, span: int) -> None:
    fuzzed = fuzz.Upload.from_seed(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "_SPAN_BYTES", span)
        assert prepared(fuzzed.data, processes, size, fuzzed) == prepared(fuzzed.data, 0, size, fuzzed)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbf" + b"\r\n".join(valid(30)),
        b"\n\xef\xbb\xbf".join(valid(30)),
        upload(*valid(30), b"[" + b" " * (MAX_LINE_BYTES - 2) + b"]", b" " * MAX_LINE_BYTES + b"{}", *valid(30, 50)),
        upload(
            *valid(30),
            line({"messages": [message("user", "?"), message("assistant", "long " * 10**5)]}),
            *valid(30, 50),
        ),
        upload(*(case.line for case in (*corpus.BAD, *corpus.GOOD) if len(case.line) < MAX_LINE_BYTES), *valid(30)),
    ],
    ids=["empty", "blank lines", "a BOM", "a BOM and CRLF", "BOMs", "long lines", "a long row", "corpus"],
)
def test_workers_give_the_same_results_for_odd_files(data: bytes) -> None:
    alone = prepared(data, 0, 2**16)
    assert prepared(data, 2, 2**16) == alone
    assert prepared(data, 3, 2**20) == alone


@pytest.mark.parametrize(("owner", "limit", "value"), [(module, "MAX_BYTES", 5000), (selector, "MAX_LINES", 70)])
def test_workers_stop_at_the_same_limits(
    owner: object, limit: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, limit, value)
    results = prepared(upload(*valid(200)), 2, 1000)
    assert results == prepared(upload(*valid(200)), 0, 1000)
    assert results[0].refusal


@pytest.fixture
def own_children() -> Callable[[], list[BaseProcess]]:
    """Running processes that were started since; other tests may have some of their own."""
    others = {child.pid for child in active_children()}
    return lambda: [child for child in active_children() if child.pid not in others]


def test_a_killed_worker_ends_the_work_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, own_children: Callable[[], list[BaseProcess]]
) -> None:
    def kill_worker(*_: object) -> None:
        if os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    parent = os.getpid()
    monkeypatch.setattr(LineProcessor, "process", kill_worker)
    with pytest.raises(TunedropError, match="A worker process stopped unexpectedly"):
        prepared(upload(*valid(20)), 2, 100)
    assert own_children() == []


def test_only_the_parent_handles_ctrl_c_and_it_ends_all_workers(own_children: Callable[[], list[BaseProcess]]) -> None:
    def interrupt(_: int) -> None:
        for child in own_children():
            os.kill(child.pid or 0, signal.SIGINT)
        workers_after_each.append(len(own_children()))
        if len(workers_after_each) == 10:
            raise KeyboardInterrupt

    workers_after_each: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        prepared(upload(*valid(200)), 2, 1000, progress=interrupt)
    assert (workers_after_each, own_children()) == ([1] * 10, [])


def test_workers_end_in_the_middle_of_answers_that_are_not_collected(
    tmp_path: Path, own_children: Callable[[], list[BaseProcess]]
) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_bytes(upload(*[b"no JSON " * 2**15] * 40))
    with process_in_parallel(file, LineProcessor(ProjectConfig(), TokenCounter(), None), 2) as process_lines:
        next(process_lines([file.read_bytes()]))
    assert own_children() == []


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "chats.jsonl"
    file.write_bytes(upload(*valid(30)))

    def chunks() -> Iterable[bytes]:
        yield file.read_bytes()
        file.write_bytes(upload(*valid(30), line("more")))

    processor = LineProcessor(ProjectConfig(), TokenCounter(), None)
    changed = pytest.raises(TunedropError, match="was changed while it was read")
    with process_in_parallel(file, processor, 2) as process_lines, changed:
        list(process_lines(chunks()))
