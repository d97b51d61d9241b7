"""The gateways to Azure ML, one module for each resource of its REST API.

The SDK (azure-ai-ml) resolves registry assets, builds the pipeline job and registers models. It takes seconds and
110 MiB to import, and its long operations leave a polling thread behind. So reads, and everything about endpoints and
deployments, are plain calls of the resource manager (ADR 5). The modules may import what ``shared/gateways`` may.
Start with ``client.py``, which the gateways share, and ``arm.py``, which sends the plain calls.
"""
