"""Each lawful way of service with its own proof (民事诉讼法 87–95); a public notice only when others have failed."""

from __future__ import annotations

from cases.policy.cutting.service import Way, served_on, untried, ways
from cases.policy.dated import CHINA
from cases.policy.obstacle import obstacle
from cases.workflow.effects.base import instant, today
from cases.workflow.effects.suspension import suspension_of
from cases.workflow.forms.suspension import SERVE_NOTICE
from cases.workflow.guards.base import Data, correct, from_obstacle, local, minute, refuse
from cases.workflow.view import CaseView, Context, Refusal
from cases.workflow.workdays import calendar_for

_FIELDS = {field.name: field for field in SERVE_NOTICE}
_SIGNATURES = dict(_FIELDS["signature"].choices)


def way(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """The way is open, its proof says what it must, and everything it needs is there."""
    if not data:
        return None
    chosen = ways()[data["method"]]
    if found := _not_open(view, chosen, ctx):
        return found
    if chosen.signature and data["signature"] != chosen.signature:
        return from_obstacle(
            obstacle(
                "service_without_signature",
                day=today(ctx),
                region=view.region_code,
                items=chosen.zh,
                items_en=chosen.en,
                need=_SIGNATURES[chosen.signature].zh,
            )
        )
    for name in chosen.requires:
        if not data[name]:
            label = _FIELDS[name].label
            verb = ("请上传", "Upload") if _FIELDS[name].kind.startswith("attachment") else ("请填写", "Fill in")
            return correct(name, f"{chosen.zh}：{verb[0]}{label.zh}", f"{chosen.en}: {verb[1].lower()} “{label.en}”")
    return _copy(view, data, ctx)


def _not_open(view: CaseView, chosen: Way, ctx: Context) -> Refusal | None:
    """A public notice is the last way: one of each other kind was tried in vain for this order."""
    groups = untried(chosen, {row["method"] for row in suspension_of(view).get("failures", [])})
    if groups:
        zh = "；".join("或".join(ways()[code].zh for code in group) for group in groups)
        en = "; ".join(" or ".join(ways()[code].en.lower() for code in group) for group in groups)
        return from_obstacle(
            obstacle("public_notice_too_soon", day=today(ctx), region=view.region_code, items=zh, items_en=en)
        )
    try:
        served_on(chosen, ctx.now, calendar_for(view.region_code, ctx.directory), view.region_code)
    except ValueError:
        return correct(
            "method",
            f"{ctx.now.astimezone(CHINA).date()} 尚无可依据的公告期限规定，请用其他方式送达",
            "No period of public notice is on record for that day; serve it another way",
        )
    return None


def _copy(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Of an important user the power authority has a copy, and its receipt is on record."""
    if suspension_of(view).get("user_class") != "important" or data is None:
        return None
    lacking = "" if data["copied_to_authority"] else "important_no_copy"
    lacking = lacking or ("" if data["copy_receipt"] else "important_no_receipt")
    return from_obstacle(obstacle(lacking, day=today(ctx), region=view.region_code)) if lacking else None


def tried(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """An attempt counts for the order under which it was made: not before its approval, and one entry for one try."""
    if not data:
        return None
    papers = suspension_of(view)
    after = papers.get("countersigned_at") or papers.get("approved_at")
    if after and data["tried_at"] < minute(instant(after)):
        return correct(
            "tried_at",
            f"尝试时间早于审批完成（{local(instant(after))}），批准后的送达才有效",
            f"The attempt lies before the approval ({local(instant(after))})",
        )
    same = (data["method"], data["tried_at"])
    if any((row["method"], instant(row["tried_at"])) == same for row in papers.get("failures", [])):
        return refuse(
            "attempt_recorded",
            "这一次送达尝试已登记，不重复登记。再次送达后仍未成的，登记新的尝试时间。",
            "This attempt is on record already. Report the next one with its own time.",
            missing=("tried_at",),
        )
    return None
