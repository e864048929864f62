"""The registers for their pages and files: the words for occasions, conclusions, purposes and items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from agencies.actors import Actor
from agencies.errors import NotPermitted
from agencies.registers.services import keeper
from cases.policy.law import in_force
from cases.selectors.paging import Row
from cases.web.show.words import listed, say
from cases.workflow.view import Text

OCCASIONS: Final = {
    "sensitive": Text("处理敏感个人信息", "Sensitive personal data"),
    "automated": Text("自动化决策", "Automated decisions"),
    "provision": Text("委托处理、对外提供或公开", "Entrusting, providing or publishing"),
    "abroad": Text("向境外提供", "Providing abroad"),
    "other": Text("其他有重大影响的处理", "Other processing of major effect"),
}
CONCLUSIONS: Final = {
    "proceed": Text("可以开展", "May proceed"),
    "with_measures": Text("采取措施后开展", "May proceed with measures"),
    "stop": Text("不得开展", "Must not proceed"),
}
FIELDS: Final = {
    "holder": Text("用户名称", "Subscriber"),
    "phone": Text("联系电话", "Phone"),
    "address": Text("地址", "Address"),
    "account": Text("户号或账号", "Account"),
    "network": Text("网络地址", "Network address"),
    "consumption": Text("用电量", "Consumption"),
    "case_file": Text("案件材料", "Case file"),
}
PURPOSES: Final = {
    "verification": Text("下发核查", "Verification asked for"),
    "suspension": Text("停电函", "Suspension order"),
    "surcharge": Text("差别电价名单", "Penalty tariff list"),
    "referral": Text("移送", "Referral"),
    "feedback": Text("退回未采用的名单行", "Refused rows sent back"),
}
IMPACT_HEADS: Final = (
    ("登记时间", "Recorded at"), ("单位", "Agency"), ("处理活动", "Activity"), ("情形", "Occasion"),
    ("目的、方式是否合法、正当、必要", "Lawful, fair and necessary"),
    ("对个人权益的影响及安全风险", "Impact and risks"),
    ("保护措施是否合法、有效、与风险相适应", "Measures"), ("结论", "Conclusion"), ("评估日期", "Assessed on"),
    ("登记人", "Recorded by"),
)  # fmt: skip
PROVISION_HEADS: Final = (
    ("提供时间", "Provided at"), ("提供单位", "By"), ("接收方", "To"), ("目的", "Purpose"), ("依据", "Basis"),
    ("项目", "Items"), ("人数", "People"), ("案件", "Case"), ("登记", "Recorded by"),
)  # fmt: skip


def may_add(actor: Actor) -> bool:
    """Whether this person keeps the registers of an agency."""
    try:
        keeper(actor)
    except NotPermitted:
        return False
    return True


def assessment(row: Row) -> dict[str, Any]:
    return {
        **row,
        "occasion_label": OCCASIONS[row["occasion"]],
        "conclusion_label": CONCLUSIONS[row["conclusion"]],
        "tone": "bad" if row["conclusion"] == "stop" else "ok" if row["conclusion"] == "proceed" else "warn",
    }


def provision(row: Row) -> dict[str, Any]:
    recipient = row["recipient"]
    return {
        **row,
        "to": recipient["short_name"] if recipient else row["recipient_text"],
        "purpose_label": PURPOSES.get(row["purpose"], row["purpose"]) if row["event_id"] else row["purpose"],
        "basis_label": _basis(row),
        "item_words": listed(say(FIELDS.get(code, code)) for code in orjson.loads(row["items"])),
        "case_href": reverse("web:case", args=[row["number"]]) if row["number"] else "",
        "who": row["display_name"] or gettext("系统"),
    }


def _basis(row: Row) -> str:
    """Articles as they were in force on the day; what a person typed stands as it is."""
    if not row["event_id"]:
        return str(row["basis"])
    day = timezone.localtime(row["provided_at"]).date()
    return "；".join(_cited(key, day) for key in row["basis"].split())


def _cited(key: str, day: Any) -> str:
    try:
        found = in_force(key, day)
    except KeyError:
        return key
    return found.cite() if found else key


def impact_cells(row: dict[str, Any]) -> list[str]:
    return [
        _at(row["recorded_at"]), row["agency"]["name"] if row["agency"] else "", row["activity"],
        say(row["occasion_label"]), row["lawful"], row["impact"], row["measures"], say(row["conclusion_label"]),
        row["assessed_on"].isoformat(), row["display_name"],
    ]  # fmt: skip


def provision_cells(row: dict[str, Any]) -> list[str]:
    return [
        _at(row["provided_at"]), row["agency"]["name"] if row["agency"] else "",
        row["recipient"]["name"] if row["recipient"] else row["to"], say(row["purpose_label"]),
        row["basis_label"], row["item_words"], str(row["subjects"]), row["number"] or "", row["who"],
    ]  # fmt: skip


def _at(at: Any) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")


CELLS: Final[dict[str, tuple[Any, Callable[[Row], dict[str, Any]], Callable[[dict[str, Any]], list[str]]]]] = {
    "impact": (IMPACT_HEADS, assessment, impact_cells),
    "provision": (PROVISION_HEADS, provision, provision_cells),
}
