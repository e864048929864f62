"""Before dispatch, monitoring and merging: somebody must be there to do it, and nothing may be torn apart."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cases.policy.dated import CHINA
from cases.workflow.effects.base import asked_of, today
from cases.workflow.effects.merging import merged_row
from cases.workflow.guards.base import Data, cite, correct, refuse
from cases.workflow.task_kinds import KINDS
from cases.workflow.texts import describe_agency, describe_stage
from cases.workflow.view import CaseView, Context, Refusal

LONGEST_REVIEW: Final = timedelta(
    days=180
)  # network logs are kept six months (网络安全法 21): look before they are gone
# A region code as long as this is that of a city: a province's commission deals with none of its cities' cases.
CITY: Final = "3203"
MERGEABLE: Final = frozenset({"monitoring", "verification"})
# Steps against the person concerned: after one of them a merge can no longer be taken back as if nothing had been.
ADVERSE: Final = frozenset(
    {
        "report_grid_suspension",
        "sign_suspension_order",
        "approve_suspension",
        "serve_notice",
        "execute_suspension",
        "issue_surcharge_list",
        "notify_subscriber",
        "issue_bill",
    }
)


def relapsed_from(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A relapse names the closed case it comes from."""
    if not data or not data["relapse_of"]:
        return None
    if ctx.related is not None and ctx.related.stage == "closed" and ctx.related.merged_into is None:
        return None
    return correct(
        "relapse_of",
        "没有这个编号的已办结案件。核对编号；该案已并入他案的，填写保留的案件",
        "There is no closed case with this number; of a merged case, give the surviving one",
    )


def review_date(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Monitoring ends in a look on a day that comes, and comes soon enough."""
    when = data.get("review_on") if data else None
    if when is None:
        return None
    earliest, latest = today(ctx) + timedelta(days=1), today(ctx) + LONGEST_REVIEW
    if earliest <= when <= latest:
        return None
    return correct(
        "review_on",
        f"下次复核日期应在 {earliest} 至 {latest} 之间",
        f"The next review must lie between {earliest} and {latest}",
    )


def addressees(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Each finding asked for has somebody who can make it."""
    for kind in data["findings"] if data else ():
        if kind != "inspect_site" and asked_of(view, ctx, kind) is None:
            name = describe_agency(KINDS[kind].addressee)
            return refuse(
                "no_addressee",
                f"本地区没有登记{name.zh}，无处办理“{KINDS[kind].label.zh}”。"
                "由系统管理员用 manage.py create_agency 登记后再办，或不选此项。",
                f"No {name.en} is registered for this region. Have the system administrator register one"
                " (manage.py create_agency), or leave this finding out.",
                missing=("findings",),
            )
    return None


def signal_or_place(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """What is attached says something: a signal, or what and where the premises are, in the lead's own region."""
    if not data:
        return None
    if not (data["signals"] or data["title"] or data["region_code"] or data["level"] == "priority"):
        return correct(
            "signals",
            "请填写线索；已查明场所的，也可只填案件名称或所在地区；列入重点名单的，可只填名单级别",
            "Give a signal, or the title or region of the premises once known, or the level of a priority list",
        )
    leading = ctx.directory.by_id.get(view.lead_agency_id)
    if data["region_code"] and leading and not data["region_code"].startswith(leading.region_code):
        return correct(
            "region_code",
            f"所在地区不属{leading.name}辖区；请改用“提请移交属地”",
            f"The region is not {leading.name}'s; propose a transfer instead",
        )
    return None


def not_on_the_system(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A region with a commission of its own gets the case; only where there is none is it kept for it."""
    code = data["elsewhere"] if data else None
    if not code:
        return None
    region = ctx.directory.regions.get(code)
    if region is None:
        return correct("elsewhere", "没有这个地区代码，请核对", "There is no such region code")
    lead = ctx.directory.addressee("development_commission", code)
    if lead is not None and len(lead.region_code) >= len(CITY):
        return correct(
            "elsewhere",
            f"{region.name}由本系统的{lead.name}办理：在该地区立案，或提请移交属地",
            f"{region.name} has a commission on this system ({lead.name}); open the case there, or propose a transfer",
        )
    return None


def place_is_settled(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Under a measure the region stays: notice periods, addressees and prices follow from it."""
    if not data or view.stage in MERGEABLE or data["region_code"] in (None, view.region_code):
        return None
    here = describe_stage(view.stage)
    return correct(
        "region_code",
        f"案件处于“{here.zh}”阶段，所在地区不能更改。地区有误的，先撤回措施",
        f"The case is in {here.en}; its region cannot change. Take the measure back first if it is wrong",
    )


def mergeable(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """Both cases are still leads or under verification, of one commission, with nothing handed to a third."""
    waiting = [t for t in view.tasks if t.kind in ("acknowledge_referral", "receive_transfer")]
    if waiting:
        label = KINDS[waiting[0].kind].label
        return refuse(
            "waits_for_another",
            f"“{label.zh}”尚未办理，不能并案。对方签收后再并案。",
            f"“{label.en}” is still open; merge after it is done.",
        )
    survivor = ctx.related
    if not data or survivor is None:
        return None
    if survivor.id == view.id:
        return correct("survivor", "不能并入本案自身，填写另一件案件的编号", "A case cannot be merged into itself")
    if survivor.stage not in MERGEABLE:
        here = describe_stage(survivor.stage)
        return refuse(
            "survivor_moved_on",
            f"{survivor.number} 已处于“{here.zh}”，只能并入监测名单或核查阶段的案件。新线索可在该案“补充线索”。",
            f"{survivor.number} is in {here.en}; only cases in monitoring or verification merge. Add signals there.",
            missing=("survivor",),
        )
    # A lead that nobody has taken up goes to the region in which its subscriber turned out to live.
    routed = ctx.actor.is_system and view.stage == "monitoring"
    if survivor.lead_agency_id != view.lead_agency_id and not routed:
        return refuse(
            "other_region",
            f"{survivor.number} 由另一地区牵头。先提请移交属地，再并案。",
            f"{survivor.number} is led by another region. Transfer the case first.",
            article=cite(view, ctx, "penalty_law.jurisdiction"),
            missing=("survivor",),
        )
    return None


def undoable(view: CaseView, data: Data, ctx: Context) -> Refusal | None:
    """A merge is undone only while the survivor has seen no adverse step since."""
    if view.merged_into is None or not view.facts.get("merge"):
        return refuse("not_merged", "本案没有并入其他案件，无须撤销并案。", "This case was not merged into another.")
    survivor = ctx.related
    if not data or survivor is None:
        return None
    if survivor.id != view.merged_into:
        return correct("survivor", "本案不是并入这件案件的，核对案件编号", "This case was merged into another one")
    if survivor.merged_into is not None:
        return refuse(
            "survivor_merged_on",
            f"{survivor.number} 后来也已并入他案，本案的线索随之转移。先撤销 {survivor.number} 的并案。",
            f"{survivor.number} was itself merged later, with this case's signals. Undo that merge first.",
            missing=("survivor",),
        )
    since = merged_row(survivor, view.id)["seq"]
    adverse = next((act for act in survivor.acts if act.action in ADVERSE and act.seq > since), None)
    if adverse is None:
        return None
    day = adverse.at.astimezone(CHINA).date()
    return refuse(
        "adverse_step_since",
        f"{survivor.number} 在并案后（{day}）已采取对当事人不利的措施，不能撤销并案。措施撤回后另行立案处理。",
        f"{survivor.number} has seen an adverse step since the merge ({day}); the merge can no longer be undone.",
        article=cite(view, ctx, "penalty_law.facts"),
    )
