"""A deployment's server without a model. It gives the same answer to every request, or fails if the request says so."""

import argparse
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

parser = argparse.ArgumentParser()
parser.add_argument("--model", type=Path, required=True)
parser.add_argument("--port-file", type=Path, required=True)
arguments = parser.parse_args()


class Handler(BaseHTTPRequestHandler):
    """``GET /`` and ``POST /score``."""

    def do_GET(self) -> None:
        """Answer the liveness probe."""
        self._answer(200, {})

    def do_POST(self) -> None:
        """Answer, or fail if the parameters contain ``fail``."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "fail" in body["input_data"].get("parameters", {}):
            self._answer(500, {"error": "The request asked for this error."})
        else:
            self._answer(200, {"output": "An answer."})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


server = HTTPServer(("127.0.0.1", 0), Handler)
port = arguments.port_file.with_suffix(".new")
port.write_text(str(server.server_port))
port.replace(arguments.port_file)
server.serve_forever()
