"""What this machine's processor is good at."""

from pathlib import Path

BF16_FLAGS = ("avx512_bf16", "amx_bf16")


def has_fast_bf16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether bfloat16 is faster than float32 here: only with instructions of its own, else it is emulated, slowly."""
    try:
        flags = cpuinfo.read_text(encoding="utf-8").split()
    except OSError:
        return False
    return any(flag in flags for flag in BF16_FLAGS)
