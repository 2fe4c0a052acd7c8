"""What ends a build before its time, as sentences for the person who started it.

Belongs here: the two errors that every caller of a build must expect, and what of the machine becomes one. Does not belong here: what is
wrong with a document (that is a refusal, a row of the warehouse).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

import duckdb


class WarehouseBusy(RuntimeError):
    """Another build holds the lock. The message names it."""


class BuildFailed(RuntimeError):
    """The build cannot go on; the published file is as it was. The message says why and what to do."""


_OF_THE_DISK = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.FatalException, duckdb.TransactionException)
"""What DuckDB raises where it cannot write: which of them depends on the moment."""


@contextlib.contextmanager
def failures_told() -> Iterator[None]:
    """What the machine or a damaged ledger does to a build, as a sentence."""
    try:
        yield
    except (OSError, *_OF_THE_DISK) as error:
        raise BuildFailed(f"the build could not go on: {error}; the published file is whole") from error
    except sqlite3.DatabaseError as error:
        raise BuildFailed(
            f"the ledger of fetching cannot be read ({error}); the next fetch puts its copy in place; nothing was published"
        ) from error
