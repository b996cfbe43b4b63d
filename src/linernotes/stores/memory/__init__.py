"""The catalogue in dictionaries: the twin that tests and small tools use, under the same contract."""
