"""What stands in the way: a code, a sentence in two languages that says what to do, and the article behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cases.policy import law
from cases.policy.dated import load


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why a step is not possible now.

    ``missing`` names the inputs that would remove it (empty when nothing can); ``figures`` are decimal texts.
    """

    code: str
    zh: str
    en: str
    article: str = ""
    missing: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


def obstacle(
    code: str, *, day: date, region: str = "", missing: tuple[str, ...] | None = None, **figures: object
) -> Obstacle:
    """Build the obstacle of the catalogue; KeyError for an unknown code or a figure that the sentence needs."""
    entry: dict[str, Any] = load("obstacles")[code]
    texts = {name: str(value) for name, value in figures.items()}
    return Obstacle(
        code=code,
        zh=entry["zh"].format_map({"day": day, **texts}),
        en=entry["en"].format_map({"day": day, **texts}),
        article="；".join(filter(None, (law.cite(key, day, region) for key in entry["basis"]))),
        missing=tuple(entry.get("missing", ())) if missing is None else missing,
        figures=texts,
    )
