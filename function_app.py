"""The Azure Functions app: one blueprint for each event. If an import here fails, the host finds no function."""

import azure.functions as func

from functions import advance, on_http, on_job_event, on_upload, poison, reap, reconcile, sweep

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)

for module in (on_upload, on_job_event, advance, poison, reconcile, sweep, reap, on_http):
    app.register_functions(module.blueprint)
