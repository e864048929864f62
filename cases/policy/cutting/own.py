"""The papers of a cut that the grid company makes on its own ground."""

from cases.policy.dated import load


def own_papers(ground: str) -> tuple[str, ...]:
    """Return the inputs that hold them; none for theft and danger, which are cut on the spot."""
    return next((tuple(row["papers"]) for row in load("cut_checks")["own"] if row["ground"] == ground), ())
