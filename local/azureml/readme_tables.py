"""``python -m local.azureml.readme_tables``: generates the tables of the README."""

import tempfile
from pathlib import Path
from typing import Final

from local.azureml.core.config import Config
from local.azureml.core.http import REGISTRY, WS, Route
from local.azureml.core.transitions import TRANSITIONS
from local.azureml.routes import routes
from local.azureml.services import Services

README: Final = Path(__file__).parent / "README.md"


def with_tables(text: str) -> str:
    """The README's text with its tables generated from the code."""
    return _between("transitions", _between("routes", text, _routes()), _transitions())


def _routes() -> str:
    with tempfile.TemporaryDirectory() as folder:
        table = routes(Services.build(Config(Path(folder), Path(folder)), "https://127.0.0.1"))
    rows = (f"| {route.method} | `{_short(route)}` | {route.summary} | {route.plane.value} |" for route in table)
    return "\n".join(("| method | path | what it does | authentication |", "|---|---|---|---|", *rows))


def _transitions() -> str:
    rows = (
        f"| `{name}` | {transition.during} | {transition.then or 'gone'} | {transition.delay.seconds:g} |"
        for name, transition in TRANSITIONS.items()
    )
    return "\n".join(("| transition | during | then | seconds |", "|---|---|---|---|", *rows))


def _short(route: Route) -> str:
    """A path with its usual prefix abbreviated, and ``|`` escaped, which would end the table's cell."""
    return route.path.replace(WS, "{WS}").replace(REGISTRY, "{REGISTRY}").replace("|", "\\|")


def _between(name: str, text: str, table: str) -> str:
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, _, rest = text.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{table}\n{end}{after}"


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text()))
