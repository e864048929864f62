"""A paper serves the step it was made for: not an earlier one, and not two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cases.workflow.effects.base import instant
from cases.workflow.effects.suspension import suspension_of
from cases.workflow.guards.base import Data, correct, local, refuse
from cases.workflow.guards.situation import determination
from cases.workflow.papers.waiting import to_hand_over
from cases.workflow.view import CaseView, Context, Guard, Refusal

Since = Callable[[CaseView], datetime | None]


def made_after(field: str, since: Since, zh: str, en: str) -> Guard:
    """The files in this field were uploaded after that moment; `zh` and `en` name the moment."""

    def guard(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
        named, moment = data.get(field) if data else None, since(view)
        if not named or moment is None:
            return None
        files = [ctx.attachments[f] for f in (named if isinstance(named, list) else [named]) if f in ctx.attachments]
        if all(file["at"] >= moment for file in files):
            return None
        return correct(
            field,
            f"所选文件的上传时间早于{zh}（{local(moment)}），属此前的文书。请重新制作并上传",
            f"The file was uploaded before {en} ({local(moment)}) and belongs to an earlier step; upload a new one",
        )

    return guard


def two_papers(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The order rests on a legal document; it cannot be its own (by content, whatever the files are called)."""
    order, law = (ctx.attachments.get(data[name]) if data else None for name in ("order_file", "legal_document"))
    if order is None or law is None or order["sha256"] != law["sha256"]:
        return None
    return correct(
        "legal_document",
        "与停电函是同一份文件，请上传生效法律文书",
        "It is the same file as the order; upload the effective legal document",
    )


def _fact(key: str, *names: str) -> Since:
    """The latest of these times in a fact."""

    def since(view: CaseView) -> datetime | None:
        fact = view.facts.get(key) or {}
        return max((instant(fact[name]) for name in names if fact.get(name)), default=None)

    return since


def _notice_due_since(view: CaseView) -> datetime | None:
    """From when a notice could be made: the approval, the countersignature, the lapse of the window before."""
    papers = suspension_of(view)
    moments = [instant(papers[name]) for name in ("approved_at", "countersigned_at") if papers.get(name)]
    lapsed = view.last("lapse_notice")
    return max([*moments, *([lapsed.at] if lapsed else [])], default=None)


def _decided(view: CaseView) -> datetime | None:
    at = determination(view).get("decided_at")
    return instant(at) if at else None


def _served(view: CaseView) -> datetime | None:
    at = (suspension_of(view).get("notice") or {}).get("served_at")
    return instant(at) if at else None


def _planned(view: CaseView) -> datetime | None:
    at = ((view.facts.get("surcharge") or {}).get("planned") or {}).get("at")
    return instant(at) if at else None


def issued(action: str, zh: str, en: str) -> Guard:
    """The paper that this act hands over exists; `zh` and `en` say which, and who makes it."""

    def guard(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
        if to_hand_over(view.facts, action):
            return None
        return refuse("no_paper", f"还没有可送达的文书：{zh}", f"There is no paper to hand over: {en}")

    return guard


new_order = made_after("order_file", _decided, "本次认定", "the present determination")
new_notice = made_after("notice_file", _notice_due_since, "本次审批或上次窗口失效", "the approval or the last lapse")
new_photos = made_after("photos", _served, "停电通知送达", "the service of the notice")
new_list = made_after("list_file", _planned, "本次拟定", "the present plan")
notice_issued = issued(
    "serve_notice",
    "停电通知书随供电公司审批或者窗口失效登记制发。请撤回停电函后重新签发、审批。",
    "the notice is issued with the grid company's approval; have the order withdrawn, signed and approved anew.",
)
surcharge_notice_issued = issued(
    "notify_subscriber",
    "差别电价告知书随接收名单制发。请停止执行后重新列入名单。",
    "the notice is issued when the list is accepted; have the list ended and issued anew.",
)
new_surcharge_notice = made_after("notice_file", _fact("surcharge", "issued_at"), "名单签发", "the list")
new_end = made_after("end_file", _fact("cessation", "at"), "报告停止挖矿", "the report of the cessation")
