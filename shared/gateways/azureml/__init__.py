"""Azure ML, split by resource as its REST API is.

The SDK (azure-ai-ml) does what it is good at: resolving registry assets, building the pipeline job,
registering models. It takes seconds and 110 MiB to import, and its long operations leave a polling
thread behind; so what only reads, and endpoints and deployments, are plain calls of the resource manager.
"""
