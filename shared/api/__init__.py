"""HTTP: a FastAPI app behind the Functions host. The only place that is asynchronous."""
