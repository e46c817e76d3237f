"""What import-linter cannot see by itself."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_contract_about_sql_names_every_module_of_the_library_but_the_store() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (contract,) = [c for c in config["tool"]["importlinter"]["contracts"] if "SQL" in c["name"]]
    modules = {f"bot.library.{file.stem}" for file in (ROOT / "bot" / "library").glob("*.py")}
    assert modules - set(contract["source_modules"]) == {"bot.library.__init__", "bot.library.index"}


def test_the_picture_of_the_rooms_names_every_module() -> None:
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    files = [file.name for file in (ROOT / "bot").rglob("*.py") if file.name != "__init__.py"]
    assert [name for name in files if name not in picture] == []
