"""What import-linter cannot see by itself."""

from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_picture_of_the_rooms_names_every_module() -> None:
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    files = [file.name for file in (ROOT / "bot").rglob("*.py") if file.name != "__init__.py"]
    assert [name for name in files if name not in picture] == []
