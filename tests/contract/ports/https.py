"""An HTTPS server that records requests and sends the answer that a test sets."""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import TracebackType
from typing import Any, Self

from local.tls import Certificates


@dataclass(frozen=True)
class Request:
    """A recorded request."""

    path: str
    headers: Mapping[str, str]
    body: Any


class Https:
    """``with Https(certificates) as server: server.url``; answers 200 ``{}`` unless a test sets something else."""

    def __init__(self, certificates: Certificates) -> None:
        self.requests: list[Request] = []
        self.status = 200
        self.content = b"{}"
        self._server = HTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.socket = certificates.server_context().wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(server: Https) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append(Request(self.path, headers, body))
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(server.content)))
            self.end_headers()
            self.wfile.write(server.content)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    return Handler
