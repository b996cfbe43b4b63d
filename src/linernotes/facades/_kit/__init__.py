"""What every façade shares: the request and reply values and the manifest."""
