"""The Azure implementations of the protocols in ``shared/ports.py``: storage, Event Grid, scoring and Azure ML.

They may import ``azure.*``, ``shared/core``, ``shared/models``, ``shared/policy`` and ``shared/ports.py``. Each imports
its SDK on first use, so that a cold start stays short. In the app, only ``wiring`` imports them. Start with
``blobs.py``; the gateways to Azure ML are in ``azureml/``.
"""
