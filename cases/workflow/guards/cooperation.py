"""Referral, transfer, supervision: to somebody who exists, is competent, and was not asked already; and load curves."""

from __future__ import annotations

from cases.selectors.precision.files import LOAD_READINGS, LOAD_SOURCE
from cases.selectors.precision.viewers import About, viewpoint_of
from cases.workflow.effects.base import question_pending, resolve_agency
from cases.workflow.forms.cooperation import PERSONAL, REPORTER_PURPOSES
from cases.workflow.guards.base import Data, cite, correct, refuse
from cases.workflow.guards.handoffs import disputable
from cases.workflow.view import CaseView, Context, Refusal, Text

LOAD_CURVE = "load_curve"


def partner(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data:
        return None
    agency = resolve_agency(ctx.directory, data["partner"])
    if agency is None or agency.kind != "partner" or not agency.active:
        return correct("partner", "接收单位应为协办单位，从列表中选择", "Choose a partner agency from the list")
    if not agency.covers(view.region_code):
        return correct(
            "partner",
            f"{agency.name}不辖本案所在地区，选择本地区的协办单位",
            f"{agency.name} is not competent in this region; choose a partner there",
        )
    pending = [
        row
        for row in view.facts.get("referrals") or []
        if row["partner"] == agency.id and row["matter"] == data["matter"] and row["state"] != "replied"
    ]
    if pending:
        return refuse(
            "referred_already",
            f"已就同一事由移送{agency.name}，等待答复。",
            f"The matter was referred to {agency.name} already; its reply is awaited.",
        )
    return None


def receiving_region(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    if not data:
        return None
    region = ctx.directory.regions.get(data["to_region"])
    if region is None:
        return correct("to_region", "没有这个地区代码", "There is no such region code")
    receiver = ctx.directory.addressee("development_commission", region.code)
    if receiver is None or not region.code.startswith(receiver.region_code):
        return refuse(
            "no_commission_there",
            f"{region.name}没有登记发展改革委，不能移交。由系统管理员用 manage.py create_agency 登记后再办。",
            f"{region.name} has no commission on record. Have the system administrator register one"
            " (manage.py create_agency).",
            missing=("to_region",),
        )
    if receiver.id == view.lead_agency_id:
        return correct(
            "to_region",
            "该地区由本单位牵头，无须移交",
            "Your own agency leads in that region; there is nothing to transfer",
        )
    if ctx.directory.by_id[view.lead_agency_id].region_code.startswith(receiver.region_code):
        return refuse(
            "superior_not_receiver",
            f"{region.name}没有本级的发展改革委，上级单位不接收移交。核对地区代码。",
            f"{region.name} has no commission of its own; a superior does not take cases over.",
            missing=("to_region",),
        )
    return None


def declining(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A region declines once; a dispute after that is ruled by the common superior, by way of a return."""
    task = ctx.task
    if not data or data["decision"] != "decline" or task is None:
        return None
    declined = (view.facts.get("transfer") or {}).get("declined_by", [])
    article = cite(view, ctx, "penalty_law.jurisdiction")
    if task.returns:
        return refuse(
            "ruled_by_superior",
            "管辖已由共同上级裁定，应当接收。",
            "The common superior has ruled on the jurisdiction; receive the case.",
            article=article,
        )
    if task.agency_id in declined and disputable(view, task, ctx):
        return refuse(
            "dispute",
            "本单位此前已不接收，属管辖争议。办理“退回”，由共同上级裁定。",
            "Your agency has declined before: this is a dispute. Return the task; the common superior rules.",
            article=article,
        )
    return None


def urged_already(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """One question at a time to each agency; one that it returned still stands until the ruling."""
    if not data:
        return None
    task = view.task(data["task"]) if data["task"] else None
    if data["task"] and task is None:
        return correct("task", "该待办已办结，从列表中选择", "That task is no longer open; choose from the list")
    agency = task.agency_id if task else view.lead_agency_id
    if not question_pending(view, agency):
        return None
    name = ctx.directory.by_id[agency].name
    return refuse(
        "urged_already",
        f"对{name}的督办尚未答复，答复后可再次督办。",
        f"{name} has not answered the last one yet; ask again after the answer.",
    )


def _reporter_by_itself(items: list[str], purpose: str) -> Refusal | None:
    """Who reported is opened as the reporter of a public tip is: alone, and for a reason that is about the reporter."""
    asked = "reporter" in items
    if asked and len(items) > 1:
        return correct(
            "items",
            "举报人须单独申请查看，不与其他项目一并申请",
            "The reporter is asked for alone, not together with other items",
        )
    reasons = dict(REPORTER_PURPOSES)
    if asked == (purpose in reasons):
        return None
    words = "、".join(text.zh for text in reasons.values()), ", ".join(text.en for text in reasons.values())
    if asked:
        return correct(
            "purpose", f"查看举报人的目的应为：{words[0]}", f"To see the reporter, choose one of: {words[1]}"
        )
    return correct(
        "purpose",
        f"“{reasons[purpose].zh}”只用于查看举报人，请选择其他目的",
        f"“{reasons[purpose].en}” is for seeing the reporter only; choose another purpose",
    )


def may_reveal(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Only what this person sees masked and may ask for; what is seen in full needs no reason, the rest has none."""
    owed = [(task.agency_id, task.kind) for task in view.tasks]
    about = About(view.lead_agency_id, view.participants, owed, view.facts, view.confidentiality)
    open_to = viewpoint_of(ctx.actor, about, ctx.directory).revealable
    if not open_to:
        return Refusal(
            "nothing_to_reveal",
            Text(
                "本案的个人信息对你所在单位按规定的精度显示，不能申请查看明文。确需核对的，由办理本案的发展改革委查看。",
                "Your agency sees the personal data of this case at the precision laid down and cannot have it shown in"
                " clear; ask the commission that handles the case.",
            ),
            status=403,
        )
    names = dict(PERSONAL)
    refused = [item for item in data["items"] if item not in open_to] if data else []
    if not refused:
        return _reporter_by_itself(data["items"], data["purpose"]) if data else None
    zh = "、".join(names[item].zh for item in refused)
    en = ", ".join(names[item].en for item in refused)
    return Refusal(
        "item_not_open",
        Text(
            f"“{zh}”不在你可以申请查看的项目内：已按你的权限直接显示，或不对你显示。"
            f"可申请：{'、'.join(names[item].zh for item in open_to)}。",
            f"“{en}” cannot be asked for: you see it already, or it is not shown to you."
            f" You can ask for: {', '.join(names[item].en for item in open_to)}.",
        ),
        missing=("items",),
        status=403,
    )


def load_brought(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A load curve is put on record by what reads it; a file that nobody read is none, and one is named once."""
    if not data:
        return None
    kinds = {file["kind"] for file in ctx.attachments.values()}
    if data["paper"] != LOAD_CURVE:
        return _of_a_curve() if kinds & {LOAD_READINGS, LOAD_SOURCE} else None
    if ctx.post.kind != "grid_company":
        return refuse(
            "load_is_the_grids",
            "日负荷数据由供电公司提供。请选其他材料类别，或请供电公司导入。",
            "Load readings are brought by the grid company. Choose another kind of paper, or ask it to.",
            missing=("paper",),
        )
    named = {file for row in view.facts.get("papers") or [] if row["paper"] == LOAD_CURVE for file in row["files"]}
    if LOAD_READINGS not in kinds or kinds - {LOAD_READINGS, LOAD_SOURCE} or named & set(ctx.attachments):
        return _of_a_curve()
    return None


def _of_a_curve() -> Refusal:
    return refuse(
        "load_is_imported",
        "日负荷数据在案件页“能耗”的“导入负荷数据”处提供，系统读取后入卷。",
        "Load readings are brought under “Import load readings” in the energy evidence of the case, which reads them.",
        missing=("paper",),
    )
