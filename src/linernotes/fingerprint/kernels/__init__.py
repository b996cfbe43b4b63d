"""What is compiled: loops over words that numpy is too slow for. Loading this package loads numba.

A kernel is compiled when it is first called and kept on disk where that can be written. Each has a slower twin in
numpy, in the package or in the tests, with the same answers.
"""
