"""One folder per outward API. A façade turns requests into use cases and domain values into its own wire form."""
