"""The app: what is deployed to Azure Functions, beside ``functions/``.

Layers, from the bottom: ``core``, ``models``, then ``ports``, ``policy`` and ``data``, ``runs``, ``uploads`` and
``endpoints``, ``steps``, ``engine`` and ``sweeps``. ``gateways`` implement the ports with Azure's SDKs, ``wiring``
joins them, ``api`` answers HTTP. Start with ``engine/advance.py``.
"""
