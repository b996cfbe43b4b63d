"""Lets `python -m linernotes` do what the `linernotes` command does."""

from linernotes.cli import main

if __name__ == "__main__":
    main()
