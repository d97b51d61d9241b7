"""The number formats that this machine's processor is fast with."""

from pathlib import Path

BF16_FLAGS = ("avx512_bf16", "amx_bf16")


def has_fast_bf16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether bfloat16 is faster than float32 here: only if the processor has instructions for it."""
    try:
        flags = cpuinfo.read_text(encoding="utf-8").split()
    except OSError:
        return False
    return any(flag in flags for flag in BF16_FLAGS)
