"""Gate 7 at its sources, and what a determination may hold together."""

from __future__ import annotations

from typing import Any

from cases.policy.evidence import MIN_OFFICERS, distinct_officers
from cases.policy.measures import as_ruled
from cases.policy.obstacle import obstacle
from cases.policy.surcharge import Proposal, surcharge_refusal
from cases.policy.suspension import MINING_FINDINGS
from cases.workflow.effects.base import adviser, instant, is_open, today
from cases.workflow.effects.verification import disposals_of
from cases.workflow.guards.base import Data, cite, correct, from_obstacle, local, minute, needs, refuse
from cases.workflow.guards.situation import determination, finding, measure_taken, surcharge_proposal
from cases.workflow.view import CaseView, Context, Refusal


def consumption_answers(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Where an account was found, the gates rest on answers that only the grid company can give."""
    if not data or data["result"] not in ("abnormal", "normal"):
        return None
    if data["serves_residents"] is None:
        return needs("serves_residents", "计量点是否供居民生活用电", "whether it serves residents' living")
    if data["user_class"] is None:
        return needs("user_class", "用户类别", "the user class")
    if data["result"] == "abnormal" and data["price_class"] is None:
        return needs("price_class", "执行电价", "the price class")
    return None


def arrears_and_breach(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What opens the grid company's own grounds is said whole, in its order, and with its record."""
    if not data:
        return None
    due, dunned, day = data["arrears_due_on"], data["arrears_dunned_on"], today(ctx)
    if due and due > day:
        return correct("arrears_due_on", "应缴日期晚于今天，还没有欠费", "Not due yet: there are no arrears")
    if due and data["arrears_days"] is not None and data["arrears_days"] != (day - due).days:
        return correct(
            "arrears_days",
            f"与应缴日期不符：至今天为{(day - due).days}天。可以不填天数",
            f"Differs from the day it was due: {(day - due).days} days by today. The number may be left out",
        )
    if dunned and due is None:
        return needs("arrears_due_on", "所欠电费应缴日期", "since when the bill was due")
    if dunned and not due < dunned <= day:
        return correct(
            "arrears_dunned_on",
            "催交日期应晚于应缴日期，且不晚于今天",
            "Dunning follows the day on which the bill was due, and is not to come",
        )
    if data["serious_breach"] and data["breach"] is None:
        return needs("breach", "违章情形", "which breach it is")
    if (dunned or data["breach"]) and not data["attachments"]:
        return needs("attachments", "催交凭证或用电检查记录", "the record of the dunning or of the inspection")
    return None


def subscriber_answers(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if data and data["result"] == "identified" and data["subject"] is None:
        return needs("subject", "用户主体", "the subject")
    return None


def inspection_record(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Two officers or more, each with a number; a home is entered only with the resident's consent."""
    if not data:
        return None
    have = distinct_officers(row["staff_no"] for row in data["officers"])
    if have < MIN_OFFICERS:
        found = obstacle("too_few_officers", day=today(ctx), region=view.region_code, have=have, need=MIN_OFFICERS)
        return from_obstacle(found)
    if data["home_entry"] and not data["consent"]:
        return refuse(
            "no_consent",
            "进入住宅须经住户同意并记录。未取得同意的，检查结果选“未能进入”，“进入住宅”选“否”。",
            "A home is entered only with the resident's recorded consent. Without it, record “No access”.",
            article=cite(view, ctx, "local_supply.inspection"),
            missing=("consent",),
        )
    if data["inspected_at"] < minute(view.opened_at):
        return correct("inspected_at", "检查时间早于立案", "The inspection lies before the case was opened")
    if wrong := _production(data):
        return wrong
    relapsed = [instant(row["at"]) for row in view.facts.get("reopened") or [] if row["reason"] == "relapse"]
    if relapsed and data["inspected_at"] < minute(relapsed[-1]):
        return correct(
            "inspected_at",
            f"检查时间早于复燃重启（{local(relapsed[-1])}），须重新到现场核查",
            f"The inspection lies before the relapse was taken up ({local(relapsed[-1])}); visit the site again",
        )
    return None


def _production(data: dict[str, Any]) -> Refusal | None:
    """1283号三(四): the ledger says of what is under construction when it is to produce, and of nothing else."""
    building = data["project"] == "under_construction"
    if building and not data["production_on"]:
        return needs("production_on", "在建项目的计划投产时间", "when the project under construction is to produce")
    if not building and data["production_on"]:
        return correct("production_on", "仅在建项目填写计划投产时间", "Only for a project under construction")
    return None


def combination(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Measures, monitoring and closing exclude one another; a referral may stand beside each."""
    if not data:
        return None
    kinds = set(data["disposals"])
    measures = kinds & {"suspension", "surcharge"}
    ways = [bool(measures), "continue_monitoring" in kinds, "close" in kinds]
    if sum(ways) > 1:
        return correct(
            "disposals",
            "“暂停供电、惩罚性电价”“持续监测”“办结”只能选一类，“移送”可与任一类同选",
            "Choose measures, or monitoring, or closing; a referral may stand beside each",
        )
    if "continue_monitoring" in kinds and data["review_on"] is None:
        return needs("review_on", "下次复核日期", "the next review")
    if "continue_monitoring" in kinds and data["monitoring_reason"] is None:
        return needs("monitoring_reason", "持续监测的原因", "the reason for monitoring")
    if "surcharge" in kinds and data["proven_from"] is None:
        return needs("proven_from", "查实的起始日期", "the proven start")
    return _closing(view, data, ctx) if "close" in kinds else None


def adviser_known(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A victim is advised by a cyberspace office, so before it is proposed there is one (gate 8)."""
    if not data or data["finding"] != "compromised":
        return None
    return _no_adviser(view, ctx, "finding")


def adviser_still_known(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The same when it is decided: an office may have been closed since."""
    if not data or data["decision"] != "approve" or determination(view).get("finding") != "compromised":
        return None
    return _no_adviser(view, ctx, "decision")


def _no_adviser(view: CaseView, ctx: Context, field: str) -> Refusal | None:
    if is_open(view, "advise_owner") or adviser(view, ctx) is not None:
        return None
    return refuse(
        "no_addressee",
        "本地区没有登记网信办，认定“被入侵利用”后无处出具处置建议。由系统管理员用 manage.py create_agency 登记后再办。",
        "No cyberspace office is registered for this region, so nobody could advise the victim. Have the system"
        " administrator register one first (manage.py create_agency).",
        article=cite(view, ctx, "project.victim"),
        missing=(field,),
    )


def _closing(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Proven mining is not closed without a measure; what awaits an appraisal is not closed at all."""
    if not data:
        return None
    if data["finding"] in MINING_FINDINGS and not measure_taken(view):
        return refuse(
            "proven_but_untreated",
            "认定属实，尚未采取处置措施，不能直接办结。没有可用措施的，选“持续监测”并登记监管盲区。",
            "Mining is proven and nothing was done about it. Where no measure is open, continue monitoring.",
            article=cite(view, ctx, "ndrc_1283.ledger"),
            missing=("disposals",),
        )
    if data["finding"] == "pending_appraisal":
        return correct("disposals", "待鉴定的案件不能办结，选“持续监测”", "What awaits an appraisal is not closed")
    return None


def decided_monitoring(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The next look that was proposed still lies ahead when it is decided."""
    if not data or data["decision"] != "approve" or "continue_monitoring" not in disposals_of(view):
        return None
    when = determination(view).get("review_on", "")
    if when > today(ctx).isoformat():
        return None
    return refuse(
        "review_day_passed",
        f"拟定的下次复核日期（{when}）已到，不能通过。审核结果选“不同意”，由经办人重新提出认定意见。",
        f"The next review was proposed for {when}, which has come. Refuse it, to have it proposed anew.",
        missing=("decision",),
    )


def proposed_surcharge(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A determination may only propose a surcharge that some price document carries."""
    if not data or "surcharge" not in data["disposals"]:
        return None
    return _surcharge(view, ctx, surcharge_proposal(view, ctx, data))


def decided_surcharge(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data or data["decision"] != "approve" or "surcharge" not in disposals_of(view):
        return None
    return _surcharge(view, ctx, surcharge_proposal(view, ctx, determination(view)))


def price_class_known(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """By which class the account is billed is the grid company's finding, not a word of the plan (电力法 43)."""
    if not data or "surcharge" not in data["disposals"] or finding(view, "check_consumption").get("price_class"):
        return None
    return from_obstacle(obstacle("price_class_unknown", day=today(ctx), region=view.region_code))


def _surcharge(view: CaseView, ctx: Context, proposal: Proposal) -> Refusal | None:
    """Rate and first day come later, so the ones that the rules themselves give stand in for them."""
    found = surcharge_refusal(as_ruled(proposal))
    return from_obstacle(found) if found else None
