"""抽查: which cases of a population are drawn. Pure: a population, a size and a seed in, the same cases out, always.

Anybody can do it again with SHA-256 alone: within a stratum the cases stand in the order of SHA-256(seed:number), and
the first are drawn; how many of each stratum follows from its share (largest remainder), at least one where that fits.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """A case of the population by its number, and the stratum it belongs to."""

    number: str
    stratum: str


def population_hash(members: Iterable[Member]) -> str:
    """The SHA-256 over the members in the order of their numbers, a line each: number, tab, stratum."""
    digest = hashlib.sha256()
    for member in sorted(members):
        digest.update(f"{member.number}\t{member.stratum}\n".encode())
    return digest.hexdigest()


def seed_of(plan: str, drawn: str) -> str:
    """From the hash of the event in which the population was fixed, and from what was drawn after it."""
    return hashlib.sha256(f"{plan}:{drawn}".encode()).hexdigest()


def shares(counts: dict[str, int], size: int) -> dict[str, int]:
    """How many of each stratum. Never more than it has; at least one of each where there is room for all."""
    total = sum(counts.values())
    if size >= total:
        return dict(counts)
    found = {name: size * count // total for name, count in counts.items()}
    by_remainder = sorted(counts, key=lambda name: (-(size * counts[name] % total), name))
    for name in by_remainder[: size - sum(found.values())]:
        found[name] += 1
    if size >= len(counts):
        for name in sorted(name for name, count in found.items() if count == 0):
            richest = max(sorted(found), key=lambda each: found[each])
            found[richest] -= 1
            found[name] = 1
    return found


def draw(members: Sequence[Member], size: int, seed: str) -> list[str]:
    """The numbers of the drawn cases, in the order of their place in the draw."""
    wanted = shares(dict(Counter(member.stratum for member in members)), size)
    ranked = sorted((_rank(seed, member.number), member) for member in members)
    taken: Counter[str] = Counter()
    drawn = []
    for _, member in ranked:
        if taken[member.stratum] < wanted[member.stratum]:
            taken[member.stratum] += 1
            drawn.append(member.number)
    return drawn


def drawn_hash(numbers: Iterable[str]) -> str:
    """The SHA-256 over the drawn numbers in their order, a line each."""
    return hashlib.sha256("".join(f"{number}\n" for number in numbers).encode()).hexdigest()


def _rank(seed: str, number: str) -> str:
    return hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
