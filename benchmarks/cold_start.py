"""What indexing the app costs a cold start, against importing what it is built on."""

from benchmarks.ratio import Ratio, compare, python_seconds

INDEX = "import function_app\nassert len(function_app.app.get_functions()) >= 9"
PEER = "import azure.functions, pydantic"


def measure() -> list[Ratio]:
    """Import and index ``function_app`` / ``import azure.functions, pydantic``: at most 2."""
    return [compare("index the app", PEER, python_seconds(INDEX), python_seconds(PEER), at_most=2.0)]
