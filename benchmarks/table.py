"""Figures as the tables of benchmarks/README.md show them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A figure: what it tells, its value and unit, and the bound that it is held to, if any."""

    title: str
    figure: float
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        """Tell whether the bound is kept."""
        return (self.least is None or self.figure >= self.least) and (self.most is None or self.figure <= self.most)

    @property
    def aim(self) -> str:
        """Say what the bound is; empty without one."""
        bounds = {"at least": self.least, "at most": self.most}
        return ", ".join(f"{which} {bound:g} {self.unit}" for which, bound in bounds.items() if bound is not None)

    def __str__(self) -> str:
        """Write it as a line of a terminal."""
        missed = "" if self.met else f"MISSED ({self.aim}) "
        return f"{self.figure:8.2f} {self.unit:6} {missed}{self.title}"

    @property
    def markdown(self) -> str:
        """Write it as a row of a table of three columns."""
        return f"| {self.title} | {self.figure:.2f} {self.unit} | {self.aim}{'' if self.met else ': missed'} |"


def tabulate(rows: Iterable[Row]) -> Iterator[str]:
    """Write rows as a table, a line each."""
    yield "| what | figure | aim |"
    yield "|---|---|---|"
    yield from (row.markdown for row in rows)
