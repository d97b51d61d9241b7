"""A deployment's server with no model: the same answer to every question; an error if asked to fail."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

parser = argparse.ArgumentParser()
parser.add_argument("--model", type=Path, required=True)
parser.add_argument("--port-file", type=Path, required=True)
given = parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    """``GET /`` and ``POST /score``."""

    def do_GET(self) -> None:
        """Alive."""
        self._answer(200, {})

    def do_POST(self) -> None:
        """Score."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        fails = "fail" in asked["input_data"].get("parameters", {})
        self._answer(*((500, {"error": "told to"}) if fails else (200, {"output": "An answer."})))

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing to say."""


server = HTTPServer(("127.0.0.1", 0), Handler)
port = given.port_file.with_suffix(".new")
port.write_text(str(server.server_port))
port.replace(given.port_file)
server.serve_forever()
