"""What went wrong in a database, in the words that a member reads."""

import logging
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import exc

from bot.errors import StorageFault

_log = logging.getLogger(__name__)

_FULL = "The disk of the bot is full, so nothing was saved. Whoever runs the bot has to make room; then try again."
CLOSED = "Paperclub is just being started or ended. Nothing was changed; try again in a minute."
_GONE = "What the club decides cannot be read or saved just now. Nothing was changed; try again in a minute."


@contextmanager
def in_words() -> Generator[None]:
    """Raise StorageFault, and log the cause, where the database cannot be used; a defect of a statement stays one."""
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError):
        raise
    except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        _log.error("the club's database cannot be used: %s", cause)
        raise StorageFault(_FULL if _is_full(cause) else _GONE) from error


def _is_full(cause: BaseException) -> bool:
    code = getattr(cause, "sqlite_errorcode", None)
    # PostgreSQL's class 53, insufficient resources: https://www.postgresql.org/docs/current/errcodes-appendix.html.
    return code == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", "") == "53100"
