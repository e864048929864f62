"""What a bill says about the prices in it that nobody has read in their original."""

from __future__ import annotations

from collections.abc import Iterable

from cases.policy.tariff.prices import Tariff
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
    return Note(
        "price_unverified",
        f"电价未经核实：“{plan.zh}”（{plan.certainty}，{zh}），执行前须与价格主管部门文件核对。",
        f"Unverified price: “{plan.en}” ({plan.certainty}, {en}); check it against the price authority's document.",
    )
