"""What was decided on a case and how it is carried out: determination, suspension, stay, surcharge, restoration.

Members of the facts are those of `cases.workflow.reference.facts`; what is not listed there is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext

from agencies.directory import get_directory
from cases.documents.papers.templates import name_of
from cases.policy.tariff.words import CERTAINTIES
from cases.templatetags.lianzhi import when
from cases.web.show.law import cut
from cases.web.show.words import clauses, say
from cases.workflow.forms import choices
from cases.workflow.view import Text

Facts = Mapping[str, Any]


class Line(NamedTuple):
    """One line of the panel: what, its value, and a remark in grey."""

    label: str
    value: Any
    note: str = ""


# In Chinese a kind is called as its template calls it.
PAPERS: Final = {
    "advice": "Advice to the owner",
    "assistance": "Request for assistance",
    "closure": "Closing",
    "countersignature": "Countersignature",
    "determination": "Determination",
    "exclusion": "Exclusion as a false positive",
    "objection_answer": "Answer to the objection",
    "referral": "Referral",
    "restoration_order": "Order of restoration",
    "stay": "Stay",
    "stay_lifted": "Stay lifted",
    "surcharge_end": "End of the surcharge",
    "surcharge_list": "Surcharge list",
    "surcharge_notice": "Surcharge notice",
    "suspension_notice": "Suspension notice",
    "suspension_order": "Suspension order",
    "transfer": "Transfer",
    "transfer_receipt": "Receipt of the transfer",
    "urge": "Supervision notice",
    "withdrawal": "Withdrawal of the order",
}
STATES: Final = {
    "proposed": Text("待审核", "Awaiting review"),
    "decided": Text("已生效", "In force"),
    "approved": Text("已同意", "Approved"),
    "refused": Text("未同意", "Refused"),
    "signed": Text("已签发，待供电公司审批", "Signed; the grid company decides"),
    "notified": Text("已告知", "Notified"),
    "infeasible": Text("不具备停电条件", "Not feasible"),
    "executed": Text("已停电，待复核", "Cut; to be confirmed"),
    "confirmed": Text("已复核", "Confirmed"),
    "withdrawn": Text("已撤回", "Withdrawn"),
    "revoked": Text("已撤销", "Revoked"),
    "restored": Text("已恢复供电", "Restored"),
    "ordered": Text("待恢复供电", "Restoration ordered"),
    "planned": Text("待签发", "To be signed"),
    "issued": Text("已签发", "Issued"),
    "accepted": Text("已接收", "Accepted"),
    "billing": Text("执行中", "Being billed"),
    "ended": Text("已停止执行", "Ended"),
    "open": Text("办理中", "Open"),
    "upheld": Text("异议成立", "Upheld"),
    "rejected": Text("异议不成立", "Rejected"),
    "moot": Text("不再需要处理", "Moot"),
    "sent": Text("已移送，待接收", "Sent"),
    "received": Text("已接收", "Received"),
    "replied": Text("已答复", "Replied"),
    "declined": Text("未接收", "Declined"),
    "reviewed": Text("已复核", "Reviewed"),
}


def paper_name(kind: str) -> Text | str:
    """The name of a kind of numbered document."""
    return Text(name_of(kind), PAPERS[kind]) if kind in PAPERS else kind


def decision(facts: Facts) -> list[Line]:
    """Everything decided so far, in the order of the procedure."""
    parts = (
        _exclusion,
        _determination,
        _blind_spot,
        _suspension,
        _stay,
        _objection,
        _restoration,
        _compensation,
        _surcharge,
        _elsewhere,
    )
    return [line for part in parts for line in part(facts)]


def _state(found: Facts) -> str:
    return say(STATES.get(found.get("state", ""), ""))


def _named(pairs: tuple[tuple[str, Text], ...], code: Any) -> Any:
    return dict(pairs).get(code or "", code or "--")


def _exclusion(facts: Facts) -> Iterator[Line]:
    if found := facts.get("exclusion"):
        yield Line(gettext("误报排除"), _named(choices.EXCLUSION_REASONS, found.get("reason")), _state(found))


def _determination(facts: Facts) -> Iterator[Line]:
    found = facts.get("determination")
    if not found:
        return
    yield Line(gettext("认定结果"), _named(choices.FINDINGS, found.get("finding")), _state(found))
    for row in found.get("disposals") or ():
        ground = row.get("ground")
        note = say(_named(choices.GROUNDS, ground)) if ground else ""
        yield Line(gettext("处置意见"), _named(choices.DISPOSALS, row.get("kind")), note)
    if found.get("proven_from"):
        yield Line(gettext("查实起始"), found["proven_from"])


def _blind_spot(facts: Facts) -> Iterator[Line]:
    if found := facts.get("blind_spot"):
        reason = _named(choices.MONITORING_REASONS, found.get("reason"))
        yield Line(gettext("监管盲区"), reason, str(found.get("since", ""))[:10])


def _suspension(facts: Facts) -> Iterator[Line]:
    found = facts.get("suspension")
    if not found:
        return
    yield Line(gettext("暂停供电"), _named(choices.GROUNDS, found.get("ground")), _state(found))
    if found.get("user_class"):
        yield Line(gettext("用户类别"), _named(choices.USER_CLASSES, found["user_class"]))
    yield from (Line(*line) for line in cut.service(found))
    if window := found.get("notice"):
        span = f"{when(window.get('window_from'))} – {when(window.get('window_to'))}"
        yield Line(gettext("可停电窗口"), span, gettext("送达 %(at)s") % {"at": when(window.get("served_at"))})
    if found.get("executed_at"):
        confirmed = found.get("confirmed_at")
        note = gettext("%(at)s 复核") % {"at": when(confirmed)} if confirmed else gettext("待复核")
        yield Line(gettext("停电时间"), when(found["executed_at"]), note)
    yield from (Line(*line) for line in cut.proof(found))


def _stay(facts: Facts) -> Iterator[Line]:
    found = facts.get("stay") or {}
    if found.get("active"):
        yield Line(gettext("中止执行"), gettext("执行已中止"), gettext("自 %(at)s") % {"at": when(found.get("since"))})
        yield from (Line(*line) for line in cut.stay(found))


def _objection(facts: Facts) -> Iterator[Line]:
    if found := facts.get("objection"):
        yield Line(gettext("异议"), STATES.get(found.get("state", ""), "--"), str(found.get("received_on", "")))


def _restoration(facts: Facts) -> Iterator[Line]:
    if found := facts.get("restoration"):
        due = gettext("期限 %(at)s") % {"at": when(found["due"])} if found.get("due") else ""
        yield Line(gettext("恢复供电"), STATES.get(found.get("state", ""), "--"), due)
        yield from (Line(*line) for line in cut.restored(found))


def _compensation(facts: Facts) -> Iterator[Line]:
    yield from (Line(*line) for line in cut.compensation(facts))


def _surcharge(facts: Facts) -> Iterator[Line]:
    found = facts.get("surcharge") or {}
    if not found.get("rate"):
        return
    # An earlier list stays beside the present one: its bills stand, and rest on it.
    for entry in (*(found.get("earlier") or ()), found):
        rate = gettext("%(rate)s 元/千瓦时") % {"rate": entry["rate"]}
        yield Line(gettext("加价标准"), rate, _state(entry))
        yield Line(gettext("加价起止"), f"{entry.get('starts_on') or '--'} – {entry.get('ends_on') or gettext('未定')}")
    # For whoever signs the list: the figures that the plan was made on.
    for line in simulated(facts):
        yield Line(gettext("电费测算"), line)


def simulated(facts: Facts) -> list[str]:
    """What the plan's month costs under each class, without and with the rate: seen before it is proposed."""
    plan, said = facts.get("surcharge") or {}, []
    totals = (plan.get("simulation") or {}).get("totals") or {} if plan.get("state") == "planned" else {}
    for key, total in totals.items():
        kind, _, rate = key.partition("+")
        name = {"name": say(_named(choices.PRICE_CLASSES, kind)), "rate": rate, "total": amount(total)}
        plain, added = gettext("%(name)s：每月 %(total)s 元"), gettext("%(name)s加价 %(rate)s 元：每月 %(total)s 元")
        said.append((added if rate else plain) % name)
    unsure = doubt(plan["simulation"]) if said else ""
    return [*said, unsure] if unsure else said


def _elsewhere(facts: Facts) -> Iterator[Line]:
    """What other agencies and regions have of it."""
    directory = get_directory()
    for row in facts.get("referrals") or ():
        ref = directory.by_id.get(row.get("partner")) or directory.by_code.get(str(row.get("partner")))
        yield Line(gettext("移送"), ref.short_name if ref else str(row.get("sort") or "--"), _state(row))
    if found := facts.get("transfer"):
        region = directory.regions.get(found.get("to_region") or "")
        yield Line(gettext("移交属地"), region.name if region else "--", _state(found))
    if urges := facts.get("urges"):
        yield Line(gettext("督办"), gettext("%(n)s 次") % {"n": len(urges)})
    if facts.get("returns"):
        yield Line(gettext("退回"), gettext("%(n)s 次") % {"n": facts["returns"]})


def bills(facts: Facts) -> list[dict[str, Any]]:
    """The bills with the surcharge, in their order, amounts with two digits and thousands apart."""
    found = (facts.get("surcharge") or {}).get("bills") or []
    return [
        {
            "no": bill.get("no", ""),
            "month": bill.get("month", ""),
            **{name: amount(bill.get(name)) for name in ("kwh", "surcharge", "amount", "paid")},
            "state": STATES["proposed"] if bill.get("state") == "issued" else STATES.get(bill.get("state", ""), "--"),
            "doubt": doubt(bill),
        }
        for bill in found
    ]


def doubt(bill: Mapping[str, Any]) -> str:
    """What has to be said of the prices in a bill or a plan; nothing where they were read in their original."""
    codes, said = bill.get("doubts") or (), []
    if "price_entered" in codes:
        said.append(gettext("电价为人工录入，应与公布的价目表核对"))
    if "price_unverified" in codes:
        label = say(Text(*CERTAINTIES[bill.get("certainty") or "BG"]))
        said.append(gettext("电价未经核实（%(label)s），以价格主管部门文件为准") % {"label": label})
    if "surcharge_unverified" in codes:
        said.append(gettext("加价文件未见原件，执行前须核实"))
    return clauses(said)


def amount(value: Any) -> str:
    """A decimal text with thousands apart; `--` for none."""
    try:
        return f"{Decimal(str(value)):,f}" if value not in (None, "") else "--"
    except InvalidOperation:
        return str(value)
