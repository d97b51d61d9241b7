"""One model behind HTTP, in a child process in `.venv-ml`: the local counterpart of a deployment's container.

May import ``local.azureml.runner`` and ``local.files``. Start with ``__main__.py``.
"""
