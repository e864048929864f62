"""What a bill says about the prices in it that nobody has read in their original."""

from __future__ import annotations

from collections.abc import Iterable

from cases.policy.tariff.prices import Adder, Tariff
from cases.policy.tariff.words import CERTAINTIES, ENTERED, VERIFIED, Note


def price_notes(plans: Iterable[Tariff]) -> list[Note]:
    """Return one note for each price that is entered, unverified or only a reference; none for a verified one."""
    found = {plan.key + str(plan.prices): note for plan in plans if (note := price_note(plan)) is not None}
    return list(found.values())


def price_note(plan: Tariff) -> Note | None:
    """Return what must be said about this price, or None where its clause was read."""
    zh, en = CERTAINTIES[plan.certainty]
    if plan.source == ENTERED:
        return Note(
            "price_entered",
            f"“{plan.zh}”为人工录入的当月电价，应与公布的价目表核对。",
            f"“{plan.en}”: the month's price was typed in; check it against the published list.",
        )
    if plan.status == "reference":
        return Note(
            "reference_price",
            f"“{plan.zh}”仅供比较（{zh}），计费须以当月公布的代理购电价格为准。",
            f"“{plan.en}” is for comparison only ({en}): billing takes the month's published proxy price.",
        )
    if plan.certainty == VERIFIED:
        return None
    return unverified(plan)


def unverified(price: Tariff | Adder) -> Note:
    """Return what is said of a price whose clause nobody has read."""
    zh, en = CERTAINTIES[price.certainty]
    return Note(
        "price_unverified",
        f"电价未经核实：“{price.zh}”（{price.certainty}，{zh}），执行前须与价格主管部门文件核对。",
        f"Unverified price: “{price.en}” ({price.certainty}, {en}); check it against the price authority's document.",
    )


def surcharge_note() -> Note:
    """Return what is said of a surcharge whose price document nobody has read."""
    return Note(
        "surcharge_unverified",
        "本地区加价标准的价格文件未见原件，执行前须核实。",
        "The region's price document for the surcharge was not read in its original: confirm it before charging.",
    )
