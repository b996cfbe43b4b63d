"""Naming the files of a folder by their sound, and handing a library's files in; what commands do with it is theirs.

`values` says what is asked and answered, `Namer` among it; `local` answers from the data folder, `remote` asks a server
that speaks AcoustID's protocol.
"""
