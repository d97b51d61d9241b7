"""``python -m local.azureml.serving --model DIR --port-file FILE``: serves one model on a free port."""

import argparse
import socket
from pathlib import Path

import uvicorn

from local.azureml.runner.process import available_cores, prepare_environment
from local.azureml.serving.app import Scorer, build
from local.files import write_atomically


def main() -> None:
    """Load the model, listen, and then write the port to the file, so that its readers can call at once."""
    options = _parse()
    prepare_environment(options.threads)
    app = build(load(options.model))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        port = listener.getsockname()[1]
        write_atomically(options.port_file, str(port))
        print(f"ready on 127.0.0.1:{port}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.azureml.serving", description="Serve one model")
    parser.add_argument("--model", type=Path, required=True, help="MLflow or Hugging Face folder")
    parser.add_argument("--port-file", type=Path, required=True, help="file for the port, written when ready")
    parser.add_argument("--threads", type=int, default=available_cores(), help="default: all cores")
    return parser.parse_args()


def load(folder: Path) -> Scorer:
    """Load the model in ``folder``: through MLflow if it is an MLflow model, else directly."""
    if (folder / "MLmodel").exists():
        import mlflow.pyfunc

        packaged: Scorer = mlflow.pyfunc.load_model(str(folder)).predict
        return packaged
    from local.azureml.runner.chat_model import ChatModel

    plain: Scorer = ChatModel().load(folder).predict
    return plain


if __name__ == "__main__":
    main()
