"""Camelot over whole documents, in an environment of its own (`requirements.txt` beside this file): the processor seconds that it takes.

Belongs here: what runs in that environment; it imports nothing of the project. Does not belong here: what is made of the seconds
(`reader_bench`).

Run: `python camelot_tables.py document …`. Prints the seconds of each document on a line of its own.
"""

import sys
import time

import camelot


def main() -> None:
    """Read a page for what a process pays at its first, then each document, timed."""
    camelot.read_pdf(sys.argv[1], pages="1", flavor="lattice", suppress_stdout=True)
    for path in sys.argv[1:]:
        started = time.process_time()
        camelot.read_pdf(path, pages="all", flavor="lattice", suppress_stdout=True)
        print(time.process_time() - started, flush=True)


if __name__ == "__main__":
    main()
