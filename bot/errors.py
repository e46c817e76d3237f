"""The failures that a person is told about, each carrying the sentence they read.

    ClubError               shown to the member who asked, privately
    ├── LibraryLoading      the reviews are being read for the first time
    ├── LibraryNotConnected this server has no reviews to read
    ├── NotOrganiser        only organisers of the club may do this
    ├── ReviewGone          a button or menu names a review that is no longer there
    ├── SearchUnavailable   the index cannot be read
    └── StorageFault        the club's database cannot be read or written
    SettingsError           shown to the operator; ends the program with exit code 78

Anything else is a defect: it is logged with its traceback and the member sees a
reference to quote, never the exception's text.
"""


class ClubError(Exception):
    """Carry one sentence, free of markup, that says what happened and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class LibraryLoading(ClubError):
    """Say that the reviews are still being read."""

    def __init__(self, done: int, total: int) -> None:
        share = f": {done:,} of {total:,} so far" if total else ""
        super().__init__(f"The reviews are just being read{share}. Ask again in a moment.")


class LibraryNotConnected(ClubError):
    """Say that the server asking is not among those the library serves."""

    def __init__(self) -> None:
        super().__init__(
            "No library is connected to this server. "
            "Whoever runs the bot can connect one with the setting PAPERCLUB_GUILDS."
        )


class NotOrganiser(ClubError):
    """Say that what was asked is for organisers."""

    def __init__(self, role: str = "") -> None:
        """`role` is the name of the role whose members are organisers too, or empty."""
        named = f" or the role {role}" if role else ""
        super().__init__(f"That is for the club's organisers: members with the permission Manage Server{named}.")


class ReviewGone(ClubError):
    """Say that a review has left the library since the message was posted."""

    def __init__(self) -> None:
        super().__init__("That review is no longer in the library. Try /papers to see what is there.")


class SearchUnavailable(ClubError):
    """Say that the texts of the reviews cannot be searched now."""

    def __init__(self) -> None:
        super().__init__(
            "The texts cannot be searched just now; the organisers find the reason in /club status. "
            "Finding a review by its name with /paper works."
        )


class StorageFault(ClubError):
    """Say that what the club decides cannot be read or saved now."""


class SettingsError(Exception):
    """Name each wrong setting and what to do about it, a line each."""

    exit_code = 78  # EX_CONFIG of sysexits.h

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
