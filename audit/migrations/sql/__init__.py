"""The SQL of the migrations, one file per migration, never edited after a release."""

from pathlib import Path


def read(name: str) -> str:
    """The text of a SQL file of this folder."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
