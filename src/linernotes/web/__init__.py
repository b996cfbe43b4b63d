"""The ASGI application: mounts the façades, and gives them limits, request ids, metrics and health."""
