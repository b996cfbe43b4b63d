"""What music metadata is: pure values and rules, with no I/O and no framework."""
