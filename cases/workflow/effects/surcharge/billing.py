"""The acts on the bills of a listed account: issue, review, payment, correction, and what an objection undoes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from audit.log import timestamp
from cases.workflow.effects.base import Data, is_open, lead, picked, signed
from cases.workflow.effects.handoffs import the_task
from cases.workflow.effects.surcharge.bills import (
    STATED,
    balance,
    bill_numbered,
    bills_of,
    computed,
    corrected_cycle,
    energy_billed_in,
    measured,
    with_bill,
    with_energy,
)
from cases.workflow.effects.surcharge.lists import (
    STANDING,
    bills_under,
    list_of,
    lists_of,
    of_this_round,
    run_out,
    surcharge_of,
    unbilled,
)
from cases.workflow.recording.plain import plain
from cases.workflow.view import CaseView, Context, OpenTask, Outcome


def issue_bill(view: CaseView, data: Data, ctx: Context) -> Outcome:
    surcharge, number = surcharge_of(view), f"{view.number}-B{len(bills_of(view)) + 1:02d}"
    data, read = with_energy(data), picked(data, "reading_from", "reading_to", "multiplier")
    charged = energy_billed_in(view, data["cycle_from"], data["cycle_to"])
    # The price of energy that another bill has charged stands on that bill.
    priced = {"energy_in": charged["no"]} if charged else picked(data, *STATED)
    cycle = {**picked(data, "month", "cycle_from", "cycle_to", "due_on"), **priced}
    row = {
        "no": number,
        "list_no": surcharge.get("list_no", 1),
        "state": "issued",
        **cycle,
        **({"meter": read} if read else {}),
        **computed(view, surcharge, {**cycle, "kwh": data["kwh"], "periods": measured(data)}, ctx.rules),
        "issued": signed(view, ctx),
    }
    return Outcome(
        facts=with_bill(view, row, state="ended" if surcharge.get("state") == "ended" else "billing"),
        open=[OpenTask("review_bill", data={"bill": number})],
    )


def review_bill(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """Approved: the next cycle's bill is owed while listed days are unbilled. Refused: this one is made anew."""
    task = the_task(ctx)
    row = bill_numbered(view, task.data["bill"])
    if row is None:
        raise ValueError("the task names a bill that does not exist")
    approved, adjustment = data["decision"] == "approve", bool(task.data.get("adjustment"))
    if "pending" not in row if adjustment else row["state"] != "issued":
        return Outcome()  # What was to be reviewed fell in the meantime, with its list.
    reviewed = {"by": ctx.actor.user_id, "at": timestamp(ctx.now)}
    if adjustment:
        return Outcome(facts=with_bill(view, _corrected(row, reviewed) if approved else _without_correction(row)))
    facts = with_bill(view, {**row, "state": "reviewed" if approved else "refused", "reviewed": reviewed})
    surcharge = facts["surcharge"]
    present = list_of(surcharge, row) is surcharge and surcharge["state"] in STANDING
    if view.stage != "penalty_tariff" or not present or is_open(view, "issue_bill"):
        return Outcome(facts=facts)
    return Outcome(facts=facts, open=_after_the_bill(view, surcharge))


def _after_the_bill(view: CaseView, surcharge: dict[str, Any]) -> list[OpenTask]:
    """The next cycle's bill; of a list that has run out, the commission's word on how the case goes on.

    To plan another list is that word's task because each answer can be given from it: a new list, a report that the
    mining stopped (then the list is ended), or closing in its place. Where this case keeps the power off there is
    nothing to list any more, and it is closing.
    """
    if unbilled(surcharge) is not None:
        return [OpenTask("issue_bill")]
    if not run_out(surcharge) or is_open(view, "end_surcharge", "plan_surcharge", "close", "review_closure"):
        return []
    power = (view.facts.get("suspension") or {}).get("power")
    return [lead(view, "close" if power == "off" else "plan_surcharge")]


def _without_correction(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "pending"}


def _corrected(row: dict[str, Any], reviewed: dict[str, Any]) -> dict[str, Any]:
    """The bill with its correction in force and the old figures kept beside it."""
    pending = row["pending"]
    before = picked(row, "kwh", "periods", *STATED, "listed_kwh", "energy", "surcharge", "amount")
    was = {**before, "reversal": _reversed(row["lines"]), "reason": pending["reason"], "reviewed": reviewed}
    history = [*row.get("corrections", []), was]
    figures = pending["figures"]
    # Over all its corrections: what is asked for less than the first bill asked for.
    refund = str(Decimal(row.get("refund", 0)) + Decimal(row["amount"]) - Decimal(figures["amount"]))
    changes: dict[str, Any] = {"corrections": history, "refund": refund, "reviewed": reviewed}
    if "paid" in row:
        changes["settled"] = Decimal(row["paid"]) >= Decimal(figures["amount"])
    return {**_without_correction(row), **figures, **changes}


def _reversed(lines: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Each line of the former figures once more with the opposite sign: nothing that was charged is edited away."""
    return [{**line, "kwh": _minus(line["kwh"]), "amount": _minus(line["amount"])} for line in lines]


def _minus(text: str) -> str:
    return str(-Decimal(text))


def record_payment(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """What the user paid on a bill or its late fee, or what was paid back to the user, with the correction's reason."""
    row = bill_numbered(view, data["bill"])
    if row is None:
        raise ValueError("no such bill")
    kind = data["kind"] if data["kind"] != "bill" else None
    payment = {"bill": row["no"], "amount": plain(data["amount"]), "paid_on": plain(data["paid_on"])}
    if kind == "refund":
        payment["reason"] = row["corrections"][-1]["reason"]
    more = {"kind": kind} if kind else {}
    payments = [*(view.facts.get("payments") or []), {**payment, **more, "seq": signed(view, ctx)["seq"]}]
    return Outcome(facts={"payments": payments} | with_bill(view, {**row, **balance(row, payments)}))


def adjust_bill(view: CaseView, data: Data, ctx: Context) -> Outcome:
    """A correction is a new calculation of the same cycle by the bill's own list, in force once it is reviewed."""
    row = bill_numbered(view, data["bill"])
    if row is None:
        raise ValueError("no such bill")
    entry = list_of(surcharge_of(view), row)
    figures = {**computed(view, entry, corrected_cycle(row, data), ctx.rules), **picked(data, *STATED)}
    pending = {"reason": data["reason_code"], "figures": figures, "proposed": signed(view, ctx)}
    return Outcome(
        facts=with_bill(view, {**row, "pending": pending}),
        open=[OpenTask("review_bill", data={"bill": row["no"], "adjustment": True})],
    )


def revoke_lists(view: CaseView, ctx: Context) -> Outcome:
    """The lists of this round are revoked, and nothing that they added stands: 电力法 66.

    A bill that nobody has reviewed yet falls. Of a reviewed one the surcharge is taken off by a correction, drawn up
    here and ready for its review: the case leaves the stage in which the grid company could propose it.
    """
    surcharge, tasks = surcharge_of(view), {t.id: t.data["bill"] for t in view.tasks if t.kind == "review_bill"}
    gone = [entry for entry in lists_of(surcharge) if of_this_round(view, entry)]
    if not gone:
        return Outcome()
    fallen = {row["no"]: _fallen(view, ctx, row) for entry in gone for row in bills_under(surcharge, entry)}
    revoked = {"state": "revoked", "revoked_at": timestamp(ctx.now)}
    changed = {**surcharge, **(revoked if surcharge in gone else {})}
    for key, rows in (
        ("bills", [fallen.get(row["no"], row) for row in bills_of(view)]),
        ("earlier", [{**e, "state": "revoked"} if e in gone else e for e in surcharge.get("earlier") or []]),
    ):
        changed |= {key: rows} if rows else {}
    return Outcome(
        facts={"surcharge": changed},
        open=[
            OpenTask("review_bill", data={"bill": number, "adjustment": True})
            for number, row in fallen.items()
            if "pending" in row
        ],
        close={task: "cancelled" for task, number in tasks.items() if number in fallen},
    )


def _fallen(view: CaseView, ctx: Context, row: dict[str, Any]) -> dict[str, Any]:
    row = _without_correction(row)
    if row["state"] == "issued":
        return {**row, "state": "refused"}
    if row["state"] != "reviewed" or not row["listed_days"]:
        return row
    figures = computed(view, list_of(surcharge_of(view), row), {**row, "without_surcharge": True}, ctx.rules)
    return {**row, "pending": {"reason": "objection", "figures": figures, "proposed": signed(view, ctx)}}
