"""One model behind HTTP: the local counterpart of a deployment's container, a child process in `.venv-ml`."""
