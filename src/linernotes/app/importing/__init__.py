"""Putting an import together: sources, staging, the compile jobs in their own processes, and the swap."""
