"""What tests of the club's code share."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet() -> Iterator[None]:
    """Keep the log of many stories out of memory."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)
