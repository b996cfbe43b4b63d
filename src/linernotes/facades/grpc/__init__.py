"""The gRPC API of proto/linernotes/v1: a server of its own, beside the web server and on the same library."""
