"""A short list of three sites, a repeat and a refused row, and its cases driven on by the people of the city."""

from __future__ import annotations

from typing import Any

from cases.intake.ledger.statement import Stated
from cases.intake.receiving import UNSTATED
from cases.models import Case, ListRow
from tests.intake.samples import bring
from tests.web import story

NAME = "十月名单"
SIGHT = "pool.example:7777,BTC,2026-10-16 07:56:00,2026-10-18 06:22:00,999,电信,云龙区,重点"
LIST = (
    "序号,源IP地址,源端口,矿池地址,币种,首次发现时间,最近发现时间,提交次数,运营商,疑似区县,名单级别\n"
    f"JS-1,58.218.77.91,51731,{SIGHT}\n"
    f"JS-2,58.218.77.92,51732,{SIGHT}\n"
    f"JS-3,58.218.77.93,51733,{SIGHT}\n"
    f"JS-4,58.218.77.91,51731,{SIGHT}\n"
    f"JS-5,10.0.0.1,51735,{SIGHT}\n"
)


def brought(name: str = NAME, content: str = LIST, stated: Stated = UNSTATED) -> None:
    assert bring("telecom", content.encode(), name=name, stated=stated).state == "done"


def case_of(number: int, name: str = NAME) -> Any:
    """The case of a row, as the acts of the story take it."""
    row = ListRow.objects.select_related("site").get(batch__name=name, number=number)
    assert row.site is not None
    return type("Known", (), {"case_id": str(row.site.case_id)})


def excluded(number: int, name: str = NAME) -> None:
    """Closed as a false positive."""
    case = case_of(number, name)
    story.do("drc-handler1", "propose_exclusion", case, reason_code="node", explanation="普通节点")
    story.do("drc-reviewer1", "decide_exclusion", case, decision="approve")


def merged(number: int, into: int, name: str = NAME) -> None:
    target = Case.objects.get(pk=case_of(into, name).case_id)
    story.do("drc-handler1", "merge_case", case_of(number, name), survivor=target.number, reason_code="same_site")
