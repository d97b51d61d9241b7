"""Writing files that other processes read: they see the whole file or none of it."""

import os
from pathlib import Path
from typing import Final

_DRAFT: Final = ".draft"


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the file ``path``; readers see the old content or the new. Only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}{_DRAFT}")
    draft.touch(mode=0o600)
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)


def is_draft(path: Path) -> bool:
    """Whether a file is an unfinished one of ``write_atomically``."""
    return path.name.startswith(".") and path.name.endswith(_DRAFT)
