"""The number format that a processor is fast with."""

from pathlib import Path

import pytest

from local.azureml.runner.cpu import has_fast_bf16


@pytest.mark.parametrize(
    ("flags", "fast"),
    [("fpu avx512_bf16 sse2", True), ("amx_bf16 amx_tile", True), ("fpu avx512f avx2", False), ("avx512_bf16x", False)],
)
def test_bfloat16_is_used_if_the_processor_has_instructions_for_it(tmp_path: Path, flags: str, fast: bool) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor : 0\nflags : {flags}\n")
    assert has_fast_bf16(cpuinfo) is fast


def test_float32_is_used_if_the_system_does_not_say(tmp_path: Path) -> None:
    assert not has_fast_bf16(tmp_path / "nothing")
