"""A stub of a model server, for tests of the control plane: returns the question and the model's folder.

The question "fail" gets 500, "die" ends the process, and "wait" waits while ``{HOLD}/wait`` exists. If the model's
folder contains a file ``broken``, the process ends at once.
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODEL = Path(sys.argv[2])
PORT_FILE = Path(sys.argv[4])


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, {"alive": True})

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input_data"]["input_string"]
        if question == "die":
            os._exit(1)
        while question == "wait" and (Path(os.environ["HOLD"]) / "wait").exists():
            time.sleep(0.02)
        if question == "fail":
            self._answer(500, {"error": "the model failed"})
        else:
            self._answer(200, {"output": question, "model": str(MODEL), "pid": os.getpid()})

    def log_message(self, format: str, *args: object) -> None:
        print(format % args, flush=True)

    def _answer(self, status: int, document: dict[str, object]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    if (MODEL / "broken").exists():
        sys.exit("this model does not load")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print("serving", MODEL, flush=True)
    PORT_FILE.write_text(str(server.server_port))
    server.serve_forever()
