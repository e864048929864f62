"""The draw of a sample: the same for everybody, no case twice, each stratum its share, and no case more likely."""

from __future__ import annotations

import hashlib
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from cases.policy.sampling import Member, draw, drawn_hash, population_hash, seed_of, shares

STRATA = st.dictionaries(st.sampled_from(["甲", "乙", "丙", "丁"]), st.integers(1, 60), min_size=1)


def members(counts: dict[str, int]) -> list[Member]:
    return [
        Member(f"XZ26-{n:04d}", name) for n, name in enumerate(name for name, k in counts.items() for _ in range(k))
    ]


@given(STRATA, st.integers(1, 300))
def test_shares_add_up_and_leave_no_stratum_out_where_there_is_room(counts: dict[str, int], size: int) -> None:
    found = shares(counts, size)
    assert sum(found.values()) == min(size, sum(counts.values()))
    assert all(0 <= found[name] <= counts[name] for name in counts)
    if size >= len(counts):
        assert all(found.values())


@given(STRATA, st.integers(1, 100))
def test_a_draw_depends_on_population_and_seed_alone(counts: dict[str, int], size: int) -> None:
    population = members(counts)
    drawn = draw(population, size, "seed")
    shuffled = population[::-1]
    assert draw(shuffled, size, "seed") == drawn
    assert len(set(drawn)) == len(drawn) == min(size, len(population))
    stratum = dict(population)
    assert Counter(stratum[number] for number in drawn) == Counter(
        {name: n for name, n in shares(counts, size).items() if n}
    )
    assert population_hash(shuffled) == population_hash(population)


def test_the_draw_by_hand() -> None:
    population = members({"甲": 3, "乙": 1})
    seed = seed_of("a" * 64, "b" * 64)
    assert seed == hashlib.sha256(f"{'a' * 64}:{'b' * 64}".encode()).hexdigest()
    order = sorted(population, key=lambda m: hashlib.sha256(f"{seed}:{m.number}".encode()).hexdigest())
    first = next(m.number for m in order if m.stratum == "甲")
    assert set(draw(population, 2, seed)) == {first, "XZ26-0003"}
    assert drawn_hash(["a", "b"]) == hashlib.sha256(b"a\nb\n").hexdigest()


def test_every_case_has_its_chance() -> None:
    population = members({"甲": 20})
    counted = Counter(number for n in range(2000) for number in draw(population, 5, str(n)))
    # 500 expected of each, with a standard deviation of 19.4: five of them.
    assert all(400 < counted[m.number] < 600 for m in population)
