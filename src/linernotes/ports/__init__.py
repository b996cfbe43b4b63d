"""The seams: one small Protocol per capability. Adapters implement them, use cases ask for them."""
