"""Paperclub: the Discord bot of a paper reading club."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("paperclub")
except PackageNotFoundError:  # running from a source tree that was never installed
    __version__ = "0+unknown"
