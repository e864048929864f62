"""The rules of suspension and surcharge once more, slowly, from the notes on the law and not from the product.

Written from sections 1.2 to 1.4, 2.1 and 7 B–D of the domain notes and the gates of the workflow notes, as one
question after another over plain values. It imports nothing of the product. Where the notes give no day of a local
regulation the day in the public text is used; a text whose days or adoption nobody has seen carries nothing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

Case = dict[str, object]

GRID_GROUNDS = ("G1_theft", "G2_emergency", "G3_arrears", "G4_serious_breach")
MINING = ("self_operated", "hosted")
CIRCULAR = date(2021, 9, 24)  # 1283号 was published


def may_suspend(ground: str, case: Case) -> bool:
    """Whether the supply may be cut on this ground, all papers and evidence looked at (2.1, 7 C)."""
    if ground in GRID_GROUNDS:
        return case["by"] == "grid" and grid_may_cut(ground, case)
    return case["by"] == "organ" and organ_may_cut(ground, case)


def grid_may_cut(ground: str, case: Case) -> bool:  # noqa: PLR0911 - one question after another
    """G1 to G4, the grid company's own grounds."""
    if ground == "G2_emergency":  # danger: at once, whoever lives there and whoever caused it
        return bool(case["danger"])
    if case["finding"] == "compromised":  # a victim is not punished (7 B 18)
        return False
    if case["residents"] is None:  # nobody has looked whom the meter serves
        return False
    if case["important"] and not (case["countersigned"] and case["copied"]):  # 7 C 30, 33
        return False
    if ground == "G1_theft":
        return bool(case["theft"]) and two_officers(case)
    if not case["grid_approval"]:  # by procedure: the unit's own approval (2.2)
        return False
    if ground == "G3_arrears":  # 条例 39: more than thirty days, and dunned
        return int(str(case["arrears"])) > 30 and bool(case["dunned"])
    if not (case["breach"] and case["serious"]):  # 条例 40: serious
        return False
    return two_officers(case) and two_families(case)


def organ_may_cut(ground: str, case: Case) -> bool:
    """G5 to G7, on an organ's written order."""
    if bars_residents(case):
        return False
    if case["finding"] not in MINING or case["subject"] == "unknown":
        return False
    if not (case["order"] and case["legal"]):  # 7 C 29
        return False
    if case["important"] and not (case["countersigned"] and case["copied"]):
        return False
    if not (two_officers(case) and two_families(case)):
        return False
    if ground == "G5_power_authority":  # 电力法 65
        return bool(case["power_authority"]) and bool(case["serious_or_refused"])
    if ground == "G6_illegal_enterprise":  # 1283号 五（十二）: proven, illegal, an enterprise
        return day_of(case) >= CIRCULAR and enterprise(case) and bool(case["illegal_use"])
    return local_regulation(str(case["region"]), day_of(case))


def bars_residents(case: Case) -> bool:
    """行政强制法 43(2): no organ stops residents' living; only a production circuit of its own may be cut (7 C 28)."""
    if case["residents"] is None:
        return True
    if not case["residents"] and not case["mixed"]:
        return False
    alone = case["mixed"] and case["separable"] and case["production_only"]
    return not alone


def enterprise(case: Case) -> bool:
    """An enterprise, or a place that the register says is run by one; never a sole trader or a person."""
    if case["subject"] == "enterprise":
        return True
    return case["subject"] in ("data_centre", "internet_cafe", "state_owned", "landlord") and bool(case["registered"])


def person(case: Case) -> bool:
    """A natural person: 1283号 reaches enterprises and projects, and a private owner who lets a room is neither."""
    return case["subject"] == "natural_person" or (case["subject"] == "landlord" and not case["registered"])


def local_regulation(region: str, day: date) -> bool:
    """Shanghai 16 and Henan 47 (2.1 G7). Jinan 22 was read without its header: its days are not known."""
    if region.startswith("31"):
        return day >= date(2016, 6, 1)
    if region.startswith("41"):
        return day >= date(2013, 1, 1)
    return False


def two_officers(case: Case) -> bool:
    """An on-site record of two different officers with numbers (7 B 14)."""
    numbers = {number for number in case["officers"] if number}  # type: ignore[attr-defined]
    return bool(case["onsite"]) and len(numbers) >= 2


def two_families(case: Case) -> bool:
    """Two independent families of signals (7 B 13)."""
    known = [f for f in ("traffic", "hashpower", "energy", "funds", "onsite") if f in case["families"]]  # type: ignore[operator]
    return len(known) >= 2


def day_of(case: Case) -> date:
    day = case["day"]
    assert isinstance(day, date)
    return day


# (prefix of the region, rate, first day, last day): 1.4. Shandong is a draft, of Shaanxi no amount was seen, and for
# Jiangsu and Guangdong nothing was found: there the national rate stands.
PRICE_DOCUMENTS: tuple[tuple[str, str, date, date | None], ...] = (
    ("", "0.30", CIRCULAR, None),
    ("46", "0.80", date(2021, 12, 3), None),
    ("15", "1.00", date(2022, 1, 20), None),
    ("33", "0.50", date(2022, 2, 11), None),
    ("51", "2.00", date(2022, 4, 15), date(2027, 4, 14)),  # five years
    ("52", "2.00", date(2022, 6, 30), None),  # the day of June was not seen: its last
    ("12", "0.50", date(2022, 12, 31), None),  # the day of 2022 was not seen: its last
)
# Shiyan is the only text seen that names natural persons; March 2022, its last day.
NAMES_PERSONS: tuple[tuple[str, date], ...] = (("4203", date(2022, 3, 31)),)


def price_document(region: str, day: date) -> tuple[Decimal, date, date | None] | None:
    """The rate due, and the document's days: the narrowest region that has one on that day."""
    best: tuple[str, str, date, date | None] | None = None
    for row in PRICE_DOCUMENTS:
        prefix, _, first, last = row
        if not region.startswith(prefix) or day < first or (last is not None and day > last):
            continue
        if best is None or len(prefix) > len(best[0]):
            best = row
    return None if best is None else (Decimal(best[1]), best[2], best[3])


def names_persons(region: str, day: date) -> date | None:
    """The first day of the text that reaches natural persons here, where one does."""
    for prefix, first in NAMES_PERSONS:
        if region.startswith(prefix) and day >= first:
            return first
    return None


def may_surcharge(case: Case) -> bool:
    """Whether this entry may be charged at this rate for these days (7 D 41–49)."""
    if case["finding"] not in (*MINING, "already_stopped") or case["subject"] == "unknown":
        return False
    if not case["listed"] or not case["simulated"]:
        return False
    if not (two_officers(case) and two_families(case)):
        return False
    now, then = case["bill_now"], case["bill_then"]
    if now is not None and then is not None and Decimal(str(then)) < Decimal(str(now)):
        return False
    return rate_and_days_hold(case)


def rate_and_days_hold(case: Case) -> bool:
    """The rate is the one that is due, and no day lies outside of what the documents and the proof carry."""
    found = price_document(str(case["region"]), day_of(case))
    if found is None:
        return False
    rate, first, last = found
    if person(case):
        named = names_persons(str(case["region"]), day_of(case))
        if named is None:
            return False
        first = max(first, named)
    if case["rate"] is None or Decimal(str(case["rate"])) != rate:
        return False
    starts, proven, ends = case["starts"], case["proven"], case["ends"]
    if not isinstance(starts, date) or not isinstance(proven, date):
        return False
    until = ends if isinstance(ends, date) else starts
    return max(first, proven) <= starts <= until and (last is None or until <= last)


def household_without_anything(case: Case) -> bool:
    """A natural person's home with nothing that opens a measure: the brief's own case, outside Shiyan."""
    quiet = not any(case[name] for name in ("theft", "danger", "breach", "illegal_use", "arrears"))
    alone = not case["mixed"]
    home = case["subject"] == "natural_person" and case["residents"] is True and alone
    return home and quiet and names_persons(str(case["region"]), day_of(case)) is None
