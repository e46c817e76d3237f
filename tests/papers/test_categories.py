"""The names of arXiv's categories."""

import pytest

from bot.papers.categories import category_name


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("cs.CL", "Computation and Language"),
        ("math.NT", "Number Theory"),
        ("cond-mat.mes-hall", "Mesoscale and Nanoscale Physics"),
        ("physics.optics", "Optics"),
        ("astro-ph.CO", "Cosmology"),
        ("nlin.CD", "Chaotic Dynamics"),
        ("q-bio.GN", "Genomics"),
        ("q-fin.TR", "Trading and Market Microstructure"),
        ("hep-th", "High Energy Physics, Theory"),
        ("cs.ZZ", "Computer Science"),
        ("62F15", "62F15"),
    ],
)
def test_a_category_is_called_by_its_name(category: str, name: str) -> None:
    assert category_name(category) == name
