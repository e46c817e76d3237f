"""A verified copy of an SQLite file, made while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path


def copy_database(source: Path, target: Path) -> None:
    """Copy a database with everything that is committed; the target appears whole, or not at all.

    Copying the file would leave behind what is only in its -wal, and the page-wise interface starts over with every
    write; `VACUUM INTO` reads one state. Raises OSError or sqlite3.Error.
    """
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(source)) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        with closing(sqlite3.connect(draft)) as copy:
            if (found := copy.execute("PRAGMA integrity_check").fetchone()) != ("ok",):
                raise sqlite3.DatabaseError(f"the copy of {source} is damaged: {found}")
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
