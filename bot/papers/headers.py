"""What a service says in its headers about how it wants to be asked."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 86_400.0  # seconds

_LIMIT = re.compile(r"[1-9][0-9]{0,6}")
_INTERVAL = re.compile(r"([0-9]{1,5}) ?s?")


def asked_pace(headers: Mapping[str, str]) -> float:
    """Read the seconds between two questions that Crossref grants; 0 if it does not say.

    https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/
    """
    limit = _LIMIT.fullmatch(headers.get("x-rate-limit-limit", ""))
    interval = _INTERVAL.fullmatch(headers.get("x-rate-limit-interval", ""))
    return int(interval[1]) / int(limit[0]) if limit and interval else 0.0


def asked_pause(headers: Mapping[str, str]) -> float:
    """Read the seconds of Retry-After, in either form of RFC 9110 (10.2.3); 0 if it says nothing of use.

    A date counts from the service's own, so that a clock that is wrong does not matter.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return min(float(value), LONGEST_PAUSE)
    try:
        seconds = (parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_PAUSE)
