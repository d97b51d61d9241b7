"""Where things are: in a checkout of the repository, or around an installed package."""

from pathlib import Path
from typing import Final

from shared.core.errors import TunedropError

ROOT: Final = Path(__file__).parent.parent
IS_CHECKOUT: Final = (ROOT / "Makefile").is_file()
"""Whether this code runs from a checkout; if not, it is an installed package."""
HOME: Final = (ROOT if IS_CHECKOUT else Path()) / ".tunedrop"
"""What the command keeps: in the checkout, else in the current folder."""
LOGS: Final = HOME / "logs"
STACK: Final = HOME / "stack"
DEMO: Final = HOME / "demo"
PYTHON_ML: Final = ROOT / ".venv-ml" / "bin" / "python"
BASE_MODEL: Final = HOME / "models" / "SmolLM2-135M-Instruct"
TINY_MODEL: Final = HOME / "models" / "tiny-phi3"
EXAMPLES: Final = ROOT / "examples"
FUNCTIONS_2: Final = HOME / "azure-functions-2"


def require_checkout(command: str, target: str) -> None:
    """Refuse a command that works only in a checkout.

    Args:
        command: of ``tunedrop``.
        target: make's target that does the same.

    Raises:
        TunedropError: this is an installed package.
    """
    if not IS_CHECKOUT:
        raise TunedropError(
            f"`tunedrop {command}` works only in a checkout of Tunedrop's repository.",
            f"Clone the repository and run `make {target}` in it.",
        )
