"""Files that other processes read while we write them: whole or not at all."""

import os
from pathlib import Path
from typing import Final

_DRAFT: Final = ".draft"


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace ``path``, readable by its owner only; a reader sees the old content or the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}{_DRAFT}")
    draft.touch(mode=0o600)
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(path)


def is_draft(path: Path) -> bool:
    """Whether a file is one that ``write_atomically`` is writing, or was when its process was killed."""
    return path.name.startswith(".") and path.name.endswith(_DRAFT)
