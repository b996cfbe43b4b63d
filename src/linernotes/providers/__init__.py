"""Sources: one folder for each service that can be asked for what is not here yet."""
