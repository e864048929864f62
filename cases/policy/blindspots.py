"""Why no measure is open against a site: the register of blind spots (监管盲区) behind 持续监测."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from cases.policy import law
from cases.policy.dated import load
from cases.policy.obstacle import Obstacle


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """One reason; ``causes`` are the obstacle and finding codes that lead to it, ``basis`` keys of legal bases."""

    code: str
    zh: str
    en: str
    causes: tuple[str, ...]
    basis: tuple[str, ...]
    source: str
    certainty: str

    def article(self, day: date, region: str = "") -> str:
        """Return the articles behind this reason as printed on that day."""
        return "；".join(filter(None, (law.cite(key, day, region) for key in self.basis)))


@cache
def blind_spots() -> tuple[BlindSpot, ...]:
    """Return every recorded reason, in the order in which a list of choices shows them."""
    return tuple(
        BlindSpot(
            row["code"],
            row["zh"],
            row["en"],
            tuple(row["from"]),
            tuple(row["basis"]),
            row["source"],
            row["certainty"],
        )
        for row in load("blind_spots")["reason"]
    )


def blind_spot(code: str) -> BlindSpot:
    """Return one reason; KeyError for an unknown code."""
    for reason in blind_spots():
        if reason.code == code:
            return reason
    raise KeyError(code)


def reasons_for(obstacles: Iterable[Obstacle], *codes: str) -> tuple[BlindSpot, ...]:
    """Return the reasons that these obstacles, and further finding or lead codes, amount to."""
    causes = {o.code for o in obstacles} | set(codes)
    return tuple(reason for reason in blind_spots() if causes & set(reason.causes))
