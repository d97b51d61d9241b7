"""Where things lie in a checkout."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
HOME: Final = ROOT / ".tunedrop"
LOGS: Final = HOME / "logs"
STACK: Final = HOME / "stack"
DEMO: Final = HOME / "demo"
PYTHON_ML: Final = ROOT / ".venv-ml" / "bin" / "python"
BASE_MODEL: Final = HOME / "models" / "SmolLM2-135M-Instruct"
TINY_MODEL: Final = HOME / "models" / "tiny-phi3"
EXAMPLES: Final = ROOT / "examples"
FUNCTIONS_2: Final = HOME / "azure-functions-2"
